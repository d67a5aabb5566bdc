"""Admission of a whole query: one read-only SELECT over named tables, with the functions of the tables and no others.

What is easy to say well is said here (a table that does not exist, a function that is not known, a result that would
depend on chance, values that do not compare); other columns and types are left to DuckDB's binder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from interlock.ir.diagnostics import joined, nearest
from interlock.ir.expressions.lexer import LONGEST, unseen
from interlock.ir.expressions.problems import Problem, clearest, mended, spelled
from interlock.ir.expressions.query_aliases import check_aliases
from interlock.ir.expressions.query_compares import check_types
from interlock.ir.expressions.query_forms import keep_index, plain_forms
from interlock.ir.expressions.query_joins import check_joins
from interlock.ir.expressions.query_rules import check_call, check_node
from interlock.ir.expressions.query_types import part_named
from interlock.ir.expressions.query_values import check_values
from interlock.ir.expressions.typed import call_tree, cast_tree
from interlock.ir.types import Schema, Type


@dataclass(frozen=True)
class Select:
    """An admitted query: `tree.sql(dialect="duckdb")` is what runs; `tables` and `inputs` are those it uses."""

    text: str
    tree: exp.Query
    tables: tuple[str, ...]
    inputs: tuple[str, ...]

    @property
    def sql(self) -> str:
        """The query as DuckDB runs it."""
        return self.tree.sql(dialect="duckdb")


class Queries(DuckDB):
    """DuckDB's dialect without any function of its own: every call stays a name and arguments."""

    class Parser(DuckDB.Parser):
        FUNCTIONS = {}  # noqa: RUF012
        FUNCTION_PARSERS = {  # noqa: RUF012
            **{name: DuckDB.Parser.FUNCTION_PARSERS[name] for name in ("CAST", "TRY_CAST", "EXTRACT")},
            "POSITION": lambda parser: parser._parse_place(),
        }
        NO_PAREN_FUNCTIONS = {}  # noqa: RUF012
        NO_PAREN_FUNCTION_PARSERS = {"CASE": DuckDB.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]}  # noqa: RUF012

        def _parse_place(self) -> exp.Expr:
            """`position('b' in text)`: its arguments stand the other way round in `strpos`."""
            name = self._tokens[self._index - 2]
            first = self._parse_bitwise()
            if self._match(TokenType.IN):
                called, arguments = "strpos", [self._parse_bitwise(), first]
            else:
                rest = self._parse_csv(self._parse_disjunction) if self._match(TokenType.COMMA) else []
                called, arguments = name.text, [first, *rest]
            call = exp.Anonymous(this=called, expressions=[each for each in arguments if each is not None])
            call.update_positions(name)
            return call

        def _parse_type(self, parse_interval: bool = True, fallback_to_identifier: bool = False) -> exp.Expr | None:
            """Like sqlglot's, but `timestamp '2024-01-31'::date` is a cast of the timestamp, as DuckDB reads it."""
            if (
                self._curr
                and self._next
                and self._next.token_type == TokenType.STRING
                and self._curr.token_type in _DATED
            ):
                kind, text = self._parse_types(), self._parse_primary()
                return self._parse_column_ops(self.expression(exp.Cast(this=text, to=kind)))
            return super()._parse_type(parse_interval, fallback_to_identifier)


_DATED = frozenset(
    {
        TokenType.DATE,
        TokenType.TIME,
        TokenType.TIMESTAMP,
        TokenType.TIMESTAMPNTZ,
        TokenType.TIMESTAMPTZ,
        TokenType.DATETIME,
    }
)
_STARTS = re.compile(r"[\s(]*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*[\s(]*(select|with|from)\b", re.IGNORECASE | re.DOTALL)
_INSTEAD = "a query is one SELECT: it reads the tables of the node and changes nothing"


def admit_select(
    text: str, tables: Mapping[str, Schema], inputs: Mapping[str, Type] | None = None
) -> Select | list[Problem]:
    """The text as a query over exactly these tables, or what is wrong with it; never raises.

    >>> from interlock.ir.types import schema
    >>> found = admit_select("select region, sum(revenue) from sales group by region", {"sales": schema(region="varchar")})
    >>> found.tables
    ('sales',)
    """
    if not isinstance(text, str):
        return [Problem("syntax", "a query is a text", 0, 0)]
    early = _unreadable(text)
    if early:
        return [early]
    try:
        trees = sqlglot.parse(_marked(text), dialect=Queries)
        if len(trees) != 1 or not isinstance(trees[0], exp.Query):
            return [Problem("not-allowed", _INSTEAD, 0, len(text), "not one SELECT")]
        reader = _Reader(text, tables, inputs or {})
        reader.read(trees[0])
        for problem in [
            *check_joins(text, trees[0], tables),
            *check_types(text, trees[0], tables),
            *check_values(text, trees[0], tables),
            *check_aliases(text, trees[0], tables),
        ]:
            reader.add(problem)
        plain_forms(trees[0])
        if reader.problems:
            return sorted(reader.problems, key=lambda problem: problem.start)
        found = Select(
            text, trees[0], tuple(sorted(reader.used, key=lambda name: reader.used[name])), tuple(reader.taken)
        )
        found.sql  # noqa: B018 - a tree too deep to print is refused here, not where it runs
        return found
    except SqlglotError as error:
        return [_syntax(text, error)]
    except RecursionError:
        return [Problem("too-large", "the query is nested too deeply", 0, len(text))]
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        # The parser is not ours: a text it stumbles over is refused like any other it cannot read.
        return [Problem("syntax", "the query cannot be read", 0, len(text))]


_MARK = "ꙮ"
_INPUT = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | (?<![:\w'"\]]):(?=[^\W\d])""", re.VERBOSE | re.DOTALL
)


def _marked(text: str) -> str:
    """The text with `:name` written as a name of the same length: sqlglot reads `select :a` as a nameless alias."""
    return _INPUT.sub(lambda found: _MARK if found.group() == ":" else found.group(), text)


def _unreadable(text: str) -> Problem | None:
    if len(text) > LONGEST:
        message = f"a query may have at most {LONGEST:,} characters, and this one has {len(text):,}"
        return Problem("too-large", message, 0, len(text))
    strange = unseen(text)
    if strange:
        return strange
    if _MARK in text:
        return Problem("syntax", f"`{_MARK}` is not allowed in a query", text.index(_MARK), text.index(_MARK) + 1)
    if not text.strip():
        return Problem("syntax", "the query is empty", 0, len(text))
    depth = most = 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        most = max(most, depth)
    if most > 100:
        return Problem("too-large", "the query is nested more than 100 levels deep", 0, len(text))
    if not _STARTS.match(text):
        word = text.split(None, 1)[0][:30]
        at = text.index(word)
        return Problem("not-allowed", f"`{word}` is not allowed: {_INSTEAD}", at, at + len(word), "not a SELECT")
    return None


def _syntax(text: str, error: SqlglotError) -> Problem:
    details = getattr(error, "errors", None) or [{}]
    line, column = details[0].get("line") or 1, details[0].get("col") or 1
    lines = text.split("\n")
    end = min(sum(len(row) + 1 for row in lines[: line - 1]) + column, len(text))
    word = details[0].get("highlight") or ""
    start = max(0, end - max(len(word), 1))
    near = f" near `{' '.join(word.replace(_MARK, ':').split())[:60]}`" if word.strip() else ""
    return Problem("syntax", f"the query cannot be read{near}", start, end)


class _Reader:
    """One walk over a query: problems are collected, inputs and names are put into their canonical form."""

    def __init__(self, text: str, tables: Mapping[str, Schema], inputs: Mapping[str, Type]) -> None:
        self.text, self.inputs = text, inputs
        self.tables = {name.casefold(): name for name in tables}
        self.has_rowid = any("rowid" in schema for schema in tables.values())
        self.problems: list[Problem] = []
        self.used: dict[str, int] = {}
        self.taken: dict[str, None] = {}

    def read(self, tree: exp.Query) -> None:
        for node in list(tree.walk()):
            node.comments = None
            if isinstance(node, exp.Table):
                self.table(node)
            elif isinstance(node, exp.Column) and node.name.startswith(_MARK) and not node.table:
                self.input(node)
            elif isinstance(node, exp.Anonymous):
                self.judged(node, check_call(node))
            else:
                if isinstance(node, exp.CTE):
                    self.part(node)
                if isinstance(node, exp.Column) and node.name.lower() == "rowid" and not self.has_rowid:
                    message = "`rowid` is not allowed: it depends on how the table came to be"
                    self.add(Problem("not-deterministic", message, *self.span(node), "not a column"))
                self.judged(node, check_node(node))
                _as_duckdb_reads(node)

    def add(self, problem: Problem | None) -> None:
        if problem is not None and problem not in self.problems:
            self.problems.append(problem)

    def judged(self, node: exp.Expr, problem: Problem | None) -> None:
        """Add what a rule says of a node, at the node's place; of a call, at its name."""
        if problem is None:
            return
        start, end = self.span(node)
        if "start" in node.meta:
            start, end = node.meta["start"], node.meta["end"] + 1
        self.add(replace(problem, start=start, end=end))

    def span(self, node: exp.Expr) -> tuple[int, int]:
        """Where a node stands: from its first to its last name, or its parent's when it has none."""
        places = [part.meta for part in node.walk() if "start" in part.meta]
        if places:
            return min(place["start"] for place in places), max(place["end"] for place in places) + 1
        return self.span(node.parent) if node.parent is not None else (0, len(self.text))

    def part(self, cte: exp.CTE) -> None:
        """Check the name that a part of the query (`with name as`) is given."""
        name = cte.alias
        if name.casefold() in self.tables:
            message = f"`{name}` names a table of the node and a part of the query: give the part another name"
            self.add(Problem("not-allowed", message, *self.span(cte.args["alias"]), "named twice"))
        elif _FILE.search(name):
            message = f"`{name[:60]}` reads like a file: give the part of the query a plain name"
            self.add(Problem("not-allowed", message, *self.span(cte.args["alias"]), "like a file"))

    def table(self, node: exp.Table) -> None:
        start, end = self.span(node)
        if not isinstance(node.this, exp.Identifier):
            called = node.this.name if isinstance(node.this, exp.Anonymous) else "this"
            help = ("read files with a node of their own, and use its table here",)
            message = f"`{called}(…)` is not a table of the node: a query reads only the tables it is given"
            return self.add(Problem("not-allowed", message, start, end, "not a table", help=help))
        start, end = self.span(node.this)
        name = node.name
        if node.args.get("db") or node.args.get("catalog"):
            message = f"`{node.sql(dialect='duckdb')[:60]}` is not allowed: tables have plain names, without a schema"
            return self.add(Problem("not-allowed", message, *self.span(node), "another schema"))
        if part_named(node) is not None:
            return None
        known = self.tables.get(name.casefold())
        if known is not None:
            self.used[known] = min(start, self.used.get(known, start))
            node.this.set("this", known)
            node.this.set("quoted", True)
            return None
        if _FILE.search(name):
            help = ("read the file with a node of its own, such as `read_csv`, and use its table here",)
            message = f"`{name[:60]}` is a file: a query reads only the tables it is given"
            return self.add(Problem("not-allowed", message, start, end, "a file", help=help))
        near = nearest(name, self.tables.values())
        best = clearest(name, near)
        notes = (f"the tables are {joined([f'`{table}`' for table in self.tables.values()])}",) if self.tables else ()
        replacement = mended(self.text, start, end, spelled(best)) if best else None
        message = f"there is no table `{name}` here"
        return self.add(
            Problem("unknown-column", message, start, end, "not a table", tuple(near), replacement, False, notes)
        )

    def input(self, node: exp.Column) -> None:
        name = node.name.removeprefix(_MARK)
        kind = self.inputs.get(name)
        if kind is None:
            near = nearest(name, self.inputs)
            message = f"`:{name}` is not a declared run input"
            known = joined([f"`:{given}`" for given in self.inputs])
            notes = (f"the run inputs are {known}",) if known else ("there are no run inputs",)
            help = (f"declare it: inputs: {{{name}: {{type: …}}}}",)
            problem = Problem(
                "unknown-input", message, *self.span(node), "not declared", tuple(near), notes=notes, help=help
            )
            return self.add(problem)
        self.taken[name] = None
        start, end = self.span(node)
        given = cast_tree(call_tree("getvariable", exp.Literal.string(name)), kind)
        given.meta["start"], given.meta["end"] = start, end - 1
        keep_index(node)
        if node.arg_key == "expressions" and isinstance(node.parent, exp.Select):
            node.replace(exp.Alias(this=given, alias=exp.to_identifier(name, quoted=True)))
        else:
            node.replace(given)
        return None


_FILE = re.compile(r"[./\\*:]")


def _as_duckdb_reads(node: exp.Expr) -> None:
    """Mend two places where the printed form of a tree would be read otherwise than the author's text."""
    if not isinstance(node, exp.Not):
        return
    inner = node.this
    if isinstance(inner, exp.Is) and not isinstance(inner.expression, exp.Not):
        inner.set("expression", exp.Not(this=inner.expression))
        node.replace(inner)
    elif isinstance(node.parent, (exp.Binary, exp.Unary)) and not isinstance(
        node.parent, (exp.And, exp.Or, exp.Not, exp.Paren)
    ):
        node.replace(exp.Paren(this=node.copy()))
