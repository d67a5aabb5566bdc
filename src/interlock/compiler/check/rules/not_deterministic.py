"""Something that could make two runs of the same plan over the same data differ.

Runs are reproducible to the byte. Clocks and random numbers exist only as run inputs, and a result that depends on an
order needs that order to be stated.

    where: day = current_date                           # refused: give the date as a run input
    where: day = :today                                 # inputs: {today: {type: date}}
    sql: select first(name) from people group by city   # refused: first by which order?
    sql: select first(name order by age) from people group by city

Mend it with a run input, or with an ORDER BY.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL601", "not-deterministic", __doc__)
