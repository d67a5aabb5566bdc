"""Telling a task that can be planned from a request that cannot: a question, an exploration, a step that depends on findings.

Only what is clear is told apart here; a model that is asked may still say that there is no plan.

>>> route("Why did revenue fall in March?").kind
'question'
>>> route("Total revenue by region, save as out.csv").kind
'workflow'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["workflow", "question", "exploration", "depends", "nothing"]


@dataclass(frozen=True)
class Route:
    """Where a request belongs, and why; the reason is empty for a workflow."""

    kind: Kind
    reason: str = ""


_DEPENDS = (
    r"\b(depending on|based on|according to) (what(ever)?|how|whether|which) (you|we|it|they|that|this|the \w+)\b.{0,60}"
    r"\b(find|found|see|saw|show|shows|look|looks|turn|turns|reveal|reveals|contain|contains)\b",
    r"\b(then|and) (decide|choose|figure out|work out|determine) (what|how|which|where|whether) (to|we|you|next|comes)\b",
    r"\bif (you|we) (find|see|notice|spot|discover)\b",
    r"\b(keep|continue) (going|trying|looking|digging|iterating)\b|\bfollow up on (what|whatever|any)\b",
    r"\buntil (you|we|it|the \w+) (find|are|is|look|looks|make|makes) ?(something|satisfied|happy|good|right|sense)",
)
_EXPLORES = (
    r"\b(explore|investigate|poke around|play (around )?with|dig (into|through|around)|look into|have a look at)\b",
    r"\b(find|look for|show me|tell me|give me|any|some|surface|discover)\b.{0,30}"
    r"\b(interesting|insights?|surprising|unusual things|patterns|stories|trends worth)\b",
    r"^(please )?(analy[sz]e|understand|summari[sz]e|make sense of) (the |this |my |our |these |all )*(data|file|files|dataset|numbers)\W*$",
)
_ASKS = (
    r"^(so |and |but |hey |hi |hello )*(why|how come|what caused|what explains|who are you|what are you|what is interlock)\b",
    r"\b(do|would) you (think|recommend|suggest|advise)\b|\bwhat('s| is) your (opinion|view|advice|recommendation)\b",
    r"^(should|shall|could) (we|i|they)\b.*\?",
    r"^(can|could|would|will) you (explain|tell me (why|how|about)|describe (why|how)|help me understand)\b",
    r"^explain (why|how|to me|what)\b",
)
_MAKES = re.compile(
    r"\b(save|write|export|store|put|dump|output|produce|create|generate|deliver)\b"
    r"|\b(read|load|import|filter|keep|drop|remove|sort|order|rank|group|join|merge|count|sum|total|average|mean|"
    r"aggregate|compute|calculate|add|rename|select|convert|list|top|per|by)\b",
    re.IGNORECASE,
)


def route(text: str, names: Iterable[str] = ()) -> Route:
    """Where a request belongs. `names` are the files and columns at hand: a question about them may be computed."""
    plain = " ".join(text.split())
    lower = plain.lower()
    if not re.search(r"\w", plain):
        return Route("nothing", "the task is empty")
    if _any(_DEPENDS, lower):
        return Route(
            "depends", "a later step depends on what an earlier one finds, and a plan is settled before it runs"
        )
    if _any(_ASKS, lower):
        return Route("question", "it asks for an explanation or an opinion, and a plan computes a result from data")
    if _any(_EXPLORES, lower) and not re.search(r"\b(per|by|group|count|sum|total|average)\b", lower):
        return Route("exploration", "it leaves open what is to be found, and a plan says beforehand what comes out")
    if plain.endswith("?") and not _MAKES.search(plain) and not _mentions(lower, names):
        return Route("question", "it is a question, and names no data that an answer could be computed from")
    return Route("workflow")


def _any(patterns: Iterable[str], text: str) -> bool:
    return any(re.search(pattern, text) for pattern in patterns)


def _mentions(text: str, names: Iterable[str]) -> bool:
    for name in names:
        words = re.sub(r"[\W_]+", " ", name.lower()).strip()
        if len(words) >= 3 and re.search(rf"\b{re.escape(words)}s?\b", re.sub(r"[\W_]+", " ", text)):
            return True
    return False
