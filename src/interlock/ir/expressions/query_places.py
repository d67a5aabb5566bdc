"""Where the parts of a query stand in its text: sqlglot tells it of names and literals only."""

from __future__ import annotations

import re

from sqlglot import exp

_HIDDEN = re.compile(r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/""", re.VERBOSE | re.DOTALL)
_CLOSED_BY = {"(": ")", "[": "]"}


class Places:
    """The spans of the parts of one query."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.bare = _HIDDEN.sub(lambda found: "_" * len(found.group()), text)
        """The text with everything in quotes or comments hidden, so that signs in it are signs of the query."""

    def of(self, node: exp.Expr) -> tuple[int, int] | None:
        """From where to where a part stands; None where nothing in it has a place."""
        spans = [(node.meta["start"], node.meta["end"] + 1)] if "start" in node.meta else []
        for child in node.iter_expressions():
            if not isinstance(child, exp.DataType) and (span := self.of(child)):
                spans.append(span)
        if not spans:
            return None
        span = min(start for start, _ in spans), max(end for _, end in spans)
        if isinstance(node, exp.Anonymous) and span == (node.meta.get("start"), node.meta.get("end", -2) + 1):
            span = self.grown(span, "", r"\s*\(")
        elif isinstance(node, exp.Neg):
            span = self.grown(span, r"-\s*", "")
        elif isinstance(node, exp.Paren):
            span = self.grown(span, r"\(\s*", r"\s*\)")
        elif isinstance(node, exp.Subquery):
            span = self.grown(span, r"\(\s*(?:select\s+(?:distinct\s+)?)?", "")
        elif isinstance(node, exp.Case):
            span = self.grown(self.grown(span, r"\bcase\s+(when\s+)?", ""), "", r"\s*end\b")
        elif isinstance(node, exp.Cast):
            around = self.grown(span, r"\b(?:try_)?cast\s*\(\s*", "")
            if around == span:
                around = self.grown(span, "", r"\s*::\s*\w+(?:\([\d,\s]*\))?(?:\[\d*\])*")
            if around == span:
                around = self.grown(span, r"\b(?:date|time|timestamp|timestamptz|interval)\s*", "")
            span = around
        return self.balanced(span)

    def grown(self, span: tuple[int, int], before: str, after: str) -> tuple[int, int]:
        """The span with what matches directly before it and after it; each part grows by itself."""
        start, end = span
        if before and (found := re.search(rf"(?:{before})$", self.bare[:start], re.IGNORECASE)):
            start = found.start()
        if after and (found := re.match(after, self.bare[end:], re.IGNORECASE)):
            end += found.end()
        return start, end

    def balanced(self, span: tuple[int, int]) -> tuple[int, int]:
        """The span, grown to the right until every bracket that opens in it is closed."""
        start, end = span
        waiting: list[str] = []
        at = start
        while at < len(self.bare) and (at < end or waiting):
            character = self.bare[at]
            if character in _CLOSED_BY:
                waiting.append(_CLOSED_BY[character])
            elif waiting and character == waiting[-1]:
                waiting.pop()
            at += 1
        return start, max(end, at)

    def word(self, word: str, after: int) -> tuple[int, int] | None:
        """Where a word next stands after a place."""
        found = re.compile(rf"\b{word}\b", re.IGNORECASE).search(self.bare, after)
        return found.span() if found else None
