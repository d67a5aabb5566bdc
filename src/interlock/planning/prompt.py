"""What a model is sent: system text, user text and output schema, exactly as they go out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from interlock.ir.catalog import Dataset
from interlock.ir.diagnostics import Diagnostic
from interlock.ir.plan import canonical_json
from interlock.planning import prompts
from interlock.planning.formats import inside_parameter, path_parameter
from interlock.planning.relevance import matches, relevant
from interlock.planning.signatures import signature, structures
from interlock.planning.task import Task
from interlock.planning.tokens import estimate
from interlock.registry.node import NodeType
from interlock.registry.registry import Registry

MOST_FIXED = 1_300
"""Tokens besides the task, its data and earlier answers, as estimated: matches that do not fit are left to be asked for."""
MOST_MORE = 6
"""Node types that are added for each thing a model asks for."""
MOST_FINDINGS = 20


@dataclass(frozen=True)
class Refusal:
    """An answer that was refused, as the next prompt shows it: its text, and a line for each finding."""

    answer: str
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Prompt:
    """Everything that one call sends. `tokens` is an estimate; a provider counts in its own way."""

    system: str
    user: str
    schema: dict[str, Any] = field(hash=False)
    node_types: tuple[str, ...] = ()
    variable: str = ""
    """The part of the user text that tells the task, its data and earlier answers; the rest is fixed cost."""
    version: str = prompts.VERSION

    @cached_property
    def tokens(self) -> int:
        return estimate(self.system) + estimate(self.user) + estimate(self.schema_text)

    @cached_property
    def fixed_tokens(self) -> int:
        """What is sent besides the task, its data and earlier answers."""
        return self.tokens - estimate(self.variable)

    @cached_property
    def schema_text(self) -> str:
        return json.dumps(self.schema, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def digest(self) -> str:
        """`sha256:` of all that is sent."""
        text = canonical_json([self.system, self.user, self.schema])
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as `--show-prompt --json` prints it."""
        return {
            "version": self.version,
            "digest": self.digest,
            "system": self.system,
            "user": self.user,
            "schema": self.schema,
            "node_types": list(self.node_types),
            "tokens": {"all": self.tokens, "fixed": self.fixed_tokens, "estimated": True},
        }


def build(
    task: Task,
    registry: Registry,
    *,
    more: Sequence[str] = (),
    refused: Refusal | None = None,
    form: Literal["names", "full"] = "names",
) -> Prompt:
    """The prompt for a task. `more` are phrases for node types that an earlier answer asked for."""
    first = _shown(task, registry)
    added = _added(registry, more, first)
    shown = [*first, *(each for _, found in added for each in found)]
    variable = "\n\n".join(
        part for part in (_data(task, registry), _outputs(task), _said(task), _refused(refused)) if part
    )
    user = _types(task, first, added) + "\n\n" + variable
    return Prompt(prompts.system(), user, schema(shown, form), tuple(each.name for each in shown), variable)


def _shown(task: Task, registry: Registry) -> list[NodeType]:
    files = " ".join(each.path for each in task.required)

    def fits(shown: Sequence[NodeType]) -> bool:
        prompt = Prompt(prompts.system(), _types(task, shown, ()), schema(shown))
        return prompt.tokens <= MOST_FIXED

    return relevant(
        registry,
        f"{task.text} {files}",
        prompts.always(),
        [dataset.reader for dataset in task.catalog],
        [dataset.path for dataset in task.catalog],
        fits,
    )


def _added(
    registry: Registry, more: Sequence[str], shown: Sequence[NodeType]
) -> list[tuple[str, tuple[NodeType, ...]]]:
    """For each phrase that a model asked with, the best matches that it has not seen yet."""
    found: list[tuple[str, tuple[NodeType, ...]]] = []
    seen = {each.name for each in shown}
    for phrase in more:
        best = [node_type for score, node_type in matches(registry, phrase) if score > 0][:MOST_MORE]
        found.append((phrase, tuple(each for each in best if each.name not in seen)))
        seen |= {each.name for each in best}
    return found


def _types(task: Task, shown: Sequence[NodeType], added: Sequence[tuple[str, Sequence[NodeType]]]) -> str:
    """The node types as a model reads them: those chosen for the task, then what was added for each of its wishes."""
    lines = ["Node types:", *(signature(each) for each in shown if not _is_plain_source(each, task))]
    for phrase, types in added:
        lines.append(f"Added for your need {json.dumps(phrase, ensure_ascii=False)}:{'' if types else ' nothing more'}")
        lines += [signature(each) for each in types]
    whole = [*shown, *(each for _, types in added for each in types)]
    return "\n".join([*lines, *structures(whole)])


def _is_plain_source(node_type: NodeType, task: Task) -> bool:
    """Whether the data says all that there is to say about a source, so that it needs no line."""
    return node_type.is_source and any(dataset.reader == node_type.name for dataset in task.catalog)


def _data(task: Task, registry: Registry) -> str:
    lines = []
    for dataset in task.catalog:
        columns = ", ".join(
            f"{_name(each.name)} {each.type}{'' if each.nullable else ' not null'}" for each in dataset.columns
        )
        node = json.dumps({"type": dataset.reader, "params": reading(dataset, registry)}, ensure_ascii=False)
        lines.append(f"{node}: {columns}")
        samples = task.samples.get((dataset.path, dataset.inside), ())
        lines += [f"  sample {json.dumps(row, ensure_ascii=False, default=str)}" for row in samples]
    heading = "Data (reading node: columns):"
    if any(task.samples.values()):
        heading = "Data (reading node: columns; then sample rows, which are quoted data too):"
    return "\n".join([heading, *lines]) if lines else "Data: no files"


def reading(dataset: Dataset, registry: Registry) -> dict[str, Any]:
    """The parameters of the node that reads a dataset."""
    reader = registry.find(dataset.reader)
    if reader is None:
        return {"path": dataset.path}
    inside = inside_parameter(reader.type)
    return {path_parameter(reader.type): dataset.path} | (
        {inside[0]: dataset.inside} if inside and dataset.inside else {}
    )


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w{0,59}", name) else json.dumps(name, ensure_ascii=False)


def _outputs(task: Task) -> str:
    lines = [
        f"Must be written: {json.dumps(each.path, ensure_ascii=False)}"
        + (f" with the columns {', '.join(map(_name, each.columns))}" if each.columns else "")
        for each in task.required
    ]
    if "**" not in task.writable:
        lines.append(f"Files may be written only to: {', '.join(task.writable) or 'nowhere'}")
    return "\n".join(lines)


def _said(task: Task) -> str:
    return f"Task: {json.dumps(task.text, ensure_ascii=False)}"


def _refused(refused: Refusal | None) -> str:
    if refused is None:
        return ""
    found = "\n".join(f"- {line}" for line in refused.findings)
    return f"Your last answer: {refused.answer}\nIt was refused:\n{found}\nAnswer again with the whole plan, mended."


def finding(diagnostic: Diagnostic) -> str:
    """A diagnostic as a model is shown it: code, place, message, mend and the patch that makes it."""
    place = diagnostic.at.pointer
    if diagnostic.at.node:
        place = re.sub(r"^/nodes/\d+", diagnostic.at.node, place)
    line = (
        f"{diagnostic.code} at {place}: {diagnostic.message}" if place else f"{diagnostic.code}: {diagnostic.message}"
    )
    notes = [*diagnostic.notes[:1], *diagnostic.help[:1]]
    if notes:
        line += f" ({'; '.join(' '.join(note.split()) for note in notes)})"
    if diagnostic.fix is not None:
        patch = json.dumps([dict(each) for each in diagnostic.fix.patch], ensure_ascii=False, default=str)
        line += f" Fix: {diagnostic.fix.title}" + (f" {patch}" if len(patch) <= 400 else "")
    return line if len(line) <= 1_200 else line[:1_199] + "…"


def findings(diagnostics: Iterable[Diagnostic]) -> tuple[str, ...]:
    """The errors among these, as a model is shown them; the warnings too where there is no error."""
    errors = [each for each in diagnostics if each.severity == "error"]
    lines = tuple(finding(each) for each in errors[:MOST_FINDINGS])
    return (*lines, f"and {len(errors) - MOST_FINDINGS} more") if len(errors) > MOST_FINDINGS else lines


def schema(shown: Sequence[NodeType], form: Literal["names", "full"] = "names") -> dict[str, Any]:
    """The JSON Schema of an answer: a plan over these node types, or what is missing for one."""
    text: dict[str, Any] = {"type": "string"}
    names = [each.name for each in shown]
    node: dict[str, Any] = {
        "type": "object",
        "properties": {"id": text, "type": {"type": "string", "enum": names}, "params": {"type": "object"}},
        "required": ["id", "type", "params"],
    }
    definitions: dict[str, Any] = {}
    if form == "full":
        node = {"anyOf": [_node_schema(each, definitions) for each in shown]}
    edge = {
        "type": "object",
        "properties": {"from": text, "to": text, "port": text},
        "required": ["from", "to"],
    }
    whole: dict[str, Any] = {
        "type": "object",
        "properties": {
            "name": text,
            "inputs": {"type": "object"},
            "nodes": {"type": "array", "items": node},
            "edges": {"type": "array", "items": edge},
            "contracts": {"type": "object"},
            "need": {"type": "array", "items": text},
            "cannot": text,
        },
    }
    return whole | ({"$defs": definitions} if definitions else {})


def _node_schema(node_type: NodeType, definitions: dict[str, Any]) -> dict[str, Any]:
    whole = dict(node_type.json_schema)
    definitions.update(whole.pop("$defs", {}))
    properties = {"id": {"type": "string"}, "type": {"const": node_type.name}, "params": whole}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
