"""Plain slots: file names, numbers, names, texts, choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from interlock.syntax.english import inputs
from interlock.syntax.english.lexicon import ARTICLES, ROW_NOUNS, TABLE_NOUNS, folded
from interlock.syntax.english.lists import new_name, several
from interlock.syntax.english.scene import Scene
from interlock.syntax.english.values import number

_SIGNS = {
    "comma": ",", "commas": ",", "semicolon": ";", "semicolons": ";", "space": " ", "spaces": " ", "dash": "-", "dashes": "-", "hyphen": "-",
    "pipe": "|", "pipes": "|", "slash": "/", "colon": ":", "underscore": "_", "dot": ".",
}  # fmt: skip


def read_path(scene: Scene, at: int, form: str) -> Iterator[tuple[int, str]]:
    """A file of the catalog, by its path, its last part, or its name without the ending."""
    token = scene.token(at)
    if token is None:
        return
    found: list[tuple[int, str]] = []
    if token.kind in ("path", "quote", "code"):
        found += [(at + 1, path) for path in inputs.files(scene, token.raw)]
    if token.kind == "quote" or (token.kind == "word" and token.word not in ROW_NOUNS | TABLE_NOUNS):
        found += [(at + 1, each.path) for each in scene.world.datasets(token.raw)]
    for end, path in found:
        if not form or path.rpartition(".")[2].lower() in form.split("|"):
            yield end, path


def write_path(scene: Scene, at: int, form: str) -> Iterator[tuple[int, str]]:
    """A file to write, as it is typed."""
    token = scene.token(at)
    if token is None or token.kind not in ("path", "quote", "code") or "\\" in token.raw:
        return
    path = token.raw.removeprefix("./")
    if path.rpartition(".")[2].lower() in form.split("|") and path not in [read for read, _, _ in scene.draft.read]:
        yield at + 1, path


def value(scene: Scene, at: int, kind: str, form: str, choices: tuple[Any, ...]) -> Iterator[tuple[int, Any]]:
    """A value of one of the other kinds."""
    token = scene.token(at)
    if token is None:
        return
    if token.kind == "word" and token.word in ARTICLES and kind != "WritePath":
        yield from value(scene, at + 1, kind, form, choices)
    if kind == "WritePath":
        yield from write_path(scene, at, form)
    elif kind == "int":
        found = number(token)
        if isinstance(found, int) and found >= 0:
            yield at + 1, found
    elif kind == "float":
        yield from _part(scene, at) if form == "percent" else _number(scene, at)
    elif kind == "Choice":
        yield from _choice(scene, at, choices)
    elif kind == "bool" and token.word in ("true", "false"):
        yield at + 1, token.word == "true"
    elif kind == "NewColumn":
        yield from new_name(scene, at)
    elif kind == "NewColumns":
        yield from several(scene, at, lambda start: new_name(scene, start))
    elif kind == "Name":
        for end, name in new_name(scene, at):
            if re.search(r"[\"'`;\\]", name) is None:
                yield end, name
    elif kind in ("Text", "Texts"):
        yield from _texts(scene, at, kind, form)


def _number(scene: Scene, at: int) -> Iterator[tuple[int, float]]:
    found = number(scene.token(at))
    if found is not None:
        yield at + 1, float(found)


def _part(scene: Scene, at: int) -> Iterator[tuple[int, float]]:
    """`10%` or `10 percent` as 0.1."""
    token = scene.token(at)
    if token is not None and token.kind == "number" and re.fullmatch(r"\d+(\.\d+)?%", token.raw):
        yield at + 1, round(float(token.raw[:-1]) / 100, 10)
    found = number(token)
    if found is not None and scene.word(at + 1) in ("percent", "%"):
        yield at + 2, round(found / 100, 10)


def _choice(scene: Scene, at: int, choices: tuple[Any, ...]) -> Iterator[tuple[int, Any]]:
    for choice in choices:
        if not isinstance(choice, str):
            continue
        for count in (1, 2, 3):
            words = [scene.word(at + index) for index in range(count)]
            if all(words) and folded("".join(words)) == folded(choice):
                yield at + count, choice


def _texts(scene: Scene, at: int, kind: str, form: str) -> Iterator[tuple[int, Any]]:
    """Texts stand in quotes; a sign may be named: `at the comma`."""

    def one(start: int) -> Iterator[tuple[int, str]]:
        token = scene.token(start)
        if token is not None and token.kind in ("quote", "code") and (token.kind == "code" or "\\" not in token.raw):
            yield start + 1, token.raw
        place = start + 1 if scene.word(start) in ("the", "a", "each", "every") else start
        if form == "sign" and scene.word(place) in _SIGNS:
            yield place + 1, _SIGNS[scene.word(place)]

    yield from one(at) if kind == "Text" else several(scene, at, one)
