"""What flows into and out of a node's function: relations, rows, and the statements that make them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from interlock.ir.types import Column, Schema
from interlock.registry import sql

ANSWER = "answer:"
"""The beginning of a variable that holds an answer to the node's own form; the program knows it by the node's id."""

THIS = "this result"
"""In a `Check`, the relation that the node itself gives."""


@dataclass(frozen=True)
class Table:
    """An input of a relational node: a relation with a known schema."""

    name: str
    schema: Schema

    @property
    def columns(self) -> list[exp.Expr]:
        """References to all columns, in order."""
        return [sql.column(name) for name in self.schema.names]

    def __getitem__(self, name: str) -> Column:
        return self.schema[name]

    @property
    def position(self) -> str:
        """The name that a row's position has in `numbered()`; never the name of a column."""
        name = sql.POSITION
        while name in self.schema:
            name += "_"
        return name

    def numbered(self, alias: str | None = None) -> exp.Subquery:
        """This relation with one more column, `position`: each row's place in the input's order, from 1."""
        inner = sql.select(*self.columns, sql.named(sql.position(), self.position)).from_(
            sql.table(self.name), copy=False
        )
        return exp.Subquery(this=inner, alias=exp.TableAlias(this=sql.name_of(alias or self.name)))

    def select(self, *columns: exp.Expr) -> exp.Select:
        """SELECT these columns (all, if none are given) FROM this relation."""
        return sql.select(*(columns or self.columns)).from_(sql.table(self.name), copy=False)

    def select_numbered(self, *columns: exp.Expr) -> exp.Select:
        """The same over `numbered()`, so that `position` can be used."""
        return sql.select(*(columns or self.columns)).from_(self.numbered(), copy=False)


@dataclass(frozen=True)
class Check:
    """Something that must hold when the plan runs: `violations` selects the rows that break it."""

    title: str
    violations: exp.Query
    name: str = "expectation"


@dataclass(frozen=True)
class Form:
    """What a person is asked before a node runs: a question, about the first `show` rows of the node's input.

    `fields` say for each answer its SQL `type`, its `choices`, a `default`, whether it is `optional`, and a `label`. In
    the node's statement an answer is `getvariable(ANSWER + name)`.
    """

    question: str
    fields: Mapping[str, Mapping[str, Any]]
    show: int = 20


@dataclass(frozen=True)
class Select:
    """The result of a relational node: a SELECT over its ports, and what must hold of it at run time.

    `keys` names columns that are together unique in the result, where the node knows that.
    `preview` asks for that many rows to be shown in the run's report; `asks` for answers that the statement needs.
    """

    tree: exp.Query
    checks: tuple[Check, ...] = ()
    keys: tuple[str, ...] = ()
    non_null: frozenset[str] = frozenset()
    preview: int = 0
    asks: Form | None = None


@dataclass(frozen=True)
class Copy:
    """The result of a sink that DuckDB writes by itself: `COPY (tree) TO path (options)`."""

    tree: exp.Query
    path: str
    options: Mapping[str, Any]


class Rows:
    """A relation handed to, or made by, a Python node: column names, their SQL types, and an iterator of tuples."""

    def __init__(self, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
        self.columns = list(columns)
        self.rows = rows

    def __iter__(self) -> Iterator[Sequence[Any]]:
        return iter(self.rows)


if TYPE_CHECKING:
    Writes = Iterator[None]
else:

    class Writes:
        """The annotation of a Python sink: a generator that writes everything, yields once, and commits after that.

        The run advances every sink to its `yield` before it lets any of them commit; a sink that is closed instead
        must leave nothing behind. A node type says with `repeat` what a second commit after a crash would do.
        """


@dataclass(frozen=True)
class Staging:
    """What a Python sink works with, if it takes a keyword argument `staging: Staging`.

    `folder` is a folder of its own beside the file that it writes, removed when the run ends; after a crash the same
    folder, as it was left, is given again. `mark` is a text that stands for this commit of this run, empty if it cannot
    happen twice. A sink with `repeat="marked"` puts the mark into the transaction that commits, does nothing if it is
    there already, yields once more, and then takes it away; `done` says that only that is left to do.
    """

    folder: str
    mark: str
    done: bool = False


@dataclass(frozen=True)
class Described:
    """What a source looks like, from its header and a sample: columns and how to read them (`facts`)."""

    columns: Sequence[tuple[str, str]]
    facts: Mapping[str, Any] = field(default_factory=dict)


class NodeError(Exception):
    """What a node can only say when it knows the columns of its inputs; the compiler shows it at the plan's line.

    `param_path` leads into the parameters: `("columns", "total")`; `()` means the node as a whole.
    """

    def __init__(
        self,
        param_path: tuple[str | int, ...],
        message: str,
        candidates: Sequence[str] = (),
        help: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.param_path = param_path
        self.message = message
        self.candidates = tuple(candidates)
        self.help = tuple(help)
