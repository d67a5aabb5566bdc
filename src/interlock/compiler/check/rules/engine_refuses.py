"""The engine refuses the node's statement for the types that flow into it.

Every step's own statement is bound by DuckDB against empty tables of the schemas that reach it; what the engine would
refuse when the plan runs, it refuses now. The usual reasons in a `query`: a column that is neither grouped nor
aggregated, an unknown column, or types that do not fit.

    sql: select * from events group by event_type                        # refused
    sql: select event_type, count(*) as count from events group by event_type

Mend it as the message says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from interlock.compiler.binder import BindError
from interlock.compiler.check.rules import unknown_column
from interlock.ir.diagnostics import Diagnostic, Fix, Place, joined, nearest, rule
from interlock.ir.expressions.problems import mended, spelled
from interlock.ir.types import Schema

RULE = rule("IL303", "engine-refuses", __doc__)


_UNKNOWN = (
    re.compile(r'Referenced column "(?P<name>[^"]+)" not found in FROM clause'),
    re.compile(r'Table "(?P<table>[^"]+)" does not have a column named "(?P<name>[^"]+)"'),
)
_NO_FUNCTION = re.compile(r"No function matches the given name and argument types '(?P<name>\w+)\((?P<types>.*?)\)'")
_UNGROUPED = re.compile(r'column "(?P<name>[^"]+)" must appear in the GROUP BY clause')


def found(at: Place, reference: str, error: BindError, inputs: Mapping[str, Schema], text: object = None) -> Diagnostic:
    """The statement of `reference` does not bind over `inputs`. `text` is the query at `at`, where it is one."""
    notes = [f"`{name}` has {schema}" for name, schema in list(inputs.items())[:3]]
    unknown = next((match for each in _UNKNOWN if (match := each.search(str(error)))), None)
    if unknown is not None and isinstance(text, str):
        return _unknown_column(at, unknown["name"], inputs, text)
    ungrouped = _UNGROUPED.search(str(error))
    if ungrouped is not None:
        name = ungrouped["name"]
        return RULE.found(
            _word(at, name, text),
            f"`{name}` is neither grouped nor aggregated",
            label="which of the group's values?",
            notes=notes,
            help=[f"group by it, or take one value of each group: `max({name})`"],
            found=str(error),
        )
    no_function = _NO_FUNCTION.search(str(error))
    if no_function is not None:
        name, types = no_function["name"], no_function["types"].lower().replace(", ", " and ")
        return RULE.found(
            _word(at, name, text),
            f"`{name}` does not take {types or 'no arguments'}",
            label=f"given {types or 'nothing'}",
            notes=notes,
            help=["cast the argument to a type that it takes: `cast(x as double)`"] if types else [],
            found=str(error),
        )
    return RULE.found(
        at, f"this `{reference}` cannot run: {error}", label="refused by the engine", notes=notes, found=str(error)
    )


def _unknown_column(at: Place, name: str, inputs: Mapping[str, Schema], text: str) -> Diagnostic:
    """A column of a query that none of its tables has: the same finding as in any other parameter."""
    names = list(dict.fromkeys(each for schema in inputs.values() for each in schema.names))
    close = nearest(name, names)
    place = _word(at, name, text)
    fix = None
    if close and place.start is not None and place.end is not None and len(_spans(name, text)) == 1:
        new = spelled(close[0])
        value = mended(text, place.start, place.end, new)
        fix = Fix(f"replace `{name}` with `{new}`", ({"op": "replace", "path": at.pointer, "value": value},))
    return unknown_column.RULE.found(
        place,
        f"column `{name}` does not exist in {joined([f'`{each}`' for each in inputs], 'or') or 'the query'}",
        label="not a column of the input",
        notes=[unknown_column.columns_of(each, schema) for each, schema in list(inputs.items())[:3]],
        fix=fix,
        expected=names[:50],
        found=name,
        candidates=close,
    )


def _spans(name: str, text: str) -> list[tuple[int, int]]:
    """Where the word stands in a query."""
    return [match.span() for match in re.finditer(rf"(?<![\w\"'.]){re.escape(name)}(?![\w\"'])", text, re.IGNORECASE)]


def _word(at: Place, name: str, text: object) -> Place:
    spans = _spans(name, text) if isinstance(text, str) else []
    return at.span(*spans[0]) if spans else at
