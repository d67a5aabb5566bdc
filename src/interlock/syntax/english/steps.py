"""Steps: a phrase that was matched becomes a node of the draft, with the files it needs read first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from interlock.ir.catalog import Dataset
from interlock.registry.node import NodeType
from interlock.registry.says import Slot
from interlock.syntax.english.draft import Draft, Ref
from interlock.syntax.english.kinds import kind_of
from interlock.syntax.english.scene import Scene
from interlock.syntax.english.vocabulary import Phrase


def taken(scene: Scene, phrase: Phrase, bound: Mapping[str, Any], subject: Ref | None) -> Draft | None:
    """The draft with the step that the phrase says; None if it lacks an input or a parameter."""
    node_type = phrase.node_type
    params = {name: value for name, value in bound.items() if name in node_type.parameters}
    missing = [name for name, each in node_type.parameters.items() if each.default is each.empty and name not in params]
    if missing:
        return None
    if node_type.is_source:
        return _source(scene, node_type, params)
    draft = scene.draft
    found: list[tuple[str, str | None]] = []
    many = len(node_type.ports) > 1
    for index, port in enumerate(node_type.ports):
        given = bound.get(port.name, subject if index == 0 else None)
        if given is None and (port.required or port.variadic):
            return None
        for ref in given if isinstance(given, tuple) else [given] if given is not None else []:
            started = _read(scene, draft, ref)
            if started is None:
                return None
            draft, node = started
            found.append((node, port.name if many and not port.variadic else None))
    if not found:
        return None
    return draft.added(node_type, params, tuple(found))


def _source(scene: Scene, node_type: NodeType, params: Mapping[str, Any]) -> Draft | None:
    path = next((value for name, value in params.items() if kind_of(node_type, name) == "ReadPath"), "")
    inside = next((value for name, value in params.items() if kind_of(node_type, name) == "Name"), "")
    known = [each for each in scene.world.catalog.at(path) if not inside or each.inside.casefold() == inside.casefold()]
    if not known:
        return None
    if inside:
        params = {
            name: known[0].inside if value == inside and kind_of(node_type, name) == "Name" else value
            for name, value in params.items()
        }
    where = known[0].inside if inside else ""
    draft = scene.draft
    before = draft.reader_of(path, where)
    if before is not None:
        return replace(draft, current=before)
    return draft.added(node_type, params, (), where or PurePosixPath(path).stem).reading(path, where)


def _read(scene: Scene, draft: Draft, ref: Ref) -> tuple[Draft, str] | None:
    """The draft in which a file has been read, and the node to go on from."""
    if not ref.path:
        return draft, ref.id
    before = draft.reader_of(ref.path, ref.inside)
    if before is not None:
        return draft, before
    files = [each for each in scene.world.catalog.at(ref.path) if each.inside == ref.inside]
    reader = reader_of(scene, files[0]) if files else None
    if reader is None:
        return None
    node_type, params = reader
    made = draft.added(node_type, params, (), ref.inside or PurePosixPath(ref.path).stem).reading(ref.path, ref.inside)
    return made, made.nodes[-1].id


def reader_of(scene: Scene, file: Dataset) -> tuple[NodeType, dict[str, Any]] | None:
    """The node type whose phrases read such a file and nothing else, with its parameters."""
    ending = file.path.rpartition(".")[2].lower()
    for phrase in scene.world.words.phrases:
        node_type = phrase.node_type
        slots = [each for each in phrase.printed if isinstance(each, Slot)]
        if not node_type.is_source or (file.reader and file.reader != node_type.name):
            continue
        paths = [
            each for each in slots if kind_of(node_type, each.name) == "ReadPath" and ending in each.form.split("|")
        ]
        others = [each for each in slots if each not in paths]
        if len(paths) == 1 and not others and not file.inside:
            return node_type, {paths[0].name: file.path}
        if len(paths) == 1 and len(others) == 1 and file.inside and kind_of(node_type, others[0].name) == "Name":
            return node_type, {paths[0].name: file.path, others[0].name: file.inside}
    return None
