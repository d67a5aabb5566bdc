"""The harness, third part: answers of people. Everything below the line of dashes is carried into the module verbatim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb

from interlock.compiler.standalone.harness_values import RunFailed, _literal, _plain, _quoted

# ---------------------------------------------------------------------------------------------------------------------


def _question(step: dict[str, Any], names: Sequence[str], rows: list[list[Any]], total: int) -> RunFailed:
    """What stops a run until somebody has answered the form of a step: the question, with the rows it is about."""
    form = step["asks"]
    wanted = [name for name, field in form["fields"].items() if "default" not in field and not field.get("optional")]
    example = f"{step['id']}.{(wanted or list(form['fields']))[0]}=VALUE"
    return RunFailed(
        "IL943", f"`{step['id']}` waits for an answer: {form['question']}", step["id"],
        f"run it under Interlock, which waits; or give the answers with --answer {example}",
        question=form["question"], fields=[{"name": name, **field} for name, field in form["fields"].items()], columns=list(names), rows=rows, total=total,
    )  # fmt: skip


def _answers(
    connection: duckdb.DuckDBPyConnection, step: dict[str, Any], given: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """(variable, SQL value), both as SQL, for every field of a step's form; raises RunFailed if the answers do not fit it."""
    fields = step["asks"]["fields"]
    for name in given:
        if name not in fields:
            known = ", ".join(fields)
            raise RunFailed("IL944", f"the form of `{step['id']}` has no field `{name}`", step["id"], f"it has {known}")
    for name, field in fields.items():
        value = given.get(name, field.get("default"))
        kind, title = field["type"], f"the field `{name}` of `{step['id']}`"
        if value is None:
            if not field.get("optional"):
                raise RunFailed("IL944", f"{title} has no answer", step["id"], f"give a value of type {kind}")
            yield _quoted(f"{step['id']}.{name}"), "NULL"
            continue
        if re.search("int", kind) and not re.fullmatch(r"\s*[+-]?\d+\s*", str(value)):
            raise RunFailed(
                "IL944", f"{title} must be of type {kind}, not {value!r}", step["id"], "give a whole number"
            )
        typed = f"CAST({_literal(value)} AS {kind})"
        choices = ", ".join(f"CAST({_literal(each)} AS {kind})" for each in field.get("choices") or ())
        try:
            allowed = connection.execute(f"SELECT {typed}" + (f" IN ({choices})" if choices else "")).fetchone()
        except duckdb.Error as error:
            raise RunFailed(
                "IL944", f"{title} must be of type {kind}, not {value!r}", step["id"], _plain(error)
            ) from error
        if choices and not (allowed and allowed[0]):
            listed = ", ".join(str(each) for each in field["choices"])
            raise RunFailed("IL944", f"{title} cannot be {value!r}", step["id"], f"the choices are: {listed}")
        yield _quoted(f"{step['id']}.{name}"), typed
