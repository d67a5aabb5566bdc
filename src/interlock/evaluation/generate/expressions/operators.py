"""Operators: drawn so that the types go together and, mostly, so that no value makes the run stop."""

from __future__ import annotations

import math
from collections.abc import Callable

from interlock.evaluation.generate.expressions.literals import Literals, quoted
from interlock.evaluation.generate.expressions.parts import (
    AND,
    ATOM,
    COMPARE,
    IS,
    JOIN,
    MATCH,
    NOT,
    OR,
    POWER,
    PRODUCT,
    SIGN,
    SUM,
    Part,
    room,
)
from interlock.evaluation.generate.names import as_sql
from interlock.ir.expressions.promotion import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    INTERVAL,
    TIME,
    TIMESTAMP,
    UNSIGNED,
    VARCHAR,
    settle,
)
from interlock.ir.expressions.promotion import arithmetic as type_of
from interlock.ir.types import Type

LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT, "**": POWER}
PATTERNS = ("%", "a%", "%a%", "_%", "%e", "East", "_", "", "%\\%", "A-%", "%日%", "a_c")
UNORDERED = frozenset({"struct", "map", "json", "list"})


class Operators(Literals):
    """The part of the drawing that knows operators."""

    def boolean_operator(self, depth: int) -> Part:
        """A condition made by an operator."""
        choices: tuple[tuple[Callable[[int], Part], int], ...] = (
            (self.comparison, 6),
            (self.junction, 3),
            (self.negation, 1),
            (self.null_test, 2),
            (self.truth_test, 1),
            (self.distinct_test, 1),
            (self.between, 2),
            (self.membership, 2),
            (self.like, 2),
        )
        drawn = self.random.choices([each for each, _ in choices], [weight for _, weight in choices])[0]
        return drawn(depth)

    def comparable_pair(self, depth: int) -> tuple[Part, Part]:
        """Two parts that compare: of one type, or of types that meet."""
        left = self.anything(depth)
        if left.type.is_numeric and self.chance(0.35):
            return left, self.number(depth)
        if self.chance(0.5):
            return left, self.bare(left.type)
        return left, self.of(left.type, depth)

    def comparison(self, depth: int) -> Part:
        left, right = self.comparable_pair(depth - 1)
        signs = (
            ("=", "<>", "==", "!=") if left.type.name in UNORDERED else ("=", "<>", "<", "<=", ">", ">=", "==", "!=")
        )
        sign = self.one(signs)
        if left.text is None and self.chance(0.15):
            left, right = right, left
        space = self.slack
        written = f"{self.inside(left, MATCH)}{space}{sign}{space}{self.inside(right, MATCH)}"
        return Part(written, COMPARE, BOOLEAN, left.nullable or right.nullable)

    def junction(self, depth: int) -> Part:
        word, level = self.one((("and", AND), ("or", OR)))
        parts = [self.of(BOOLEAN, depth - 1) for _ in range(self.one((2, 2, 2, 3)))]
        written = self.inside(parts[0], level)
        for each in parts[1:]:
            written += f"{self.gap}{self.word(word)}{self.gap}{self.inside(each, level + 1)}"
        return Part(written, level, BOOLEAN, any(each.nullable for each in parts))

    def negation(self, depth: int) -> Part:
        operand = self.of(BOOLEAN, depth - 1)
        return Part(f"{self.word('not')}{self.gap}{self.inside(operand, NOT)}", NOT, BOOLEAN, operand.nullable)

    def null_test(self, depth: int) -> Part:
        operand = self.inside(self.anything(depth - 1), COMPARE)
        test = self.one(("is null", "is not null", "is null", "is not null", "isnull", "notnull"))
        return Part(f"{operand}{self.gap}{self.word(test)}", IS, BOOLEAN, False)

    def truth_test(self, depth: int) -> Part:
        operand = self.inside(self.of(BOOLEAN, depth - 1), COMPARE)
        test = self.one(("is true", "is not true", "is false", "is not false"))
        return Part(f"{operand}{self.gap}{self.word(test)}", IS, BOOLEAN, False)

    def distinct_test(self, depth: int) -> Part:
        left, right = self.comparable_pair(depth - 1)
        word = self.word(self.one(("is distinct from", "is not distinct from")))
        return Part(
            f"{self.inside(left, COMPARE)}{self.gap}{word}{self.gap}{self.inside(right, COMPARE)}", IS, BOOLEAN, False
        )

    def between(self, depth: int) -> Part:
        operand = self.anything(depth - 1)
        if operand.type.name in UNORDERED:
            operand = self.number(depth - 1)
        low, high = (
            self.bare(operand.type) if self.chance(0.7) else self.of(operand.type, depth - 1) for _ in range(2)
        )
        word = self.word(self.one(("between", "between", "not between")))
        written = (
            f"{self.inside(operand, JOIN)} {word} {self.inside(low, JOIN)} {self.word('and')} {self.inside(high, JOIN)}"
        )
        return Part(written, MATCH, BOOLEAN, operand.nullable or low.nullable or high.nullable)

    def membership(self, depth: int) -> Part:
        operand = self.anything(depth - 1)
        options = [self.bare(operand.type) for _ in range(self.one((1, 2, 3, 5)))]
        if self.chance(0.2):
            options.append(self.of(operand.type, depth - 1))
        word = self.word(self.one(("in", "in", "not in")))
        written = f"{self.inside(operand, JOIN)} {word} ({self.listed([each.written for each in options])})"
        return Part(written, MATCH, BOOLEAN, operand.nullable or any(each.nullable for each in options))

    def like(self, depth: int) -> Part:
        operand = self.of(VARCHAR, depth - 1)
        word = self.word(self.one(("like", "ilike", "not like", "not ilike")))
        if self.chance(0.15):
            pattern, escape = self.one((("50!%", "!"), ("%#_%", "#"), ("a$%%", "$")))
            written = f"{self.inside(operand, JOIN)} {word} {quoted(pattern)} {self.word('escape')} {quoted(escape)}"
            return Part(written, MATCH, BOOLEAN, operand.nullable)
        pattern = Part(quoted(self.one(PATTERNS)), ATOM, VARCHAR, False)
        if self.chance(0.1):
            pattern = self.of(VARCHAR, 0)
        written = f"{self.inside(operand, JOIN)} {word} {self.inside(pattern, JOIN)}"
        return Part(written, MATCH, BOOLEAN, operand.nullable or pattern.nullable)

    def arithmetic(self, depth: int) -> Part:
        """A sum, product and the like of two numbers."""
        op = self.one(("+", "-", "*", "/", "%", "//", "**", "+", "-", "*"))
        if op in ("//", "%"):
            return self.division(op, depth)
        left = self.number(depth - 1)
        right = self.bare(left.type) if self.chance(0.4) and not left.type.is_float else self.number(depth - 1)
        if self.chance(0.3):
            left, right = right, left
        if op in ("/", "**"):
            return self.binary(op, left, right, DOUBLE if op == "**" else type_of("/", left.type, right.type) or DOUBLE)
        return self.within(op, left, right)

    def within(self, op: str, left: Part, right: Part) -> Part:
        """The operation, its operands cut down where the result might not fit in its type."""
        for attempt in range(3):
            kind = type_of(op, *settle(left.type, right.type, left.literal, right.literal))
            reach = left.reach * right.reach if op == "*" else left.reach + right.reach
            unsigned = kind is not None and op == "-" and kind.name in UNSIGNED
            if kind is not None and kind.is_float:
                return self.binary(op, left, right, kind, math.inf)
            if kind is not None and not unsigned and (reach <= room(kind) or self.risky):
                return self.binary(op, left, right, kind, reach)
            if attempt or unsigned or not (left.type.is_integer and right.type.is_integer):
                left = self.fitted(left, DOUBLE)
            else:
                left, right = self.cut(left), self.cut(right)
        return left

    def cut(self, part: Part) -> Part:
        """A whole number brought below 100."""
        if part.reach <= 99 or not part.type.is_integer:
            return part
        return Part(f"{self.inside(part, PRODUCT)} % 100", PRODUCT, part.type, part.nullable, 99)

    def division(self, op: str, depth: int) -> Part:
        """`//` of whole numbers or `%`, by something that is not zero."""
        left = self.whole(depth - 1) if op == "//" or self.chance(0.6) else self.number(depth - 1)
        divisor = self.digits(self.random.randint(1, 12))
        if self.chance(0.3):
            inner = self.whole(depth - 1)
            if not inner.type.is_integer or inner.literal is not None:
                inner = divisor
            divisor = Part(f"{self.word('nullif')}({inner.written}, 0)", ATOM, inner.type, True, inner.reach)
        if left.reach >= room(left.type) and not self.risky:
            left = self.cut(left)
        if left.type.name in UNSIGNED or divisor.type.name in UNSIGNED:
            left, divisor = self.cut(left), self.digits(7)
        kind = type_of(op, *settle(left.type, divisor.type, left.literal, divisor.literal)) or DOUBLE
        return self.binary(op, left, divisor, kind, left.reach)

    def binary(self, op: str, left: Part, right: Part, kind: Type, reach: float = math.inf) -> Part:
        level, space = LEVELS[op], self.slack
        second = self.inside(right, level + 1)
        if second.startswith("-") and not space:
            space = " "
        written = f"{self.inside(left, level)}{space}{op}{space}{second}"
        return Part(written, level, kind, left.nullable or right.nullable, reach)

    def signed(self, depth: int) -> Part:
        """A number, or an interval, with its sign changed."""
        operand = self.number(depth - 1)
        unsigned = operand.type.name in UNSIGNED
        if operand.type.is_integer and operand.reach > room(operand.type) - 1:
            operand = self.cut(operand)
        sign = "+" if unsigned or self.chance(0.2) else "-"
        inner = self.inside(operand, SIGN)
        inner = f" {inner}" if inner.startswith("-") else inner
        literal = None
        if operand.literal is not None and inner == operand.written and sign == "-" and operand.literal >= 0:
            literal = -operand.literal
        return Part(f"{sign}{inner}", SIGN, operand.type, operand.nullable, operand.reach, literal)

    def joined_text(self, depth: int) -> Part:
        """Texts, and what goes with them, one after another."""
        left = self.of(VARCHAR, depth - 1)
        right = self.of(VARCHAR, depth - 1) if self.chance(0.6) else self.printable(depth - 1)
        if self.chance(0.3):
            left, right = right, left
        written = f"{self.inside(left, JOIN)}{self.slack}||{self.slack}{self.inside(right, SUM)}"
        return Part(written, JOIN, VARCHAR, left.nullable or right.nullable, left.reach + right.reach + 20)

    def printable(self, depth: int) -> Part:
        """A value that joins onto text as it is."""
        found = self.anything(depth)
        names = ("boolean", "date", "time", "timestamp", "interval", "uuid")
        whole = found.type.is_integer or found.type.name == "decimal"
        return found if whole or found.type.is_text or found.type.name in names else self.whole(depth)

    def joined_lists(self, kind: Type, depth: int) -> Part:
        left, right = self.of(kind, depth - 1), self.of(kind, depth - 1)
        written = f"{self.inside(left, JOIN)} || {self.inside(right, SUM)}"
        return Part(written, JOIN, kind, left.nullable or right.nullable)

    def moved_date(self, depth: int) -> Part:
        """A date some days on."""
        moment = self.of(DATE, depth - 1)
        days = self.small(-40, 400, depth - 1)
        if not moment.tame and not self.risky:
            moment = self.literal(DATE)
            moment = moment if moment.tame else Part("date '2024-02-29'", ATOM, DATE, False, 9_000)
        if self.bare_engine:
            days = self.fitted(days, INTEGER)
        op = self.one(("+", "-"))
        if op == "+" and self.chance(0.2):
            return self.binary("+", days, moment, DATE, moment.reach + 400)
        return self.binary(op, moment, days, DATE, moment.reach + 400)

    def days_between(self, depth: int) -> Part:
        return self.binary("-", self.of(DATE, depth - 1), self.of(DATE, depth - 1), BIGINT, 8_000_000)

    def moved_moment(self, depth: int) -> Part:
        """A date or timestamp moved by an interval."""
        kind = self.one((DATE, TIMESTAMP))
        if self.chance(0.1):
            return self.binary("+", self.of(DATE, depth - 1), self.of(TIME, depth - 1), TIMESTAMP, 4_000_000)
        moment, span = self.of(kind, depth - 1), self.of(INTERVAL, depth - 1)
        if not (moment.tame and span.reach <= 300_000) and not self.risky:
            moment, span = Part("timestamp '2024-01-31 12:00:00'", ATOM, TIMESTAMP, False, 9_000), self.short_span()
        reach = moment.reach + span.reach + 1
        if self.chance(0.15):
            return self.binary("+", span, moment, TIMESTAMP, reach)
        return self.binary(self.one(("+", "-")), moment, span, TIMESTAMP, reach)

    def moved_time(self, depth: int) -> Part:
        return self.binary(self.one(("+", "-")), self.of(TIME, depth - 1), self.of(INTERVAL, depth - 1), TIME)

    def span_operator(self, depth: int) -> Part:
        """An interval that comes of others, of numbers, or of two timestamps."""
        shape = self.random.random()
        if shape < 0.3:
            return self.binary("-", self.of(TIMESTAMP, depth - 1), self.of(TIMESTAMP, depth - 1), INTERVAL, 8_000_000)
        span = self.of(INTERVAL, depth - 1)
        if span.reach > 100_000:
            span = self.short_span()
        if shape < 0.5:
            other = self.short_span()
            return self.binary(self.one(("+", "-")), span, other, INTERVAL, span.reach + other.reach)
        if shape < 0.8:
            number = self.small(-3, 12, depth - 1)
            left, right = (number, span) if self.chance(0.3) else (span, number)
            return self.binary("*", left, right, INTERVAL, span.reach * 12)
        if shape < 0.9:
            return self.binary("/", span, self.digits(self.random.randint(1, 9)), INTERVAL, span.reach)
        return Part(f"-{self.inside(span, ATOM)}", SIGN, INTERVAL, span.nullable, span.reach)

    def item(self, depth: int) -> Part | None:
        """One item of a list, one character of a text, or one field of a struct."""
        struct = self.column_of(lambda each: each.type.name == "struct")
        if struct is not None and self.chance(0.5):
            name, kind = self.one(struct.type.fields)
            return Part(f"{struct.written}.{as_sql(self.random, name)}", ATOM, kind, True)
        place = self.small(-3, 4, depth - 1)
        listed = self.column_of(lambda each: each.type.name == "list")
        if listed is not None and listed.type.element and self.chance(0.6):
            return Part(f"{listed.written}[{place.written}]", ATOM, listed.type.element, True)
        text = self.of(VARCHAR, depth - 1)
        whole = self.in_parentheses(text.written) if "::" in text.written else self.inside(text, ATOM)
        written = f"{whole}[{place.written}]"  # behind a cast, `[4]` would be a part of the type
        return Part(written, ATOM, VARCHAR, text.nullable or place.nullable, 4)

    def case(self, kind: Type, depth: int) -> Part:
        """A choice between values of one type."""
        values = [self.of(kind, depth - 1) for _ in range(self.one((1, 1, 2, 3)))]
        operand = self.anything(depth - 1) if self.chance(0.3) else None
        written = self.word("case")
        if operand is not None:
            written += f" {operand.written}"
        for each in values:
            test = self.bare(operand.type) if operand is not None else self.of(BOOLEAN, depth - 1)
            written += f"{self.gap}{self.word('when')} {test.written} {self.word('then')} {each.written}"
        last = self.of(kind, depth - 1) if self.chance(0.7) else None
        if last is not None:
            written += f"{self.gap}{self.word('else')} {last.written}"
            values.append(last)
        reach = max(each.reach for each in values)
        nullable = last is None or any(each.nullable for each in values)
        return Part(f"{written} {self.word('end')}", ATOM, kind, nullable, reach)
