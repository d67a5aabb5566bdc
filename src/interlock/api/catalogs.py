"""The catalog for a task: the files that it names and those of the project's data folders, with their columns.

Only headers and samples are looked at, as in a check, and only of files that the policy lets a plan read.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from interlock.api.project import Project
from interlock.ir.catalog import Catalog, Dataset
from interlock.ir.plan import Edge, Node, Plan
from interlock.planning.formats import inside_parameter, path_parameter, reader_of
from interlock.runtime.execute import RunFailed

MOST = 60
"""Files that a catalog holds at most; those that the task names come first."""


@dataclass(frozen=True)
class Found:
    """A catalog, and what was left out of it: a line for each file."""

    catalog: Catalog
    left_out: tuple[str, ...] = ()


def catalog_for(project: Project, text: str, data: Sequence[str] = (), globs: Sequence[str] = ()) -> Found:
    """The catalog for a task: `data` if given, else the files that the text names and those that `globs` match.

    `data` are files or folders; a file that cannot be read as data is left out, and told.
    """
    named = _named(project, text)
    paths = [*dict.fromkeys([*named, *(_expanded(project, data) if data else _matching(project, globs))])]
    left_out = []
    if len(paths) > MOST:
        left_out.append(f"{len(paths) - MOST} more files; name the ones that matter with --data")
        paths = paths[:MOST]
    nodes, datasets = [], []
    for path in paths:
        reason = project.policy.refusal(path, "reads")
        reader = reader_of(project.registry, path)
        if reason or reader is None:
            left_out.append(f"{path}: {reason or 'no node type reads files with this ending'}")
            continue
        for inside in _inside(project.root / path, reader):
            parameter = inside_parameter(reader)
            params: dict[str, Any] = {path_parameter(reader): path}
            if inside and parameter:
                params[parameter[0]] = inside
            nodes.append(Node(f"data_{len(nodes)}", reader.name, None, params, len(nodes)))
            datasets.append((path, reader.name, inside))
    schemas = project.schemas(Plan(tuple(nodes)))
    found = []
    for node, (path, reader, inside) in zip(nodes, datasets, strict=True):
        if node.id in schemas:
            found.append(Dataset(path, schemas[node.id], reader, inside))
        else:
            left_out.append(f"{path}: it cannot be read; `interlock schema` on a plan that reads it says why")
    return Found(Catalog(tuple(found)), tuple(left_out))


def samples(project: Project, catalog: Catalog, rows: int) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The first rows of each dataset, for a model that may see them. They are read by a run of a plan that reads only."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for dataset in catalog if rows else ():
        reader = project.registry.find(dataset.reader)
        if reader is None:
            continue
        inside = inside_parameter(reader.type)
        params = {path_parameter(reader.type): dataset.path} | (
            {inside[0]: dataset.inside} if inside and dataset.inside else {}
        )
        nodes = (Node("data", dataset.reader, None, params), Node("shown", "preview", None, {"rows": rows}, 1))
        found[dataset.path, dataset.inside] = _first_rows(project, Plan(nodes, (Edge("data", "shown"),)))
    return found


def _first_rows(project: Project, plan: Plan) -> list[dict[str, Any]]:
    verdict = project.check(plan)
    if verdict.checked is None:
        return []
    try:
        report = project.execute(project.compile(verdict.checked, "samples"))
    except RunFailed:
        return []
    return [dict(zip(preview["columns"], row, strict=True)) for preview in report.previews for row in preview["rows"]]


def _named(project: Project, text: str) -> Iterator[str]:
    """Files of the project that the text names: as written, or by a name that only one file below the data folders has."""
    words = re.findall(r"[^\s'\"`,;()<>]+\.\w+", text) + re.findall(r"['\"`]([^'\"`]+\.\w+)['\"`]", text)
    for word in dict.fromkeys(words):
        path = word.rstrip(".").removeprefix("./")
        if project.policy.refusal(path, "reads") is None and (project.root / path).is_file():
            yield path


def _expanded(project: Project, data: Iterable[str]) -> Iterator[str]:
    for each in data:
        path = Path(each)
        whole = path if path.is_absolute() else Path.cwd() / path
        if not whole.exists():
            whole = project.root / path
        relative = os.path.relpath(whole.resolve(), project.root)
        if whole.is_dir():
            yield from _below(project, Path(relative))
        else:
            yield Path(relative).as_posix()


def _matching(project: Project, globs: Sequence[str]) -> Iterator[str]:
    folders = dict.fromkeys(Path(each.partition("*")[0].rpartition("/")[0] or ".") for each in globs)
    for folder in folders:
        for path in _below(project, folder):
            if any(_matches(path, each) for each in globs):
                yield path


def _matches(path: str, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    return fnmatchcase(path, pattern.replace("**", "*"))


def _below(project: Project, folder: Path) -> Iterator[str]:
    """Data files below a folder of the project, sorted; hidden ones are left out."""
    top = project.root / folder
    for path in sorted(top.rglob("*")) if top.is_dir() else ():
        relative = path.relative_to(project.root).as_posix()
        hidden = any(part.startswith(".") for part in Path(relative).parts)
        if not hidden and path.is_file() and reader_of(project.registry, relative) is not None:
            yield relative


def _inside(path: Path, reader: Any) -> list[str]:
    """The tables of a database or the sheets of a workbook; one empty name for any other file."""
    parameter = inside_parameter(reader)
    if parameter is None or not path.is_file():
        return [""]
    names = _tables(path) or _sheets(path)
    return names if parameter[1] or len(names) > 1 else [""]


def _tables(path: Path) -> list[str]:
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as database,
    ):
        rows = database.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        )
        return [str(name) for (name,) in rows]
    return []


def _sheets(path: Path) -> list[str]:
    from python_calamine import CalamineError, CalamineWorkbook

    with contextlib.suppress(CalamineError, OSError, ValueError):
        return list(CalamineWorkbook.from_path(str(path)).sheet_names)
    return []
