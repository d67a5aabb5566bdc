"""Random expressions with more kinds of literals than the generator of the expression tests draws."""

from __future__ import annotations

import re
from random import Random

from expression_texts import COLUMNS, KINDS, LITERALS, WRITTEN, draw

from interlock.ir.expressions.functions import FAMILIES

PATTERNS = [
    "a+",
    "[0-9]+",
    "^a",
    "b$",
    "(a)(b)?",
    ".",
    "[^a]",
    "a|b",
    "l{2}",
    "\\d+",
    "\\s",
    "x*",
    "(a*)(b)",
    "",
    "é",
    "\\.",
]
FORMATS = [
    "%Y",
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%H:%M:%S",
    "%y%m%d",
    "%A %-d %B",
    "%j %p %I",
    "%f %g",
    "%c",
    "%U %W %V %u %w",
    "a%%b",
]
PARTS = (
    "year month day quarter week decade century millennium isoyear dayofyear doy dayofweek dow isodow weekday".split()
)
CLOCKS = "hour minute second millisecond microsecond".split()


def drawn(random: Random, depth: int) -> str:
    """A random expression, its fixed literals exchanged for others."""
    text = draw(random, None, depth)
    pick = random.choice
    text = re.sub(r"'a\+'", lambda _: f"'{pick(PATTERNS)}'", text)
    text = re.sub(r"'%Y'", lambda _: f"'{pick(FORMATS)}'", text)
    text = re.sub(r"'month'", lambda _: f"'{pick(PARTS + CLOCKS)}'", text)
    text = re.sub(r"'hour'", lambda _: f"'{pick([*CLOCKS, 'epoch'])}'", text)
    text = re.sub(r", 1\)", lambda _: f", {pick(['1', '0', '2', '-1', '-2', '5'])})", text)
    return re.sub(r", 0\)", lambda _: f", {pick(['0', '1', '2'])})", text)


def call(random: Random) -> str:
    """A random call of a random function over plain columns and literals."""
    pick = random.choice
    function = pick([each for family in FAMILIES.values() for each in family])
    variable = pick(["number", "text", "date", "truth", "whole", "list", "span"])
    arguments = []
    for parameter in pick(function.forms).parameters:
        for _ in range(pick([1, 2, 3]) if parameter.repeated else 1):
            kind = KINDS.get(parameter.kind, variable)
            plain = pick(COLUMNS[kind] + LITERALS[kind])
            arguments.append(WRITTEN.get(parameter.kind) or pick([plain, plain, f"({draw(random, kind, 1)})"]))
    text = f"{function.name}({', '.join(arguments)})"
    text = re.sub(r"'a\+'", lambda _: f"'{pick(PATTERNS)}'", text)
    text = re.sub(r"'%Y'", lambda _: f"'{pick(FORMATS)}'", text)
    text = re.sub(r"'month'", lambda _: f"'{pick(PARTS + CLOCKS)}'", text)
    return re.sub(r", 1\)", lambda _: f", {pick(['1', '0', '2', '-1', '-2', '5'])})", text)
