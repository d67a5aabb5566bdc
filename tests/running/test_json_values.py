"""What a JSON file holds is what its columns hold, or the run stops, also after the objects that the check reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from workbench import Workbench, plan

SAMPLE = 20_000


def reading(node: str = "read_jsonl", **more: Any) -> dict[str, Any]:
    """A plan that reads a file and writes it again."""
    return plan({"s": (node, {"path": "data/s.json"} | more), "o": ("write_jsonl", {"path": "out/o.jsonl"})})


FIRST = '{"id":1,"d":0.5,"o":{"a":1,"l":[{"x":1.5,"s":"t"}]},"b":true}\n'


@pytest.mark.parametrize(
    ("last", "says"),
    [
        ('{"id":2,"o":{"a":1.5}}', "o/a: 1.5"),
        ('{"id":2,"o":{"a":1,"new":"lost"}}', 'o/new: "lost"'),
        ('{"id":2,"o":{"a":true}}', "o/a: true"),
        ('{"id":2,"d":true}', "the value 'true' of `d` is not a double"),
        ('{"id":2,"o":{"a":"7"}}', 'o/a: "7"'),
        ('{"id":2,"o":{"A":7}}', "o/A: 7"),
        ('{"id":2,"o":{"l":[{"x":1},{"x":true}]}}', "o/l/1/x: true"),
        ('{"id":2,"o":{"l":[{"s":"u"},{"s":7}]}}', "o/l/1/s: 7"),
        ('{"id":2,"o":{"l":[' + '{"x":2},' * 300 + '{"s":7}]}}', "o/l/300/s: 7"),
        ('{"id":2,"b":7}', "b: 7"),
        ('{"id":2,"b":"true"}', 'b: "true"'),
        ("null", "no null where an object should be"),
    ],
)
def test_a_late_value_of_another_type_stops_the_run(last: str, says: str, bench: Workbench) -> None:
    bench.put("data/s.json", FIRST * SAMPLE + last + "\n")
    ran = bench.cli_run(reading())
    assert ran.code == 3, ran
    assert says in ran.err, ran.err
    assert last == "null" or says.endswith("a double") or "20001" in ran.err
    assert not (bench.root / "out").exists() or not list((bench.root / "out").iterdir())


def test_late_values_of_the_same_types_are_read(bench: Workbench) -> None:
    """Missing keys, nulls, keys in another order, whole numbers among others, and texts that need escapes."""
    late = [
        "{}",
        '{"o":{},"b":null}',
        '{"o":{"l":[{"s":"\\u00e9\\n/\\"","x":2},{"x":null},null,{}],"a":null}}',
        '{"o":{"l":[' + '{"x":2},' * 300 + '{"s":"u"}]}}',
        '{"id": 3, "o": {"a": -5, "l": []}, "b": false}',
    ]
    bench.put("data/s.json", FIRST * SAMPLE + "\n".join(late) + "\n")
    ran = bench.cli_run(reading())
    assert ran.code == 0, ran
    lines = bench.read("out/o.jsonl").splitlines()
    assert len(lines) == SAMPLE + len(late)
    assert lines[-1] == '{"id":3,"d":null,"o":{"a":-5,"l":[]},"b":false}'
    assert '"l":[{"x":2.0,"s":"é\\n/\\""},{"x":null,"s":null},null,{"x":null,"s":null}]' in lines[-3]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("bigint[]", '[1,"7",null]', "[1.5]"),
        ("decimal(5,2)[]", '[1.1,"1.10",3]', "[1.105]"),
        ("double[]", '[1,"1.5",null,2.5]', "[true]"),
        ("boolean[]", '[true,"false"]', "[1]"),
        ("boolean", '"true"', "7"),
        ("map(varchar, bigint)", '{"a":1,"b":null}', '{"a":1.5}'),
        ("struct(a date, b tinyint[])", '{"b":[1],"a":"2024-01-01"}', '{"a":"2024-01-01","c":1}'),
        ("struct(a varchar)", '{"a":7}', '{"a":7,"b":8}'),
    ],
)
def test_declared_types_hold_the_values_exactly(kind: str, good: str, bad: str, bench: Workbench) -> None:
    for value, code in ((good, 0), (bad, 3)):
        bench.put("data/s.json", f'{{"v":{value}}}\n')
        ran = bench.cli_run(reading(types={"v": kind}))
        assert ran.code == code, ran
        assert code == 0 or "  v" in ran.err


def test_lists_in_many_lists_are_read_in_time(bench: Workbench) -> None:
    for inner in ('"x"', "{}"):
        text = "[" * 19 + inner + "]" * 19
        bench.put("data/s.json", f'{{"v":{text}}}\n')
        ran = bench.cli_run(reading(), timeout=60)
        assert ran.code == 0, ran
        assert bench.read("out/o.jsonl") == f'{{"v":{text}}}\n'


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ({"a": 1, "A": 2}, '{"a":1,"A":2}'),
        ({"": 1}, '{"":1}'),
        ({"in": {"a": 1, "A": 2}}, '{"in":{"a":1,"A":2}}'),
        ({"\ud83d\ude00": 1}, '{"\U0001f600":1}'),
    ],
    ids=["two-cases", "no-name", "inside", "a-whole-sign"],
)
def test_objects_that_are_no_struct_stay_as_they_are(value: Any, wanted: str, bench: Workbench) -> None:
    bench.put("t.jsonl", json.dumps({"id": 1, "o": value}) + "\n")
    given = plan(
        {
            "s": ("read_jsonl", {"path": "t.jsonl"}),
            "k": ("sort_rows", {"by": ["id"]}),
            "o": ("write_jsonl", {"path": "o.jsonl"}),
        }
    )
    bench.run(given)
    assert bench.read("o.jsonl") == f'{{"id":1,"o":{wanted}}}\n'


def test_lists_of_floats_in_many_lists_are_written_in_time(bench: Workbench) -> None:
    value: Any = 1.5
    for _ in range(100):
        value = [value]
    bench.put("t.jsonl", json.dumps({"a": value}) + "\n")
    bench.run(plan({"s": ("read_jsonl", {"path": "t.jsonl"}), "o": ("write_jsonl", {"path": "o.jsonl"})}))
    assert json.loads(bench.read("o.jsonl")) == {"a": value}
