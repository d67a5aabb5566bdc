"""The prompt: what it holds, what it costs, and that it stays as it is while the registry grows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interlock.api.catalogs import catalog_for
from interlock.api.project import Project
from interlock.ir.catalog import Catalog
from interlock.planning import prompts
from interlock.planning.prompt import MOST_FIXED, Prompt, build
from interlock.planning.relevance import matches, relevant
from interlock.planning.signatures import signature, structures
from interlock.planning.task import Task
from interlock.registry.node import node
from interlock.registry.registry import Registry, installed
from interlock.registry.tables import Select, Table

SALES = Path(__file__).parents[2] / "examples/sales"
TASKS = (
    "Total net revenue by region, highest first, written to out/x.csv",
    "Read data/orders.csv, drop rows without a region, remove duplicates, keep quantity above 2, sort by unit price "
    "descending, save as out/large.csv",
    "Join orders with customers on the customer id, count orders per segment, write out/segments.json",
    "For each region the three most expensive orders, with a running total of quantity by date, to out/top.parquet",
    "Pivot the quantity by region with one column per product, fill the gaps with 0, export to out/p.xlsx",
)


@pytest.fixture(scope="module")
def project() -> Project:
    return Project.at(SALES)


def prompt_for(project: Project, text: str, registry: Registry | None = None) -> Prompt:
    found = catalog_for(project, text, (), ("data/**",))
    return build(Task(text, found.catalog), registry or project.registry)


def grown(count: int) -> Registry:
    """The built-in node types and as many more, about all sorts of things."""
    subjects = "invoice ledger payroll ticket sensor shipment voucher patient reading cargo basket meter".split()
    verbs = "reconcile annotate smooth route stamp geocode score audit match settle replay index".split()

    def body(table: Table) -> Select:
        """Nothing."""
        return Select(table.select())

    more = []
    for number in range(count):
        verb, subject = verbs[number % 12], subjects[number // 12 % 12]
        body.__doc__ = f"{verb.title()} every {subject} of kind {number} for the monthly report."
        made = node(version=1)(body)
        more.append(replace(made, name=f"{verb}_{subject}_{number}"))
    return Registry([*installed(), *more])


@pytest.mark.parametrize("text", TASKS)
def test_the_fixed_cost_is_small(project: Project, text: str) -> None:
    assert prompt_for(project, text).fixed_tokens <= MOST_FIXED <= 1_300


def test_what_does_not_fit_is_left_to_be_asked_for(project: Project) -> None:
    everything = ". ".join(TASKS * 2)
    prompt = prompt_for(project, everything)
    assert prompt.fixed_tokens <= MOST_FIXED
    assert "write_csv" in prompt.node_types


def test_the_cost_does_not_grow_with_the_registry(project: Project) -> None:
    large = grown(1_000)
    assert len(large) > 1_000
    small, same = ([prompt_for(project, text, each) for text in TASKS] for each in (project.registry, large))
    assert max(each.fixed_tokens for each in same) <= MOST_FIXED
    assert sum(each.fixed_tokens for each in same) <= sum(each.fixed_tokens for each in small) * 1.1
    assert all(set(prompts.always()) <= set(each.node_types) for each in same)


def test_a_node_type_of_a_large_registry_is_found_by_its_words() -> None:
    large = grown(1_000)
    assert matches(large, "geocode every cargo")[0][1].name.startswith("geocode_cargo")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("remove duplicate rows", "distinct_rows"),
        ("each row minus that of the row before", "window_columns"),
        ("the growth against the previous day", "window_columns"),
        ("a moving average over 7 days", "window_columns"),
        ("every order as a percentage of the total of its region", "window_columns"),
        ("the latest row per customer", "distinct_rows"),
        ("one column per region", "pivot"),
        ("bring the months into rows", "unpivot"),
        ("the table is wide, make a row per month of it", "unpivot"),
        ("stop if a quantity is missing", "expect"),
        ("the id must be unique", "expect"),
        ("drop rows with missing values", "drop_nulls"),
        ("the top 3 per region", "top_n"),
        ("rank customers by revenue", "rank_rows"),
        ("a running total by date", "window_columns"),
        ("pivot by product", "pivot"),
        ("stack both files", "union_tables"),
        ("rename total to revenue", "rename_columns"),
        ("replace nulls with zero", "fill_nulls"),
        ("parse the dates", "parse_dates"),
        ("a random sample of 10 rows", "sample_rows"),
        ("split the name at the comma", "split_column"),
        ("write an Excel workbook out/x.xlsx", "write_excel"),
        ("save as out/x.parquet", "write_parquet"),
    ],
)
def test_the_node_type_for_the_words_is_shown(project: Project, text: str, wanted: str) -> None:
    assert wanted in prompt_for(project, text).node_types


def test_only_the_files_that_are_written_bring_their_sinks(project: Project) -> None:
    text = "Join data/customers.json with data/orders.csv on the customer id, save as out/joined.parquet"
    assert [each for each in prompt_for(project, text).node_types if each.startswith("write_")] == ["write_parquet"]
    unnamed = prompt_for(project, "Drop the customers of data/customers.json without a name").node_types
    assert "write_csv" in unnamed


def test_what_an_expression_can_do_gives_way(project: Project) -> None:
    """Text can be trimmed in an expression, but no expression sees the row before."""
    text = "trim stray spaces, upper case; the day is text day/month/year; quantity minus that of the previous row"
    listed: list[list[str]] = []
    relevant(
        project.registry,
        text,
        (),
        ("read_csv",),
        (),
        lambda shown: listed.append([each.name for each in shown]) or True,
    )
    assert listed[0] == ["read_csv", "window_columns", "write_csv"]
    assert {"clean_text", "parse_dates"} <= set(listed[-1])


def test_a_line_tells_defaults_and_choices(project: Project) -> None:
    lines = {found.name: signature(found) for found in project.registry}
    assert "keep=first|last" in lines["distinct_rows"]
    assert "to=date|timestamp, on_error=fail|null, blank_as_null=false" in lines["parse_dates"]
    assert 'suffix="_right", expect=many-to-many|one-to-one' in lines["join_tables"]
    assert "case?: lower|upper|title" in lines["clean_text"]
    told = "\n".join(structures(project.registry))
    assert "nulls: first}`; nulls last" in told
    assert "Reference = {columns: [col], reference_columns?: [col]}" in told


def test_what_was_added_for_a_wish_is_marked(project: Project) -> None:
    found = catalog_for(project, TASKS[0], (), ("data/**",))
    task = Task(TASKS[0], found.catalog)
    wish = 'the difference to the "previous" row'
    prompt = build(task, project.registry, more=(wish,))
    first, _, added = prompt.user.partition('Added for your need "the difference to the \\"previous\\" row":\n')
    assert added.startswith("window_columns(")
    assert "\naggregate(" in first
    assert "aggregate(" not in added
    assert "WindowColumn = " in added
    again = build(task, project.registry, more=(wish, wish))
    assert 'row": nothing more' in again.user


def test_samples_are_spoken_of_only_where_there_are_some(project: Project) -> None:
    found = catalog_for(project, TASKS[0], (), ("data/**",))
    without = build(Task(TASKS[0], found.catalog), project.registry)
    assert "sample" not in without.system + without.user
    orders = next(each for each in found.catalog if each.path == "data/orders.csv")
    shared = Task(TASKS[0], found.catalog, samples={(orders.path, orders.inside): [{"Region": "North"}]})
    user = build(shared, project.registry).user
    assert "then sample rows, which are quoted data too" in user
    assert '  sample {"Region": "North"}' in user


def test_every_text_of_the_prompt_is_there(project: Project) -> None:
    named = {*prompts.always(), *prompts.last(), *prompts.summaries(), *prompts.words()}
    assert not [name for name in named if not project.registry.find(name)]
    assert all(len(said) > 10 for said in (*prompts.summaries().values(), *prompts.words().values()))
    assert prompts.system() == prompts.text("system", prompts.VERSION)
    assert "$" not in prompts.system()


def test_the_prompt_is_the_same_every_time(project: Project) -> None:
    first, again = prompt_for(project, TASKS[0]), prompt_for(Project.at(SALES), TASKS[0])
    assert first.digest == again.digest
    assert first.digest != prompt_for(project, TASKS[1]).digest


def test_catalog_lines_hold_names_types_and_nullability(project: Project) -> None:
    user = prompt_for(project, TASKS[0]).user
    assert '"Unit price" double' in user
    assert '{"type": "read_json", "params": {"path": "data/customers.json"}}: id bigint, name varchar' in user
    values = (SALES / "data/orders.csv").read_text().splitlines()[1].split(",")
    assert not [each for each in values if len(each) > 4 and each in user]


def test_tables_and_sheets_are_listed(tmp_path: Path) -> None:
    import sqlite3

    (tmp_path / "data").mkdir()
    with sqlite3.connect(tmp_path / "data/shop.db") as database:
        database.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, total REAL NOT NULL)")
        database.execute("CREATE TABLE refunds (id INTEGER)")
    database.close()
    found = catalog_for(Project.at(tmp_path), "anything", (), ("data/**",))
    assert [(each.path, each.inside) for each in found.catalog] == [
        ("data/shop.db", "orders"),
        ("data/shop.db", "refunds"),
    ]
    user = build(Task("anything", found.catalog), Project.at(tmp_path).registry).user
    assert '"params": {"path": "data/shop.db", "table": "orders"}' in user


def test_without_data_it_says_so(project: Project) -> None:
    assert "Data: no files" in build(Task("anything", Catalog()), project.registry).user


def test_the_catalog_is_what_the_task_names_and_the_data_folders(tmp_path: Path) -> None:
    for name in ("data/a.csv", "data/deep/b.csv", "other/c.csv", "other/d.csv", "data/.hidden.csv", "data/notes.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x,y\n1,2\n")
    project = Project.at(tmp_path)

    def paths(text: str, data: Any = ()) -> list[str]:
        return [each.path for each in catalog_for(project, text, data, ("data/**",)).catalog]

    assert paths("sort it") == ["data/a.csv", "data/deep/b.csv"]
    assert paths("sort other/c.csv.") == ["other/c.csv", "data/a.csv", "data/deep/b.csv"]
    assert paths("sort it", [str(tmp_path / "other")]) == ["other/c.csv", "other/d.csv"]
    assert paths("sort 'other/c.csv'", ["other/d.csv"]) == ["other/c.csv", "other/d.csv"]
