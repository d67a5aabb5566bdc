"""A task that begins with a bullet is a text, not an option: `interlock plan "- read data/a.csv …"`."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperOption


class TaskCommand(TyperCommand):
    """A command whose argument is a text in words: one that begins with `- ` is not looked up among the options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As usual, with such a text behind `--`, where nothing is an option."""
        takes_value = {
            name for each in self.params if isinstance(each, TyperOption) and not each.is_flag for name in each.opts
        }
        for place, each in enumerate(args):
            if each == "--":
                break
            if re.match(r"-+\s", each) and (place == 0 or args[place - 1] not in takes_value):
                args = [*args[:place], *args[place + 1 :], "--", each]
                break
        return super().parse_args(ctx, args)
