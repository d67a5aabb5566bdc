"""Sinks of all kinds: where a result is written."""

from __future__ import annotations

from typing import Any

from interlock.evaluation.generate.draft import Draft, Step
from interlock.evaluation.generate.known import Known
from interlock.evaluation.generate.steps.drawing import Drawing, Feed
from interlock.ir.types import Type


def _path(draft: Draft, suffix: str) -> str:
    folder = draft.random.choice(("out", "out", "out/deep/er", "out/a b"))
    path = f"{folder}/{draft.random.choice(('result', 'summary', 'Q1', 'ärger'))}_{len(draft.written)}{suffix}"
    draft.written[path] = path
    return path


def _zipped(draft: Draft) -> str:
    return ".gz" if draft.chance(0.15) else ""


def write_csv(draft: Draft, feeds: list[Feed]) -> Step | None:
    params: dict[str, Any] = {"path": _path(draft, f".csv{_zipped(draft)}")}
    if draft.chance(0.3):
        params["delimiter"] = draft.random.choice((";", "\t", "|", ","))
    if draft.chance(0.15):
        params["header"] = False
    if draft.chance(0.2):
        params["null_value"] = draft.random.choice(("NA", "-", "null"))
    return Step(params, feeds[0].known)


def _inner(kind: Type) -> list[Type]:
    return [kind.element] if kind.element else [each for _, each in kind.fields]


def _has(kind: Type, names: frozenset[str]) -> bool:
    return kind.name in names or any(_has(each, names) for each in _inner(kind))


def _map_of_floats(kind: Type) -> bool:
    inner = [kind.element] if kind.element else [each for _, each in kind.fields]
    own = kind.name == "map" and _has(kind, frozenset({"float", "double"}))
    return own or any(_map_of_floats(each) for each in inner)


def _json(draft: Draft, feeds: list[Feed], suffix: str) -> Step | None:
    if any(_map_of_floats(each.type) for each in feeds[0].known.columns):
        return None
    return Step({"path": _path(draft, f"{suffix}{_zipped(draft)}")}, feeds[0].known)


def write_json(draft: Draft, feeds: list[Feed]) -> Step | None:
    return _json(draft, feeds, ".json")


def write_jsonl(draft: Draft, feeds: list[Feed]) -> Step | None:
    return _json(draft, feeds, ".jsonl")


def write_parquet(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    whole = frozenset({"hugeint", "uhugeint"})
    if any(
        _has(each.type, frozenset({"interval"})) or any(_has(inner, whole) for inner in _inner(each.type))
        for each in table.columns
    ):
        return None
    if any(each.type.name in whole and each.reach >= 1e38 for each in table.columns) and not draft.risky:
        return None
    params: dict[str, Any] = {"path": _path(draft, ".parquet")}
    if draft.chance(0.5):
        params["compression"] = draft.random.choice(("zstd", "snappy", "gzip", "none"))
    return Step(params, table)


def write_excel(draft: Draft, feeds: list[Feed]) -> Step | None:
    table = feeds[0].known
    if not _fits_excel(table) and not draft.risky:
        return None
    params: dict[str, Any] = {"path": _path(draft, ".xlsx")}
    if draft.chance(0.4):
        params["sheet"] = draft.random.choice(("Figures", "Q1 2024", "Blätter"))
    return Step(params, table)


def _fits_excel(table: Known) -> bool:
    """Whether Excel surely holds all values: no long numbers, no moments with microseconds or before March 1900."""
    names = frozenset("boolean tinyint smallint integer bigint double decimal varchar date".split())
    return all(
        each.type.name in names
        and (not each.type.is_numeric or each.reach < 1e9)
        and (each.type.name != "date" or (each.tame and each.reach < 30_000))
        for each in table.columns
    )


def write_sqlite(draft: Draft, feeds: list[Feed]) -> Step | None:
    params: dict[str, Any] = {
        "path": _path(draft, ".db"),
        "table": draft.random.choice(("data", "people", "Sales 2024", "order")),
    }
    if draft.chance(0.5):
        params["if_exists"] = draft.random.choice(("fail", "replace", "append"))
    return Step(params, feeds[0].known)


DRAWINGS: dict[str, Drawing] = {
    "write_csv": write_csv,
    "write_json": write_json,
    "write_jsonl": write_jsonl,
    "write_parquet": write_parquet,
    "write_excel": write_excel,
    "write_sqlite": write_sqlite,
}
