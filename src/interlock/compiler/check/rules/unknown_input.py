"""An expression uses a run input that the plan does not declare.

Run inputs are declared under `inputs` with a type, and used as `:name`.

    inputs: {minimum: {type: double, default: 100}}
    ...
    where: revenue > :minimun              # refused
    where: revenue > :minimum

Mend it with the declared name, or declare the input.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL212", "unknown-input", __doc__)
