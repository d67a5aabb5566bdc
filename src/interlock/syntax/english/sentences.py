"""Printed sentences: one for each node, made of a phrase of its type; what no phrase says follows as JSON.

Keep the rows where `revenue > 100`; call it large.
From orders as left and customers as right, use `join_tables@1`, with on `["id"]` and how `"left"`; call it both_.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from interlock.ir.plan import Edge, Node
from interlock.ir.retry import Retry
from interlock.registry.node import NodeType
from interlock.registry.registry import Registry
from interlock.registry.says import Sets, Slot, Word
from interlock.syntax.english.exact import Exact, Tokens, same
from interlock.syntax.english.kinds import kind_of
from interlock.syntax.english.patience import is_retry, read_retry, say_retry, words_at
from interlock.syntax.english.tokens import tokenise
from interlock.syntax.english.vocabulary import Phrase, Vocabulary, vocabulary


@dataclass(frozen=True)
class Step:
    """A sentence read: a node, and where its inputs come from. `inputs` is None where the sentence leaves it out."""

    id: str
    reference: str
    params: Mapping[str, Any]
    inputs: tuple[tuple[str, str | None], ...] | None
    retry: Retry | None = None

    def node(self, index: int) -> Node:
        name, _, version = self.reference.partition("@")
        return Node(self.id, name, int(version) if version else None, self.params, index, self.retry)


class Sentences:
    """Writes and reads the sentences of nodes, with the phrases of one registry."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.words: Vocabulary = vocabulary(registry)
        self.exact = Exact(self.words)
        self._by_name: dict[str, list[Phrase]] = {}
        self._by_word: dict[str, list[Phrase]] = {}
        for phrase in self.words.phrases:
            self._by_name.setdefault(phrase.node_type.name, []).append(phrase)
            first = phrase.printed[0] if phrase.printed else None
            if isinstance(first, Word) and (not _ports(phrase) or _many(phrase.node_type)):
                self._by_word.setdefault(first.text, []).append(phrase)

    def write(self, node: Node, edges: Sequence[Edge], previous: str | None) -> str:
        """The sentence of a node, without its number and its full stop. `previous` is the id of the node before."""
        inputs = tuple((edge.source, edge.port) for edge in edges)
        step = Step(node.id, node.reference, node.params, inputs, node.retry)
        implied = self._implied(node.type, previous)
        for phrase in self._ranked(node, step.inputs or ()):
            text = self._said(phrase, node, step.inputs or (), implied)
            if text is not None and self._reads_back(text, step, previous):
                return text
        return self._generic(node, step.inputs or (), implied)

    def read(self, tokens: Tokens, previous: str | None) -> list[Step]:
        """Every way to read a whole sentence; inputs that it leaves out are filled in."""
        found: list[Step] = []
        for step in self._steps(tokens):
            inputs = self._implied(step.reference.partition("@")[0], previous) if step.inputs is None else step.inputs
            complete = replace(step, inputs=inputs)
            if not any(_equal(complete, other) for other in found):
                found.append(complete)
        return found

    def _implied(self, name: str, previous: str | None) -> tuple[tuple[str, str | None], ...]:
        """The inputs of a sentence that names none: the step before, or nothing for a source and the first step."""
        known = self.registry.find(name)
        source = known is not None and known.type.is_source
        return () if source or previous is None else ((previous, None),)

    def _reads_back(self, text: str, step: Step, previous: str | None) -> bool:
        found = self.read(tokenise(text, self.words.endings), previous)
        return len(found) == 1 and _equal(found[0], step)

    def _ranked(self, node: Node, inputs: tuple[tuple[str, str | None], ...]) -> list[Phrase]:
        """The phrases that can say the node, those that say most of its parameters first."""
        usable: list[tuple[int, int, Phrase]] = []
        for place, phrase in enumerate(self._by_name.get(node.type, ())):
            said = self._parameters(phrase)
            if said <= set(node.params) and (not _ports(phrase) or _fits(phrase, inputs)):
                usable.append((-len(said), place, phrase))
        return [phrase for _, _, phrase in sorted(usable, key=lambda each: each[:2])]

    def _parameters(self, phrase: Phrase) -> set[str]:
        ports = {port.name for port in phrase.node_type.ports}
        return {each.name for each in phrase.printed if isinstance(each, Slot | Sets)} - (
            ports - set(phrase.node_type.parameters)
        )

    def _said(
        self,
        phrase: Phrase,
        node: Node,
        inputs: tuple[tuple[str, str | None], ...],
        implied: tuple[tuple[str, str | None], ...],
    ) -> str | None:
        words: list[str] = []
        node_type = phrase.node_type
        for each in phrase.printed:
            if isinstance(each, Word):
                words.append(each.text)
            elif isinstance(each, Sets):
                if each.name not in node.params or not same(each.value, node.params[each.name]):
                    return None
            elif each.name in node_type.parameters:
                text = self.exact.say(kind_of(node_type, each.name), node.params[each.name], each.form)
                if text is None:
                    return None
                words.append(text)
            else:
                text = self._ends(
                    inputs if _variadic(node_type) else _at(inputs, each.name), bare=not _variadic(node_type)
                )
                if text is None:
                    return None
                words.append(text)
        sentence = " ".join(words).replace(" ,", ",")
        source = "" if _ports(phrase) or inputs == implied else self._from(inputs)
        rest = {name: value for name, value in node.params.items() if name not in self._parameters(phrase)}
        mark = self._mark(node)
        if source is None or mark is None:
            return None
        return _capital(source + sentence) + self._with(rest) + mark + say_retry(node.retry) + self._call(node)

    def _generic(
        self, node: Node, inputs: tuple[tuple[str, str | None], ...], implied: tuple[tuple[str, str | None], ...]
    ) -> str:
        source = "" if inputs == implied else self._from(inputs)
        said = _capital(f"{source}use `{node.reference}`") + self._with(node.params)
        return said + say_retry(node.retry) + self._call(node)

    def _mark(self, node: Node) -> str | None:
        """What is said of the version: nothing of the newest one; None for an alias, which no phrase can say."""
        found = self.registry.find(node.type)
        if found is None or found.type.name != node.type:
            return None
        if node.version is None:
            return " (any version)"
        return "" if node.version == found.type.version else f" (version {node.version})"

    def _with(self, params: Mapping[str, Any]) -> str:
        """Parameters that no phrase says: `, with delimiter `";"` and skip `2``."""
        said = [f"{_key(name, self.exact)} `{as_code(value)}`" for name, value in sorted(params.items())]
        if not said:
            return ""
        return ", with " + (said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}")

    def _call(self, node: Node) -> str:
        return f"; call it {self.exact.name(node.id)}"

    def _from(self, inputs: Sequence[tuple[str, str | None]]) -> str:
        return f"from {self._ends(inputs)}, " if inputs else "from nothing, "

    def _ends(self, inputs: Sequence[tuple[str, str | None]], *, bare: bool = False) -> str | None:
        if not inputs:
            return None
        said = [
            f"{self.exact.name(source)}" + (f" as {self.exact.name(port)}" if port is not None and not bare else "")
            for source, port in inputs
        ]
        return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"

    def _steps(self, tokens: Tokens) -> Iterator[Step]:
        at, inputs = 0, None
        if words_at(tokens, 0, "from"):
            if words_at(tokens, 1, "nothing", ","):
                at, inputs = 3, ()
            else:
                for end, found in _read_ends(self.exact, tokens, 1):
                    if words_at(tokens, end, ","):
                        yield from self._rest(tokens, end + 1, tuple(found))
                return
        yield from self._rest(tokens, at, inputs)

    def _rest(self, tokens: Tokens, at: int, inputs: tuple[tuple[str, str | None], ...] | None) -> Iterator[Step]:
        if at >= len(tokens):
            return
        if words_at(tokens, at, "use") and at + 1 < len(tokens) and tokens[at + 1].kind == "code":
            yield from self._ending(tokens, at + 2, {}, inputs, tokens[at + 1].raw)
        for phrase in self._by_word.get(tokens[at].word, ()):
            for end, params, ports in self._phrase(phrase, tokens, at, 0, {}, ()):
                if ports and inputs is not None:
                    continue
                reference = phrase.node_type
                yield from self._ending(tokens, end, params, ports or inputs, "", reference)

    def _phrase(
        self, phrase: Phrase, tokens: Tokens, at: int, place: int, params: dict[str, Any], ports: tuple[Any, ...]
    ) -> Iterator[tuple[int, dict[str, Any], tuple[Any, ...]]]:
        if place == len(phrase.printed):
            yield at, params, ports
            return
        each, node_type = phrase.printed[place], phrase.node_type
        if isinstance(each, Word):
            if words_at(tokens, at, each.text):
                yield from self._phrase(phrase, tokens, at + 1, place + 1, params, ports)
        elif isinstance(each, Sets):
            yield from self._phrase(phrase, tokens, at, place + 1, {**params, each.name: each.value}, ports)
        elif each.name in node_type.parameters:
            for end, value in self.exact.reads(kind_of(node_type, each.name), tokens, at, each.form):
                if each.name not in params or same(params[each.name], value):
                    yield from self._phrase(phrase, tokens, end, place + 1, {**params, each.name: value}, ports)
        elif _variadic(node_type):
            for end, found in _read_ends(self.exact, tokens, at):
                yield from self._phrase(phrase, tokens, end, place + 1, params, tuple(found))
        else:
            for end, name in self.exact.read_name(tokens, at):
                before = [source for source, port in ports if port == each.name]
                if not before or before == [name]:
                    new = ports if before else (*ports, (name, each.name))
                    yield from self._phrase(phrase, tokens, end, place + 1, params, new)

    def _ending(
        self,
        tokens: Tokens,
        at: int,
        params: dict[str, Any],
        inputs: tuple[tuple[str, str | None], ...] | None,
        reference: str,
        node_type: NodeType | None = None,
    ) -> Iterator[Step]:
        """After the phrase: parameters as JSON, a mark of the version, how often it is tried, and the name."""
        if words_at(tokens, at, ",", "with"):
            at, more = _read_with(tokens, at + 2)
            if more is None or set(more) & set(params):
                return
            params = {**params, **more}
        if node_type is not None:
            reference = node_type.reference
            if words_at(tokens, at, "(", "any", "version", ")"):
                at, reference = at + 4, node_type.name
            elif words_at(tokens, at, "(", "version") and words_at(tokens, at + 3, ")"):
                at, reference = at + 4, f"{node_type.name}@{tokens[at + 2].raw}"
        at, retry = read_retry(tokens, at)
        if not words_at(tokens, at, ";", "call", "it"):
            return
        for end, name in self.exact.read_name(tokens, at + 3):
            if end == len(tokens):
                yield Step(name, reference, params, inputs, retry)


def _equal(one: Step, other: Step) -> bool:
    these, those = ((each.id, each.reference, each.inputs, each.retry) for each in (one, other))
    return these == those and same(dict(sorted(one.params.items())), dict(sorted(other.params.items())))


def as_code(value: Any) -> str:
    """A value as JSON that can stand between backticks on one line."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)
    if not text.isprintable():
        text = json.dumps(value, allow_nan=False, default=str)
    return text.replace("`", "\\u0060")


def _read_with(tokens: Tokens, at: int) -> tuple[int, dict[str, Any] | None]:
    found: dict[str, Any] = {}
    while at + 1 < len(tokens) and tokens[at + 1].kind == "code":
        token = tokens[at]
        try:
            name = token.value if token.kind == "quote" else token.raw
            value = json.loads(tokens[at + 1].raw)
        except ValueError:
            return at, None
        if name in found:
            return at, None
        found[name], at = value, at + 2
        if is_retry(tokens, at) or not (words_at(tokens, at, ",") or words_at(tokens, at, "and")):
            return at, found
        at += 1
    return at, None


def _key(name: str, exact: Exact) -> str | None:
    """The name of a parameter; any plain word may be one here, except the word between two."""
    return name if name.isidentifier() and name.isascii() and name != "and" else exact.name(name)


def _read_ends(exact: Exact, tokens: Tokens, at: int) -> Iterator[tuple[int, list[tuple[str, str | None]]]]:
    for end, source in exact.read_name(tokens, at):
        ends: list[tuple[int, tuple[str, str | None]]] = [(end, (source, None))]
        if words_at(tokens, end, "as"):
            ends = [(last, (source, port)) for last, port in exact.read_name(tokens, end + 1)] + ends
        for last, each in ends:
            yield last, [each]
            for sign in (",", "and"):
                if words_at(tokens, last, sign):
                    for final, more in _read_ends(exact, tokens, last + 1):
                        yield final, [each, *more]


def _variadic(node_type: NodeType) -> bool:
    return any(port.variadic for port in node_type.ports)


def _ports(phrase: Phrase) -> list[str]:
    """The ports that a printed phrase names, each once."""
    names = {port.name for port in phrase.node_type.ports} - set(phrase.node_type.parameters)
    return list(dict.fromkeys(each.name for each in phrase.printed if isinstance(each, Slot) and each.name in names))


def _fits(phrase: Phrase, inputs: tuple[tuple[str, str | None], ...]) -> bool:
    """Whether a phrase that names its ports names exactly these inputs; a single input is never named."""
    if _variadic(phrase.node_type):
        return bool(inputs)
    return _many(phrase.node_type) and [port for _, port in inputs] == _ports(phrase)


def _many(node_type: NodeType) -> bool:
    return len(node_type.ports) > 1 or _variadic(node_type)


def _at(inputs: Sequence[tuple[str, str | None]], port: str) -> list[tuple[str, str | None]]:
    return [each for each in inputs if each[1] == port]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
