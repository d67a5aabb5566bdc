"""A case: a plan with the files, the run inputs and the knowledge that it takes to judge what a run of it does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interlock.evaluation.frames import Frame


@dataclass(frozen=True)
class Case:
    """A plan as plain data (the form that plans are written in), and what it runs over.

    - `files`: relative path → content; what the plan reads lies under `data/`, what it writes under `out/`.
    - `sources`: id of a source node → the table that it must give, columns, types and rows in order.
    - `inputs`: values of run inputs, for those without a default and for some that override one.
    - `seed`: what it was drawn from.
    - `forms`: id of a source node → how its table is written, so that a smaller one can be written the same way.
    """

    plan: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)
    sources: Mapping[str, Frame] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    forms: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The plan as JSON."""
        return json.dumps(self.plan, ensure_ascii=False, indent=1)

    def lay_out(self, folder: Path) -> None:
        """Write the files into a project folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
