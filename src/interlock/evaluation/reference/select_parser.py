"""SELECTs as text, read into trees: the forms that queries of the language may have."""

from __future__ import annotations

from dataclasses import dataclass

from interlock.evaluation.frames import Unsupported
from interlock.evaluation.reference.aggregates import AGGREGATES
from interlock.evaluation.reference.parser import Call, Node, Parser
from interlock.evaluation.reference.windows import NEIGHBOURS, PLACES, Bounds


@dataclass(frozen=True)
class Key:
    """One key of an order; nulls come last unless it says otherwise."""

    node: Node
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True)
class Over:
    """A window."""

    partition: tuple[Node, ...]
    order: tuple[Key, ...]
    bounds: Bounds | None


@dataclass(frozen=True)
class Aggregated(Node):
    """A call of an aggregate, or of a window function."""

    name: str
    arguments: tuple[Node, ...]
    distinct: bool = False
    order: tuple[Key, ...] = ()
    where: Node | None = None
    over: Over | str | None = None


@dataclass(frozen=True)
class Inner(Node):
    """A query inside of an expression: `how` is scalar, exists, or in (then with an operand)."""

    how: str
    query: Query
    operand: Node | None = None


@dataclass(frozen=True)
class Star(Node):
    """`*`, or `table.*`."""

    table: str | None = None


@dataclass(frozen=True)
class Named:
    """A table of FROM, or a query there, with the name that its columns go by."""

    table: str | Query
    alias: str


@dataclass(frozen=True)
class Joined:
    """Two parts of FROM."""

    kind: str
    left: Source
    right: Source
    on: Node | None = None
    using: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Select:
    """One SELECT; `groups` is None without GROUP BY, and `by_all` says `group by all`."""

    items: tuple[tuple[Node, str | None], ...]
    source: Source | None
    distinct: bool = False
    where: Node | None = None
    groups: tuple[Node, ...] | None = None
    by_all: bool = False
    having: Node | None = None
    windows: tuple[tuple[str, Over], ...] = ()
    qualify: Node | None = None


@dataclass(frozen=True)
class Combined:
    """Two queries with a set operation between them."""

    kind: str
    every: bool
    left: Body
    right: Body


@dataclass(frozen=True)
class Query:
    """A whole query: its parts by name, its body, its order and limit."""

    body: Body
    parts: tuple[tuple[str, Query], ...] = ()
    order: tuple[Key, ...] = ()
    limit: Node | None = None
    offset: Node | None = None


Source = Named | Joined
Body = Select | Combined | Query
CLAUSES = frozenset(
    "from where group having window qualify order limit offset union except intersect on using join inner left right full "
    "outer cross natural semi anti asof positional as then when else end and or not is in between like ilike asc desc nulls "
    "filter over rows range groups".split()
)
"""Words that are no name of a column or table where they stand bare."""
JOINS = ("inner", "left", "right", "full", "semi", "anti", "cross", "join", "natural")


def parse_query(text: str) -> Query:
    """The tree of a query."""
    parser = QueryParser(text.strip().rstrip(";"))
    found = parser.query()
    if parser.token.kind != "end":
        raise Unsupported(f"`{parser.token.value}` after a query")
    return found


class QueryParser(Parser):
    """The parser of expressions, with queries around and inside of them."""

    def query(self) -> Query:
        parts: list[tuple[str, Query]] = []
        if self.skip("with"):
            while not parts or self.skip(","):
                name = self.take().value
                self.expect("as", "(")
                parts.append((name, self.query()))
                self.expect(")")
        body = self.combination(0)
        order = self.keys() if self.skip("order", "by") else ()
        limit = offset = None
        while self.token.word in ("limit", "offset"):
            if self.take().word == "limit":
                limit = self.expression()
            else:
                offset = self.expression()
        return Query(body, tuple(parts), order, limit, offset)

    def combination(self, tightness: int) -> Body:
        left = self.operand()
        while self.token.word in ("union", "except", "intersect"):
            binds = 2 if self.token.word == "intersect" else 1
            if binds <= tightness:
                break
            kind = self.take().word
            every = self.skip("all")
            if not every:
                self.skip("distinct")
            if self.token.word == "by":
                raise Unsupported("a set operation by name")
            left = Combined(kind, every, left, self.combination(binds))
        return left

    def operand(self) -> Body:
        if self.skip("("):
            found = self.query()
            self.expect(")")
            return found
        return self.select()

    def select(self) -> Select:
        self.expect("select")
        distinct = self.skip("distinct")
        if self.token.word == "on" and distinct:
            raise Unsupported("`distinct on`")
        items = [self.item()]
        while self.skip(","):
            items.append(self.item())
        source = self.source() if self.skip("from") else None
        where = self.expression() if self.skip("where") else None
        groups, by_all = self.groups() if self.skip("group", "by") else (None, False)
        having = self.expression() if self.skip("having") else None
        windows: list[tuple[str, Over]] = []
        while self.skip("window") or (windows and self.skip(",")):
            name = self.take().value
            self.expect("as")
            windows.append((name.casefold(), self.over_body()))
        qualify = self.expression() if self.skip("qualify") else None
        return Select(tuple(items), source, distinct, where, groups, by_all, having, tuple(windows), qualify)

    def item(self) -> tuple[Node, str | None]:
        if self.skip("*"):
            return Star(), None
        if self.token.kind in ("name", "quoted") and self.peek().word == "." and self.peek(2).word == "*":
            table = self.take().value
            self.expect(".", "*")
            return Star(table), None
        node = self.expression()
        return node, self.alias()

    def alias(self) -> str | None:
        if (
            self.skip("as")
            or self.token.kind == "quoted"
            or (self.token.kind == "name" and self.token.word not in CLAUSES)
        ):
            return self.take().value
        return None

    def groups(self) -> tuple[tuple[Node, ...] | None, bool]:
        if self.skip("all"):
            return None, True
        if self.token.word in ("rollup", "cube", "grouping"):
            raise Unsupported("groups of several kinds at once")
        found = [self.expression()]
        while self.skip(","):
            found.append(self.expression())
        return tuple(found), False

    def keys(self) -> tuple[Key, ...]:
        found: list[Key] = []
        while not found or self.skip(","):
            if self.token.word == "all":
                raise Unsupported("`order by all`")
            node = self.expression()
            descending = self.skip("desc")
            if not descending:
                self.skip("asc")
            first = self.skip("nulls", "first")
            if not first:
                self.skip("nulls", "last")
            found.append(Key(node, descending, first))
        return tuple(found)

    # FROM

    def source(self) -> Source:
        left: Source = self.named()
        while True:
            if self.skip(","):
                left = Joined("cross", left, self.named())
            elif self.token.word in JOINS:
                left = self.join(left)
            else:
                return left

    def join(self, left: Source) -> Source:
        natural = self.skip("natural")
        kind = self.take().word if self.token.word != "join" else "inner"
        self.skip("outer")
        self.expect("join")
        right = self.named()
        if natural:
            return Joined(kind, left, right, using=())
        if self.skip("on"):
            return Joined(kind, left, right, on=self.expression())
        if self.skip("using"):
            self.expect("(")
            names = [self.take().value]
            while self.skip(","):
                names.append(self.take().value)
            self.expect(")")
            return Joined(kind, left, right, using=tuple(names))
        return Joined(kind, left, right)

    def named(self) -> Source:
        if self.skip("("):
            if self.token.word not in ("select", "with", "("):
                raise Unsupported("a join in parentheses, or values")
            query = self.query()
            self.expect(")")
            return Named(query, self.named_as("subquery"))
        if self.token.kind not in ("name", "quoted") or self.token.word == "values":
            raise Unsupported(f"`{self.token.value}` in FROM")
        name = self.take().value
        return Named(name, self.named_as(name))

    def named_as(self, otherwise: str) -> str:
        alias = self.alias()
        if alias is not None and self.token.word == "(":
            raise Unsupported("other names for the columns of a table")
        return otherwise if alias is None else alias

    # expressions

    def primary(self) -> Node:
        if self.token.word == "(" and self.peek().word in ("select", "with"):
            return Inner("scalar", self.inside())
        if self.token.word == "exists" and self.peek().word == "(":
            self.take()
            return Inner("exists", self.inside())
        return super().primary()

    def inside(self) -> Query:
        self.expect("(")
        query = self.query()
        self.expect(")")
        return query

    def membership(self, left: Node) -> Node:
        if self.token.word == "(" and self.peek().word in ("select", "with"):
            return Inner("in", self.inside(), left)
        return super().membership(left)

    def arguments(self, name: str) -> Node:
        special = name in AGGREGATES or name in PLACES or name in NEIGHBOURS
        if not special:
            return Call(name, self.sequence(")"))
        distinct = self.skip("distinct")
        found: list[Node] = []
        order: tuple[Key, ...] = ()
        if self.skip("*"):
            self.expect(")")
        else:
            while not self.skip(")"):
                if self.skip("order", "by"):
                    order = self.keys()
                    continue
                if found:
                    self.expect(",")
                found.append(self.expression())
        where = None
        if self.skip("filter", "("):
            self.expect("where")
            where = self.expression()
            self.expect(")")
        over: Over | str | None = None
        if self.skip("over"):
            over = self.over_body() if self.token.word == "(" else self.take().value.casefold()
        return Aggregated(name, tuple(found), distinct, order, where, over)

    def over_body(self) -> Over:
        self.expect("(")
        partition: list[Node] = []
        if self.skip("partition", "by"):
            while not partition or self.skip(","):
                partition.append(self.expression())
        order = self.keys() if self.skip("order", "by") else ()
        bounds = None
        if self.token.word in ("rows", "range"):
            unit = self.take().word
            if self.skip("between"):
                start = self.edge()
                self.expect("and")
                bounds = Bounds(unit, start, self.edge())
            else:
                bounds = Bounds(unit, self.edge(), 0)
        self.expect(")")
        return Over(tuple(partition), order, bounds)

    def edge(self) -> int | None:
        if self.skip("unbounded"):
            self.take()
            return None
        if self.skip("current", "row"):
            return 0
        amount = self.take()
        if amount.kind != "number" or not amount.value.isdigit():
            raise Unsupported("a frame that is computed")
        return -int(amount.value) if self.take().word == "preceding" else int(amount.value)
