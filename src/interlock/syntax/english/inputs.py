"""What a step works on: `it`, `the rows`, `the customers`, `orders.csv`, `the rows of orders.csv`, a result by its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from interlock.syntax.english.draft import Ref
from interlock.syntax.english.lexicon import PRONOUNS, ROW_NOUNS, TABLE_NOUNS
from interlock.syntax.english.scene import Scene

_QUANTIFIERS = (
    "the", "all", "all the", "all of the", "every", "each", "any", "those", "these", "this", "that", "only the", "only those", "the remaining",
    "the whole", "the entire", "the full", "whole", "entire", "the filtered", "the sorted", "the resulting", "the final", "final", "resulting", "remaining", "the cleaned",
    "the clean", "the new", "the grouped", "the aggregated", "the intermediate", "the current", "the rest of the", "our", "my", "your", "its", "their", "a", "an", "those of the", "the deduplicated",
    "the joined", "the above", "cleaned", "filtered", "sorted",
)  # fmt: skip


def table(scene: Scene, at: int) -> Iterator[tuple[int, Ref]]:
    """Every input that the words from `at` mean."""
    current = scene.about
    starts = {at, *(at + len(each.split()) for each in _QUANTIFIERS if scene.says(at, *each.split()))}
    for start in sorted(starts):
        word = scene.word(start)
        ends: list[int] = []
        if word in ROW_NOUNS or word in TABLE_NOUNS:
            ends.append(start + 1)
            if scene.word(start + 1) in ROW_NOUNS | TABLE_NOUNS:
                ends.append(start + 2)
        if word in PRONOUNS and start == at:
            ends.append(start + 1)
        if current is not None:
            ends += [start + 1] if word and word in scene.nouns else []
            ends += [start + 2] if word in scene.nouns and scene.word(start + 1) in ROW_NOUNS | TABLE_NOUNS else []
            for end in ends:
                yield end, current
                if scene.says(end, "so", "far"):
                    yield end + 2, current
        for end in ends:
            if scene.word(end) in ("of", "in", "from") or (scene.word(end) in ("called", "named")):
                for place in (end + 1, end + 2) if scene.word(end + 1) in ("the", "file", "table") else (end + 1,):
                    yield from named(scene, place)
        yield from named(scene, start)


def named(scene: Scene, at: int) -> Iterator[tuple[int, Ref]]:
    """A file, or a result, by its name; with `file`, `table` or `data` behind it."""
    token = scene.token(at)
    if token is None:
        return
    found: list[tuple[int, Ref]] = []
    if token.kind in ("path", "quote", "code"):
        found += [(at + 1, Ref(path=path)) for path in files(scene, token.raw)]
    for name, node in scene.draft.named:
        if token.raw.casefold() == name.casefold() and token.kind in ("word", "code", "quote"):
            found.append((at + 1, Ref(node)))
    if token.kind == "quote" or (token.kind == "word" and token.word not in ROW_NOUNS | TABLE_NOUNS):
        for each in scene.world.datasets(token.raw):
            found.append((at + 1, Ref(path=each.path)))
    for end, ref in found:
        known = _known(scene, ref)
        yield end, known
        if scene.word(end) in ("file", "table", "data", "dataset", "rows", "records", "list"):
            yield end + 1, known


def _known(scene: Scene, ref: Ref) -> Ref:
    """A file that was read already is what became of it, if that is plain; else the file."""
    node = scene.draft.reader_of(ref.path) if ref.path else None
    if node is None:
        return ref
    ends = [each for each in scene.draft.unused if (ref.path, ref.inside) in scene.draft.sources_of(each)]
    if len(ends) == 1 and scene.draft.sources_of(ends[0]) == ((ref.path, ref.inside),):
        return Ref(ends[0])
    return Ref(node)


def files(scene: Scene, written: str) -> list[str]:
    """The one file of the catalog that a name means: its path, or its last part where that is unique."""
    paths = list(dict.fromkeys(each.path for each in scene.world.catalog))
    if written in paths:
        return [written]
    plain = written.removeprefix("./")
    found = [path for path in paths if path == plain or PurePosixPath(path).name.casefold() == plain.casefold()]
    return found if len(found) == 1 else []


def stem(ref: Ref, scene: Scene) -> str:
    """The name by which columns of an input are told apart: `orders` of orders.csv."""
    if ref.path:
        return PurePosixPath(ref.path).stem
    sources = scene.draft.sources_of(ref.id)
    return PurePosixPath(sources[0][0]).stem if len(sources) == 1 else ref.id


def several(scene: Scene, at: int) -> Iterator[tuple[int, tuple[Ref, ...]]]:
    """Two inputs or more: `orders.csv and customers.csv`, or `them`, `both`, which are the results not used yet."""
    unused = scene.draft.unused
    for words in ("them", "both", "both of them", "the two", "both tables", "both files", "the two tables", "the two files", "these", "the tables", "the files", "these two",
                  "all", "all of them", "all files", "the two datasets", "both datasets", "the results", "all three", "everything", "both results"):  # fmt: skip
        split = words.split()
        if scene.says(at, *split) and len(unused) >= 2 and (len(unused) == 2 or not {"both", "two"} & set(split)):
            yield at + len(split), tuple(Ref(each) for each in unused)

    def more(end: int, found: tuple[Ref, ...]) -> Iterator[tuple[int, tuple[Ref, ...]]]:
        if len(found) > 1:
            yield end, found
        start = end + 1 if scene.word(end) == "," else end
        start = start + 1 if scene.word(start) in ("and", "with", "&", "to") else start
        if start > end:
            for last, ref in named(scene, start + 1 if scene.word(start) == "the" else start):
                if ref not in found:
                    yield from more(last, (*found, ref))

    for end, ref in named(scene, at + 1 if scene.word(at) == "the" else at):
        yield from more(end, (ref,))
