"""YAML into plain data with marks: the event stream of libyaml, and nothing of YAML that hides meaning or runs code."""

from __future__ import annotations

import re
from typing import Any

import yaml

from interlock.syntax.findings import Findings, Stop
from interlock.syntax.marks import Style
from interlock.syntax.rules.bad_number import bad_number
from interlock.syntax.rules.text_key import text_key
from interlock.syntax.rules.unreadable import unreadable
from interlock.syntax.rules.yaml_feature import yaml_feature
from interlock.syntax.scalars import BadNumber, word
from interlock.syntax.tree import Tree
from interlock.syntax.words import quoted
from interlock.syntax.yaml_errors import in_plain_words

# libyaml is ten times faster; the Python reader gives the same events where libyaml is missing.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STYLES: dict[str | None, Style] = {"'": "single", '"': "double", "|": "literal", ">": "folded"}
_WRITE_OUT = "write the value out where it is used; a text that only looks like this goes in quotes"


def read_yaml(text: str, findings: Findings) -> Tree:
    """Read one YAML document; raises Stop where reading cannot go on, and collects what is only refused."""
    reader = _Reader(text, findings)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            reader.take(event)
    except yaml.YAMLError as error:
        raise Stop(in_plain_words(error, text)) from None
    if reader.tree.mark is None:
        raise Stop(unreadable("the plan is empty", end=0, help=("a plan has at least a list of `nodes`",)))
    return reader.tree


class _Reader:
    """Turns events into a tree."""

    def __init__(self, text: str, findings: Findings) -> None:
        self.text, self.findings, self.tree = text, findings, Tree(findings)
        self.documents = 0

    def take(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.ScalarEvent):
            self.refuse_properties(event, start)
            self.scalar(event, start, end)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.refuse_properties(event, start)
            self.refuse_as_key(start)
            empty: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self.tree.open(empty, start, "flow" if event.flow_style else "block")
        elif isinstance(event, yaml.CollectionEndEvent):
            self.tree.close(end)
        elif isinstance(event, yaml.AliasEvent):
            self.refuse_as_key(start)
            self.findings.add(yaml_feature, f"the alias {quoted(self.text[start:end])}", start, end, _WRITE_OUT)
            self.tree.scalar(None, start, end, "plain")
        elif isinstance(event, yaml.DocumentStartEvent):
            self.document(event, start, end)

    def document(self, event: Any, start: int, end: int) -> None:
        self.documents += 1
        if self.documents > 1:
            help = "keep one plan in a file; leave out the `---` between two"
            raise Stop(yaml_feature("a second document", start, end, help))
        if event.tags or (event.version and tuple(event.version) != (1, 2)):
            line_end = self.text.find("\n", start)
            self.findings.add(yaml_feature, "a directive", start, line_end, "leave out the line that starts with `%`")

    def refuse_properties(self, event: Any, start: int) -> None:
        if event.anchor is not None:
            found = f"the anchor {quoted('&' + event.anchor)}"
            self.findings.add(yaml_feature, found, start, start + len(event.anchor) + 1, _WRITE_OUT)
        if event.tag is not None:
            written = re.match(r"(?:&\S+\s+)?(!\S*)", self.text[start : start + 200])
            tag = written.group(1) if written else event.tag
            at = start + written.start(1) if written else start
            help = "leave the tag out; a text that starts with `!` goes in quotes"
            self.findings.add(yaml_feature, f"the tag {quoted(tag)}", at, at + len(tag), help)

    def refuse_as_key(self, start: int) -> None:
        if self.tree.wants_key:
            template = self.text.startswith("{", start) and self.text.startswith("{", start - 1)
            help = (
                "`{{…}}` is not filled in; declare a run input and write `:name` in an expression"
                if template
                else "keys are text; a text with brackets in it goes in quotes"
            )
            raise Stop(yaml_feature("a list, a mapping or an alias as a key", start, start + 1, help))

    def scalar(self, event: Any, start: int, end: int) -> None:
        style = _STYLES.get(event.style, "plain")
        if style in ("literal", "folded"):
            end = start + len(self.text[start:end].rstrip(" \r\n"))
        if self.tree.wants_key:
            self.key(event.value, style, start, end)
        else:
            self.tree.scalar(self.value(event.value, style, start, end), start, end, style)

    def value(self, text: str, style: Style, start: int, end: int) -> Any:
        if style != "plain":
            return text
        try:
            return word(text)
        except BadNumber as error:
            self.findings.add(lambda why: bad_number(self.tree.pointer(), (start, end), text, why), str(error))
            return text

    def key(self, text: str, style: Style, start: int, end: int) -> None:
        if style != "plain":
            self.tree.key(text, start, end)
            return
        if text == "<<":
            help = "write the members out in this mapping"
            self.findings.add(yaml_feature, "the merge key `<<`", start, end, help)
            self.tree.key(text, start, end, wanted=False)
            return
        self.tree.key(text, start, end)
        try:
            is_text = isinstance(word(text), str)
        except BadNumber:
            is_text = False
        if not is_text:
            self.findings.add(lambda: text_key(self.tree.pointer(), (start, end), text))
