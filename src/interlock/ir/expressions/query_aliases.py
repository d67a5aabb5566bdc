"""Names of results inside of the SELECT that gives them: the engine puts what they stand for in their place.

Names that stand for names double the work with each step, in the engine too, so that a short query could take hours to check.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from interlock.ir.expressions.problems import Problem
from interlock.ir.expressions.query_places import Places

MOST = 2_000
"""How many parts one result may have, with those that the names in it stand for."""
ALL = 20_000
"""How many parts the names in all results of one SELECT may stand for."""


def check_aliases(text: str, tree: exp.Query) -> Iterator[Problem]:
    """The SELECTs of a query whose names stand for too much."""
    for select in tree.find_all(exp.Select):
        weights: dict[str, int] = {}
        added = 0
        for item in select.expressions:
            if not isinstance(item, exp.Alias):
                continue
            parts = list(item.this.walk())
            names = [part.name.casefold() for part in parts if isinstance(part, exp.Column) and not part.table]
            weight = len(parts) + sum(weights.get(name, 0) for name in names)
            weights[item.alias.casefold()] = weight
            added += weight - len(parts)
            if weight > MOST or added > ALL:
                place = Places(text).of(item) or (0, len(text))
                message = f"`{item.alias}` stands for {weight:,} parts, since it is made of names that stand for others"
                if weight <= MOST:
                    message = f"the names in these results stand for {added:,} parts"
                help = ("compute in steps: `with step as (select …) select … from step`",)
                yield Problem("too-large", message, *place, "too much", help=help)
                break
