"""The plan's bytes are not UTF-8 text.

Refused: UTF-16 and UTF-32 files, files in an older encoding such as Latin-1 or Windows-1252, and damaged text. The same
bytes mean different characters in different encodings, so a file name or a value could change its meaning unseen.

Bad: a plan saved as "Unicode" or "ANSI" by an older Windows editor.

Good: the same plan saved as "UTF-8" (a byte order mark at the start does no harm).

To mend it, open the file in an editor and save it as UTF-8, or run `iconv -f UTF-16 -t UTF-8 old.yaml > new.yaml`.
"""

from __future__ import annotations

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL002", "not-utf8", __doc__)


def not_utf8(found: str, encoding: str, offset: int = 0) -> Diagnostic:
    """`found` is a sentence; `encoding` the name that iconv would be given."""
    return RULE.found(
        Place("", start=offset, end=offset + 1),
        f"{found}; a plan is UTF-8 text",
        help=(f"save the file as UTF-8, or run: iconv -f {encoding} -t UTF-8 OLD > NEW",),
        expected="utf-8",
        found=encoding,
    )
