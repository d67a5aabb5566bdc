"""`interlock` as a person or a program calls it: exit codes, JSON, inputs, dry runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from workbench import Workbench, from_rows, passing, plan

from interlock.doors.cli.main import app

SALES = "id,region,revenue\n1,East,120.5\n2,West,310\n3,East,45.25\n"
INPUTS = {"minimum": {"type": "double", "default": 50}}
NAMED_BY_A_RUN = {
    name
    for name, command in getattr(typer.main.get_command(app), "commands", {}).items()
    if any(str(each.metavar).startswith("RUN") and each.required for each in command.params)
}
assert {"show", "trace", "replay", "fork", "resume", "answer", "approve"} <= NAMED_BY_A_RUN


def sales(**more: Any) -> dict[str, Any]:
    """Large sales, over a run input."""
    return passing("data/sales.csv", ("filter_rows", {"where": "revenue >= :minimum"}), inputs=INPUTS, **more)


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    bench.put("data/sales.csv", SALES)
    bench.put("sales.plan.json", sales())
    return bench


def test_a_run(shop: Workbench) -> None:
    ran = shop.cli("run", "sales.plan.json")
    assert ran.code == 0, ran.err
    assert "wrote out/o.csv  2 rows" in ran.out
    assert shop.read() == "id,region,revenue\n1,East,120.5\n2,West,310.0\n"


def test_the_report_as_json(shop: Workbench) -> None:
    found = shop.cli("run", "sales.plan.json", "--json", "--input", "minimum=200").json
    assert found["ok"] is True
    assert found["inputs"]["minimum"] in (200.0, "200")
    assert [step["step"] for step in found["steps"]] == ["s", "n0", "o"]
    assert found["outputs"][0] | {"digest": ""} == {
        "path": "out/o.csv",
        "step": "o",
        "rows": 1,
        "bytes": 31,
        "digest": "",
    }
    assert found["plan"].startswith("sha256:")
    assert found["artifact"].startswith("sha256:")
    assert found["diagnostics"] == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "none.json"], 2),
        (["run"], 2),
        (["run", "sales.plan.json", "--input", "minimum"], 2),
        (["run", "sales.plan.json", "--input", "minimum=many"], 3),
        (["run", "sales.plan.json", "--input", "other=1"], 3),
        (["run", "sales.plan.json", "--nonsense"], 2),
        (["run", "sales.plan.json", "--threads", "0"], 2),
        (["run", "sales.plan.json", "--threads", "many"], 2),
        (["run", "data"], 2),
        (["run", "data/sales.csv"], 1),
        (["check", "sales.plan.json"], 0),
        (["schema", "sales.plan.json", "nothing"], 2),
        (["nodes", "nothing"], 2),
        (["explain", "IL99999"], 2),
        (["explain", "IL901"], 0),
        (["graph", "sales.plan.json", "--format", "gif"], 2),
        (["compile", "sales.plan.json", "-o", "data/sales.csv"], 2),
        (["compile", "sales.plan.json", "-o", "/proc/nothing/here"], 2),
        (["graph", "sales.plan.json", "-o", "/proc/nothing/here.svg"], 2),
        (["graph", "sales.plan.json", "-o", "data"], 2),
        (["init", "data/sales.csv"], 2),
        (["run", "sales.plan.json", "--project", "/proc/nothing"], 2),
        (["run", "sales.plan.json", "--project", "data/sales.csv"], 2),
        (["run", "sales.plan.json", "--memory", "much"], 2),
        (["nonsense"], 2),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_exit_codes(arguments: list[str], code: int, shop: Workbench) -> None:
    before = shop.files()
    ran = shop.cli(*arguments)
    assert ran.code == code, ran.err
    assert shop.files() == before
    if code:
        assert ran.err.strip()


def test_wrong_usage_as_json(shop: Workbench) -> None:
    assert shop.cli("run", "none.json", "--json").json["ok"] is False
    failed = shop.cli("run", "sales.plan.json", "--json", "-i", "minimum=many")
    assert failed.code == 3
    assert failed.json["failed"]["code"] == "IL906"
    assert "minimum" in failed.json["failed"]["message"]


def test_a_plan_from_standard_input(shop: Workbench) -> None:
    ran = shop.cli("run", "-", stdin=json.dumps(sales()).encode())
    assert ran.code == 0, ran.err
    assert shop.cli("run", "-", stdin=b"\xff\x00").code == 1


def test_a_dry_run_writes_nothing(shop: Workbench) -> None:
    before = shop.files()
    ran = shop.cli("run", "sales.plan.json", "--dry-run")
    assert ran.code == 0
    assert "out/o.csv" in ran.out
    assert shop.cli("run", "sales.plan.json", "--dry-run", "--json").json["writes"][0]["path"] == "out/o.csv"
    assert shop.files() == before
    assert not (shop.root / "out").exists()


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("bigint", ["5", " -7 ", "+3"], ["5.5", "five", "", "1e3", "99999999999999999999", "true", "0x10"]),
        ("double", ["5", "-7.25", "1e3"], ["five", "", "1,5"]),
        ("boolean", ["true", "False"], ["maybe", ""]),
        ("date", ["2024-02-29"], ["2023-02-29", "29.02.2024", "", "today"]),
        ("timestamp", ["2024-02-29 12:30:00"], ["2024-02-29 25:00:00", "soon"]),
        ("decimal(6,2)", ["12.5", "-9999.99"], ["10000", "x"]),
        ("varchar", ["", "it's", "'; drop table s; --", "ünï😀", "a=b"], []),
    ],
)
def test_typed_inputs(kind: str, good: list[str], bad: list[str], bench: Workbench) -> None:
    given = from_rows([{"a": 1}], ("derive_columns", {"columns": {"v": ":value"}}))
    given["inputs"] = {"value": {"type": kind}}
    for text in good:
        assert bench.run(given, {"value": text}).outputs[0]["rows"] == 1, text
    for text in bad:
        ran = bench.cli_run(given, "--input", f"value={text}", "--json")
        assert (ran.code, ran.json["failed"]["code"]) == (3, "IL906"), text
    missing = bench.cli_run(given)
    assert missing.code == 3
    assert "value" in missing.err


def test_text_inputs_are_data(bench: Workbench) -> None:
    given = from_rows([{"a": 1}], ("derive_columns", {"columns": {"v": ":value"}}))
    given["inputs"] = {"value": {"type": "varchar"}}
    for text in ("it's", "' || read_text('/etc/passwd') || '", '"', "\\", "$1", "NULL"):
        bench.run(given, {"value": text})
        assert bench.read().splitlines()[1] in (f"1,{text}", '1,"' + text.replace('"', '""') + '"')


def test_another_working_folder(shop: Workbench, tmp_path: Any) -> None:
    """The files are those of the project, whatever lies in the folder in which the command is called."""
    shop.put("interlock.toml", "nodes = []\n")
    away = Workbench(tmp_path / "away")
    away.put("data/sales.csv", "id,region,revenue\n9,Nowhere,9999.0\n")
    ran = away.cli("run", str(shop.root / "sales.plan.json"))
    assert ran.code == 0, ran.err
    assert "Nowhere" not in shop.read()
    assert not (away.root / "out").exists()


@pytest.mark.parametrize(
    "folder", ["with space", "a,b", "it's", 'dou"ble', "glob[1]*?", "ünï😀", "-dash", "a;b", "{x}", "%41"]
)
def test_odd_project_folders(folder: str, tmp_path: Any) -> None:
    bench = Workbench(tmp_path / folder)
    bench.put("data/sales.csv", SALES)
    bench.run(sales())
    assert bench.read().count("\n") == 3


@pytest.mark.parametrize(
    "name",
    [
        "with space.csv",
        "a,b.csv",
        "it's.csv",
        'dou"ble.csv',
        "glob[1]*?.csv",
        "ünï😀.csv",
        "-dash.csv",
        "a;b.csv",
        "{x}.csv",
        "%41.csv",
        "$HOME.csv",
    ],
)
def test_odd_file_names(name: str, bench: Workbench) -> None:
    """Names are names: nothing in them is a pattern or a variable."""
    bench.put(f"data/{name}", SALES)
    bench.put("data/glob1XY.csv", "id,region,revenue\n9,Nowhere,9999.0\n")
    bench.run(passing(f"data/{name}", out=f"out/{name}"))
    assert bench.read(f"out/{name}").count("\n") == 4
    assert "Nowhere" not in bench.read(f"out/{name}")
    bench.run(passing(f"out/{name}", out="out/again.csv"))


def test_a_program_that_writes_nothing_shows_its_result(shop: Workbench) -> None:
    given = plan({"s": ("read_csv", {"path": "data/sales.csv"}), "f": ("filter_rows", {"where": "id < 3"})})
    ran = shop.cli_run(given)
    assert ran.code == 0
    assert "East" in ran.out


@pytest.mark.parametrize("name", sorted(NAMED_BY_A_RUN))
def test_a_run_that_is_not_named(name: str, bench: Workbench) -> None:
    """Every command that is about a run says how one is named, and how to find one."""
    ran = bench.cli(name)
    assert ran.code == 2
    assert "Missing argument 'RUN" in ran.err
    assert "`last` for the newest" in ran.err
    assert "`interlock runs` lists runs" in ran.err


def test_other_missing_arguments_say_nothing_of_runs(bench: Workbench) -> None:
    ran = bench.cli("check")
    assert ran.code == 2
    assert ran.err.rstrip().endswith("Missing argument 'plan'.")
    assert "lists runs" not in bench.cli("show", "last", "--format", "jpeg").err
