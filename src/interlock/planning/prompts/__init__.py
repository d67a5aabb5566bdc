"""The texts that models are shown, by version. A text that has been released is not changed: a new version is added."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

VERSION = "v1"


@lru_cache
def text(name: str, version: str = VERSION) -> str:
    """A text of the prompt: `system`, `always`."""
    return files(__name__).joinpath(version, f"{name}.txt").read_text(encoding="utf-8").strip()


def system(version: str = VERSION) -> str:
    """The system prompt: the same for every task and registry."""
    return text("system", version)


def always(version: str = VERSION) -> tuple[str, ...]:
    """The node types that every task is shown, where the registry has them."""
    return tuple(text("always", version).split())
