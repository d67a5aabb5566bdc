"""Clauses that carry no operation: courtesies, reasons, occasions and titles; none is skipped that names something.

A clause counts only if it opens in one of a closed list of ways and holds no file, number, quoted text, name, word of a
column or a file, and no word that a phrase, a condition or a measure could mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath

from interlock.registry.says import Word, walk
from interlock.syntax.english.comparing import MONTHS
from interlock.syntax.english.lexicon import ARTICLES, NUMBERS, ROW_NOUNS, folded, forms, singular
from interlock.syntax.english.scene import World
from interlock.syntax.english.tokens import Token

_OPENINGS = tuple(
    tuple(phrase.split())
    for phrase in """
    i hope ~ i know ~ sorry to ~ sorry for ~ apologies for ~ excuse me ~ please forgive ~ please excuse ~ forgive me ~ thank you ~ thanks ~ many thanks ~ with kind ~ with best
    ~ warmest ~ much obliged ~ no rush ~ no hurry ~ i really ~ i do appreciate ~ i appreciate ~ i'd be ~ i would be ~ i would very much ~ we would be ~ we'd be
    ~ thanking you ~ looking forward ~ i am looking forward ~ i look forward ~ have a nice ~ have a great ~ have a good ~ i'm sorry ~ i am sorry ~ i am afraid ~ i'm afraid
    ~ dear ~ hello ~ hi ~ good ~ hope you ~ hope this ~ this would be ~ that would be ~ it would be ~ respected ~ greetings ~ all the best ~ best wishes ~ because ~ it is for ~ it's for ~ this is for
    ~ if it isn't too much ~ if it is not too much ~ could i ask you a favour ~ when you have a moment ~ if you have a moment ~ when you have time ~ take your time ~ at your earliest
    """.split("~")
)
"""How a clause begins that asks for nothing."""
_SUBJECTS = frozenset({"our", "my", "the", "we", "i", "we're", "i'm"})
_BUSY = frozenset(
    "planning preparing coming visiting meeting waiting updating moving migrating organising organizing writing working putting holding hosting launching reviewing".split()
)
"""What someone is doing, which tells why a task is set and nothing of the task."""
_OCCASIONS = frozenset(
    "report committee statistics meeting presentation newsletter review audit dashboard visit auditor auditors board workshop brochure survey talk website conference "
    "boss manager accountant accountants colleagues colleague council trustees director team slides lecture class archive".split()
)
_LIGHT = frozenset(
    "in for get have has with our want wants need needs is are be i we my you your to from of on by at as that which who this it its them so please can could would know see look "
    "help give me go do put good will shall must should us and or a an the their there now was were been very much then next what when i've i'm we've such very really more most "
    "new data file files look like list take use using make find also well show work one ones's best all out up".split()
) - {"all", "one", "list", "more", "most", "or", "out", "up", "show", "find", "take", "make", "use", "using", "best"}
"""Words that phrases use and that ask for nothing by themselves."""
_WEIGHTY = frozenset(
    "only just not no never none nothing neither nor without except unless if all every each any more less most least than over under before after since until above below between "
    "exclude excluding ignore ignoring include including other others some both same different again unique but whose where average total sum mean median minimum maximum lowest highest "
    "latest earliest oldest newest first last top bottom biggest largest smallest empty blank missing null active inactive open closed year years month months day week".split()
)
_FIXED_COURTESIES = tuple(
    tuple(phrase.split())
    for phrase in """
    i hope i'm not troubling you ~ i hope i am not troubling you ~ i hope i'm not disturbing you ~ i hope i am not disturbing you ~ i hope you are well ~ i hope this finds you well
    ~ no rush at all ~ thank you ever so much ~ thanks a million ~ thank you for all your help so far ~ if it isn't too much to ask ~ if it is not too much to ask ~ with kind regards and thanks
    ~ warmest thanks ~ if you please ~ thank you kindly ~ much obliged ~ kindly do the needful ~ leave everything else as it is ~ leaving everything else as it is ~ leaving everything else just as it is
    ~ leave all other columns as they are ~ all other columns stay as they are ~ all the columns can stay ~ all columns can stay ~ leave other columns untouched ~ leave all other columns untouched
    ~ um ~ uh ~ okay so ~ ok so ~ please do ~ for me please ~ i need to know ~ can you give me ~ could you give me ~ could you tell me ~ can you tell me ~ can you show me ~ could you show me ~ please give me
    ~ could i have ~ can i have ~ may i have ~ could i get ~ can i get ~ i'd love to have ~ we would like to have ~ i would like to have ~ i'd like to have ~ i'd like to see ~ it is kindly requested to ~ it is requested to
    ~ you would do me a great favour if you could ~ would you kindly ~ might you ~ could you kindly ~ would you please ~ could you please ~ can you please ~ that's it thanks
    """.split("~")
)
_ALONE = tuple(
    tuple(words.split())
    for words in (
        "as it is",
        "as they are",
        "how it is",
        "how they are",
        "unchanged",
        "untouched",
        "alone",
        "as is",
        "just as it is",
        "just as they are",
    )
)
_JOINTS = frozenset("and or then where which that with if only not but by to".split())
_SUCH_AS = {
    "without": ("no", "blank", "empty", "missing", "without"),
    "never": ("no", "not", "never"),
    "not": ("no", "not", "never"),
}


class Courtesies:
    """Where clauses stand in one task that carry no operation."""

    def __init__(self, world: World) -> None:
        self.world = world

    def ends(self, at: int) -> Iterator[int]:
        """The places after such a clause from `at` on."""
        tokens = self.world.tokens
        if at >= len(tokens):
            return
        for words in _FIXED_COURTESIES:
            if self._says(at, words):
                yield at + len(words)
        if at == 0:
            yield from self._title()
        opens = any(self._says(at, words) for words in _OPENINGS)
        begins = at == 0 or tokens[at - 1].raw in (".", "!", "?", ":", ",", ";") or tokens[at - 1].kind == "bullet"
        stop = self._clause_end(at, ".!?" if not opens else ".!?,")
        part = tokens[at:stop]
        busy = begins and tokens[at].word in _SUBJECTS and any(each.word in _BUSY for each in part[:6])
        if busy:
            part = tokens[at : (stop := self._clause_end(at, ".!?,"))]
        if (opens or busy) and len(part) > 1 and not any(self._weighs(each, at) for each in part):
            yield stop
        yield from self._occasion(at)
        yield from self._left_alone(at)

    def _left_alone(self, at: int) -> Iterator[int]:
        """`leave the name as it is`, `the name leave how it is`: nothing is asked for, whatever stands in the middle."""
        tokens = self.world.tokens
        first = tokens[at].word in ("leave", "leaving")
        if not first and tokens[at].word != "the":
            return
        for end in range(at + 1, min(at + 5, len(tokens))):
            start = end if first else end + 1
            if tokens[end].kind != "word" or tokens[end].word in _JOINTS:
                return
            for words in _ALONE if first or tokens[end].word == "leave" else ():
                if start > at + 1 and self._says(start, words):
                    yield start + len(words)

    def _says(self, at: int, words: tuple[str, ...]) -> bool:
        part = self.world.tokens[at : at + len(words)]
        return len(part) == len(words) and all(
            each.word == word and each.kind in ("word", "sign") for each, word in zip(part, words, strict=True)
        )

    def _clause_end(self, at: int, signs: str) -> int:
        tokens = self.world.tokens
        end = at
        while (
            end < len(tokens)
            and not (tokens[end].kind == "sign" and tokens[end].raw in signs)
            and tokens[end].kind != "bullet"
        ):
            if end > at and "\n" in self.world.text[tokens[end - 1].end : tokens[end].start]:
                break
            if end > at and tokens[end].word == "so" and tokens[end - 1].raw == ",":
                break
            end += 1
        return end

    def _occasion(self, at: int) -> Iterator[int]:
        """`for the yearly report`, `for our energy committee`."""
        tokens = self.world.tokens
        if (
            tokens[at].word != "for"
            or at + 1 >= len(tokens)
            or tokens[at + 1].word not in ("the", "our", "my", "a", "an")
        ):
            return
        for end in range(at + 2, min(at + 6, len(tokens))):
            if tokens[end].word in _OCCASIONS and not self._names(tokens[end]):
                yield end + 1
                return
            if self._weighs(tokens[end], at):
                return

    def _title(self) -> Iterator[int]:
        """`Title: … Description:`, if what the title names is named again below."""
        tokens = self.world.tokens
        if not self._says(0, ("title", ":")):
            return
        split = next((at for at in range(2, len(tokens) - 1) if self._says(at, ("description", ":"))), 0)
        below = {singular(folded(each.word)) for each in tokens[split + 2 :]}
        for each in tokens[2:split]:
            if each.kind not in ("word", "sign"):
                return
            if each.word in _SUCH_AS:
                if not below & set(_SUCH_AS[each.word]):
                    return
            elif (
                self._weighs(each, 2, names=False) and singular(folded(each.word)) not in below and each.kind == "word"
            ):
                return
        if split:
            yield split + 2

    def _weighs(self, token: Token, start: int, names: bool = True) -> bool:
        """Whether a token could say something of the data."""
        if token.kind != "word":
            return token.kind != "sign" or token.raw not in ",.!?-–—:')("
        if token.word in _LIGHT:
            return len(token.word) > 3 and token.word in self._named
        named = (
            names
            and token.raw[0].isupper()
            and token.start > self.world.tokens[start].start
            and token.word not in _DAYS
        )
        return named or token.word in self._meant or singular(folded(token.word)) in self._meant

    def _names(self, token: Token) -> bool:
        """Whether a word is part of the name of a column or a file."""
        return token.word in self._named or singular(folded(token.word)) in self._named

    @cached_property
    def _named(self) -> frozenset[str]:
        found: set[str] = set()
        for file in self.world.catalog:
            for name in (PurePosixPath(file.path).stem, file.inside, *(column.name for column in file.columns)):
                for part in name.replace("_", " ").replace("-", " ").split():
                    found |= {part.casefold(), singular(folded(part))}
        return frozenset(found)

    @cached_property
    def _meant(self) -> frozenset[str]:
        found: set[str] = {*_WEIGHTY, *MONTHS, *NUMBERS, *ROW_NOUNS} - {"may"}
        for phrase in self.world.words.phrases:
            for each in walk(phrase.elements):
                if isinstance(each, Word) and each.text not in _LIGHT and each.text not in ARTICLES:
                    found |= forms(each.text)
        return frozenset((found | self._named) - _LIGHT)


_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday i".split())
