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

    @cached_property
    def digest(self) -> str:
        """sha256 over the contents of the files; what the file to run is called does not change it."""
        named = {"" if name == self.entry else name: text for name, text in self.files.items()}
        return "sha256:" + hashlib.sha256(canonical_json(named).encode()).hexdigest()

    @property
    def source(self) -> str:
        """The text of the entry file."""
        return self.files[self.entry]
