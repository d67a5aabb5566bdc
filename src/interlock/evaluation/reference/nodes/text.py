"""Text: cleaned, split, extracted, replaced, read as dates, and lists turned into rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from interlock.evaluation.frames import Frame, Stops
from interlock.evaluation.reference.casts import cast
from interlock.evaluation.reference.expressions import compile_expression
from interlock.evaluation.reference.nodes.calls import BIGINT, SPACES, VARCHAR, Call, Node, is_blank, replaced
from interlock.ir.types import Type

WHITE = "\t\n\x0b\x0c\r\x85\u2028\u2029" + SPACES
"""White space of any kind, as Unicode has it."""
Change = Callable[[str], Any]


def _function(template: str, *texts: str) -> Change:
    """A function of the expression language over a text `x`, with these texts written out in the places of `{}`."""
    quoted = ("'" + text.replace("'", "''") + "'" for text in texts)
    evaluate = compile_expression(template.format(*quoted), [("x", VARCHAR)]).evaluate
    return lambda value: evaluate((value,))


def _each(call: Call, names: Sequence[str], change: Change, kind: Type = VARCHAR) -> Frame:
    """The table with a change made to every value of these columns that is not null."""
    table = call.table
    made = {}
    for name in names:
        place = table.index(name)
        cells = [None if row[place] is None else change(row[place]) for row in table.rows]
        made[table.names[place]] = (kind, cells)
    return replaced(table, made)


def clean_text(call: Call) -> Frame:
    """The table with its text tidied: trimmed, runs of white space made one, case, blank made null, in this order."""
    changes: list[Change] = []
    if call.get("trim", True):
        changes.append(lambda text: text.strip(WHITE))
    if call.get("collapse_spaces", False):
        changes.append(lambda text: re.sub(f"[{WHITE}]+", " ", text))
    case = call.get("case")
    if case == "title":
        lower, first = _function("lower(x)"), _function("upper(x)")
        changes.append(lambda text: " ".join(first(word[:1]) + word[1:] for word in lower(text).split(" ")))
    elif case:
        changes.append(_function(f"{case}(x)"))
    if call.get("blank_as_null", False):
        changes.append(lambda text: text if text.strip(WHITE) else None)

    def tidied(text: str) -> str | None:
        found: Any = text
        for change in changes:
            found = change(found)
        return found

    texts = [name for name, kind in call.table.columns if kind.is_text]
    return _each(call, call.get("columns") or texts, tidied)


def replace_text(call: Call) -> Frame:
    """The table with every occurrence of a text, or of a pattern, replaced in these columns."""
    find, new = call.params["find"], call.params["replace"]
    if call.get("regex", False):
        return _each(call, call.params["columns"], _function("regexp_replace(x, {}, {}, 'g')", find, new))
    return _each(call, call.params["columns"], lambda text: text.replace(find, new))


def split_column(call: Call) -> Frame:
    """The table with the parts of a text in new columns; the last one takes the whole rest."""
    table, into, separator = call.table, call.params["into"], call.params["separator"]
    trim: Change = (lambda part: part.strip(SPACES)) if call.get("trim", True) else str
    parts = [
        () if text is None else tuple(map(trim, text.split(separator, len(into) - 1)))
        for text in table.values(call.params["column"])
    ]
    made = {
        name: (VARCHAR, [row[place] if place < len(row) else None for row in parts]) for place, name in enumerate(into)
    }
    return replaced(table, made)


def extract_text(call: Call) -> Frame:
    """The table with what a pattern finds in a text in new columns."""
    pattern, into = call.params["pattern"], call.params["into"]
    grouped = len(into) > 1 or _has_group(pattern)
    made = {}
    for number, name in enumerate(into, 1 if grouped else 0):
        found = _function(f"nullif(regexp_extract(x, {{}}, {number}), '')", pattern)
        cells = [None if text is None else found(text) for text in call.table.values(call.params["column"])]
        made[name] = (VARCHAR, cells)
    return replaced(call.table, made)


def _has_group(pattern: str) -> bool:
    """Whether a pattern has a group that takes part: a parenthesis that is text, or begins `(?`, does not count."""
    bare = re.sub(r"\\Q.*?(\\E|$)|\\.|\[\^?\]?(\\.|\[:\^?\w+:\]|[^\]\\])*\]", "", pattern, flags=re.DOTALL)
    return re.search(r"\((?!\?)|\(\?P?<", bare) is not None


def parse_dates(call: Call) -> Frame:
    """The table with dates read out of text by the first format that fits."""
    to = Type(call.get("to", "date"))
    fails = call.get("on_error", "fail") == "fail"
    blank_is_null = call.get("blank_as_null", False)
    readers = [_function("try_strptime(x, {})", each) for each in call.params["formats"]]

    def read(text: str) -> Any:
        if blank_is_null and is_blank(text):
            return None
        moment = next((found for reader in readers if (found := reader(text)) is not None), None)
        if moment is None and fails:
            raise Stops("a text is in none of the formats")
        return cast(moment, Type("timestamp"), to)

    return _each(call, call.params["columns"], read, to)


def explode(call: Call) -> Frame:
    """A row for each element of a list, or for each part of a text."""
    table, place, separator = call.table, call.table.index(call.params["column"]), call.get("separator")
    kind, trim, keep = table.types[place], call.get("trim", True), call.get("keep_empty", False)

    def items(value: Any) -> list[Any]:
        if value is None or (kind.is_text and is_blank(value)):
            return []
        if not kind.is_text:
            return value
        return [part.strip(SPACES) if trim else part for part in value.split(separator)]

    rows = []
    for row in table.rows:
        found: list[tuple[Any, int | None]] = [(item, number) for number, item in enumerate(items(row[place]), 1)]
        for item, number in found or ([(None, None)] if keep else []):
            rows.append((*row[:place], item, *row[place + 1 :], number))
    columns = list(table.columns)
    columns[place] = (table.names[place], VARCHAR if kind.is_text else kind.element or VARCHAR)
    position = call.get("position")
    if position is None:
        return Frame(tuple(columns), tuple(row[:-1] for row in rows))
    return Frame((*columns, (position, BIGINT)), tuple(rows))


NODES: dict[str, Node] = {
    "clean_text": clean_text,
    "replace_text": replace_text,
    "split_column": split_column,
    "extract_text": extract_text,
    "parse_dates": parse_dates,
    "explode": explode,
}
