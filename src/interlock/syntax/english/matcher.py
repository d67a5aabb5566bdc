"""Matching a phrase against the words of a task: every way in which they can be that phrase, slots filled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock.ir.types import Schema
from interlock.registry.node import NodeType
from interlock.registry.says import Choice, Element, Series, Sets, Slot, Word
from interlock.syntax.english import inputs, lists, making, measuring, plain, sorting
from interlock.syntax.english.conditions import condition, negated
from interlock.syntax.english.draft import Ref
from interlock.syntax.english.exact import same
from interlock.syntax.english.kinds import choices_of, kind_of
from interlock.syntax.english.lexicon import ARTICLES, forms
from interlock.syntax.english.restating import restated
from interlock.syntax.english.rounding import rounded
from interlock.syntax.english.scene import Scene
from interlock.syntax.english.vocabulary import Phrase
from interlock.syntax.english.windows import windows

Bound = Mapping[str, Any]
"""Values of parameters by name, and inputs by the names of their ports."""
Found = Iterator[tuple[int, Bound]]


class Matcher:
    """Matches phrases after one draft. `subject` is what a phrase with one input works on."""

    def __init__(self, scene: Scene, subject: Ref | None) -> None:
        self.scene = scene
        self.subject = subject
        self.reach = 0
        self._memo: dict[tuple[Any, ...], list[tuple[int, Any]]] = {}

    def match(self, phrase: Phrase, at: int) -> Found:
        """Every end and what is bound, for the phrase from `at` on."""
        return self._element(phrase.elements, at, {}, phrase.node_type)

    def _element(self, element: Element, at: int, bound: Bound, node_type: NodeType) -> Found:
        if isinstance(element, Series):
            yield from self._series(element.parts, at, bound, node_type)
        elif isinstance(element, Choice):
            for option in element.options:
                yield from self._element(option, at, bound, node_type)
        elif isinstance(element, Word):
            end = self._word(element.text, at)
            if end is not None:
                self.reach = max(self.reach, end)
                yield end, bound
        elif isinstance(element, Sets):
            if element.name not in bound or same(bound[element.name], element.value):
                yield at, {**bound, element.name: element.value}
        else:
            yield from self._slot(element, at, bound, node_type)

    def _series(self, parts: tuple[Element, ...], at: int, bound: Bound, node_type: NodeType) -> Found:
        if not parts:
            yield at, bound
            return
        seen: list[tuple[int, Bound]] = []
        for end, after in self._element(parts[0], at, bound, node_type):
            if (end, after) in seen:
                continue
            seen.append((end, after))
            yield from self._series(parts[1:], end, after, node_type)

    def _word(self, text: str, at: int) -> int | None:
        while (token := self.scene.token(at)) is not None:
            if token.kind in ("word", "sign") and (token.word == text or token.word in forms(text)):
                return at + 1
            if token.kind != "word" or token.word not in ARTICLES:
                return None
            at += 1
        return None

    def _slot(self, slot: Slot, at: int, bound: Bound, node_type: NodeType) -> Found:
        ports = {port.name: port for port in node_type.ports}
        if slot.name in ports:
            yield from self._port(slot, at, bound, node_type)
            return
        for end, value in self._values(slot, at, bound, node_type):
            self.reach = max(self.reach, end)
            if slot.name not in bound:
                yield end, {**bound, slot.name: value}
            elif same(bound[slot.name], value):
                yield end, bound

    def _port(self, slot: Slot, at: int, bound: Bound, node_type: NodeType) -> Found:
        ports = node_type.ports
        if ports[0].variadic:
            for end, refs in inputs.several(self.scene, at):
                yield end, {**bound, slot.name: refs}
            return
        if slot.form == "both" and len(ports) > 1:
            for end, refs in inputs.several(self.scene, at):
                if len(refs) == 2:
                    yield end, {**bound, ports[0].name: refs[0], ports[1].name: refs[1]}
            return
        for end, ref in inputs.table(self.scene, at):
            if len(ports) == 1 and ref != self.subject:
                continue
            if slot.name in bound:
                if bound[slot.name] == ref:
                    yield end, bound
            elif ref not in [bound.get(port.name) for port in ports]:
                yield end, {**bound, slot.name: ref}

    def schema(self, bound: Bound, node_type: NodeType, port: int = 0) -> Schema | None:
        """The columns of an input: as bound, else those of the subject."""
        ports = node_type.ports
        if len(ports) <= port or ports[port].variadic:
            return None
        ref = bound.get(ports[port].name) or (self.subject if port == 0 else None)
        return self.scene.schema_of(ref) if isinstance(ref, Ref) else None

    def _values(self, slot: Slot, at: int, bound: Bound, node_type: NodeType) -> list[tuple[int, Any]]:
        kind = kind_of(node_type, slot.name)
        left = self.schema(bound, node_type)
        right = self.schema(bound, node_type, 1) if kind in ("Pairs", "Pair") else None
        key = (kind, slot, at, id(left), id(right), node_type.reference if kind in ("Choice", "Expression") else "")
        if key not in self._memo:
            found: list[tuple[int, Any]] = []
            for each in self._read(kind, slot, at, left, right, bound, node_type):
                if not any(end == each[0] and same(value, each[1]) for end, value in found):
                    found.append(each)
            self._memo[key] = found
        return self._memo[key]

    def _read(
        self,
        kind: str,
        slot: Slot,
        at: int,
        left: Schema | None,
        right: Schema | None,
        bound: Bound,
        node_type: NodeType,
    ) -> Iterator[tuple[int, Any]]:
        scene, form = self.scene, slot.form
        if kind == "Predicate":
            for end, text in restated(scene, at, left) if form == "restated" else condition(scene, at, left, form):
                if form != "signs" or any(
                    each.kind == "sign" and each.raw in "<>=!=>=<=" for each in scene.tokens[at:end]
                ):
                    yield end, negated(text) if form == "not" else text
        elif kind == "Predicates":
            for end, text in condition(scene, at, left):
                yield end, [text]
        elif kind == "Column":
            for end, column in scene.column(at, left):
                yield end, column.name
        elif kind == "Columns":
            yield from lists.columns(scene, at, left, form)
        elif kind == "SortKeys":
            yield from sorting.sort_keys(scene, at, left, form)
        elif kind == "Measures":
            yield from measuring.measures(scene, at, left)
        elif kind == "Windows":
            yield from windows(scene, at, left) if form == "window" else ()
        elif kind == "Makes":
            yield from (rounded(scene, at, left) if form == "rounded" else making.makes(scene, at, left, form))
        elif kind in ("Renames", "Types"):
            yield from (making.renames if kind == "Renames" else making.types)(scene, at, left)
        elif kind == "Fills":
            yield from making.fills(scene, at, left, form)
        elif kind == "Mapping":
            yield from making.mapping(scene, at)
        elif kind in ("Pairs", "Pair"):
            yield from self._pairs(kind, at, left, right, bound, node_type)
        elif kind == "Query":
            yield from self._query(at, form)
        elif kind == "ReadPath":
            yield from plain.read_path(scene, at, form)
        else:
            yield from plain.value(scene, at, kind, form, choices_of(node_type, slot.name))

    def _pairs(
        self, kind: str, at: int, left: Schema | None, right: Schema | None, bound: Bound, node_type: NodeType
    ) -> Iterator[tuple[int, Any]]:
        refs = [
            bound.get(port.name) or (self.subject if index == 0 else None) for index, port in enumerate(node_type.ports)
        ]
        one, other = (inputs.stem(ref, self.scene) if isinstance(ref, Ref) else "" for ref in refs[:2])
        for end, found in making.pairs(self.scene, at, left, right, (one, other)):
            if kind == "Pairs":
                yield end, found
            elif len(found) == 1:
                yield end, found[0]

    def _query(self, at: int, form: str) -> Iterator[tuple[int, Any]]:
        if form == "everything":
            if self.subject is not None and self.subject.id:
                yield at, f'select * from "{self.subject.id}"'
            return
        token = self.scene.token(at)
        if token is not None and token.kind == "code":
            yield at + 1, token.raw
