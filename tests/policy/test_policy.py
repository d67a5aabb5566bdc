"""What a policy allows, bounds and asks about, and what is said of an `interlock.toml` that cannot be used."""

from __future__ import annotations

from typing import Any

import pytest
from workbench import Workbench, passing, plan

from interlock.api import ProjectError, RunFailed

ROWS = "id,name\n1,a\n2,b\n3,c\n"

NODES = '''"""Node types of a project."""
from interlock import ReadDatabase, ReadPath, Rows, WritePath, node


def look(connection, path=None):
    return [("n", "bigint")], {}


@node(effects=["reads"], describe=look)
def maybe_read(*, path: ReadPath | None = None) -> Rows:
    """Read the size of a file, if there is one."""
    return Rows([("n", "bigint")], [(1,)])
'''


@pytest.fixture
def shop(bench: Workbench) -> Workbench:
    bench.put("data/s.csv", ROWS)
    return bench


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("reads = []", "unknown key `reads` in [policy] (did you mean `read`?); the keys are read, write, databases"),
        ('write = "out"', "`write` in [policy] must be a list of texts"),
        ("models = [1]", "`models` in [policy] must be a list of texts"),
        ('effects = ["writing"]', "unknown effect `writing` in [policy]"),
        ('approve = ["writs out/**"]', "the effects are reads, writes, network, model, human"),
        ('approve = ["network a.example"]', "only `reads` and `writes` go with a pattern of files, not `network`"),
        ("max_read_rows = -1", "`max_read_rows` in [policy] must be a number of rows, 0 or more, not `-1`"),
        ('max_read_rows = "2GB"', "must be a number of rows"),
        ('max_read_bytes = "2 elephants"', 'a number of bytes, or a size such as "2GB", 0 or more, not `2 elephants`'),
        ("max_write_bytes = true", "a number of bytes"),
        ("max_write_bytes = 1.5", "a number of bytes"),
    ],
)
def test_settings_that_cannot_be_used(bench: Workbench, settings: str, told: str) -> None:
    bench.put("interlock.toml", f"[policy]\n{settings}\n")
    with pytest.raises(ProjectError) as error:
        _ = bench.project
    assert told in str(error.value)
    assert str(bench.root / "interlock.toml") in str(error.value)
    assert bench.cli("check", "none.yaml").code == 2


@pytest.mark.parametrize(
    ("text", "number"),
    [('"2kB"', 2_000), ('"3 MiB"', 3 * 1024**2), ('"1GB"', 10**9), ('"7b"', 7), ("12", 12), ("0", 0), ('"1TiB"', 1024**4)],
)  # fmt: skip
def test_sizes(bench: Workbench, text: str, number: int) -> None:
    bench.put("interlock.toml", f"[policy]\nmax_read_bytes = {text}\n")
    assert bench.project.policy.max_read_bytes == number


def test_the_digest_is_of_what_it_says(bench: Workbench, tmp_path: Any) -> None:
    bench.put("interlock.toml", '[policy]\nread = ["a/**", "b/**"]\napprove = ["writes"]\n')
    other = Workbench(tmp_path / "elsewhere")
    other.put("interlock.toml", 'nodes = []\n[policy]\napprove = ["writes"]\nread = ["b/**", "a/**"]\n')
    assert bench.project.policy.digest == other.project.policy.digest
    assert Workbench(tmp_path / "empty").put("interlock.toml", "").exists()
    assert Workbench(tmp_path / "empty").project.policy.digest == Workbench(tmp_path / "none").project.policy.digest
    digests = {bench.project.policy.digest}
    settings = [
        'read = ["a/**"]', 'write = ["a/**"]', 'databases = ["a/**"]', 'effects = ["reads"]', 'models = ["m"]',
        "max_read_rows = 1", "max_read_bytes = 1", "max_write_rows = 1", "max_write_bytes = 1", 'approve = ["reads"]',
    ]  # fmt: skip
    for each in settings:
        bench.put("interlock.toml", f"[policy]\n{each}\n")
        digests.add(bench.project.policy.digest)
    assert len(digests) == len(settings) + 1


def test_a_source_that_grows_after_the_check(shop: Workbench) -> None:
    """Size is judged when the plan is checked, and again when it runs."""
    shop.put("interlock.toml", "[policy]\nmax_read_bytes = 100\n")
    artifact = shop.compile(passing("data/s.csv"))
    shop.put("data/s.csv", ROWS + "4,d\n" * 100)
    before = shop.files()
    with pytest.raises(RunFailed) as failed:
        shop.project.execute(artifact)
    assert (failed.value.code, failed.value.data["expected"]) == ("IL940", 100)
    assert "max_read_bytes" in failed.value.help
    assert {name: each for name, each in shop.files().items() if not name.startswith(".interlock/")} == before
    assert shop.codes(passing("data/s.csv")) == ["IL506"]


@pytest.mark.parametrize("stepwise", [True, False])
@pytest.mark.parametrize(
    ("setting", "allowed"),
    [
        ("max_read_rows = 3", True),
        ("max_read_rows = 2", False),
        ("max_write_rows = 3", True),
        ("max_write_rows = 2", False),
        ("max_write_bytes = 20", True),
        ("max_write_bytes = 19", False),
        ("max_write_rows = 0", False),
    ],
)
def test_limits(shop: Workbench, setting: str, allowed: bool, stepwise: bool) -> None:
    shop.put("interlock.toml", f"[policy]\n{setting}\n")
    given = passing("data/s.csv")
    if allowed:
        assert shop.run(given, stepwise=stepwise).outputs[0]["bytes"] == 20
        return
    with pytest.raises(RunFailed) as failed:
        shop.run(given, stepwise=stepwise)
    assert failed.value.code == "IL940"
    assert not (shop.root / "out").exists()


def test_rows_for_a_database_are_limited(shop: Workbench) -> None:
    shop.put("interlock.toml", "[policy]\nmax_write_rows = 2\n")
    given = plan({"s": ("read_csv", {"path": "data/s.csv"}), "o": ("write_sqlite", {"path": "o.db", "table": "t"})})
    with pytest.raises(RunFailed) as failed:
        shop.run(given)
    assert failed.value.code == "IL940"
    assert not (shop.root / "o.db").exists()


def test_limits_travel_with_the_program(shop: Workbench) -> None:
    """What a plan was compiled under is in the module: it holds without Interlock, too."""
    shop.put("interlock.toml", "[policy]\nmax_read_rows = 2\n")
    assert "at most 2 rows are read, as the policy says" in shop.compile(passing("data/s.csv")).source


def test_a_database_that_is_not_allowed_is_not_opened(bench: Workbench) -> None:
    """Neither the file nor one behind a link is looked into: that it is no database is not even noticed."""
    bench.put("interlock.toml", '[policy]\ndatabases = ["db/*"]\n')
    bench.put("secret.db", "not a database")
    (bench.root / "db").mkdir()
    (bench.root / "db/link.db").symlink_to("../secret.db")
    for path in ("secret.db", "db/link.db"):
        given = plan({"s": ("read_sqlite", {"path": path, "table": "t"}), "o": ("write_csv", {"path": "o.csv"})})
        assert bench.codes(given) == ["IL507"]


def test_optional_paths_are_judged(bench: Workbench) -> None:
    bench.put("interlock.toml", 'nodes = ["own.py"]\n[policy]\nread = ["data/**"]\n')
    bench.put("own.py", NODES)
    bench.put("secret.txt", "secret")
    given = plan({"s": ("maybe_read", {"path": "secret.txt"}), "o": ("write_csv", {"path": "o.csv"})})
    assert bench.codes(given) == ["IL501"]
    bench.put("data/open.txt", "open")
    given = plan({"s": ("maybe_read", {"path": "data/open.txt"}), "o": ("write_csv", {"path": "o.csv"})})
    assert bench.codes(given) == []


@pytest.mark.parametrize("kind", ["list[ReadPath]", "dict[str, ReadDatabase]", "list[list[WritePath | None]]"])
def test_paths_inside_other_values_are_refused(bench: Workbench, kind: str) -> None:
    """The policy judges parameters that are paths; one that hid paths would get around it."""
    bench.put("interlock.toml", 'nodes = ["own.py"]\n')
    bench.put("own.py", NODES.replace("path: ReadPath | None = None", f"path: {kind}"))
    ran = bench.cli("nodes")
    assert ran.code == 2
    assert "give every path a parameter of its own" in ran.err


SINKS = {
    "write_csv": "csv",
    "write_json": "json",
    "write_jsonl": "jsonl",
    "write_parquet": "parquet",
    "write_excel": "xlsx",
    "write_sqlite": "db",
}


def writing(node: str, path: str) -> dict[str, Any]:
    """One row, written to a path."""
    return plan(
        {
            "s": ("inline_table", {"rows": [{"a": 1}]}),
            "o": (node, {"path": path} | ({"table": "t"} if node == "write_sqlite" else {})),
        }
    )


@pytest.mark.parametrize("node", SINKS)
@pytest.mark.parametrize(
    "path",
    [
        "Makefile",
        "justfile",
        "run.sh",
        "package.jso",
        "pyproject.toml",
        "Dockerfile",
        "out/no_ending",
        "out/page.html",
        ".github/workflows/x.yml",
        ".github/x.{0}",
        "out/.hidden/x.{0}",
        ".x.{0}",
        ".{0}",
        "requirements.txt",
        "CMakeLists.txt",
        "dev-requirements.TXT",
        "composer.json",
        "requirements/dev.txt",
        "web/node_modules/x/data.{0}",
        "some.dist-info/entry_points.txt",
        "out/link.{0}",
    ],
)
def test_what_a_tool_would_obey_is_not_written(bench: Workbench, node: str, path: str) -> None:
    """Without a policy that names it, also not through a link."""
    bench.put("Makefile", "all:\n")
    (bench.root / "out").mkdir()
    (bench.root / f"out/link.{SINKS[node]}").symlink_to("../Makefile")
    before = bench.files()
    for settings in ("", '[policy]\nwrite = ["**"]\n'):
        bench.put("interlock.toml", settings)
        assert bench.codes(writing(node, path.format(SINKS[node]))) == ["IL501"]
    assert bench.files() == before | {"interlock.toml": bench.files()["interlock.toml"]}


def test_files_that_end_as_data_do_may_be_written(bench: Workbench) -> None:
    """All but one that a tool reads as its settings."""
    assert bench.codes(writing("write_jsonl", "package.json")) == ["IL501"]
    assert bench.codes(writing("write_jsonl", "lines.json")) == []
    for node, ending in SINKS.items():
        assert bench.codes(writing(node, f"out/deep/o.{ending}")) == []
        assert bench.codes(writing(node, f"OUT.{ending.upper()}")) == []
    assert bench.codes(writing("write_csv", "o.csv.gz")) == []


def test_a_policy_that_names_a_file_allows_it(bench: Workbench) -> None:
    given = writing("write_csv", "site/table.html")
    (refused,) = bench.check(given).diagnostics
    assert "the policy does not name it" in refused.message
    assert '`write = ["site/table.html"]`' in refused.help[0]
    for pattern, path in (
        ("site/table.html", "site/table.html"),
        ("site/**", "site/table.html"),
        ("*.html", "site/table.html"),
        (".cache/**", ".cache/o.csv"),
    ):
        bench.put("interlock.toml", f'[policy]\nwrite = ["{pattern}", "**"]\n')
        assert bench.codes(writing("write_csv", path)) == [], pattern
        assert bench.codes(writing("write_csv", "Makefile")) == ["IL501"]
    bench.put("interlock.toml", '[policy]\nwrite = ["*"]\n')
    assert bench.codes(given) == ["IL501"]
    for path in (".git/x.csv", ".interlock/x.csv", "interlock.toml", "x.py", "a.plan.json", "requirements.txt"):
        bench.put("interlock.toml", f'[policy]\nwrite = ["{path}"]\n')
        assert bench.codes(writing("write_csv", path)) == ["IL501"], path


def test_hidden_files_are_not_read(bench: Workbench) -> None:
    for path in (".env", ".config/s.csv", "data/.s.csv"):
        bench.put(path, "KEY=secret\nOTHER=x\n")
        assert bench.codes(passing(path)) == ["IL501"]
    bench.put("interlock.toml", '[policy]\nread = [".config/**"]\n')
    assert bench.codes(passing(".config/s.csv")) == []


def test_node_types_of_a_project_say_what_they_write(bench: Workbench) -> None:
    text = '''"""Node types of a project."""
from interlock import Rows, WritePath, Writes, node


@node(effects=["writes"], endings=[".ics"])
def write_log(rows: Rows, *, path: WritePath) -> Writes:
    """Write a line for each row."""
    with open(path, "w") as file:
        file.writelines(f"{row}\\n" for row in rows)
    yield


@node(effects=["writes"])
def write_lines(rows: Rows, *, path: WritePath) -> Writes:
    """Write a line for each row."""
    with open(path, "w") as file:
        file.writelines(f"{row}\\n" for row in rows)
    yield
'''
    bench.put("own.py", text)
    bench.put("interlock.toml", "nodes = ['own.py']\n")
    assert bench.codes(writing("write_log", "out/o.ics")) == []
    assert bench.codes(writing("write_log", "out/o.csv")) == []
    assert bench.codes(writing("write_lines", "out/o.ics")) == ["IL501"]
    assert bench.codes(writing("write_lines", "out/o.csv")) == []
    assert bench.codes(writing("write_lines", "Makefile")) == ["IL501"]
    bench.put("own.py", text.replace('".ics"', '"ics"'))
    ran = bench.cli("nodes")
    assert ran.code == 2
    assert "`ics` is no ending of a file; write it as `.csv`" in ran.err
