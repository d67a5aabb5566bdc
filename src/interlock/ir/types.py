"""The type language: DuckDB's SQL types, plus `not null`.

`Type` is a type's shape; `Column` a named type with nullability; `Schema` an ordered set of columns.
Names are compared without regard to case, as DuckDB compares them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

SCALARS = (
    "boolean tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint uhugeint float double "
    "decimal varchar blob date time timestamp timestamptz timestamp_s timestamp_ms timestamp_ns interval uuid json null"
).split()
ALIASES = {
    "bool": "boolean",
    "logical": "boolean",
    "int1": "tinyint",
    "int2": "smallint",
    "short": "smallint",
    "int": "integer",
    "int4": "integer",
    "signed": "integer",
    "int8": "bigint",
    "long": "bigint",
    "int64": "bigint",
    "int32": "integer",
    "float4": "float",
    "real": "float",
    "float8": "double",
    "float64": "double",
    "number": "double",
    "numeric": "decimal",
    "text": "varchar",
    "string": "varchar",
    "str": "varchar",
    "char": "varchar",
    "bpchar": "varchar",
    "bytea": "blob",
    "binary": "blob",
    "varbinary": "blob",
    "datetime": "timestamp",
    "timestamp with time zone": "timestamptz",
    "double precision": "double",
}
INTEGERS = frozenset("tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint uhugeint".split())
FLOATS = frozenset({"float", "double"})
TEMPORAL = frozenset({"date", "time", "timestamp", "timestamptz", "timestamp_s", "timestamp_ms", "timestamp_ns"})


class TypeTextError(ValueError):
    """A text that names no type."""


@dataclass(frozen=True, slots=True)
class Type:
    """A SQL type. `name` is canonical and lower-case; lists and structs carry their element types.

    >>> str(parse_type("STRUCT(a INT, b TEXT[])"))
    'struct(a integer, b varchar[])'
    """

    name: str
    precision: tuple[int, int] | None = None
    element: Type | None = None
    fields: tuple[tuple[str, Type], ...] = ()
    symbols: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.name == "decimal" and self.precision:
            return f"decimal({self.precision[0]},{self.precision[1]})"
        if self.name == "list":
            return f"{self.element}[]"
        if self.name == "map":
            return f"map({self.fields[0][1]}, {self.fields[1][1]})"
        if self.name == "struct":
            return "struct(" + ", ".join(f"{quote_name(name)} {kind}" for name, kind in self.fields) + ")"
        if self.name == "enum":
            return "enum(" + ", ".join("'" + symbol.replace("'", "''") + "'" for symbol in self.symbols) + ")"
        return self.name

    @property
    def sql(self) -> str:
        """The type as DuckDB reads it."""
        return str(self.stored)

    @property
    def stored(self) -> Type:
        """The type that a column of a table has for these values: the engine takes an untyped null for an integer.

        >>> str(parse_type("null[]").stored)
        'integer[]'
        """
        if self.name == "null":
            return Type("integer")
        if self.element is None and not self.fields:
            return self
        element = self.element.stored if self.element is not None else None
        return replace(self, element=element, fields=tuple((name, kind.stored) for name, kind in self.fields))

    @property
    def is_integer(self) -> bool:
        return self.name in INTEGERS

    @property
    def is_float(self) -> bool:
        return self.name in FLOATS

    @property
    def is_numeric(self) -> bool:
        return self.name in INTEGERS or self.name in FLOATS or self.name == "decimal"

    @property
    def is_text(self) -> bool:
        return self.name in ("varchar", "enum")

    @property
    def is_temporal(self) -> bool:
        return self.name in TEMPORAL

    @property
    def is_null(self) -> bool:
        return self.name == "null"


RESERVED = frozenset(
    "with where variadic unpivot union true using trailing to then table symmetric summarize create as into do initially "
    "for describe desc window except offset in default column false collate returning constraint all case placing cast "
    "analyse intersect asc analyze check having fetch when and only asymmetric on any array both group primary lambda "
    "foreign lateral unique leading null distinct limit not from or order some pivot end qualify else references "
    "deferrable select show full columns cross ilike try_cast generated anti by at semi asof is glob join left outer like "
    "map natural similar notnull isnull positional inner right struct tuple".split()
)
"""Words that the engine reads as its own where a bare name could stand."""


def quote_name(name: str) -> str:
    """A name as it stands in a type or statement: bare if it is plain and not reserved, else in double quotes."""
    return (
        name
        if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in RESERVED
        else '"' + name.replace('"', '""') + '"'
    )


_TOKEN = re.compile(
    r"""\s*(?:(?P<name>[A-Za-z_][\w]*)|(?P<quoted>"(?:[^"]|"")*")|(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<sign>[(),\[\]]))"""
)


@lru_cache(maxsize=4096)
def parse_type(text: str) -> Type:
    """Read a SQL type, with the aliases DuckDB and common tools use; raises TypeTextError.

    >>> str(parse_type("Numeric(18, 2)")), str(parse_type("text[]"))
    ('decimal(18,2)', 'varchar[]')
    """
    if len(text) > 20_000:
        raise TypeTextError("the type is longer than 20,000 characters")
    tokens: list[tuple[str, str]] = []
    at = 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise TypeTextError(f"`{text}` is not a type")
        tokens.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        at = match.end()
    reader = _Reader(text, tokens)
    found = reader.type(0)
    if reader.rest():
        raise TypeTextError(f"`{text}` is not a type: `{reader.peek()}` is left over")
    return found


class _Reader:
    """A recursive-descent reader of type texts, at most 32 levels deep."""

    def __init__(self, text: str, tokens: list[tuple[str, str]]) -> None:
        self.text, self.tokens, self.at = text, tokens, 0

    def rest(self) -> bool:
        return self.at < len(self.tokens)

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.rest() else ""

    def take(self) -> tuple[str, str]:
        if not self.rest():
            raise TypeTextError(f"`{self.text}` is not a type: it ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, sign: str) -> None:
        if self.take()[1] != sign:
            raise TypeTextError(f"`{self.text}` is not a type: expected `{sign}`")

    def type(self, depth: int) -> Type:
        if depth > 32:
            raise TypeTextError("the type is nested more than 32 levels deep")
        kind, word = self.take()
        if kind not in ("name", "quoted"):
            raise TypeTextError(f"`{self.text}` is not a type")
        found = self.named(word.strip('"').lower(), depth)
        while self.peek() == "[":
            self.expect("[")
            if self.peek() != "]":
                self.take()
            self.expect("]")
            found = Type("list", element=found)
        return found

    def named(self, word: str, depth: int) -> Type:
        if word == "double" and self.peek().lower() == "precision":
            self.take()
        if word == "timestamp" and self.peek().lower() == "with":
            for expected in ("with", "time", "zone"):
                if self.take()[1].lower() != expected:
                    raise TypeTextError(f"`{self.text}` is not a type")
            word = "timestamptz"
        if word in ("struct", "row"):
            return Type("struct", fields=tuple(self.members(depth)))
        if word == "map":
            self.expect("(")
            key = self.type(depth + 1)
            self.expect(",")
            value = self.type(depth + 1)
            self.expect(")")
            return Type("map", fields=(("key", key), ("value", value)))
        if word == "list" and self.peek() == "(":
            self.expect("(")
            element = self.type(depth + 1)
            self.expect(")")
            return Type("list", element=element)
        if word == "enum":
            return Type("enum", symbols=tuple(self.texts()))
        name = ALIASES.get(word, word)
        if name not in SCALARS:
            raise TypeTextError(f"`{word}` is not a type")
        arguments = self.numbers() if self.peek() == "(" else []
        if name != "decimal":
            return Type(name)
        width, scale = (arguments + [18, 3][len(arguments) :])[:2] if arguments != [] else (18, 3)
        if len(arguments) == 1:
            scale = 0
        if not (1 <= width <= 38 and 0 <= scale <= width):
            raise TypeTextError(f"`decimal({width},{scale})` needs 1 ≤ width ≤ 38 and 0 ≤ scale ≤ width")
        return Type(name, precision=(width, scale))

    def members(self, depth: int) -> Iterator[tuple[str, Type]]:
        self.expect("(")
        while True:
            kind, name = self.take()
            if kind == "quoted":
                name = name[1:-1].replace('""', '"')
            elif kind != "name":
                raise TypeTextError(f"`{self.text}` is not a type: a struct lists `name type` pairs")
            yield name, self.type(depth + 1)
            if self.peek() != ",":
                break
            self.expect(",")
        self.expect(")")

    def texts(self) -> Iterator[str]:
        self.expect("(")
        while True:
            kind, word = self.take()
            if kind != "text":
                raise TypeTextError(f"`{self.text}` is not a type: an enum lists quoted texts")
            yield word[1:-1].replace("''", "'")
            if self.peek() != ",":
                break
            self.expect(",")
        self.expect(")")

    def numbers(self) -> list[int]:
        self.expect("(")
        found = []
        while True:
            kind, word = self.take()
            if kind != "number":
                raise TypeTextError(f"`{self.text}` is not a type")
            found.append(int(word))
            if self.peek() != ",":
                break
            self.expect(",")
        self.expect(")")
        return found


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, its type, and whether it may hold nulls."""

    name: str
    type: Type
    nullable: bool = True

    def __str__(self) -> str:
        return f"{quote_name(self.name)} {self.type}{'' if self.nullable else ' not null'}"


def parse_column_type(text: str) -> tuple[Type, bool]:
    """Read a type that may end in `not null`: the type, and whether nulls are allowed.

    >>> parse_column_type("varchar not null")[1]
    False
    """
    folded = " ".join(text.split())
    if folded.lower().endswith(" not null"):
        return parse_type(folded[: -len(" not null")]), False
    return parse_type(folded), True


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in order. Two columns never share a name, whatever their case."""

    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        index = {column.name.casefold(): column for column in self.columns}
        if len(index) != len(self.columns):
            raise ValueError("two columns share a name")
        object.__setattr__(self, "_index", index)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def get(self, name: str) -> Column | None:
        """The column of that name, or None."""
        index: dict[str, Column] = self.__dict__["_index"]
        return index.get(name.casefold())

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __getitem__(self, name: str) -> Column:
        column = self.get(name)
        if column is None:
            raise KeyError(name)
        return column

    def __str__(self) -> str:
        return ", ".join(str(column) for column in self.columns)


def schema(columns: Iterable[Column] | None = None, /, **types: str) -> Schema:
    """A schema from columns, or from keyword texts such as `schema(id="bigint not null")`."""
    if columns is not None:
        return Schema(tuple(columns))
    return Schema(tuple(Column(name, *parse_column_type(text)) for name, text in types.items()))
