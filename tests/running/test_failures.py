"""A run that fails says which node, which rows and why, and leaves every file as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from workbench import Workbench, from_rows, passing, plan

from interlock.api import RunFailed

ROWS = "id,name,price\n1,a,5\n2,b,-3\n2,c,8\n4,,900\n"
EXPECTATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "rows": ({"rows": {"min": 10}}, "IL904"),
    "unique": ({"unique": [["id"]]}, "IL904"),
    "not_null": ({"not_null": ["name"]}, "IL904"),
    "ranges": ({"ranges": {"price": {"min": 0, "max": 100}}}, "IL904"),
    "allowed": ({"allowed": {"name": ["a", "b"]}}, "IL904"),
    "matches": ({"matches": {"name": "[ab]"}}, "IL904"),
    "where": ({"where": ["price > 0"]}, "IL904"),
}
CONTRACTS: dict[str, dict[str, Any]] = {
    "unique": {"unique": ["id"]},
    "not null": {"columns": {"name": "varchar not null"}},
}


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    """A project with a source and an earlier result."""
    bench.put("data/s.csv", ROWS)
    bench.put("out/o.csv", "the old result\n")
    return bench


def failing(bench: Workbench, given: dict[str, Any], *arguments: str) -> dict[str, Any]:
    """The failure of a run that must leave everything as it was."""
    bench.put("test.plan.json", given)
    before = bench.files()
    ran = bench.cli("run", "test.plan.json", "--json", *arguments)
    assert ran.code == 3, ran.err
    assert bench.files() == before
    assert bench.read() == "the old result\n"
    told = bench.cli("run", "test.plan.json", *arguments)
    assert told.code == 3
    assert ran.json["failed"]["message"] in told.err
    assert "nothing was written" in told.err
    return ran.json["failed"]


@pytest.mark.parametrize("what", EXPECTATIONS)
def test_expectations(what: str, shop: Workbench) -> None:
    params, code = EXPECTATIONS[what]
    found = failing(shop, passing("data/s.csv", ("expect", params)))
    assert (found["code"], found["step"]) == (code, "n0")
    assert found["rows"]
    assert len(found["rows"][0]) == len(found["columns"])


@pytest.mark.parametrize("what", CONTRACTS)
def test_contracts(what: str, shop: Workbench) -> None:
    found = failing(shop, passing("data/s.csv", contracts={"o": CONTRACTS[what]}))
    assert found["code"] == "IL903"
    assert found["step"] == "o"
    assert found["rows"]


@pytest.mark.parametrize("promise", ["many-to-one", "one-to-one", "one-to-many"])
def test_join_promises(promise: str, shop: Workbench) -> None:
    given = plan(
        {
            "l": ("read_csv", {"path": "data/s.csv"}), "r": ("read_csv", {"path": "data/s.csv"}), "f": ("filter_rows", {"where": "id > 0"}),
            "j": ("join_tables", {"on": ["id"], "how": "left", "expect": promise}), "o": ("write_csv", {"path": "out/o.csv"}),
        },
        "l j.left", "r f", "f j.right", "j o",
    )  # fmt: skip
    found = failing(shop, given)
    assert (found["code"], found["step"]) == ("IL905", "j")
    assert found["rows"]


def test_a_cast_names_its_node(shop: Workbench) -> None:
    given = passing(
        "data/s.csv",
        ("filter_rows", {"where": "id > 0"}), ("cast_columns", {"types": {"name": "bigint"}}), ("filter_rows", {"where": "price > -100"}),
    )  # fmt: skip
    for stepwise in (True, False):
        with pytest.raises(RunFailed, match="n1") as caught:
            shop.run(given, stepwise=stepwise)
        assert caught.value.step == "n1", stepwise
        assert caught.value.code == "IL907"
    found = failing(shop, given)
    assert found["step"] == "n1"
    assert "'a'" in found["message"] or "`a`" in found["message"]


@pytest.mark.parametrize(
    "expression",
    ["cast(name as bigint)", "cast(price * 1000000000000000000 as integer)", "price * 9223372036854775807"],
)
def test_arithmetic_names_its_node(expression: str, shop: Workbench) -> None:
    given = passing("data/s.csv", ("derive_columns", {"columns": {"v": expression}}), ("sort_rows", {"by": ["v"]}))
    for stepwise in (True, False):
        with pytest.raises(RunFailed, match="n0") as caught:
            shop.run(given, stepwise=stepwise)
        assert caught.value.step == "n0"
    failing(shop, given)


def test_a_value_that_comes_late_names_the_source(shop: Workbench) -> None:
    """A value beyond the sample that does not fit: the source is named, and the line's value."""
    lines = "".join(f"{number},a,{number}\n" for number in range(25_000))
    shop.put("data/s.csv", f"id,name,price\n{lines}x,b,2\n")
    given = passing(
        "data/s.csv",
        ("filter_rows", {"where": "price > 1"}),
        ("aggregate", {"by": ["name"], "measures": [{"name": "n", "function": "sum", "column": "id"}]}),
    )
    for stepwise in (True, False):
        with pytest.raises(RunFailed, match="`s`") as caught:
            shop.run(given, stepwise=stepwise)
        assert caught.value.step == "s"
    failing(shop, given)


SINKS = {
    "csv": ("write_csv", {"path": "out/o.csv"}),
    "json": ("write_json", {"path": "out/o.json"}),
    "parquet": ("write_parquet", {"path": "out/o.parquet"}),
    "xlsx": ("write_excel", {"path": "out/o.xlsx"}),
    "sqlite": ("write_sqlite", {"path": "out/o.db", "table": "t", "if_exists": "replace"}),
}


@pytest.mark.parametrize("first", SINKS)
def test_the_second_sink_fails(first: str, shop: Workbench) -> None:
    """What one sink wrote is not put in place if a later step fails."""
    if first in ("csv", "json"):
        shop.put(SINKS[first][1]["path"], "the old result\n")
    given = plan(
        {
            "s": ("read_csv", {"path": "data/s.csv"}), "a": SINKS[first],
            "c": ("cast_columns", {"types": {"name": "bigint"}}), "b": ("write_jsonl", {"path": "out/deep/er/b.jsonl"}),
        },
        "s a", "s c", "c b",
    )  # fmt: skip
    shop.put("test.plan.json", given)
    before = shop.files()
    ran = shop.cli("run", "test.plan.json")
    assert ran.code == 3, ran.err
    assert shop.files() == before
    assert not (shop.root / "out/deep").exists()


def test_excel_refuses_what_it_cannot_hold(shop: Workbench) -> None:
    """A Python sink that stops in the middle leaves nothing."""
    shop.put("data/s.csv", "a,b\n1,12345678901234567891\n2,3\n")
    given = plan(
        {"s": ("read_csv", {"path": "data/s.csv"}), "a": SINKS["csv"], "b": ("write_excel", {"path": "new/o.xlsx"})},
        "s a",
        "s b",
    )
    shop.put("test.plan.json", given)
    before = shop.files()
    ran = shop.cli("run", "test.plan.json", "--json")
    assert ran.code == 3
    assert ran.json["failed"]["step"] == "b"
    assert shop.files() == before
    assert not (shop.root / "new").exists()


def test_a_target_that_became_a_folder(shop: Workbench) -> None:
    """The folder appears between the check and the run; the other sink is not written either."""
    given = plan(
        {
            "s": ("read_csv", {"path": "data/s.csv"}),
            "a": SINKS["csv"],
            "x": SINKS["xlsx"],
            "b": ("write_csv", {"path": "out/b.csv"}),
        },
        "s a",
        "s x",
        "s b",
    )
    artifact = shop.compile(given)
    (shop.root / "out/b.csv").mkdir()
    before = shop.files()
    with pytest.raises(RunFailed, match=r"b\.csv") as caught:
        shop.project.execute(artifact)
    assert caught.value.code == "IL908"
    assert shop.files() == before


@pytest.mark.parametrize("sink", SINKS)
def test_a_folder_that_became_a_file(sink: str, shop: Workbench) -> None:
    given = plan(
        {"s": ("read_csv", {"path": "data/s.csv"}), "b": (SINKS[sink][0], SINKS[sink][1] | {"path": "new/sub/o.dat"})}
    )
    artifact = shop.compile(given)
    shop.put("new", "a file")
    before = shop.files()
    with pytest.raises(RunFailed, match="new") as caught:
        shop.project.execute(artifact)
    assert caught.value.code == "IL908"
    assert shop.files() == before


def test_a_link_at_the_target_stays_a_link(shop: Workbench) -> None:
    """Writing to a link writes the file that it leads to, inside the project."""
    (shop.root / "out/link.csv").symlink_to("o.csv")
    shop.run(passing("data/s.csv", out="out/link.csv"))
    assert (shop.root / "out/link.csv").is_symlink()
    assert shop.read().startswith("id,name")


def test_permissions_of_the_target_are_kept(shop: Workbench) -> None:
    (shop.root / "out/o.csv").chmod(0o640)
    shop.run(passing("data/s.csv"))
    assert (shop.root / "out/o.csv").stat().st_mode & 0o777 == 0o640


ZONED = {"at": "2024-01-31 08:30:00.5+02", "spans": "1 month 3 days", "n": 1}
ZONED_TYPES = {"at": "timestamptz", "spans": "interval", "n": "integer"}


def test_a_row_with_a_zoned_time_is_shown_when_it_breaks_an_expectation(shop: Workbench) -> None:
    step = ("expect", {"ranges": {"at": {"max": "2024-01-31 00:00:00+00"}}})
    failure = failing(shop, from_rows([ZONED], step, types=ZONED_TYPES))
    assert failure["code"] == "IL904"
    assert failure["rows"] == [["2024-01-31 06:30:00.5+00", "1 month 3 days", 1]]


@pytest.mark.parametrize("sink", ["write_excel", "write_sqlite"])
def test_zoned_times_and_intervals_reach_python_as_text_however_deep_they_lie(bench: Workbench, sink: str) -> None:
    deeper = {"columns": {"several": "[at, null]", "gaps": "[spans]"}}
    target = {"path": "out/t.db", "table": "t"} if sink == "write_sqlite" else {"path": "out/t.xlsx"}
    given = from_rows([ZONED], ("derive_columns", deeper), ("preview", {}), (sink, target), types=ZONED_TYPES)
    bench.put("test.plan.json", given)
    assert bench.cli("run", "test.plan.json").code == 0
    back = ("read_sqlite", target) if sink == "write_sqlite" else ("read_excel", target)
    bench.put("back.plan.json", plan({"s": back, "o": ("write_jsonl", {"path": "out/o.jsonl"})}))
    assert bench.cli("run", "back.plan.json").code == 0
    [row] = map(json.loads, (bench.root / "out/o.jsonl").read_text().splitlines())
    assert row["several"] == '["2024-01-31 06:30:00.5+00", null]'
    assert (row["at"], row["spans"], row["gaps"]) == (
        "2024-01-31 06:30:00.5+00",
        "1 month 3 days",
        '["1 month 3 days"]',
    )


@pytest.mark.parametrize("sink", ["write_excel", "write_sqlite"])
def test_keys_of_maps_are_the_same_texts_in_every_file(bench: Workbench, sink: str) -> None:
    sql = "select histogram(a) as a, histogram(b) as b, histogram(c) as c, histogram(d) as d, histogram(e) as e from s"
    row = {"a": True, "b": "259.14", "c": "0", "d": "2024-01-31 08:30:00.5", "e": "a, b(map(boolean,c)"}
    types = {"a": "boolean", "b": "float", "c": "decimal(12,4)", "d": "timestamp", "e": "varchar"}
    target = {"path": "out/t.db", "table": "t"} if sink == "write_sqlite" else {"path": "out/t.xlsx"}
    bench.put("test.plan.json", from_rows([row], ("query", {"sql": sql}), (sink, target), types=types))
    assert bench.cli("run", "test.plan.json").code == 0
    back = ("read_sqlite", target) if sink == "write_sqlite" else ("read_excel", target)
    bench.put("back.plan.json", plan({"s": back, "o": ("write_jsonl", {"path": "out/o.jsonl"})}))
    assert bench.cli("run", "back.plan.json").code == 0
    [found] = map(json.loads, (bench.root / "out/o.jsonl").read_text().splitlines())
    keys = {name: next(iter(json.loads(value))) for name, value in found.items()}
    assert keys == {**{name: str(value) for name, value in row.items()}, "a": "true", "c": "0.0000"}
