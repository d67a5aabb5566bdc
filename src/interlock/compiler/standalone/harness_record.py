"""The harness, second part: what makes a run durable. Everything below the line of dashes is carried into the module verbatim."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from interlock.compiler.standalone.harness_values import _quoted

# ---------------------------------------------------------------------------------------------------------------------


class Recorder:
    """What makes a run durable: Interlock hands one of its own to `run`. This one keeps nothing, and so the run is not.

    `run` names the run: its temporary files and the marks in databases are named after it, so that they are found again
    when the run goes on after a crash. `scratch` is a folder for spilled results. With `digests`, every stored result is
    digested. `answers` are given beforehand, by step and field. What happens is told through `on_event`; here it is asked what to do.
    """

    run = ""
    scratch: str | None = None
    digests = False

    def __init__(self, answers: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.answers = answers or {}

    def answer(self, step: str) -> Mapping[str, Any] | None:
        """What somebody answered to the form of a step, by field; None if nobody has yet."""
        return self.answers.get(step)

    def complete(self, step: str) -> Mapping[str, Any] | None:
        """What was told when an earlier attempt at this run finished the step, or None."""

    def stored(self, step: str) -> str | None:
        """The Parquet file with the result of a complete step, sound, or None: then the step is run again."""

    def room(self, step: Mapping[str, Any], cost: float, rows: int, wanted: bool) -> str | None:
        """Where to store a result that was just made, or None. `cost`: the seconds it takes to make it again.

        `wanted`: a sink that must not be repeated reads it.
        """

    def keep(self, step: str, path: str) -> dict[str, Any]:
        """Take over the file that was stored there; what to tell of it when the step is finished."""
        return {}

    def planned(self, step: str) -> Mapping[str, Any] | None:
        """What an earlier attempt was about to put in place for a sink; `committed` says whether it did."""


class Staging:
    """What a Python sink works with: a `folder` of its own beside the file it writes, which is removed afterwards.

    `mark` is the same whenever the same run commits the same step, and empty if that cannot happen twice. `done` says
    that the commit was seen to succeed, so that only the mark is left to be taken away.
    """

    def __init__(self, folder: str, mark: str, done: bool = False) -> None:
        self.folder, self.mark, self.done = folder, mark, done


TEXTUAL = ("hugeint", "uhugeint", "interval")  # types whose values Parquet rounds


def _to_parquet(columns: list[tuple[str, str]]) -> str | None:
    """The columns of a SELECT that a Parquet file can hold exactly, or None if it cannot."""
    if any(kind not in TEXTUAL and re.search("hugeint|interval", kind) for _, kind in columns):
        return None
    return ", ".join(
        f"CAST({_quoted(name)} AS VARCHAR) AS {_quoted(name)}" if kind in TEXTUAL else _quoted(name)
        for name, kind in columns
    )


def _from_parquet(columns: list[tuple[str, str]]) -> str:
    """The columns of a SELECT that reads them again, of their types."""
    return ", ".join(f"CAST({_quoted(name)} AS {kind}) AS {_quoted(name)}" for name, kind in columns)


def _digest_of_rows(connection: Any, relation: str, columns: list[tuple[str, str]], rows: int) -> str:
    """The digest of a table's rows, in their order; `rows` is how many there are."""
    names = [_quoted(name) for name, _ in columns]
    row = "row_number() OVER ()" if any(name.lower() == "rowid" for name, _ in columns) else "rowid"
    hashes = f"SELECT hash({', '.join([row, *names])}) AS digest FROM {relation}"
    if 0 < rows <= 256:  # planning the aggregate would take longer
        mixed = total = 0
        for (digest,) in connection.execute(hashes).fetchall():
            mixed, total = mixed ^ digest, total + digest
    else:
        mixed, total = connection.execute(f"SELECT bit_xor(digest), sum(digest) FROM ({hashes})").fetchone()
    text = json.dumps([columns, rows, mixed, total])
    return "rows:" + hashlib.sha256(text.encode()).hexdigest()
