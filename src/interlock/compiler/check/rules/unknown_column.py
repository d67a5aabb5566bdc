"""A column that the input does not have.

The columns of every result are known before anything runs: from the header of each source, through every node. A
name that is not among them is refused. Upper and lower case do not matter.

    - {id: large, type: filter_rows, params: {where: "revenu > 100"}}      # refused: `sales` has `revenue`
    - {id: large, type: filter_rows, params: {where: "revenue > 100"}}

Mend it with the suggested column, or with a node before this one that makes the column. `interlock schema PLAN`
shows the columns of every node.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from difflib import SequenceMatcher

from interlock.ir.diagnostics import Diagnostic, Fix, Place, escape_pointer, joined, nearest, replace_fix, rule
from interlock.ir.types import Schema

RULE = rule("IL301", "unknown-column", __doc__)


def found(
    at: Place, name: str, source: str, schema: Schema, taken: Container[str] = (), text: str | None = None
) -> Diagnostic:
    """Column `name` at `at` is not a column of `source`.

    Where it is a key of a mapping, `taken` are the mapping's keys; where it is a part of a text, `text` is all of it.
    """
    close = nearest(name, schema.names)
    fix = None
    if close and text is not None:
        mended = text if at.start is None else text[: at.start] + close[0] + text[at.end :]
        patch = {"op": "replace", "path": at.pointer, "value": mended}
        fix = Fix(f"replace `{name}` with `{close[0]}`", (patch,), is_safe(name, close)) if mended != text else None
    elif close and not at.on_key:
        fix = replace_fix(at.pointer, name, close[0], safe=is_safe(name, close))
    elif close and close[0] not in taken:
        target = f"{at.pointer.rsplit('/', 1)[0]}/{escape_pointer(close[0])}"
        patch = {"op": "move", "from": at.pointer, "path": target}
        fix = Fix(f"replace `{name}` with `{close[0]}`", (patch,), is_safe(name, close))
    return RULE.found(
        at,
        f"column `{name}` does not exist in `{source}`",
        label="not a column of the input",
        notes=[columns_of(source, schema)],
        fix=fix,
        expected=schema.names[:50],
        found=name,
        candidates=close,
    )


def columns_of(source: str, schema: Schema) -> str:
    """The note that lists the columns there are."""
    return f"`{source}` has {joined(schema.names) or 'no columns'}"


def is_safe(name: str, close: Sequence[str], others: Sequence[str] = ()) -> bool:
    """Whether the best candidate can only be what was meant: nearly the same word, the same signs and the same numbers,
    and neither another candidate nor one of `others` is nearly as near.
    """
    if not close:
        return False
    if re.sub(r"[\w\s]", "", name) != re.sub(r"[\w\s]", "", close[0]):
        return False  # `-total` is a way to write a descending order, not a way to misspell `total`
    if re.findall(r"\d+", name) != re.findall(r"\d+", close[0]):
        return False  # `net_2024` is another column than `net_2023`
    best, *rest = (SequenceMatcher(None, name.casefold(), each.casefold()).ratio() for each in [*close, *others])
    return best >= 0.85 and all(each < 0.8 for each in rest)
