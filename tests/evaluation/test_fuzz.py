"""`interlock fuzz`: the table, the seeds, and what it leaves when it finds something."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from interlock.evaluation.oracles import ORACLES

OWN = '''
"""A node type that depends on the process."""
import os
from interlock import Rows, node

@node(version=1, columns=lambda schema: [("who", "bigint")])
def by_process(table: Rows) -> Rows:
    """Gives what depends on the process."""
    return Rows([("who", "bigint")], [(os.getpid(),)])
'''


DEADLY = '''
"""A node type that ends its process."""
import os
from interlock import Rows, node

@node(version=1, columns=lambda schema: [("x", "bigint")])
def deadly(table: Rows) -> Rows:
    """Never comes back."""
    os._exit(7)
'''


def fuzz(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return called(folder, "fuzz", *arguments)


def called(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the command line in a folder."""
    command = [sys.executable, "-c", "from interlock.doors.cli.start import main; main()", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=580, env=environment)


def found(folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Its exit code and its JSON."""
    done = fuzz(folder, *arguments, "--json")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_some_plans_have_no_failure(tmp_path: Path) -> None:
    code, told = found(tmp_path, "--cases", "12", "--seed", "11")
    assert told["failures"] == []
    assert (code, told["ok"], told["cases"]) == (0, True, 12)
    assert [each["oracle"] for each in told["oracles"]] == [each.__name__ for each in ORACLES]
    assert all(each["cases"] + each["not_judged"] == 12 for each in told["oracles"])
    assert {each["oracle"]: each["cases"] for each in told["oracles"]}["meaning"] > 6
    assert not (tmp_path / "fuzz-failures").exists()
    assert told["own_node_types"] == {}


@pytest.mark.slow
def test_more_plans_have_no_failure(tmp_path: Path) -> None:
    code, told = found(tmp_path, "--cases", "120", "--seed", "12")
    assert told["failures"] == []
    assert (code, told["cases"]) == (0, 120)


@pytest.mark.slow
def test_the_same_seed_judges_the_same_plans(tmp_path: Path) -> None:
    arguments = ("--cases", "10", "--seed", "13", "--oracle", "acceptance", "--oracle", "round_trip")
    one, other = found(tmp_path, *arguments)[1], found(tmp_path, *arguments, "--processes", "1")[1]
    assert {**one, "seconds": 0} == {**other, "seconds": 0}
    assert found(tmp_path, *arguments[:3], "14", *arguments[4:])[1]["nodes"] != one["nodes"]


@pytest.mark.slow
def test_a_failure_is_written_small(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "interlock.toml").write_text('nodes = ["own.py"]\n')
    done = fuzz(tmp_path, "--cases", "60", "--seed", "1", "--oracle", "determinism", "-o", "found")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "determinism (bytes)" in done.stdout
    folder = next((tmp_path / "found").iterdir())
    told = json.loads((folder / "fault.json").read_text())
    assert told["oracle"] == "determinism"
    assert told["message"].startswith("another process (PYTHONHASHSEED=")
    assert told["again"] == f"interlock fuzz --seed 1 --first {told['number']} --cases 1"
    assert folder.name.endswith(f"-1-{told['number']}") and told["again"] in done.stdout
    assert "by_process, of this project: in " in done.stdout
    plan = json.loads((folder / "case.plan.json").read_text())
    assert "by_process" in {node["type"].split("@")[0] for node in plan["nodes"]}
    assert len(plan["nodes"]) <= 4, "a source, the node at fault and a sink are enough"
    checked = called(folder, "check", "case.plan.json")
    assert checked.returncode == 0 and ": ok, " in checked.stdout, checked.stderr


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    done = fuzz(tmp_path, "--cases", "1", "--oracle", "wisdom")
    assert done.returncode == 2
    assert "there is no oracle `wisdom`; there are acceptance, soundness" in done.stderr
    done = fuzz(tmp_path, "--cases", "1", "--project", "nowhere")
    assert (done.returncode, "nowhere is not a folder" in done.stderr) == (2, True)


def test_the_help_names_the_oracles(tmp_path: Path) -> None:
    told = " ".join(fuzz(tmp_path, "--help").stdout.split())
    assert "One of " + ", ".join(each.__name__ for each in ORACLES) + "." in told


@pytest.mark.slow
def test_a_process_that_dies_is_told_with_its_plan(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(DEADLY)
    (tmp_path / "interlock.toml").write_text('nodes = ["own.py"]\n')
    code, told = found(tmp_path, "--cases", "40", "--seed", "1", "--oracle", "soundness", "-o", "found")
    assert (code, told["cases"]) == (1, 40)
    assert {each["kind"] for each in told["failures"]} == {"a process dies"}
    for each in (tmp_path / "found").iterdir():
        assert "deadly" in (each / "case.plan.json").read_text()
