"""The atoms of an expression: literals, names, calls, `case`, `cast`, lists; and what people write that is none of them."""

from __future__ import annotations

import re

from interlock.ir.expressions.lexer import Token
from interlock.ir.expressions.nodes import Call, Case, Cast, Constant, Input, ListOf, Name, Node
from interlock.ir.expressions.problems import Problem, Refused, mended
from interlock.ir.expressions.pythonisms import infix, method_call, quantified, trimmed
from interlock.ir.types import TypeTextError, parse_type

RESERVED = frozenset(
    "and or not is in between like ilike case when then else end cast try_cast select from where group having order "
    "limit offset union except intersect join on using with as distinct all any some exists over filter within lambda "
    "into values asc desc collate escape isnull notnull qualify window returning create table default check "
    "references primary foreign unique constraint only both leading trailing to do for fetch grant initially placing "
    "analyse analyze array symmetric asymmetric column deferrable lateral natural".split()
)
"""Words that cannot be a bare column name."""

PARTS = {
    "year": "years",
    "month": "months",
    "day": "days",
    "hour": "hours",
    "minute": "minutes",
    "second": "seconds",
    "week": "weeks",
    "quarter": "quarters",
}
"""Units of an interval, and their plurals."""
_PART_OF = {**{part: part for part in PARTS}, **{plural: part for part, plural in PARTS.items()}}


class Primaries:
    """The token stream, and the parts of the grammar that start with a token of their own."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text, self.tokens, self.at, self.depth = text, tokens, 0, 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    @property
    def before(self) -> Token:
        return self.tokens[self.at - 1]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def advance(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.at += 1
        return token

    def skip_word(self, word: str) -> bool:
        if not self.token.is_word(word):
            return False
        self.advance()
        return True

    def expect_word(self, word: str, why: str) -> None:
        if not self.skip_word(word):
            raise Refused(self.unexpected(why))

    def expect_sign(self, sign: str, why: str) -> None:
        if not self.token.is_sign(sign):
            raise Refused(self.unexpected(why))
        self.advance()

    def unexpected(self, why: str) -> Problem:
        token = self.token
        if token.kind == "end":
            return Problem("syntax", f"the expression ends too early: {why}", max(0, token.start - 1), token.end)
        written = self.text[token.start : token.end]
        return Problem("syntax", f"`{written[:60]}` is out of place: {why}", token.start, token.end)

    def left_over(self) -> Problem:
        token = self.token
        if token.is_word("over", "filter", "within"):
            return self.no_window(token)
        if token.is_word("select", "from", "where", "group", "order", "having", "limit", "union"):
            message = f"`{token.value}` is not allowed: an expression is one value, not a query"
            help = ("give the condition or value alone, without `select` or `where`",)
            return Problem("not-allowed", message, token.start, token.end, help=help)
        if token.is_word("as"):
            help = ("give the value alone; the new column is named beside it",)
            return Problem(
                "not-allowed", "`as` is not allowed: an expression has no name", token.start, len(self.text), help=help
            )
        if token.is_word("at"):
            help = ("convert the column to `timestamp` where it is read",)
            return Problem(
                "not-allowed", "`at time zone` is not allowed in an expression", token.start, token.end, help=help
            )
        if habit := infix(self.text, token, self.before, self.peek()):
            return habit
        if token.is_word("if"):
            help = ("write `case when condition then a else b end`",)
            return Problem("syntax", "`a if condition else b` is not SQL", token.start, token.end, help=help)
        return self.unexpected("an operator or the end of the expression should stand here")

    def no_window(self, token: Token) -> Problem:
        message = f"`{token.value}` is not allowed: window functions look at other rows, and an expression sees one row"
        help = ("use the node type `window_columns`",)
        return Problem("not-allowed", message, token.start, token.end, help=help)

    def subquery(self) -> Problem:
        message = "a query inside an expression is not allowed: an expression sees one row of one table"
        return Problem(
            "not-allowed", message, self.token.start, self.token.end, "a query", help=("join the other table first",)
        )

    def instead(self, word: str, why: str) -> Problem:
        token = self.token
        replacement = mended(self.text, token.start, token.end, word)
        return Problem("syntax", f"{why}: write `{word}`", token.start, token.end, replacement=replacement, safe=True)

    def expression(self) -> Node:
        raise NotImplementedError

    def primary(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.advance()
            return Constant(token.start, token.end, "number", token.value)
        if token.kind == "text":
            self.advance()
            return Constant(token.start, token.end, "text", token.value)
        if token.kind == "input":
            self.advance()
            return Input(token.start, token.end, token.value)
        if token.kind == "quoted":
            return self.name()
        if token.kind == "name":
            return self.word()
        if token.is_sign("("):
            return self.parenthesised()
        if token.is_sign("["):
            self.advance()
            items = () if self.token.is_sign("]") else self.sequence("]")
            if not items:
                self.expect_sign("]", "the `[` is never closed")
            return ListOf(token.start, self.before.end, items)
        if token.is_sign("*"):
            message = "`*` is not a value"
            raise Refused(Problem("not-allowed", message, token.start, token.end, help=("name one column",)))
        raise Refused(self.unexpected("a value should stand here"))

    def parenthesised(self) -> Node:
        opening = self.advance()
        if self.token.is_word("select", "with", "from", "values"):
            raise Refused(self.subquery())
        found = self.expression()
        if self.token.is_sign(","):
            message = "a list in parentheses is only allowed after `in`"
            raise Refused(
                Problem("syntax", message, opening.start, self.token.end, help=("a list value is written `[1, 2]`",))
            )
        if not self.token.is_sign(")") and self.token.kind != "end":
            raise Refused(self.left_over())
        self.expect_sign(")", "a `(` is never closed")
        return _respan(found, opening.start, self.before.end)

    def sequence(self, closing: str) -> tuple[Node, ...]:
        """Expressions between commas, up to and past the closing sign."""
        found = [self.expression()]
        while self.token.is_sign(","):
            self.advance()
            found.append(self.expression())
        if self.token.is_word("order", "ignore", "respect", "from", "for") and closing == ")":
            message = f"`{self.token.value}` is not allowed inside a call here"
            raise Refused(
                Problem(
                    "not-allowed", message, self.token.start, self.token.end, help=("separate arguments by commas",)
                )
            )
        self.expect_sign(closing, f"a `,` or `{closing}` should stand here")
        return tuple(found)

    def word(self) -> Node:
        token = self.token
        word = token.value.lower()
        if word in ("true", "false", "null") and not self.peek().is_sign("(", "."):
            self.advance()
            return Constant(token.start, token.end, "null" if word == "null" else "boolean", word)
        if word == "none" and not self.peek().is_sign("(", "."):
            raise Refused(self.instead("null", f"`{token.value}` is not SQL"))
        if word in ("date", "time", "timestamp", "timestamptz", "datetime") and self.peek().kind == "text":
            return self.dated(word)
        if word == "interval" and (self.peek().kind in ("text", "number") or self.peek().is_sign("(", "-")):
            return self.interval()
        if word == "case" and not self.peek().is_sign("("):
            return self.case()
        if word == "case" and self.peek().is_sign("("):
            return self.case()
        if self.peek().is_sign("("):
            return self.call()
        if word in ("select", "exists", "with"):
            raise Refused(self.subquery())
        if word == "lambda":
            raise Refused(Problem("not-allowed", "lambdas are not allowed in an expression", token.start, token.end))
        if word in RESERVED:
            help = (f'if `{token.value}` is a column, quote it: `"{token.value}"`',)
            message = f"`{token.value}` is out of place: a value should stand here"
            raise Refused(Problem("syntax", message, token.start, token.end, help=help))
        return self.name()

    def dated(self, word: str) -> Node:
        start = self.advance().start
        value = self.advance()
        kind = "timestamp" if word == "datetime" else word
        return Constant(start, value.end, kind, value.value)  # type: ignore[arg-type]

    def interval(self) -> Node:
        start = self.advance().start
        negative = self.token.is_sign("-")
        if negative:
            self.advance()
        token = self.token
        if token.is_sign("("):
            amount = self.parenthesised()
            part = self.unit()
            return Call(start, self.before.end, f"to_{PARTS[part]}", (amount,), self.before.end)
        self.advance()
        if token.kind == "text" and not self.is_unit(self.token):
            return Constant(start, token.end, "interval", ("-" if negative else "") + token.value)
        if token.kind not in ("text", "number") or not re.fullmatch(r"-?\d+(\.\d+)?", token.value):
            raise Refused(self.unexpected("an interval is written `interval 3 day` or `interval '3 days'`"))
        part = self.unit()
        return Constant(start, self.before.end, "interval", f"{'-' if negative else ''}{token.value} {PARTS[part]}")

    def is_unit(self, token: Token) -> bool:
        return token.kind == "name" and token.value.lower() in _PART_OF

    def unit(self) -> str:
        if not self.is_unit(self.token):
            raise Refused(self.unexpected("an interval needs a unit: " + ", ".join(PARTS)))
        return _PART_OF[self.advance().value.lower()]

    def case(self) -> Node:
        start = self.advance().start
        operand = None if self.token.is_word("when") else self.expression()
        whens: list[tuple[Node, Node]] = []
        while self.skip_word("when"):
            condition = self.expression()
            self.expect_word("then", "`when` is followed by a condition and `then`")
            whens.append((condition, self.expression()))
        if not whens:
            raise Refused(self.unexpected("`case` needs at least one `when … then …`"))
        otherwise = self.expression() if self.skip_word("else") else None
        self.expect_word("end", "a `case` is closed by `end`")
        return Case(start, self.before.end, operand, tuple(whens), otherwise)

    def call(self) -> Node:
        name = self.advance()
        word = name.value.lower()
        self.advance()
        if word in ("cast", "try_cast"):
            operand = self.expression()
            self.expect_word("as", "a cast is written `cast(value as type)`")
            found = self.cast_to(operand, name.start, tentative=word == "try_cast")
            self.expect_sign(")", "a cast is written `cast(value as type)`")
            return Cast(name.start, self.before.end, operand, found.to, found.tentative)
        if word == "extract" and self.token.kind in ("name", "text") and self.peek().is_word("from"):
            part = self.advance()
            self.advance()
            operand = self.expression()
            self.expect_sign(")", "written `extract(year from column)`")
            unit = Constant(part.start, part.end, "text", part.value.lower())
            return Call(name.start, self.before.end, "date_part", (unit, operand), name.end)
        if word == "position":
            return self.position(name)
        if self.token.is_word("select", "with", "from", "values") or word == "exists":
            raise Refused(self.subquery())
        if word in ("any", "all", "some"):
            raise Refused(quantified(self.text, name))
        if self.token.is_word("both", "leading", "trailing"):
            raise Refused(trimmed(self.text, name, self.token))
        if self.token.is_word("distinct"):
            message = f"`{name.value}(distinct …)` looks at many rows, and an expression sees one row"
            help = ("use the node type `aggregate`",)
            raise Refused(Problem("not-allowed", message, name.start, self.token.end, help=help))
        if self.token.is_sign("*") and self.peek().is_sign(")"):
            message = f"`{name.value}(*)` looks at many rows, and an expression sees one row"
            raise Refused(
                Problem("not-allowed", message, name.start, self.peek().end, help=("use the node type `aggregate`",))
            )
        if self.token.is_sign(")"):
            self.advance()
            arguments: tuple[Node, ...] = ()
        else:
            arguments = self.sequence(")")
        if self.token.is_word("over", "filter", "within"):
            raise Refused(self.no_window(self.token))
        return Call(name.start, self.before.end, name.value, arguments, name.end)

    def position(self, name: Token) -> Node:
        """`position('b' in text)`: its arguments stand the other way round in `strpos`."""
        needle = self.joined()
        if self.token.is_sign(","):
            self.advance()
            found = Call(name.start, self.token.end, "strpos", (needle, self.joined()), name.end)
        else:
            self.expect_word("in", "written `position('b' in text)`")
            found = Call(name.start, self.token.end, "strpos", (self.joined(), needle), name.end)
        self.expect_sign(")", "written `position('b' in text)`")
        return Call(found.start, self.before.end, found.name, found.arguments, found.name_end)

    def joined(self, loosest: int = 1) -> Node:
        raise NotImplementedError

    def cast_to(self, operand: Node, start: int, *, tentative: bool) -> Cast:
        first = self.token
        if first.kind not in ("name", "quoted"):
            raise Refused(self.unexpected("a type should stand here"))
        self.type_tokens()
        written = self.text[first.start : self.before.end]
        try:
            to = parse_type(re.sub(r"\b(u?)int128\b(?!\s+\w)", r"\1hugeint", written, flags=re.IGNORECASE))
        except TypeTextError as error:
            raise Refused(Problem("wrong-type", str(error), first.start, self.before.end, "not a type")) from None
        return Cast(start, self.before.end, operand, to, tentative)

    def type_tokens(self) -> None:
        word = self.advance().value.lower()
        if word == "double" and self.token.is_word("precision"):
            self.advance()
        if word in ("timestamp", "time") and self.token.is_word("with", "without"):
            for _ in range(3):
                self.advance()
        if self.token.is_sign("("):
            depth = 0
            while self.token.kind != "end":
                depth += self.token.is_sign("(") - self.token.is_sign(")")
                self.advance()
                if depth == 0:
                    break
        while self.token.is_sign("[") and (
            self.peek().is_sign("]") or (self.peek(2).is_sign("]") and self.peek().kind == "number")
        ):
            while not self.advance().is_sign("]"):
                pass

    def name(self) -> Node:
        first = self.advance()
        parts = [first.value]
        while self.token.is_sign(".") and self.peek().kind in ("name", "quoted") and len(parts) < 32:
            if self.peek(2).is_sign("("):
                self.advance()
                method = self.advance()
                raise Refused(self.method(Name(first.start, self.tokens[self.at - 3].end, tuple(parts), False), method))
            self.advance()
            parts.append(self.advance().value)
        return Name(first.start, self.before.end, tuple(parts), first.kind == "quoted")

    def method(self, operand: Node, name: Token) -> Problem:
        """The problem of `x.lower()`."""
        closing, depth = self.at, 0
        while closing < len(self.tokens) - 1:
            depth += self.tokens[closing].is_sign("(") - self.tokens[closing].is_sign(")")
            if depth == 0:
                break
            closing += 1
        arguments = self.text[self.token.end : self.tokens[closing].start].strip()
        return method_call(self.text, operand, name.value, arguments, self.tokens[closing].end)


def _respan(node: Node, start: int, end: int) -> Node:
    """The node in its parentheses: its span grows, and it counts as closed."""
    values = {name: getattr(node, name) for name in node.__dataclass_fields__}
    return type(node)(**{**values, "start": start, "end": end})
