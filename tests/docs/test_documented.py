"""Whatever a user can write or meet is documented: rules, node types, options, settings, keys of a contract."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from interlock.api import Project, ProjectError, rules
from interlock.compiler.check.contracts import contract
from interlock.compiler.lower import PASSES
from interlock.doors.cli.main import app
from interlock.ir.diagnostics import Rule
from interlock.planning.settings import ModelSettings, PlanningSettings
from interlock.registry.node import Effect
from interlock.registry.registry import installed
from interlock.syntax.plans import _INPUT, _PLAN


def options(group: Any = None, before: str = "") -> Iterator[tuple[str, str, str]]:
    """Every option of every command, those inside groups too: (command, option, help)."""
    for name, command in getattr(group or typer.main.get_command(app), "commands", {}).items():
        for parameter in command.params:
            for flag in parameter.opts if parameter.param_type_name == "option" else ():
                yield before + name, flag, parameter.help or ""
        if getattr(command, "commands", None):
            yield from options(command, f"{before}{name} ")


def test_generated_pages_are_fresh(docs: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(docs / "generate.py"), "--check"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_a_stale_page_is_named(docs: Path, tmp_path: Path) -> None:
    """The check itself, in a folder of its own: written, fresh; with one more line, told; and only that page."""
    (tmp_path / "examples").symlink_to(docs.parent / "examples", target_is_directory=True)
    (tmp_path / "docs").mkdir()
    program = tmp_path / "docs/generate.py"
    program.write_bytes((docs / "generate.py").read_bytes())
    assert generate(program).returncode == 0
    assert generate(program, "--check").returncode == 0
    with (program.parent / "cli.md").open("a") as page:
        page.write("more\n")
    told = generate(program, "--check")
    assert told.returncode == 1
    assert re.findall(r"docs/\S+\.md", told.stderr) == ["docs/cli.md"]


def generate(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(program), *arguments], capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.code)
def test_every_rule_has_its_page(rule: Rule, docs: Path) -> None:
    assert f'<a id="{rule.code.lower()}"></a>' in (docs / "diagnostics.md").read_text(encoding="utf-8")
    assert len(rule.page.split()) > 8, "a rule's docstring is its page; it says what is refused, why, and the mend"


def test_every_family_of_rules_is_explained(docs: Path) -> None:
    text = (docs / "checks.md").read_text(encoding="utf-8")
    assert [code for code in sorted({rule[:3] for rule in rules()}) if f"{code}xx" not in text] == []


def test_every_node_type_is_documented(docs: Path) -> None:
    text = (docs / "nodes.md").read_text(encoding="utf-8")
    own = [each for each in installed() if each.function.__module__.startswith("interlock.")]
    assert [each.name for each in own if f'<a id="{each.name}"></a>' not in text] == []


def test_every_option_is_documented(docs: Path) -> None:
    text = (docs / "cli.md").read_text(encoding="utf-8")
    assert [(command, flag) for command, flag, help in options() if not help or flag not in text] == []


def test_every_option_of_run_is_explained(docs: Path) -> None:
    text = (docs / "running.md").read_text(encoding="utf-8")
    long = [flag for command, flag, _ in options() if command == "run" and flag.startswith("--")]
    assert [flag for flag in long if flag not in text] == []


def test_every_command_is_mentioned_by_hand(docs: Path) -> None:
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in [docs.parent / "README.md", *docs.glob("*.md")]
        if path.name != "cli.md"
    )
    assert [name for name in {command for command, _, _ in options()} if f"interlock {name}" not in text] == []


def test_every_setting_of_a_project_is_documented(docs: Path, tmp_path: Path) -> None:
    """The settings are those that the project itself lists when it meets one that it does not know."""
    text = (docs / "policy.md").read_text(encoding="utf-8")
    assert [
        name
        for name in (*settings("nothing = 1", tmp_path), *settings("[policy]\nnothing = []", tmp_path))
        if f"`{name}`" not in text
    ] == []
    assert [effect for effect in get_args(Effect) if f"`{effect}`" not in text] == []


def test_every_setting_of_planning_is_documented(docs: Path) -> None:
    text = (docs / "planning.md").read_text(encoding="utf-8")
    names = [each.name for kind in (PlanningSettings, ModelSettings) for each in dataclasses.fields(kind)]
    assert [name for name in names if name not in ("name", "models") and f"`{name}`" not in text] == []


def test_every_option_of_plan_is_explained(docs: Path) -> None:
    text = (docs / "planning.md").read_text(encoding="utf-8")
    long = [flag for command, flag, _ in options() if command == "plan" and flag.startswith("--")]
    told = ("--output", "--project")  # `-o` is shown; the project is the same everywhere
    assert [flag for flag in long if flag not in text and flag not in told] == []


def settings(wrong: str, folder: Path) -> list[str]:
    (folder / "interlock.toml").write_text(wrong)
    with pytest.raises(ProjectError) as told:
        Project.at(folder)
    listed = re.findall(r"\w+", str(told.value).rpartition("the keys are ")[2])
    assert listed
    return [name for name in listed if name not in ("and", "policy")]


def test_every_key_of_a_plan_is_documented(docs: Path) -> None:
    text = (docs / "plans.md").read_text(encoding="utf-8")
    keys = [*_PLAN.keys, *_INPUT.keys, "id", "params", "from", "to", "port", *contract.parameters]
    assert [key for key in keys if f"`{key}`" not in text] == []


def test_every_pass_is_documented(docs: Path) -> None:
    text = (docs / "architecture.md").read_text(encoding="utf-8")
    assert [each.__name__ for each in PASSES if f"`{each.__name__}`" not in text] == []


def test_links_lead_somewhere(any_page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", any_page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (any_page.parent / name).resolve() if name else any_page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(target)
    assert broken == []


def anchors(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {"".join(c for c in each.lower().replace(" ", "-") if c.isalnum() or c in "-_") for each in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)"', text))


def test_pages_are_reachable(docs: Path) -> None:
    """Every page is linked from the index."""
    text = (docs / "README.md").read_text(encoding="utf-8")
    pages = [str(path.relative_to(docs)) for path in docs.rglob("*.md") if path.name != "README.md"]
    assert [page for page in pages if f"({page})" not in text] == []


def test_python_blocks_are_not_decoration(written_page: Path, blocks_of: Callable[[Path], list[Any]]) -> None:
    """A reason for not running a block is a reason."""
    assert [str(block) for block in blocks_of(written_page) if block.not_run and len(block.not_run.split()) < 3] == []
