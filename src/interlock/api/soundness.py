"""Plans that nobody wrote, judged by oracles: what `interlock fuzz` runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from interlock.api.project import Project
from interlock.evaluation import reproduce
from interlock.evaluation.fuzz import Tally as Tally
from interlock.evaluation.fuzz import fuzz as fuzz_plans
from interlock.evaluation.fuzz import oracles_named as oracles_named


@dataclass(frozen=True)
class Opener:
    """Opens a folder as a project with these files of node types; can be sent to another process."""

    node_files: tuple[Path, ...] = ()

    def __call__(self, folder: Path) -> Project:
        return Project(folder, self.node_files)


def fuzz(
    project: Project,
    *,
    seed: int = 1,
    first: int = 0,
    minutes: float | None = None,
    cases: int | None = None,
    only: Sequence[str] = (),
    processes: int | None = None,
    on_progress: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Draw plans over the project's node types and let oracles judge them; raises ValueError for an unknown oracle."""
    oracles_named(only)
    opened = Opener(tuple(each.resolve() for each in project.node_files))
    return fuzz_plans(
        opened,  # type: ignore[arg-type]  # pyright takes a cached_property in a protocol for itself, not for its value
        seed=seed, first=first, minutes=minutes, cases=cases,
        only=only, processes=processes, on_progress=on_progress,
    )  # fmt: skip


def write_failures(project: Project, tally: Tally, folder: Path) -> list[Path]:
    """Write every fault that was found as a project of its own below `folder`; where they are."""
    return [reproduce.write(found, folder, project.node_files) for found in tally.found]
