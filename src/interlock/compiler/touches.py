"""What a checked plan does to the world: every file it reads or writes, every other effect of its node types."""

from __future__ import annotations

from interlock.compiler.check.paths import is_database
from interlock.compiler.checked import BoundNode, CheckedPlan
from interlock.ir.effects import Touch
from interlock.registry.kinds import ModelName, Name, bare, path_effect


def touches(checked: CheckedPlan) -> tuple[Touch, ...]:
    """The plan's touches, in an order that depends on the plan alone."""
    return tuple(sorted(touch for bound in checked.nodes for touch in _of(bound)))


def _of(bound: BoundNode) -> list[Touch]:
    paths: dict[str, list[tuple[str, bool]]] = {}
    details: list[str] = []
    models: list[str] = []
    for name, value in bound.params.items():
        hint = bound.type.hints.get(name)
        effect = path_effect(hint)
        if not isinstance(value, str):
            continue
        if effect:
            paths.setdefault(effect, []).append((str(value), is_database(bound.type, name)))
        elif bare(hint) is ModelName:
            models.append(str(value))
        elif bare(hint) is Name:
            details.append(f"{name} {value}")
    found = []
    for effect in dict.fromkeys((*bound.type.effects, *paths)):  # a path is a touch, whatever the type declares
        common = (effect, bound.node.id, bound.type.reference)
        if effect == "model":
            found += [Touch(*common, model=model) for model in models or [""]]
        else:
            detail = ", ".join(details)
            found += [
                Touch(*common, path, detail, database=database) for path, database in paths.get(effect, [("", False)])
            ]
    return found
