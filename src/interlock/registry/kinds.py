"""Parameter kinds: what a parameter may be, beyond plain numbers, texts and choices.

In a plan every kind is plain JSON. Inside a node's function it has been resolved against the schemas of the
node's inputs: a `Column` knows its type, a `Predicate` is a typed tree. No kind ever reaches SQL as text.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema
from sqlglot import exp

from interlock.ir import types as t
from interlock.registry import sql


class Kind:
    """A parameter kind. `hint` says in a few words what a plan writes there; `pattern` bounds its length."""

    hint: ClassVar[str] = ""
    longest: ClassVar[int] = 1_000

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.str_schema(min_length=1, max_length=cls.longest, strict=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "x-kind": cls.__name__, "description": cls.hint}


@dataclass(frozen=True, slots=True)
class Port:
    """`Annotated[Column, Port("right")]`: the kind is resolved against that port's columns, not the first port's."""

    name: str


@dataclass(frozen=True, slots=True)
class Column(Kind):
    """A column of the input. `.sql` is a reference to it, `.type` and `.nullable` what is known about it."""

    name: str
    type: t.Type
    nullable: bool = True
    hint: ClassVar[str] = "the name of an input column"

    @property
    def sql(self) -> exp.Column:
        return sql.column(self.name)


@dataclass(frozen=True, slots=True)
class NewColumn(Kind):
    """The name of a column that the node makes. It must not clash with a column that the result keeps."""

    name: str
    hint: ClassVar[str] = "the name of a column to make"
    longest: ClassVar[int] = 200

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Expression(Kind):
    """A SQL scalar expression over the input's columns and `:inputs`."""

    tree: exp.Expr
    type: t.Type
    nullable: bool
    columns: tuple[str, ...] = ()
    hint: ClassVar[str] = "a SQL expression over input columns and :inputs"
    longest: ClassVar[int] = 20_000

    @property
    def sql(self) -> exp.Expr:
        return self.tree.copy()


@dataclass(frozen=True, slots=True)
class Predicate(Kind):
    """A SQL expression that is true or false for each row."""

    tree: exp.Expr
    columns: tuple[str, ...] = ()
    non_null: frozenset[str] = frozenset()
    hint: ClassVar[str] = "a true/false SQL expression over input columns and :inputs"
    longest: ClassVar[int] = 20_000

    @property
    def sql(self) -> exp.Expr:
        return self.tree.copy()


@dataclass(frozen=True, slots=True)
class TypeName(Kind):
    """A SQL type such as `bigint`, `decimal(18,2)` or `varchar[]`."""

    type: t.Type
    hint: ClassVar[str] = "a SQL type: bigint, double, decimal(18,2), varchar, date, timestamp, boolean, varchar[] …"


@dataclass(frozen=True, slots=True)
class Query(Kind):
    """One read-only SELECT over the node's own named inputs."""

    tree: exp.Query
    tables: tuple[str, ...]
    hint: ClassVar[str] = "one read-only SELECT over the node's inputs, by their names"
    longest: ClassVar[int] = 20_000


class ReadPath(str, Kind):
    """A file that the node reads, relative to the project folder."""

    __slots__ = ()
    hint: ClassVar[str] = "a file to read, relative to the project folder"


class WritePath(str, Kind):
    """A file that the node writes, relative to the project folder."""

    __slots__ = ()
    hint: ClassVar[str] = "a file to write, relative to the project folder"


class ReadDatabase(ReadPath):
    """A database file that the node reads; the policy's `databases` apply to it, besides its `read`."""

    __slots__ = ()
    hint: ClassVar[str] = "a database file to read, relative to the project folder"


class WriteDatabase(WritePath):
    """A database file that the node changes; the policy's `databases` apply to it, besides its `write`."""

    __slots__ = ()
    hint: ClassVar[str] = "a database file to write, relative to the project folder"


PATH_KINDS = frozenset(kind.__name__ for kind in (ReadPath, WritePath, ReadDatabase, WriteDatabase))
"""The names of the kinds that are files of the project."""


def bare(hint: Any) -> Any:
    """An annotation without its marks and without `| None`: `Annotated[ReadPath | None, …]` is a ReadPath."""
    if typing.get_origin(hint) is Annotated:
        return bare(typing.get_args(hint)[0])
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        members = [each for each in typing.get_args(hint) if each is not type(None)]
        return bare(members[0]) if len(members) == 1 else hint
    return hint


def path_effect(hint: Any) -> Literal["reads", "writes"] | None:
    """What a parameter of this annotation does to the file that it names; None if it names none.

    >>> path_effect(ReadDatabase), path_effect(WritePath | None), path_effect(Text)
    ('reads', 'writes', None)
    """
    kind = bare(hint)
    if not isinstance(kind, type):
        return None
    return "reads" if issubclass(kind, ReadPath) else "writes" if issubclass(kind, WritePath) else None


class ModelName(str, Kind):
    """A language model that the node calls, by the name its provider gives it; the policy's `models` apply to it."""

    __slots__ = ()
    hint: ClassVar[str] = "the name of a language model"
    longest: ClassVar[int] = 200


class Name(str, Kind):
    """A plain name outside the plan: a table of a database, a sheet of a workbook."""

    __slots__ = ()
    hint: ClassVar[str] = "a name: letters, digits, _, - and spaces"
    longest: ClassVar[int] = 100

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.str_schema(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f\"'`;\\]+$", strict=True)


def _free(name: Name) -> Name:
    if name.casefold().startswith(("sqlite_", "_interlock_")):
        owner = "SQLite" if name.casefold().startswith("sqlite_") else "Interlock"
        raise ValueError(f"{owner} keeps the names that begin with `{name[: name.index('_', 1) + 1]}` for itself")
    return name


NewTable = Annotated[Name, AfterValidator(_free)]
"""The name of a table to write to a database."""


def _titled(name: Name) -> Name:
    if len(name.encode("utf-16-le")) > 2 * 31:
        raise ValueError("the name of a sheet in Excel has at most 31 characters")
    if found := next((each for each in name if each in "[]:*?/"), None):
        raise ValueError(f"the name of a sheet in Excel cannot contain `{found}`")
    if name.casefold() == "history":
        raise ValueError("Excel keeps the name `History` for itself")
    return name


NewSheet = Annotated[Name, AfterValidator(_titled)]
"""The name of a sheet to write to a workbook."""


class Text(str, Kind):
    """Text that is data: it reaches SQL only as a quoted literal."""

    __slots__ = ()
    hint: ClassVar[str] = "text"
    longest: ClassVar[int] = 10_000

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.str_schema(max_length=cls.longest, strict=True)


Literally = bool | int | float | str | None
"""A value that is data: a JSON scalar."""

Columns = Annotated[list[Column], Field(min_length=1)]


class Params(BaseModel):
    """The base of structured parameters: unknown keys are refused, values are not coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True, defer_build=True)


class SortKey(Params):
    """A column to sort by: `revenue`, `revenue desc`, or `{column: revenue, descending: true, nulls: first}`."""

    column: Column
    descending: bool = False
    nulls: Literal["first", "last"] = "last"

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        """`"revenue desc"` as a mapping.

        >>> SortKey._from_text("revenue desc")
        {'column': 'revenue', 'descending': True}
        """
        if not isinstance(value, str):
            return value
        word, _, direction = value.rpartition(" ")
        if word and direction.lower() in ("asc", "desc"):
            return {"column": word.strip(), "descending": direction.lower() == "desc"}
        return {"column": value}

    @property
    def sql(self) -> exp.Ordered:
        """The ORDER BY term."""
        return sql.ordered(self.column.sql, descending=self.descending, nulls_first=self.nulls == "first")


SortKeys = Annotated[list[SortKey], Field(min_length=1)]


class Measure(Params):
    """One aggregated column, such as `{name: total, function: sum, column: revenue}`.

    `count` without a column counts rows. `first` and `last` go by `order_by`; `quantile` needs `q` (0 to 1);
    `join` may give a `separator`. `where` keeps only some rows for this measure.
    """

    name: NewColumn
    function: Literal[
        "count", "count_distinct", "sum", "mean", "median", "min", "max", "std", "first", "last", "quantile", "join",
        "any", "all", "list",
    ]  # fmt: skip
    column: Column | None = None
    expression: Expression | None = None
    where: Predicate | None = None
    order_by: list[SortKey] = []
    q: Annotated[float, Field(ge=0, le=1)] | None = None
    separator: Text = Text(", ")
    distinct: bool = False


Measures = Annotated[list[Measure], Field(min_length=1)]


KINDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        Column, NewColumn, Expression, Predicate, TypeName, Query, ReadPath, WritePath, ReadDatabase, WriteDatabase,
        ModelName, Name, Text,
    )
}  # fmt: skip
"""The closed surfaces. A `str` that is none of these is an open one."""
