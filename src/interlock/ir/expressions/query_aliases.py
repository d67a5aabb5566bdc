"""Names of results inside of the SELECT that gives them: the engine puts what they stand for in their place.

Names that stand for names double the work with each step, in the engine too, so that a short query could take hours to check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from interlock.ir.expressions.problems import Problem
from interlock.ir.expressions.query_places import Places
from interlock.ir.expressions.query_types import QueryTypes
from interlock.ir.types import Schema

MOST = 5_000
"""How many parts the names in one result may stand for."""
ALL = 20_000
"""How many parts the names in all results of one SELECT may stand for."""


def check_aliases(text: str, tree: exp.Query, tables: Mapping[str, Schema]) -> Iterator[Problem]:
    """The SELECTs of a query whose names stand for too much."""
    types = QueryTypes(tables)
    for select in tree.find_all(exp.Select):
        if sum(isinstance(item, exp.Alias) for item in select.expressions) < 2:
            continue
        read = {name for _, columns in types.sources(select) for name, _ in columns or ()}  # is meant before a result
        weights: dict[str, int] = {}
        total = 0
        for item in select.expressions:
            if not isinstance(item, exp.Alias):
                continue
            parts = list(item.this.walk())
            names = [part.name.casefold() for part in parts if isinstance(part, exp.Column) and not part.table]
            added = sum(weights.get(name, 0) for name in names if name not in read)
            weights[item.alias.casefold()] = len(parts) + added
            total += added
            if added > MOST or total > ALL:
                place = Places(text).of(item) or (0, len(text))
                message = f"the names in `{item.alias}` stand for {added:,} parts, since they are made of other names"
                if added <= MOST:
                    message = f"the names in these results stand for {total:,} parts"
                help = ("compute in steps: `with step as (select …) select … from step`",)
                yield Problem("too-large", message, *place, "too much", help=help)
                break
