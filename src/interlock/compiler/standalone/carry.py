"""Carrying Python nodes into a module: the verbatim source of a function, and of what it names.

A function's helpers, constants and imports are found in its own module's source. What comes from Interlock itself is
left behind if it is only an annotation, and refused otherwise: the emitted module runs without Interlock.
"""

from __future__ import annotations

import ast
import inspect
import keyword
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from interlock.compiler.standalone.harness import PARTS

PROVIDED = frozenset({"Rows", "Described", "RunFailed"})
"""Names of Interlock's that the program defines itself."""


class CarryError(Exception):
    """A Python node that cannot run without Interlock; the message names what it uses."""


def _program_names() -> dict[str, tuple[str, str]]:
    """The names that the program's own part defines or imports; what is carried must not give them another meaning."""
    return dict(_harness_names())


@lru_cache(maxsize=1)
def _harness_names() -> dict[str, tuple[str, str]]:
    return {
        name: ("the program itself", definition.text)
        for part in PARTS
        for name, definition in _definitions(part).items()
        if definition.module.split(".")[0] != "interlock"
    }


@dataclass
class Carried:
    """What one module carries: import lines, sources in order of need, and the names taken."""

    imports: set[str] = field(default_factory=set)
    sources: list[str] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    names: dict[str, tuple[str, str]] = field(default_factory=_program_names)
    taken: set[str] = field(default_factory=set)

    def name_for(self, step: str) -> str:
        """A Python name for a step's statement: the step's id as far as Python allows."""
        plain = re.sub(r"\W", "_", step, flags=re.ASCII)
        name = f"sql_{plain}"
        while name in self.taken or keyword.iskeyword(name):
            name += "_"
        self.taken.add(name)
        return name


def carry(function: Callable[..., Any], carried: Carried) -> str:
    """Add a function and everything it names to `carried`; the name to call it by."""
    module = sys.modules[function.__module__]
    _add(module, function.__name__, carried)
    return function.__name__


def _file(module: ModuleType) -> str:
    """The file of a module, as people know it."""
    return Path(module.__file__ or module.__name__).name


def _add(module: ModuleType, name: str, carried: Carried) -> None:
    definition = _definitions(module).get(name)
    if definition is None:
        return
    kind, text = definition.kind, definition.text
    owner = carried.names.get(name)
    if owner is not None:
        if owner[0] == "the program itself" and kind == "import" and definition.module.split(".")[0] == "interlock":
            return
        if owner[1] != text:
            raise CarryError(
                f"`{name}` is defined in {owner[0]} and in {_file(module)}, and one program needs both; rename one"
            )
        return
    if kind == "import":
        if definition.module.split(".")[0] == "interlock":
            if name not in PROVIDED:
                raise CarryError(
                    f"`{name}` comes from {definition.module}, which a compiled program does not have; move it into {_file(module)}"
                )
            return
        carried.names[name] = (_file(module), text)
        carried.imports.add(text)
        carried.modules.add(definition.module.split(".")[0])
        return
    carried.names[name] = (_file(module), text)
    carried.modules.update(definition.imports)
    for used in definition.uses:
        _add(module, used, carried)
    carried.sources.append(text)


@dataclass(frozen=True)
class _Definition:
    kind: str
    text: str
    uses: tuple[str, ...] = ()
    module: str = ""
    imports: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def _definitions(module: ModuleType) -> dict[str, _Definition]:
    """The top-level definitions of a module by name."""
    source = inspect.getsource(module)
    found: dict[str, _Definition] = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                text = f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
                found[alias.asname or alias.name.split(".")[0]] = _Definition("import", text, module=alias.name)
        elif isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                text = f"from {statement.module} import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
                found[alias.asname or alias.name] = _Definition("import", text, module=statement.module or "")
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found[statement.name] = _Definition(
                "code", _segment(source, statement), _uses(statement), imports=tuple(_inner_imports(statement))
            )
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    found[target.id] = _Definition("code", _segment(source, statement), _uses(statement))
    return found


def _segment(source: str, statement: ast.stmt) -> str:
    """The statement's text, without the decorators that only Interlock understands."""
    decorators = getattr(statement, "decorator_list", [])
    lines = source.splitlines()
    end = statement.end_lineno or statement.lineno
    kept = [each for each in decorators if not _is_node_decorator(each)]
    prefix = [f"@{ast.get_source_segment(source, each)}" for each in kept]
    return "\n".join([*prefix, *lines[statement.lineno - 1 : end]])


def _inner_imports(statement: ast.stmt) -> Iterator[str]:
    """The modules that a function imports in its body."""
    for each in ast.walk(statement):
        if isinstance(each, ast.Import):
            yield from (alias.name.split(".")[0] for alias in each.names)
        elif isinstance(each, ast.ImportFrom) and each.module:
            if each.module.split(".")[0] == "interlock":
                raise CarryError(
                    f"`{getattr(statement, 'name', '')}` imports {each.module}, which a compiled program does not have"
                )
            yield each.module.split(".")[0]


def _is_node_decorator(decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (isinstance(target, ast.Name) and target.id == "node") or (
        isinstance(target, ast.Attribute) and target.attr == "node"
    )


def _uses(statement: ast.stmt) -> tuple[str, ...]:
    """The names that run when the statement is used: everything but annotations and node decorators."""
    found: list[str] = []
    skipped: set[int] = set()
    for each in ast.walk(statement):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            arguments = each.args
            for argument in [
                *arguments.posonlyargs,
                *arguments.args,
                *arguments.kwonlyargs,
                arguments.vararg,
                arguments.kwarg,
            ]:
                if argument is not None and argument.annotation is not None:
                    skipped.update(id(part) for part in ast.walk(argument.annotation))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            if each.returns is not None:
                skipped.update(id(part) for part in ast.walk(each.returns))
            for decorator in each.decorator_list:
                if _is_node_decorator(decorator):
                    skipped.update(id(part) for part in ast.walk(decorator))
        if isinstance(each, ast.AnnAssign):
            skipped.update(id(part) for part in ast.walk(each.annotation))
    for each in ast.walk(statement):
        if isinstance(each, ast.Name) and id(each) not in skipped:
            found.append(each.id)
    return tuple(dict.fromkeys(found))
