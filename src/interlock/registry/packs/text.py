"""Text: clean, split, extract and replace it, read dates out of it, and turn lists into rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import duckdb
from pydantic import Field
from sqlglot import exp

from interlock.ir.types import Type
from interlock.registry import sql
from interlock.registry.kinds import Column, Columns, NewColumn, Text
from interlock.registry.node import node
from interlock.registry.packs.columns import OnError, Path, no_clash, no_repeats, null_if_blank
from interlock.registry.packs.date_formats import check_format, read_by
from interlock.registry.phrases import text as phrases
from interlock.registry.tables import NodeError, Select, Table

SomeText = Annotated[Text, Field(min_length=1)]
_WHITE = r"\t-\r\x{85}\p{Z}"
"""White space of any kind, as Unicode has it; `\\s` is only a part of it."""


def _need_text(column: Column, path: Path) -> None:
    if not column.type.is_text:
        message = f"`{column.name}` is {column.type}, but this needs text"
        raise NodeError(path, message, help=(f"make it text first: cast_columns with {{{column.name}: varchar}}",))


def _need_texts(columns: Columns, path: Path) -> None:
    no_repeats(columns, path)
    for index, column in enumerate(columns):
        _need_text(column, (*path, index))


def _need_new(into: list[NewColumn], table: Table, column: Column) -> None:
    """Refuse names that other columns have; `column` itself may be replaced."""
    names = [each.name for each in into]
    kept = [name for name in table.schema.names if name != column.name or name not in names]
    no_clash(((("into", index), name) for index, name in enumerate(names)), kept)


def _changed(table: Table, made: dict[str, exp.Expr]) -> exp.Select:
    """All columns in their places, these replaced, and those that are new at the end."""
    rest = dict(made)
    columns = [sql.named(rest.pop(name, sql.column(name)), name) for name in table.schema.names]
    return table.select(*columns, *(sql.named(tree, name) for name, tree in rest.items()))


def _groups(pattern: str, path: Path) -> int:
    """How many groups a regular expression has; refuses what RE2 does not read."""
    try:
        sql.value_of(sql.call("regexp_matches", "", pattern))
    except duckdb.Error as error:
        reason = str(error).split("Error: ", 1)[-1].splitlines()[0]
        help = []
        if "(?" in reason:
            help.append("patterns are RE2: no lookahead, lookbehind or backreferences")
        raise NodeError(path, f"this is not a regular expression that can be used: {reason}", help=help) from None
    count = 0
    while count < 10:
        try:
            sql.value_of(sql.call("regexp_extract", "", pattern, [f"g{each}" for each in range(count + 1)]))
        except duckdb.Error:
            break
        count += 1
    return count


@node(version=1, says=phrases.SPLIT_COLUMN)
def split_column(
    table: Table,
    *,
    column: Column,
    separator: SomeText,
    into: Annotated[list[NewColumn], Field(min_length=2, max_length=50)],
    trim: bool = True,
) -> Select:
    """Split the text of a column at `separator` into the new columns `into`, added at the end; `column` itself stays.

    Where there are more parts than names, the last column takes the whole rest; where there are fewer, the last
    columns are null. A null gives nulls. To get rows instead of columns, use explode.

    - `into`: the new names; one may be `column` itself, which then is replaced in its place.
    - `trim`: remove the spaces around each part.

    Example:
        table: [{name: "Doe, Jane"}, {name: Cher}]
        params: {column: name, separator: ",", into: [last, first]}
        gives: [{name: "Doe, Jane", last: Doe, first: Jane}, {name: Cher, last: Cher, first: null}]
    """
    _need_text(column, ("column",))
    _need_new(into, table, column)

    def part(number: int) -> exp.Expr:
        parts = sql.call("string_split", column.sql, separator)
        found: exp.Expr = sql.call("list_extract", parts, number)
        if number == len(into):
            length = sql.call("len", parts.copy())
            rest = sql.call("array_to_string", sql.call("list_slice", parts.copy(), number, length), separator)
            enough = exp.GTE(this=length.copy(), expression=sql.literal(number))
            found = exp.Case(ifs=[exp.If(this=enough, true=rest)])
        return exp.Trim(this=found) if trim else found

    tree = _changed(table, {name.name: part(number) for number, name in enumerate(into, 1)})
    return Select(tree, non_null=frozenset() if column.nullable else frozenset({into[0].name}))


@node(version=1, says=phrases.EXTRACT_TEXT)
def extract_text(
    table: Table,
    *,
    column: Column,
    pattern: SomeText,
    into: Annotated[list[NewColumn], Field(min_length=1, max_length=9)],
) -> Select:
    """Take the parts of a text that a regular expression finds into the new columns `into`, added at the end.

    The first match counts; no match, or an empty one, gives null.

    - `pattern`: a regular expression (RE2); `(?i)` at the start ignores case, `(?:…)` groups without taking part.
    - `into`: a name for each group in parentheses, or one for the whole match if there are none; one may be `column`
      itself, which then is replaced in its place.

    Example:
        table: [{note: order A-17 of 2024}, {note: none}]
        params: {column: note, pattern: '([A-Z])-(\\d+)', into: [letter, number]}
        gives: [{note: order A-17 of 2024, letter: A, number: "17"}, {note: none, letter: null, number: null}]
    """
    _need_text(column, ("column",))
    _need_new(into, table, column)
    groups = _groups(pattern, ("pattern",))
    if len(into) != max(groups, 1):
        has = {0: "no groups in parentheses, so it fills 1 column", 1: "1 group in parentheses"}.get(
            groups, f"{groups} groups in parentheses"
        )
        message = f"the pattern has {has}, but `into` names {len(into)}"
        raise NodeError(("into",), message, help=("write (?:…) for parentheses that are not a column of their own",))
    made: dict[str, exp.Expr] = {}
    for number, name in enumerate(into, min(groups, 1)):
        found = sql.call("regexp_extract", column.sql, pattern, number)
        made[name.name] = exp.Nullif(this=found, expression=sql.literal(""))
    return Select(_changed(table, made))


@node(version=1, says=phrases.REPLACE_TEXT)
def replace_text(table: Table, *, columns: Columns, find: SomeText, replace: Text, regex: bool = False) -> Select:
    r"""Replace every occurrence of `find` by `replace` in these columns; nulls stay null, places and the order stay.

    To replace whole values, use map_values.

    - `regex`: read `find` as a regular expression (RE2; `(?i)` at the start ignores case); `replace` may use its groups
      as `\1`, `\2`, and the whole match as `\0`.

    Example:
        table: [{phone: 030-12-34}, {phone: null}]
        params: {columns: [phone], find: "-", replace: ""}
        gives: [{phone: "0301234"}, {phone: null}]

    Example:
        table: [{day: 31.01.2024}]
        params: {columns: [day], find: '(\d+)\.(\d+)\.(\d+)', replace: '\3-\2-\1', regex: true}
        gives: [{day: "2024-01-31"}]
    """
    _need_texts(columns, ("columns",))
    if regex:
        groups = _groups(find, ("find",))
        try:
            sql.value_of(sql.call("regexp_replace", "", find, replace, "g"))
        except duckdb.Error:
            message = f"`replace` uses a group that the pattern does not have: it has {groups}"
            raise NodeError(("replace",), message, help=("write \\\\ for a backslash that is text",)) from None
    made: dict[str, exp.Expr] = {
        column.name: sql.call("regexp_replace", column.sql, find, replace, "g")
        if regex
        else sql.call("replace", column.sql, find, replace)
        for column in columns
    }
    return Select(_changed(table, made), non_null=frozenset(column.name for column in columns if not column.nullable))


@node(version=1, says=phrases.CLEAN_TEXT)
def clean_text(
    table: Table,
    *,
    columns: Columns | None = None,
    trim: bool = True,
    collapse_spaces: bool = False,
    case: Literal["lower", "upper", "title"] | None = None,
    blank_as_null: bool = False,
) -> Select:
    """Tidy the text of `columns` (all text columns, without it); nulls stay null, places and the order stay.

    - `trim`: remove white space of any kind at both ends.
    - `collapse_spaces`: make one space of each run of white space.
    - `case`: write all letters `lower` or `upper`, or the first after each space upper and the others lower (`title`).
    - `blank_as_null`: at last, make null of text that is empty or nothing but white space.

    Example:
        table: [{id: 1, name: "  ana   MARIA "}, {id: 2, name: "   "}, {id: 3, name: null}]
        params: {collapse_spaces: true, case: title, blank_as_null: true}
        gives: [{id: 1, name: Ana Maria}, {id: 2, name: null}, {id: 3, name: null}]
    """
    if columns is None:
        columns = [Column(each.name, each.type, each.nullable) for each in table.schema if each.type.is_text]
        if not columns:
            raise NodeError((), "the input has no text columns to clean")
    else:
        _need_texts(columns, ("columns",))
    made: dict[str, exp.Expr] = {}
    for column in columns:
        tree: exp.Expr = column.sql
        if trim:
            tree = sql.call("regexp_replace", tree, f"^[{_WHITE}]+|[{_WHITE}]+$", "", "g")
        if collapse_spaces:
            tree = sql.call("regexp_replace", tree, f"[{_WHITE}]+", " ", "g")
        if case is not None:
            tree = {"lower": exp.Lower, "upper": exp.Upper}[case](this=tree) if case != "title" else _title(tree)
        if blank_as_null:
            some = sql.call("regexp_matches", tree, f"[^{_WHITE}]")
            tree = exp.Case(ifs=[exp.If(this=some, true=tree.copy())])
        made[column.name] = tree
    solid = frozenset(column.name for column in columns if not column.nullable and not blank_as_null)
    return Select(_changed(table, made), non_null=solid)


def _title(tree: exp.Expr) -> exp.Expr:
    """Each word, as spaces part them, with its first letter in upper case and the others in lower case."""
    word = exp.Identifier(this="word", quoted=False)
    first = exp.Upper(this=sql.call("left", word, 1))
    rest = sql.call("substr", word.copy(), 2)
    capital = exp.Lambda(this=exp.DPipe(this=first, expression=rest), expressions=[word.copy()])
    words = sql.call("string_split", exp.Lower(this=tree), " ")
    return sql.call("array_to_string", sql.call("list_transform", words, capital), " ")


@node(version=1, says=phrases.PARSE_DATES)
def parse_dates(
    table: Table,
    *,
    columns: Columns,
    formats: Annotated[list[SomeText], Field(min_length=1, max_length=20)],
    to: Literal["date", "timestamp"] = "date",
    on_error: OnError = "fail",
    blank_as_null: bool = False,
) -> Select:
    """Read dates or times out of text columns by explicit formats, tried in order; the columns keep their places.

    Nulls stay null, and the rows and their order stay.

    - `formats`: written with `%Y`, `%m`, `%d`, `%H`, `%M`, `%S`, `%y` (two-digit year), `%b` (Jan), `%B` (January),
      `%p` (AM) and the like; a time with an offset (`%z`) becomes UTC.
    - `to`: `date` leaves out the time of day.
    - `on_error`: text in none of the formats stops the run (`fail`) or becomes null (`"null"`).
    - `blank_as_null`: text of nothing but spaces becomes null instead of an error.

    Example:
        table: [{day: 31/01/2024}, {day: "2024-02-01"}, {day: null}]
        params: {columns: [day], formats: ["%d/%m/%Y", "%Y-%m-%d"]}
        gives: [{day: "2024-01-31"}, {day: "2024-02-01"}, {day: null}]

    Example:
        table: [{at: "2024-01-31 08:30"}, {at: soon}]
        params: {columns: [at], formats: ["%Y-%m-%d %H:%M"], to: timestamp, on_error: "null"}
        gives: [{at: "2024-01-31 08:30:00"}, {at: null}]
    """
    no_repeats(columns, ("columns",))
    for index, column in enumerate(columns):
        if column.type.is_temporal:
            message = f"`{column.name}` is already {column.type}; cast_columns converts between dates and times"
            raise NodeError(("columns", index), message)
        _need_text(column, ("columns", index))
    for index, form in enumerate(formats):
        check_format(form, ("formats", index))
    made: dict[str, exp.Expr] = {}
    for column in columns:
        text = null_if_blank(column.sql) if blank_as_null else column.sql
        tries = [read_by(text.copy(), form) for form in formats]
        if on_error == "fail":
            message = sql.literal(f"`{column.name}` holds text in none of the formats {', '.join(formats)}: ")
            tries.append(sql.call("error", exp.DPipe(this=message, expression=text.copy())))
        found = exp.Coalesce(this=tries[0], expressions=tries[1:]) if len(tries) > 1 else tries[0]
        if on_error == "fail":
            found = exp.Case(ifs=[exp.If(this=sql.not_null(text), true=found)])
        made[column.name] = sql.cast(found, Type(to))
    certain = on_error == "fail" and not blank_as_null
    solid = frozenset(column.name for column in columns if certain and not column.nullable)
    return Select(_changed(table, made), non_null=solid)


@node(version=1, says=phrases.EXPLODE)
def explode(
    table: Table,
    *,
    column: Column,
    separator: SomeText | None = None,
    position: NewColumn | None = None,
    keep_empty: bool = False,
    trim: bool = True,
) -> Select:
    """Make a row of each element of a list, or of each part of a text at `separator`; other columns are repeated.

    The elements take the place of `column`, in the order of the rows and inside each row in the list's order.

    - `position`: a new last column with the element's place in its list, from 1.
    - `keep_empty`: keep a row with an empty or null list, or a blank text, with nulls in both columns, else it vanishes.
    - `trim`: remove the spaces around each part of a text.

    Example:
        table: [{id: 1, tags: "a, b"}, {id: 2, tags: null}, {id: 3, tags: c}]
        params: {column: tags, separator: ",", position: place}
        gives: [{id: 1, tags: a, place: 1}, {id: 1, tags: b, place: 2}, {id: 3, tags: c, place: 1}]

    Example:
        table: [{id: 1, sizes: [10, 20]}, {id: 2, sizes: []}]
        types: {sizes: "bigint[]"}
        params: {column: sizes, keep_empty: true}
        gives: [{id: 1, sizes: 10}, {id: 1, sizes: 20}, {id: 2, sizes: null}]
    """
    if position is not None:
        no_clash([(("position",), position.name)], table.schema.names)
    if column.type.name == "list" and column.type.element:
        if separator is not None:
            raise NodeError(
                ("separator",), f"`{column.name}` is {column.type}, which has elements already; remove `separator`"
            )
        element = column.type.element
        items: exp.Expr = column.sql
    elif column.type.is_text:
        if separator is None:
            message = f"`{column.name}` is text; say in `separator` what stands between its parts"
            raise NodeError(("separator",), message)
        element = Type("varchar")
        items = sql.call("string_split", null_if_blank(column.sql), separator)
    else:
        raise NodeError(("column",), f"`{column.name}` is {column.type}; only a list or a text can become rows")
    names = table.schema.names
    place = table.position
    item = sql.unused("_item", [*names, place, *([position.name] if position else [])])
    length = sql.call("len", items)
    numbers: exp.Expr = sql.call("range", 1, exp.Add(this=length, expression=sql.literal(1)))
    if keep_empty:
        filled = exp.GT(this=length.copy(), expression=sql.literal(0))
        nothing = [sql.cast(sql.literal([None]), Type("list", element=kind)) for kind in (element, Type("bigint"))]
        items, numbers = (
            exp.Case(ifs=[exp.If(this=filled.copy(), true=each)], default=none)
            for each, none in zip((items, numbers), nothing, strict=True)
        )
    others = [sql.column(name) for name in names if name != column.name]
    rows = table.select_numbered(
        *others,
        sql.column(place),
        sql.named(sql.call("unnest", items.copy()), column.name),
        sql.named(sql.call("unnest", numbers), item),
    )
    found: exp.Expr = sql.column(column.name)
    if column.type.is_text and trim:
        found = exp.Trim(this=found)
    result: Sequence[exp.Expr] = [sql.named(found, name) if name == column.name else sql.column(name) for name in names]
    if position is not None:
        result = [*result, sql.named(sql.column(item), position.name)]
    tree = sql.select(*result).from_(
        exp.Subquery(this=rows, alias=exp.TableAlias(this=sql.name_of("items"))), copy=False
    )
    tree.set("order", sql.order([sql.column(place), sql.column(item)]))
    solid = {each.name for each in table.schema if not each.nullable and each.name != column.name}
    if position is not None and not keep_empty:
        solid.add(position.name)
    if column.type.is_text and not keep_empty:
        solid.add(column.name)
    return Select(tree, non_null=frozenset(solid))
