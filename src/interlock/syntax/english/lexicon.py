"""English words: their endings, numbers, articles, and the words for rows."""

from __future__ import annotations

import re
from functools import lru_cache

ARTICLES = frozenset({"the", "a", "an", "its", "their"})
NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "thousand": 1000}
ROW_NOUNS = frozenset(
    "row rows record records entry entries line lines item items observation observations ones".split()
)
TABLE_NOUNS = frozenset(
    "data table tables dataset datasets result results file contents content output everything list dataframe df rest answer answers "
    "set values".split()
)
PRONOUNS = frozenset({"it", "them", "this", "that", "those", "these", "everything"})
_IRREGULAR = {
    "keep": ("kept",), "write": ("written", "wrote"), "take": ("taken", "took"), "get": ("got", "gotten"),
    "find": ("found",), "show": ("shown",), "throw": ("thrown",), "send": ("sent",), "draw": ("drawn",), "give": ("given",),
    "make": ("made",), "split": ("splitting",), "put": ("putting",), "drop": ("dropped",), "leave": ("leaving",),
    "have": ("has", "having"), "is": ("are", "be"), "are": ("is",), "null": ("nulls",),
}  # fmt: skip
_FIXED = frozenset(
    "a an the and or as to of in with by from it them then is are not no any all each every per on at into that which who "
    "for this these those whose where if".split()
)


@lru_cache(maxsize=8192)
def forms(word: str) -> frozenset[str]:
    """A word of a phrase in all its endings.

    >>> sorted(forms("drop") & {"drops", "dropping", "dropped", "drop", "dropp"})
    ['drop', 'dropped', 'dropping', 'drops']
    """
    if word in _FIXED or len(word) < 3 or not word.isalpha():
        return frozenset({word, *_IRREGULAR.get(word, ())})
    found = {word, word + "s", word + "ed", word + "ing", *_IRREGULAR.get(word, ())}
    if word.endswith("e"):
        found |= {word + "d", word[:-1] + "ing"}
    elif word.endswith("y"):
        found |= {word[:-1] + "ies", word[:-1] + "ied"}
    elif word.endswith(("s", "x", "ch", "sh")):
        found.add(word + "es")
    if re.search(r"[^aeiou][aeiou][bdgklmnprt]$", word):
        found |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    if word.endswith("s") and not word.endswith("ss"):
        found.add(word[:-1])
    return frozenset(found)


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """A name without case, spaces and signs: `Unit Price` and `unit_price` are the same.

    >>> folded("Unit Price"), folded("unit-price")
    ('unitprice', 'unitprice')
    """
    return "".join(character for character in text.casefold() if character.isalnum())


@lru_cache(maxsize=8192)
def singular(text: str) -> str:
    """A folded name without the ending of a plural, as well as can be told.

    >>> singular("cities"), singular("prices"), singular("status"), singular("boxes")
    ('city', 'price', 'status', 'box')
    """
    if len(text) > 4 and text.endswith("ies"):
        return text[:-3] + "y"
    if len(text) > 4 and text.endswith(("xes", "ches", "shes", "sses")):
        return text[:-2]
    if len(text) > 3 and text.endswith("s") and not text.endswith(("ss", "us", "is")):
        return text[:-1]
    return text
