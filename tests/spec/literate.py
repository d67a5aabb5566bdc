"""Reads the rule tests that are written as Markdown.

A file has `##` sections; a section has prose, data files, and plans with what must be said about them:

- a fenced block with a file name behind its language (```` ```csv data/sales.csv ````) is a file of the project, for
  every plan of its section, or of the whole file where it stands before the first section;
- a ```` ```yaml ```` or ```` ```json ```` block is a plan; a ```` ```python plan ```` block makes one: it sets `plan`;
- `# error: [IL301] a part of the message` at the end of a line expects a diagnostic there; on a line of its own it
  expects one in the line that follows. `# ok` says that nothing is found. These remarks are taken out of the plan;
- an ```` ```expect ```` block behind a plan holds the same as `LINE: error: [CODE] part` (or `FIRST-LAST:`),
  where remarks cannot stand;
- a ```` ```snapshot ```` block behind a plan is the whole rendering of what is found;
- a ```` ```console ```` block is a transcript in the project folder: commands after `$ `, and what they print.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

_FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<language>[a-z]+)(?: (?P<name>\S+))?\s*$")
_REMARK = re.compile(
    r"#\s*(?P<severity>error|warning): \[(?P<code>IL\d{3})\](?P<part>(?:(?!\s+# (?:error|warning): \[).)*)"
)
_OK = re.compile(r"\s*# ok\s*$")
_EXPECT = re.compile(
    r"(?P<line>\d+)(?:-(?P<last>\d+))?: (?P<severity>error|warning): \[(?P<code>IL\d{3})\](?P<part>.*)"
)


@dataclass(frozen=True, order=True)
class Expected:
    """A diagnostic that must be found: its line, severity and code, and a part of its message."""

    line: int
    severity: str
    code: str
    part: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"line {self.line}: {self.severity}[{self.code}]"


@dataclass(frozen=True)
class Case:
    """A plan and what must be said about it, or a transcript where `console` is set."""

    section: str
    line: int
    name: str
    plan: str | bytes
    files: dict[str, str]
    expected: tuple[Expected, ...] = ()
    ok: bool = False
    snapshot: str | None = None
    snapshot_line: int = 0
    console: str | None = None


def read(path: Path) -> list[Case]:
    """The cases of a file, in its order; raises ValueError where it is not in the form above."""
    common: dict[str, str] = {}
    files = common
    section = ""
    cases: list[Case] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("## "):
            section, files = line[3:].strip(), dict(common)
            continue
        fence = _FENCE.match(line)
        if fence is None:
            if line.startswith("```"):
                raise ValueError(f"{path.name}:{at}: a block says its language")
            continue
        first = at
        while at < len(lines) and lines[at].rstrip() != fence["ticks"]:
            at += 1
        body = "\n".join(lines[first:at])
        at += 1
        _block(path, first, section, fence["language"], fence["name"] or "", body, files, cases)
    for case in cases:
        if case.console is None and not case.ok and not case.expected and case.snapshot is None:
            raise ValueError(
                f"{path.name}:{case.line}: the plan does not say what is expected; write `# ok` for nothing"
            )
    return cases


def _block(
    path: Path, first: int, section: str, language: str, name: str, body: str, files: dict[str, str], cases: list[Case]
) -> None:
    if language == "expect":
        found = [_EXPECT.fullmatch(line) for line in body.splitlines() if line != "ok"]
        if not all(found):
            raise ValueError(f"{path.name}:{first}: a line of `expect` reads `LINE: error: [CODE] part`, or `ok`")
        wanted = [
            Expected(line, each["severity"], each["code"], each["part"].strip())
            for each in found
            if each
            for line in range(int(each["line"]), int(each["last"] or each["line"]) + 1)
        ]
        cases[-1] = replace(cases[-1], expected=(*cases[-1].expected, *wanted), ok=body.strip() == "ok")
    elif language == "snapshot":
        cases[-1] = replace(cases[-1], snapshot=body, snapshot_line=first)
    elif language == "console":
        cases.append(Case(section, first, "", "", dict(files), console=body))
    elif language == "python" and name == "plan":
        scope: dict[str, str | bytes] = {}
        exec(compile(body, f"{path.name}:{first}", "exec"), scope)
        cases.append(Case(section, first, "plan.yaml", scope["plan"], dict(files)))
    elif name:
        files[name] = body + "\n"
    elif language in ("yaml", "json"):
        text, expected, ok = remarks(body)
        cases.append(Case(section, first, f"plan.{language}", text, dict(files), tuple(expected), ok))
    elif language != "text":
        raise ValueError(f"{path.name}:{first}: a block of {language} needs the name of a file")


def remarks(body: str) -> tuple[str, list[Expected], bool]:
    """The plan without its remarks, what they expect, and whether they say `# ok`.

    >>> remarks("a: 1  # error: [IL006] not a key\\n# error: [IL001]\\nb: 2")
    ('a: 1\\nb: 2\\n', [Expected(line=1, severity='error', code='IL006', part='not a key'), \
Expected(line=2, severity='error', code='IL001', part='')], False)
    """
    kept: list[str] = []
    expected: list[Expected] = []
    ok = False
    for line in body.splitlines():
        found = list(_REMARK.finditer(line))
        rest = line[: found[0].start()].rstrip() if found else line
        expected += [Expected(len(kept) + 1, each["severity"], each["code"], each["part"].strip()) for each in found]
        if _OK.fullmatch(rest):
            ok = True
        elif rest or not found:
            kept.append(rest)
    return "\n".join(kept) + "\n", expected, ok
