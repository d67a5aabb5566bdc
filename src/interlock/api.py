"""The one place that composes rooms: what a program, the command line and other doors call.

    from interlock import Project
    project = Project.at(".")
    verdict = project.check("sales.plan.yaml")
    report = project.run("sales.plan.yaml", inputs={"minimum": 100})
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from interlock.compiler.check import Verdict
from interlock.compiler.check import check as check_plan
from interlock.compiler.checked import CheckedPlan
from interlock.compiler.lower import lower
from interlock.compiler.targets.python import emit
from interlock.gates.policy import Policy
from interlock.ir.artifact import Artifact
from interlock.ir.diagnostics import Diagnostic
from interlock.ir.plan import Plan
from interlock.registry.registry import Registry, load
from interlock.runtime.execute import Report, execute
from interlock.syntax.documents import Document
from interlock.syntax.plans import read_plan

CONFIG = "interlock.toml"


class ProjectError(Exception):
    """The project's `interlock.toml` cannot be used; the message says where and why."""


class Refused(Exception):
    """A plan that does not pass. `checked` holds its diagnostics and the document they point into."""

    def __init__(self, checked: Checked) -> None:
        errors = [each for each in checked.diagnostics if each.severity == "error"]
        super().__init__("; ".join(f"{each.code} {each.message}" for each in errors[:5]) or "the plan does not pass")
        self.checked = checked


@dataclass(frozen=True)
class Checked:
    """A plan that was read and checked: its document, what was found, and the proof if there was no error."""

    document: Document
    plan: Plan | None
    proven: CheckedPlan | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        return self.proven is not None


@dataclass(frozen=True)
class Project:
    """A folder with plans and data: its registry and its policy."""

    root: Path
    node_files: tuple[Path, ...] = ()
    policy_settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: str | Path = ".") -> Project:
        """The project that `folder` belongs to: the nearest folder upwards with an `interlock.toml`, else itself."""
        start = Path(folder).resolve()
        for candidate in (start, *start.parents):
            if (candidate / CONFIG).is_file():
                return _configured(candidate)
        return cls(start)

    @cached_property
    def registry(self) -> Registry:
        """Installed node types and the project's own; raises RegistryError."""
        return load(self.node_files)

    @cached_property
    def policy(self) -> Policy:
        return Policy(self.root, **self.policy_settings)

    def read(self, path: str | Path) -> Checked:
        """Read a plan file and check it. Raises OSError if the file cannot be read at all."""
        data = Path(path).read_bytes()
        return self.check_text(data, str(path))

    def check_text(self, text: str | bytes, name: str = "plan") -> Checked:
        """Check the text of a plan, YAML or JSON."""
        read = read_plan(text, name)
        if read.plan is None:
            return Checked(read.document, None, None, tuple(read.diagnostics))
        verdict = self.check(read.plan)
        broken = any(each.severity == "error" for each in read.diagnostics)
        proven = None if broken else verdict.checked
        return Checked(read.document, read.plan, proven, (*read.diagnostics, *verdict.diagnostics))

    def check(self, plan: Plan) -> Verdict:
        """Prove what can be proved about a plan."""
        return check_plan(plan, self.registry, self.policy)

    def compile(self, checked: CheckedPlan) -> Artifact:
        """The emitted program of a proven plan."""
        return emit(lower(checked), checked.plan.name or "program")

    def run(
        self,
        path: str | Path,
        inputs: Mapping[str, Any] | None = None,
        on_event: Callable[[dict[str, Any]], None] | None = None,
        **options: Any,
    ) -> Report:
        """Check, compile and run a plan file; raises Refused, or RunFailed from the run."""
        checked = self.read(path)
        if checked.proven is None:
            raise Refused(checked)
        return execute(self.compile(checked.proven), self.root, inputs, on_event, **options)


def _configured(root: Path) -> Project:
    path = root / CONFIG
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path}: {error}") from error
    unknown = sorted(set(settings) - {"nodes", "policy"})
    if unknown:
        raise ProjectError(f"{path}: unknown key `{unknown[0]}`; the keys are `nodes` and `[policy]`")
    files = settings.get("nodes", [])
    if not isinstance(files, list) or not all(isinstance(each, str) for each in files):
        raise ProjectError(f"{path}: `nodes` must be a list of files, such as [\"my_nodes.py\"]")
    return Project(root, tuple(root / each for each in files), _policy_settings(path, settings.get("policy", {})))


def _policy_settings(path: Path, given: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, dict):
        raise ProjectError(f"{path}: `[policy]` must be a table")
    known = ("read", "write", "effects")
    for key, value in given.items():
        if key not in known:
            raise ProjectError(f"{path}: unknown key `{key}` in [policy]; the keys are {', '.join(known)}")
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ProjectError(f"{path}: `{key}` in [policy] must be a list of texts")
    effects = ("reads", "writes", "network", "model", "human")
    for effect in given.get("effects", []):
        if effect not in effects:
            raise ProjectError(f"{path}: unknown effect `{effect}` in [policy]; the effects are {', '.join(effects)}")
    return {key: tuple(value) for key, value in given.items()}
