"""Random expressions, drawn from the tables of operators and functions."""

from __future__ import annotations

from random import Random

from expression_data import SCHEMA

from interlock.ir.expressions.functions import FAMILIES

COLUMNS = {
    "number": [column.name for column in SCHEMA if column.type.is_numeric and column.name.isidentifier()],
    "whole": [column.name for column in SCHEMA if column.type.is_integer and column.name.isidentifier()],
    "text": ["t", "s", "e", "nt"],
    "truth": ["b", "nb"],
    "date": ["day", "nday"],
    "moment": ["ts", "nts", "ts_s", "day"],
    "list": ["ints", "texts", "nested", "nints"],
    "span": ["span"],
    "clock": ["clock"],
}
LITERALS = {
    "number": ["1", "-1", "1.5", "1e0", "1000", "3000000000", ":low", "0", '"Odd name"'],
    "whole": ["1", "-1", "2", ":low", "300"],
    "text": ["'a'", "''", "'2024-01-31'", ":name"],
    "truth": ["true", "false"],
    "date": ["date '2024-02-29'", ":when", "'2024-01-31'"],
    "moment": ["timestamp '2024-01-31 10:00:00'"],
    "list": ["[1, 2]", "['a', null]", "[i8, i16]"],
    "span": ["interval 3 day", "interval '2 months'"],
    "clock": ["time '12:00:00'"],
}
KINDS = {
    "varchar": "text", "bigint": "whole", "integer": "whole", "double": "number", "number": "number", "integers": "whole",
    "boolean": "truth", "date": "date", "timestamp": "moment", "time": "clock", "interval": "span", "moment": "date",
    "T[]": "list", "T[][]": "list", "number[]": "list", "text": "text", "clock": "moment", "span": "date",
}  # fmt: skip
WRITTEN = {
    "part": "'month'", "clockpart": "'hour'", "pattern": "'a+'", "format": "'%Y'", "flags": "'i'", "literal": "','",
    "constant": "1", "group": "0",
}  # fmt: skip
FAMILY_OF = {
    "number": ["number", "list"], "whole": ["text", "number", "date", "list"], "text": ["text", "list", "date"],
    "truth": ["text", "number", "list"], "date": ["date"], "moment": ["date"], "list": ["list", "text"], "span": ["date"],
    "clock": ["date"],
}  # fmt: skip
COMPARED = ["number", "text", "date", "moment", "truth", "whole", "span"]


def draw(random: Random, kind: str | None = None, depth: int = 2) -> str:
    """A random expression of about a kind, so many levels deep."""
    kind = kind or random.choice(list(COLUMNS))
    pick = random.choice

    def inner(of: str) -> str:
        return f"({draw(random, of, depth - 1)})"

    choice = random.randrange(20)
    if depth <= 0 or choice < 5:
        return pick(COLUMNS[kind] * 2 + LITERALS[kind])
    if choice < 11:
        return _operation(random, kind, inner)
    if choice < 13:
        otherwise = pick(["", f"else {inner(kind)}"])
        return f"case when {inner('truth')} then {inner(kind)} {otherwise} end"
    if choice < 15 and kind != "span":
        return f"{pick(['coalesce', 'greatest', 'least'])}({inner(kind)}, {inner(kind)})"
    return _call(random, kind, inner)


def _operation(random: Random, kind: str, inner) -> str:
    pick = random.choice
    if kind in ("number", "whole"):
        other = pick(["number", "whole"]) if kind == "number" else "whole"
        return (
            f"{inner(kind)} {pick('+ - * / % **'.split() if kind == 'number' else '+ - * // %'.split())} {inner(other)}"
        )
    if kind == "text":
        return f"{inner('text')} || {inner(pick(['text', 'number', 'truth', 'date']))}"
    if kind == "date":
        return pick(
            [
                f"{inner('date')} + {inner('whole')}",
                f"cast({inner('moment')} as date)",
                f"try_cast({inner('text')} as date)",
            ]
        )
    if kind == "moment":
        return pick([f"{inner('date')} + {inner('span')}", f"{inner('moment')} - {inner('span')}"])
    if kind == "span":
        return pick(
            [f"{inner('moment')} - {inner('moment')}", f"{inner('span')} * {inner('whole')}", f"-{inner('span')}"]
        )
    if kind == "list":
        other = pick(["number", "text", "date"])
        return f"[{inner(other)}, {inner(other)}]"
    if kind == "clock":
        return f"{inner('clock')} + {inner('span')}"
    return _condition(random, inner)


def _condition(random: Random, inner) -> str:
    pick = random.choice
    k = pick(COMPARED)
    return pick(
        [
            f"{inner(k)} {pick('= <> < <= > >='.split())} {inner(k)}",
            f"{inner('truth')} {pick(['and', 'or'])} {inner('truth')}",
            f"not {inner('truth')}",
            f"{inner(k)} is {pick(['', 'not '])}null",
            f"{inner(k)} {pick(['', 'not '])}between {inner(k)} and {inner(k)}",
            f"{inner(k)} {pick(['', 'not '])}in ({inner(k)}, {inner(k)})",
            f"{inner('text')} {pick(['', 'not '])}{pick(['like', 'ilike'])} {inner('text')}",
            f"{inner(k)} is {pick(['', 'not '])}distinct from {inner(k)}",
            f"{inner('truth')} is {pick(['', 'not '])}{pick(['true', 'false'])}",
        ]
    )


def _call(random: Random, kind: str, inner) -> str:
    pick = random.choice
    function = pick(FAMILIES[pick(FAMILY_OF[kind])])
    variable = pick(["number", "text", "date", "truth", "whole"])
    arguments = []
    for parameter in pick(function.forms).parameters:
        for _ in range(pick([1, 2]) if parameter.repeated else 1):
            written = WRITTEN.get(parameter.kind)
            arguments.append(written or inner(KINDS.get(parameter.kind, variable)))
    return f"{pick((function.name, *function.aliases))}({', '.join(arguments)})"
