"""A user's own node types are carried into the program verbatim, with all that they name, and run alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workbench import Ran, Workbench, plan

NODES = '''"""Node types of our own."""

from __future__ import annotations

import math
import re as regex
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal as D
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field

from interlock import Column, Described, Expression, NewColumn, Predicate, ReadPath, Rows, Select, Table, Text, WritePath, Writes, node, sql

FACTOR = 10
LABELS = {"a": "eins", "b": 'zw"ei', "quote": """tri'ple"""}
PATTERN = regex.compile(r"\\\\d+")
first, second = 3, 4
LIMIT: int = FACTOR * 2


@dataclass(frozen=True)
class Pair:
    """Two values."""

    left: int
    right: float = 0.5

    def total(self) -> float:
        """Their sum, by a helper."""
        return helper(self.left) + self.right


def helper(value: int) -> int:
    """Ten times a value — with a "quote", an ümlaut and a back\\\\slash."""
    return value * FACTOR


@lru_cache(maxsize=None)
def cached(value: int) -> int:
    # a comment that stays
    def inner(x: int) -> int:
        return x + first
    return inner(value)


def look(connection: Any, *, n: int, label: str = "a") -> tuple[list[tuple[str, str]], dict[str, Any]]:
    return [("n", "bigint"), ("label", "varchar"), ("root", "double"), ("amount", "decimal(9,2)")], {"seen": n}


@node(version=1, effects=["reads"], describe=look)
def make_numbers(*, n: Annotated[int, Field(ge=0, le=1000)], label: Literal["a", "b", "quote"] = "a", source: Described) -> Rows:
    """Make the numbers below `n`."""

    def rows() -> Iterator[tuple[Any, ...]]:
        counts = Counter(cached(i) % 2 for i in range(n))
        for i in range(n):
            yield Pair(i).total(), LABELS[label] + str(counts[0]), math.sqrt(i), D(i) / D(4)

    return Rows(source.columns, ((int(a), b, c, d) for a, b, c, d in rows()))


@node(version=1)
def scale(table: Table, *, column: Column, by: Expression, into: NewColumn) -> Select:
    """Multiply a column by an expression."""
    return Select(table.select(*table.columns, sql.named(sql.call("multiply", column.sql, by.sql), str(into))))


@node(version=1, effects=["writes"])
def write_lines(rows: Rows, *, path: WritePath) -> Writes:
    """Write one line for each row."""
    lines = [" ".join(map(str, row)) for row in rows]
    yield
    with open(path, "w", encoding="utf-8") as handle:
        handle.write("\\n".join(lines) + "\\n")
'''


def numbers(*steps: Any, out: Any = ("write_csv", {"path": "out/o.csv"}), label: str = "a") -> dict[str, Any]:
    nodes: dict[str, Any] = {"own": ("make_numbers", {"n": 5, "label": label})}
    nodes |= {f"n{number}": step for number, step in enumerate(steps)}
    return plan({**nodes, "o": out})


@pytest.fixture
def own(bench: Workbench) -> Workbench:
    bench.put("interlock.toml", "nodes = ['my_nodes.py']\n")
    bench.put("my_nodes.py", NODES)
    return bench


def alone(bench: Workbench, given: dict[str, Any], bare: Callable[..., Ran]) -> Path:
    """Compile, run with Interlock and without it and without the node file, and compare."""
    bench.put("test.plan.json", given)
    ran = bench.cli("run", "test.plan.json")
    assert ran.code == 0, ran.err
    target = bench.root / given["nodes"][-1]["params"]["path"]
    wanted = target.read_bytes()
    target.unlink()
    assert bench.cli("compile", "test.plan.json", "-o", "build").code == 0
    program = sorted((bench.root / "build").glob("*.py"))[0]
    (bench.root / "my_nodes.py").rename(bench.root / "gone.txt")
    ran = bare(program, cwd=bench.root)
    assert ran.code == 0, ran.err
    assert target.read_bytes() == wanted
    return program


@pytest.mark.parametrize("label", ["a", "b", "quote"])
def test_a_python_node(label: str, own: Workbench, bare: Callable[..., Ran]) -> None:
    source = alone(own, numbers(label=label), bare).read_text(encoding="utf-8")
    assert "# a comment that stays" in source
    assert "\nfirst, second = 3, 4\n" in source
    assert "PATTERN" not in source
    helper = NODES[NODES.index("def helper") : NODES.index("@lru_cache")].rstrip()
    assert helper in source
    assert "@dataclass(frozen=True)\nclass Pair" in source
    assert "@lru_cache(maxsize=None)\ndef cached" in source
    assert "@node" not in source
    assert "LIMIT: int" not in source


def test_a_relational_node(own: Workbench, bare: Callable[..., Ran]) -> None:
    alone(own, numbers(("scale", {"column": "n", "by": "root + 1", "into": "scaled"})), bare)


FAULTY = """
from interlock import Rows, node

@node(version=1, columns=lambda schema, how: [("nr", "integer"), ("who", "varchar")])
def faulty(table: Rows, *, how: int) -> Rows:
    "Give rows, and do something wrong."
    def rows():
        for row in table:
            if how == 0:
                raise ValueError("page 7 is torn")
            if how == 1:
                yield row.number
            if how == 2:
                raise KeyError("who")
            yield {3: (1,), 4: (1, "a", 2), 5: ("many", "a"), 6: (1, "a")}[how]
    return Rows([("nr", "integer"), ("who", "varchar")], rows())
"""


@pytest.mark.parametrize(
    ("how", "message", "fault"),
    [
        (0, "`f`: page 7 is torn", False),
        (1, "`f`: AttributeError: 'tuple' object has no attribute 'number' (line 6 of `rows`)", True),
        (2, "`f`: KeyError: 'who' (line 8 of `rows`)", True),
        (3, "`f` gives a row of 1, and declares 2 columns", True),
        (4, "`f` gives a row of 3, and declares 2 columns", True),
        (5, "`f` gives 'many' for its column `nr`, which it declares as integer", True),
    ],
)
def test_what_own_code_does_wrong_is_told_as_its_fault(how: int, message: str, fault: bool, bench: Workbench) -> None:
    bench.put("interlock.toml", "nodes = ['my_nodes.py']\n")
    bench.put("my_nodes.py", FAULTY)
    source = ("inline_table", {"rows": [{"a": 1}]})
    given = plan({"s": source, "f": ("faulty", {"how": how}), "o": ("write_csv", {"path": "o.csv"})})
    ran = bench.cli_run(given)
    assert (ran.code, ran.err.splitlines()[0]) == (3, f"error[IL907]: {message}")
    assert ("this is a fault of the node type `faulty@1`, not of the plan" in ran.err) == fault
    assert not (bench.root / "o.csv").exists()


def test_a_sink(own: Workbench, bare: Callable[..., Ran]) -> None:
    alone(own, numbers(out=("write_lines", {"path": "out/lines.txt"})), bare)
    assert own.read("out/lines.txt").count("\n") == 5


def test_the_same_node_twice(own: Workbench, bare: Callable[..., Ran]) -> None:
    given = plan(
        {"one": ("make_numbers", {"n": 3}), "two": ("make_numbers", {"n": 4, "label": "b"}), "u": ("union_tables", {}), "o": ("write_csv", {"path": "out/o.csv"})},
        "one u", "two u", "u o",
    )  # fmt: skip
    program = alone(own, given, bare)
    assert program.read_text(encoding="utf-8").count("def make_numbers") == 1


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("import my_helpers", "my_helpers.f()"),
        ("from interlock.registry import sql as s", "s.literal(1)"),
        ("import pandas", "pandas.DataFrame()"),
        ("x = [n for n in range(3)]\ndel x", "1"),
        ("if True:\n    def inner():\n        return 1\nelse:\n    inner = None", "inner()"),
        ("try:\n    import json\nexcept ImportError:\n    json = None", "json.dumps(1)"),
        ("a, b = 1, 2", "a + b"),
        ("def f(x=None):\n    return x\nf.cache = {}", "f.cache"),
        ("import os.path, sys as system", "os.path.join('a', system.version)"),
        ("from math import *", "sqrt(4)"),
        ("count = 0\ndef bump():\n    global count\n    count += 1\n    return count", "bump()"),
        ("def wrap(f):\n    return f\n@wrap\ndef wrapped():\n    return 1", "wrapped()"),
        ("STEPS = 5", "STEPS"),
        ("def run():\n    return 1", "run()"),
        ("def main():\n    return 1", "main()"),
        ("class Rows2(dict):\n    pass", "Rows2()"),
        ("sql_own = 'mine'", "sql_own"),
        ("json = 5", "json"),
        ("VALUE = 1\nVALUE = VALUE + 1", "VALUE"),
        ("TABLE = {}\nTABLE['x'] = 1", "TABLE['x']"),
        ("def outer():\n    return later()\ndef later():\n    return NUMBER\nNUMBER = 7", "outer()"),
        ("async def wait():\n    return 1", "wait"),
    ],
    ids=str,
)
def test_what_a_node_may_name(head: str, body: str, bench: Workbench, bare: Callable[..., Ran]) -> None:
    """What cannot be carried is refused in words when the plan is checked or compiled; what is carried runs alone."""
    bench.put("interlock.toml", "nodes = ['my_nodes.py']\n")
    bench.put(
        "my_nodes.py",
        f"from interlock import Described, Rows, node\n{head}\n\n"
        "def look(connection):\n    return [('a', 'varchar')], {}\n\n"
        "@node(version=1, effects=['reads'], describe=look)\ndef make(*, source: Described) -> Rows:\n    '''Give one row.'''\n"
        f"    value = {body}\n    return Rows(source.columns, [(type(value).__name__ + (str(value) if isinstance(value, int | float) else ''),)])\n",
    )
    bench.put("my_helpers.py", "def f():\n    return 1\n")
    given = plan({"own": ("make", {}), "o": ("write_csv", {"path": "out/o.csv"})})
    bench.put("test.plan.json", given)
    ran = bench.cli("compile", "test.plan.json", "-o", "build")
    if ran.code:
        assert ran.code in (1, 2), ran
        assert ran.err.strip()
        return
    alone(bench, given, bare)
