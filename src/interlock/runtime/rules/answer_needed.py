"""A run waits for a person: a `human_review` node asks something, and nobody has answered yet.

`interlock run` ends with exit code 4 and shows the question, its form and the rows that it is about. What was made so far
is kept; nothing was written. The run goes on with the answer, hours or restarts later:

    interlock answer RUN review --set approved=true --by NAME
    interlock resume RUN

A compiled program that runs without Interlock cannot wait: give it the answers with `--answer review.approved=true`.
"""

from __future__ import annotations

from interlock.ir.diagnostics import rule

RULE = rule("IL943", "answer-needed", __doc__)
