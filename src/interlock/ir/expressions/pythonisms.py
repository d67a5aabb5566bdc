"""Habits from other languages: what they look like, and what to write instead."""

from __future__ import annotations

from interlock.ir.expressions.lexer import Token
from interlock.ir.expressions.nodes import Node
from interlock.ir.expressions.problems import Problem, mended

METHODS = {
    "lower": "lower({x})",
    "upper": "upper({x})",
    "strip": "trim({x})",
    "lstrip": "ltrim({x})",
    "rstrip": "rtrim({x})",
    "title": None,
    "startswith": "starts_with({x}, {args})",
    "endswith": "ends_with({x}, {args})",
    "contains": "contains({x}, {args})",
    "replace": "replace({x}, {args})",
    "split": "string_split({x}, {args})",
    "isin": "{x} in ({args})",
    "isnull": "{x} is null",
    "isna": "{x} is null",
    "notnull": "{x} is not null",
    "notna": "{x} is not null",
    "fillna": "coalesce({x}, {args})",
    "abs": "abs({x})",
    "round": "round({x}, {args})",
    "between": None,
    "len": "length({x})",
    "year": "year({x})",
    "month": "month({x})",
    "day": "day({x})",
}
"""Methods that Python and pandas users write, and what they are called here."""


def method_call(text: str, operand: Node, name: str, arguments: str, end: int) -> Problem:
    """The problem of `x.lower()`, with what it is called here where that is known."""
    receiver = text[operand.start : operand.end]
    for accessor in (".str", ".dt"):
        receiver = receiver.removesuffix(accessor)
    template = METHODS.get(name.lower())
    if name.lower() == "isin" and arguments[:1] in "[(" and arguments[-1:] in "])":
        arguments = arguments[1:-1].strip()
    replacement = None
    if template and ("{args}" in template) == bool(arguments) and text[end - 1 : end] == ")":
        replacement = mended(text, operand.start, end, template.format(x=receiver, args=arguments))
    message = f"`.{name}()` is a method call, and expressions are SQL"
    help = f"write `{template.format(x=receiver, args='…')}`" if template else "write the value inside a function"
    return Problem("syntax", message, operand.start, end, "a method call", replacement=replacement, help=(help,))


def infix(text: str, token: Token, before: Token, after: Token) -> Problem | None:
    """The problem of `text contains 'x'` and the like; None if the word is no such habit."""
    functions = {
        "contains": "contains",
        "startswith": "starts_with",
        "endswith": "ends_with",
        "matches": "regexp_matches",
    }
    name = functions.get(token.value.lower()) if token.kind == "name" else None
    if name is None:
        return None
    replacement = None
    if before.kind in ("name", "quoted", "text") and after.kind in ("name", "quoted", "text", "input"):
        left, right = text[before.start : before.end], text[after.start : after.end]
        replacement = mended(text, before.start, after.end, f"{name}({left}, {right})")
    message = f"`{token.value}` is a function here, not an operator"
    help = (f"write `{name}(x, y)`",)
    return Problem("syntax", message, token.start, token.end, "not an operator", replacement=replacement, help=help)


def quantified(text: str, name: Token) -> Problem:
    """The problem of `x = any(list)`."""
    message = f"`{name.value}(…)` is not allowed in an expression"
    help = (
        "to look into a list column, write `list_contains(column, x)`",
        "to compare with several values, write `x in (…)`",
    )
    return Problem("not-allowed", message, name.start, name.end, help=help)


def trimmed(text: str, name: Token, side: Token) -> Problem:
    """The problem of `trim(both 'x' from text)`."""
    function = {"leading": "ltrim", "trailing": "rtrim"}.get(side.value.lower(), "trim")
    message = f"`{name.value}({side.value} …)` is written `{function}(text, characters)` here"
    return Problem("syntax", message, name.start, side.end, help=(f"write `{function}(text, characters)`",))
