"""One node as the reference meets it, and what most nodes need: columns found, rows ordered, rows grouped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cmp_to_key
from typing import Any
from uuid import UUID

from interlock.evaluation.frames import Frame, Row, Unsupported
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.expressions import Compiled, compile_expression
from interlock.evaluation.reference.values import Endless, compare, group_key
from interlock.ir.types import Type

BIGINT, DOUBLE, VARCHAR, BOOLEAN = Type("bigint"), Type("double"), Type("varchar"), Type("boolean")
SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""What `trim` takes away: Unicode's spaces, which tabs and line ends are not."""


@dataclass(frozen=True)
class Call:
    """A node with its parameters as the plan writes them and the tables at its ports, in the order of the edges.

    `sources` names the node behind each port; `given` holds the type and value of every run input.
    """

    node: str
    params: Mapping[str, Any]
    inputs: Mapping[str, Frame]
    sources: Mapping[str, str]
    given: Mapping[str, tuple[Type, Any]]

    @property
    def table(self) -> Frame:
        """What comes in at the first port."""
        return next(iter(self.inputs.values()))

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, or what the documentation says holds without it."""
        return self.params.get(name, default)

    def compiled(self, text: str, expect: Type | None = None) -> Compiled:
        """An expression over the rows of the first port."""
        port, table = next(iter(self.inputs.items()))
        return compile_expression(
            text, table.columns, self.given, expect=expect, tables={self.sources.get(port, port): table.columns}
        )

    def holds(self, text: str) -> Callable[[Row], bool]:
        """A condition, as whether it is true (and neither false nor null) for a row."""
        evaluate = self.compiled(text, BOOLEAN).evaluate
        return lambda row: evaluate(row) is True


Node = Callable[[Call], Frame]
"""What a node type gives; raises Stops where the run must stop."""


@dataclass(frozen=True)
class Key:
    """A column to order by."""

    place: int
    descending: bool = False
    nulls_first: bool = False


def keys_of(table: Frame, written: Iterable[Any], *, descending: bool = False) -> list[Key]:
    """Sort keys as plans write them: `revenue`, `revenue desc`, or a mapping; `descending` is what holds unsaid."""
    return [_key_of(table, key, descending) for key in written]


def _key_of(table: Frame, key: Any, descending: bool) -> Key:
    if not isinstance(key, str):
        nulls_first = key.get("nulls", "last") == "first"
        return Key(table.index(key["column"]), key.get("descending", descending), nulls_first)
    name, _, way = key.rpartition(" ")
    if not name or way.lower() not in ("asc", "desc"):
        return Key(table.index(key), descending)
    return Key(table.index(name.strip()), way.lower() == "desc")


def ordered(table: Frame, keys: Sequence[Key], places: Iterable[int] | None = None) -> list[int]:
    """The places of rows in the order of the keys; rows that are equal in them keep their order."""
    found = list(range(len(table.rows)) if places is None else places)
    for key in reversed(keys):
        rank = rank_of(table.columns[key.place][1])
        values = {place: table.rows[place][key.place] for place in found}
        absent = [place for place in found if values[place] is None]
        present = [place for place in found if values[place] is not None]
        present.sort(key=lambda place: rank(values[place]), reverse=key.descending)
        found = absent + present if key.nulls_first else present + absent
    return found


def rank_of(kind: Type) -> Callable[[Any], Any]:
    """What values of a type (nulls apart) are ordered by. Choices (enums) go by their list, text by code points."""
    if kind.name in ("varchar", "boolean", "decimal", "blob", "time", "uuid", "json") or kind.is_integer:
        return lambda value: value
    if kind.is_float:
        return lambda value: (value != value, value)
    if kind.name == "enum":
        return kind.symbols.index
    return cmp_to_key(compare)


def grouped(table: Frame, places: Sequence[int]) -> dict[tuple[Any, ...], list[int]]:
    """The rows that are equal in these columns, nulls being equal, in the order in which each first appears."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for number, row in enumerate(table.rows):
        found.setdefault(tuple(group_key(row[place]) for place in places), []).append(number)
    return found


def places_of(table: Frame, names: Iterable[str]) -> list[int]:
    """The places of these columns."""
    return [table.index(name) for name in names]


def plain_zero(value: Any) -> Any:
    """0.0 for -0.0, as groups and minima show it, also inside of lists, structs and maps."""
    if isinstance(value, list):
        return [plain_zero(each) for each in value]
    if isinstance(value, dict):
        return {plain_zero(key): plain_zero(each) for key, each in value.items()}
    return 0.0 if isinstance(value, float) and value == 0 else value


def known(kind: Type) -> Type:
    """The type that a column has: an untyped null makes an integer column."""
    return Type("integer") if kind.is_null else kind


def replaced(table: Frame, made: Mapping[str, tuple[Type, Sequence[Any]]]) -> Frame:
    """The table with these columns in the places of those of the same name, and at the end where they are new."""
    old = {name.casefold(): place for place, (name, _) in enumerate(table.columns)}
    columns = list(table.columns)
    values: list[Sequence[Any]] = [[row[place] for row in table.rows] for place in range(len(columns))]
    for name, (kind, cells) in made.items():
        place = old.get(name.casefold())
        if place is None:
            columns.append((name, known(kind)))
            values.append(cells)
        else:
            columns[place], values[place] = (name, known(kind)), cells
    return Frame(tuple(columns), tuple(zip(*values, strict=True)))


def value_of(written: Any, kind: Type) -> Any:
    """A value that the plan writes (a JSON scalar), as a value of that type."""
    if written is None or kind.is_text or not isinstance(written, int | float | str) or isinstance(written, bool):
        return written
    if isinstance(written, str) and kind.is_numeric:
        return cast(written, VARCHAR, kind)
    if kind.is_integer:
        return int(written)
    if kind.name == "decimal":
        return cast(Decimal(repr(written)), Type("decimal", precision=(38, (kind.precision or (18, 3))[1])), kind)
    if kind.is_float:
        return cast(float(written), DOUBLE, kind)
    if kind.name == "timestamptz":
        moment = datetime.fromisoformat(re.sub(r"([+-]\d\d)$", r"\1:00", str(written).strip().replace(" +", "+")))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if kind.name == "uuid":
        return UUID(str(written))
    if kind.is_null:
        raise Unsupported("a value of no type")
    return cast(written, VARCHAR, kind)


def is_blank(text: str) -> bool:
    """Whether a text is nothing but spaces."""
    return not text.strip(SPACES)


def is_finite(value: Any) -> bool:
    """Whether a date or a number is neither infinite nor NaN."""
    return not isinstance(value, Endless) and not (isinstance(value, float) and value - value != 0)
