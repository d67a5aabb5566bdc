"""`interlock show` and `interlock trace`: a run as people, OpenTelemetry and OpenLineage see it."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any
from xml.etree import ElementTree

from workbench import Workbench


def test_show(shop: Workbench, first: str) -> None:
    said = shop.cli("show", "last")
    assert said.code == 0
    lines = said.out.splitlines()
    assert re.fullmatch(rf"run {first}  finished in \d+\.\d\d s", lines[0])
    assert "  inputs       least=1.0" in lines
    assert any(re.fullmatch(r"  read         sales\.csv  \d+ bytes  sha256:[0-9a-f]{12}…", line) for line in lines)
    assert any(line.startswith("joined") and "held: the join is many-to-one" in line for line in lines)
    assert any(re.match(r"totals  aggregate@1    finished +2 ", line) for line in lines)
    assert any(line.startswith("wrote out/totals.csv  2 rows, ") for line in lines)
    told = shop.cli("show", first, "--json").json
    assert (told["status"], [step["step"] for step in told["steps"]][-2:]) == ("finished", ["totals", "out"])


def test_a_failed_run_is_shown_where_it_failed(shop: Workbench) -> None:
    shop.put("shops.csv", "id,city\n1,Ulm\n1,Bonn\n")
    assert shop.cli("run", "plan.json").code == 3
    said = shop.cli("show", "last")
    assert "failed" in said.out.splitlines()[0]
    assert "IL905" in said.out.splitlines()[-1]
    picture = ElementTree.fromstring(shop.cli("show", "last", "-f", "svg").out)
    texts = [str(each.text) for each in picture.iter() if each.tag.endswith("}text")]
    assert {"done", "failed", "not run"} <= set(texts)
    spans = spans_of(shop, "last")
    assert spans["step joined"]["status"]["code"] == spans["attempt 1"]["status"]["code"] == 2
    assert spans["step joined"]["events"][-1]["name"] == "exception"
    assert attributes(spans["attempt 1"])["error.type"] == {"stringValue": "IL905"}
    start, end = lineage_of(shop, "last")
    assert (start["eventType"], end["eventType"]) == ("START", "FAIL")
    assert end["run"]["facets"]["errorMessage"]["message"].startswith("IL905 ")
    assert all("outputFacets" not in each for each in end["outputs"])


def test_a_run_that_is_not_there(shop: Workbench, first: str) -> None:
    for command in ("show", "trace"):
        said = shop.cli(command, "nothing")
        assert said.code == 2
        assert "there is no run `nothing`" in said.err


def test_every_event(shop: Workbench, first: str) -> None:
    events = json.loads(shop.cli("trace", first).out)
    assert [each["kind"] for each in events][:2] == ["run_created", "run_started"]
    assert events[-1]["kind"] == "run_finished"
    assert all(re.fullmatch("[0-9a-f]{64}", each["hash"]) for each in events)
    assert shop.cli("trace", first, "-o", "t.json").out == "t.json\n"
    assert json.loads(shop.read("t.json")) == events


def spans_of(shop: Workbench, run: str) -> dict[str, Any]:
    body = json.loads(shop.cli("trace", run, "-f", "otel").out)
    (resource,) = body["resourceSpans"]
    (scope,) = resource["scopeSpans"]
    assert resource["schemaUrl"] == scope["schemaUrl"] == "https://opentelemetry.io/schemas/1.37.0"
    assert attributes(resource["resource"])["service.name"] == {"stringValue": "interlock"}
    return {span["name"]: span for span in scope["spans"]}


def attributes(thing: dict[str, Any]) -> dict[str, Any]:
    return {each["key"]: each["value"] for each in thing["attributes"]}


def test_spans(shop: Workbench, first: str) -> None:
    """The form of OTLP/JSON: hexadecimal ids, 64-bit numbers as texts, lowerCamelCase keys, enumerations as numbers."""
    spans = spans_of(shop, first)
    assert spans == spans_of(shop, first)
    root = spans["run totals"]
    assert "parentSpanId" not in root
    assert spans["attempt 1"]["parentSpanId"] == root["spanId"]
    for name, span in spans.items():
        assert re.fullmatch("[0-9a-f]{32}", span["traceId"])
        assert span["traceId"] == root["traceId"]
        assert re.fullmatch("[0-9a-f]{16}", span["spanId"])
        assert int(root["startTimeUnixNano"]) <= int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
        assert (span["kind"], span["status"]) == (1, {"code": 1})
        if name.startswith("step "):
            assert span["parentSpanId"] == spans["attempt 1"]["spanId"]
    assert len({span["spanId"] for span in spans.values()}) == len(spans)
    assert attributes(spans["step totals"])["interlock.step.rows"] == {"intValue": "2"}
    names = [event["name"] for event in spans["attempt 1"]["events"]]
    assert {"interlock.source_checked", "interlock.commit_planned", "interlock.sink_committed"} <= set(names)


def test_the_calls_that_planned_it(shop: Workbench) -> None:
    shop.put("account.json", {"calls": [
        {"provider": "openai", "model": "m-1", "operation": "chat", "input_tokens": 900, "output_tokens": 120,
         "started_at": "2026-01-01T10:00:00Z", "ended_at": "2026-01-01T10:00:02.5Z", "finish_reasons": ["stop"]},
        {"model": "m-2", "error": "timeout"}, "nonsense"]})  # fmt: skip
    assert shop.cli("plans", "save", "plan.json", "--account", "account.json").code == 0
    ran = shop.cli("run", "totals@1", "--json")
    assert ran.code == 0, ran.out + ran.err
    spans = spans_of(shop, ran.json["run"])
    call = spans["chat m-1"]
    assert call["kind"] == 3
    assert int(call["endTimeUnixNano"]) - int(call["startTimeUnixNano"]) == 2_500_000_000
    told = attributes(call)
    assert told["gen_ai.operation.name"] == {"stringValue": "chat"}
    assert told["gen_ai.provider.name"] == {"stringValue": "openai"}
    assert told["gen_ai.request.model"] == {"stringValue": "m-1"}
    assert told["gen_ai.usage.input_tokens"] == {"intValue": "900"}
    assert told["gen_ai.response.finish_reasons"] == {"arrayValue": {"values": [{"stringValue": "stop"}]}}
    assert attributes(spans["chat m-2"])["error.type"] == {"stringValue": "timeout"}


def lineage_of(shop: Workbench, run: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shop.cli("trace", run, "-f", "openlineage").out.splitlines()]


def test_openlineage(shop: Workbench, first: str) -> None:
    start, end = lineage_of(shop, first)
    assert (start["eventType"], end["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == end["run"]["runId"] == str(uuid.UUID(end["run"]["runId"]))
    assert end["job"]["name"] == "totals"
    for event in (start, end):
        assert event["schemaURL"] == "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
        assert event["eventTime"].endswith("Z")
        things = [event["run"], event["job"], *event["inputs"], *event["outputs"]]
        for facets in [each.get(kind, {}) for each in things for kind in ("facets", "inputFacets", "outputFacets")]:
            for facet in facets.values():
                assert facet["_producer"] == event["producer"]
                assert re.fullmatch(
                    r"https://openlineage\.io/spec/facets/\d-\d-\d/(\w+Facet)\.json#/\$defs/\1", facet["_schemaURL"]
                )
    assert [each["name"] for each in end["inputs"]] == [str(shop.root / name) for name in ("sales.csv", "shops.csv")]
    sales = end["inputs"][0]
    assert sales["namespace"] == "file"
    assert sales["facets"]["schema"]["fields"] == [
        {"name": "shop", "type": "bigint"}, {"name": "amount", "type": "double"}]  # fmt: skip
    assert sales["inputFacets"]["inputStatistics"]["rowCount"] == 4
    totals = next(each for each in end["outputs"] if each["name"].endswith("totals.csv"))
    assert totals["facets"]["schema"]["fields"] == [
        {"name": "city", "type": "varchar"}, {"name": "total", "type": "double"}]  # fmt: skip
    assert totals["outputFacets"]["outputStatistics"]["rowCount"] == 2
    assert totals["facets"]["dataSource"]["uri"] == (shop.root / "out/totals.csv").as_uri()


def test_column_lineage_is_that_of_the_program_that_ran(shop: Workbench, first: str) -> None:
    before = lineage_of(shop, first)
    (shop.root / "sales.csv").unlink()
    shop.put("plan.json", "{}")
    assert lineage_of(shop, first) == before
    outputs = {each["name"].rsplit("/")[-1]: each["facets"] for each in before[1]["outputs"]}
    totals = outputs["totals.csv"]["columnLineage"]
    ways = {
        name: {(field["name"].rsplit("/")[-1], field["field"], way["type"], way["subtype"])
               for field in each["inputFields"] for way in field["transformations"]}
        for name, each in totals["fields"].items()
    }  # fmt: skip
    assert ways == {
        "city": {("shops.csv", "city", "DIRECT", "IDENTITY")},
        "total": {("sales.csv", "amount", "DIRECT", "AGGREGATION")},
    }
    whole = {
        (field["name"].rsplit("/")[-1], field["field"], way["subtype"], way["description"])
        for field in totals["dataset"]
        for way in field["transformations"]
    }
    assert {
        ("sales.csv", "amount", "FILTER", "in large"), ("sales.csv", "shop", "JOIN", "in joined"),
        ("shops.csv", "id", "JOIN", "in joined"), ("shops.csv", "city", "GROUP_BY", "in totals"),
    } <= whole  # fmt: skip
