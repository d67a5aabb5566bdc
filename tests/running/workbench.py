"""What the tests that run plans share: plans from short texts, a project to run them in, and the command line."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock.api import Checked, Project, Report
from interlock.doors.cli.main import main
from interlock.ir.artifact import Artifact

INTERLOCK = Path(sys.executable).with_name("interlock")
TRACE = re.compile(r"Traceback \(most recent call last\)")

Nodes = Mapping[str, tuple[str, dict[str, Any]]]


def plan(nodes: Nodes, *edges: str, **more: Any) -> dict[str, Any]:
    """A plan: nodes as `{id: (type, params)}`, edges as "from to" or "from to.port"; without edges, a chain."""
    listed = edges or tuple(f"{one} {other}" for one, other in zip(list(nodes), list(nodes)[1:], strict=False))
    found = []
    for edge in listed:
        source, _, target = edge.partition(" ")
        node, dot, port = target.partition(".")
        found.append({"from": source, "to": node} | ({"port": port} if dot else {}))
    return {
        "interlock": 1,
        **more,
        "nodes": [{"id": name, "type": kind, "params": params} for name, (kind, params) in nodes.items()],
        "edges": found,
    }


def passing(
    path: str, *steps: tuple[str, dict[str, Any]], out: str = "out/o.csv", read: str = "read_csv", **more: Any
) -> dict[str, Any]:
    """A chain from a file through `steps` to a CSV file."""
    nodes = {"s": (read, {"path": path})} | {f"n{number}": step for number, step in enumerate(steps)}
    return plan({**nodes, "o": ("write_csv", {"path": out})}, **more)


def from_rows(
    rows: list[dict[str, Any]],
    *steps: tuple[str, dict[str, Any]],
    out: str = "out/o.csv",
    types: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A chain from rows in the plan through `steps` to a CSV file."""
    nodes = {"s": ("inline_table", {"rows": rows} | ({"types": types} if types else {}))}
    nodes |= {f"n{number}": step for number, step in enumerate(steps)}
    return plan({**nodes, "o": ("write_csv", {"path": out})})


@dataclass(frozen=True)
class Ran:
    """A command that ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def command(*arguments: str | Path, cwd: Path, timeout: float = 60, env: Mapping[str, str] | None = None, stdin: bytes | None = None,
            limit: Callable[[], None] | None = None, traceback: bool = False) -> Ran:  # fmt: skip
    """Run a command to its end; a traceback is acceptable only where one is expected."""
    done = subprocess.run(
        [str(each) for each in arguments], cwd=cwd, timeout=timeout, input=stdin or b"", capture_output=True, check=False,
        env={**os.environ, "COLUMNS": "120", "NO_COLOR": "1", **(env or {})}, preexec_fn=limit,
    )  # fmt: skip
    ran = Ran(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
    assert traceback or not TRACE.search(ran.err + ran.out), ran.err[-3000:]
    return ran


def interlock(*arguments: str | Path, cwd: Path, **options: Any) -> Ran:
    """Run the command line: in this process, or in one of its own where that makes a difference (any of `options`)."""
    ran = command(INTERLOCK, *arguments, cwd=cwd, **options) if options else _here(*map(str, arguments), cwd=cwd)
    assert ran.code in (0, 1, 2, 3, 4, 130), (ran.code, ran.err[-2000:])
    return ran


def _here(*arguments: str, cwd: Path) -> Ran:
    """The command line in this process; what it raises is a fault of its own and is not caught."""
    out, err, argv, folder = io.StringIO(), io.StringIO(), sys.argv, os.getcwd()
    cwd.mkdir(parents=True, exist_ok=True)
    sys.argv = ["interlock", *arguments]
    os.chdir(cwd)
    code: Any = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        os.chdir(folder)
        sys.argv = argv
    return Ran(code, out.getvalue(), err.getvalue())


class Workbench:
    """A project folder: puts files there, checks, compiles and runs plans in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, content: str | bytes | dict[str, Any]) -> Path:
        """A file of the project; a mapping becomes JSON."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, ensure_ascii=False) if isinstance(content, dict) else content
        path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
        return path

    @property
    def project(self) -> Project:
        return Project.at(self.root)

    def check(self, given: dict[str, Any] | str | bytes) -> Checked:
        """Check a plan in this project; this must never raise."""
        text = json.dumps(given) if isinstance(given, dict) else given
        return self.project.check_text(text, "test.plan.json")

    def codes(self, given: dict[str, Any] | str | bytes) -> list[str]:
        """The codes of the errors that a plan is refused with; none if it passes."""
        return sorted({each.code for each in self.check(given).diagnostics if each.severity == "error"})

    def compile(self, given: dict[str, Any]) -> Artifact:
        """The artifact of a plan that must pass."""
        checked = self.check(given)
        assert checked.proven is not None, [f"{each.code} {each.message}" for each in checked.diagnostics]
        return self.project.compile(checked.proven)

    def run(self, given: dict[str, Any], inputs: Mapping[str, Any] | None = None, **options: Any) -> Report:
        """Check, compile and run a plan."""
        return self.project.execute(self.compile(given), inputs, **options)

    def cli(self, *arguments: str | Path, **options: Any) -> Ran:
        """The command line in the project's folder."""
        return interlock(*arguments, cwd=self.root, **options)

    def cli_run(self, given: dict[str, Any], *arguments: str, **options: Any) -> Ran:
        """`interlock run` of a plan."""
        self.put("test.plan.json", given)
        return self.cli("run", "test.plan.json", *arguments, **options)

    def read(self, name: str = "out/o.csv") -> str:
        return (self.root / name).read_text(encoding="utf-8")

    def files(self) -> dict[str, str]:
        """Every file below the folder by its digest, the journal left out: what a failed run must leave as it was."""
        return {
            str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not path.is_symlink() and ".interlock" not in path.parts
        }
