"""A file has more rows or bytes than the policy lets a plan read or write.

The project's `interlock.toml` bounds each file with `max_read_rows`, `max_read_bytes`, `max_write_rows` and
`max_write_bytes`. What is not known before the run is counted as it runs, before anything is put in place. Nothing was
written.

Read or write less (`filter_rows`, `limit_rows`), or ask whoever owns the policy.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL940", "limit-exceeded", __doc__)
