"""The one place that composes rooms: what a program, the command line and other doors call.

    from interlock import Project
    project = Project.at(".")
    checked = project.read("sales.plan.yaml")
    report = project.run("sales.plan.yaml", inputs={"minimum": 100})

What only some calls need is imported where it is called: a check starts in a fraction of a second.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from interlock.compiler.check import Verdict
from interlock.compiler.check import check as check_plan
from interlock.compiler.checked import CheckedPlan
from interlock.compiler.lower.verify import VerificationError as VerificationError
from interlock.gates.policy import Policy
from interlock.ir.artifact import Artifact
from interlock.ir.diagnostics import Diagnostic, Rule, rules_of
from interlock.ir.plan import Contract, Plan
from interlock.registry.node import EFFECTS, NodeType
from interlock.registry.registry import Registry, load
from interlock.registry.registry import RegistryError as RegistryError
from interlock.runtime.execute import Report as Report
from interlock.runtime.execute import RunFailed as RunFailed
from interlock.runtime.execute import execute
from interlock.syntax.documents import Document
from interlock.syntax.graph_shapes import Graph
from interlock.syntax.locating import anchored, in_order
from interlock.syntax.plans import read_plan

CONFIG = "interlock.toml"
LEFT_OUT = frozenset({"IL007", "IL009", "IL012"})
"""Errors of form after which a part of the plan is missing from what is checked …"""
FOLLOWS = frozenset({"IL104", "IL107", "IL108", "IL109", "IL110", "IL111", "IL222", "IL401"})
"""… and findings that would only repeat that it is missing."""


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

    def text(self, *, concise: bool = False, color: bool = False) -> str:
        """The diagnostics with excerpts of the plan, or one line each: the form that a planning model is shown."""
        from interlock.syntax import render

        return (
            render.concise(self.diagnostics, self.document)
            if concise
            else render.full(self.diagnostics, self.document, color)
        )

    def as_json(self) -> list[dict[str, Any]]:
        """The diagnostics as plain data."""
        from interlock.syntax import render

        return render.as_json(self.diagnostics, self.document)


@dataclass(frozen=True)
class Project:
    """A folder with plans and data: its registry and its policy."""

    root: Path
    node_files: tuple[Path, ...] = ()
    policy_settings: Mapping[str, Any] = field(default_factory=dict)
    configured: bool = False

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
        return Policy(self.root, **self.policy_settings, protected=self.node_files)

    def read(self, path: str | Path) -> Checked:
        """Read a plan file and check it. Raises OSError if the file cannot be read at all."""
        data = Path(path).read_bytes()
        return self.check_text(data, str(path), Path(path))

    def check_text(self, text: str | bytes, name: str = "plan", file: Path | None = None) -> Checked:
        """Check the text of a plan, YAML or JSON. `file` is where it lies, which the plan may not overwrite."""
        read = read_plan(text, name)
        if read.plan is None:
            return Checked(read.document, None, None, tuple(read.diagnostics))
        policy = replace(self.policy, protected=(*self.policy.protected, file)) if file else self.policy
        verdict = check_plan(read.plan, self.registry, policy)
        broken = {each.code for each in read.diagnostics if each.severity == "error"}
        found = tuple(
            each for each in verdict.diagnostics if not (each.code == "IL101" and each.data.get("found") == "")
        )
        if broken & LEFT_OUT:
            found = tuple(each for each in found if each.code not in FOLLOWS)
        everything = [anchored(each, read.document) for each in (*read.diagnostics, *found)]
        return Checked(
            read.document, read.plan, None if broken else verdict.checked, in_order(everything, read.document)
        )

    def check(self, plan: Plan) -> Verdict:
        """Prove what can be proved about a plan."""
        return check_plan(plan, self.registry, self.policy)

    def pin(self, checked: CheckedPlan) -> Plan:
        """The plan with node types under their own names and versions, and the columns of its sources as contracts."""
        plan = checked.plan
        contracts = {contract.subject: contract for contract in plan.contracts}
        for bound in checked.nodes:
            if bound.source is None or bound.source.path is None:
                continue
            old = contracts.get(bound.node.id)
            columns = {name: text.removesuffix(" not null") for name, text in bound.source.columns}
            body = {**(old.body if old else {}), "columns": columns, "additional_columns": False}
            contracts[bound.node.id] = Contract(bound.node.id, body)
        return replace(plan, contracts=tuple(contracts.values()))

    def compile(self, checked: CheckedPlan, name: str = "") -> Artifact:
        """The emitted program of a proven plan, named after the plan, or else `name`."""
        from interlock.compiler.lower import lower
        from interlock.compiler.targets.python import emit

        return emit(lower(checked), checked.plan.name or name or "program")

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
        return self.execute(self.compile(checked.proven), inputs, on_event, **options)

    def execute(
        self,
        artifact: Artifact,
        inputs: Mapping[str, Any] | None = None,
        on_event: Callable[[dict[str, Any]], None] | None = None,
        **options: Any,
    ) -> Report:
        """Run an artifact in this project's folder; raises RunFailed. Options: `threads`, `memory`, `stepwise`."""
        return execute(artifact, self.root, inputs, on_event, **options)

    def write_artifact(self, artifact: Artifact, folder: str | Path) -> list[Path]:
        """Write an artifact's files and its `manifest.json` into `folder`; the paths written."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        manifest = json.dumps({"artifact": artifact.digest, **artifact.manifest}, indent=2, ensure_ascii=False) + "\n"
        written = []
        for name, text in {**artifact.files, "manifest.json": manifest}.items():
            (target / name).write_text(text, encoding="utf-8", newline="\n")
            written.append(target / name)
        return written

    def draw(self, checked: Checked, format: str) -> str:
        """A plan as `mermaid`, `dot` or `svg`; what is known of a result's columns is shown with it."""
        from interlock.syntax import graphs

        if checked.plan is None:
            raise Refused(checked)
        return {"mermaid": graphs.mermaid, "dot": graphs.dot, "svg": graphs.svg}[format](self._graph(checked))

    def _graph(self, checked: Checked) -> Graph:
        """The plan's boxes, coloured by what their node types do, with the columns of each result where it is proven."""
        from interlock.syntax.graphs import Kind, plan_graph

        assert checked.plan is not None
        kinds: dict[str, Kind] = {}
        for node in checked.plan.nodes:
            found = self.registry.find(node.type, node.version)
            if found is not None:
                kind = found.type
                kinds[node.id] = (
                    "source" if kind.is_source else "sink" if kind.is_sink else "check" if kind.observes else "step"
                )
        return plan_graph(checked.plan, None, kinds, _column_notes(checked.proven))

    def open_surfaces(self) -> list[dict[str, str]]:
        """Parameters of node types that take any text."""
        from interlock.registry import pages

        return pages.open_surfaces(self.registry)

    def describe_node(self, node_type: NodeType) -> dict[str, Any]:
        """A node type as plain data."""
        from interlock.registry import pages

        return pages.describe(node_type)

    def node_page(self, node_type: NodeType) -> str:
        """A node type's documentation."""
        from interlock.registry import pages

        return pages.page(node_type)


def _column_notes(proven: CheckedPlan | None) -> dict[str, str]:
    """What each node does to the columns, in a few words: `+ net`, or the columns it gives."""
    notes: dict[str, str] = {}
    for each in proven.nodes if proven else ():
        before = {
            column.name for _, source in each.inputs for column in (proven.by_id[source].schema if proven else ())
        }
        new = [name for name in each.schema.names if name not in before]
        if each.inputs and not new and len(each.schema) == len(before):
            continue
        names = new if each.inputs and len(new) < len(each.schema) and new else each.schema.names
        text = ", ".join(names) if len(", ".join(names)) <= 32 else f"{len(names)} columns"
        notes[each.node.id] = ("+ " if names is new else "→ ") + text
    return notes


def _configured(root: Path) -> Project:
    path = root / CONFIG
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProjectError(f"{path}: {str(error) or 'it is nested too deeply'}") from error
    unknown = sorted(set(settings) - {"nodes", "policy"})
    if unknown:
        raise ProjectError(f"{path}: unknown key `{unknown[0]}`; the keys are `nodes` and `[policy]`")
    files = settings.get("nodes", [])
    if not isinstance(files, list) or not all(isinstance(each, str) for each in files):
        raise ProjectError(f'{path}: `nodes` must be a list of files, such as ["my_nodes.py"]')
    return Project(root, tuple(root / each for each in files), _policy_settings(path, settings.get("policy", {})), True)


def _policy_settings(path: Path, given: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, dict):
        raise ProjectError(f"{path}: `[policy]` must be a table")
    known = ("read", "write", "effects")
    for key, value in given.items():
        if key not in known:
            raise ProjectError(f"{path}: unknown key `{key}` in [policy]; the keys are {', '.join(known)}")
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ProjectError(f"{path}: `{key}` in [policy] must be a list of texts")
    for effect in given.get("effects", []):
        if effect not in EFFECTS:
            raise ProjectError(f"{path}: unknown effect `{effect}` in [policy]; the effects are {', '.join(EFFECTS)}")
    return {key: tuple(value) for key, value in given.items()}


def rules() -> dict[str, Rule]:
    """Every diagnostic that Interlock gives, by code."""
    from interlock.compiler.check import rules as of_checks
    from interlock.runtime import rules as of_runs
    from interlock.syntax import rules as of_form

    return {**rules_of(of_form), **rules_of(of_checks), **rules_of(of_runs)}


def create_project(folder: str | Path) -> list[Path]:
    """A new project in `folder`: its configuration, a small data file and a plan that passes. Overwrites nothing."""
    root = Path(folder)
    files = {CONFIG: _FIRST_CONFIG, "data/sales.csv": _FIRST_DATA, "first.plan.yaml": _FIRST_PLAN}
    there = [name for name in files if (root / name).exists()]
    if there:
        raise ProjectError(f"{root / there[0]} is already there; nothing was changed")
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return [root / name for name in files]


_FIRST_CONFIG = """# Files with node types of your own: nodes = ["my_nodes.py"]
nodes = []

[policy]
# Globs that plans may read and write, relative to this folder, and the effects they may have.
read = ["**"]
write = ["out/**"]
effects = ["reads", "writes"]
"""

_FIRST_DATA = """id,region,product,revenue
1,East,chair,120.50
2,West,table,310.00
3,East,lamp,45.25
4,North,chair,99.90
5,West,lamp,150.00
"""

_FIRST_PLAN = """interlock: 1
name: first
task: Total revenue by region, for sales of at least a minimum.
inputs:
  minimum: {type: double, default: 50}
nodes:
  - {id: sales, type: read_csv@1, params: {path: data/sales.csv}}
  - {id: large, type: filter_rows@1, params: {where: "revenue >= :minimum"}}
  - {id: summary, type: aggregate@1, params: {by: [region], measures: [{name: total, function: sum, column: revenue}]}}
  - {id: ranked, type: sort_rows@1, params: {by: [total desc]}}
  - {id: out, type: write_csv@1, params: {path: out/summary.csv}}
edges:
  - {from: sales, to: large}
  - {from: large, to: summary}
  - {from: summary, to: ranked}
  - {from: ranked, to: out}
contracts:
  out: {columns: {region: varchar, total: double}, unique: [region], order: [total desc]}
"""
