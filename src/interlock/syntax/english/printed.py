"""Reading printed English back: the plan, or None for a text that is not printed English throughout."""

from __future__ import annotations

import json
import re
from typing import Any

from interlock.ir.plan import Contract, Edge, Input, Node, Plan
from interlock.registry.registry import Registry
from interlock.syntax.english.sentences import Sentences
from interlock.syntax.english.tokens import tokenise

_NAMED = r"(`[^`\n]*`|\"(?:[^\"\\\n]|\\.)*\")"
_CODE = r"`([^`\n]*)`"
_STEP = re.compile(r"\d+\.\s+(.+)\.")
_GIVEN = re.compile(rf"Given {_NAMED} of the type {_NAMED}(?:, by default {_CODE})?(?:, meaning {_NAMED})?\.")
_PROMISE = re.compile(rf"Promise of {_NAMED}: (nothing|{_NAMED} `[^`]*`(?:, {_NAMED} `[^`]*`)*)\.")
_PART = re.compile(rf"{_NAMED} {_CODE}")
_FEED = re.compile(rf"Feed {_NAMED} into {_NAMED}(?: as {_NAMED})?\.")
_PLAN = re.compile(rf"Plan {_NAMED}\.")
_TASK = re.compile(rf"Task: {_NAMED}\.")


class NotPrinted(ValueError):
    """The text is not what the printer prints; `line` is the first that is not."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


def read_printed(text: str, registry: Registry) -> Plan:
    """The plan that the printer printed; raises NotPrinted."""
    sentences = Sentences(registry)
    nodes: list[Node] = []
    edges: list[Edge] = []
    inputs: list[Input] = []
    contracts: list[Contract] = []
    name = task = ""
    for line in (each.strip() for each in text.split("\n")):
        if not line:
            continue
        try:
            if match := _STEP.fullmatch(line):
                _step(match[1], line, sentences, nodes, edges)
            elif match := _GIVEN.fullmatch(line):
                default = json.loads(match[3]) if match[3] is not None else None
                meaning = _text(match[4]) if match[4] else ""
                inputs.append(Input(_text(match[1]), _text(match[2]), default, match[3] is not None, meaning))
            elif match := _PROMISE.fullmatch(line):
                parts = [(_text(each[1]), json.loads(each[2])) for each in _PART.finditer(match[2])]
                contracts.append(Contract(_text(match[1]), dict(parts)))
            elif match := _FEED.fullmatch(line):
                port = _text(match[3]) if match[3] else None
                edges.append(Edge(_text(match[1]), _text(match[2]), port, len(edges)))
            elif match := _PLAN.fullmatch(line):
                name = _text(match[1])
            elif match := _TASK.fullmatch(line):
                task = _text(match[1])
            else:
                raise NotPrinted(line)
        except json.JSONDecodeError:
            raise NotPrinted(line) from None
    if not nodes and not inputs and not contracts:
        raise NotPrinted(text.strip())
    return Plan(tuple(nodes), tuple(edges), tuple(inputs), tuple(contracts), name, task)


def _step(text: str, line: str, sentences: Sentences, nodes: list[Node], edges: list[Edge]) -> None:
    found = sentences.read(tokenise(text, sentences.words.endings), nodes[-1].id if nodes else None)
    if len(found) != 1:
        raise NotPrinted(line)
    (step,) = found
    nodes.append(step.node(len(nodes)))
    for source, port in step.inputs or ():
        edges.append(Edge(source, step.id, port, len(edges)))


def _text(written: str) -> Any:
    return written[1:-1] if written.startswith("`") else json.loads(written)
