"""The generator: one case for a seed, valid plans, the whole registry and language, node types of users."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from interlock.api import Project
from interlock.evaluation.cases import Case
from interlock.evaluation.generate import Shape, draw_case
from interlock.ir.catalog import Catalog
from interlock.ir.expressions.functions import FAMILIES, aggregates, windows
from interlock.ir.plan import Plan
from interlock.registry.registry import load
from interlock.syntax.english import print_plan, read_english
from interlock.syntax.plans import read_plan

REGISTRY = load()
OWN = '''
from typing import Annotated, Literal
from pydantic import Field
from interlock.registry import sql
from interlock.registry.kinds import Column, Columns, NewColumn, Predicate, SortKeys
from interlock.registry.node import node
from interlock.registry.tables import NodeError, Rows, Select, Table

@node(version=3)
def flag_rows(
    table: Table, *, when: Predicate, into: NewColumn, by: SortKeys, keep: Columns, like: Literal["a", "b"] = "a",
    n: Annotated[int, Field(ge=1, le=5)],
) -> Select:
    """Keep columns, and flag rows."""
    tree = table.select(*(each.sql for each in keep), sql.named(when.sql, str(into)))
    if str(into) in [each.name for each in keep]:
        raise NodeError(("into",), "the name is taken")
    return Select(tree)

@node(version=1, columns=lambda **_: [("month", "bigint"), ("label", "varchar")])
def months(*, count: Annotated[int, Field(ge=1, le=12)], label: Literal["m", "n"] = "m") -> Rows:
    """The first months of a year."""
    return Rows([("month", "bigint"), ("label", "varchar")], [(n, label) for n in range(1, count + 1)])
'''


def digest(case: Case) -> str:
    known = [case.text, sorted(case.files.items()), sorted(case.sources.items()), sorted(case.inputs.items())]
    return hashlib.sha256(repr(known).encode()).hexdigest()


def digests(seeds: range) -> list[str]:
    return [digest(draw_case(seed, REGISTRY)) for seed in seeds]


def refused(case: Case, folder: Path, nodes: tuple[Path, ...] = ()) -> list[str]:
    case.lay_out(folder)
    checked = Project(folder, nodes).check_text(case.text)
    return [f"{each.code} {each.message}" for each in checked.diagnostics if each.severity == "error"]


@pytest.mark.slow
def test_one_case_for_a_seed_in_every_process():
    here = digests(range(12))
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_generated_plans as t; print(*t.digests(range(12)))"
    for seed in ("0", "4711"):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONHASHSEED": seed}, check=True
        )
        assert done.stdout.split() == here


def test_small_shapes():
    for seed in range(40):
        case = draw_case(seed, REGISTRY, Shape(nodes=5, rows=4, columns=3, long=0, wide=0, depth=1))
        assert 1 <= len(case.plan["nodes"]) <= 5
        assert all(len(frame.rows) <= 4 and len(frame.columns) <= 3 for frame in case.sources.values())


@pytest.mark.slow
def test_plans_are_valid(tmp_path):
    found = {seed: refused(draw_case(seed, REGISTRY), tmp_path / str(seed)) for seed in range(10_000, 10_300)}
    wrong = {seed: each for seed, each in found.items() if each}
    assert len(wrong) <= 3, wrong


@pytest.mark.slow
def test_known_columns_are_those_of_the_check(tmp_path):
    """What a source must give by the generator has the columns and types that the check finds."""
    for seed in range(200):
        case = draw_case(seed, REGISTRY)
        case.lay_out(tmp_path / str(seed))
        proven = Project(tmp_path / str(seed)).check_text(case.text).proven
        for node, frame in case.sources.items() if proven else ():
            assert [(each.name, each.type) for each in proven.by_id[node].schema] == list(frame.columns)


@pytest.mark.slow
def test_every_node_type_and_function_comes_up():
    types: Counter[str] = Counter()
    called: Counter[str] = Counter()
    for seed in range(2_500):
        case = draw_case(seed, REGISTRY)
        types.update(str(node["type"]).partition("@")[0] for node in case.plan["nodes"])
        called.update(word.lower() for word in re.findall(r"(\w+)\(", case.text))
        called.update(["date_part"] * ("extract" in called))
    usual = {each.name for each in REGISTRY if not {"network", "model", "human"} & set(each.effects)}
    assert usual <= set(types)
    functions = {name.name: (name.name, *name.aliases) for family in FAMILIES.values() for name in family}
    windowed = {row.name: (row.name, *row.aliases) for row in windows.WINDOWS}
    assert [name for name, names in (functions | windowed).items() if not any(called[each] for each in names)] == []
    for row in aggregates.AGGREGATES:
        assert any(called[each] for each in (row.name, *row.aliases)), row.name


@pytest.mark.slow
def test_node_types_of_users_are_drawn(tmp_path):
    file = tmp_path / "own_nodes.py"
    file.write_text(OWN)
    registry = load([file])
    drawn: Counter[str] = Counter()
    for seed in range(60):
        case = draw_case(seed, registry)
        own = [each for each in case.plan["nodes"] if str(each["type"]).startswith(("flag_rows", "months"))]
        drawn.update(str(each["type"]).partition("@")[0] for each in own)
        assert not own or not refused(case, tmp_path / str(seed), (file,))
    assert drawn["flag_rows"] and drawn["months"]


@pytest.mark.slow
def test_every_drawn_plan_reads_back_from_english() -> None:
    registry = load()
    for seed in range(7_000, 7_300):
        plan = read_plan(draw_case(seed, registry).text, "case.json").plan
        assert plan is not None
        read = read_english(print_plan(plan, registry), registry, Catalog())
        assert isinstance(read, Plan) and read.digest == plan.digest, f"plan {seed}"
