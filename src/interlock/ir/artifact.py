"""An artifact: the files a target emitted, and a manifest that says what they are. Known by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from interlock.ir.plan import canonical_json


@dataclass(frozen=True)
class Artifact:
    """Emitted files by name. `entry` is the file to run; `manifest` says what it reads, writes and needs."""

    entry: str
    files: Mapping[str, str]
    manifest: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Raises ValueError for a file to run that is missing, and for names that are none: the digest relies on them."""
        for name in self.files:
            if not name or name in (".", "..") or "/" in name or "\\" in name or "\0" in name:
                raise ValueError(f"{name!r} cannot be the name of an artifact's file")
        if self.entry not in self.files:
            raise ValueError(f"the artifact has no file {self.entry!r}, which is to be run")

    @cached_property
    def digest(self) -> str:
        """sha256 over the contents of the files; what the file to run is called does not change it."""
        named = {"" if name == self.entry else name: text for name, text in self.files.items()}
        return "sha256:" + hashlib.sha256(canonical_json(named).encode()).hexdigest()

    @property
    def source(self) -> str:
        """The text of the entry file."""
        return self.files[self.entry]
