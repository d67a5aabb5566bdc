"""A run input is missing, unknown, or not of its type.

interlock run plan.yaml --input since=yesterday      # refused: since is a date
interlock run plan.yaml --input since=2024-01-31
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL906", "bad-run-input", __doc__)
