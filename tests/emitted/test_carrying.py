"""What a node file may consist of: whatever gives a name its value is carried, or refused in words; nothing is lost."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from workbench import Ran, Workbench, plan

FILE = '''"""Nodes of our own."""

{future}
from interlock import Described, Rows, node
{head}


def look_{name}(connection):
    return [("a", "varchar")], {{}}


@node(version=1, effects=["reads"], describe=look_{name})
def {name}(*, source: Described) -> Rows:
    """Give one row."""
    {before}
    return Rows(source.columns, [(repr({body}),)])
'''


def node_file(head: str, body: str, name: str = "make", before: str = "pass", future: bool = True) -> str:
    line = "from __future__ import annotations\n" if future else ""
    return FILE.format(head=head, body=body, name=name, before=before, future=line)


def using(*nodes: str) -> dict[str, Any]:
    """A plan that writes what the nodes give."""
    sources: dict[str, Any] = {f"n{number}": (name, {}) for number, name in enumerate(nodes)}
    sources |= {"u": ("union_tables", {})} if len(nodes) > 1 else {}
    last = "u" if len(nodes) > 1 else "n0"
    edges = [f"n{number} u" for number in range(len(nodes))] if len(nodes) > 1 else []
    return plan({**sources, "o": ("write_csv", {"path": "out/o.csv"})}, *edges, f"{last} o")


def put(bench: Workbench, given: dict[str, Any], **files: str) -> None:
    """A project with these node files, and the plan."""
    bench.put("interlock.toml", f"nodes = {[f'{name}.py' for name in files]}\n")
    for name, text in files.items():
        bench.put(f"{name}.py", text)
    bench.put("test.plan.json", given)


def result(bench: Workbench, bare: Callable[..., Ran], packages: tuple[str, ...] = ("duckdb",)) -> tuple[str, str]:
    """What `interlock run` writes, which the program alone writes too, and the program's source."""
    ran = bench.cli("run", "test.plan.json")
    assert ran.code == 0, ran.err
    wanted = bench.read()
    (bench.root / "out/o.csv").unlink()
    ran = bench.cli("compile", "test.plan.json", "-o", "build")
    assert ran.code == 0, ran.err
    program = sorted((bench.root / "build").glob("*.py"))[0]
    assert json.loads((bench.root / "build/manifest.json").read_text())["requires"] == list(packages)
    for path in bench.root.glob("*.py"):
        path.rename(path.with_suffix(".gone"))
    ran = bare(program, cwd=bench.root, packages=packages)
    assert ran.code == 0, ran.err
    assert bench.read() == wanted
    return wanted.removeprefix("a\n").strip(), program.read_text(encoding="utf-8")


def refused(bench: Workbench) -> str:
    """The message of IL205, which `check` and `compile` both give."""
    assert bench.cli("compile", "test.plan.json", "-o", "build").code == 1
    ran = bench.cli("check", "test.plan.json", "--json")
    assert ran.code == 1, ran.err
    found = [each for each in ran.json["diagnostics"] if each["code"] == "IL205"]
    assert found, ran.out
    return f"{found[0]['message']} {found[0]['help']}"


CARRIED = {
    "if and else": ("import sys\nif sys.maxsize > 1:\n    def f():\n        return 1\nelse:\n    f = None", "f()", "1"),
    "try": ("try:\n    import json as j\nexcept ImportError:\n    j = None", "j.dumps([1])", "'[1]'"),
    "try of an absent module": ("try:\n    import no_such_module as fast\nexcept ImportError:\n    fast = None", "fast", "None"),
    "a name of the program, in a try": ("try:\n    import json\nexcept ImportError:\n    json = None", "json.dumps(1)", "'1'"),
    "several targets": ("a, (b, *c) = 1, (2, 3, 4)", "[a, b, c]", '"[1, 2, [3, 4]]"'),
    "chained targets": ("a = b = 3", "a + b", "6"),
    "async def": ("import asyncio\nasync def wait():\n    return 1", "asyncio.run(wait())", "1"),
    "an attribute": ("def f():\n    return f.cache\nf.cache = {'x': 1}", "f()", "{'x': 1}"),
    "an item": ("TABLE = {}\nTABLE['x'] = 1\nTABLE['y'] = {}\nTABLE['y']['z'] = 2", "TABLE['y']", "{'z': 2}"),
    "a method": ("TABLE = {}\nTABLE.update(x=1)", "TABLE", "{'x': 1}"),
    "a method, its result kept": ("QUEUE = [1, 2]\nfirst = QUEUE.pop()", "QUEUE", "[1]"),
    "an argument": ("TABLE = {}\ndef fill(it):\n    it['x'] = 1\nfill(TABLE)", "TABLE", "{'x': 1}"),
    "a call that fills": ("TABLE = {}\ndef fill():\n    TABLE['x'] = 1\nfill()", "TABLE", "{'x': 1}"),
    "a call in a call": ("TABLE = {}\ndef g():\n    TABLE['x'] = 1\ndef f():\n    g()\nf()", "TABLE", "{'x': 1}"),
    "a call that binds": ("def start():\n    global V\n    V = 4\nstart()", "V", "4"),
    "a decorator that registers": (
        "ALL = {}\ndef known(f):\n    ALL[f.__name__] = f\n    return f\n@known\ndef one():\n    return 1", "ALL['one']()", "1",
    ),
    "a base that registers": (
        "ALL = []\nclass Base:\n    def __init_subclass__(cls):\n        ALL.append(cls.__name__)\nclass One(Base):\n    pass", "ALL", "['One']",
    ),
    "a second assignment": ("VALUE = 1\nVALUE = VALUE + 1", "VALUE", "2"),
    "an augmented assignment": ("VALUE = 1\nVALUE += 1\nVALUE *= 5", "VALUE", "10"),
    "an import, then another meaning": ("import string\nstring = string.digits", "string", "0123456789"),
    "two statements in a line": ("a = 1; a += 1; b = 5", "a", "2"),
    "for": ("SQUARES = []\nfor i in range(3):\n    SQUARES.append(i * i)", "SQUARES", "[0, 1, 4]"),
    "with": ("import contextlib\nwith contextlib.suppress(ValueError):\n    V = int('7')", "V", "7"),
    "while": ("n = 1\nwhile n < 100:\n    n *= 2", "n", "128"),
    "match": ("match 3:\n    case int() as found:\n        pass", "found", "3"),
    "del": ("T = {'a': 1, 'b': 2}\ndel T['a']\nx = 1\ndel x", "T", "{'b': 2}"),
    "walrus": ("if (n := 5) > 3:\n    pass", "n", "5"),
    "a lambda": ("double = lambda x: x * TWO\nTWO = 2", "double(4)", "8"),
    "a submodule": ("import os.path, sys as system\nimport xml.dom\nimport xml.sax", "[os.path.basename('a/b'), xml.sax.__name__]", "['b', 'xml.sax']"),
    "a setting of the process": ("import decimal\ndecimal.getcontext().prec = 5\nD = decimal.Decimal", "D(1) / 3", "Decimal('0.33333')"),
    "annotations of classes": (
        "import dataclasses\nfrom typing import ClassVar\n@dataclasses.dataclass\nclass P:\n    a: int\n    b: ClassVar[int] = 2", "P(1)", "P(a=1)",
    ),
    "only when it is the program": ("V = 1\nif __name__ == '__main__':\n    V = 2", "V", "1"),
    "only for type checkers": ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from interlock import Table\ndef f(t: Table):\n    return 1", "f(0)", "1"),
    "a local name like another's": ("TABLE = {}\ndef f():\n    TABLE = {}\n    TABLE['x'] = 1\n    return TABLE\nf()", "TABLE", "{}"),
    "the name of a statement": ("sql_o = 'mine'", "sql_o", "mine"),
}  # fmt: skip


@pytest.mark.parametrize("name", CARRIED)
def test_what_gives_a_name_its_value(name: str, bench: Workbench, bare: Callable[..., Ran]) -> None:
    head, body, wanted = CARRIED[name]
    put(bench, using("make"), my_nodes=node_file(head, body))
    found, _ = result(bench, bare)
    assert wanted in found


def test_statements_stay_as_they_are_and_in_order(bench: Workbench, bare: Callable[..., Ran]) -> None:
    head = "B = 1  # one\nUNUSED = 5\nA = [B]\ndef late():\n    # a word\n    return A\nA += [2]\nfor i in (3, 4):\n\tA.append(i)\n"
    put(bench, using("make", "make"), my_nodes=node_file(head, "late()"))
    _, source = result(bench, bare)
    assert (
        "B = 1  # one\nA = [B]\n\n\ndef late():\n    # a word\n    return A\n\n\nA += [2]\nfor i in (3, 4):\n\tA.append(i)\n"
        in source
    )
    assert "UNUSED" not in source
    assert "From my_nodes.py" in source


def test_a_dataclass(bench: Workbench, bare: Callable[..., Ran]) -> None:
    """It looks for its module while the program is loaded; after the run, the module is gone."""
    put(
        bench, using("make"),
        my_nodes=node_file("import pickle\nfrom dataclasses import dataclass\n@dataclass\nclass Pair:\n    left: int\n    right: 'str' = 'r'", "pickle.loads(pickle.dumps(Pair(1)))"),
    )  # fmt: skip
    report = bench.run(using("make"))
    assert report.outputs[0]["rows"] == 1
    assert not [name for name in sys.modules if name.startswith("interlock_program")]
    found, _ = result(bench, bare)
    assert "Pair(left=1, right='r')" in found


def test_without_future_annotations(bench: Workbench, bare: Callable[..., Ran]) -> None:
    head = (
        "from dataclasses import dataclass, field\n@dataclass\nclass P:\n    a: list[int] = field(default_factory=list)"
    )
    put(bench, using("make"), my_nodes=node_file(head, "P()", future=False))
    assert "P(a=[])" in result(bench, bare)[0]


REFUSED = {
    "import *": ("from math import *", "sqrt(4)", "`sqrt`", "name what you import"),
    "import * over a builtin": ("from math import *", "pow(2, 2)", "`pow`", "name what you import"),
    "Interlock's own": ("from interlock.registry import sql as s", "s.literal(1)", "`s` comes from interlock.registry", "my_nodes.py"),
    "Interlock's own, in a block": ("try:\n    from interlock.registry import sql as s\nexcept ImportError:\n    s = 0", "s", "imports interlock.registry", "my_nodes.py"),
    "Interlock itself": ("import interlock", "interlock.Rows", "`interlock` comes from interlock", "my_nodes.py"),
    "another name for Rows": ("from interlock import Rows as R", "R([], [])", "Interlock's `Rows`", "import it as `Rows`"),
    "Rows at once": ("class Mine(Rows):\n    pass", "Mine([], [])", "`Mine` uses `Rows` when", "inside functions only"),
    "a name that no statement gives": ("globals()['HIDDEN'] = 1", "HIDDEN", "`HIDDEN` has a value in my_nodes.py", "define `HIDDEN`"),
    "the file's own place": ("from pathlib import Path\nHERE = Path(__file__).parent", "HERE", "`__file__`", "do without it"),
    "a name of the program": ("STEPS = 5", "STEPS", "`STEPS` in my_nodes.py is a name that the program itself uses", "rename `STEPS`"),
    "a name of the program, among others": ("a, main = 1, 2", "a", "`main` in my_nodes.py", "rename `main`"),
    "a builtin of the program": ("def sorted(x):\n    return 1", "sorted([])", "`sorted` in my_nodes.py", "rename `sorted`"),
    "a helper in a helper": ("from interlock.registry import sql\ndef f():\n    return g()\ndef g():\n    return sql.literal(1)", "f()", "`sql` comes from", "my_nodes.py"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_carried(name: str, bench: Workbench) -> None:
    head, body, message, help = REFUSED[name]
    put(bench, using("make"), my_nodes=node_file(head, body))
    told = refused(bench)
    assert message in told
    assert help in told
    assert not (bench.root / "build").exists()


def test_a_module_beside_the_file(bench: Workbench) -> None:
    """It is found where Interlock runs, but a program running alone cannot count on it."""
    bench.put("my_helpers.py", "def f():\n    return 1\n")
    for head, before in (
        ("import my_helpers", "pass"),
        ("", "import my_helpers"),
        ("try:\n    import my_helpers\nexcept ImportError:\n    my_helpers = None", "pass"),
    ):
        put(bench, using("make"), my_nodes=node_file(head, "my_helpers.f()", before=before))
        ran = bench.cli("check", "test.plan.json", env={"PYTHONPATH": f"{bench.root}:{':'.join(sys.path)}"})
        assert ran.code == 1, ran.err
        assert "IL205" in ran.out + ran.err
        assert "my_helpers" in ran.out + ran.err
    unused = node_file("import my_helpers", "1")
    put(bench, using("make"), my_nodes=unused)
    ran = bench.cli("check", "test.plan.json", env={"PYTHONPATH": f"{bench.root}:{':'.join(sys.path)}"})
    assert ran.code == 0, ran.err


def test_what_a_program_needs(bench: Workbench, bare: Callable[..., Ran]) -> None:
    """The manifest names the distributions, not the modules: at the top, in a function, in a block."""
    for head, before in (
        ("import yaml", "pass"),
        ("from yaml import safe_load as load", "yaml = type('y', (), {'safe_load': load})"),
        ("", "import yaml"),
        ("try:\n    import yaml\nexcept ImportError:\n    yaml = None", "pass"),
    ):
        put(bench, using("make"), my_nodes=node_file(head, "yaml.safe_load('[1]')", before=before))
        found, source = result(bench, bare, ("duckdb", "pyyaml"))
        assert "[1]" in found
        assert "it needs duckdb and pyyaml" in source
        for path in bench.root.glob("*.gone"):
            path.unlink()
        for path in [*bench.root.glob("build/*"), bench.root / "out/o.csv"]:
            path.unlink()


def two(bench: Workbench, one: tuple[str, str], other: tuple[str, str]) -> None:
    put(
        bench,
        using("make_a", "make_b"),
        a_nodes=node_file(*one, name="make_a"),
        b_nodes=node_file(*other, name="make_b"),
    )


def test_two_files_with_one_name(bench: Workbench) -> None:
    two(bench, ("def _clean(x):\n    return x + 1", "_clean(1)"), ("def _clean(x):\n    return x * 10", "_clean(1)"))
    told = refused(bench)
    assert "`_clean` is defined in a_nodes.py and in b_nodes.py" in told
    assert "rename one of the two, for example to `_clean_b_nodes` in b_nodes.py" in told


TWO = {
    "through what they name": ("FACTOR = 1\ndef f(x):\n    return x * FACTOR", "FACTOR = 2\ndef f(x):\n    return x * FACTOR", "`FACTOR`"),
    "state of their own": ("SEEN = []\ndef f(x):\n    SEEN.append(x)\n    return SEEN", "SEEN = []\ndef f(x):\n    SEEN.append(x)\n    return SEEN", "`SEEN`"),
    "a counter of their own": ("N = 0\ndef f(x):\n    global N\n    N += x\n    return N", "N = 0\ndef f(x):\n    global N\n    N += x\n    return N", "`N`"),
    "imports": ("from math import floor as g\ndef f(x):\n    return g(x)", "from math import ceil as g\ndef f(x):\n    return g(x)", "`g`"),
}  # fmt: skip


@pytest.mark.parametrize("name", TWO)
def test_two_files_with_two_meanings(name: str, bench: Workbench) -> None:
    one, other, told = TWO[name]
    two(bench, (one, "f(1.5)"), (other, "f(1.5)"))
    message = refused(bench)
    assert told in message
    assert "rename" in message


@pytest.mark.parametrize("turned", [False, True])
def test_a_file_that_redefines_a_builtin(turned: bool, bench: Workbench) -> None:
    files = (("", "oct(8)"), ("def oct(x):\n    return 5", "oct(8)"))
    two(bench, *(files[::-1] if turned else files))
    assert "a builtin that" in refused(bench)


def test_two_files_with_the_same_helper(bench: Workbench, bare: Callable[..., Ran]) -> None:
    helper = "import xml.{}\nK = 2\ndef _clean(x):\n    return x * K"
    two(
        bench,
        (helper.format("dom"), "(_clean(1), xml.dom.__name__)"),
        (helper.format("sax"), "(_clean(2), xml.sax.__name__)"),
    )
    found, source = result(bench, bare)
    assert found.split() == ['"(2,', "'xml.dom')\"", '"(4,', "'xml.sax')\""]
    assert source.count("def _clean") == 1


def test_a_function_without_a_place(bench: Workbench) -> None:
    text = node_file("", "1").replace(
        "describe=look_make", "describe=(lambda: lambda connection: ([('a', 'varchar')], {}))()"
    )
    put(bench, using("make"), my_nodes=text)
    told = refused(bench)
    assert "no name of its own" in told
    assert "with `def`" in told


def test_the_steps_are_readable(bench: Workbench) -> None:
    rows = [{f"column_{number}": number for number in range(30)}]
    given = plan(
        {"i": ("inline_table", {"rows": rows}), "e": ("expect", {"rows": {"min": 1}}), "o": ("write_csv", {"path": "out/o.csv"})},
    )  # fmt: skip
    source = bench.compile(given).source
    steps = source[source.index("STEPS = [") : source.index("\n]\n", source.index("STEPS = ["))]
    assert max(map(len, steps.splitlines())) <= 120
    assert source.index("sql_i =") < source.index("STEPS = [") < source.index("class Run")
