"""Our parser reads every combination of operators as DuckDB's own parser does, or refuses it by name."""

from __future__ import annotations

import itertools
import json

import duckdb
import pytest
from expression_data import admitted, connection

from interlock.ir.expressions import nodes
from interlock.ir.expressions.parser import parse
from interlock.ir.expressions.problems import Refused

BINARY = "or;and;=;<>;<;>=;is distinct from;is not distinct from;||;+;-;*;/;//;%;**".split(";")
SUFFIXES = "is null;is not null;is true;is not false;between {0} and {1};not between {0} and {1};in ({0});not in ({0});like {0};not ilike {0};::integer".split(
    ";"
)
PREFIXES = "not ;- ;+ ".split(";")


def combinations() -> list[str]:
    found = [f"a {one} b {two} c" for one, two in itertools.product(BINARY, BINARY)]
    for op, suffix in itertools.product(BINARY, SUFFIXES):
        tail = suffix.format("c", "d")
        found += [f"a {op} b {tail}", f"a {tail} {op} b"]
    found += [f"{prefix}a {op} b" for prefix, op in itertools.product(PREFIXES, BINARY)]
    found += [f"a {op} {prefix}b" for prefix, op in itertools.product(PREFIXES, BINARY)]
    found += [f"{prefix}a {suffix.format('b', 'c')}" for prefix, suffix in itertools.product(PREFIXES, SUFFIXES)]
    found += [f"a {one.format('b', 'c')} {two.format('d', 'e')}" for one, two in itertools.product(SUFFIXES, SUFFIXES)]
    found += [
        f"a {x} b {y} c {z} d" for x, y, z in itertools.product(["or", "and", "=", "||", "+", "*", "%", "**"], repeat=3)
    ]
    return found


def parenthesised(node: nodes.Node) -> str:
    """The tree as text in which nothing is left to precedence."""
    match node:
        case nodes.Name():
            return node.parts[0]
        case nodes.Unary(op=op, operand=operand):
            return f"({op} {parenthesised(operand)})"
        case nodes.Binary(op=op, left=left, right=right):
            return f"({parenthesised(left)} {op} {parenthesised(right)})"
        case nodes.Junction(op=op, operands=operands):
            return "(" + f" {op} ".join(map(parenthesised, operands)) + ")"
        case nodes.Test(operand=operand, what=what, negated=negated):
            return f"({parenthesised(operand)} is {'not ' if negated else ''}{what})"
        case nodes.Distinct(left=left, right=right, negated=negated):
            return f"({parenthesised(left)} is {'not ' if negated else ''}distinct from {parenthesised(right)})"
        case nodes.Between(operand=operand, low=low, high=high, negated=negated):
            word = "not between" if negated else "between"
            return f"({parenthesised(operand)} {word} {parenthesised(low)} and {parenthesised(high)})"
        case nodes.In(operand=operand, options=options, negated=negated):
            return (
                f"({parenthesised(operand)} {'not ' if negated else ''}in ({', '.join(map(parenthesised, options))}))"
            )
        case nodes.Like(op=op, operand=operand, pattern=pattern, negated=negated):
            return f"({parenthesised(operand)} {'not ' if negated else ''}{op} {parenthesised(pattern)})"
        case nodes.Cast(operand=operand, to=to):
            return f"({parenthesised(operand)}::{to})"
    raise TypeError(type(node))


def as_duckdb_reads(text: str) -> object:
    """DuckDB's tree of an expression, without places; None when DuckDB cannot read it."""
    found = json.loads(connection().execute("select json_serialize_sql(?)", [f"select {text}"]).fetchall()[0][0])
    return None if found["error"] else _placeless(found["statements"][0]["node"]["select_list"])


def _placeless(tree: object) -> object:
    if isinstance(tree, list):
        return [_placeless(part) for part in tree]
    if isinstance(tree, dict):
        return {key: _placeless(part) for key, part in tree.items() if not key.startswith("query_location")}
    return tree


def test_precedence_is_duckdbs() -> None:
    refused = wrong = read = 0
    for text in combinations():
        try:
            ours = parenthesised(parse(text))
        except Refused:
            refused += 1
            continue
        read += 1
        theirs = as_duckdb_reads(text)
        if theirs is None or theirs != as_duckdb_reads(ours):
            wrong += 1
            print(text, "is read as", ours)
    assert wrong == 0
    assert read > 3 * refused, (read, refused)


@pytest.mark.parametrize(
    ("text", "replacement"),
    [
        ("a is null = b", "(a is null) = b"),
        ("a like b like c", "(a like b) like c"),
        ("a in (1) in (2)", "(a in (1)) in (2)"),
        ("1 < a < 3", "1 < a and a < 3"),
    ],
)
def test_what_cannot_be_reconciled_is_refused_by_name(text: str, replacement: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.problem.reason == "not-allowed"
    assert refused.value.problem.replacement == replacement


NUMERIC = [f"n32 {x} i32 {y} nf" for x, y in itertools.product("+ - * / % **".split(), repeat=2)]
LOGICAL = [
    f"{p}nb {x} n32 > i32 {y} b is not null"
    for p, x, y in itertools.product(["", "not "], ["and", "or"], ["and", "or"])
]


@pytest.mark.parametrize(
    "text", [*NUMERIC, *LOGICAL, "- n32 ** 2", "-n32::double", "n32 % -3", "nt || n32 + 1", "n32 not in (1, 2) and nb"]
)
def test_the_canonical_text_means_what_was_written(text: str) -> None:
    found = admitted(text)
    assert str(rows(text)) == str(rows(found.sql))


def rows(text: str) -> object:
    try:
        return connection().execute(f"select ({text}) from t").fetchall()
    except duckdb.Error as error:
        return type(error)
