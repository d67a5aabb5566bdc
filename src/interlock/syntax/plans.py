"""Reading plans: a text becomes a `Plan`, or the findings that say why not. Form only; nothing is judged.

>>> read_plan("{nodes: [{id: sales, type: read_csv@1}]}", "p.yaml").plan.nodes[0].version
1
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from interlock.ir.diagnostics import Diagnostic, Fix, Place
from interlock.ir.plan import FORMAT, Contract, Input, Plan
from interlock.syntax.documents import Document, Format, read_document
from interlock.syntax.findings import Findings
from interlock.syntax.locating import offsets_of
from interlock.syntax.members import Shape, members, text
from interlock.syntax.nodes_and_edges import read_edges, read_nodes
from interlock.syntax.rules.bad_id import bad_id, is_id
from interlock.syntax.rules.format_version import missing_version, wrong_version
from interlock.syntax.rules.missing_key import missing_key
from interlock.syntax.rules.wrong_shape import wrapped_plan, wrong_shape
from interlock.syntax.words import quoted

_PLAN = Shape(
    "a plan",
    {"interlock": int, "name": str, "task": str, "inputs": dict, "nodes": list, "edges": list, "contracts": dict},
    {"version": "interlock", "title": "name", "id": "name", "description": "task", "goal": "task", "steps": "nodes",
     "parameters": "inputs", "variables": "inputs", "links": "edges", "connections": "edges", "outputs": "contracts"},
)  # fmt: skip
_INPUT = Shape(
    "an input",
    {"type": str, "default": object, "description": str},
    {"kind": "type", "dtype": "type", "value": "default", "doc": "description", "help": "description"},
)
_BARE = {"nodes", "edges"}
"""The form that may leave out its format version has only these keys."""


@dataclass(frozen=True)
class ReadPlan:
    """What reading gave. `plan` is None only where too little could be read for a plan to stand on.

    With errors present the plan holds what could be read: a node without a usable type has the type `""`, a node
    without an id and an edge without two ends are left out. A null where a member may be absent counts as absent.
    """

    plan: Plan | None
    document: Document
    diagnostics: list[Diagnostic]

    @property
    def ok(self) -> bool:
        """Whether the plan was read without an error."""
        return self.plan is not None and not any(found.severity == "error" for found in self.diagnostics)


def read_plan(text: str | bytes, name: str = "plan", format: Format | None = None) -> ReadPlan:
    """Read a plan from YAML or JSON; never raises on bad input."""
    document = read_document(text, name, format)
    findings = Findings()
    plan = _plan(document.value, findings) if document.readable else None
    found = [*document.diagnostics, *findings.kept]
    found.sort(key=lambda one: offsets_of(one.at, document)[0])
    return ReadPlan(plan, document, [*found, *findings.rest()])


def plan_from_value(value: Any) -> tuple[Plan | None, list[Diagnostic]]:
    """Read a plan from plain data, as a model returns it through a tool."""
    findings = Findings()
    plan = _plan(value, findings)
    return plan, list(findings.all())


def _plan(value: Any, findings: Findings) -> Plan | None:
    root = Place("")
    if not isinstance(value, dict):
        _refuse_root(root, value, findings)
        return None
    wrapped = [key for key, inner in value.items() if isinstance(inner, dict) and "nodes" in inner]
    if "nodes" not in value and len(wrapped) == 1:
        findings.add(wrapped_plan, root.child(wrapped[0]), wrapped[0])
        return None
    given = members(root, value, _PLAN, findings)
    if not _known_version(root, value, given.get("interlock"), findings):
        return None
    if "nodes" not in given:
        findings.add(missing_key, root, "nodes", "the plan", "nodes: [{id: sales, type: read_csv@1}]")
        return None
    nodes = read_nodes(*given["nodes"], value, findings)
    if nodes is None:
        return None
    return Plan(
        nodes=nodes,
        edges=read_edges(*given["edges"], value, findings) if "edges" in given else (),
        inputs=tuple(_inputs(*given["inputs"], findings)) if "inputs" in given else (),
        contracts=tuple(_contracts(*given["contracts"], findings)) if "contracts" in given else (),
        name=text(given.get("name"), "the name of a plan", findings, empty=True) or "",
        task=text(given.get("task"), "the task of a plan", findings, empty=True) or "",
    )


def _refuse_root(root: Place, value: Any, findings: Findings) -> None:
    fix = None
    if isinstance(value, list) and value and all(isinstance(node, dict) and "id" in node for node in value):
        whole = {"interlock": FORMAT, "nodes": value, "edges": []}
        fix = Fix("take the list as the plan's `nodes`", ({"op": "replace", "path": "", "value": whole},))
    expected = "a mapping with `nodes` and `edges`"
    findings.add(wrong_shape, root, "a plan", expected, value, '{"nodes": [...], "edges": [...]}', fix)


def _known_version(root: Place, value: dict[str, Any], given: tuple[Place, Any] | None, findings: Findings) -> bool:
    """Whether the rest can be read: all but a newer format can."""
    if given is None:
        if not set(value) <= _BARE:
            findings.add(missing_version, root)
        return True
    at, version = given
    if type(version) is int and version == FORMAT:
        return True
    findings.add(wrong_version, at, version)
    return not (type(version) is int and version > FORMAT)


def _inputs(at: Place, value: Any, findings: Findings) -> Iterator[Input]:
    if not isinstance(value, dict):
        findings.add(wrong_shape, at, "`inputs`", "a mapping", value, "inputs: {minimum: {type: double, default: 100}}")
        return
    for name, given in value.items():
        here = at.child(name)
        if not is_id(name, of_input=True):
            findings.add(bad_id, here.key(), name, "the name of an input")
        example = f"{name if is_id(name) else 'minimum'}: {{type: double, default: 100}}"
        if isinstance(given, str) and given:
            yield Input(name, given)
            continue
        if not isinstance(given, dict):
            findings.add(wrong_shape, here, f"the input {quoted(name)}", "a type or a mapping", given, example)
            continue
        found = members(here, given, _INPUT, findings, keep_null=("default",))
        if "type" not in found:
            findings.add(missing_key, here, "type", f"the input {quoted(name)}", example)
        kind = text(found.get("type"), f"the type of the input {quoted(name)}", findings)
        description = (
            text(found.get("description"), f"the description of {quoted(name)}", findings, empty=True, free=True) or ""
        )
        if kind:
            default = found["default"][1] if "default" in found else None
            yield Input(name, kind, default, "default" in found, description)


def _contracts(at: Place, value: Any, findings: Findings) -> Iterator[Contract]:
    if not isinstance(value, dict):
        findings.add(wrong_shape, at, "`contracts`", "a mapping", value, "contracts: {out: {unique: [region]}}")
        return
    for subject, body in value.items():
        if isinstance(body, dict):
            yield Contract(subject, body)
        else:
            example = "out: {columns: {region: varchar}, unique: [region]}"
            findings.add(
                wrong_shape, at.child(subject), f"the contract of {quoted(subject)}", "a mapping", body, example
            )
