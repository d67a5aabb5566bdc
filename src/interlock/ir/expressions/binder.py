"""Nodes to typed trees: names are looked up, types are worked out, and everything that is wrong is collected."""

from __future__ import annotations

from sqlglot import exp

from interlock.ir.diagnostics import joined, nearest
from interlock.ir.expressions import casts
from interlock.ir.expressions.calls import bind_call
from interlock.ir.expressions.coerce import Coercion
from interlock.ir.expressions.constants import holds_value, no_value
from interlock.ir.expressions.literals import constant
from interlock.ir.expressions.nodes import (
    Call,
    Case,
    Cast,
    Constant,
    Input,
    Item,
    ListOf,
    Member,
    Name,
    Node,
    Unary,
)
from interlock.ir.expressions.operators import Operators
from interlock.ir.expressions.problems import Problem, clearest, mended, spelled
from interlock.ir.expressions.promotion import BIGINT, BOOLEAN, VARCHAR
from interlock.ir.expressions.refusals import BARE, REFUSED
from interlock.ir.expressions.scope import Scope
from interlock.ir.expressions.typed import Typed, atom, call_tree, cast_tree, data_type, value
from interlock.ir.types import Column


class Binder(Operators, Coercion):
    """One walk over a tree. `bind` gives None where a problem was found, and goes on with the rest."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope = text, scope
        self.problems: list[Problem] = []
        self.columns: dict[str, None] = {}
        self.inputs: dict[str, None] = {}

    def bind(self, node: Node) -> Typed | None:
        match node:
            case Constant():
                found = constant(node)
                return self.report(found) if isinstance(found, Problem) else found
            case Name():
                return self.name(node)
            case Input():
                return self.input(node)
            case Cast():
                return self.cast(node)
            case Call():
                return bind_call(self, node)
            case Case():
                return self.case(node)
            case ListOf():
                return self.list_of(node)
            case Item():
                return self.item(node)
            case Member():
                operand = self.bind(node.operand)
                return operand and self.field(node, operand, node.name)
            case Unary():
                return self.unary(node)
            case _:
                return self.operator(node)

    def report(self, problem: Problem) -> None:
        self.problems.append(problem)

    def written(self, node: Node) -> str:
        """What was written at a node, cut to fit in a message."""
        text = " ".join(self.text[node.start : node.end].split())
        return text if len(text) <= 60 else text[:57] + "…"

    def mend(self, node: Node, new: str) -> str:
        return mended(self.text, node.start, node.end, new)

    def bind_all(self, nodes: tuple[Node, ...]) -> list[Typed] | None:
        found = [self.bind(node) for node in nodes]
        known = [part for part in found if part is not None]
        return known if len(known) == len(found) else None

    # names

    def name(self, node: Name) -> Typed | None:
        first, *rest = node.parts
        found = [(table, column) for table, schema in self.scope.tables.items() if (column := schema.get(first))]
        if rest and (not found or self.is_table(first)):
            schemas = [
                (table, schema) for table, schema in self.scope.tables.items() if table.casefold() == first.casefold()
            ]
            inside = [(table, column) for table, schema in schemas if (column := schema.get(rest[0]))]
            if inside:
                found, rest = inside, rest[1:]
            elif schemas:
                found = [(table, column) for table, column in found if column.type.name == "struct"]
        if not found:
            return self.unknown(node)
        if len(found) > 1:
            where = joined([f"`{table}`" for table, _ in found])
            message = f"`{first}` is a column of {where}: say which, as in `{found[0][0]}.{first}`"
            return self.report(Problem("unknown-column", message, node.start, node.end, "in several tables"))
        table, column = found[0]
        tree = exp.Column(this=exp.to_identifier(column.name, quoted=True))
        used = column.name
        if len(self.scope.tables) > 1:
            # With several tables in sight, DuckDB too must be told which one is meant.
            tree.set("table", exp.to_identifier(table, quoted=True))
            used = f"{table}.{column.name}"
        self.columns[used] = None
        only = frozenset({used})
        typed: Typed | None = Typed(node, tree, column.type, column.nullable, only, only, only)
        for part in rest:
            typed = typed and self.field(node, typed, part)
        return typed

    def lookup(self, name: str) -> Column | None:
        return next((column for schema in self.scope.tables.values() if (column := schema.get(name))), None)

    def unknown(self, node: Name) -> None:
        names = [name for schema in self.scope.tables.values() for name in schema.names]
        written = node.parts[-1] if len(node.parts) == 2 and self.is_table(node.parts[0]) else node.parts[0]
        if written.lower() in BARE and not node.quoted:
            reason, why, help = REFUSED[written.lower()]
            return self.report(
                Problem(reason, f"`{written}` is not allowed: {why}", node.start, node.end, "not allowed", help=help)
            )
        near = nearest(written, names)
        best = clearest(written, near)
        where = joined([f"`{table}`" for table in self.scope.tables if table]) or "the input"
        message = f"column `{written}` does not exist in {where}"
        notes = (f"the columns are {joined(names)}",) if names else ("there are no columns",)
        replacement, safe, help = None, False, ()
        if node.quoted and len(node.parts) == 1 and not (best and _same_letters(best, written)):
            text = "'" + written.replace("'", "''") + "'"
            replacement = self.mend(node, text)
            help = (f"text is written in single quotes: `{text}`",)
        elif best:
            at, end = self.part_span(node, 1 if len(node.parts) == 2 and written == node.parts[1] else 0)
            replacement, safe = mended(self.text, at, end, spelled(best)), _same_letters(best, written)
        if not near and not node.quoted and written in self.scope.inputs:
            replacement, help = self.mend(node, f":{written}"), (f"the run input is written `:{written}`",)
        label = "not a column of the input"
        self.report(
            Problem("unknown-column", message, node.start, node.end, label, tuple(near), replacement, safe, notes, help)
        )
        return None

    def part_span(self, node: Name, index: int) -> tuple[int, int]:
        """Where one part of a name stands; names whose quotes hide dots are taken whole."""
        pieces = self.text[node.start : node.end].split(".")
        if len(pieces) != len(node.parts):
            return node.start, node.end
        start = node.start + sum(len(piece) + 1 for piece in pieces[:index])
        return start, start + len(pieces[index])

    def is_table(self, name: str) -> bool:
        return any(table.casefold() == name.casefold() for table in self.scope.tables)

    def input(self, node: Input) -> Typed | None:
        kind = self.scope.inputs.get(node.name)
        if kind is None:
            near = nearest(node.name, self.scope.inputs)
            message = f"`:{node.name}` is not a declared run input"
            known = joined([f"`:{name}`" for name in self.scope.inputs])
            notes = (f"the run inputs are {known}",) if known else ("there are no run inputs",)
            help = (f"declare it: inputs: {{{node.name}: {{type: …}}}}",)
            if self.lookup(node.name):
                help = (f"the column is written `{node.name}`, without the colon",)
            best = clearest(node.name, near)
            replacement = self.mend(node, f":{best}") if best else None
            return self.report(
                Problem(
                    "unknown-input",
                    message,
                    node.start,
                    node.end,
                    "not declared",
                    tuple(near),
                    replacement,
                    False,
                    notes,
                    help,
                )
            )
        self.inputs[node.name] = None
        tree = cast_tree(call_tree("getvariable", exp.Literal.string(node.name)), kind)
        return Typed(node, tree, kind, node.name in self.scope.nullable_inputs)

    # structure

    def cast(self, node: Cast) -> Typed | None:
        operand = self.bind(node.operand)
        if operand is None:
            return None
        why = casts.refusal(operand.type, node.to)
        if operand.text is not None and node.to.name == "timestamptz":
            why = (
                None
                if self.reads(operand, node.to)
                else "the text needs an offset from UTC: `'2024-01-31 13:45:00+00'`"
            )
        if why:
            message = f"`{self.written(node.operand)}` is {operand.type} and cannot be cast to {node.to}: {why}"
            return self.report(Problem("wrong-type", message, node.start, node.end))
        kind = exp.TryCast if node.tentative else exp.Cast
        tree = kind(this=operand.tree, to=data_type(node.to))
        if not node.tentative and isinstance(node.operand, Constant) and not holds_value(tree.sql(dialect="duckdb")):
            shown, at = self.written(node.operand), node.operand
            return self.report(no_value(shown, str(node.to), at.start, at.end))
        return value(node, tree, node.to, (operand,), maybe=node.tentative or casts.may_give_null(operand.type))

    def case(self, node: Case) -> Typed | None:
        operand = self.bind(node.operand) if node.operand else None
        whens = [self.bind(when) for when, _ in node.whens]
        values = [self.bind(then) for _, then in node.whens]
        otherwise = self.bind(node.otherwise) if node.otherwise else None
        if node.operand:
            if operand is None or any(when is None for when in whens):
                return None
            tests = self.comparable(operand, [when for when in whens if when], node)
        else:
            tests = [when and self.condition(when, "`when` needs a condition") for when in whens]
        if tests is None or any(test is None for test in tests) or any(part is None for part in values):
            return None
        if node.otherwise and otherwise is None:
            return None
        branches = [part for part in [*values, otherwise] if part]
        unified = self.unify(branches, node, "the results of a `case`")
        if unified is None:
            return None
        if operand and tests:
            operand, tests = tests[0], tests[1:]
        ifs = [exp.If(this=test.tree, true=then.tree) for test, then in zip(tests, unified, strict=False) if test]
        tree = exp.Case(ifs=ifs)
        if operand:
            tree.set("this", atom(operand.tree))
        if otherwise:
            tree.set("default", unified[-1].tree)
        nullable = otherwise is None or any(part.nullable for part in unified)
        return Typed(node, tree, unified[0].type, nullable)

    def list_of(self, node: ListOf) -> Typed | None:
        items = self.bind_all(node.items)
        if items is None:
            return None
        if not items:
            help = ("give it a type: `cast([] as bigint[])` is not supported; leave the empty list out",)
            return self.report(Problem("wrong-type", "an empty list has no type", node.start, node.end, help=help))
        unified = self.unify(items, node, "the items of a list")
        if unified is None:
            return None
        kind = type(unified[0].type)("list", element=unified[0].type)
        return Typed(node, exp.Array(expressions=[item.tree for item in unified]), kind, False)

    def item(self, node: Item) -> Typed | None:
        if (mend := self.subscript(node)) is not None:
            return self.report(mend)
        operand, index = self.bind(node.operand), self.bind(node.index)
        if operand is None or index is None:
            return None
        if operand.type.name == "struct" and index.text is not None:
            return self.field(node, operand, index.text)
        if operand.type.name != "list" and operand.type != VARCHAR:
            message = f"`{self.written(node.operand)}` is {operand.type}: only lists and text have items"
            return self.report(Problem("wrong-type", message, node.start, node.end))
        place = self.fits(index, BIGINT)
        if place is None:
            message = f"`{self.written(node.index)}` is {index.type}: the place of an item is a whole number"
            return self.report(
                Problem("wrong-type", message, node.index.start, node.index.end, help=("places count from 1",))
            )
        kind = operand.type.element or VARCHAR
        name = "list_extract" if operand.type.name == "list" else "array_extract"
        return value(
            node, call_tree(name, operand.tree, place.tree), kind, (operand, place), maybe=operand.type.name == "list"
        )

    def subscript(self, node: Item) -> Problem | None:
        """The problem of `row['revenue']`: a column taken out of something that is no column."""
        inner, outer = node.index, node.operand
        if not (
            isinstance(inner, Constant) and inner.kind == "text" and isinstance(outer, Name) and len(outer.parts) == 1
        ):
            return None
        column = self.lookup(inner.value)
        if column is None or self.lookup(outer.parts[0]) is not None:
            return None
        message = f"`{self.written(node)}` is written `{column.name}` here: columns stand for themselves"
        replacement = self.mend(node, spelled(column.name))
        return Problem("syntax", message, node.start, node.end, "a column", replacement=replacement)

    def field(self, node: Node, operand: Typed, name: str) -> Typed | None:
        if operand.type.name != "struct":
            message = f"`{self.written(operand.node) if operand.node is not node else name}` is no field: the value before the dot is {operand.type}, not a struct"
            return self.report(Problem("wrong-type", message, node.start, node.end))
        fields = {key.casefold(): (key, kind) for key, kind in operand.type.fields}
        if name.casefold() not in fields:
            near = nearest(name, [key for key, _ in fields.values()])
            message = f"`{name}` is not a field of `{self.written(operand.node)}`"
            notes = (f"the fields are {joined([key for key, _ in fields.values()])}",)
            return self.report(
                Problem("unknown-column", message, node.start, node.end, "no such field", tuple(near), notes=notes)
            )
        key, kind = fields[name.casefold()]
        tree = call_tree("struct_extract", operand.tree, exp.Literal.string(key))
        return value(node, tree, kind, (operand,), maybe=True)

    def condition(self, part: Typed, why: str) -> Typed | None:
        """The part, if it is a condition; else a problem."""
        if part.type == BOOLEAN:
            return part
        if part.type.is_null:
            return part.cast(BOOLEAN)
        shown = self.written(part.node)
        message = f"`{shown}` is {part.type}: {why}, which is true or false"
        help: tuple[str, ...] = ("compare it with something",)
        if part.type.is_numeric:
            help = (f"write `{shown} <> 0`",)
        elif part.type.is_text and part.text is None:
            help = (f"write `{shown} is not null`, or compare it with a text",)
        return self.report(Problem("wrong-type", message, part.node.start, part.node.end, "not a condition", help=help))


def _same_letters(one: str, other: str) -> bool:
    return [c for c in one.casefold() if c.isalnum()] == [c for c in other.casefold() if c.isalnum()]
