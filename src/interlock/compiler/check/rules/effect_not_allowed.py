"""A node has an effect that the policy does not allow.

Node types declare their effects: `reads`, `writes`, `network`, `model`, `human`. The default policy allows reading
and writing files of the project; everything else must be allowed in `interlock.toml`:

    [policy]
    effects = ["reads", "writes", "network"]

Mend it by leaving the node out, or by asking whoever owns the policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from interlock.compiler.check.context import Context, each_typed
from interlock.ir.diagnostics import Diagnostic, joined, rule

RULE = rule("IL502", "effect-not-allowed", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Every declared effect is allowed."""
    for node, node_type in each_typed(context):
        extra = [effect for effect in node_type.effects if effect not in context.policy.effects]
        if extra:
            yield RULE.found(
                node.at.child("type"),
                f"`{node.id}` (`{node_type.name}`) needs {_named(extra)}, which the policy does not allow",
                label="effect not allowed",
                notes=[
                    f"the policy allows {_named(context.policy.effects) if context.policy.effects else 'no effect'}"
                ],
                help=["leave the node out, or let whoever owns `interlock.toml` allow it under `[policy]`"],
                found=extra,
            )


def _named(effects: Sequence[str]) -> str:
    """Effects in a sentence.

    >>> _named(["reads", "network"])
    'the effects `reads` and `network`'
    """
    return f"the effect{'s'[: len(effects) != 1]} {joined([f'`{effect}`' for effect in effects])}"
