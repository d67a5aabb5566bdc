"""Mutators of expressions and queries, and of contracts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from interlock.evaluation.mutate.subjects import (
    Made,
    Subject,
    Tokens,
    changed,
    misspelled,
    pointer,
    removed,
    renamed_key,
)

BREAKS = {
    "open parenthesis": "({0}",
    "close parenthesis": "{0})",
    "hanging operator": "{0} +",
    "open quote": "{0} = 'x",
    "unknown function": "frobnicate({0})",
    "unknown column": "{0} = no_such_column",
    "unknown input": "{0} = :nowhere",
    "no argument": "round()",
    "too many arguments": "lower('a', {0}, 3)",
    "text plus number": "({0}) + 'x'",
    "number of a truth value": "({0}) + 1",
    "like a number": "({0}) like 5",
    "subquery": "{0} = (select 1)",
    "exists": "exists (select 1)",
    "file": "{0} = read_text('/etc/passwd')",
    "setting": "{0} = current_setting('threads')",
    "clock": "{0} = now()",
    "chance": "random() > 0.5",
    "aggregate": "sum({0}) > 1",
    "window": "row_number() over ()",
    "second statement": "{0}; drop table x",
    "comment": "{0} -- or not",
    "python": "__import__('os').system('true')",
    "empty": "",
    "spaces": "   ",
    "star": "*",
    "number": "1 + 1",
    "text": "'yes'",
    "null": "null",
    "date of nonsense": "cast('soon' as date) = ({0})",
    "division by nothing": "1 / 0 = 1 and ({0})",
    "always": "true",
    "list": "[1, 2]",
    "not twice": "not not ({0})",
    "case without end": "case when {0} then 1",
    "between": "{0} between 1",
    "in nothing": "{0} in ()",
    "double equals": "({0}) == ({0})",
    "and not": "not ({0})",
    "deep": "(" * 60 + "{0}" + ")" * 60,
    "cast to unknown": "cast({0} as money)",
    "semicolon": "{0};",
    "braces": "{{{{ {0} }}}}",
    "column of a table": "other.{0}",
}
QUERY_BREAKS = (
    ("select ", "selec "),
    (" from ", " form "),
    ("select ", "select no_such_column, "),
    (" group by ", " group "),
    (" join ", " join nowhere on true join "),
    ("sum(", "median_of("),
    ("order by", "order by 17,"),
    ("count(*)", "count(* )"),
    ("select ", "delete "),
    ("select ", "copy (select 1) to 'x'; select "),
    ("select ", "select * from read_csv('data/orders.csv') -- "),
    ("select ", "select random() as r, "),
    ("select ", "with t as (select 1) select "),
    (" from ", " , count(*) from "),
    ("select ", "select distinct "),
    ("select ", "select *, "),
    (" as ", " "),
    ("select ", "select now() as at, "),
    ("round(amount", "round('amount'"),
    ("where", "where sum(1) > 0 and"),
    ("p.", "q."),
    ("on ", "on 1 = 'a' and "),
    (" limit ", " "),
    (" cross join ", " join "),
    (" cross join ", " crross join "),
    (" on p.id = s.product_id", ""),
    (" = ", " > 'a' and 1 = "),
    (" > 0", " > '0'"),
    ("sum(s.pieces)", "sum(s.store)"),
    ("count(*)", "string_agg(status, ',')"),
    ("count(*)", "row_number() over ()"),
    (" order by ", " limit 3 order by "),
)


def expressions(subject: Subject) -> Iterator[tuple[Tokens, str]]:
    """The expressions of a plan."""
    for path, value in subject.params():
        kind = subject.nodes[int(path[1])]["type"].split("@")[0]
        if isinstance(value, str) and (
            "where" in path or path[-1] == "expression" or (kind == "derive_columns" and "columns" in path)
        ):
            yield path, value


def break_expression(subject: Subject, draw: Random) -> Iterator[Made]:
    """An expression is broken in one of many ways."""
    for path, value in expressions(subject):
        for name in draw.sample(sorted(BREAKS), 16):
            yield name, [pointer(path)], changed(subject.document, path, BREAKS[name].format(value))


def misspell_in_expression(subject: Subject, draw: Random) -> Iterator[Made]:
    """A word of an expression is misspelled."""
    for path, value in expressions(subject):
        for word in sorted(set(re.findall(r"(?<![:'])\b[a-z_]{3,}\b(?!')", value))):
            slip = misspelled(word, draw)
            yield (
                f"{word} is misspelled {slip}",
                [pointer(path)],
                changed(subject.document, path, re.sub(rf"\b{word}\b", slip, value)),
            )


def other_operator(subject: Subject, draw: Random) -> Iterator[Made]:
    """Another operator, literal or function than the one meant."""
    swaps = (
        (" and ", " or "),
        (">=", "<"),
        ("=", "like"),
        (" - ", " || "),
        (" * ", " / "),
        (" or ", " + "),
        ("> ", "= "),
        ("<", "||"),
        ("'", '"'),
        ("round(", "lower("),
        ("date_trunc(", "date_part("),
        ("cast(", "try_cast("),
        ("null", "5"),
        ("1", "'1'"),
        ("0", "date '2024-01-01'"),
        ("price", "day"),
        ("is not null", "> 'a'"),
        ("upper(", "sqrt("),
        ("floor(", "year("),
        ("in (", "in (1, "),
        ("month(", "length("),
    )
    for path, value in expressions(subject):
        for old, new in swaps:
            if old in value:
                yield (
                    f"{new!r} for {old!r} in {value[:30]}",
                    [pointer(path)],
                    changed(subject.document, path, value.replace(old, new, 1)),
                )


def break_query(subject: Subject, draw: Random) -> Iterator[Made]:
    """A query is broken in one of many ways."""
    for path, value in subject.params():
        if path[-1] == "sql" and isinstance(value, str):
            for old, new in QUERY_BREAKS:
                if old in value:
                    yield (
                        f"{new!r} for {old!r}",
                        [pointer(path)],
                        changed(subject.document, path, value.replace(old, new, 1)),
                    )
            for word in sorted(set(re.findall(r"\b[a-z_]{4,}\b", value))):
                slip = misspelled(word, draw)
                yield (
                    f"{word} is misspelled {slip}",
                    [pointer(path)],
                    changed(subject.document, path, re.sub(rf"\b{word}\b", slip, value)),
                )


def break_contract(subject: Subject, draw: Random) -> Iterator[Made]:
    """A contract asks for what the result cannot give, or is not of the form of one."""
    document = subject.document
    for about, body in document.get("contracts", {}).items():
        path: Tokens = ("contracts", about)
        at = pointer(path)
        slip = misspelled(about, draw)
        yield f"about {slip}", [pointer(("contracts", slip))], renamed_key(document, path, slip)
        yield "an unknown key", [f"{at}/colums"], changed(document, (*path, "colums"), ["id"])
        columns = body.get("columns", {})
        wanted = [*columns, "margin"] if isinstance(columns, list) else {**columns, "margin": "double"}
        last = len(columns) if isinstance(columns, list) else "margin"
        yield (
            "ask for a column that is not there",
            [pointer((*path, "columns", last))],
            changed(document, (*path, "columns"), wanted),
        )
        yield (
            "ask for no other column",
            [f"{at}/additional_columns", f"{at}/columns"],
            changed(document, (*path, "additional_columns"), False),
        )
        for name in columns if isinstance(columns, dict) else ():
            for kind in ("money", draw.choice(("date", "boolean", "varchar[]")), f"{columns[name]} not null"):
                yield (
                    f"{name} as {kind}",
                    [pointer((*path, "columns", name))],
                    changed(document, (*path, "columns", name), kind),
                )
            word = misspelled(name, draw)
            yield (
                f"{name} is misspelled {word}",
                [pointer((*path, "columns", word))],
                renamed_key(document, (*path, "columns", name), word),
            )
        for key, value in (
            ("unique", ["margin"]),
            ("not_null", ["margin"]),
            ("order", ["margin"]),
            ("ranges", {"margin": {"min": 0}}),
            ("allowed", {"margin": [1]}),
            ("where", "margin > 0"),
            ("where", "1 +"),
            ("rows", {"min": 5, "max": 2}),
            ("rows", {"least": 1}),
            ("rows", {"min": 10**6}),
            ("order", []),
            ("columns", 7),
            ("unique", "id"),
            ("where", "true"),
            ("where", "false"),
            ("rows", {"min": -1}),
        )[:16]:
            yield f"{key} is {value!r}", [f"{at}/{key}"], changed(document, (*path, key), value)
        for name in sorted(subject.made.get(about, ()))[:3]:
            yield f"sorted by {name} desc", [f"{at}/order"], changed(document, (*path, "order"), [f"{name} desc"])
            yield f"{name} is unique", [f"{at}/unique"], changed(document, (*path, "unique"), [name])
            yield f"{name} up to 'x'", [f"{at}/ranges"], changed(document, (*path, "ranges"), {name: {"max": "x"}})
        for key in body:
            yield f"without {key}", [f"{at}/{key}"], removed(document, (*path, key))


MUTATORS = (break_expression, misspell_in_expression, other_operator, break_query, break_contract)
