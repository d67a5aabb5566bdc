"""Run the benchmarks: all of them (`make bench`), or those named.

python benchmarks/run.py [PART ...] [--json] [--rows N] [--mutants N] [--crashes N] [--seed N]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.report import Result, machine


def plancompiler(options: argparse.Namespace, folder: Path) -> Result:
    """Recorded plans of a published benchmark: the wrong ones refused, the others right."""
    from benchmarks.plancompiler.judge import run

    return run(folder)


def spoiled(options: argparse.Namespace, folder: Path) -> Result:
    """The same recorded plans with a column, a type, an expression or an output spoiled."""
    from benchmarks.plancompiler.spoiled import run

    return run(folder, options.seed)


def english(options: argparse.Namespace, folder: Path) -> Result:
    """The tasks of that benchmark in words, read without a model."""
    from benchmarks.plancompiler.english import run

    return run(folder)


def sentences(options: argparse.Namespace, folder: Path) -> Result:
    """Requests in strangers' words, read without a model."""
    from benchmarks.sentences.judge import run

    return run(folder)


def prompts(options: argparse.Namespace, folder: Path) -> Result:
    """What a model would be sent for those tasks."""
    from benchmarks.plancompiler.prompts import run

    return run(folder)


def mutants(options: argparse.Namespace, folder: Path) -> Result:
    """Good plans, broken in many ways: refused with a place, or right; never failing at run time."""
    from benchmarks.mutants.judge import run

    return run(folder, options.mutants, options.seed)


def drawn(options: argparse.Namespace, folder: Path) -> Result:
    """Drawn plans, broken in many ways: what the checks claim to refuse is refused, at its place."""
    from benchmarks.mutants.drawn import run

    return run(options.mutants, options.seed)


def drawing(options: argparse.Namespace, folder: Path) -> Result:
    """How fast plans are drawn, checked, run and judged."""
    from benchmarks.drawing import run

    return run(folder)


def compile(options: argparse.Namespace, folder: Path) -> Result:
    """The time that check, lower and emit take, by the number of nodes."""
    from benchmarks.compile_time import run

    return run(folder)


def pipeline(options: argparse.Namespace, folder: Path) -> Result:
    """A six-node pipeline against the same in hand-written DuckDB SQL."""
    from benchmarks.pipeline import run

    return run(folder, options.rows, options.repeats)


def start(options: argparse.Namespace, folder: Path) -> Result:
    """Cold start of `interlock check`."""
    from benchmarks.start import run

    return run(folder)


def growth(options: argparse.Namespace, folder: Path) -> Result:
    """How the time of a check grows with nodes, columns and expressions."""
    from benchmarks.growth import run

    return run(folder)


def crashes(options: argparse.Namespace, folder: Path) -> Result:
    """Runs killed at random moments and resumed: they end as if nothing had happened."""
    from benchmarks.crashes import run

    return run(folder, options.crashes, options.seed)


def durable(options: argparse.Namespace, folder: Path) -> Result:
    """What the journal costs a step, and a store of 10,000 runs."""
    from benchmarks.durable import run

    return run(folder)


def ahead(options: argparse.Namespace, folder: Path) -> Result:
    """Nodes that wait for other machines, one after the other and at the same time."""
    from benchmarks.ahead import run

    return run(folder)


EVERY = (
    plancompiler, spoiled, english, sentences, prompts, mutants, drawn, drawing, compile, growth, pipeline, start, crashes,
    durable, ahead,
)  # fmt: skip
PARTS: dict[str, Callable[[argparse.Namespace, Path], Result]] = {part.__name__: part for part in EVERY}


def main() -> int:
    """Run what is asked for; 1 if an aim was missed and `--strict` is given."""
    parser = argparse.ArgumentParser(description="Interlock's benchmarks. Without a name, all of them.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if an aim is missed")
    parser.add_argument("--rows", type=int, default=5_000_000, help="rows of the pipeline's CSV (default 5,000,000)")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each side of the pipeline (default 5)")
    parser.add_argument(
        "--mutants", type=int, default=2_000, help="so many mutants, evenly chosen (default 2,000; 0: all)"
    )
    parser.add_argument(
        "--crashes", type=int, default=70, help="runs to kill for each kind of checkpoints (default 70)"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the mutants and of the crashes (default 1)")
    options = parser.parse_args()
    unknown = [name for name in options.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no benchmark `{unknown[0]}`; there are {', '.join(PARTS)}")
    found = machine()
    if not options.json:
        print("machine: " + ", ".join(f"{key} {value}" for key, value in found.items()) + "\n", flush=True)
    results = []
    for name in options.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix=f"interlock-bench-{name}-") as folder:
            result = PARTS[name](options, Path(folder))
        results.append(result)
        if not options.json:
            print(result.text(), flush=True)
    if options.json:
        print(json.dumps({"machine": found, **{each.name: {"ok": each.ok, **each.data} for each in results}}, indent=2))
    return 1 if options.strict and not all(each.ok for each in results) else 0


if __name__ == "__main__":
    sys.exit(main())
