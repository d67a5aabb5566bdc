"""The registry: every node type that plans may use, by name and version.

Packs are ordinary packages found through the entry point `interlock.nodes`; a project adds files of its own with
`nodes = ["my_nodes.py"]` in its `interlock.toml`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from interlock.registry.node import NodeType

ENTRY_POINT = "interlock.nodes"


class RegistryError(Exception):
    """The registry cannot be put together; the message says which file or pack is at fault and how to mend it."""


@dataclass(frozen=True)
class Found:
    """A node type found for a name: the parameters pass through `adapters` in turn, oldest name first."""

    type: NodeType
    adapters: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = ()

    def adapt(self, params: dict[str, Any]) -> dict[str, Any]:
        """The parameters as this version of the node type names them."""
        for adapter in self.adapters:
            params = adapter(dict(params))
        return params


class Registry:
    """Node types by name and version. Two definitions of one name and version are an error."""

    def __init__(self, types: Iterable[NodeType]) -> None:
        self._versions: dict[str, dict[int, NodeType]] = {}
        self._aliases: dict[str, NodeType] = {}
        for node_type in types:
            self._add(node_type)

    def _add(self, node_type: NodeType) -> None:
        versions = self._versions.setdefault(node_type.name, {})
        other = versions.get(node_type.version) or self._aliases.get(node_type.name)
        if other is not None and other is not node_type:
            raise _clash(node_type.reference, node_type, other)
        versions[node_type.version] = node_type
        for alias in node_type.aliases:
            other = self._aliases.get(alias)
            if alias in self._versions:
                other = next(iter(self._versions[alias].values()))
            if other is not None and other.name != node_type.name:
                raise _clash(alias, node_type, other)
            if other is None or other.version < node_type.version:
                self._aliases[alias] = node_type

    def __iter__(self) -> Iterator[NodeType]:
        """The newest version of every node type, by name."""
        for name in sorted(self._versions):
            yield self._versions[name][max(self._versions[name])]

    def __len__(self) -> int:
        return len(self._versions)

    @cached_property
    def names(self) -> list[str]:
        """Every name that a plan may use, aliases included."""
        return sorted(self._versions) + sorted(self._aliases)

    def versions(self, name: str) -> list[int]:
        """The versions that a plan may pin, newest first: those kept and those that can be migrated."""
        found = self.find(name)
        if found is None:
            return []
        kept = self._versions[found.type.name]
        return sorted({*kept, *(old for node_type in kept.values() for old in node_type.migrations)}, reverse=True)

    def find(self, name: str, version: int | None = None) -> Found | None:
        """The node type of that name and version (the newest without one), or None."""
        kept = self._versions.get(name)
        adapters: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = ()
        if kept is None:
            aliased = self._aliases.get(name)
            if aliased is None:
                return None
            adapter = aliased.aliases[name]
            adapters = (adapter,) if adapter else ()
            if version in (None, aliased.version):
                return Found(aliased, adapters)
            kept = self._versions[aliased.name]
        if version is None:
            return Found(kept[max(kept)], adapters)
        if version in kept:
            return Found(kept[version], adapters)
        for newer in sorted(kept):
            if version in kept[newer].migrations:
                return Found(kept[newer], (*adapters, kept[newer].migrations[version]))
        return None


def _clash(name: str, new: NodeType, old: NodeType) -> RegistryError:
    return RegistryError(
        f"`{name}` is defined twice: by `{old.name}` in {old.defined_in} and by `{new.name}` in {new.defined_in}. "
        "Rename one of them, or give it another version."
    )


@lru_cache(maxsize=1)
def installed() -> tuple[NodeType, ...]:
    """The node types of every installed pack."""
    found: list[NodeType] = []
    for point in sorted(entry_points(group=ENTRY_POINT), key=lambda point: point.name):
        try:
            found += _types_of(point.load())
        except Exception as error:
            raise RegistryError(f"the node pack `{point.name}` ({point.value}) cannot be loaded: {error}") from error
    return tuple(dict.fromkeys(found))


def _types_of(module: ModuleType) -> list[NodeType]:
    modules = [module]
    if hasattr(module, "__path__"):
        modules += [import_module(f"{module.__name__}.{each.name}") for each in pkgutil.iter_modules(module.__path__)]
    return [value for each in modules for value in vars(each).values() if isinstance(value, NodeType)]


def load_file(path: Path) -> list[NodeType]:
    """The node types that a Python file defines; raises RegistryError with the file and the reason."""
    if not path.is_file():
        raise RegistryError(f"{path}: no such file, but `nodes` in interlock.toml names it")
    name = f"interlock_nodes_{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RegistryError(f"{path}: not a Python file; `nodes` in interlock.toml lists .py files")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        sys.modules.pop(name, None)
        raise RegistryError(f"{path}: {type(error).__name__}: {error}") from error
    found = [value for value in vars(module).values() if isinstance(value, NodeType) and value.defined_in == str(path)]
    for node_type in found:
        try:
            node_type.validate()
        except Exception as error:
            raise RegistryError(f"{path}: the node type `{node_type.name}` cannot be used: {error}") from error
    return found


def load(files: Iterable[Path] = ()) -> Registry:
    """The registry of installed packs and these files; without files always the same one."""
    own = [node_type for path in files for node_type in load_file(path)]
    return Registry((*installed(), *own)) if own else _of_packs()


@lru_cache(maxsize=1)
def _of_packs() -> Registry:
    return Registry(installed())
