"""Expressions as text, read into trees by the documented table of precedence.

Only texts that the language admits are meant to come here: what it refuses may be read or refused, without a good message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from interlock.evaluation.frames import Unsupported
from interlock.ir.types import Type, parse_type


@dataclass(frozen=True)
class Node:
    """A part of an expression."""


@dataclass(frozen=True)
class Literal(Node):
    """A literal: `kind` is number, text, boolean, null, or the type that stands before a text."""

    kind: str
    value: str


@dataclass(frozen=True)
class Name(Node):
    """A column, with what stands before or after its dots."""

    parts: tuple[str, ...]


@dataclass(frozen=True)
class Input(Node):
    """A run input."""

    name: str


@dataclass(frozen=True)
class Op(Node):
    """An operator with its operands; negated forms are `not` around the plain form."""

    name: str
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Cast(Node):
    """A cast, or a `try_cast`."""

    operand: Node
    to: Type
    tentative: bool


@dataclass(frozen=True)
class Call(Node):
    """A call of a function."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Case(Node):
    """A `case`, with or without an operand."""

    operand: Node | None
    whens: tuple[tuple[Node, Node], ...]
    otherwise: Node | None


@dataclass(frozen=True)
class Member(Node):
    """A field of a struct."""

    operand: Node
    name: str


@dataclass(frozen=True)
class Token:
    """A token: its kind, its text with quotes undone, and where it stands."""

    kind: str
    value: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return self.value.lower() if self.kind in ("name", "sign") else ""


_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>(?:[0-9](?:_?[0-9])*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[^\W\d]\w*)
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<text>'(?:[^']|'')*')
      | (?P<input>:[^\W\d]\w*)
      | (?P<sign>\*\*|//|\|\||<=|>=|<>|!=|==|::|[-+*/%=<>()\[\],.;])""",
    re.VERBOSE,
)


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, ending in one of kind `end`."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unsupported(f"`{text[at]}` in an expression")
        kind, value = str(match.lastgroup), match.group()
        if kind in ("text", "quoted"):
            value = value[1:-1].replace(value[0] * 2, value[0])
        elif kind == "input":
            value = value[1:]
        elif kind == "number":
            value = value.replace("_", "").lower()
        if kind != "space":
            found.append(Token(kind, value, at, match.end()))
        at = match.end()
    return [*found, Token("end", "", len(text), len(text))]


INFIX = {
    "or": 1, "and": 2, "is": 4, "isnull": 4, "notnull": 4, "=": 5, "==": 5, "<>": 5, "!=": 5, "<": 5, "<=": 5, ">": 5, ">=": 5,
    "between": 6, "in": 6, "like": 6, "ilike": 6, "not": 6, "||": 7, "+": 8, "-": 8, "*": 9, "/": 9, "//": 9, "%": 9, "**": 10,
}  # fmt: skip
"""How tightly what stands between two operands, or after one, binds: the documented order, from `or` to `**`."""
NEGATION, TEST, MATCH, JOINED, SIGN = 3, 4, 6, 7, 11
UNITS = {unit: unit for unit in "year month day hour minute second week quarter".split()}
UNITS |= {f"{unit}s": unit for unit in UNITS}


def parse(text: str) -> Node:
    """The tree of an expression.

    >>> parse("-2 ** 2")
    Op(name='**', operands=(Literal(kind='number', value='-2'), Literal(kind='number', value='2')))
    """
    parser = Parser(text)
    found = parser.expression()
    if parser.token.kind != "end":
        raise Unsupported(f"`{parser.token.value}` after an expression")
    return found


class Parser:
    """A Pratt parser over the tokens of a text."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at = text, tokens_of(text), 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def skip(self, *words: str) -> bool:
        """Pass these words or signs, if they all stand here."""
        if [self.peek(i).word for i in range(len(words))] != list(words):
            return False
        self.at += len(words)
        return True

    def expect(self, *words: str) -> None:
        if not self.skip(*words):
            raise Unsupported(f"`{self.token.value}` where `{' '.join(words)}` should stand")

    def expression(self, tightness: int = 0) -> Node:
        left = self.prefix()
        while self.token.kind in ("name", "sign"):
            word = self.token.word
            binds = INFIX.get(word, -1)
            if word == "not" and self.peek().word not in ("between", "in", "like", "ilike"):
                break
            if binds <= tightness:
                break
            left = self.infix(left, self.take().word, binds)
        return left

    def prefix(self) -> Node:
        if self.skip("not"):
            return Op("not", (self.expression(NEGATION),))
        for sign in "-+":
            if self.skip(sign):
                operand = self.signed()
                plain = isinstance(operand, Literal) and operand.kind == "number" and operand.value[0] != "-"
                if sign == "-" and plain and isinstance(operand, Literal):
                    return Literal("number", "-" + operand.value)
                return Op("negate" if sign == "-" else "plus", (operand,))
        return self.postfix(self.primary())

    def signed(self) -> Node:
        return self.prefix() if self.token.word in ("-", "+") else self.postfix(self.primary())

    def infix(self, left: Node, word: str, binds: int) -> Node:
        if word in ("isnull", "notnull"):
            return Op("is null", (left,)) if word == "isnull" else Op("not", (Op("is null", (left,)),))
        if word == "is":
            return self.test(left)
        if binds == MATCH:
            return self.match(left, word)
        word = {"==": "=", "!=": "<>"}.get(word, word)
        return Op(word, (left, self.expression(binds)))

    def test(self, left: Node) -> Node:
        negated = self.skip("not")
        if self.skip("distinct", "from"):
            plain: Node = Op("is distinct from", (left, self.expression(TEST)))
        else:
            plain = Op(f"is {self.take().word}", (left,))
        return Op("not", (plain,)) if negated else plain

    def match(self, left: Node, word: str) -> Node:
        if word == "not":
            return Op("not", (self.match(left, self.take().word),))
        if word == "between":
            low = self.expression(JOINED - 1)
            self.expect("and")
            return Op("between", (left, low, self.expression(JOINED - 1)))
        if word == "in":
            return self.membership(left)
        pattern = self.expression(JOINED - 1)
        escape = (self.expression(JOINED - 1),) if self.skip("escape") else ()
        return Op(word, (left, pattern, *escape))

    def membership(self, left: Node) -> Node:
        self.expect("(")
        return Op("in", (left, *self.sequence(")")))

    def sequence(self, closing: str) -> tuple[Node, ...]:
        """Expressions between commas, up to and past the closing sign."""
        found: list[Node] = []
        while not self.skip(closing):
            if found:
                self.expect(",")
            found.append(self.expression())
        return tuple(found)

    def postfix(self, found: Node) -> Node:
        while True:
            if self.skip("::"):
                found = Cast(found, self.type_name(), False)
            elif self.skip("["):
                found = Op("item", (found, self.expression()))
                self.expect("]")
            elif self.skip("."):
                found = Member(found, self.take().value)
            else:
                return found

    def type_name(self) -> Type:
        start = self.token.start
        word = self.take().word
        if word == "double":
            self.skip("precision")
        if word == "timestamp":
            self.skip("with", "time", "zone")
        if self.token.word == "(":
            depth = 0
            while depth or self.token.word == "(":
                depth += {"(": 1, ")": -1}.get(self.take().word, 0)
        while self.skip("[", "]"):
            pass
        written = self.text[start : self.tokens[self.at - 1].end]
        return parse_type(re.sub(r"\b(u?)int128\b", r"\1hugeint", written, flags=re.IGNORECASE))

    def primary(self) -> Node:
        token = self.token
        if token.kind in ("number", "text"):
            self.take()
            return Literal(token.kind, token.value)
        if token.kind == "input":
            return Input(self.take().value)
        if token.kind == "quoted":
            return self.name()
        if self.skip("("):
            found = self.expression()
            self.expect(")")
            return found
        if self.skip("["):
            return Op("list", self.sequence("]"))
        if token.kind != "name":
            raise Unsupported(f"`{token.value}` where a value should stand")
        return self.word(token.word)

    def word(self, word: str) -> Node:
        following = self.peek()
        if word in ("true", "false", "null"):
            self.take()
            return Literal("null" if word == "null" else "boolean", word)
        if word in ("date", "time", "timestamp", "timestamptz", "datetime") and following.kind == "text":
            self.take()
            return Literal("timestamp" if word == "datetime" else word, self.take().value)
        if word == "interval" and (following.kind in ("text", "number") or following.word in ("(", "-")):
            self.take()
            return self.interval()
        if word == "case":
            self.take()
            return self.case()
        return self.call() if following.word == "(" else self.name()

    def interval(self) -> Node:
        sign = "-" if self.skip("-") else ""
        if self.skip("("):
            amount = self.expression()
            self.expect(")")
            return Call(f"to_{UNITS[self.take().word]}s", (amount,))
        value = sign + self.take().value
        if self.token.kind == "name" and self.token.word in UNITS:
            value += f" {UNITS[self.take().word]}"
        return Literal("interval", value)

    def case(self) -> Node:
        operand = None if self.token.word == "when" else self.expression()
        whens: list[tuple[Node, Node]] = []
        while self.skip("when"):
            condition = self.expression()
            self.expect("then")
            whens.append((condition, self.expression()))
        otherwise = self.expression() if self.skip("else") else None
        self.expect("end")
        return Case(operand, tuple(whens), otherwise)

    def call(self) -> Node:
        name = self.take().word
        self.expect("(")
        if name in ("cast", "try_cast"):
            operand = self.expression()
            self.expect("as")
            found: Node = Cast(operand, self.type_name(), name == "try_cast")
            self.expect(")")
            return found
        if name == "extract" and self.peek().word == "from":
            part = self.take().value
            self.take()
            found = Call("date_part", (Literal("text", part), self.expression()))
            self.expect(")")
            return found
        if name == "position":
            first = self.expression(MATCH)
            if self.skip(","):
                found = Call("strpos", (first, self.expression(MATCH)))
            else:
                self.expect("in")
                found = Call("strpos", (self.expression(MATCH), first))
            self.expect(")")
            return found
        return self.arguments(name)

    def arguments(self, name: str) -> Node:
        return Call(name, self.sequence(")"))

    def name(self) -> Node:
        parts = [self.take().value]
        while self.token.word == "." and self.peek().kind in ("name", "quoted"):
            self.take()
            parts.append(self.take().value)
        return Name(tuple(parts))
