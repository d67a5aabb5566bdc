"""Tokens to nodes, with DuckDB's precedence: the loosest operators are at the top of this file, the tightest at the end.

Where DuckDB's grammar gives a text a reading that few would guess, or none, the text is refused and
parentheses are asked for; everywhere else the tree is the one that DuckDB's own parser builds.
"""

from __future__ import annotations

from interlock.ir.expressions.lexer import Token, tokenise
from interlock.ir.expressions.nodes import (
    Between,
    Binary,
    Constant,
    Distinct,
    In,
    Item,
    Junction,
    Like,
    Member,
    Node,
    Test,
    Unary,
)
from interlock.ir.expressions.primaries import Primaries
from interlock.ir.expressions.problems import Problem, Refused, mended

DEEPEST = 32
"""The most levels of nesting an expression may have."""
LONGEST_CHAIN = 100
"""The most operands that one chain of arithmetic or `||` may have."""
WIDEST = 500
"""The most operands that one chain of `and` or of `or` may have."""

PRECEDENCE: tuple[tuple[str, str], ...] = (
    ("or", "left to right"),
    ("and", "left to right"),
    ("not", "prefix"),
    ("is [not] null, is [not] true, is [not] false, is [not] distinct from", "not chained"),
    ("= == <> != < <= > >=", "not chained"),
    ("[not] between, [not] in, [not] like, [not] ilike", "not chained"),
    ("||", "left to right"),
    ("+ -", "left to right"),
    ("* / // %", "left to right"),
    ("**", "left to right: `2 ** 3 ** 2` is 64"),
    ("unary - +", "prefix, before `**`: `-2 ** 2` is 4"),
    (":: [] .", "postfix, before unary minus: `-1::integer` is `-(1::integer)`"),
)
"""Operators from the loosest to the tightest, as DuckDB reads them, and how equals combine."""

TIGHTNESS = {"||": 1, "+": 2, "-": 2, "*": 3, "/": 3, "//": 3, "%": 3, "**": 4}
"""How tightly the operators bind that are read from left to right."""
COMPARISONS = ("=", "==", "<>", "!=", "<", "<=", ">", ">=")


def parse(text: str) -> Node:
    """The tree of a text; raises Refused with the first thing that cannot be read.

    >>> type(parse("a + b % 7")).__name__
    'Binary'
    """
    parser = Parser(text, tokenise(text))
    if parser.token.kind == "end":
        raise Refused(Problem("syntax", "the expression is empty", 0, len(text)))
    found = parser.expression()
    if parser.token.kind != "end":
        raise Refused(parser.left_over())
    return found


class Parser(Primaries):
    """A recursive-descent parser; each method reads one level of precedence."""

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused(self.too_deep())
        found = self.disjunction()
        self.depth -= 1
        return found

    def too_deep(self) -> Problem:
        message = f"the expression is nested more than {DEEPEST} levels deep"
        return Problem("too-large", message, self.token.start, self.token.end, "too deep")

    def disjunction(self) -> Node:
        found = [self.conjunction()]
        while self.token.is_word("or"):
            self.advance()
            found.append(self.conjunction())
            self.check_width(len(found), WIDEST)
        return found[0] if len(found) == 1 else Junction(found[0].start, found[-1].end, "or", tuple(found))

    def conjunction(self) -> Node:
        found = [self.negation()]
        while self.token.is_word("and"):
            self.advance()
            found.append(self.negation())
            self.check_width(len(found), WIDEST)
        return found[0] if len(found) == 1 else Junction(found[0].start, found[-1].end, "and", tuple(found))

    def check_width(self, width: int, most: int) -> None:
        if width > most:
            message = f"a chain of operators may have at most {most} operands"
            help = ("test one value against many with `in (…)`",)
            raise Refused(Problem("too-large", message, self.token.start, self.token.end, help=help))

    def negation(self) -> Node:
        marks: list[Token] = []
        while self.token.is_word("not"):
            marks.append(self.advance())
            if len(marks) > DEEPEST:
                raise Refused(self.too_deep())
        found = self.tests()
        for mark in reversed(marks):
            found = Unary(mark.start, found.end, "not", found)
        return found

    def tests(self) -> Node:
        found = self.comparison()
        tested = False
        while self.token.is_word("is", "isnull", "notnull"):
            start = self.token
            found, is_distinct = self.test(found)
            if tested and is_distinct:
                raise Refused(self.unclear(found.start, start.start, "is … distinct from"))
            tested = True
        if self.token.is_sign(*COMPARISONS):
            raise Refused(self.unclear(found.start, self.token.start, self.token.value))
        return found

    def test(self, operand: Node) -> tuple[Node, bool]:
        word = self.advance().value.lower()
        if word != "is":
            return Test(operand.start, self.before.end, operand, "null", word == "notnull"), False
        negated = self.skip_word("not")
        if self.token.is_word("distinct"):
            self.advance()
            self.expect_word("from", "`is distinct from` compares two values")
            right = self.comparison()
            return Distinct(operand.start, right.end, operand, right, negated), True
        what = self.token.value.lower()
        if self.token.kind == "name" and what == "none":
            raise Refused(self.instead("null", f"`{self.token.value}` is not SQL"))
        if self.token.kind != "name" or what not in ("null", "true", "false"):
            message = "`is` is followed by `null`, `true`, `false` or `distinct from`"
            help = ("compare two values with `=`",)
            raise Refused(Problem("syntax", message, self.token.start, self.token.end, help=help))
        self.advance()
        return Test(operand.start, self.before.end, operand, what, negated), False  # type: ignore[arg-type]

    def unclear(self, start: int, operator_at: int, sign: str) -> Problem:
        inner = self.text[start:operator_at].rstrip()
        replacement = mended(self.text, start, start + len(inner), f"({inner})")
        message = f"`{_short(inner)}` needs parentheses before `{sign}`"
        return Problem("not-allowed", message, start, start + len(inner), "unclear", replacement=replacement, safe=True)

    def comparison(self) -> Node:
        left = self.matching()
        if not self.token.is_sign(*COMPARISONS):
            return left
        sign = self.advance()
        if self.token.is_word("not"):
            message = f"what follows `{sign.value}` needs parentheses: `(not …)`"
            raise Refused(Problem("not-allowed", message, self.token.start, self.token.end))
        right = self.matching()
        op = {"==": "=", "!=": "<>"}.get(sign.value, sign.value)
        found = Binary(left.start, right.end, op, left, right, sign.start)
        if self.token.is_sign(*COMPARISONS):
            raise Refused(self.chained(left, sign, right))
        return found

    def chained(self, left: Node, sign: Token, right: Node) -> Problem:
        middle = self.text[right.start : right.end]
        message = "comparisons are not chained: combine two of them with `and`"
        replacement = mended(self.text, right.end, right.end, f" and {middle}")
        if len(replacement) > len(self.text) + 200 or sign.value not in ("<", "<=", ">", ">="):
            replacement = None
        return Problem("not-allowed", message, left.start, self.token.end, "chained", replacement=replacement)

    def matching(self) -> Node:
        operand = self.joined()
        found = self.match(operand)
        if found is not operand and self.token.is_word("between", "in", "like", "ilike"):
            raise Refused(self.unclear(found.start, self.token.start, self.token.value.lower()))
        return found

    def match(self, operand: Node) -> Node:
        negated = self.token.is_word("not")
        word = self.peek() if negated else self.token
        if not word.is_word("between", "in", "like", "ilike", "similar", "glob", "rlike", "regexp", "collate"):
            return operand
        if negated:
            self.advance()
        kind = self.advance().value.lower()
        if kind == "between":
            low = self.joined()
            self.expect_word("and", "`between` takes two bounds: `x between low and high`")
            high = self.joined()
            return Between(operand.start, high.end, operand, low, high, negated)
        if kind == "in":
            return self.membership(operand, negated)
        if kind in ("like", "ilike"):
            pattern = self.joined()
            escape = self.joined() if self.skip_word("escape") else None
            end = (escape or pattern).end
            return Like(operand.start, end, "like" if kind == "like" else "ilike", operand, pattern, escape, negated)
        help = () if kind == "collate" else ("write `regexp_matches(text, pattern)`",)
        raise Refused(
            Problem("not-allowed", f"`{kind}` is not allowed in an expression", word.start, word.end, help=help)
        )

    def membership(self, operand: Node, negated: bool) -> Node:
        opening = self.token
        if opening.is_sign("["):
            options = self.primary()
            inner = self.text[options.start + 1 : options.end - 1]
            replacement = mended(self.text, options.start, options.end, f"({inner})") if inner.strip() else None
            message = "the list after `in` is written in parentheses: `in (…)`"
            raise Refused(
                Problem("syntax", message, options.start, options.end, replacement=replacement, safe=bool(replacement))
            )
        if not opening.is_sign("("):
            message = "`in` is followed by a list in parentheses: `x in (1, 2)`"
            help = ("to look into a list column, write `list_contains(column, x)`",)
            replacement = None
            if opening.kind in ("name", "quoted") and not negated:
                inside = (
                    f"list_contains({self.text[opening.start : opening.end]}, {self.text[operand.start : operand.end]})"
                )
                replacement = mended(self.text, operand.start, opening.end, inside)
            raise Refused(Problem("syntax", message, opening.start, opening.end, replacement=replacement, help=help))
        self.advance()
        if self.token.is_word("select", "with", "from", "values"):
            raise Refused(self.subquery())
        if self.token.is_sign(")"):
            message = "`in ()` has nothing to compare with"
            raise Refused(Problem("syntax", message, opening.start, self.token.end, "an empty list"))
        options = self.sequence(")")
        return In(operand.start, self.before.end, operand, options, negated)

    def joined(self, loosest: int = 1) -> Node:
        """`||` and arithmetic that binds at least as tightly as `loosest`; all of it from left to right."""
        found = self.signed()
        width = 1
        while self.token.kind == "sign" and TIGHTNESS.get(self.token.value, 0) >= loosest:
            sign = self.advance()
            right = self.joined(TIGHTNESS[sign.value] + 1)
            width += 1
            self.check_width(width, LONGEST_CHAIN)
            found = Binary(found.start, right.end, sign.value, found, right, sign.start)
        return found

    def signed(self) -> Node:
        if not self.token.is_sign("-", "+"):
            return self.suffixed()
        sign = self.advance()
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused(self.too_deep())
        operand = self.signed()
        self.depth -= 1
        if sign.value == "-" and isinstance(operand, Constant) and operand.kind == "number" and operand.value[0] != "-":
            return Constant(sign.start, operand.end, "number", "-" + operand.value)
        return Unary(sign.start, operand.end, sign.value, operand)

    def suffixed(self) -> Node:
        found = self.primary()
        for _ in range(DEEPEST):
            if self.token.is_sign("::"):
                self.advance()
                found = self.cast_to(found, found.start, tentative=False)
            elif self.token.is_sign("["):
                found = self.item(found)
            elif self.token.is_sign("."):
                found = self.member(found)
            else:
                return found
        raise Refused(self.too_deep())

    def item(self, operand: Node) -> Node:
        self.advance()
        if self.token.is_sign(":"):
            raise Refused(self.no_slices())
        index = self.expression()
        if self.token.is_sign(":") or self.token.kind == "input":
            raise Refused(self.no_slices())
        self.expect_sign("]", "the `[` is never closed")
        return Item(operand.start, self.before.end, operand, index)

    def no_slices(self) -> Problem:
        help = ("write `list_slice(list, first, last)`, or `substring(text, first, length)`",)
        return Problem("not-allowed", "slices are not allowed", self.token.start, self.token.end, help=help)

    def member(self, operand: Node) -> Node:
        self.advance()
        if self.token.kind not in ("name", "quoted"):
            raise Refused(self.unexpected("`.` is followed by the name of a field"))
        name = self.advance()
        if self.token.is_sign("("):
            raise Refused(self.method(operand, name))
        return Member(operand.start, name.end, operand, name.value)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
