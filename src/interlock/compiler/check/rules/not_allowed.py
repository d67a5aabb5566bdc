"""An expression or query asks for something outside its surface.

Expressions compute one value from the columns of one row. They cannot reach files, settings, other tables, the
network or Python, and subqueries, aggregates and window functions have node types of their own. A query is one
read-only SELECT over the node's own inputs.

    where: id in (select id from other)            # refused: use join_tables with how: semi
    where: revenue > (select avg(revenue) from t)  # refused
    sql: select * from read_csv('/etc/passwd')     # refused

Mend it with the node type that the message names.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL214", "not-allowed", __doc__)
