"""Plans made to hurt: huge, deep, cyclic, tagged, full of odd numbers. A diagnostic in good time, never a crash."""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workbench import Workbench, from_rows, plan

from interlock.api import RunFailed

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{now}: &{now} [{','.join([f'*{before}'] * 9)}]\n" for before, now in zip("abcdefghi", "bcdefghij", strict=True)
)
DEEP = 100_000
TEXTS: dict[str, str | bytes] = {
    "deep list in YAML": "[" * DEEP,
    "deep mapping in YAML": "{a: " * DEEP,
    "deep block in YAML": "- " * DEEP + "x",
    "deep indentation": "".join(f"{' ' * depth}a:\n" for depth in range(1500)),
    "deep list in JSON": "[" * DEEP + "]" * DEEP,
    "deep mapping in JSON": '{"a":' * DEEP + "1" + "}" * DEEP,
    "deep params": '{"interlock": 1, "nodes": [{"id": "a", "type": "inline_table", "params": {"rows": '
    + "[" * 5000
    + "]" * 5000
    + "}}]}",
    "bomb of anchors": BOMB,
    "an anchor in itself": "a: &a [*a]\n",
    "merge keys": "a: &a {b: 1}\nnodes:\n  - {<<: *a, id: x}\n",
    "tag of Python": '!!python/object/apply:os.system ["touch canary"]\n',
    "tag in a value": "interlock: 1\nname: !!python/name:os.system x\nnodes: []\n",
    "local tag": "interlock: 1\nname: !include /etc/passwd\nnodes: []\n",
    "several documents": "interlock: 1\n---\ninterlock: 1\n",
    "only a number": "1",
    "only null": "null",
    "only a text": "nodes",
    "empty": "",
    "white": " \n\t\n",
    "binary": bytes(range(256)) * 40,
    "utf-16": "interlock: 1\n".encode("utf-16"),
    "zero bytes": b"\0" * 1000,
    "lone surrogate": b'{"interlock": 1, "name": "\\ud800", "nodes": []}',
    "huge number": '{"interlock": ' + "9" * 5000 + "}",
    "huge exponent": '{"interlock": 1e999999999}',
    "not a number": '{"interlock": NaN, "nodes": Infinity}',
    "keys twice": '{"interlock": 1, "nodes": [], "nodes": [{}]}',
    "all wrong types": '{"interlock": [], "nodes": {}, "edges": 5, "inputs": [], "contracts": "x", "name": {}}',
    "nodes of wrong types": '{"interlock": 1, "nodes": [1, null, "x", [], {}, {"id": 1}, {"id": {}, "type": [], "params": 3}], "edges": [1, null, {}, {"from": 1, "to": []}]}',
    "billion of one line": "x" * 3_000_000,
    "an unclosed quote": 'interlock: "' + "x" * 1_000_000,
    "many keys": "".join(f"k{number}: 1\n" for number in range(30_000)),
}


def address_space(size: int) -> Callable[[], None]:
    """For a child process: no more memory than this, in bytes, what the engine maps at its start included."""
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size))


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str, bench: Workbench) -> None:
    text = TEXTS[name]
    bench.put("hostile.plan.yaml", text)
    before = bench.files()
    began = time.monotonic()
    ran = bench.cli("check", "hostile.plan.yaml", limit=address_space(6 << 30))
    assert time.monotonic() - began < 15
    assert ran.code == 1
    assert "error[IL0" in ran.err
    assert bench.files() == before


def test_ten_megabytes(bench: Workbench) -> None:
    rows = [{"a": number, "text": "x" * 100} for number in range(80_000)]
    for name, text in (
        ("big.json", json.dumps(from_rows(rows))),
        ("big.yaml", f"interlock: 1\nname: {'x' * 10_000_000}\nnodes: []\n"),
        ("big.bin", random.Random(1).randbytes(10_000_000)),
    ):
        bench.put(name, text)
        began = time.monotonic()
        ran = bench.cli("run", name)
        assert time.monotonic() - began < 10
        assert ran.code == 1
        assert "error[IL003]" in ran.err


def graph(edges: list[tuple[int, int]], count: int) -> dict[str, Any]:
    nodes = {f"n{number}": ("filter_rows", {"where": "a > 1"}) for number in range(count)}
    return plan(nodes, *(f"n{source} n{target}" for source, target in edges))


def test_a_cycle_of_ten_thousand_nodes(bench: Workbench) -> None:
    began = time.monotonic()
    bench.put("p.json", graph([(number, (number + 1) % 10_000) for number in range(10_000)], 10_000))
    ran = bench.cli("check", "p.json")
    assert ran.code == 1
    assert "error[IL106]" in ran.err
    assert time.monotonic() - began < 10


@pytest.mark.slow
def test_many_cycles(bench: Workbench) -> None:
    pick = random.Random(1)
    bench.put("p.json", graph([(pick.randrange(10_000), pick.randrange(10_000)) for _ in range(20_000)], 10_000))
    for arguments in (["check", "p.json"], ["check", "p.json", "--json"], ["graph", "p.json"]):
        began = time.monotonic()
        assert bench.cli(*arguments).code in (0, 1)
        assert time.monotonic() - began < 20, arguments


def test_all_connected_with_all(bench: Workbench) -> None:
    found = bench.codes(graph([(one, other) for one in range(100) for other in range(100)], 100))
    assert "IL106" in found


@pytest.mark.slow
def test_a_chain_of_two_thousand(bench: Workbench) -> None:
    nodes: dict[str, Any] = {"s": ("inline_table", {"rows": [{"a": 0, "b": "x"}]})}
    nodes |= {f"n{number}": ("derive_columns", {"columns": {"a": "a + 1"}}) for number in range(2000)}
    nodes["o"] = ("write_csv", {"path": "out/o.csv"})
    given = plan(nodes)
    began = time.monotonic()
    for stepwise in (False, True):
        bench.run(given, stepwise=stepwise)
        assert bench.read() == "b,a\nx,2000\n" or bench.read() == "a,b\n2000,x\n"
    assert time.monotonic() - began < 60


def test_a_chain_of_two_hundred(bench: Workbench) -> None:
    nodes: dict[str, Any] = {"s": ("inline_table", {"rows": [{"a": 0}]})}
    nodes |= {f"n{number}": ("derive_columns", {"columns": {"a": "a + 1"}}) for number in range(200)}
    nodes["o"] = ("write_csv", {"path": "out/o.csv"})
    for stepwise in (False, True):
        bench.run(plan(nodes), stepwise=stepwise)
        assert bench.read() == "a\n200\n"


@pytest.mark.parametrize("count", [50, pytest.param(500, marks=pytest.mark.slow)])
def test_fan_in(count: int, bench: Workbench) -> None:
    nodes: dict[str, Any] = {f"s{number}": ("inline_table", {"rows": [{"a": number}]}) for number in range(count)}
    nodes |= {"u": ("union_tables", {}), "o": ("write_csv", {"path": "out/o.csv"})}
    given = plan(nodes, *(f"s{number} u" for number in range(count)), "u o")
    for stepwise in (False, True):
        bench.run(given, stepwise=stepwise)
        assert bench.read() == "a\n" + "".join(f"{number}\n" for number in range(count))


def test_fan_out(bench: Workbench) -> None:
    nodes: dict[str, Any] = {"s": ("inline_table", {"rows": [{"a": 1}]})}
    nodes |= {f"o{number}": ("write_csv", {"path": f"out/{number}.csv"}) for number in range(100)}
    bench.run(plan(nodes, *(f"s o{number}" for number in range(100))))
    assert len(list((bench.root / "out").iterdir())) == 100


NAMES = [
    "",
    " ",
    "x" * 101,
    "x" * 100_000,
    "ünï",
    "😀",
    "a b",
    "a.b",
    "a/b",
    "../x",
    "a\nb",
    "a\0b",
    "\u202eevil",
    'a"b',
    "a'b",
    "1a",
    "-a",
    "é",
    "e\u0301",
    "ﬁ",
    "Ａ",
]


@pytest.mark.parametrize("name", NAMES, ids=[str(number) for number in range(len(NAMES))])
def test_odd_names_of_nodes(name: str, bench: Workbench) -> None:
    given = plan({name: ("inline_table", {"rows": [{"a": 1}]}), "o": ("write_csv", {"path": "out/o.csv"})})
    given["edges"] = [{"from": name, "to": "o"}]
    assert bench.codes(given), "an id is a plain name"


def test_ids_that_differ_in_case_only(bench: Workbench) -> None:
    """DuckDB's names do not know case: two such nodes are two results, or are refused."""
    rows = {"x": ("inline_table", {"rows": [{"a": 1}]}), "X": ("inline_table", {"rows": [{"a": 2}]})}
    given = plan({**rows, "u": ("union_tables", {}), "o": ("write_csv", {"path": "out/o.csv"})}, "x u", "X u", "u o")
    if bench.codes(given):
        return
    for stepwise in (True, False):
        bench.run(given, stepwise=stepwise)
        assert bench.read() == "a\n1\n2\n"


def where(text: str) -> dict[str, Any]:
    return from_rows([{"a": 1, "t": "x"}], ("filter_rows", {"where": text}))


EXPRESSIONS = {
    "long": " or ".join(f"a = {number}" for number in range(1500)),
    "too long": " or ".join(f"a = {number}" for number in range(5000)),
    "plus": " + ".join(["a"] * 4900) + " > 1",
    "brackets": "(" * 200 + "a" + ")" * 200 + " > 1",
    "unclosed": "(" * 9000,
    "calls": "abs(" * 200 + "a" + ")" * 200 + " > 1",
    "not": "not " * 4900 + "true",
    "minus": "- " * 9900 + "a > 1",
    "tilde": "~" * 19000 + "a > 1",
    "case": "case when a = 1 then " * 300 + "true" + " end" * 300,
    "in": f"a in ({', '.join(map(str, range(3000)))})",
    "text": "t = '" + "x" * 19_000 + "'",
    "unclosed text": "t = 'x",
    "comment": "a > 1 -- or true",
    "comment block": "a > 1 /* " + "x" * 1000,
    "nested comment": "/*" * 5000,
    "digits": "9" * 10_000 + " > a",
    "exponent": "1e999999 > a",
    "dots": ".".join(["a"] * 5000),
    "quotes": '"' * 10_000,
    "dollars": "$" * 1000,
    "cast": "cast(" * 100 + "a" + " as bigint)" * 100 + " > 1",
    "colons": "a" + "::bigint" * 2000 + " > 1",
    "between": "a between " * 1000 + "1",
    "like": "t like '" + "%_" * 5000 + "'",
    "regex": "regexp_matches(t, '(a+)+$')",
    "zero": "t = '\0'",
    "semicolon": "a > 1; drop table s",
    "lambda": "list_filter([1], x -> x > 1) = [1]",
    "struct": "{'a': " * 200 + "1" + "}" * 200 + " is null",
    "list": "[" * 5000 + "]" * 5000 + " is null",
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expressions(name: str, bench: Workbench) -> None:
    """Refused in words, or run; a value that is too large for the machine is a failed run in words."""
    began = time.monotonic()
    ran = bench.cli_run(where(EXPRESSIONS[name]))
    assert time.monotonic() - began < 15
    assert ran.code in (0, 1), ran.err


NUMBERS = [
    float("nan"),
    float("inf"),
    float("-inf"),
    1e308,
    -1e308,
    5e-324,
    2**63,
    2**64,
    2**127,
    2**128,
    -(2**63) - 1,
    10**400,
    0.1 + 0.2,
    -0.0,
    True,
    "1e5",
    "NaN",
    None,
    [],
    {},
]


def with_numbers() -> list[tuple[str, dict[str, Any], tuple[str, ...]]]:
    """Parameters that hold a number, with the place of the number."""
    return [
        ("limit_rows", {"rows": 1}, ("rows",)),
        ("limit_rows", {"rows": 1, "offset": 1}, ("offset",)),
        ("sample_rows", {"rows": 1}, ("rows",)),
        ("sample_rows", {"fraction": 0.5}, ("fraction",)),
        ("sample_rows", {"rows": 1, "seed": 1}, ("seed",)),
        ("top_n", {"n": 1, "by": ["a"]}, ("n",)),
        ("fill_nulls", {"values": {"a": 1}}, ("values", "a")),
        ("fill_nulls", {"values": {"x": 1}}, ("values", "x")),
        ("expect", {"rows": {"min": 1}}, ("rows", "min")),
        ("expect", {"ranges": {"a": {"min": 1}}}, ("ranges", "a", "min")),
        ("expect", {"ranges": {"x": {"max": 1}}}, ("ranges", "x", "max")),
        ("expect", {"allowed": {"a": [1]}}, ("allowed", "a")),
        ("map_values", {"column": "a", "mapping": {"1": 1}}, ("mapping", "1")),
        ("preview", {"rows": 1}, ("rows",)),
        (
            "window_columns",
            {"columns": [{"name": "v", "function": "lag", "column": "a", "offset": 1}]},
            ("columns", "0", "offset"),
        ),
        (
            "window_columns",
            {"columns": [{"name": "v", "function": "lag", "column": "x", "default": 1}]},
            ("columns", "0", "default"),
        ),
        (
            "window_columns",
            {"columns": [{"name": "v", "function": "rolling_sum", "column": "x", "rows": 1}]},
            ("columns", "0", "rows"),
        ),
        (
            "aggregate",
            {"measures": [{"name": "v", "function": "quantile", "column": "a", "q": 0.5}]},
            ("measures", "0", "q"),
        ),
        (
            "pivot",
            {"index": ["t"], "column": "a", "values": [1], "function": "count", "others": "drop"},
            ("values", "0"),
        ),
    ]


@pytest.mark.parametrize(
    ("node", "params", "place"), with_numbers(), ids=[f"{node}-{'.'.join(place)}" for node, _, place in with_numbers()]
)
def test_odd_numbers(node: str, params: dict[str, Any], place: tuple[str, ...], bench: Workbench) -> None:
    """Every number in every numeric place: a diagnostic, or a run that ends in words."""
    for number in NUMBERS:
        copy = json.loads(json.dumps(params))
        inner = copy
        for key in place[:-1]:
            inner = inner[int(key)] if isinstance(inner, list) else inner[key]
        inner[int(place[-1]) if isinstance(inner, list) else place[-1]] = number
        given = from_rows([{"a": 1, "x": 1.5, "t": "x"}, {"a": None, "x": None, "t": "y"}], (node, copy))
        ends_in_words(bench, given)


def ends_in_words(bench: Workbench, given: dict[str, Any]) -> None:
    """Checked, compiled and run, with nothing but diagnostics and failed runs for bad cases."""
    checked = bench.check(given)
    if checked.proven is None:
        assert checked.diagnostics
        assert not any("Error:" in each.message for each in checked.diagnostics), [
            each.message for each in checked.diagnostics
        ]
        return
    try:
        bench.project.execute(bench.project.compile(checked.proven))
    except RunFailed as failed:
        assert failed.code in ("IL904", "IL907"), failed


@pytest.mark.parametrize("number", NUMBERS, ids=str)
def test_odd_numbers_as_data(number: Any, bench: Workbench) -> None:
    ends_in_words(bench, from_rows([{"a": number}, {"a": 1}]))
    given = from_rows([{"a": 1}], ("derive_columns", {"columns": {"v": ":n"}}))
    for kind in ("bigint", "double", "decimal(9,2)", "date", "varchar", "boolean"):
        ends_in_words(bench, given | {"inputs": {"n": {"type": kind, "default": number}}})


def test_a_plan_that_is_a_pipe_or_a_device(bench: Workbench) -> None:
    bench.put("x", "")
    assert bench.cli("check", "/dev/null").code == 1
    assert bench.cli("check", ".").code == 2
    assert bench.cli("check", "x" * 5000).code == 2
    assert bench.cli("check", "x\n").code == 2
    assert Path("/proc/self/mem").exists() is False or bench.cli("check", "/proc/self/mem").code in (1, 2)
