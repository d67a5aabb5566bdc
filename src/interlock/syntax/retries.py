"""Reading how a step is tried again: `{attempts: 5, interval: 2s, factor: 2, max_interval: 1m}`."""

from __future__ import annotations

from typing import Any

from interlock.ir.diagnostics import Fix, Place
from interlock.ir.retry import (
    FACTOR,
    FEWEST,
    INTERVAL,
    LONGEST,
    MOST,
    SHORTEST,
    STEEPEST,
    Retry,
    plain_number,
    read_duration,
    usual_maximum,
)
from interlock.syntax.findings import Findings
from interlock.syntax.members import Shape, members
from interlock.syntax.rules.bad_retry import bad_attempts, bad_factor, bad_wait, maximum_too_short
from interlock.syntax.rules.missing_key import missing_key
from interlock.syntax.rules.wrong_shape import wrong_shape

_RETRY = Shape(
    "a retry",
    {"attempts": int, "interval": str, "factor": (int, float), "max_interval": str},
    {"max_attempts": "attempts", "maxattempts": "attempts", "maximum_attempts": "attempts", "tries": "attempts",
     "retries": "attempts", "max_retries": "attempts", "limit": "attempts", "times": "attempts", "count": "attempts",
     "wait": "interval", "delay": "interval", "backoff": "interval", "initial_interval": "interval",
     "initialinterval": "interval", "initial_delay": "interval", "retry_delay": "interval", "multiplier": "factor",
     "backoff_coefficient": "factor", "backoffcoefficient": "factor", "backoff_rate": "factor", "delayfactor": "factor",
     "exponent": "factor", "most": "max_interval", "maxinterval": "max_interval", "maximum_interval": "max_interval",
     "max_wait": "max_interval", "max_delay": "max_interval", "maxduration": "max_interval", "cap": "max_interval"},
)  # fmt: skip
_EXAMPLE = "retry: {attempts: 3, interval: 2s}"


def read_retry(at: Place, value: Any, findings: Findings) -> Retry:
    """How a step is tried again. What cannot be read is reported, and stands at its usual value: that there is a retry
    is judged all the same.
    """
    if not isinstance(value, dict):
        whole = isinstance(value, int) and not isinstance(value, bool) and FEWEST <= value <= MOST
        patch = {"op": "replace", "path": at.pointer, "value": {"attempts": value}}
        fix = Fix(f"write `{{attempts: {value}}}`", (patch,)) if whole else None
        findings.add(wrong_shape, at, "`retry`", "a mapping", value, _EXAMPLE, fix)
        return Retry(FEWEST)
    given = members(at, value, _RETRY, findings)
    if "attempts" not in given:
        findings.add(missing_key, at, "attempts", "`retry`", _EXAMPLE)
    attempts = _attempts(*given["attempts"], findings) if "attempts" in given else FEWEST
    factor = _factor(*given["factor"], findings) if "factor" in given else FACTOR
    first, longest = (_duration(given[key][1]) if key in given else None for key in ("interval", "max_interval"))
    if "interval" in given and first is None:
        findings.add(bad_wait, *given["interval"], "interval", SHORTEST, longest or LONGEST)
    interval = INTERVAL if first is None else first
    if "max_interval" not in given:
        return Retry(attempts, interval, factor, usual_maximum(interval))
    if longest is None:
        findings.add(bad_wait, *given["max_interval"], "max_interval", first or SHORTEST, LONGEST)
    elif longest < interval and (first is not None or "interval" not in given):
        findings.add(maximum_too_short, given["max_interval"][0], longest, interval)
    return Retry(attempts, interval, factor, max(longest or 0, interval))


def _attempts(at: Place, value: Any, findings: Findings) -> int:
    if type(value) is int and FEWEST <= value <= MOST:
        return value
    findings.add(bad_attempts, at, value)
    return FEWEST


def _duration(value: Any) -> int | None:
    found = read_duration(value) if isinstance(value, str) else None
    return found if found is not None and SHORTEST <= found <= LONGEST else None


def _factor(at: Place, value: Any, findings: Findings) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value <= STEEPEST:
        return plain_number(value)
    findings.add(bad_factor, at, value)
    return FACTOR
