"""Every command on garbage, hostile configuration and hostile node files: a clear line, never a traceback."""

from __future__ import annotations

import time

import pytest
from workbench import Workbench, from_rows

COMMANDS = [
    "check {}",
    "compile {} -o build",
    "run {}",
    "run {} --dry-run",
    "schema {}",
    "graph {}",
    "graph {} --format svg",
    "graph {} --format dot",
    "check {} --json",
    "run {} --json",
    "schema {} --json",
    "graph {} --json",
    "compile {} --json -o build",
]
GARBAGE = {
    "binary.yaml": bytes(range(256)),
    "text.yaml": "hello, this is no plan",
    "nulls.json": '{"interlock": 1, "nodes": null, "edges": null, "contracts": null, "inputs": null}',
    "numbers.json": '{"interlock": 1, "nodes": [{"id": "a", "type": "inline_table", "params": {"rows": 5}}], "edges": [{"from": "a", "to": "a"}]}',
    "open.json": '{"interlock": 1, "nodes": [',
    "odd.json": '{"interlock": 1, "nodes": [{"id": "a", "type": "nothing@99999999999999999999", "params": {"\\u0000": "\\u0000"}}], "contracts": {"\\n": {}}}',
}


@pytest.mark.parametrize("name", GARBAGE)
def test_every_command(name: str, bench: Workbench) -> None:
    bench.put(name, GARBAGE[name])
    before = bench.files()
    for command in COMMANDS:
        ran = bench.cli(*command.format(name).split())
        assert ran.code == 1 or (ran.code == 0 and command.startswith("graph")), (command, ran)
        if "--json" in command:
            assert isinstance(ran.json, dict), command
    assert bench.files() == before


CONFIGS = {
    "no TOML": "nodes = [",
    "binary": b"\xff\xfe\x00",
    "wrong types": "nodes = 5",
    "a list of numbers": "nodes = [1]",
    "unknown key": "colour = 'red'",
    "policy is a text": "policy = 'open'",
    "unknown policy": "[policy]\nnetwork = true",
    "policy of wrong type": "[policy]\nread = 'x'",
    "unknown effect": "[policy]\neffects = ['everything']",
    "missing file": "nodes = ['none.py']",
    "a folder": "nodes = ['data']",
    "a device": "nodes = ['/dev/null']",
    "no Python": "nodes = ['notes.txt']",
    "deep": "a" + ".a" * 5000 + " = 1",
    "deep list": "nodes = " + "[" * 5000,
}


@pytest.mark.parametrize("name", CONFIGS)
def test_configurations(name: str, bench: Workbench) -> None:
    bench.put("interlock.toml", CONFIGS[name])
    bench.put("data/x.csv", "a\n1\n")
    bench.put("notes.txt", "these are notes")
    bench.put("p.json", from_rows([{"a": 1}]))
    for command in ("check p.json", "run p.json", "nodes", "nodes --surfaces", "run p.json --json"):
        ran = bench.cli(*command.split())
        if name == "a device" and ran.code == 0:
            continue
        assert ran.code == 2, (command, ran)
        assert ran.err.startswith("interlock: ") or "--json" in command
        assert len(ran.err) < 2000


HEAD = "from __future__ import annotations\nfrom interlock import Rows, Described, node, Table, Select, ReadPath\n"
NODES = {
    "syntax": "def broken(:",
    "raises": "raise RuntimeError('boom')",
    "raises an exit": "raise SystemExit(0)",
    "exits": "import sys; sys.exit(7)",
    "imports what is not there": "import nothing_of_this_name",
    "recursion": "def f(): return f()\nf()",
    "untyped": HEAD + "@node(version=1)\ndef bad(table, *, x):\n    '''Doc.'''\n    return table\n",
    "no docstring": HEAD + "@node(version=1)\ndef bad(table: Table, *, x: int) -> Select:\n    return table\n",
    "wrong version": HEAD
    + "@node(version='one')\ndef bad(table: Table) -> Select:\n    '''Doc.'''\n    return table\n",
    "unknown effect": HEAD
    + "@node(version=1, effects=['magic'])\ndef bad(table: Table) -> Select:\n    '''Doc.'''\n    return table\n",
    "a class": HEAD + "@node(version=1)\nclass Bad:\n    '''Doc.'''\n",
    "a clash": HEAD + "@node(version=1)\ndef filter_rows(table: Table) -> Select:\n    '''Doc.'''\n    return table\n",
    "zero bytes": b"x = 1\0",
    "latin-1": "x = 'ü'".encode("latin-1"),
}


@pytest.mark.parametrize("name", NODES)
def test_node_files(name: str, bench: Workbench) -> None:
    bench.put("interlock.toml", "nodes = ['my_nodes.py']")
    bench.put("my_nodes.py", NODES[name])
    bench.put("p.json", from_rows([{"a": 1}]))
    for command in ("check p.json", "nodes"):
        ran = bench.cli(*command.split())
        assert ran.code in (1, 2), (command, ran)
        assert "my_nodes.py" in ran.err, ran.err
        assert len(ran.err) < 2000


BODIES = {
    "raises": "    raise RuntimeError('boom')",
    "raises a key error": "    return Rows([('a', 'bigint')], (row['x'] for row in [{}]))",
    "wrong result": "    return 5",
    "nothing": "    return None",
    "short rows": "    return Rows([('a', 'bigint')], [()])",
    "long rows": "    return Rows([('a', 'bigint')], [(1, 2)])",
    "uneven rows": "    return Rows([('a', 'bigint')], [(1,), (1, 2)])",
    "wrong values": "    return Rows([('a', 'bigint')], [('x',)])",
    "odd values": "    return Rows([('a', 'bigint')], [(object(),)])",
    "no rows": "    return Rows([('a', 'bigint')], 7)",
    "exits": "    import sys\n    sys.exit(0)",
    "stops": "    raise StopIteration",
    "recursion": "    return numbers()",
}


@pytest.mark.parametrize("name", BODIES)
def test_nodes_that_misbehave_at_run_time(name: str, bench: Workbench) -> None:
    """A Python node that fails in any way fails the run, by its name, with nothing written."""
    bench.put("interlock.toml", "nodes = ['my_nodes.py']")
    bench.put(
        "my_nodes.py",
        HEAD + "def look(connection):\n    return [('a', 'bigint')], {}\n\n"
        "@node(version=1, effects=['reads'], describe=look)\ndef numbers(*, source: Described) -> Rows:\n    '''Give numbers.'''\n"
        + BODIES[name]
        + "\n",
    )
    given = from_rows([]) | {
        "nodes": [
            {"id": "own", "type": "numbers", "params": {}},
            {"id": "o", "type": "write_csv", "params": {"path": "out/o.csv"}},
        ]
    }
    given["edges"] = [{"from": "own", "to": "o"}]
    ran = bench.cli_run(given)
    assert ran.code in (1, 3), ran
    assert "own" in ran.err
    assert not (bench.root / "out").exists()


def test_a_node_that_describes_nonsense(bench: Workbench) -> None:
    bench.put("interlock.toml", "nodes = ['my_nodes.py']")
    for body in (
        "return 5",
        "return [('a', 'no type')], {}",
        "return [('a', 'bigint')] * 2, {}",
        "raise RuntimeError('boom')",
        "return [('', 'bigint')], {}",
        "return [], {}",
        "return [(1, 2)], 3",
    ):
        bench.put(
            "my_nodes.py",
            HEAD + f"def look(connection):\n    {body}\n\n"
            "@node(version=1, effects=['reads'], describe=look)\ndef numbers(*, source: Described) -> Rows:\n    '''Give numbers.'''\n    return Rows(source.columns, [])\n",
        )
        given = {
            "interlock": 1,
            "nodes": [
                {"id": "own", "type": "numbers", "params": {}},
                {"id": "o", "type": "write_csv", "params": {"path": "out/o.csv"}},
            ],
            "edges": [{"from": "own", "to": "o"}],
        }
        ran = bench.cli_run(given)
        assert ran.code in (1, 2, 3), (body, ran)
        assert "own" in ran.err or "numbers" in ran.err, (body, ran.err)


def test_a_node_that_never_ends_can_be_described(bench: Workbench) -> None:
    """A source without end is not run by a check."""
    bench.put("interlock.toml", "nodes = ['my_nodes.py']")
    bench.put(
        "my_nodes.py",
        HEAD + "import itertools\n\ndef look(connection):\n    return [('a', 'bigint')], {}\n\n"
        "@node(version=1, effects=['reads'], describe=look)\ndef numbers(*, source: Described) -> Rows:\n"
        "    '''Give numbers.'''\n    return Rows(source.columns, ((n,) for n in itertools.count()))\n",
    )
    bench.put(
        "p.json",
        {
            "interlock": 1,
            "nodes": [
                {"id": "own", "type": "numbers", "params": {}},
                {"id": "o", "type": "write_csv", "params": {"path": "out/o.csv"}},
            ],
            "edges": [{"from": "own", "to": "o"}],
        },
    )
    began = time.monotonic()
    ran = bench.cli("check", "p.json")
    assert ran.code == 0, ran.err
    assert time.monotonic() - began < 10
