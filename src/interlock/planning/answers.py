"""Reading what a model answered: a plan, a wish for other node types, or a reason why there is no plan.

Nothing is repaired: what cannot be read is told back in the words of the reader.

>>> read_answer('{"cannot": "There is no column for it."}').cannot
'There is no column for it.'
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from interlock.ir.plan import FORMAT
from interlock.planning.prompt import findings
from interlock.syntax.documents import read_document
from interlock.syntax.words import clipped, visible

_FENCE = re.compile(r"```[a-z]*\s*\n(.*)\n```", re.DOTALL)
LONGEST_REASON = 500


@dataclass(frozen=True)
class Answer:
    """One of four: a plan as JSON text, phrases for missing node types, a reason, or what is wrong with the answer."""

    text: str
    plan: str | None = None
    need: tuple[str, ...] = ()
    cannot: str = ""
    problems: tuple[str, ...] = ()


def read_answer(text: str, task: str = "") -> Answer:
    """What an answer says; never raises. The plan is given the format version and the task, which models leave out."""
    whole = _FENCE.fullmatch(text.strip())
    text = whole[1] if whole else text.strip()
    document = read_document(text, "answer.json", "json")
    if not document.readable or any(each.severity == "error" for each in document.diagnostics):
        return Answer(text, problems=findings(document.diagnostics) or ("the answer is not JSON",))
    value = document.value
    if not isinstance(value, dict):
        return Answer(text, problems=("the answer must be one JSON object",))
    need, cannot, nodes = value.get("need") or [], value.get("cannot") or "", value.get("nodes")
    if nodes and (need or cannot):
        return Answer(text, problems=("answer a plan, or only `need`, or only `cannot`: not two of them",))
    if nodes:
        return Answer(text, plan=_plan(value, task))
    if cannot:
        return Answer(text, cannot=clipped(" ".join(str(cannot).split()), LONGEST_REASON))
    if isinstance(need, list) and need:
        return Answer(text, need=tuple(visible(str(each))[:200] for each in need[:5]))
    return Answer(text, problems=("the answer holds no `nodes`, no `need` and no `cannot`",))


def _plan(value: dict[str, Any], task: str) -> str:
    members = {key: each for key, each in value.items() if key not in ("need", "cannot", "interlock", "task")}
    whole = {"interlock": value.get("interlock", FORMAT), **({"task": task} if task else {}), **members}
    return json.dumps(whole, indent=1, ensure_ascii=False)
