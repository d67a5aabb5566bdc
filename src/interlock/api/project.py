"""A folder with plans and data, and what can be done with its plans."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interlock.api.checked import Checked, Refused
from interlock.api.configuration import CONFIG, read_configuration
from interlock.compiler.check import Verdict, known_schemas
from interlock.compiler.check import check as check_plan
from interlock.compiler.checked import CheckedPlan
from interlock.gates.policy import Policy
from interlock.ir.artifact import Artifact
from interlock.ir.plan import Contract, Plan
from interlock.ir.types import Schema
from interlock.planning.settings import PlanningSettings
from interlock.registry.node import NodeType
from interlock.registry.registry import Registry, load
from interlock.runtime.execute import Report, execute
from interlock.runtime.limits import limited
from interlock.syntax.graph_shapes import Graph
from interlock.syntax.locating import anchored, in_order
from interlock.syntax.plans import read_plan

if TYPE_CHECKING:
    from interlock.api.answers import Answers
    from interlock.api.approvals import Approvals
    from interlock.api.audit import Audit
    from interlock.api.runs import Runs
    from interlock.api.versions import Plans

LEFT_OUT = frozenset({"IL007", "IL009", "IL012"})
"""Errors of form after which a part of the plan is missing from what is checked …"""
FOLLOWS = frozenset({"IL104", "IL107", "IL108", "IL109", "IL110", "IL111", "IL222", "IL401"})
"""… and findings that would only repeat that it is missing."""


@dataclass(frozen=True)
class Project:
    """A folder with plans and data: its registry and its policy."""

    root: Path
    node_files: tuple[Path, ...] = ()
    policy_settings: Mapping[str, Any] = field(default_factory=dict)
    configured: bool = False
    planning: PlanningSettings = field(default_factory=PlanningSettings)

    @classmethod
    def at(cls, folder: str | Path = ".") -> Project:
        """The project that `folder` belongs to: the nearest folder upwards with an `interlock.toml`, else itself."""
        start = Path(folder).resolve()
        for candidate in (start, *start.parents):
            if (candidate / CONFIG).is_file():
                found = read_configuration(candidate)
                return cls(candidate, found.node_files, found.policy, True, found.planning)
        return cls(start)

    @cached_property
    def registry(self) -> Registry:
        """Installed node types and the project's own; raises RegistryError."""
        return load(self.node_files)

    @property
    def policy(self) -> Policy:
        return Policy(self.root, **self.policy_settings, protected=self.node_files)

    @cached_property
    def plans(self) -> Plans:
        """Named plans with immutable versions."""
        from interlock.api.versions import Plans

        return Plans(self)

    @cached_property
    def approvals(self) -> Approvals:
        """Reviews of plans, and what was decided about them."""
        from interlock.api.approvals import Approvals

        return Approvals(self)

    @cached_property
    def runs(self) -> Runs:
        """Durable runs: start, resume, list."""
        from interlock.api.runs import Runs

        return Runs(self)

    @cached_property
    def answers(self) -> Answers:
        """What runs ask people, and what they were answered."""
        from interlock.api.answers import Answers

        return Answers(self)

    @cached_property
    def audit(self) -> Audit:
        """Every event of the project, and whether all is as it was written."""
        from interlock.api.audit import Audit

        return Audit(self)

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

    def schemas(self, plan: Plan) -> dict[str, Schema]:
        """The columns of each result that can be told, by node id, also of a plan that is only begun."""
        return known_schemas(plan, self.registry, self.policy)

    def explain(self, plan: Plan) -> str:
        """The plan as numbered sentences, in the phrases of its node types."""
        from interlock.syntax.english import print_plan

        return print_plan(plan, self.registry)

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
        *,
        journal: bool = True,
        **options: Any,
    ) -> Report:
        """Check, compile and run a plan file; raises Refused, or what `runs.start` and `execute` raise.

        The run is durable and recorded, unless `journal` is False. Options: those of `runs.start`, or of `execute`.
        """
        if journal:
            return self.runs.start(path, inputs, on_event, **options)
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
        """Run an artifact in this project's folder, in this process and without a record; raises RunFailed.

        Options: `threads`, `memory`, `stepwise`.
        """
        return execute(artifact, self.root, inputs, limited(self.policy, on_event), **options)

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
        return graphs.FORMS[format](self._graph(checked))

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
