"""A node calls a language model that the policy does not allow.

No model is called at run time unless a node says so. Which ones may be called is the project's to say:

    [policy]
    effects = ["reads", "writes", "model"]
    models = ["gpt-4o-mini", "claude-*"]

By default none may. Mend it by naming an allowed model, or ask whoever owns the policy.
"""

from __future__ import annotations

from collections.abc import Iterator

from interlock.compiler.check.context import Context, each_typed
from interlock.ir.diagnostics import Diagnostic, rule
from interlock.registry.kinds import ModelName, bare

RULE = rule("IL508", "model-not-allowed", __doc__)


def check(context: Context) -> Iterator[Diagnostic]:
    """Every model that a node names is allowed."""
    for node, node_type in each_typed(context):
        for name, parameter in node_type.parameters.items():
            model = context.params[node.id].get(name, parameter.default)
            if bare(node_type.hints.get(name)) is not ModelName or not isinstance(model, str):
                continue
            reason = context.policy.model_refusal(model)
            if reason:
                yield RULE.found(
                    context.param(node.id, name) if name in node.params else node.at,
                    f"`{node.id}` may not call the model `{model}`: {reason}",
                    label="not allowed",
                    help=[
                        "name an allowed model, or let whoever owns `interlock.toml` allow this one under `[policy]`"
                    ],
                    found=model,
                )
