"""People: wait for somebody's answer."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from sqlglot import exp

from interlock.ir.types import Type, parse_type
from interlock.registry import sql
from interlock.registry.kinds import Literally, NewColumn, Params, Text, TypeName
from interlock.registry.node import node
from interlock.registry.packs.columns import no_clash
from interlock.registry.tables import ANSWER, Form, NodeError, Select, Table

ANSWERABLE = frozenset(
    "varchar boolean tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint float double decimal "
    "date time timestamp timestamptz".split()
)
"""Types of the fields of a form."""


class FormField(Params):
    """A field of a form. It must be answered, unless it has a `default` or is `optional` (then it may be null)."""

    type: TypeName | None = None
    choices: Annotated[list[Literally], Field(min_length=1, max_length=200)] | None = None
    default: Literally = None
    optional: bool = False
    label: Text | None = None


@node(version=1, effects=["human"])
def human_review(
    table: Table,
    *,
    question: Annotated[Text, Field(min_length=1)],
    fields: Annotated[dict[NewColumn, FormField], Field(min_length=1, max_length=50)],
    show: Annotated[int, Field(ge=0, le=1_000)] = 20,
) -> Select:
    """Stop the run until a person has answered a form about the rows, then pass the rows on with the answers as columns.

    The run ends with exit code 4, hours or days may pass, and `interlock answer` and `interlock resume` go on with it.
    Every row gets the same answers, as new columns at the end. To stop a run on an answer, follow it with `expect`
    (`where: [approved]`); to act on it, with `filter_rows`.

    - `question`: what the person is asked;
    - `fields`: for each answer its `type` (varchar without one), `choices`, a `default`, whether it is `optional`, and a
      `label`;
    - `show`: how many of the rows are shown with the question.

    Example:
        table: [{region: West, total: 310.0}]
        params:
          question: Are these totals right?
          fields: {approved: {type: boolean}, comment: {default: none}, level: {type: integer, choices: [1, 2], default: 1}}
        answers: {approved: true}
        gives: [{region: West, total: 310.0, approved: true, comment: none, level: 1}]
    """
    no_clash(((("fields", str(name)), str(name)) for name in fields), table.schema.names)
    form: dict[str, dict[str, Any]] = {}
    made: list[exp.Expr] = []
    for given, each in fields.items():
        name, kind = str(given), each.type.type if each.type is not None else parse_type("varchar")
        if kind.name not in ANSWERABLE:
            raise NodeError(("fields", name, "type"), f"a field cannot be of type {kind}", help=("Use a plain type.",))
        _all_of_type(name, each, kind)
        form[name] = {"type": kind.sql}
        if each.choices is not None:
            form[name]["choices"] = list(each.choices)
        if each.default is not None:
            form[name]["default"] = each.default
        if each.optional:
            form[name]["optional"] = True
        if each.label is not None:
            form[name]["label"] = str(each.label)
        made.append(sql.named(sql.cast(sql.call("getvariable", ANSWER + name), kind), name))
    solid = frozenset(str(name) for name, each in fields.items() if not each.optional)
    return Select(table.select(*table.columns, *made), non_null=solid, asks=Form(str(question), form, show))


def _all_of_type(name: str, field: FormField, kind: Type) -> None:
    """Raise NodeError at a choice or a default that the field's type cannot hold, or a default that is no choice."""
    values: list[tuple[tuple[str | int, ...], Any]] = [
        (("choices", place), each) for place, each in enumerate(field.choices or ())
    ]
    if field.default is not None:
        values.append((("default",), field.default))
    if not values:
        return
    tries = [sql.is_null(sql.cast(sql.literal(value), kind, trying=True)) for _, value in values]
    for (path, value), wrong in zip(values, sql.value_of(exp.Array(expressions=tries)), strict=True):
        if wrong:
            raise NodeError(("fields", name, *path), f"`{value}` is not of type {kind}, which the field is")
    if field.default is not None and field.choices is not None and field.default not in field.choices:
        raise NodeError(("fields", name, "default"), f"the default `{field.default}` is none of the choices")
