"""A contract is about a node that does not exist, or about a file that no node writes.

    contracts: {out/sumary.csv: {columns: [region]}}       # refused: the plan writes out/summary.csv

Mend it with the suggested name, or add the sink that writes the file.
"""

from __future__ import annotations

from collections.abc import Iterable

from interlock.ir.diagnostics import Diagnostic, Fix, Place, escape_pointer, joined, nearest, rule

RULE = rule("IL401", "unknown-subject", __doc__)


def found(at: Place, subject: str, nodes: Iterable[str], files: Iterable[str]) -> Diagnostic:
    """`subject` is neither a node nor a written file."""
    files = list(files)
    close = nearest(subject, [*files, *nodes])
    looks_like_file = "/" in subject or "." in subject
    message = f"no node writes `{subject}`" if looks_like_file else f"there is no node `{subject}`"
    fix = None
    if close:
        target = f"/contracts/{escape_pointer(close[0])}"
        fix = Fix(f"rename `{subject}` to `{close[0]}`", ({"op": "move", "from": at.pointer, "path": target},))
    return RULE.found(
        at.key(),
        message,
        label="nothing produces this",
        notes=[f"the plan writes {joined(files)}"] if files else ["the plan writes no file"],
        help=[] if close else ["a contract is about the id of a node, or about a file that a node writes"],
        fix=fix,
        found=subject,
        candidates=close,
    )
