"""Retries, here and there, on the nodes that may have one."""

from __future__ import annotations

from typing import Any

from interlock.evaluation.generate.draft import Draft
from interlock.registry.registry import Registry

INTERVALS = ("1ms", "2ms", "0.005s", "10ms")
"""Short, so that a run that fails for a reason that passes does not keep anyone waiting."""


def draw_retries(draft: Draft, registry: Registry) -> None:
    """Let some sources and sinks that touch files be tried again."""
    for node in draft.nodes:
        known = registry.find(str(node["type"]).partition("@")[0])
        if known is None or not {"reads", "writes"} & set(known.type.effects):
            continue
        safe = known.type.is_source or known.type.kind == "copy" or known.type.repeat != "ask"
        if safe and draft.chance(0.06):
            node["retry"] = _retry(draft)


def _retry(draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = {
        "attempts": draft.random.choice((2, 3, 3, 4)),
        "interval": draft.random.choice(INTERVALS),
    }
    if draft.chance(0.4):
        found["factor"] = draft.random.choice((1, 1.0, 1.5, 2, 3))
    if draft.chance(0.3):
        found["max_interval"] = draft.random.choice(("20ms", "1s", "1m"))
    return found
