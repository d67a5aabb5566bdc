"""Words around the steps that say nothing of the data: joints, greetings, polite frames, numbers of steps, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from interlock.syntax.english.courtesy import Courtesies
from interlock.syntax.english.lexicon import NUMBERS
from interlock.syntax.english.scene import World
from interlock.syntax.english.tokens import Token

_GLUE = tuple(
    tuple(phrase.split())
    for phrase in """
    , ~ ; ~ . ~ : ~ ! ~ and ~ then ~ next ~ afterwards ~ afterward ~ finally ~ lastly ~ also ~ now ~ please ~ kindly
    ~ subsequently ~ so ~ ok ~ okay ~ well ~ just ~ simply ~ -> ~ very much ~ so much ~ in advance ~ hi ~ hello ~ hey ~ thanks ~ cheers ~
    first ~ firstly ~ second ~ secondly ~ third ~ thirdly ~ & ~ + ~ plus ~ followed ~ additionally ~ furthermore ~ -
    ~ – ~ — ~ > ~ after that ~ after this ~ at last ~ in the end ~ at the end ~ first of all ~ once done ~ when done
    ~ as a last step ~ as a final step ~ as a first step ~ could you ~ can you ~ would you ~ will you ~ i want you
    to ~ i would like you to ~ i'd like you to ~ i would like to ~ i'd like to ~ i want to ~ i need to ~ i need you
    to ~ we need to ~ we want to ~ we would like to ~ we'd like to ~ i want ~ i need ~ i would like ~ i'd like ~ we
    need ~ we want ~ let's ~ lets ~ let us ~ you should ~ you must ~ you need to ~ you have to ~ you can ~ go ahead
    and ~ the task is to ~ your task is to ~ the goal is to ~ the task is ~ my task is to ~ the job is to ~ hi there
    ~ hello there ~ good morning ~ good afternoon ~ good evening ~ dear team ~ dear all ~ hi all ~ hi team ~ hello
    team ~ dear colleague ~ dear colleagues ~ dear sir or madam ~ thank you ~ thanks a lot ~ many thanks ~ thank you
    very much ~ thank you so much ~ thanks in advance ~ thank you in advance ~ many thanks in advance ~ best regards
    ~ kind regards ~ regards ~ for me ~ do the following ~ as follows ~ the following steps ~ do the following steps
    ~ the steps are ~ here is what i need ~ here's what i need ~ this is what i need ~ what i need is ~ steps : ~
    task : ~ goal : ~ request : ~ todo : ~ to do : ~ the request is to ~ be so kind to ~ be so kind as to ~ would
    you be so kind as to ~ if you could ~ if possible ~ would you mind ~ it would be great if you could ~ it would
    be nice if you could ~ i would be grateful if you could ~ i'd be grateful if you could ~ i would appreciate it
    if you could ~ we have to ~ i have to ~ must ~ need to ~ want to ~ from there ~ with that ~ and with that ~ as
    soon as possible ~ step by step ~ in this order ~ in that order ~ what i want is ~ make sure to ~ be sure to ~
    remember to ~ don't forget to ~ do not forget to ~ help me ~ help me to ~ i'm looking to ~ i am looking to ~ the
    plan is to ~ my goal is to ~ i wish to ~ i want that you ~ i need that you ~ you shall ~ once that is done ~
    when that is done ~ that's all ~ that is all ~ that's it ~ that is it ~ after it ~ after which ~ on top of that
    ~ to begin ~ to start ~ to start with ~ to begin with ~ to finish ~ start by ~ begin by ~ finish by ~ end by ~
    followed by ~ ? ~ please to ~ i want to know ~ i'd like to know ~ i would like to know ~ we want to know ~ tell me ~ my boss wants
    ~ my manager wants ~ our manager wants ~ our boss wants ~ the boss wants ~ our team needs ~ the team needs ~ my team needs ~ the client wants ~ my boss needs ~ hi ! ~ it should ~ the program should ~ you will ~ i was asked to ~ we are asked to ~ i am asked to
    """.split("~")
)
"""Words that join steps, greet and thank; none of them says anything of the data."""
_SUMMING = re.compile(
    r"(?:(?:using|use|with|in|by|build|create|make|design|write|as|run|set up|produce|i want|i need|implement)\s+)?(?:a|an|the|this)?\s*"
    r"(\d+|[a-z]+)[\s-]*(?:node|step|stage|part|operator)s?\s+(?:workflow|pipeline|plan|process|flow|dag|job|procedure|program)\b"
    r"(?:\s+(?:that|which|to|with|where you|as follows|doing|in which you))?",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"(?:using|use|with|in|by|build|create|make|design|write|run|set up|produce|implement|compose|prepare)\s+(?:a|an|the)\s+(?:simple|small|short|new|data|etl)?\s*"
    r"(?:workflow|pipeline|plan|flow|job|script|program|procedure|process)\b(?:\s+(?:that|which|to|as follows|that will|which will|for this|which does the following))?",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"\s*(?:[^\W\d_][\w-]*\s+){0,5}(?:task|job|exercise|request|ticket|assignment|problem|case|question|todo|item|example|test)\s*#?\s*\d+\s*[:.)-]\s*",
    re.IGNORECASE,
)


class Frames:
    """Where the words around the steps stand in one task."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._courtesies = Courtesies(world)
        self._at: dict[int, frozenset[int]] = {}
        self._spans = {self._token_at(match.start()): self._token_at(match.end()) for match in self._workflows()}

    def reached(self, at: int) -> frozenset[int]:
        """Every place that can be reached from `at` over words that say nothing of the data."""
        if at not in self._at:
            found, waiting = {at}, [at]
            while waiting:
                for end in self._one(waiting.pop()):
                    if end not in found:
                        found.add(end)
                        waiting.append(end)
            self._at[at] = frozenset(found)
        return self._at[at]

    def _one(self, at: int) -> Iterator[int]:
        tokens = self.world.tokens
        if at >= len(tokens):
            return
        if tokens[at].kind == "bullet":
            yield at + 1
        inline = at + 1 < len(tokens) and tokens[at].kind in ("number", "word") and tokens[at + 1].raw == ")"
        if inline and len(tokens[at].raw) < 3 and all(token.raw != "(" for token in tokens):
            yield at + 2
        if at in self._spans:
            yield self._spans[at]
        if at == 0:
            heading = _HEADING.match(self.world.text)
            if heading and not self._names_a_step(tokens, heading.end()):
                yield self._token_at(heading.end())
        yield from self._courtesies.ends(at)
        for phrase in _GLUE:
            part = tokens[at : at + len(phrase)]
            if len(part) == len(phrase) and all(
                token.kind in ("word", "sign") and token.word == word for token, word in zip(part, phrase, strict=True)
            ):
                yield at + len(phrase)

    def _names_a_step(self, tokens: tuple[Token, ...], end: int) -> bool:
        """Whether a heading says something that a step could mean."""
        verbs = {
            "sort",
            "filter",
            "join",
            "drop",
            "remove",
            "keep",
            "select",
            "group",
            "count",
            "limit",
            "top",
            "only",
            "not",
        }
        return any(token.word in verbs or token.word.rstrip("ing") in verbs for token in tokens if token.start < end)

    def _workflows(self) -> Iterator[re.Match[str]]:
        """`Using a 3-node workflow`: how many nodes that takes is the business of whoever counts them."""
        for match in _SUMMING.finditer(self.world.text):
            number = match[1].isdigit() or match[1].lower() in NUMBERS
            if number and match.start() == self._word_start(match.start()):
                yield match
        yield from _WITHOUT.finditer(self.world.text)

    def _word_start(self, offset: int) -> int:
        text = self.world.text
        return offset if offset == 0 or not text[offset - 1].isalnum() else -1

    def _token_at(self, offset: int) -> int:
        """The first token that starts at or after a place in the text."""
        return next(
            (index for index, token in enumerate(self.world.tokens) if token.start >= offset), len(self.world.tokens)
        )
