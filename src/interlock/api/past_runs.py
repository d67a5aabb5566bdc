"""A run as it can be looked at afterwards: what its events say, its plan, its program, and its picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from interlock.api.project import Project
from interlock.ir.artifact import Artifact
from interlock.ir.plan import Plan
from interlock.runtime.events import Event, RunStatus
from interlock.runtime.journal import Journal
from interlock.runtime.otlp import otlp
from interlock.runtime.versions import account_of, saved_plans
from interlock.syntax.graph_shapes import Graph, GraphEdge, GraphNode, Kind
from interlock.syntax.plans import read_plan


@dataclass(frozen=True)
class PastRun:
    """All that is known about one run. `plan` is what was written, `artifact` what ran; `account` how the plan came to be."""

    status: RunStatus
    events: tuple[Event, ...]
    plan: Plan
    artifact: Artifact
    account: Any = None

    def as_dict(self) -> dict[str, Any]:
        """What the events add up to, as plain data."""
        found = {name: value for name, value in asdict(self.status).items() if name != "steps"}
        return {**found, "steps": [asdict(each) for each in self.status.steps.values()]}

    def outcome(self, node: str) -> Kind:
        """What became of a node of the plan; one that was merged into another shares its fate."""
        for step in self.artifact.manifest["steps"]:
            if node == step["id"] or node in step["also"]:
                found = self.status.steps.get(step["id"])
                if found is None:
                    return "not run"
                if found.state == "finished":
                    return "reused" if found.reused or not found.attempts else "done"
                return "running" if found.state == "running" and self.status.status == "running" else "failed"
        return "not run"

    def graph(self) -> Graph:
        """The plan, coloured by what became of each node."""
        boxes = []
        for node in self.plan.nodes:
            step = self.status.steps.get(node.id)
            lines = [node.reference]
            if step is not None and step.rows is not None:
                lines.append(f"{step.rows:,} row{'s'[: step.rows != 1]}")
            if step is not None and step.seconds is not None:
                lines.append("part of the next step" if step.fused else f"{step.seconds * 1000:,.1f} ms")
            lines += [f"held: {title}" for title in (step.checks if step is not None else ())]
            failure = self.status.failure
            if failure and failure.get("step") == node.id:
                lines.append(f"{failure['code']} {failure['message']}")
            boxes.append(GraphNode(node.id, node.id, tuple(lines), self.outcome(node.id)))
        edges = tuple(GraphEdge(edge.source, edge.target, edge.port or "") for edge in self.plan.edges)
        return Graph(tuple(boxes), edges)

    def trace(self) -> list[dict[str, Any]]:
        """Every event of the run, with the hashes that chain them."""
        return [each.as_dict() for each in self.events]

    def spans(self) -> dict[str, Any]:
        """The run as OpenTelemetry spans, in OTLP's JSON encoding."""
        from interlock import __version__

        return otlp(self.status, self.events, __version__, self.account)


def past_run(project: Project, text: str) -> PastRun:
    """The run that `text` means: an id, a part of one, or `last`. Raises JournalError."""
    with Journal.open(project.root, create=False) as journal:
        run = journal.find_run(text)
        status = journal.status(run)
        plan = plan_of_run(journal, status)
        versions = [each for each in saved_plans(journal) if each.plan == status.plan and each.account]
        account = account_of(journal, versions[-1]) if versions else None
        return PastRun(status, tuple(journal.events(run)), plan, journal.artifact(status.artifact), account)


def plan_of_run(journal: Journal, status: RunStatus) -> Plan:
    """The plan that a run came from, as it was then."""
    document: Mapping[str, Any] = journal.plan(status.plan) or {"interlock": 1, "nodes": []}
    found = read_plan(json.dumps(document), status.file or status.name).plan
    return found if found is not None else Plan(())
