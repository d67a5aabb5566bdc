"""Names: plain ones, and those that are legal and that hardly anybody writes."""

from __future__ import annotations

import re
from collections.abc import Collection
from random import Random

from interlock.ir.expressions.primaries import RESERVED
from interlock.ir.types import RESERVED as ENGINE_WORDS

PLAIN = (
    "id amount price quantity revenue region city product category status note day at team points shop month code rate "
    "total units customer weight height score kind label start finish flag grade ratio level source target value owner"
).split()
ODD = (
    "Unit price", "Größe", "select", "order", "名前", "Total Amount (EUR)", "group", "a.b", "x'y", "100%", "e\u0301t\u00e9",
    "🚀 go", "from", "Case", "null", "true", "table", "date", "interval", "user", "with-dash", "semi;colon", "مبلغ",
    'say "hi"', "back\\slash", "a,b", "_", "__x", "x1", "X", "ID_2", "count", "sum", "first desc", "$dollar", "a:b", "#no",
    "İstanbul", "naïve", "ſ", "column_1", "row", "rowid", "left", "right", "end", "not", "values", "over", "_item", "Straße",
)  # fmt: skip
KEYWORDS = (
    RESERVED
    | ENGINE_WORDS
    | frozenset(
        "true false null date time timestamp timestamptz datetime interval drop values row offset rowid".split()
    )
)
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def draw_name(random: Random, taken: Collection[str], odd: float = 0.15) -> str:
    """A name for a column that none of `taken` is, whatever their case."""
    folded = {each.casefold() for each in taken}
    for attempt in range(20):
        name = random.choice(ODD) if random.random() < odd else random.choice(PLAIN)
        if random.random() < 0.15:
            name = random.choice((name.upper(), name.title(), name.capitalize(), f"{name}_{random.randint(1, 99)}"))
        if attempt > 6:
            name = f"{name}{random.randint(1, 9_999)}"
        if name.casefold() not in folded and name.strip() == name:
            return name
    return next(f"c{n}" for n in range(len(folded) + 1) if f"c{n}" not in folded)


def draw_id(random: Random, type_name: str, taken: Collection[str]) -> str:
    """An id for a node: letters, digits, `_` and `-`."""
    folded = {each.casefold() for each in taken}
    roots = (
        type_name.split("_")[0],
        type_name,
        random.choice(PLAIN),
        random.choice(("N", "_", "x-y", "select", "table")),
    )
    for attempt in range(20):
        name = random.choice(roots)
        if attempt or random.random() < 0.6:
            name = f"{name}{random.choice(('_', '-', ''))}{random.randint(1, 9 + 90 * attempt)}"
        if name.casefold() not in folded:
            return name
    return next(f"n{n}" for n in range(len(folded) + 1) if f"n{n}" not in folded)


def recased(random: Random, name: str) -> str:
    """The name as it is or, now and then, in another case: names are found whatever their case."""
    if random.random() < 0.06 and name.isascii():
        return random.choice((name.upper(), name.lower(), name.swapcase()))
    return name


def as_sql(random: Random, name: str) -> str:
    """The name as an expression writes it: bare where it may be, else in double quotes."""
    return as_defined(random, recased(random, name))


def as_defined(random: Random, name: str) -> str:
    """The name as SQL writes it where it is given: in its own case."""
    if _BARE.fullmatch(name) and name.lower() not in KEYWORDS and random.random() < 0.9:
        return name
    return '"' + name.replace('"', '""') + '"'
