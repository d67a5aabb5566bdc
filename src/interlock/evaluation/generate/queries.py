"""SELECTs: joins, groups, windows, parts of their own, set operations, subqueries, all over named tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from interlock.evaluation.generate.draft import Draft
from interlock.evaluation.generate.expressions.drawer import Expressions
from interlock.evaluation.generate.expressions.literals import quoted
from interlock.evaluation.generate.expressions.parts import ATOM, Part
from interlock.evaluation.generate.known import Col, Known
from interlock.evaluation.generate.names import as_defined, as_sql, draw_name
from interlock.ir.common_types import common_type
from interlock.ir.expressions.functions import aggregates, windows
from interlock.ir.expressions.promotion import BIGINT, BOOLEAN, DOUBLE, VARCHAR
from interlock.ir.types import Type

SPREADS = frozenset("stddev_samp stddev_pop var_samp var_pop".split())
NUMBERS = SPREADS | frozenset("sum avg median quantile_cont mad".split())
TRUTHS = frozenset("bool_and bool_or count_if".split())
BITS = frozenset("bit_and bit_or bit_xor".split())
FRAMES = (
    "rows between 1 preceding and current row", "rows between unbounded preceding and current row",
    "rows between 1 preceding and 1 following", "rows between unbounded preceding and unbounded following",
    "range between unbounded preceding and current row", "rows 2 preceding",
)  # fmt: skip
NESTED = frozenset({"list", "struct", "map", "json"})


@dataclass(frozen=True)
class Relation:
    """Something that stands in a FROM: how it is written, the name that its columns go by, and its columns."""

    written: str
    name: str
    columns: tuple[Col, ...]


def sum_type(kind: Type) -> Type:
    """The type of the engine's own sum of whole numbers or decimals."""
    return Type("decimal", (38, kind.precision[1])) if kind.precision else Type("hugeint")


class Queries:
    """Draws one query over tables known by name."""

    def __init__(self, draft: Draft, tables: Sequence[tuple[str, Known]]) -> None:
        self.draft, self.random = draft, draft.random
        self.tables = [Relation(as_sql(draft.random, name), name, known.columns) for name, known in tables]
        self.parts: list[str] = []
        self.used: set[str] = set()
        self.names = [name for name, _ in tables]

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def base(self) -> Relation:
        """One of the tables, or of the parts before."""
        found = self.random.choice(self.tables)
        self.used.add(found.name)
        return found

    def query(self) -> tuple[str, list[Col]]:
        """The whole text, and the columns that it gives."""
        for _ in range(self.random.choice((0, 0, 0, 1, 1, 2))):
            name = self.new_name("part")
            written, columns = self.select(small=True)
            self.parts.append(f"{as_sql(self.random, name)} as ({written})")
            self.tables.append(Relation(as_sql(self.random, name), name, tuple(columns)))
        body, columns = self.select()
        if self.chance(0.15):
            body, columns = self.set_operation(body, columns)
        if self.chance(0.5) and columns:
            body += self.ordered(columns)
            if self.chance(0.4):
                body += f" limit {self.random.choice((0, 1, 3, 100))}"
                body += f" offset {self.random.choice((0, 1, 2))}" if self.chance(0.3) else ""
        start = f"with {', '.join(self.parts)} " if self.parts else ""
        return start + body, columns

    def new_name(self, stem: str) -> str:
        name = f"{stem}{len(self.names)}"
        self.names.append(name)
        return name

    def ordered(self, columns: Sequence[Col]) -> str:
        chosen = self.random.sample(list(columns), self.random.randint(1, min(2, len(columns))))
        terms = [as_sql(self.random, each.name) + self.direction() for each in chosen]
        return f" order by {', '.join(terms)}"

    def direction(self) -> str:
        return self.random.choice(("", "", " asc", " desc")) + self.random.choice(
            ("", "", " nulls first", " nulls last")
        )

    def set_operation(self, left: str, columns: list[Col]) -> tuple[str, list[Col]]:
        """Two SELECTs with the same columns, put together."""
        word = self.random.choice(("union", "union all", "except", "intersect", "except all", "intersect all"))
        base = self.base()
        draw = self.expressions([base])
        items = [f"{draw.of(each.type, 1).written} as {as_defined(self.random, each.name)}" for each in columns]
        if any(each.type.name in NESTED for each in columns):
            return left, columns
        return f"{left} {word} select {', '.join(items)} from {base.written}", columns

    def expressions(self, relations: Sequence[Relation]) -> Expressions:
        bare = len(relations) == 1 and self.chance(0.5)
        columns = [(None if bare else each.name, column) for each in relations for column in each.columns]
        return Expressions(self.draft, columns, bare_engine=True)

    # FROM

    def relation(self, small: bool) -> Relation:
        base = self.base()
        if not small and self.chance(0.12):
            written, columns = self.select(small=True)
            name = self.new_name("sub")
            return Relation(f"({written}) as {name}", name, tuple(columns))
        if self.chance(0.4):
            name = self.new_name("t")
            return Relation(f"{base.written}{self.random.choice((' as ', ' '))}{name}", name, base.columns)
        return base

    def source(self, small: bool) -> tuple[str, list[Relation]]:
        first = self.relation(small)
        if small or not self.chance(0.45):
            return first.written, [first]
        base = self.base()
        name = self.new_name("j")
        second = Relation(f"{base.written} as {name}", name, base.columns)
        if sum(len(each.columns) for each in (first, second)) > 60:
            return first.written, [first]
        pairs = [
            (one, other)
            for one in first.columns
            for other in second.columns
            if one.type.name not in NESTED and self.same_family(one.type, other.type)
        ]
        if not pairs or self.chance(0.05):
            if self.draft.shape.rows > 100:
                return first.written, [first]
            return f"{first.written} cross join {second.written}", [first, second]
        word = self.random.choice(
            ("join", "inner join", "left join", "right join", "full join", "semi join", "anti join")
        )
        named = [(one, other) for one, other in pairs if one.name.casefold() == other.name.casefold()]
        one, other = self.random.choice(named or pairs)
        here = f"{as_sql(self.random, first.name)}.{as_sql(self.random, one.name)}"
        there = f"{as_sql(self.random, name)}.{as_sql(self.random, other.name)}"
        on = f"on {here} = {there}"
        if self.chance(0.15):
            on += (
                f" and {self.expressions([first, second]).condition(1).written}"
                if self.chance(0.3)
                else f" and {here} is not null"
            )
        one_sided = word.startswith(("semi", "anti"))
        return f"{first.written} {word} {second.written} {on}", [first] if one_sided else [first, second]

    def same_family(self, one: Type, other: Type) -> bool:
        common = common_type(one, other)
        return common is not None and one.is_numeric == other.is_numeric

    # SELECT

    def select(self, small: bool = False) -> tuple[str, list[Col]]:
        """One SELECT without an order of its own, and the columns that it gives."""
        source, relations = self.source(small)
        draw = self.expressions(relations)
        where = f" where {self.condition(draw)}" if self.chance(0.4) else ""
        if self.chance(0.4) and any(each.columns for each in relations):
            items, columns, tail = self.grouped(draw)
        else:
            items, columns, tail = self.plain(draw, small)
        distinct = "distinct " if not tail and self.chance(0.12) else ""
        if distinct and any(each.type.name in NESTED for each in columns):
            distinct = ""
        return f"select {distinct}{', '.join(items)} from {source}{where}{tail}", columns

    def condition(self, draw: Expressions) -> str:
        """A condition, perhaps one that looks into another table."""
        base = self.base()
        plain = [each for each in base.columns if each.type.name not in NESTED]
        if plain and self.chance(0.25):
            column = self.random.choice(plain)
            inner = as_sql(self.random, column.name)
            left = draw.inside(draw.of(column.type, 1), ATOM)
            shape = self.random.choice(("in", "not in", "exists", "scalar"))
            if shape == "scalar":
                return f"{left} {self.random.choice(('=', '<', '>='))} (select max({inner}) from {base.written})"
            if shape == "exists":
                name = self.new_name("e")
                return f"exists (select 1 from {base.written} as {name} where {name}.{inner} is not null)"
            return f"{left} {shape} (select {inner} from {base.written})"
        return draw.condition(2).written

    def item(self, part: Part, taken: list[Col]) -> tuple[str, Col]:
        name = draw_name(self.random, ["rowid", *(each.name for each in taken)])
        written = f"{part.written} as {as_defined(self.random, name)}"
        return written, Col(name, part.type, True, part.reach)

    def plain(self, draw: Expressions, small: bool) -> tuple[list[str], list[Col], str]:
        """Columns and expressions, and windows now and then."""
        items: list[str] = []
        columns: list[Col] = []
        windowed = False
        for _ in range(self.random.choice((1, 2, 3, 4))):
            shape = self.random.random()
            if draw.columns and shape < 0.55:
                table, column = self.random.choice(draw.columns)
                if column.name.casefold() in {each.name.casefold() for each in columns}:
                    continue
                written = draw.as_part(table, column).written
                items.append(written if self.chance(0.5) else f"{written} as {as_defined(self.random, column.name)}")
                columns.append(column)
                continue
            part = self.window(draw) if shape > 0.8 and not small else None
            windowed = windowed or part is not None
            written, made = self.item(part or draw.value(2), columns)
            items.append(written)
            columns.append(made)
        if not items:
            items, columns = ["1 as one"], [Col("one", Type("integer"), False, 1)]
        tail = ""
        if windowed and self.chance(0.2):
            tail = f" qualify {self.ranked(draw)} <= {self.random.choice((1, 2, 5))}"
        return items, columns, tail

    def grouped(self, draw: Expressions) -> tuple[list[str], list[Col], str]:
        """Keys and aggregates."""
        usable = [(t, c) for t, c in draw.columns if c.type.name not in NESTED]
        keys = self.random.sample(usable, min(len(usable), self.random.choice((0, 1, 1, 2))))
        names: set[str] = set()
        items: list[str] = []
        columns: list[Col] = []
        written_keys: list[str] = []
        for table, column in keys:
            if column.name.casefold() in names:
                continue
            names.add(column.name.casefold())
            written = draw.as_part(table, column).written
            written_keys.append(written)
            items.append(f"{written} as {as_defined(self.random, column.name)}")
            columns.append(column)
        for _ in range(self.random.choice((1, 1, 2, 3))):
            written, made = self.item(self.aggregate(draw), columns)
            items.append(written)
            columns.append(made)
        tail = f" group by {', '.join(written_keys)}" if written_keys else ""
        if written_keys and self.chance(0.2):
            tail += f" having count(*) >= {self.random.choice((0, 1, 2))}"
        return items, columns, tail

    # aggregates and windows

    def aggregate(self, draw: Expressions) -> Part:
        """A call of an aggregate."""
        row = self.random.choice(aggregates.AGGREGATES)
        name = row.name if self.chance(0.8) or not row.aliases else self.random.choice(row.aliases)
        if row.name == "count" and self.chance(0.5):
            return Part(self.filtered(draw, "count(*)"), ATOM, BIGINT, False, 100_000)
        x = self.argument(draw, row.name)
        written, kind = x.written, self.result(row.name, x.type)
        if row.name == "count" and self.chance(0.3) and x.type.name not in NESTED:
            written = f"distinct {written}"
        if row.name in ("quantile_cont", "quantile_disc"):
            written += f", {self.random.choice(('0.5', '0.25', '1', '0'))}"
        if row.name == "string_agg":
            written += f", {quoted(self.random.choice((', ', '', '|')))}"
        if row.name in ("arg_max", "arg_min"):
            written += f", {self.key(draw)}"
        if row.ordered:
            written += f" order by {self.key(draw)}{self.direction()}"
        return Part(self.filtered(draw, f"{name}({written})"), ATOM, kind, True, math.inf)

    def key(self, draw: Expressions) -> str:
        found = draw.column_of(lambda each: each.type.name not in NESTED)
        return found.written if found else "1"

    def filtered(self, draw: Expressions, call: str) -> str:
        if self.chance(0.12):
            return f"{call} filter (where {draw.condition(1).written})"
        return call

    def argument(self, draw: Expressions, name: str) -> Part:
        if name in TRUTHS:
            return draw.condition(1)
        if name in BITS:
            return draw.of(BIGINT, 1)
        if name == "string_agg":
            return draw.of(VARCHAR, 1)
        if name in NUMBERS:
            found = draw.column_of(lambda each: each.type.is_numeric and each.reach < 1e12)
            return found if found and self.chance(0.8) else draw.fitted(draw.number(1), DOUBLE)
        found = draw.column_of(lambda each: each.type.name not in NESTED)
        if name == "mode":  # the engine takes no constants there
            return found or draw.literal(BIGINT)
        return found if found and self.chance(0.8) else draw.of(BIGINT, 1)

    def result(self, name: str, kind: Type) -> Type:
        """The type of an aggregate over values of a type, as the engine gives it."""
        match name:
            case "count":
                return BIGINT
            case "count_if":
                return Type("hugeint")
            case "bool_and" | "bool_or":
                return BOOLEAN
            case "string_agg":
                return VARCHAR
            case "avg" | "stddev_samp" | "stddev_pop" | "var_samp" | "var_pop":
                return DOUBLE
            case "median" | "quantile_cont" | "mad":
                return DOUBLE if kind.is_integer else kind
            case "sum":
                return DOUBLE if kind.is_float else sum_type(kind)
            case "list":
                return Type("list", element=kind)
            case "histogram":
                return Type("map", fields=(("key", kind), ("value", Type("ubigint"))))
        return kind

    def ranked(self, draw: Expressions) -> str:
        return f"{self.random.choice(('row_number', 'rank', 'dense_rank'))}() over ({self.over(draw)})"

    def over(self, draw: Expressions, frame: bool = False) -> str:
        found = draw.column_of(lambda each: each.type.name not in NESTED) if self.chance(0.5) else None
        parts = [f"partition by {found.written}"] if found else []
        parts.append(f"order by {self.key(draw)}{self.direction()}")
        if frame and self.chance(0.4):
            parts.append(self.random.choice(FRAMES))
        return " ".join(parts)

    def window(self, draw: Expressions) -> Part:
        """A window function, or an aggregate over a window."""
        row = self.random.choice(windows.WINDOWS)
        name = row.name if self.chance(0.8) or not row.aliases else self.random.choice(row.aliases)
        if self.chance(0.25):
            name, x = self.random.choice(("count", "min", "max")), self.argument(draw, "min")
            kind = BIGINT if name == "count" else x.type
            return Part(f"{name}({x.written}) over ({self.over(draw, True)})", ATOM, kind, True, x.reach)
        if row.name in ("row_number", "rank", "dense_rank", "percent_rank", "cume_dist"):
            kind = DOUBLE if row.name in ("percent_rank", "cume_dist") else BIGINT
            return Part(f"{name}() over ({self.over(draw)})", ATOM, kind, False, 100_000)
        if row.name == "ntile":
            return Part(f"{name}({self.random.choice((1, 2, 4))}) over ({self.over(draw)})", ATOM, BIGINT, False, 4)
        x = draw.column_of(lambda each: True) or draw.of(BIGINT, 0)
        arguments = x.written
        if row.name in ("lag", "lead") and self.chance(0.5):
            arguments += f", {self.random.choice((1, 2))}"
            if self.chance(0.4):
                arguments += f", {draw.literal(x.type).written}"
        if row.name == "nth_value":
            arguments += f", {self.random.choice((1, 2, 3))}"
        frame = row.name not in ("lag", "lead")
        return Part(f"{name}({arguments}) over ({self.over(draw, frame)})", ATOM, x.type, True, x.reach)
