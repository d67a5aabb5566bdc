"""A command that is called without the run it is about says how a run is named: `interlock show last`."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand

HINTS = {
    "RUN": "Give the id of a run, a part of it, or `last` for the newest run; `interlock runs` lists runs.",
    "RUN|PLAN": "Give a run (its id, or `last` for the newest; `interlock runs` lists runs), a plan file, or a saved plan.",
}
"""What is said where an argument is missing, by its name in the usage line."""


class RunCommand(TyperCommand):
    """A command like any other; only where its RUN is missing, the error says more."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As usual, with a hint in the error of a missing argument."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            if not error.message:  # a value that is there and wrong has a message of its own
                error.message = HINTS.get(str(getattr(error.param, "metavar", "")), "")
            raise
