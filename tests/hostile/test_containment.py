"""Nothing outside the project is read or written, and no text of a plan becomes code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from workbench import Workbench, passing, plan

from interlock.api import RunFailed
from interlock.registry.node import NodeType
from interlock.registry.registry import load
from interlock.syntax.documents import read_document

SECRET = "the-secret-outside-of-the-project"


@pytest.fixture
def outside(bench: Workbench) -> Path:
    """A folder beside the project, with a secret in every format that a plan might get at."""
    folder = bench.root.parent / "outside"
    folder.mkdir()
    for name in ("secret.csv", "secret.json", "secret.txt"):
        (folder / name).write_text(f'{{"a": "{SECRET}"}}\n' if name.endswith("json") else f"a\n{SECRET}\n")
    bench.put("data/s.csv", "a\nplain\n")
    return folder


def leaks(bench: Workbench) -> bool:
    return any(
        SECRET in path.read_text(errors="replace")
        for path in bench.root.rglob("*")
        if path.is_file() and path.stat().st_size < 10_000_000 and "outside" not in path.parts
    )


def paths(bench: Workbench, outside: Path) -> list[str]:
    """Ways out of the project."""
    secret = outside / "secret.csv"
    return [
        str(secret), f"../{outside.name}/secret.csv", f"data/../../{outside.name}/secret.csv", f"./../{outside.name}/secret.csv", "~/secret.csv", "~root/secret.csv",
        f"file:{secret}", f"file://{secret}", f"FILE:{secret}", f"file://localhost{secret}", "http://localhost/x.csv", "https://localhost/x.csv", "s3://bucket/x.csv", "s3:bucket/x.csv",
        "gcs://b/x", "hf://datasets/x/y.csv", "az://x/y", "/dev/stdin", "/proc/self/environ", "/etc/passwd", "//etc/passwd", f"//{secret}", "\\\\server\\share", "C:\\x.csv", "c:x.csv",
        f"..\\{outside.name}\\secret.csv", f"data/*/../../{outside.name}/secret.csv", f"../{outside.name}/*.csv", "data/%2e%2e/%2e%2e/x", f"data/link/{outside.name}", "data/\0s.csv", "data/s.csv\n",
        f"data/s.csv', '{secret}", f"data/s.csv'], columns={{}}) union all from read_csv('{secret}') --", "", " ", ".", "..", "/",
        f"${{HOME}}/../{outside.name}", "$(touch canary)", "`touch canary`", "| touch canary", "data/{s,x}.csv", "data/link.csv", "data/folder/secret.csv", "memory:x", ":memory:", "stdin", "-",
    ]  # fmt: skip


@pytest.mark.parametrize("node", ["read_csv", "read_json", "read_jsonl", "read_parquet", "read_excel", "read_sqlite"])
def test_reading(node: str, bench: Workbench, outside: Path) -> None:
    (bench.root / "data/link.csv").symlink_to(outside / "secret.csv")
    (bench.root / "data/folder").symlink_to(outside)
    for path in paths(bench, outside):
        params = {"path": path} | ({"table": "t"} if node == "read_sqlite" else {})
        assert bench.codes(plan({"s": (node, params), "o": ("write_csv", {"path": "out/o.csv"})})), path
    assert not (bench.root / "canary").exists()


@pytest.mark.parametrize(
    "node", ["write_csv", "write_json", "write_jsonl", "write_parquet", "write_excel", "write_sqlite"]
)
def test_writing(node: str, bench: Workbench, outside: Path) -> None:
    """A path is refused, or it is a name inside the project."""
    (bench.root / "data/link.csv").symlink_to(outside / "new.csv")
    (bench.root / "data/folder").symlink_to(outside)
    before = {path: path.read_bytes() for path in outside.iterdir()}
    for path in [*paths(bench, outside), "data/folder/new.csv"]:
        params = {"path": path} | ({"table": "t"} if node == "write_sqlite" else {})
        given = plan({"s": ("inline_table", {"rows": [{"a": 1}]}), "o": (node, params)})
        if not bench.codes(given):
            bench.run(given)
            assert (bench.root / path).resolve().is_relative_to(bench.root.resolve())
    assert {path: path.read_bytes() for path in outside.iterdir()} == before
    assert not (bench.root / "canary").exists()


@pytest.mark.parametrize(
    "path",
    [
        "interlock.toml",
        "Interlock.TOML",
        "sub/interlock.toml",
        "my_nodes.py",
        "sub/other.py",
        ".git/hooks/post-commit",
        ".GIT/config",
        "sub/.git/config",
        "out/git/hooks/x",
        "out/config.csv",
        ".interlock/x",
        "my.plan.yaml",
        "test.plan.json",
    ],
)
def test_the_project_itself(path: str, bench: Workbench) -> None:
    """A plan cannot rewrite its project's configuration, code, history, or plans, also not through a link."""
    bench.put("interlock.toml", "nodes = ['my_nodes.py']\n")
    bench.put("my_nodes.py", "")
    bench.put(".git/hooks/x", "")
    bench.put("my.plan.yaml", "interlock: 1\n")
    (bench.root / "out").mkdir()
    (bench.root / "out/git").symlink_to("../.git")
    (bench.root / "out/config.csv").symlink_to("../interlock.toml")
    bench.put("test.plan.json", plan({"s": ("inline_table", {"rows": [{"a": 1}]}), "o": ("write_csv", {"path": path})}))
    before = bench.files()
    ran = bench.cli("run", "test.plan.json")
    assert ran.code == 1, ran
    assert "error[IL5" in ran.err
    assert bench.files() == before


def test_a_policy_holds_where_a_path_leads(bench: Workbench) -> None:
    bench.put("interlock.toml", '[policy]\nread = ["data/**"]\nwrite = ["out/**"]\n')
    bench.put("data/s.csv", "a\n1\n")
    bench.put("other/s.csv", "a\n1\n")
    (bench.root / "out").mkdir()
    (bench.root / "out/d").symlink_to("../data")
    (bench.root / "data/o").symlink_to("../other")
    assert not bench.codes(passing("data/s.csv", out="out/sub/new.csv"))
    for read, write in (
        ("other/s.csv", "out/x"),
        ("data/o/s.csv", "out/x"),
        ("data/s.csv", "out/d/new.csv"),
        ("data/s.csv", "data/new.csv"),
        ("data/s.csv", "out"),
        ("data/s.csv", "outside.csv"),
    ):
        assert bench.codes(passing(read, out=write)), (read, write)


@pytest.mark.parametrize("out", ["data/s.csv", "./data/s.csv", "data//s.csv", "data/link.csv", "data/hard.csv"])
def test_overwriting_an_input(out: str, bench: Workbench) -> None:
    source = bench.put("data/s.csv", "a\n1\n")
    (bench.root / "data/link.csv").symlink_to("s.csv")
    (bench.root / "data/hard.csv").hardlink_to(source)
    if not bench.codes(passing("data/s.csv", out=out)):
        assert out == "data/hard.csv", "only a hard link may be replaced, which leaves the input as it was"
        bench.run(passing("data/s.csv", out=out))
    assert source.read_text() == "a\n1\n"


@pytest.mark.parametrize("other", ["out/o.csv", "./out/o.csv", "out//o.csv", "out/link.csv", "out/./o.csv"])
def test_two_sinks_on_one_file(other: str, bench: Workbench) -> None:
    bench.put("out/o.csv", "")
    (bench.root / "out/link.csv").symlink_to("o.csv")
    given = plan(
        {
            "s": ("inline_table", {"rows": [{"a": 1}]}),
            "o": ("write_csv", {"path": "out/o.csv"}),
            "p": ("write_csv", {"path": other}),
        },
        "s o",
        "s p",
    )
    assert bench.codes(given)


EXPRESSIONS = [
    "(select 1) = 1", "exists (select 1)", "a in (select a from s)", "read_text('{secret}') is not null", "getenv('HOME') is not null", "current_setting('home_directory') is null",
    "a = (from read_csv('{secret}'))", "s.a = 'x' or 1 = 1; attach '{secret}'", "pragma_version()", "query('select 1') = 1", "getvariable('minimum') = 1", "nextval('x') = 1", "random() > 0",
    "now() > timestamp '2024-01-01'", "current_user = 'x'", "uuid() = 'x'", "version() = 'x'", "1 = 1 union select * from s", "unnest([1]) = 1", "row_number() over () = 1", "sum(1) > 0",
    "a = :nothing", "a = $1", "a = ?", "a = @x", "information_schema.tables is null", "main.s.a = 'x'", "other.a = 'x'", "* = 1", "columns('a') = 'x'", "a collate nocase = 'x'", "error('x')",
    "glob('{secret}') is null", "parse_path('x') = ['x']", "write_log('x') is null", "sql_auto_complete('x') is null", "a = 'x' limit 1", "a = 'x' order by a", "__import__('os').system('touch canary')",
    "checkpoint() = 1", "load_extension('x')", "http_get('http://localhost') = 1", "struct_pack(a := (select 1)) is null", "list_transform([1], x -> (select 1)) = [1]", "cast(a as nothing) = 1", "a::regclass = 1",
]  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_stay_inside(text: str, bench: Workbench, outside: Path) -> None:
    text = text.replace("{secret}", str(outside / "secret.txt"))
    for step in (
        ("filter_rows", {"where": text}),
        ("derive_columns", {"columns": {"v": text}}),
        ("aggregate", {"measures": [{"name": "v", "function": "count", "where": text}]}),
        ("expect", {"where": [text]}),
    ):
        assert bench.codes(passing("data/s.csv", step)), step


QUERIES = [
    "select * from read_csv('{secret}')", "select * from '{secret}'", "from read_text('{secret}')", "select * from s, read_text('{secret}')", "select getenv('HOME') as h from s", "copy s to 'canary'",
    "select * from s; copy s to 'canary'", "with t as (select * from '{secret}') select * from t", "attach '{secret}' as x", "install httpfs", "set file_search_path = '/'", "pragma database_list",
    "select * from duckdb_settings()", "select * from information_schema.tables", "select * from sqlite_master", "insert into s values (1)", "create table x as select 1", "drop table s", "update s set a = 1",
    "delete from s", "export database 'canary'", "call pragma_version()", "select * from s where a = (select content from read_text('{secret}'))", "select random() as r from s", "select now() as n from s",
    "explain select * from s", "describe s", "show tables", "summarize s", "select * from glob('*')", "select * from query_table('s')", "select * from query('select 1')", "values (1)", "load x",
    "select * from s using sample 1", "select * from s tablesample 10%", "select * from other", "select current_setting('threads') as t from s", "select * from memory.main.s", "select nextval('x') as n from s",
    "select * from s /* ; drop */ ; drop table s", "prepare x as select 1", "begin; select 1", "select * from range(1000000000000)", "select * from s positional join range(5)", "pivot s on a", "select * from s at (version => 1)",
    "with recursive t(n) as (select 1 union all select n + 1 from t) select n from t", "merge into s using s as t on true when matched then delete", "use memory", "vacuum", "kill 1", "detach x", "reset all", "comment on table s is 'x'",
]  # fmt: skip


@pytest.mark.parametrize("text", QUERIES)
def test_queries_stay_inside(text: str, bench: Workbench, outside: Path) -> None:
    text = text.replace("{secret}", str(outside / "secret.csv"))
    before = bench.files()
    given = passing("data/s.csv", ("query", {"sql": text}))
    if text in ("values (1)",) and not bench.codes(given):
        return
    assert bench.codes(given), text
    assert bench.files() == before


ATTACKS = [
    "'; drop table x; --", "\") from read_csv('{secret}') --", "') from read_text('{secret}') --", "getenv('HOME')", "read_text('{secret}')", "{secret}", "a'); attach '{secret}' as x; --", "\"\"; copy s to 'canary'; --",
    "\\'; --", "$$; drop", "%s%n", "{0.__class__}", "${HOME}", "`touch canary`", "a\0b", "\n'''\nimport os; os.system('touch canary')\n'''", '"""\nimport os; os.system("touch canary")\n"""', "(?{x})", "[", "%", "😀\u202e",
]  # fmt: skip


def texts(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of every text in a parameter's value, keys of mappings included (as a pair)."""
    if isinstance(value, str):
        yield place
    elif isinstance(value, dict):
        for key, each in value.items():
            yield (*place, ("key", key))
            yield from texts(each, (*place, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from texts(each, (*place, index))


def put_at(value: Any, place: tuple[Any, ...], text: str) -> Any:
    """The value with another text at a place."""
    if not place:
        return text
    head, *rest = place
    if isinstance(head, tuple):
        return {(text if key == head[1] else key): each for key, each in value.items()}
    if isinstance(value, list):
        return [put_at(each, tuple(rest), text) if index == head else each for index, each in enumerate(value)]
    return {key: put_at(each, tuple(rest), text) if key == head else each for key, each in value.items()}


def examples() -> Iterator[tuple[NodeType, dict[str, Any]]]:
    for node_type in load():
        for text in node_type.examples[:1]:
            yield node_type, read_document(text, "example", "yaml").value


def example_plan(node_type: NodeType, example: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """A plan around a node type's own example, with other parameters."""
    nodes: dict[str, Any] = {}
    edges = []
    for key, rows in example.items():
        if key in ("params", "gives", "files", "writes", "types", "inputs", "roundtrip"):
            continue
        tables = rows if key == "tables" and isinstance(rows, dict) else {key: rows}
        for name, each in tables.items():
            nodes[name] = ("inline_table", {"rows": each})
            edges.append(f"{name} node" + ("" if key == "tables" else f".{name}"))
    nodes["node"] = (node_type.name, params)
    if not any(effect == "writes" for effect in node_type.effects):
        nodes["o"] = ("write_csv", {"path": "out/o.csv"})
        edges.append("node o")
    return plan(nodes, *edges) if edges else plan(nodes)


@pytest.mark.parametrize("attacks", [3, pytest.param(len(ATTACKS), marks=pytest.mark.slow)], ids=["some", "all"])
@pytest.mark.parametrize(("node_type", "example"), [pytest.param(*each, id=each[0].name) for each in examples()])
def test_every_text_of_every_node(
    node_type: NodeType, example: dict[str, Any], attacks: int, bench: Workbench, outside: Path
) -> None:
    """Attacks in the place of every text of the example, and in every text parameter of the schema: refused, or data."""
    for name, content in example.get("files", {}).items():
        bench.put(name, content)
    params = (
        example.get("params") or {**example["roundtrip"]["params"], **example["roundtrip"].get("write_params", {})}
        if "roundtrip" in example
        else example.get("params", {})
    )
    before = {path: path.read_bytes() for path in outside.iterdir()}
    described = node_type.model.model_json_schema()["properties"]
    places = list(texts(params)) + [
        (name,) for name, schema in described.items() if name not in params and "string" in json.dumps(schema)
    ]
    for number, place in enumerate(places):
        for attack in [ATTACKS[(number * attacks + index) % len(ATTACKS)] for index in range(attacks)]:
            text = attack.replace("{secret}", str(outside / "secret.txt"))
            given = example_plan(
                node_type,
                example,
                put_at(
                    {**params, **({place[0]: ""} if place[0] not in params and isinstance(place[0], str) else {})},
                    place,
                    text,
                ),
            )
            checked = bench.check(given)
            if checked.proven is None:
                assert not any("Error:" in each.message for each in checked.diagnostics), (
                    place,
                    text,
                    [each.message for each in checked.diagnostics],
                )
                continue
            artifact = bench.project.compile(checked.proven)
            compile(artifact.source, "artifact", "exec")
            try:
                report = bench.project.execute(artifact)
            except RunFailed as failed:
                assert failed.code in ("IL904", "IL905", "IL907", "IL908"), (place, text, failed)
            else:
                assert SECRET not in json.dumps(report.as_dict(), default=str), (place, text)
    assert not leaks(bench)
    assert {path: path.read_bytes() for path in outside.iterdir()} == before
    assert not list(bench.root.parent.rglob("canary"))
    assert not Path("canary").exists()
