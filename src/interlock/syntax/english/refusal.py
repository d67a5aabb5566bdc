"""What is told of a task that is not understood: the words that stand in no phrase, why, and the nearest phrases."""

from __future__ import annotations

from interlock.ir.diagnostics import joined, nearest
from interlock.registry.node import NodeType
from interlock.registry.registry import Registry
from interlock.registry.says import Word, walk
from interlock.syntax.english.draft import Draft
from interlock.syntax.english.examples import examples
from interlock.syntax.english.free import Readings
from interlock.syntax.english.inputs import files
from interlock.syntax.english.lexicon import ARTICLES, forms
from interlock.syntax.english.misunderstood import Misunderstood, Unplaced
from interlock.syntax.english.printer import print_plan
from interlock.syntax.english.scene import Scene, World
from interlock.syntax.english.tokens import Token

_LIGHT = ARTICLES | {"and", "then", "to", "of", "in", "by", "with", "for", "from", "as", "it", "is", "or", "on"}


def refusal(world: World, found: Readings, registry: Registry) -> Misunderstood:
    """Why the readings that were found do not make one plan."""
    if found.too_many:
        return Misunderstood(world.text, "the words can be read in too many ways; say it in shorter sentences")
    if len(found.plans) > 1:
        readings = tuple(print_plan(plan, registry) for plan in found.plans[:2])
        return Misunderstood(world.text, f"the words can be read in {len(found.plans)} ways", readings=readings)
    start = min(found.reached, len(world.tokens) - 1)
    if found.reasons:
        return Misunderstood(world.text, found.reasons[0])
    part = _clause(world.tokens, start)
    words = world.text[part[0].start : part[-1].end]
    unplaced = (Unplaced(words, part[0].start, part[-1].end),)
    near = _nearest(world, start)
    phrases = tuple(each.says[0] for each in near)
    return Misunderstood(world.text, _why(world, part, words), unplaced, phrases, (), examples(world, near, registry))


def _clause(tokens: tuple[Token, ...], start: int) -> tuple[Token, ...]:
    """The words from `start` to the next sign or joint."""
    end = start + 1
    while end < len(tokens) and not (
        (tokens[end].kind == "sign" and tokens[end].raw in ",;.:")
        or tokens[end].kind == "bullet"
        or tokens[end].word == "then"
    ):
        end += 1
    return tokens[start:end]


def _why(world: World, part: tuple[Token, ...], words: str) -> str:
    scene = Scene(world, Draft())
    for token in part:
        if token.kind == "path" and not files(scene, token.raw):
            known = [each.path for each in world.catalog]
            hint = f"; there are {joined(sorted(dict.fromkeys(known)))}" if known else "; no files are known"
            return f"`{words}` cannot be placed: if `{token.raw}` is to be read, there is no such file{hint}"
    names = list(dict.fromkeys(column.name for each in world.catalog for column in each.columns))
    for token in part:
        close = nearest(token.raw, names, 1) if token.kind == "word" and len(token.raw) > 2 else []
        if close and close[0].casefold() != token.word:
            return f"`{words}` cannot be placed; there is a column `{close[0]}`, if that is meant by `{token.raw}`"
    return f"`{words}` cannot be placed"


def _nearest(world: World, start: int) -> list[NodeType]:
    """The node types whose phrases share most words with the step that was not understood."""
    begin = start
    while (
        begin > 0
        and not (world.tokens[begin - 1].kind == "sign" and world.tokens[begin - 1].raw in ",;.")
        and begin > start - 8
    ):
        begin -= 1
    said = {token.word for token in world.tokens[begin : start + 8]} - _LIGHT
    best: dict[str, tuple[float, NodeType]] = {}
    for phrase in world.words.phrases:
        words = {each.text for each in walk(phrase.elements) if isinstance(each, Word)} - _LIGHT
        hits = sum(any(word in forms(each) for each in words) for word in said)
        if hits:
            score = hits + 1 / (1 + len(words))
            name = phrase.node_type.name
            if name not in best or score > best[name][0]:
                best[name] = (score, phrase.node_type)
    ranked = sorted(best.items(), key=lambda each: (-each[1][0], each[0]))
    return [node_type for _, (_, node_type) in ranked[:3]]
