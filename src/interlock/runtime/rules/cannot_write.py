"""A file could not be written, or there was not enough room to work.

The disk is full, permission is missing, a database is locked by another program, or memory ran out. Sinks are staged
beside their targets and renamed only when everything has succeeded, so files that were there are as they were.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL908", "cannot-write", __doc__)
