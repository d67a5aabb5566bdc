"""The policy's limits on a run: every file is judged by its size as the run meets it, before anything is put in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from interlock.gates.policy import Policy
from interlock.runtime.execute import RunFailed

Listener = Callable[[dict[str, Any]], None]


def limited(policy: Policy, on_event: Listener | None = None) -> Listener | None:
    """A listener for a run's events that raises RunFailed (IL940) where a file is too large, and then calls `on_event`.

    Sizes of sources come with `source_checked`, rows and sizes of sinks with `step_finished`; the size of a table that
    goes into a database is not known.
    """
    if policy.max_read_bytes is None and policy.max_write_bytes is None and policy.max_write_rows is None:
        return on_event

    def listen(event: dict[str, Any]) -> None:
        path = event.get("path")
        if event["event"] == "source_checked":
            _judge(event, path, "read", "bytes", policy.max_read_bytes)
        elif event["event"] == "step_finished" and path:
            _judge(event, path, "write", "bytes", policy.max_write_bytes)
            _judge(event, path, "write", "rows", policy.max_write_rows)
        if on_event is not None:
            on_event(event)

    return listen


def _judge(event: dict[str, Any], path: Any, verb: str, unit: str, most: int | None) -> None:
    found = event.get(unit)
    if most is None or found is None or found <= most:
        return
    raise RunFailed(
        "IL940",
        f"`{path or event['step']}` has {found:,} {unit}; the policy allows {most:,} in a file to {verb}",
        event["step"],
        f"{verb} less, or let whoever owns `interlock.toml` raise `max_{verb}_{unit}` in `[policy]`",
        {"expected": most, "found": found},
    )
