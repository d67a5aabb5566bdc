"""Interlock: a compiler for workflows planned by language models.

The library's names are found here and imported when first used: `from interlock import Project, node, Table, Select`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_NAMES = {
    "interlock.api": ("Checked", "Project", "ProjectError", "Refused", "RegistryError", "Report", "RunFailed"),
    "interlock.ir.plan": ("Contract", "Edge", "Input", "Node", "Plan"),
    "interlock.registry.node": ("node",),
    "interlock.registry.tables": ("Check", "Copy", "Described", "NodeError", "Rows", "Select", "Staging", "Table", "Writes"),
    "interlock.registry.kinds": (
        "Column", "Columns", "Expression", "Measures", "ModelName", "Name", "NewColumn", "Params", "Port", "Predicate",
        "Query", "ReadDatabase", "ReadPath", "SortKey", "SortKeys", "Text", "TypeName", "WriteDatabase", "WritePath",
    ),
    "interlock.registry": ("sql",),
}  # fmt: skip
_HOMES = {name: module for module, names in _NAMES.items() for name in names}


def __dir__() -> list[str]:
    return ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module `interlock` has no attribute `{name}`")
    home = import_module(_HOMES[name])
    return getattr(home, name) if hasattr(home, name) else import_module(f"{_HOMES[name]}.{name}")
