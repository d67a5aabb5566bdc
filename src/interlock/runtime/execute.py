"""Execute an artifact: the emitted module itself is loaded and run, so what runs is what a user can keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from interlock.ir.artifact import Artifact
from interlock.runtime.loading import load, unload


@dataclass
class RunFailed(Exception):
    """A run that stopped, with the code that explains why. Files already in place, if any, are in `data["committed"]`."""

    code: str
    message: str
    step: str | None
    help: str
    data: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.code} {self.message}"

    def as_dict(self) -> dict[str, Any]:
        """The failure as plain data."""
        return {"code": self.code, "message": self.message, "step": self.step, "help": self.help, **self.data}


@dataclass(frozen=True)
class Report:
    """What a run did: rows, bytes and time of each step, files written with their digests, and rows to show.

    `run` is the run's id in the journal; empty for one that was executed without.
    """

    artifact: str
    plan: str
    inputs: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    outputs: tuple[Mapping[str, Any], ...]
    previews: tuple[Mapping[str, Any], ...]
    seconds: float
    stepwise: bool
    run: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)


def execute(
    artifact: Artifact,
    root: Path,
    inputs: Mapping[str, Any] | None = None,
    on_event: Callable[[dict[str, Any]], None] | None = None,
    *,
    threads: int | None = None,
    memory: str | None = None,
    stepwise: bool | None = None,
    recorder: Any = None,
) -> Report:
    """Run an artifact in the project folder `root`; raises RunFailed. With a `recorder`, the run is durable."""
    module = load(artifact)
    try:
        found = module.run(str(root), inputs, on_event, threads, memory, stepwise, recorder)
    except module.RunFailed as error:
        raise RunFailed(error.code, error.message, error.step, error.help, error.data) from error
    finally:
        unload(module)
    return Report(
        artifact.digest,
        found["plan"],
        found["inputs"],
        tuple(found["steps"]),
        tuple(found["outputs"]),
        tuple(found["previews"]),
        found["seconds"],
        found["stepwise"],
    )
