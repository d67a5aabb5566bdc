"""A run as OpenLineage events: START, and COMPLETE, FAIL or ABORT, with schemas and column-level lineage.

The lineage is that of the pinned program, whatever has become of the plan. Files are named as OpenLineage names local
files: namespace `file`, and the full path.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from interlock.api.past_runs import PastRun
from interlock.compiler.lineage import Lineage, Reach
from interlock.compiler.origins import DIRECT, RUN_INPUT, How, Origin
from interlock.compiler.program_lineage import lineage_of_program
from interlock.runtime.loading import load, unload

PRODUCER = "urn:interlock"
SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS = {
    "schema": "1-2-0/SchemaDatasetFacet",
    "dataSource": "1-0-1/DatasourceDatasetFacet",
    "version": "1-0-1/DatasetVersionDatasetFacet",
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet",
    "outputStatistics": "1-0-2/OutputStatisticsOutputDatasetFacet",
    "inputStatistics": "1-0-0/InputStatisticsInputDatasetFacet",
    "errorMessage": "1-0-1/ErrorMessageRunFacet",
    "processing_engine": "1-1-1/ProcessingEngineRunFacet",
    "parent": "1-2-0/ParentRunFacet",
    "jobType": "2-0-4/JobTypeJobFacet",
}
"""The facets that are given, each with the version of its schema."""
ENDS = {"finished": "COMPLETE", "failed": "FAIL", "stopped": "ABORT", "rejected": "ABORT"}


def openlineage(past: PastRun, root: Path, namespace: str = "interlock") -> list[dict[str, Any]]:
    """The run's events in order; a run that has not ended has only its START, one that never began has none."""
    status = past.status
    if not status.started_at:
        return []
    module = load(past.artifact)
    try:
        steps = list(module.STEPS)
    finally:
        unload(module)
    lineage = lineage_of_program(steps)
    job = {"namespace": namespace, "name": status.name or status.plan[7:19], "facets": {
        "jobType": _facet("jobType", processingType="BATCH", integration="INTERLOCK", jobType="JOB")}}  # fmt: skip
    run_facets = {
        "processing_engine": _facet(
            "processing_engine", name="Interlock", version=str(status.versions.get("interlock", "unknown"))
        )
    }
    if status.origin.get("fork_of"):
        parent = {
            "run": {"runId": run_uuid(status.origin["fork_of"])},
            "job": {key: job[key] for key in ("namespace", "name")},
        }
        run_facets["parent"] = _facet("parent", **parent)
    inputs, outputs = _inputs(past, lineage, root), _outputs(past, lineage, steps, root)
    begin = {"runId": run_uuid(status.run), "facets": run_facets}
    plain = [{key: value for key, value in each.items() if key != "outputFacets"} for each in outputs]
    events = [_event("START", status.started_at, begin, job, inputs, plain)]
    kind = ENDS.get(status.status)
    if kind is not None:
        facets = dict(run_facets)
        if status.failure:
            message = f"{status.failure['code']} {status.failure['message']}"
            facets["errorMessage"] = _facet("errorMessage", message=message, programmingLanguage="PYTHON")
        done = outputs if kind == "COMPLETE" else plain
        events.append(
            _event(kind, status.ended_at or status.updated_at, {**begin, "facets": facets}, job, inputs, done)
        )
    return events


def run_uuid(run: str) -> str:
    """The run's id as OpenLineage wants it, a UUID: the same for the same run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{PRODUCER}/runs/{run}"))


def _event(kind: str, at: str, run: Any, job: Any, inputs: list[Any], outputs: list[Any]) -> dict[str, Any]:
    return {"eventType": kind, "eventTime": at, "run": run, "job": job, "inputs": inputs, "outputs": outputs,
            "producer": PRODUCER, "schemaURL": SPEC}  # fmt: skip


def _facet(name: str, /, **content: Any) -> dict[str, Any]:
    version, _, kind = FACETS[name].partition("/")
    url = f"https://openlineage.io/spec/facets/{version}/{kind}.json#/$defs/{kind}"
    return {"_producer": PRODUCER, "_schemaURL": url, **content}


def _named(root: Path, path: str) -> dict[str, str]:
    return {"namespace": "file", "name": str(root / path)}


def _dataset(root: Path, path: str, columns: Iterable[Iterable[str]]) -> dict[str, Any]:
    fields = [{"name": name, "type": kind.removesuffix(" not null")} for name, kind in columns]
    return {
        **_named(root, path),
        "facets": {
            "schema": _facet("schema", fields=fields),
            "dataSource": _facet("dataSource", name=path, uri=(root / path).as_uri()),
        },
    }


def _inputs(past: PastRun, lineage: Lineage, root: Path) -> list[dict[str, Any]]:
    found = []
    for read in past.artifact.manifest["reads"]:
        each = _dataset(root, read["path"], read["columns"])
        seen = next((one for one in past.status.sources.values() if one["path"] == read["path"]), None)
        statistics: dict[str, Any] = {}
        step = past.status.steps.get(read["step"])
        if step is not None and step.rows is not None:
            statistics["rowCount"] = step.rows
        if seen is not None:
            statistics |= {"size": seen["bytes"], "fileCount": 1}
            each["facets"]["version"] = _facet("version", datasetVersion=seen["digest"])
        found.append(
            each | ({"inputFacets": {"inputStatistics": _facet("inputStatistics", **statistics)}} if statistics else {})
        )
    return found


def _outputs(past: PastRun, lineage: Lineage, steps: list[Mapping[str, Any]], root: Path) -> list[dict[str, Any]]:
    upstream = lineage.upstream()
    written = {each["path"]: each for each in past.status.outputs}
    found = []
    for write in past.artifact.manifest["writes"]:
        each = _dataset(root, write["path"], write["columns"])
        each["facets"]["columnLineage"] = _column_lineage(lineage, upstream, write["step"], root)
        done = written.get(write["path"])
        if done is not None:
            each["facets"]["version"] = _facet("version", datasetVersion=done["digest"])
            known = {"rowCount": done.get("rows"), "size": done.get("bytes"), "fileCount": 1}
            statistics = {name: value for name, value in known.items() if value is not None}
            each["outputFacets"] = {"outputStatistics": _facet("outputStatistics", **statistics)}
        found.append(each)
    return found


def _column_lineage(lineage: Lineage, upstream: Mapping[Origin, Reach], sink: str, root: Path) -> dict[str, Any]:
    """Direct origins and influences of single columns as `fields`; what has a say in every column once, as `dataset`."""
    columns = list(lineage.nodes[sink].columns)
    reach = {name: upstream[Origin(sink, name)] for name in columns}
    ways: dict[str, dict[Origin, set[tuple[How, str]]]] = {}
    for name, each in reach.items():
        found = ways[name] = {}
        for end, hows in each.direct.items():
            found.setdefault(end, set()).update((how, "") for how in hows)
        for end, influences in each.influences.items():
            found.setdefault(end, set()).update((one.how, one.node) for one in influences)
    shared = {
        (end, way) for end, all_ways in next(iter(ways.values()), {}).items() for way in all_ways
        if way[0] not in DIRECT and all(way in other.get(end, ()) for other in ways.values())
    }  # fmt: skip
    fields = {}
    for name, found in ways.items():
        own = {end: {way for way in all_ways if (end, way) not in shared} for end, all_ways in found.items()}
        fields[name] = {"inputFields": _input_fields(lineage, own, root)}
    whole: dict[Origin, set[tuple[How, str]]] = {}
    for end, way in shared:
        whole.setdefault(end, set()).add(way)
    return _facet("columnLineage", fields=fields, dataset=_input_fields(lineage, whole, root))


def _input_fields(lineage: Lineage, found: Mapping[Origin, set[tuple[How, str]]], root: Path) -> list[dict[str, Any]]:
    fields = []
    for end, ways in found.items():
        source = lineage.sources.get(end.relation)
        if not ways or end.column is None or end.relation == RUN_INPUT or source is None or source.path is None:
            continue
        told = []
        for how, node in sorted(ways):
            kind = "DIRECT" if how in DIRECT else "INDIRECT"
            told.append(
                {"type": kind, "subtype": how.upper(), "description": f"in {node}" if node else "", "masking": False}
            )
        fields.append({**_named(root, source.path), "field": source.columns[end.column], "transformations": told})
    return sorted(fields, key=lambda each: (each["name"], each["field"]))
