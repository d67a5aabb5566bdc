"""A program whose plan has retries waits and tries again by itself: plain Python, Interlock out of reach."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workbench import Ran, Workbench

NODES = '''
import os
from interlock import Rows, node


@node(version=1, effects=["reads"], columns=lambda rows: [(each.name, str(each.type)) for each in rows])
def ask(rows: Rows) -> Rows:
    """Pass rows on; the first two times, fail."""
    with open("tries", "a") as file:
        file.write("x")
    if os.path.getsize("tries") < 3:
        raise ConnectionError("the service does not answer")
    return rows
'''


def patient(retry: dict[str, Any]) -> dict[str, Any]:
    nodes = [
        {"id": "s", "type": "read_csv", "params": {"path": "data/s.csv"}, "retry": retry},
        {"id": "a", "type": "ask", "retry": retry},
        {"id": "o", "type": "write_csv", "params": {"path": "out/o.csv"}, "retry": retry},
    ]
    return {"interlock": 1, "nodes": nodes, "edges": [{"from": "s", "to": "a"}, {"from": "a", "to": "o"}]}


@pytest.fixture
def program(bench: Workbench) -> Callable[[dict[str, Any]], Path]:
    """The emitted module of the plan with this retry."""
    bench.put("nodes.py", NODES)
    bench.put("interlock.toml", 'nodes = ["nodes.py"]\n')
    bench.put("data/s.csv", "id\n1\n2\n")

    def compiled(retry: dict[str, Any]) -> Path:
        bench.put("test.plan.json", patient(retry))
        ran = bench.cli("compile", "test.plan.json", "-o", "build", "--json")
        assert ran.code == 0, ran.err
        return next((bench.root / "build").glob("*.py"))

    return compiled


def test_alone(program: Any, bench: Workbench, bare: Callable[..., Ran]) -> None:
    ran = bare(program({"attempts": 3, "interval": "10ms"}), "--json", cwd=bench.root)
    assert ran.code == 0, ran.err
    assert bench.read() == "id\n1\n2\n"
    assert ran.err.splitlines() == [
        "`a`: the service does not answer", "  attempt 2 of 3 in 0.01 s", "`a`: the service does not answer", "  attempt 3 of 3 in 0.02 s",
    ]  # fmt: skip
    assert [step.get("retries") for step in json.loads(ran.out)["steps"]] == [None, 2, None]


def test_a_source_that_never_comes(program: Any, bench: Workbench, bare: Callable[..., Ran]) -> None:
    module = program({"attempts": 3, "interval": "10ms", "factor": 1})
    (bench.root / "data/s.csv").unlink()
    ran = bare(module, cwd=bench.root)
    assert ran.code == 3
    assert ran.err.splitlines()[-2:] == [
        "error[IL902]: `data/s.csv` does not exist (tried 3 times)", "  help: put the file there, or change the plan"
    ]  # fmt: skip
    assert not (bench.root / "out").exists()


def test_a_source_that_comes_and_ctrl_c(program: Any, bench: Workbench) -> None:
    """The program waits while the source is away; then while the service does not answer, until it is interrupted."""
    module = program({"attempts": 20, "interval": "100ms", "factor": 1})
    os.rename(bench.root / "data/s.csv", bench.root / "s.csv")
    with subprocess.Popen([sys.executable, module], cwd=bench.root, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert child.stderr.readline() == "`data/s.csv` does not exist\n"
        os.rename(bench.root / "s.csv", bench.root / "data/s.csv")
        assert any("does not answer" in line for line in child.stderr)
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=60)
    assert child.returncode == 3
    assert "error[IL909]" in told
    assert not (bench.root / "out").exists()
