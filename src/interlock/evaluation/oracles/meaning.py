"""Oracle: the values and their order are those of an interpreter that shares no code with the engine."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from random import Random
from typing import Any

from interlock.evaluation.frames import Frame, Stops, Unsupported
from interlock.evaluation.oracles.fault import Fault, NotJudged
from interlock.evaluation.reference.files import expected_in_file, read_written
from interlock.evaluation.reference.terms import MayStop, Untyped
from interlock.evaluation.trials import Trial


def meaning(trial: Trial, draw: Random) -> Iterator[Fault]:
    """Every result that the run made, and every file that it wrote, value by value."""
    reference = trial.reference
    if isinstance(reference, Untyped):
        yield Fault("meaning", "untyped", f"it passes the checks, and by the documented types it may not: {reference}")
        return
    if isinstance(reference, Unsupported):
        raise NotJudged(str(reference))
    ran = trial.plain
    if isinstance(reference, MayStop):
        raise NotJudged(f"it is open whether the run stops: {reference}")
    if isinstance(reference, Stops):
        if ran.failed is None:
            yield Fault("meaning", "does not stop", f"the run should stop: {reference}")
        return
    if ran.failed is not None:
        return  # soundness tells
    judged = 0
    for bound in trial.proven.nodes:
        expected = reference.get(bound.node.id)
        found = ran.frames.get(bound.node.id)
        if expected is None or found is None or isinstance(found, Unsupported):
            continue
        judged += 1
        difference = difference_of(expected, found)
        if difference and difference_of(in_one_order(expected), in_one_order(found)):
            # an order that nothing looks at is not computed; what is written is compared in order
            yield Fault("meaning", bound.type.name, f"`{bound.node.id}` ({bound.type.name}): {difference}")
            return  # what follows from it is wrong, too
    for fault in _files(trial, reference):
        judged += 1
        if fault is not None:
            yield fault
    if not judged:
        raise NotJudged("no result could be compared")


def _files(trial: Trial, reference: Any) -> Iterator[Fault | None]:
    """What is wrong with each file that can be compared; None where nothing is."""
    for bound in trial.proven.nodes:
        if not bound.type.is_sink or not bound.inputs or bound.inputs[0][1] not in reference:
            continue
        path = str(bound.params.get("path"))
        content = trial.usual.files.get(path)
        if content is None:
            yield Fault("meaning", bound.type.name, f"`{bound.node.id}` wrote no `{path}`")
            continue
        written = trial.folder / path
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(content)
        params = trial.proven.plan.by_id[bound.node.id].params
        try:
            expected = expected_in_file(reference[bound.inputs[0][1]], bound.type.name, params)
            difference = difference_of(expected, read_written(written, bound.type.name, params))
        except Unsupported:
            continue
        finally:
            trial.take_away([path])
        told = f"`{path}` of `{bound.node.id}` ({bound.type.name}): {difference}"
        yield Fault("meaning", bound.type.name, told) if difference else None


def in_one_order(frame: Frame) -> Frame:
    """The same rows in an order that depends on nothing but their values."""
    return frame.with_rows(sorted(frame.rows, key=repr))


def difference_of(expected: Frame, found: Frame) -> str:
    """The first difference in words; empty if there is none."""
    if [name for name, _ in expected.columns] != [name for name, _ in found.columns]:
        return f"columns {expected.names} expected, {found.names} found"
    for (name, one), (_, other) in zip(expected.columns, found.columns, strict=True):
        if str(one) != str(other) and not one.is_null:
            return f"`{name}` should be {one}, is {other}"
    if len(expected.rows) != len(found.rows):
        return f"{len(expected.rows)} rows expected, {len(found.rows)} found"
    for number, (one, other) in enumerate(zip(expected.rows, found.rows, strict=True), 1):
        for name, wanted, there in zip(expected.names, one, other, strict=True):
            if not identical(wanted, there):
                return f"row {number}, `{name}`: {wanted!r} expected, {there!r} found"
    return ""


def identical(one: Any, other: Any) -> bool:
    """Whether two values are the same to the bit; NaN is NaN.

    >>> identical(float("nan"), float("nan")), identical(0.0, -0.0), identical(1, True), identical([1.0], [1.0])
    (True, False, False, True)
    """
    if isinstance(one, float) and isinstance(other, float):
        return (math.isnan(one) and math.isnan(other)) or struct.pack("<d", one) == struct.pack("<d", other)
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(identical(one[key], other[key]) for key in one)
    return one == other
