"""The statements of a node file: what each binds, changes and needs.

A name of a module may owe its value to several statements: the one that defines it, those that assign to it again, to
its attributes or items, and calls that fill it. `read` finds all of them.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import symtable
import types
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from interlock.registry.node import NodeType, node

Def = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

LEAVE_ALONE = frozenset(
    "all any bool dict enumerate filter float format frozenset hash id int isinstance iter len list map max min print "
    "range repr reversed round set sorted str sum tuple type zip".split()
)
"""Builtins that do not change what they are given."""

ONLY_LOOK = frozenset(
    "copy count decode encode format get index items join keys lower split strip upper values".split()
)
"""Methods that do not change their object."""

FIXED = (str, bytes, int, float, complex, bool, tuple, frozenset, types.NoneType, type, ModuleType, NodeType)
CALLABLE = (types.FunctionType, types.BuiltinFunctionType)


@dataclass(frozen=True)
class Import:
    """A module that a statement imports; `optional` if the statement goes on without it."""

    module: str
    optional: bool = False
    relative: bool = False


@dataclass(frozen=True, eq=False)
class Statement:
    """One top-level statement.

    `needs` are the names that it or the functions in it load, `at_once` those loaded when the statement itself runs,
    `wants` those in annotations that a class or a decorator may look at. `target` is what a plain import binds its
    name to. `always`: it changes something imported, so that code that does not name it depends on it too.
    """

    number: int
    text: str
    binds: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    at_once: frozenset[str] = frozenset()
    wants: frozenset[str] = frozenset()
    imports: tuple[Import, ...] = ()
    target: str | None = None
    definition: bool = False
    constant: bool = False
    always: bool = False


@dataclass(frozen=True, eq=False)
class Source:
    """A module's statements, in order; by name, those that bind the name or change its value."""

    module: ModuleType
    statements: tuple[Statement, ...]
    stars: tuple[str, ...]
    by_name: dict[str, tuple[Statement, ...]] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file, as people know it."""
        return Path(self.module.__file__ or self.module.__name__).name


@lru_cache(maxsize=256)
def read(module: ModuleType) -> Source:
    """The statements of a module, from its source."""
    reader = _Reader(module, inspect.getsource(module))
    by_name: dict[str, list[Statement]] = {}
    for each in reader.statements:
        for name in each.binds | each.changes:
            by_name.setdefault(name, []).append(each)
    return Source(module, tuple(reader.statements), tuple(reader.stars), {n: tuple(e) for n, e in by_name.items()})


class _Reader:
    """Reads the statements twice: each by itself, then what calls at the top level change."""

    def __init__(self, module: ModuleType, source: str) -> None:
        self.module, self.source, self.lines = module, source, source.split("\n")
        self.statements: list[Statement] = []
        self.stars: list[str] = []
        self.trees: dict[int, ast.stmt] = {}
        # every analysis has a tree of its own to change: to parse is quicker than to copy
        trees = zip(*(ast.parse(source).body for _ in range(3)), strict=True)
        bodies = [each for each in trees if not _is_idle(each[0])]
        # a line with several statements is cut into its pieces
        lines = Counter(line for each, _, _ in bodies for line in {each.lineno, each.end_lineno})
        for each, bare, full in bodies:
            if isinstance(each, ast.Import | ast.ImportFrom):
                self.statements += list(self._import(each))
            else:
                text = self._text(each, lines[each.lineno] > 1 or lines[each.end_lineno] > 1)
                self.statements.append(self._statement(each, bare, full, text))
        imported = {
            name
            for each in self.statements
            if each.target and each.target.split(".")[0] != "interlock"
            for name in each.binds
        }
        own = {name for each in self.statements for name in each.binds}
        self.inner = {each.number: self._changed(each) for each in self.statements}
        self.statements = [self._with_changes(each, imported, own) for each in self.statements]

    def _import(self, statement: ast.stmt) -> Iterator[Statement]:
        """A statement for each name of an import; the names of `import *` are not known."""
        if isinstance(statement, ast.Import):
            for number, alias in enumerate(statement.names):
                bound = alias.asname or alias.name.split(".")[0]
                target = alias.name if alias.asname else bound
                yield self._one(number, f"import {_alias(alias)}", bound, Import(alias.name), target)
        elif isinstance(statement, ast.ImportFrom) and statement.module != "__future__":
            name = "." * statement.level + (statement.module or "")
            if statement.level:
                name = importlib.util.resolve_name(name, self.module.__package__)
            for number, alias in enumerate(statement.names):
                text = f"from {name} import {_alias(alias)}"
                if alias.name == "*":
                    self.stars.append(text)
                    continue
                yield self._one(number, text, alias.asname or alias.name, Import(name), f"{name}.{alias.name}")

    def _one(self, number: int, text: str, bound: str, imported: Import, target: str) -> Statement:
        return Statement(len(self.statements) + number, text, frozenset({bound}), imports=(imported,), target=target)

    def _statement(self, tree: ast.stmt, bare_tree: ast.stmt, full_tree: ast.stmt, text: str) -> Statement:
        number = len(self.statements)
        is_node = False
        for each in (tree, bare_tree, full_tree):
            if isinstance(each, Def):
                kept = [decorator for decorator in each.decorator_list if not self._is_node(decorator)]
                is_node, each.decorator_list = len(kept) < len(each.decorator_list), kept
        self.trees[number] = tree
        without = _WithoutAnnotations(everywhere=True)
        bare = full = _Names(without.visit(bare_tree))
        if without.evaluated and not is_node:
            full = _Names(_WithoutAnnotations(everywhere=False).visit(full_tree))
        return Statement(
            number,
            text,
            frozenset(bare.binds),
            frozenset(bare.later),
            needs=frozenset(bare.needs),
            at_once=frozenset(bare.at_once),
            wants=frozenset(full.needs | full.in_classes) - frozenset(bare.needs),
            imports=tuple(_imports(tree, False)),
            definition=isinstance(tree, Def),
            constant=isinstance(tree, ast.Assign | ast.AnnAssign) and _is_constant(tree.value),
        )

    def _text(self, statement: ast.stmt, shared: bool) -> str:
        """The statement as its author wrote it, without the decorators that only Interlock understands."""
        if shared:
            return ast.get_source_segment(self.source, statement) or ast.unparse(statement)
        decorators = statement.decorator_list if isinstance(statement, Def) else []
        kept = [each for each in decorators if not self._is_node(each)]
        prefix = [f"@{ast.get_source_segment(self.source, each)}" for each in kept]
        return "\n".join([*prefix, *self.lines[statement.lineno - 1 : statement.end_lineno]])

    def _is_node(self, decorator: ast.expr) -> bool:
        expression = decorator.func if isinstance(decorator, ast.Call) else decorator
        names = ast.unparse(expression).split(".")
        value: Any = vars(self.module).get(names[0])
        for name in names[1:]:
            value = getattr(value, name, None)
        return value is node

    def _is_data(self, name: str) -> bool:
        value = vars(self.module).get(name)
        return name in vars(self.module) and not isinstance(value, FIXED + CALLABLE)

    def _changed(self, statement: Statement) -> set[str]:
        """The names whose values the statement changes in place, when it runs or when what it defines is called."""
        tree = self.trees.get(statement.number)
        if tree is None:
            return set()
        found: set[str | None] = set(statement.later)
        for each in ast.walk(tree):
            if isinstance(each, ast.Attribute | ast.Subscript) and isinstance(each.ctx, ast.Store | ast.Del):
                found.add(_root(each))
            elif isinstance(each, ast.Call):
                root = _root(each.func)
                if (
                    isinstance(each.func, ast.Attribute)
                    and each.func.attr not in ONLY_LOOK
                    and self._is_data(root or "")
                ):
                    found.add(root)
                if not isinstance(each.func, ast.Name) or each.func.id not in LEAVE_ALONE:
                    given = [*each.args, *(keyword.value for keyword in each.keywords)]
                    found |= {part.id for part in given if isinstance(part, ast.Name) and self._is_data(part.id)}
        return {name for name in found if name and name in statement.needs | statement.binds | statement.later}

    def _with_changes(self, statement: Statement, imported: set[str], own: set[str]) -> Statement:
        tree = self.trees.get(statement.number)
        if tree is None:
            return statement
        changes = set() if statement.definition else set(self.inner[statement.number])
        calls = {_root(each.func) for each in _running(tree) if isinstance(each, ast.Call)}
        if isinstance(tree, Def):
            calls = {_root(each) for each in tree.decorator_list}
        if isinstance(tree, ast.ClassDef):
            calls |= {_root(each) for each in [*tree.bases, *(keyword.value for keyword in tree.keywords)]}
        alone = {_root(each.value) for each in _running(tree) if isinstance(each, ast.Expr)}
        stored = {
            _root(each)
            for each in _running(tree)
            if isinstance(each, ast.Attribute | ast.Subscript) and isinstance(each.ctx, ast.Store | ast.Del)
        }
        if not statement.definition:
            changes |= {name for name in alone if name in own}
        for name in sorted(name for name in calls if name in own):
            changes |= self._changed_by(name)
        others = {name for name in (alone | stored) if name in imported and not _only_paths(tree)}
        return replace(statement, changes=frozenset(changes), always=not statement.definition and bool(others))

    def _changed_by(self, name: str) -> set[str]:
        """What a call of `name` changes, by itself or by what it calls."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            for each in self.statements:
                if current in each.binds and not each.target:
                    found |= self.inner[each.number]
                    waiting += sorted(each.needs) if each.definition else []
        return found


class _Names:
    """The names of the module that a statement binds and loads, by Python's own rules of scope."""

    def __init__(self, tree: ast.stmt) -> None:
        self.binds: set[str] = set()
        self.later: set[str] = set()
        self.needs: set[str] = set()
        self.at_once: set[str] = set()
        self.in_classes: set[str] = set()
        # `x += 1` and `del x` need x, which a symbol table does not say
        changed = {each.id for each in _running(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Del)}
        changed |= {_root(each.target) for each in _running(tree) if isinstance(each, ast.AugAssign)}
        table = symtable.symtable(ast.unparse(ast.Module([tree], [])), "<statement>", "exec")
        for symbol in table.get_symbols():
            if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                self.binds.add(symbol.get_name())
            if symbol.is_referenced() or symbol.get_name() in changed:
                self.needs.add(symbol.get_name())
                self.at_once.add(symbol.get_name())
        for child in table.get_children():
            self._inside(child, True)

    def _inside(self, table: symtable.SymbolTable, at_once: bool) -> None:
        is_class = str(table.get_type()).rpartition(".")[2].lower() == "class"
        at_once = at_once and (is_class or table.get_name() in ("listcomp", "setcomp", "dictcomp", "genexpr"))
        for symbol in table.get_symbols():
            name = symbol.get_name()
            if symbol.is_global() and (symbol.is_referenced() or symbol.is_assigned()):
                self.needs.add(name)
                if at_once:
                    self.at_once.add(name)
                if symbol.is_assigned() and symbol.is_declared_global():
                    self.later.add(name)
            elif is_class and symbol.is_referenced():
                self.in_classes.add(name)
        for child in table.get_children():
            self._inside(child, at_once)


class _WithoutAnnotations(ast.NodeTransformer):
    """Empties annotations: all of them, or those that no class and no decorator can look at."""

    def __init__(self, everywhere: bool) -> None:
        self.everywhere = everywhere
        self.evaluated = False
        self.within: list[ast.AST] = []

    def visit(self, node: ast.AST) -> Any:
        kept = not self.everywhere
        around = self.within[-1] if self.within else None
        self.evaluated |= isinstance(node, ast.ClassDef) or bool(getattr(node, "decorator_list", ()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not (kept and node.decorator_list):
            node.returns = None
            arguments = node.args
            plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            for argument in [*plain, arguments.vararg, arguments.kwarg]:
                if argument is not None:
                    argument.annotation = None
        if isinstance(node, ast.AnnAssign) and not (kept and isinstance(around, ast.ClassDef)):
            node.annotation = ast.Constant(None)
        if not isinstance(node, Def | ast.Lambda):
            return self.generic_visit(node)
        self.within.append(node)
        self.generic_visit(node)
        self.within.pop()
        return node


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that run when it does: not the bodies of functions."""
    yield tree
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return
    for child in ast.iter_child_nodes(tree):
        yield from _running(child)


def _imports(tree: ast.AST, optional: bool) -> Iterator[Import]:
    """The modules that a statement imports, in functions too; not what is there for type checkers alone."""
    if isinstance(tree, ast.Import):
        yield from (Import(alias.name, optional) for alias in tree.names)
    elif isinstance(tree, ast.ImportFrom):
        yield Import(tree.module or "", optional, tree.level > 0)
    if isinstance(tree, ast.If) and ast.unparse(tree.test).rpartition(".")[2] == "TYPE_CHECKING":
        children: list[ast.AST] = [*tree.orelse]
    elif isinstance(tree, ast.Try) and any(_catches(each.type) for each in tree.handlers):
        for each in tree.body:
            yield from _imports(each, True)
        children = [*tree.handlers, *tree.orelse, *tree.finalbody]
    elif isinstance(tree, ast.With) and any(
        "suppress" in ast.unparse(each) and _catches(each.context_expr) for each in tree.items
    ):
        for each in tree.body:
            yield from _imports(each, True)
        children = []
    else:
        children = list(ast.iter_child_nodes(tree))
    for each in children:
        yield from _imports(each, optional)


def _catches(exceptions: ast.expr | None) -> bool:
    caught = "" if exceptions is None else ast.unparse(exceptions)
    return not caught or any(name in caught for name in ("ImportError", "ModuleNotFoundError", "Exception"))


def _root(expression: ast.expr) -> str | None:
    """The name at the beginning of `name.a[0].b().c`."""
    while isinstance(expression, ast.Attribute | ast.Subscript | ast.Call | ast.Await):
        expression = expression.func if isinstance(expression, ast.Call) else expression.value
    return expression.id if isinstance(expression, ast.Name) else None


def _is_idle(statement: ast.stmt) -> bool:
    """A docstring, or what runs only when the node file itself is the program."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return True
    return isinstance(statement, ast.If) and ast.unparse(statement.test) in (
        "__name__ == '__main__'",
        "'__main__' == __name__",
    )


def _is_constant(value: ast.expr | None) -> bool:
    if isinstance(value, ast.UnaryOp):
        value = value.operand
    if isinstance(value, ast.Tuple):
        return all(_is_constant(each) for each in value.elts)
    return isinstance(value, ast.Constant)


def _only_paths(tree: ast.stmt) -> bool:
    """Whether the statement only says where modules are looked for; what is imported is an installed package anyway."""
    return isinstance(tree, ast.Expr) and ast.unparse(tree).startswith("sys.path.")


def _alias(alias: ast.alias) -> str:
    return alias.name + (f" as {alias.asname}" if alias.asname else "")
