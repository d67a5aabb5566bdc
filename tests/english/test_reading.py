"""English as people type it: sentences in many manners, what they mean, and sentences that are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from interlock.api import Project
from interlock.api.catalogs import catalog_for
from interlock.ir.catalog import Catalog
from interlock.ir.plan import Plan
from interlock.registry.registry import Registry, load, load_file
from interlock.syntax.english import Misunderstood, print_plan, read_english

CORPUS = Path(__file__).parent / "corpus"
UNDERSTOOD: list[dict[str, str]] = yaml.safe_load((CORPUS / "understood.yaml").read_text(encoding="utf-8"))
REFUSED: list[str] = yaml.safe_load((CORPUS / "refused.yaml").read_text(encoding="utf-8"))


def read(project: Project, text: str) -> Plan | Misunderstood:
    return read_english(text, project.registry, catalog_for(project, text).catalog, project.schemas)


def written(project: Project, found: Plan | Misunderstood) -> str:
    assert isinstance(found, Plan), found
    return print_plan(found, project.registry)


@pytest.mark.parametrize("case", UNDERSTOOD, ids=lambda case: case["says"][:60])
def test_a_sentence_means_one_plan_that_passes(project: Project, case: dict[str, str]) -> None:
    found = read(project, case["says"])
    assert isinstance(found, Plan), found
    meant = read_english(case["means"], project.registry, Catalog())
    assert isinstance(meant, Plan)
    assert found.digest == meant.digest, print_plan(found, project.registry)
    verdict = project.check(found)
    assert verdict.checked is not None, verdict.errors


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:60])
def test_what_is_not_fully_understood_is_refused(project: Project, text: str) -> None:
    found = read(project, text)
    if isinstance(found, Plan):  # a plan that cannot be is no plan
        assert project.check(found).checked is None, print_plan(found, project.registry)
        return
    assert found.why
    for each in found.unplaced:
        assert text[each.start : each.end] == each.words


def test_there_are_enough_sentences() -> None:
    assert len(UNDERSTOOD) >= 120 and len(REFUSED) >= 90


def test_the_words_that_were_not_understood_are_told(project: Project) -> None:
    found = read(project, "Read orders.csv, keep the shiny rows, save to x.csv")
    assert isinstance(found, Misunderstood)
    assert "shiny rows" in found.unplaced[0].words
    assert any("keep the rows where" in each for each in found.nearest)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("do something with orders.csv", "Read orders.csv, "),
        ("sort orders.csv nicely", ", sort by "),
        ("I want the top things of orders.csv", ", keep the top 10 rows by "),
        ("get rid of duplicates somehow in orders.csv", ", drop duplicate rows,"),
        ("a total of whatever is in orders.csv", "compute total "),
    ],
)
def test_what_is_not_understood_is_answered_with_sentences_that_are(project: Project, text: str, phrase: str) -> None:
    """With the files that are there; where there are none, with a stand-in's names."""
    found = read(project, text)
    assert isinstance(found, Misunderstood)
    assert 1 <= len(found.examples) <= 2
    assert phrase in " ".join(found.examples)
    for each in found.examples:
        plan = read(project, each)
        assert isinstance(plan, Plan), each
        assert project.check(plan).checked is not None, each
    nothing = read_english("do something", project.registry, Catalog())
    assert isinstance(nothing, Misunderstood)
    assert nothing.examples[0].startswith("Read data/sales.csv, ")


def test_two_meanings_are_both_told(project: Project) -> None:
    found = read(project, "Read orders.csv, sort by category and quantity descending, save to x.csv")
    assert isinstance(found, Misunderstood)
    assert len(found.readings) == 2
    assert "category and quantity descending" in found.readings[0] + found.readings[1]
    assert "category descending and quantity descending" in found.readings[0] + found.readings[1]


def test_a_file_that_is_not_there_is_told(project: Project) -> None:
    found = read(project, "Read nothing_there.csv, save to x.csv")
    assert isinstance(found, Misunderstood)
    assert "no such file" in found.why


def test_a_column_that_two_names_could_mean_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("unit_price,Unit-Price\n1,2\n")
    project = Project(tmp_path)
    assert isinstance(read(project, "Read a.csv, sort by unit price, save to x.csv"), Misunderstood)
    assert "Sort by unit_price" in written(project, read(project, "Read a.csv, sort by unit_price, save to x.csv"))


def test_a_node_type_of_ones_own_brings_its_phrases(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "from interlock.registry.kinds import Column\n"
        "from interlock.registry.node import node\n"
        "from interlock.registry.tables import Select, Table\n\n\n"
        '@node(version=1, says=["forget {column} entirely", "(forget|unlearn) [all about] {column}"])\n'
        "def forget(table: Table, *, column: Column) -> Select:\n"
        '    """Drop a column.\n    """\n'
        "    return Select(table.select(*(each for each in table.columns if each.name != column.name)))\n"
    )
    registry: Registry = Registry([*load(), *load_file(tmp_path / "own.py")])
    (tmp_path / "a.csv").write_text("id,email\n1,x\n")
    project = Project(tmp_path)
    catalog = catalog_for(project, "a.csv").catalog
    text = "Read a.csv, unlearn all about the email, save to x.csv"
    found = read_english(text, registry, catalog, project.schemas)
    assert isinstance(found, Plan), found
    assert found.nodes[1].type == "forget" and found.nodes[1].params == {"column": "email"}
    assert "Forget email entirely" in print_plan(found, registry)


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\n", "```", "\\", "🙂" * 50, "and " * 300, "read " * 500, "(" * 400, "a,b " * 2000]
)
def test_any_text_is_answered(project: Project, text: str) -> None:
    found: Any = read_english(text, project.registry, Catalog(), project.schemas)
    assert isinstance(found, Misunderstood)
