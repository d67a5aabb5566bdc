"""Carrying Python nodes into a module: the verbatim source of a function, and of all that it names.

Helpers, constants, blocks and imports are found in the function's own module; whatever gives one of its names a value
comes along, in the order of the file. What comes from Interlock itself is left behind if it is only an annotation, and
refused otherwise: the emitted module runs without Interlock.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import json
import keyword
import re
import symtable
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

from interlock.compiler.standalone.harness import IMPORTS, PARTS
from interlock.compiler.standalone.statements import Import, Source, Statement, read
from interlock.registry.node import NodeType

PROVIDED = frozenset({"Rows", "Described", "RunFailed", "Staging"})
"""Names of Interlock's that the program defines itself."""

LIBRARIES = {"duckdb": "duckdb", "python_calamine": "python-calamine", "xlsxwriter": "xlsxwriter"}
"""The distributions that carried code of Interlock's own may import, by module."""

ANYWHERE = frozenset({"__name__", "__builtins__", "__debug__", "__annotations__"})
"""Names that every module has, and that mean the same in the program."""

PROGRAM = "the program itself"


class CarryError(Exception):
    """A Python node that cannot run without Interlock; the message names what it uses, `help` says how to mend it."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help


@dataclass(frozen=True)
class _Claim:
    """Who gives a name its meaning, and which: what it imports, or the text that another file may repeat."""

    file: str
    module: ModuleType | None
    target: str | None = None
    text: str | None = None


@dataclass
class Carried:
    """What one module carries: statements by file, in order of need; import lines; and the names taken."""

    imports: set[str] = field(default_factory=set)
    requires: set[str] = field(default_factory=set)
    files: dict[Source, dict[int, Statement]] = field(default_factory=dict)
    names: dict[str, _Claim] = field(default_factory=lambda: dict(_program_names()))
    builtins: dict[str, Source] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def name_for(self, step: str) -> str:
        """A Python name for a step's statement: the step's id as far as Python allows."""
        plain = re.sub(r"\W", "_", step, flags=re.ASCII)
        name = f"sql_{plain}"
        while name in self.taken or name in self.names or keyword.iskeyword(name):
            name += "_"
        self.taken.add(name)
        return name

    @property
    def sources(self) -> list[str]:
        """The text of each file's statements, in the order of the file."""
        return [_listed(found.values(), source.file) for source, found in self.files.items() if found]


def _listed(statements: Iterable[Statement], file: str) -> str:
    """Statements one after the other: definitions apart, others line by line."""
    parts = [f"# From {file}."]
    gap = "\n\n"
    before = False
    for each in sorted(statements, key=lambda each: each.number):
        parts += ["\n\n\n" if (each.definition and len(parts) > 1) or before else gap, each.text]
        gap, before = "\n", each.definition
    return "".join(parts)


@lru_cache(maxsize=1)
def _program_names() -> dict[str, _Claim]:
    """What the program's own part defines, imports and uses; what is carried must not give it another meaning."""
    found: dict[str, _Claim] = {}
    for text in map(inspect.getsource, PARTS):
        tables = [symtable.symtable(text, PROGRAM, "exec")]
        bound = {each.get_name() for each in tables[0].get_symbols() if each.is_assigned() or each.is_namespace()}
        while tables:
            table = tables.pop()
            tables += table.get_children()
            used = {each.get_name() for each in table.get_symbols() if each.is_global() and each.is_referenced()}
            bound |= {name for name in used if hasattr(builtins, name)}
        found |= {name: _Claim(PROGRAM, None) for name in sorted(bound)}
    for each in ast.parse("\n".join(IMPORTS)).body:
        module = f"{each.module}." if isinstance(each, ast.ImportFrom) else ""
        for alias in each.names if isinstance(each, ast.Import | ast.ImportFrom) else ():
            found[alias.asname or alias.name] = _Claim(PROGRAM, None, module + alias.name)
    return found


def carry(function: Callable[..., Any], carried: Carried) -> str:
    """Add a function and everything it names to `carried`; the name to call it by. If it raises, nothing was added."""
    source, name = _place(function)
    found: dict[int, Statement] = {}
    for each in source.statements:
        if each.always:
            found = _with(source, each, found)
    found = _needed(source, name, found)
    needed = [found[number] for number in sorted(found)]
    shared = {each.number for each in needed if _agrees(source, each, carried)}
    used = {name for each in needed for name in each.needs if name not in source.by_name and hasattr(builtins, name)}
    _keep_builtins(source, used, needed, carried)

    early = min((each.number for each in needed if each.always), default=len(source.statements))
    statements = carried.files.setdefault(source, {})
    for each in needed:
        for imported in each.imports:
            carried.requires.update(_distributions(imported.module) or ())
        if each.number in shared:
            continue
        for bound in sorted(each.binds | each.later):
            text = each.text if _may_be_shared(source, each) else None
            carried.names.setdefault(bound, _Claim(source.file, source.module, each.target, text))
        if (
            each.target
            and _is_settled(source, each)
            and (each.number < early or not _distributions(each.imports[0].module))
        ):
            carried.imports.add(each.text)
        else:
            statements[each.number] = each
    carried.builtins |= dict.fromkeys(sorted(used), source)
    return name


def _place(function: Callable[..., Any]) -> tuple[Source, str]:
    """The module and the name at whose top level a function is defined."""
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    called = getattr(function, "__name__", str(function))
    if module is not None:
        names = [name for name, value in vars(module).items() if value is function]
        names += [
            name for name, value in vars(module).items() if isinstance(value, NodeType) and value.function is function
        ]
        if names:
            return read(module), called if called in names else names[0]
    raise CarryError(
        f"`{called}` has no name of its own at the top level of its file",
        "define it there with `def`, not inside another function or class",
    )


def _needed(source: Source, name: str, found: dict[int, Statement]) -> dict[int, Statement]:
    """`found` with the statements that `name` owes its value to, and all that they need in turn."""
    statements = source.by_name.get(name, ())
    if not statements:
        _check_absent(source, name)
    for each in statements:
        found = _with(source, each, found)
    return found


def _with(source: Source, statement: Statement, found: dict[int, Statement]) -> dict[int, Statement]:
    if statement.number in found:
        return found
    _check(source, statement)
    if any(_is_ours(each.module) for each in statement.imports):
        return found
    found = {**found, statement.number: statement}
    for name in sorted(statement.needs):
        found = _needed(source, name, found)
    for name in sorted(statement.wants):
        if name in source.by_name and hasattr(source.module, name):
            try:
                found = _needed(source, name, found)
            except CarryError:
                continue
    return found


def _check_absent(source: Source, name: str) -> None:
    """A name that no statement binds must not have a value all the same."""
    if name in ANYWHERE or not hasattr(source.module, name) or any(name in each.later for each in source.statements):
        return
    if name.startswith("__") and name.endswith("__"):
        raise CarryError(f"`{name}` means another file in a compiled program than in {source.file}", "do without it")
    if source.stars:
        found = f" (perhaps by `{source.stars[0]}`)"
        raise CarryError(
            f"{source.file} does not say where `{name}` comes from{found}", "name what you import, not `import *`"
        )
    raise CarryError(
        f"`{name}` has a value in {source.file}, but no statement of the file gives it one",
        f"define `{name}` at the top level of {source.file}",
    )


def _check(source: Source, statement: Statement) -> None:
    """A statement may import only what a program running alone can import."""
    names = ", ".join(f"`{name}`" for name in sorted(statement.binds)) or f"`{statement.text.splitlines()[0]}`"
    for each in statement.imports:
        _check_import(source, statement, names, each)
    early = [
        name
        for name in sorted(statement.at_once & PROVIDED)
        for each in source.by_name.get(name, ())
        if each.target and _is_ours(each.target)
    ]
    if early:
        raise CarryError(
            f"{names} uses `{early[0]}` when {source.file} is loaded, which a compiled program defines later",
            f"use `{early[0]}` inside functions only",
        )


def _check_import(source: Source, statement: Statement, names: str, imported: Import) -> None:
    module = imported.module
    if imported.relative:
        raise CarryError(f"{names} imports relatively to {source.file}", "import the module by its full name")
    if _is_ours(module):
        original = (statement.target or "").rpartition(".")[2]
        if statement.target and original in PROVIDED and original in statement.binds:
            return
        if statement.target and original in PROVIDED:
            raise CarryError(
                f"{names} is Interlock's `{original}`, which a compiled program has under that name only",
                f"import it as `{original}`",
            )
        verb = "comes from" if statement.target else "imports"
        raise CarryError(
            f"{names} {verb} {module}, which a compiled program does not have",
            f"move what the node needs of it into {source.file}",
        )
    found = _distributions(module)
    if found is None and not (imported.optional and _is_absent(module)):
        raise CarryError(
            f"{names} imports `{module}`, which is neither in the standard library nor an installed package, so that a "
            "program running alone cannot import it",
            f"move its code into {source.file}, or install it as a package",
        )
    for distribution in found or ():
        if _needs_us(distribution):
            raise CarryError(
                f"{names} comes from the package {distribution}, which itself needs Interlock",
                f"move what the node needs of it into {source.file}",
            )


def _agrees(source: Source, statement: Statement, carried: Carried) -> bool:
    """Whether another file already carries the statement, word for word; raises if it gives a name another meaning."""
    repeated = False
    for name in sorted(statement.binds | statement.later):
        claim = carried.names.get(name)
        if claim is None or claim.module is source.module or (claim.target and claim.target == statement.target):
            continue
        if claim.target and getattr(source.module, name, claim) is _value(claim.target):
            continue
        if claim.text is not None and claim.text == statement.text and _may_be_shared(source, statement):
            repeated = True
            continue
        if claim.file == PROGRAM:
            raise CarryError(
                f"`{name}` in {source.file} is a name that the program itself uses for something else",
                f"rename `{name}` in {source.file}" + (f": `{statement.text} as …`" if statement.target else ""),
            )
        raise CarryError(
            f"`{name}` is defined in {claim.file} and in {source.file} with another meaning, and one program needs both",
            f"rename one of the two, for example to `{name}_{_stem(source)}` in {source.file}",
        )
    return repeated


def _keep_builtins(source: Source, used: set[str], needed: list[Statement], carried: Carried) -> None:
    """No file may redefine a builtin that another one uses."""
    for name in sorted(used):
        claim = carried.names.get(name)
        if claim is not None and claim.file != PROGRAM and claim.module is not source.module:
            raise _shadowed(name, claim.file, source.file)
    for name in sorted({name for each in needed for name in each.binds}):
        if name in carried.builtins and carried.builtins[name] is not source:
            raise _shadowed(name, source.file, carried.builtins[name].file)


def _shadowed(name: str, file: str, other: str) -> CarryError:
    return CarryError(
        f"{file} defines `{name}`, a builtin that {other} uses, and one program needs both",
        f"rename `{name}` in {file}",
    )


def _may_be_shared(source: Source, statement: Statement) -> bool:
    """Whether two files may have the statement in common: it alone gives its name a value, which never changes."""
    names = statement.binds
    return (
        (statement.definition or statement.constant)
        and len(names) == 1
        and all(source.by_name[name] == (statement,) for name in names)
        and not any(names & each.later for each in source.statements)
    )


def _is_settled(source: Source, statement: Statement) -> bool:
    """Whether an import's name means nothing else in its file, so that the import may stand at the top."""
    return all(
        each.target == statement.target
        for name in statement.binds
        for each in source.by_name[name]
        if name in each.binds
    )


def _stem(source: Source) -> str:
    return re.sub(r"\W", "_", Path(source.file).stem)


def _is_ours(module: str) -> bool:
    return module.split(".")[0] == "interlock"


def _value(target: str) -> Any:
    """What a plain import binds."""
    module, _, name = target.rpartition(".")
    return sys.modules.get(target) or getattr(sys.modules.get(module), name, None)


def _is_absent(module: str) -> bool:
    try:
        return find_spec(module.split(".")[0]) is None
    except (ImportError, ValueError):
        return True


@lru_cache(maxsize=1024)
def _distributions(module: str) -> tuple[str, ...] | None:
    """The distributions that a module comes from: none for the standard library; None if it is not installed."""
    top = module.split(".")[0]
    if top in sys.stdlib_module_names:
        return ()
    if top in LIBRARIES:
        return (LIBRARIES[top],)
    names = metadata.packages_distributions().get(top) or list(_editable(top))
    if len(names) > 1:  # a namespace that several distributions share
        path = module.replace(".", "/")
        names = [
            each for each in names if any(str(file).startswith(path) for file in metadata.files(each) or ())
        ] or names
    return tuple(sorted({re.sub(r"[-_.]+", "-", each).lower() for each in names})) or None


def _editable(top: str) -> Iterator[str]:
    """The distribution installed in place that holds a module."""
    spec = None if _is_absent(top) else find_spec(top)
    places = [Path(each) for each in ([spec.origin] if spec and spec.origin else [])]
    for each in metadata.distributions():
        told = json.loads(each.read_text("direct_url.json") or "{}")
        if told.get("dir_info", {}).get("editable"):
            folder = Path(unquote(urlsplit(told["url"]).path))
            if any(folder in place.parents for place in places):
                yield each.metadata["Name"]


@lru_cache(maxsize=1024)
def _needs_us(distribution: str) -> bool:
    try:
        return distribution == "interlock" or any(
            re.match(r"interlock\b(?!-)", each) for each in metadata.requires(distribution) or ()
        )
    except metadata.PackageNotFoundError:
        return False
