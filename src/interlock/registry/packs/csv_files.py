"""CSV files: read and write them.

What a file looks like is settled once, from its header and a sample, and then pinned: DuckDB's own detection is
off at run time. Its detection would make one text column of a ragged file, skip lines it does not understand, and
read `yes` as a boolean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlglot import exp

from interlock.ir.types import Type, parse_type
from interlock.registry import sql
from interlock.registry.kinds import ReadPath, Text, TypeName, WritePath
from interlock.registry.node import node
from interlock.registry.packs.csv_description import describe_csv
from interlock.registry.packs.json_files import finite
from interlock.registry.phrases import files as phrases
from interlock.registry.tables import Copy, Described, NodeError, Select, Table


def _old_names(params: dict[str, Any]) -> dict[str, Any]:
    named = {"file_path": "path", "filepath": "path", "output_path": "path", "sep": "delimiter"}
    return {named.get(key, key): value for key, value in params.items()}


Sign = Annotated[Text, Field(min_length=1, max_length=1)]
SignOrNone = Annotated[Text, Field(max_length=1)]
QUOTE, COMMA, NOTHING = Text('"'), Text(","), Text("")


@node(
    version=1,
    says=phrases.READ_CSV,
    effects=["reads"],
    describe=describe_csv,
    aliases={"CSVIngestor": _old_names, "CSVParser": _old_names},
)
def read_csv(
    *,
    path: ReadPath,
    delimiter: Sign | None = None,
    header: bool = True,
    names: Annotated[list[Text], Field(min_length=1)] | None = None,
    quote: SignOrNone = QUOTE,
    escape: SignOrNone = QUOTE,
    skip: Annotated[int, Field(ge=0, le=10_000)] = 0,
    encoding: Literal["utf-8", "latin-1", "utf-16"] = "utf-8",
    decimal: Literal[".", ","] = ".",
    null_values: list[Text] | None = None,
    date_format: Text | None = None,
    timestamp_format: Text | None = None,
    types: dict[Text, TypeName] | None = None,
    source: Described,
) -> Select:
    """Read a CSV file, one column for each field of its header.

    The types are found from at most 20,000 rows and then pinned: whole numbers, numbers, true/false, and dates and
    times in ISO form; everything else is text, and so is anything that would lose something, such as `02134`.
    A later value that does not fit stops the run. An unquoted empty field is null; a quoted one (`""`) is empty text, and
    null in a column of another type.

    - `delimiter`: found among `,` `;` tab and `|` if it is not given. `path` may end in `.gz`.
    - `header`: whether the first line names the columns; if not, `names` does, or they are `column_1`, `column_2`, …
    - `escape`: the sign before a quote sign inside a quoted field; by default it is doubled.
    - `skip`: lines to leave out before the header.
    - `decimal`: the decimal sign of numbers.
    - `null_values`: unquoted texts that mean null, besides the empty field.
    - `date_format`, `timestamp_format`: how dates that are not in ISO form are written, such as `%d/%m/%Y`. The words
      `infinity` and `epoch` are then read as 1900-01-01; where they may occur, leave the column text and use `parse_dates`.
    - `types`: the types of some columns, instead of those found.

    Example:
        files: {data.csv: "zip,day,amount\\n02134,2024-01-31,5\\n10001,,2.5\\n"}
        params: {path: data.csv}
        gives: [{zip: "02134", day: 2024-01-31, amount: 5.0}, {zip: "10001", day: null, amount: 2.5}]

    Example:
        files: {data.csv: "id;price;day\\n1;1,50;31/12/2024\\n2;n/a;01/02/2024\\n"}
        params: {path: data.csv, decimal: ",", null_values: [n/a], date_format: "%d/%m/%Y", types: {price: "decimal(9,2)"}}
        gives: [{id: 1, price: 1.50, day: 2024-12-31}, {id: 2, price: null, day: 2024-02-01}]
    """
    kinds = {name: parse_type(kind) for name, kind in source.columns}
    strict = {name for name, kind in kinds.items() if kind.is_integer or kind.name == "decimal"}
    columns = {name: "varchar" if name in strict else kind.sql for name, kind in kinds.items()}
    facts = {key: value for key, value in source.facts.items() if value is not None}
    # the engine takes quoted empty fields for nulls in all columns or in none
    apart = facts["allow_quoted_nulls"] and any(kind.name == "varchar" for kind in kinds.values())
    unquoted = {name for name, kind in kinds.items() if apart and name not in strict and kind.name != "varchar"}
    if apart:
        facts["allow_quoted_nulls"] = False
        columns |= dict.fromkeys(unquoted, "varchar")
    outputs = []
    for name, kind in kinds.items():
        tree: Any = sql.column(name)
        if name in strict:
            if facts["decimal_separator"] == "," and kind.name == "decimal":
                tree = sql.call("replace", tree, ",", ".")
            tree = sql.exactly(tree, kind, name, quick=len(kinds) <= 500)
        elif name in unquoted:
            tree = _read_of_text(tree, kind, facts)
        outputs.append(sql.named(tree, name))
    file = sql.read_file("read_csv", path, auto_detect=False, columns=columns, **facts)
    return Select(sql.select(*outputs).from_(file, copy=False))


def _read_of_text(text: exp.Expr, kind: Type, facts: Mapping[str, Any]) -> exp.Expr:
    """A field that the engine has read as text, as the value of its type that the engine would have read."""
    form = facts.get("dateformat" if kind.name == "date" else "timestampformat") if kind.is_temporal else None
    value: exp.Expr = text
    if kind.is_float and facts["decimal_separator"] == ",":
        value = sql.call("replace", value, ",", ".")
    elif form and kind.name != "time":
        value = sql.call("strptime", value, form)
    empty = exp.In(this=text.copy(), expressions=[sql.literal(each) for each in facts["nullstr"]])
    return exp.Case(ifs=[exp.If(this=exp.Not(this=empty), true=sql.cast(value.copy(), kind))])


@node(
    version=1,
    says=phrases.WRITE_CSV,
    effects=["writes"],
    aliases={"CSVExporter": _old_names},
    endings=[".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz"],
)
def write_csv(
    table: Table,
    *,
    path: WritePath,
    delimiter: Sign = COMMA,
    header: bool = True,
    null_value: Text = NOTHING,
) -> Copy:
    """Write the rows to a CSV file in UTF-8, in their order, with a header line.

    Nulls are empty fields and empty texts are `""`, so that each comes back as what it was. Numbers are written with
    all the digits needed to read them back, dates and times in ISO form, lists, structs and maps as JSON (as in
    `write_json`), and bytes as text with `\\xAA` for the unprintable ones. A `path` that ends in `.gz` is compressed.

    - `delimiter`: any sign but `"` and a line break.
    - `null_value`: the text that stands for null; all other values are then quoted. It has no `"`, line break or delimiter.

    Example:
        table: [{id: 1, name: "a,b", note: null}, {id: 2, name: "", note: "say \\"hi\\""}]
        params: {path: out.csv}
        writes: {out.csv: "id,name,note\\n1,\\"a,b\\",\\n2,\\"\\",\\"say \\"\\"hi\\"\\"\\"\\n"}
    """
    if not table.schema.columns:
        raise NodeError((), "there is no column to write")
    if str(delimiter) in '"\r\n':
        raise NodeError(
            ("delimiter",), "fields cannot be parted by a quote sign or a line break; write `,` `;` or a tab"
        )
    for sign, shown in (
        (str(delimiter), "the delimiter"),
        ('"', "a quote sign"),
        ("\r", "a line break"),
        ("\n", "a line break"),
    ):
        if sign in null_value:
            message = f"`null_value` has {shown} in it, so that it could not be told from fields; take another text"
            raise NodeError(("null_value",), message)
    columns = [
        sql.named(
            sql.call("to_json", finite(sql.column(each.name), each.type))
            if each.type.name in ("list", "struct", "map")
            else sql.column(each.name),
            each.name,
        )
        for each in table.schema
    ]
    options: dict[str, Any] = {
        "format": "csv",
        "header": header,
        "delimiter": str(delimiter),
        "quote": '"',
        "escape": '"',
        "nullstr": str(null_value),
        "compression": "gzip" if path.lower().endswith(".gz") else "none",
    }
    if null_value:
        options["force_quote"] = exp.Star()
    return Copy(table.select(*columns), path, options)
