"""What the words of a task can refer to: the files of the catalog, and the columns of the results made so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from interlock.ir.catalog import Catalog, Dataset
from interlock.ir.plan import Plan
from interlock.ir.types import Column, Schema
from interlock.syntax.english.draft import Draft, Ref
from interlock.syntax.english.lexicon import folded, singular
from interlock.syntax.english.tokens import Token
from interlock.syntax.english.vocabulary import Vocabulary

Schemas = Callable[[Plan], Mapping[str, Schema]]
"""Tells the columns of a plan's results by node id, of those that can be known; nothing else about the plan."""

MOST_WORDS = 5
"""The most words that a column's name may be typed in."""


@dataclass
class World:
    """What does not change while a task is read: its tokens, the words, the files, and how columns are told."""

    text: str
    tokens: tuple[Token, ...]
    words: Vocabulary
    catalog: Catalog
    schemas: Schemas | None
    known: dict[str, Mapping[str, Schema]] = field(default_factory=dict)

    def columns(self, draft: Draft) -> Mapping[str, Schema]:
        """The columns of the draft's results, by node id."""
        key = repr((draft.nodes, draft.edges))
        if key not in self.known:
            found: dict[str, Schema] = {}
            for path, inside, node in draft.read:
                for each in self.catalog.at(path):
                    if each.inside == inside:
                        found[node] = each.columns
            if self.schemas is not None and draft.nodes:
                found.update(self.schemas(draft.plan))
            self.known[key] = found
        return self.known[key]

    def datasets(self, stem: str) -> list[Dataset]:
        """The files of a name without folder and ending; no file if two have it."""
        found = [
            each for each in self.catalog if folded(PurePosixPath(each.path).stem) == folded(stem) and not each.inside
        ]
        return found if len(found) == 1 else []


@dataclass
class Scene:
    """What the words after a draft can refer to."""

    world: World
    draft: Draft
    subject: Ref | None = None
    """What the next step works on, if that is not the current result."""

    @property
    def about(self) -> Ref | None:
        """What `it` means here."""
        return self.subject or (Ref(self.draft.current) if self.draft.current else None)

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.world.tokens

    def token(self, at: int) -> Token | None:
        return self.world.tokens[at] if 0 <= at < len(self.world.tokens) else None

    def word(self, at: int) -> str:
        """The word or sign at a place, folded; `""` for anything else."""
        token = self.token(at)
        return token.word if token is not None and token.kind in ("word", "sign") else ""

    def says(self, at: int, *words: str) -> bool:
        """Whether these words stand there."""
        return all(self.word(at + index) == word for index, word in enumerate(words))

    def schema_of(self, ref: Ref) -> Schema | None:
        """The columns of an input."""
        if ref.path:
            found = [each for each in self.world.catalog.at(ref.path) if each.inside == ref.inside]
            return found[0].columns if found else None
        return self.world.columns(self.draft).get(ref.id)

    def column(self, at: int, schema: Schema | None) -> Iterator[tuple[int, Column]]:
        """Every column that the words from `at` name, with or without `the column` before and `column` after."""
        start = at
        while self.word(start) in ("the", "a", "an", "its", "their") and not self._named(start, 1, schema):
            start += 1
        starts = [start]
        if self.word(start) in ("column", "columns", "field", "fields", "columns:", "called", "named"):
            starts.append(start + 1)
        for first in starts:
            for count in range(1, MOST_WORDS + 1):
                column = self._named(first, count, schema)
                if column is not None:
                    end = first + count
                    yield end, column
                    if self.word(end) in ("column", "columns", "field", "fields", "value", "values"):
                        yield end + 1, column

    def _named(self, at: int, count: int, schema: Schema | None) -> Column | None:
        """The one column that these words name: as it is written, else whatever the case, the signs and the number."""
        part = self.tokens[at : at + count]
        if schema is None or len(part) < count:
            return None
        if part[0].kind in ("code", "quote"):
            if count > 1:
                return None
            return schema.get(part[0].raw)
        if any(each.kind not in ("word", "number", "sign", "date") for each in part) or part[0].kind == "sign":
            return None
        if any(each.kind == "sign" and each.raw not in "_-./#%&()" for each in part) or part[-1].raw in "-./,(":
            return None
        written = self.world.text[part[0].start : part[-1].end]
        exact = [each for each in schema if each.name == written]
        if exact:
            return exact[0]
        if any(each.kind == "sign" for each in part):
            return None
        for fold in (str.casefold, folded, lambda text: singular(folded(text))):
            found = [each for each in schema if fold(each.name) == fold(written)]
            if found:
                return found[0] if len(found) == 1 else None
        words = tuple(singular(folded(each.raw)) for each in part)
        found = [each for each in schema if count > 1 and _words_of(each.name) == words]
        if found:
            return found[0] if len(found) == 1 else None
        return _without_unit(words, schema)

    @cached_property
    def nouns(self) -> frozenset[str]:
        """The words for the rows of the current result, if they come from one file: `customers` of customers.csv."""
        about = self.about
        if about is None:
            return frozenset()
        sources = ((about.path, about.inside),) if about.path else self.draft.sources_of(about.id)
        if len(sources) != 1:
            return frozenset()
        path, inside = sources[0]
        files = [each for each in self.world.catalog.at(path) if each.inside == inside]
        schema = self.schema_of(about)
        if not files or schema is None:
            return frozenset()
        now, then = (
            {each.casefold() for each in schema.names},
            {each.casefold() for each in files[0].columns.names},
        )
        if not (now <= then or then <= now):
            return frozenset()
        name = (inside or PurePosixPath(path).stem).casefold()
        return frozenset({name, singular(name), *name.replace("_", " ").split(" ")[-1:]})


_UNITS = frozenset("m2 m3 kwh mwh eur usd gbp chf kg km cm mm celsius pct percent sqm".split())


def _without_unit(words: tuple[str, ...], schema: Schema) -> Column | None:
    """`floor area` for `floor_area_m2`, if no other column begins with these words."""
    found = [each for each in schema if _words_of(each.name)[: len(words)] == words]
    fits = (
        len(found) == 1 and len(_words_of(found[0].name)) == len(words) + 1 and _words_of(found[0].name)[-1] in _UNITS
    )
    return found[0] if fits else None


def _words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name.

    >>> _words_of("unit_prices")
    ('unit', 'price')
    """
    return tuple(singular(folded(each)) for each in name.replace("_", " ").replace("-", " ").split())
