"""A result breaks its contract: the data has rows that the plan promised it would not have.

What a contract asks for is proven when the plan is checked where that is possible. Uniqueness, ranges, row counts and
missing values can depend on the data; those are tested when the plan runs, before anything is put in place. The report
shows up to five of the rows at fault; nothing was written.

Mend the data, drop such rows on purpose with a node before the result, or change the contract.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL903", "contract-broken", __doc__)
