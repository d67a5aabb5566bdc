"""Compiling without pauses of the garbage collector.

A plan of a thousand nodes makes a million small objects that all stay alive; the collector would walk them again and
again, which made the time per node grow with the size of the plan.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def without_collector(function: Callable[P, T]) -> Callable[P, T]:
    """The function, run with the cyclic garbage collector switched off if it was on."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if not gc.isenabled():
            return function(*args, **kwargs)
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            gc.enable()

    return run
