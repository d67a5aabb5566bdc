"""What a checked plan does to the world: every file it reads or writes, every other effect of its node types."""

from __future__ import annotations

from interlock.compiler.checked import BoundNode, CheckedPlan
from interlock.ir.effects import Touch
from interlock.registry.kinds import ModelName, Name, bare, path_effect


def touches(checked: CheckedPlan) -> tuple[Touch, ...]:
    """The plan's touches, in an order that depends on the plan alone."""
    return tuple(sorted(touch for bound in checked.nodes for touch in _of(bound)))


def _of(bound: BoundNode) -> list[Touch]:
    paths: dict[str, list[str]] = {}
    details = []
    for name, value in bound.params.items():
        hint = bound.type.hints.get(name)
        effect = path_effect(hint)
        if effect and isinstance(value, str):
            paths.setdefault(effect, []).append(value)
        elif bare(hint) in (Name, ModelName) and isinstance(value, str):
            details.append(f"{name} {value}")
    detail = ", ".join(details)
    effects = dict.fromkeys((*bound.type.effects, *paths))  # a path is a touch, whatever the type declares
    return [
        Touch(effect, bound.node.id, bound.type.reference, path, detail)
        for effect in effects
        for path in paths.get(effect, [""])
    ]
