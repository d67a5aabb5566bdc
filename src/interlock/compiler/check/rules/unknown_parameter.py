"""A parameter that the node type does not have.

Parameters are closed: a misspelt one is refused instead of being ignored.

    - {id: big, type: filter_rows, params: {were: revenue > 100}}     # refused
    - {id: big, type: filter_rows, params: {where: revenue > 100}}

Mend it with the suggested name, or remove it. `interlock nodes NAME` lists the parameters.
"""

from __future__ import annotations

from collections.abc import Iterable

from interlock.ir.diagnostics import Diagnostic, Fix, Place, escape_pointer, joined, nearest, rule

RULE = rule("IL201", "unknown-parameter", __doc__)


def found(
    at: Place,
    name: str,
    inside: str,
    known: Iterable[str],
    given: Iterable[str],
    reference: str,
    meant: str | None = None,
) -> Diagnostic:
    """`name`, at `at`, is no parameter of `reference`, or no key `inside` one; `known` are, `given` are already there.

    `meant` is the only name that is missing, where there is one.
    """
    names = list(known)
    close = nearest(name, [each for each in names if each not in given])
    close = close or ([meant] if meant else [])
    parent = at.pointer.rsplit("/", 1)[0]
    if close:
        fix = Fix(
            f"rename `{name}` to `{close[0]}`",
            ({"op": "move", "from": at.pointer, "path": f"{parent}/{escape_pointer(close[0])}"},),
        )
    else:
        fix = Fix(f"remove `{name}`", ({"op": "remove", "path": at.pointer},))
    return RULE.found(
        at.key(),
        f"`{inside}` of `{reference}` has no key `{name}`" if inside else f"`{reference}` has no parameter `{name}`",
        label="unknown key" if inside else "unknown parameter",
        notes=_notes(names, inside),
        help=[f"see `interlock nodes {reference}`"],
        fix=fix,
        expected=names,
        found=name,
        candidates=close,
    )


def _notes(names: list[str], inside: str) -> list[str]:
    what = f"the keys of `{inside}`" if inside else "its parameters"
    return (
        [f"{what} are {joined([f'`{each}`' for each in names])}"]
        if names
        else [f"there are no {'keys' if inside else 'parameters'}"]
    )
