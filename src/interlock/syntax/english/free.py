"""Reading English as people type it: every way to take the words as a chain of steps, from the first to the last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from interlock.ir.plan import Plan
from interlock.registry.says import Choice, Element, Series, Sets, Slot, walk
from interlock.syntax.english import inputs, plain
from interlock.syntax.english.draft import Draft, Ref
from interlock.syntax.english.frames import Frames
from interlock.syntax.english.lexicon import ARTICLES, forms
from interlock.syntax.english.matcher import Bound, Matcher
from interlock.syntax.english.naming import measure_names
from interlock.syntax.english.scene import Scene, World
from interlock.syntax.english.steps import taken
from interlock.syntax.english.vocabulary import Phrase, Vocabulary

MOST_STATES = 250
"""The most drafts that are looked at for one task …"""
MOST_AT_ONCE = 16
"""… and the most that may end at the same word."""
_CALLS = (
    ("call", "it"), ("call", "this"), ("call", "that"), ("call", "the", "result"), ("name", "it"), ("name", "the", "result"), ("name", "this"),
    ("call", "them"), ("refer", "to", "it", "as"), ("refer", "to", "this", "as"), ("call", "the", "output"),
)  # fmt: skip
_MAKING = frozenset("create make produce generate build prepare write i need want output give export get".split())
_HOLDING = (
    ("with",), ("containing",), ("that", "contains"), ("which", "contains"), ("holding",), ("listing",), ("that", "lists"), ("showing",), ("of",),
    ("that", "shows"), ("that", "has"), ("with", "only"), ("from",), (),
)  # fmt: skip

_SOURCES = tuple(
    tuple(words.split())
    for words in (
        ",",
        ".",
        "?",
        ";",
        ", the file is",
        ", file is",
        ". the file is",
        ". source is",
        ". source :",
        "? use",
        ". use",
        ", use",
        ", source",
        ". source",
        ", according to",
        "according to",
        ". data is in",
        ". the data is in",
        ". it is in",
        ", from",
        "( in",
        ", going by",
        ", file",
        "there were in",
        "there are in",
    )
)
"""Words between a first step and the file that it works on."""


@dataclass
class Readings:
    """What came of a task: the plans that it can mean, why others fell away, and how far the words were understood."""

    plans: list[Plan] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    reached: int = 0
    too_many: bool = False


class FreeReader:
    """Reads one task."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.frames = Frames(world)
        self.index, self.anywhere = _index(world.words)
        self.reach = 0
        self.sinks = {phrase.node_type.name: phrase.node_type.is_sink for phrase in world.words.phrases}

    def readings(self) -> Readings:
        """Every plan that all the words can mean."""
        found = Readings()
        states: dict[int, dict[str, Draft]] = {0: {"": Draft()}}
        size = len(self.world.tokens)
        count = 0
        complete: dict[str, Draft] = {}
        for at in range(size + 1):
            here = states.pop(at, {})
            for draft in here.values():
                count += 1
                if count > MOST_STATES or len(here) > MOST_AT_ONCE:
                    found.too_many = True
                    return found
                if draft.nodes or draft.pending or at == 0:
                    self.reach = max(self.reach, at)
                places = self.frames.reached(at)
                if size in places and draft.nodes:
                    done = draft.finished()
                    complete.setdefault(done.plan.digest, done)
                for end, after in self._steps(draft, at, places):
                    states.setdefault(end, {}).setdefault(_key(after), after)
        self._judge(complete, found)
        found.reached = self.reach
        return found

    def _steps(self, draft: Draft, at: int, places: frozenset[int]) -> Iterator[tuple[int, Draft]]:
        scene = Scene(self.world, draft)
        matchers = [Matcher(Scene(self.world, draft, subject), subject) for subject in self._subjects(scene, draft)]
        for place in sorted(places):
            yield from self._called(scene, place)
            yield from self._promised(scene, place)
            if (
                place == at
                and draft.nodes
                and self.world.tokens[place : place + 1]
                and self.world.tokens[place].word.endswith("ing")
            ):
                continue  # `sort by name, ignoring …` speaks of the step before
            for phrase in self._phrases(place):
                for matcher in matchers if len(phrase.node_type.ports) == 1 else matchers[:1]:
                    for end, bound in matcher.match(phrase, place):
                        for last in self._meant(matcher, phrase, place, end, bound):
                            after = taken(scene, phrase, bound, matcher.subject)
                            if after is not None:
                                yield last, after
        self.reach = max(self.reach, *(matcher.reach for matcher in matchers))

    def _subjects(self, scene: Scene, draft: Draft) -> list[Ref | None]:
        """What a step with one input may work on: the current result, or something that the words name."""
        found: dict[Ref | None, None] = {Ref(draft.current) if draft.current else None: None}
        for at in range(len(self.world.tokens)):
            for _, ref in inputs.named(scene, at):
                found[ref] = None
        return list(found)

    def _meant(self, matcher: Matcher, phrase: Phrase, place: int, end: int, bound: Bound) -> Iterator[int]:
        """Where a step ends, if it is clear what it works on: the current result, or what its words name.

        The words may name it behind everything else: `sum quantity by category from orders.csv`.
        """
        if end <= place or (_forms_of(phrase) and not self._apart(matcher.scene, phrase, place)):
            return
        if self._late(matcher.scene, place) and not phrase.node_type.is_source:
            return
        scene, subject, ports = matcher.scene, matcher.subject, phrase.node_type.ports
        if len(ports) != 1 or ports[0].variadic:
            if not ports or any(port.name in bound for port in ports) or self._clear(scene.draft, subject):
                yield end
            return
        said = ports[0].name in bound
        named = said and any(ref == subject for at in range(place, end) for _, ref in inputs.named(scene, at))
        if named or (self._current(scene.draft, subject) and (said or self._clear(scene.draft, subject))):
            yield end
        if not scene.draft.nodes and not said:
            for words in _SOURCES:
                if scene.says(end, *words):
                    for last, ref in inputs.named(scene, end + len(words)):
                        if ref == subject:
                            yield last
        if scene.word(end) in ("from", "in", "of", "using", "on", "within", "for", "across", "over", "out"):
            start = end + 2 if scene.says(end, "out", "of") else end + 1
            for last, ref in inputs.table(scene, start):
                if ref == subject and any(
                    each == ref for at in range(start, last) for _, each in inputs.named(scene, at)
                ):
                    yield last

    def _apart(self, scene: Scene, phrase: Phrase, place: int) -> bool:
        """Whether a step without a word of its own stands by itself: `revenue > 100` after a colon, not after `and`."""
        if place == 0 or not scene.draft.nodes:
            return True
        before = self.world.tokens[place - 1]
        nodes = scene.draft.nodes
        if before.kind == "bullet" or before.word in ("->", ":", ";", "."):
            return True
        if nodes and nodes[-1].id in [node for _, _, node in scene.draft.read]:
            return True
        clause = "clause" in _forms_of(phrase)
        return not clause and before.word in (",", "then") and bool(nodes) and nodes[-1].type != phrase.node_type.name

    def _late(self, scene: Scene, place: int) -> bool:
        """Whether the words may still speak of what was just written: `saved to a.csv, sorted by name`."""
        nodes, token = scene.draft.nodes, scene.token(place)
        if not nodes or token is None or not self.sinks[nodes[-1].type]:
            return False
        return token.word.endswith("ed") or token.word in (
            "with",
            "only",
            "in",
            "by",
            "kept",
            "for",
            "per",
            "without",
            "of",
        )

    def _current(self, draft: Draft, subject: Ref | None) -> bool:
        return subject is not None and bool(subject.id) and subject.id == draft.current

    def _clear(self, draft: Draft, subject: Ref | None) -> bool:
        """Whether the current result is clear without a word: not right after two files were read side by side."""
        readers = {node for _, _, node in draft.read}
        last = {node.id for node in draft.nodes[-2:]}
        return self._current(draft, subject) and not (len(last) == 2 and last <= readers and last <= set(draft.unused))

    def _called(self, scene: Scene, place: int) -> Iterator[tuple[int, Draft]]:
        renamed = list(measure_names(scene, place))
        if renamed:
            yield from renamed
            return
        for words in _CALLS:
            if scene.says(place, *words):
                token = scene.token(place + len(words))
                if (
                    token is not None
                    and token.kind in ("word", "code", "quote")
                    and token.raw.replace("-", "_").isidentifier()
                ):
                    after = scene.draft.called(token.raw)
                    if after is not None:
                        yield place + len(words) + 1, after

    def _promised(self, scene: Scene, place: int) -> Iterator[tuple[int, Draft]]:
        """`Make a file top.csv with …`: a file to write, named before what goes into it."""
        if scene.draft.pending is not None:
            return
        at = place
        if scene.word(at) in _MAKING:
            at += 1
        while scene.word(at) in (
            "me",
            "a",
            "an",
            "the",
            "new",
            "output",
            "csv",
            "json",
            "file",
            "called",
            "named",
            "to",
            "in",
            "into",
            "->",
            "save",
            "saved",
            "as",
            "at",
            "it",
        ):
            at += 1
        token = scene.token(at)
        if at == place or token is None or token.kind not in ("path", "quote"):
            return
        for words in _HOLDING:
            bracket = not words and scene.word(at + 1) in ("(", "[")
            if (words and scene.says(at + 1, *words)) or bracket:
                for phrase in self.world.words.phrases:
                    slots = [each for each in phrase.printed if isinstance(each, Slot)]
                    if not phrase.node_type.is_sink or len(slots) != 1:
                        continue
                    for _, path in plain.write_path(scene, at, slots[0].form):
                        pending = (phrase.node_type, ((slots[0].name, path),))
                        yield at + 1 + len(words), replace(scene.draft, pending=pending)

    def _phrases(self, place: int) -> Iterator[Phrase]:
        tokens = self.world.tokens
        words: set[str] = set()
        at = place
        while at < len(tokens):
            words.add(tokens[at].word)
            if tokens[at].word not in ARTICLES:
                break
            at += 1
        if at >= len(tokens):
            return
        seen: set[int] = set()
        for word in words:
            for phrase in self.index.get(word, ()):
                if id(phrase) not in seen:
                    seen.add(id(phrase))
                    yield phrase
        yield from self.anywhere

    def _judge(self, complete: dict[str, Draft], found: Readings) -> None:
        """Keep the readings that can be meant: nothing left lying about, all of it possible."""
        for draft in complete.values():
            reason = self._refused(draft)
            if reason:
                found.reasons.append(reason)
            else:
                found.plans.append(draft.plan)
        if self.world.schemas is not None and len(found.plans) > 1:
            known = [plan for plan in found.plans if len(self.world.schemas(plan)) == len(plan.nodes)]
            found.plans = known or found.plans

    def _refused(self, draft: Draft) -> str:
        types = {phrase.node_type.name: phrase.node_type for phrase in self.world.words.phrases}
        ends = [node for node in draft.nodes if node.id in draft.unused]
        loose = [node for node in ends if not (types[node.type].is_sink or types[node.type].observes)]
        sinks = any(types[node.type].is_sink for node in draft.nodes)
        if loose and sinks:
            return f"the result of {loose[-1].id} is neither written nor used"
        if len(loose) > 1:
            return f"the results of {loose[0].id} and {loose[1].id} are not brought together"
        return ""


def _key(draft: Draft) -> str:
    return repr((draft.nodes, draft.edges, draft.current, draft.pending and draft.pending[1]))


@lru_cache(maxsize=16)
def _index(words: Vocabulary) -> tuple[dict[str, list[Phrase]], list[Phrase]]:
    """Phrases by the words they can begin with, and those that can begin with a slot."""
    by_word: dict[str, list[Phrase]] = {}
    anywhere: list[Phrase] = []
    for phrase in words.phrases:
        starts = _starts(phrase.elements)
        if None in starts:
            anywhere.append(phrase)
            continue
        for word in {form for start in starts if start for form in forms(start)}:
            by_word.setdefault(word, []).append(phrase)
    return by_word, anywhere


def _starts(element: Element) -> set[str | None]:
    """Words that an element can begin with; None for a slot, `""` for an element that can be left out."""
    if isinstance(element, Slot):
        return {None}
    if isinstance(element, Sets):
        return {""}
    if isinstance(element, Choice):
        return {each for option in element.options for each in _starts(option)}
    if isinstance(element, Series):
        found: set[str | None] = {""}
        for part in element.parts:
            if "" not in found:
                break
            found = (found - {""}) | _starts(part)
        return found
    return {element.text}


@lru_cache(maxsize=4096)
def _forms_of(phrase: Phrase) -> frozenset[str]:
    """The forms that make a phrase one that must stand by itself, or it would belong to the step before it."""
    return frozenset(each.form for each in walk(phrase.elements) if isinstance(each, Slot)) & {
        "signs",
        "bare",
        "clause",
    }
