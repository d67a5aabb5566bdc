"""A file that the plan reads does not exist.

Paths are relative to the project folder: the folder of the nearest `interlock.toml`, or the folder in which the
command runs.

    - {id: sales, type: read_csv, params: {path: data/sale.csv}}       # refused: no such file

Mend it with the suggested path, or put the file there.
"""

from __future__ import annotations

import os
from pathlib import Path

from interlock.ir.diagnostics import Diagnostic, Place, nearest, replace_fix, rule

RULE = rule("IL310", "source-missing", __doc__)


def found(at: Place, path: str, root: Path) -> Diagnostic:
    """`path`, relative to `root`, is not there."""
    close = nearest(path, _neighbours(path, root))
    return RULE.found(
        at,
        f"the file `{path}` does not exist",
        label="no such file",
        notes=[f"paths are relative to the project folder {root}"],
        fix=replace_fix(at.pointer, path, close[0]) if close else None,
        expected="a file",
        found=path,
        candidates=close,
    )


def _neighbours(path: str, root: Path) -> list[str]:
    """Files in the folder of `path`, and in the project's first levels, as relative paths; at most a thousand."""
    found: list[str] = []
    for folder in dict.fromkeys([(root / path).parent, root]):
        for place, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            found += [(Path(place) / name).relative_to(root).as_posix() for name in sorted(files)]
            if len(found) > 1000 or place.count(os.sep) - str(folder).count(os.sep) >= 2:
                folders.clear()
    return found[:1000]
