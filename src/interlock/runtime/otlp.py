"""A run as OpenTelemetry spans, in OTLP's JSON encoding: what a collector takes at `/v1/traces`.

The ids are made of the run's id, so that the same run always gives the same spans. A run is a span with its attempts
below it, an attempt a span with its steps. The calls of models that planned a plan stand before it, by the conventions
for generative AI. In this encoding ids are hexadecimal, 64-bit numbers are texts, and times are nanoseconds since 1970.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from interlock.runtime.events import Event, RunStatus

CONVENTIONS = "1.37.0"
"""The version of OpenTelemetry's semantic conventions that the names of attributes follow."""

INTERNAL, CLIENT = 1, 3
OK, ERROR = 1, 2
ENDED = {"run_finished", "run_failed", "run_stopped", "run_paused"}


def otlp(status: RunStatus, events: Iterable[Event], version: str, account: Any = None) -> dict[str, Any]:
    """The spans of a run, as `ExportTraceServiceRequest` in JSON.

    `account` is the planning account that the plan came with: a mapping with `calls`, each with `model`, and what is
    known of `provider`, `operation`, `started_at`, `ended_at`, `input_tokens`, `output_tokens`, `response_model`,
    `response_id`, `finish_reasons`, `temperature` and `error`.
    """
    trace = hashlib.sha256(f"interlock run {status.run}".encode()).hexdigest()[:32]
    listed = list(events)
    spans = _spans(status, listed, trace) + _planning(status, account, trace)
    resource = {"service.name": "interlock", "service.version": version}
    if status.versions.get("python"):
        resource |= {"process.runtime.name": "cpython", "process.runtime.version": status.versions["python"]}
    scope = {"name": "interlock.runtime", "version": version}
    url = f"https://opentelemetry.io/schemas/{CONVENTIONS}"
    body = {"scope": scope, "spans": spans, "schemaUrl": url}
    return {
        "resourceSpans": [{"resource": {"attributes": _attributes(resource)}, "scopeSpans": [body], "schemaUrl": url}]
    }


def _spans(status: RunStatus, events: list[Event], trace: str) -> list[dict[str, Any]]:
    last = events[-1].at
    root = _span(trace, "run", "", f"run {status.name}".strip(), events[0].at, status.ended_at or last, {
        "interlock.run.id": status.run, "interlock.run.status": status.status, "interlock.plan.name": status.name,
        "interlock.plan.digest": status.plan, "interlock.artifact.digest": status.artifact,
        "interlock.run.attempts": status.attempts,
        **{f"interlock.input.{name}": value for name, value in status.inputs.items()},
        **{f"interlock.origin.{name}": value for name, value in status.origin.items()},
    })  # fmt: skip
    spans = [root]
    attempt: dict[str, Any] = root
    steps: dict[str, dict[str, Any]] = {}
    for event in events:
        data = event.data
        if event.kind == "run_started":
            _close(attempt, root, event.at)
            number = data.get("attempt", 1)
            attributes = {"interlock.attempt": number, "process.pid": data.get("pid"), "host.name": data.get("host")}
            attempt = _span(trace, f"attempt {number}", root["spanId"], f"attempt {number}", event.at, last, attributes)
            spans.append(attempt)
            steps = {}
        elif event.kind == "step_started":
            name = data["step"]
            key = f"{attempt['name']} {name} {event.seq}"
            parent = attempt["spanId"]
            steps[name] = _span(
                trace,
                key,
                parent,
                f"step {name}",
                event.at,
                last,
                {"interlock.step.id": name, "interlock.step.type": data.get("type")},
            )
            spans.append(steps[name])
        elif event.kind == "step_finished" and data["step"] in steps:
            span = steps.pop(data["step"])
            span["endTimeUnixNano"] = _nanoseconds(event.at)
            span["status"] = {"code": OK}
            known = ("rows", "bytes", "digest", "checkpoint", "checkpoint_bytes", "path", "fused")
            more = {f"interlock.step.{name}": data[name] for name in known if name in data}
            more |= {"interlock.step.checks": list(data["checks"])} if data.get("checks") else {}
            span["attributes"] += _attributes(more)
        elif event.kind in ENDED:
            _end(event, root, attempt, steps)
        else:
            target = steps.get(str(data.get("step"))) or attempt
            target["events"].append(_event(event))
    return spans


def _end(event: Event, root: dict[str, Any], attempt: dict[str, Any], steps: Mapping[str, dict[str, Any]]) -> None:
    failed = event.kind in ("run_failed", "run_stopped")
    state: dict[str, Any] = {"code": ERROR, "message": event.data.get("message", "")} if failed else {}
    state = {"code": OK} if event.kind == "run_finished" else state
    open_steps = list(steps.values()) if failed else []
    for span in (root, attempt, *open_steps):
        span["status"] = dict(state)
        if failed:
            span["attributes"] = [each for each in span["attributes"] if each["key"] != "error.type"]
            span["attributes"] += _attributes({"error.type": event.data.get("code")})
    if failed:
        told = {"exception.type": event.data.get("code"), "exception.message": event.data.get("message")}
        span = (open_steps or [attempt])[-1]
        span["events"].append(
            {"timeUnixNano": _nanoseconds(event.at), "name": "exception", "attributes": _attributes(told)}
        )
    for span in {id(each): each for each in (attempt, *steps.values())}.values():
        span["endTimeUnixNano"] = _nanoseconds(event.at)


def _close(attempt: dict[str, Any], root: dict[str, Any], at: str) -> None:
    """An attempt whose process died is over, at the latest, when the next one begins."""
    if attempt is not root and not attempt["status"]:
        attempt["endTimeUnixNano"] = _nanoseconds(at)
        attempt["status"] = {"code": ERROR, "message": "the process ended before the run did"}


def _planning(status: RunStatus, account: Any, trace: str) -> list[dict[str, Any]]:
    """The calls of models that a plan came from."""
    calls = account.get("calls") if isinstance(account, Mapping) else None
    found = []
    for number, call in enumerate(calls if isinstance(calls, list) else []):
        if not isinstance(call, Mapping) or not isinstance(call.get("model"), str):
            continue
        operation = str(call.get("operation", "chat"))
        began = str(call.get("started_at") or status.created_at)
        ended = str(call.get("ended_at") or began)
        try:
            for each in (began, ended):
                _nanoseconds(each)
        except ValueError:
            continue
        span = _span(trace, f"call {number}", "", f"{operation} {call['model']}", began, ended, {
            "gen_ai.operation.name": operation, "gen_ai.provider.name": call.get("provider"),
            "gen_ai.request.model": call["model"], "gen_ai.request.temperature": call.get("temperature"),
            "gen_ai.response.model": call.get("response_model"), "gen_ai.response.id": call.get("response_id"),
            "gen_ai.response.finish_reasons": call.get("finish_reasons"),
            "gen_ai.usage.input_tokens": call.get("input_tokens"), "gen_ai.usage.output_tokens": call.get("output_tokens"),
            "error.type": call.get("error"), "interlock.plan.digest": status.plan,
        })  # fmt: skip
        span["kind"] = CLIENT
        span["status"] = {"code": ERROR, "message": str(call["error"])} if call.get("error") else {}
        found.append(span)
    return found


def _span(
    trace: str, key: str, parent: str, name: str, began: str, ended: str, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "traceId": trace,
        "spanId": hashlib.sha256(f"{trace} {key}".encode()).hexdigest()[:16],
        "name": name,
        "kind": INTERNAL,
        "startTimeUnixNano": _nanoseconds(began),
        "endTimeUnixNano": _nanoseconds(ended),
        "attributes": _attributes(attributes),
        "events": [],
        "status": {},
    }
    return found | ({"parentSpanId": parent} if parent else {})


def _event(event: Event) -> dict[str, Any]:
    data = {f"interlock.{name}": value for name, value in event.data.items()}
    return {"timeUnixNano": _nanoseconds(event.at), "name": f"interlock.{event.kind}", "attributes": _attributes(data)}


def _attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items() if value is not None and value != ""]


def _value(value: Any) -> dict[str, Any]:
    """A value in the encoding: 64-bit integers are texts there.

    >>> _value(3), _value(True), _value(["a"])
    ({'intValue': '3'}, {'boolValue': True}, {'arrayValue': {'values': [{'stringValue': 'a'}]}})
    """
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, Mapping):
        return {"kvlistValue": {"values": _attributes({str(key): each for key, each in value.items()})}}
    if isinstance(value, list | tuple):
        return {"arrayValue": {"values": [_value(each) for each in value]}}
    return {"stringValue": str(value)}


def _nanoseconds(at: str) -> str:
    """Nanoseconds since 1970, as text.

    >>> _nanoseconds("1970-01-01T00:00:01.000002Z")
    '1000002000'
    """
    moment = dt.datetime.fromisoformat(at)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return str((moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1) * 1000)
