"""`interlock fuzz`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.doors.cli.output import AsJson, ProjectFolder, fail_usage, project_here, say_json, stop, table

NAME = "fuzz"
ORACLES = (
    "One of acceptance, soundness, schema_truth, meaning, optimisation, determinism, round_trip, refusal, totality."
)


def command(
    minutes: Annotated[
        float | None, typer.Option(metavar="N", help="Stop after N minutes. Default: 1.", show_default=False, min=0.01)
    ] = None,
    cases: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Stop after N plans. With --minutes: whichever is first.", show_default=False, min=1
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed draws the same plans.", min=0)] = 1,
    first: Annotated[
        int, typer.Option(metavar="N", help="The number of the first plan: a long run in parts.", min=0)
    ] = 0,
    oracle: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help=f"Ask this oracle only; repeat for more. Default: all. {ORACLES}", show_default=False
        ),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(metavar="N", help="Processes. Default: all cores.", show_default=False, min=1)
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where what was found is written.")
    ] = Path("fuzz-failures"),
    json: AsJson = False,
    project: ProjectFolder = None,
) -> None:
    """Draw random valid plans over all node types, run them, and let independent oracles judge what happens.

    Each failure is made small and written as a project folder with its plan and its data. Exit code 1 if there was one.
    """
    from interlock.api.soundness import fuzz, oracles_named, write_failures

    if minutes is None and cases is None:
        minutes = 1.0
    try:
        oracles_named(oracle or ())
    except ValueError as error:
        stop(fail_usage(str(error), json))
    drawn_from = project_here(project)
    with _progress(json) as watch:
        tally = fuzz(
            drawn_from, seed=seed, first=first, minutes=minutes, cases=cases,
            only=oracle or (), processes=processes, on_progress=watch,
        )  # fmt: skip
    written = write_failures(drawn_from, tally, output)
    if json:
        say_json({"ok": not tally.found, **tally.as_dict(), "written": [str(each) for each in written]})
        stop(1 if tally.found else 0)
    rate = tally.cases / max(tally.seconds, 0.001)
    part = f" from number {first:,} on" if first else ""
    print(
        f"{tally.cases:,} plans with {tally.nodes:,} nodes, seed {seed}{part}, "
        f"{tally.seconds:,.0f} s, {rate:.1f} plans/s\n"
    )
    print(table(["oracle", "cases", "not judged", "failures"], _shown(tally.rows()), {1, 2, 3}))
    for (name, reason), count in tally.reasons.most_common(12):
        print(f"  not judged by {name}: {count:,}: {reason}")
    for name, count in sorted(tally.own.items()):
        print(f"  {name}, of this project: in {count or 'none'} of the plans")
    for each, where in zip(tally.found, written, strict=True):
        number = each.drawn_by[1]
        print(f"\n{each.fault.oracle} ({each.fault.kind}), plan {number:,}: {each.fault.message}")
        print(f"  {where}\n  again: {each.again}")
    stop(1 if tally.found else 0)


def _shown(rows: list[list[Any]]) -> list[list[Any]]:
    return [[cell if isinstance(cell, str) else f"{cell:,}" for cell in row] for row in rows]


class _progress:
    """A line on a terminal that tells how far it is, nothing elsewhere."""

    def __init__(self, silent: bool) -> None:
        self.silent = silent or not sys.stderr.isatty()

    def __enter__(self) -> Any:
        return self.hear

    def hear(self, tally: Any) -> None:
        if not self.silent:
            faults = sum(tally.faults.values())
            print(
                f"\r{tally.cases:,} plans, {faults:,} failures, {tally.seconds:,.0f} s ",
                end="",
                file=sys.stderr,
                flush=True,
            )

    def __exit__(self, *_: Any) -> None:
        if not self.silent:
            print(file=sys.stderr)
