"""Values of a query that cannot be, whatever the data: the engine takes them, and stops the run at the first row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from interlock.ir.expressions import casts
from interlock.ir.expressions.constants import holds_value, no_value, pattern_trouble
from interlock.ir.expressions.functions import FUNCTIONS
from interlock.ir.expressions.problems import Problem
from interlock.ir.expressions.query_places import Places
from interlock.ir.expressions.query_types import QueryTypes
from interlock.ir.types import Schema, Type

ALIKE = frozenset("coalesce ifnull greatest least".split())
"""Functions whose arguments become values of one type."""
PATTERNS = {
    "regexp_matches": 2, "regexp_full_match": 2, "regexp_replace": 3, "regexp_extract": 3, "regexp_extract_all": 3,
}  # fmt: skip
"""Functions of patterns, and where their options stand."""


def check_values(text: str, tree: exp.Query, tables: Mapping[str, Schema]) -> list[Problem]:
    """What is wrong with the casts of a query, with values of types apart, with what literals say, and with set operations."""
    walk = _Values(text, QueryTypes(tables))
    found: list[Problem | None] = []
    for node in tree.walk():
        match node:
            case exp.TryCast():
                continue
            case exp.Cast() if isinstance(node.this, exp.Literal):
                found.append(walk.literal_cast(node))
            case exp.Cast():
                found.append(walk.cast(node))
            case exp.SetOperation():
                found.append(walk.sides(node))
            case exp.Anonymous():
                found += walk.call(node, str(node.this).lower())
            case exp.Array():
                found += walk.alike(node.expressions)
            case exp.Escape():
                found.append(walk.escape(node.expression))
            case exp.WindowSpec():
                found += [walk.bound(node.args.get(each)) for each in ("start", "end")]
            case exp.Case():
                results = [branch.args["true"] for branch in node.args["ifs"]]
                found += walk.alike([*results, *([node.args["default"]] if node.args.get("default") else [])])
            case _:
                pass
    return [each for each in found if each is not None]


class _Values:
    def __init__(self, text: str, types: QueryTypes) -> None:
        self.text, self.types, self.places = text, types, Places(text)

    def shown(self, place: tuple[int, int]) -> str:
        found = " ".join(self.text[slice(*place)].split())
        return found if len(found) <= 60 else found[:57] + "…"

    def holds(self, text: exp.Expr, kind: Type) -> bool:
        """Whether a text that is written out is a value of a type."""
        return holds_value(f"CAST({text.sql(dialect='duckdb')} AS {kind.sql})")

    def literal_cast(self, cast: exp.Cast) -> Problem | None:
        """The cast of a literal that fails whenever it runs."""
        place = self.places.of(cast.this)
        if place is None or holds_value(cast.sql(dialect="duckdb")):
            return None
        kind = self.types.cast_type(cast)
        return no_value(self.shown(place), str(kind or cast.to.sql(dialect="duckdb").lower()), *place)

    def cast(self, cast: exp.Cast) -> Problem | None:
        """A cast that the engine does not have. Those by the time zone are left to it: the zone of a run is UTC."""
        place, to = self.places.of(cast), self.types.cast_type(cast)
        if place is None or to is None:
            return None
        inside = cast.this.unnest()
        source = self.types.cast_type(inside) if isinstance(inside, exp.Cast) else self.types.type_of(cast.this)
        why = casts.refusal(source, to) if source is not None else None
        if source is None or why is None or _left_to_the_engine(source, to):
            return None
        inner = self.places.of(cast.this)
        about = f"`{self.shown(inner)}` is {source} and" if inner is not None else f"{source}"
        return Problem("wrong-type", f"{about} cannot be cast to {to}: {why}", *place, "no such cast")

    def call(self, call: exp.Anonymous, name: str) -> Iterator[Problem | None]:
        """The literals of a call that say what it does."""
        given = call.expressions
        if name in ALIKE:
            yield from self.alike(given)
        elif name == "if" and len(given) == 3:
            yield from self.alike(given[1:])
        elif name in ("lag", "lead") and len(given) == 3:
            yield from self.alike([given[0], given[2]])
        elif name in PATTERNS and len(given) > 1:
            options = given[PATTERNS[name]] if len(given) > PATTERNS[name] else None
            literally = isinstance(options, exp.Literal) and options.is_string and "l" in options.this
            yield None if literally else self.pattern(given[1])
        elif name == "ntile" and len(given) == 1 and (count := _whole(given[0])) is not None and count < 1:
            yield self.refused(given[0], "`ntile` makes at least one part", "not above zero")
        elif name in FUNCTIONS:
            for at in range(len(given)):
                kinds = {form.parameters[at].kind for form in FUNCTIONS[name].forms if at < len(form.parameters)}
                if kinds & {"part", "clockpart"}:
                    yield self.part(given[at], FUNCTIONS[name].name if len(given) > 2 else "date_part", len(given))

    def part(self, node: exp.Expr, name: str, count: int) -> Problem | None:
        """A part of a date or time that the engine does not know."""
        if not isinstance(node, exp.Literal) or not node.is_string:
            return None
        moments = ", ".join(["TIMESTAMP '2024-01-31'"] * (count - 1))
        if holds_value(f"{name}({node.sql(dialect='duckdb')}, {moments})"):
            return None
        return self.refused(
            node, f"`{node.this}` is not a part of a date or time: write one such as `'month'`", "no part"
        )

    def refused(self, node: exp.Expr, message: str, label: str) -> Problem | None:
        place = self.places.of(node)
        return None if place is None else Problem("wrong-type", message, *place, label)

    def escape(self, node: exp.Expr) -> Problem | None:
        """What marks a wildcard as a plain character is one character."""
        if not isinstance(node, exp.Literal) or not node.is_string or len(node.this) < 2:
            return None
        return self.refused(node, f"`escape` takes one character, not {len(node.this)}", "more than one")

    def bound(self, node: object) -> Problem | None:
        """A frame of rows begins and ends a number of rows away that is not below zero."""
        if not isinstance(node, exp.Expr) or (count := _whole(node)) is None or count >= 0:
            return None
        return self.refused(
            node,
            "a frame cannot reach a negative number of rows: write the other of `preceding` and `following`",
            "below zero",
        )

    def alike(self, parts: Sequence[exp.Expr]) -> Iterator[Problem]:
        """Values that no type holds together."""
        known = [(part, kind) for part in parts if (kind := self.types.type_of(part)) is not None]
        for part, kind in known[1:]:
            place = self.places.of(part)
            if place is not None and _apart(known[0][1], kind):
                first = known[0][1]
                message = f"`{self.shown(place)}` is {kind}, beside {first}: no type holds both"
                yield Problem("wrong-type", message, *place, f"{kind} beside {first}", help=("cast one of them",))
                return

    def pattern(self, node: exp.Expr) -> Problem | None:
        """A regular expression that cannot be read."""
        if not isinstance(node, exp.Literal) or not node.is_string:
            return None
        trouble = pattern_trouble(node.this)
        return self.refused(node, f"the pattern cannot be read: {trouble}", "no pattern") if trouble else None

    def sides(self, node: exp.SetOperation) -> Problem | None:
        """Columns of two sides of a set operation that no type holds together."""
        left, right = self.types.columns_of(node.this), self.types.columns_of(node.expression)
        if left is None or right is None or node.args.get("by_name") or len(left) != len(right):
            return None
        for number, ((_, one), (name, other)) in enumerate(zip(left, right, strict=True), 1):
            if one is None or other is None or not _apart(one, other):
                continue
            place = self.places.of(node.expression)
            if place is not None:
                message = f"column {number} (`{name}`) is {one} above and {other} here: no type holds both"
                help = ("cast one of them, such as to varchar",)
                return Problem("wrong-type", message, *place, f"{other} under {one}", help=help)
        return None


def _left_to_the_engine(source: Type, to: Type) -> bool:
    """Casts that expressions do not have, and queries do: by the time zone, which is UTC in a run, and of nested types."""
    if {source.name, to.name} & {"struct", "map", "json", "enum"} or (source.is_text and to.name == "list"):
        return True
    if (source.name, to.name) == ("uuid", "blob"):
        return True
    return casts.by_time_zone(source, to) and (source.name, to.name) != ("timestamptz", "time")


def _whole(node: exp.Expr) -> int | None:
    """The whole number that is written there."""
    if isinstance(node, exp.Neg | exp.Paren):
        found = _whole(node.this)
        return -found if found is not None and isinstance(node, exp.Neg) else found
    return int(node.this) if isinstance(node, exp.Literal) and not node.is_string and node.this.isdecimal() else None


def _apart(one: Type, other: Type) -> bool:
    """Whether two types have none in common: numbers, moments, times and intervals, each beside another of them."""
    kinds = [
        "number"
        if each.is_numeric
        else "moment"
        if each.name == "date" or each.name.startswith("timestamp")
        else each.name
        for each in (one, other)
    ]
    known = {"number", "moment", "time", "interval"}
    return kinds[0] != kinds[1] and set(kinds) <= known
