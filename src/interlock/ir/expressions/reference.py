"""The reference page of the language, printed from the tables that admit it."""

from __future__ import annotations

from collections.abc import Iterator

from interlock.ir.expressions.casts import POLICY
from interlock.ir.expressions.functions import FAMILIES, NULLS_MEAN, aggregates, windows
from interlock.ir.expressions.functions.signatures import CLASSES, Function
from interlock.ir.expressions.operator_rows import LITERALS, OPERATORS
from interlock.ir.expressions.parser import DEEPEST, LONGEST_CHAIN, PRECEDENCE, WIDEST
from interlock.ir.expressions.refusals import REFUSED

_TITLES = {
    "text": "Text",
    "number": "Numbers",
    "date": "Dates and times",
    "conditional": "Choices",
    "list": "Lists",
}


def reference() -> str:
    """The whole language as one Markdown page."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# Expressions"
    yield ""
    yield "An expression is one SQL value, computed from one row: `revenue > :minimum and region in ('East', 'West')`."
    yield "It may use the columns of its input, the run inputs (written `:name`), and what this page lists; everything"
    yield "else is refused by name. Names of columns and functions are found whatever their case. What an expression means"
    yield "is what DuckDB 2.0 does with it, and its type is known before anything runs."
    yield ""
    yield from _literals()
    yield from _operators()
    yield from _casts()
    yield "## Functions"
    yield ""
    yield "A signature says what a function takes and gives. Besides types it uses these words:"
    yield ""
    yield from (f"- `{word}`: {meaning}" for word, meaning in CLASSES.items())
    yield ""
    for family, functions in FAMILIES.items():
        yield f"### {_TITLES[family]}"
        yield ""
        for function in functions:
            yield from _function(function)
    yield from _queries()
    yield from _refusals()


def _literals() -> Iterator[str]:
    yield "## Literals and names"
    yield ""
    yield "| written | is |"
    yield "| --- | --- |"
    yield from (f"| {_code(written)} | {meaning} |" for written, meaning in LITERALS)
    yield ""


def _operators() -> Iterator[str]:
    yield "## Operators"
    yield ""
    yield "From the loosest to the tightest; parentheses decide otherwise."
    yield ""
    yield "| operators | order |"
    yield "| --- | --- |"
    yield from (f"| {_code(operators)} | {order} |" for operators, order in PRECEDENCE)
    yield ""
    yield f"At most {DEEPEST} levels of nesting, {LONGEST_CHAIN} operands in one sum, {WIDEST} in one `and` or `or`."
    yield ""
    for row in OPERATORS:
        yield f"### {_code(row.form)}"
        yield ""
        yield f"{row.doc} {row.edges}"
        yield ""
        yield from _examples(row.examples)


def _casts() -> Iterator[str]:
    yield "## Casts"
    yield ""
    yield "`cast(x as type)` or `x::type` stops the run when a value cannot be cast; `try_cast(x as type)` gives null."
    yield "Text is never a number, and a number never text, unless a cast says so."
    yield ""
    yield "| cast | what happens |"
    yield "| --- | --- |"
    yield from (f"| {which} | {what} |" for which, what in POLICY)
    yield ""


def _function(function: Function) -> Iterator[str]:
    yield f"#### `{function.name}`"
    yield ""
    yield from (f"- `{form}`" for form in function.signatures)
    yield ""
    yield function.doc
    yield ""
    yield f"- Nulls: {NULLS_MEAN[function.nulls]}."
    yield f"- Edges: {function.edges}"
    if function.aliases:
        yield f"- Also called {', '.join(f'`{alias}`' for alias in function.aliases)}."
    yield ""
    yield from _examples(function.examples)


def _examples(examples: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield "```sql"
    yield from (f"{text}  -- {value}" for text, value in examples)
    yield "```"
    yield ""


def _queries() -> Iterator[str]:
    yield "## Queries"
    yield ""
    yield "Where a whole query is allowed, it is one SELECT over the tables of the node: joins, subqueries, `with`,"
    yield "`group by`, `having`, `qualify`, windows, `union`, `order by`, `limit`. It may call these besides the functions above."
    yield "What would depend on chance is refused: `limit` without `order by`, and whatever is marked *ordered* without one."
    yield ""
    yield "| aggregate | gives | edges |"
    yield "| --- | --- | --- |"
    for row in aggregates.AGGREGATES:
        yield f"| {_code(row.form)} | {row.doc}{' *Ordered.*' if row.ordered else ''} | {row.edges} |"
    yield ""
    yield "Refused, for their results are approximate, or depend on the order in which threads reach the rows:"
    yield ""
    yield "| aggregate | instead |"
    yield "| --- | --- |"
    yield from (f"| `{name}` | {aggregates.INSTEAD.get(name, '')} |" for name in sorted(aggregates.UNSTABLE))
    yield ""
    yield "| window function (all *ordered*) | gives | edges |"
    yield "| --- | --- | --- |"
    yield from (f"| {_code(row.form)} | {row.doc} | {row.edges} |" for row in windows.WINDOWS)
    yield ""


def _refusals() -> Iterator[str]:
    yield "## Refused by name"
    yield ""
    yield "| function | why | instead |"
    yield "| --- | --- | --- |"
    for name, (_, why, help) in sorted(REFUSED.items()):
        yield f"| `{name}` | {why} | {'; '.join(help).replace('|', chr(92) + '|')} |"


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"
