"""What Interlock says about a plan: frozen findings with a place, a reason and a mend.

A `Rule` is declared once, in the module that applies it; its page is that module's docstring.
Checks collect diagnostics; exceptions are for bugs.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a plan: a JSON Pointer and, inside the text it points at, a span of characters.

    `on_key` points at the key of the member rather than its value. `start` and `end` are offsets into
    the decoded string at `pointer` (an expression), counted in characters.
    """

    pointer: str
    node: str | None = None
    on_key: bool = False
    start: int | None = None
    end: int | None = None

    def child(self, *parts: str | int) -> Place:
        """The place below this one: `Place("/nodes").child(0, "id").pointer == "/nodes/0/id"`."""
        return Place(self.pointer + "".join(f"/{escape_pointer(part)}" for part in parts), self.node)

    def span(self, start: int, end: int) -> Place:
        """This place, narrowed to characters `start` to `end` of its string value."""
        return Place(self.pointer, self.node, False, start, end)

    def key(self) -> Place:
        """This place, meaning its key."""
        return Place(self.pointer, self.node, True)


def escape_pointer(part: str | int) -> str:
    """One token of a JSON Pointer (RFC 6901), escaped.

    >>> escape_pointer("a/b~c")
    'a~1b~0c'
    """
    return str(part).replace("~", "~0").replace("/", "~1")


def unescape_pointer(part: str) -> str:
    """The key or index that one token of a JSON Pointer means: the other way round.

    >>> unescape_pointer("a~1b~0c")
    'a/b~c'
    """
    return part.replace("~1", "/").replace("~0", "~")


@dataclass(frozen=True, slots=True)
class Fix:
    """A mend: an RFC 6902 patch of the plan. `safe` means it cannot change what the author meant."""

    title: str
    patch: tuple[Mapping[str, Any], ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `message` is one line that stands alone; `notes` say what is known about the place."""

    code: str
    name: str
    severity: Severity
    message: str
    at: Place
    label: str = ""
    also: tuple[tuple[Place, str], ...] = ()
    notes: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    fix: Fix | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding: its code, its name, how grave it is, and the page that explains it."""

    code: str
    name: str
    severity: Severity
    page: str

    def found(
        self,
        at: Place,
        message: str,
        *,
        label: str = "",
        also: Iterable[tuple[Place, str]] = (),
        notes: Iterable[str] = (),
        help: Iterable[str] = (),
        fix: Fix | None = None,
        **data: Any,
    ) -> Diagnostic:
        """A diagnostic of this rule at `at`. Line ends and other control characters in the message are shown as escapes."""
        message = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in message)
        return Diagnostic(
            self.code, self.name, self.severity, message, at, label, tuple(also), tuple(notes), tuple(help), fix, data
        )


def rule(code: str, name: str, page: str | None, severity: Severity = "error") -> Rule:
    """Declare a rule; `page` is the docstring that `interlock explain CODE` prints."""
    if not page:
        raise ValueError(f"{code}: a rule needs a page (its module's docstring)")
    return Rule(code, name, severity, inspect.cleandoc(page))


def rules_of(package: ModuleType) -> dict[str, Rule]:
    """The rules of a package that holds one module a rule, by code."""
    modules = [import_module(f"{package.__name__}.{each.name}") for each in pkgutil.iter_modules(package.__path__)]
    found = [module.RULE for module in modules if isinstance(getattr(module, "RULE", None), Rule)]
    return {each.code: each for each in sorted(found, key=lambda each: each.code)}


def nearest(word: str, known: Iterable[str], most: int = 5) -> list[str]:
    """The known words closest to `word`, best first, at most `most` of them.

    >>> nearest("revenu", ["id", "region", "revenue"])
    ['revenue']
    """
    candidates = list(dict.fromkeys(known))
    folded = {_fold(candidate): candidate for candidate in reversed(candidates)}
    if _fold(word) in folded:
        return [folded[_fold(word)]]
    hits = get_close_matches(_fold(word[:200]), list(folded), n=most, cutoff=0.6)
    if not hits and len(_fold(word)) >= 3:
        hits = [key for key in folded if _fold(word) in key or (len(key) >= 3 and key in _fold(word))][:most]
    return [folded[hit] for hit in hits]


def _fold(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum()) or word


def replace_fix(pointer: str, old: str, new: Any, *, safe: bool = False) -> Fix:
    """The fix that replaces the whole value at `pointer` by `new`."""
    return Fix(f"replace `{old}` with `{new}`", ({"op": "replace", "path": pointer, "value": new},), safe)


def joined(words: Sequence[str], last: str = "and") -> str:
    """Words as an English list: `a, b and c`; a long list is cut at ten.

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    shown = [str(word) for word in words[:10]]
    if len(words) > 10:
        shown.append(f"{len(words) - 10} more")
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"
