"""What a plan does to the world besides computing: what it reads, writes and calls, one touch at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from interlock.ir.plan import canonical_json


@dataclass(frozen=True, order=True)
class Touch:
    """One effect of one node.

    `path` is the file that it reads or writes, `database` whether as a database, `model` the language model that it
    calls; `detail` says what else bounds it, such as a table.
    """

    effect: str
    node: str
    type: str
    path: str = ""
    detail: str = ""
    model: str = ""
    database: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The touch as plain data, without what is empty."""
        return {name: value for name, value in vars(self).items() if value}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Touch:
        """The touch that `as_dict` gave; keys that it does not know are left."""
        texts = {name: str(data.get(name, "")) for name in ("effect", "node", "type", "path", "detail", "model")}
        return cls(**texts, database=bool(data.get("database")))

    def __str__(self) -> str:
        """In a few words.

        >>> str(Touch("writes", "out", "write_csv@1", "out/summary.csv"))
        'writes out/summary.csv'
        """
        target = " ".join(each for each in (self.path or self.model, f"({self.detail})" if self.detail else "") if each)
        return f"{self.effect} {target}" if target else f"{self.effect}: `{self.node}` ({self.type})"


def effects_digest(touches: Iterable[Touch]) -> str:
    """`sha256:` and the hex digest of a plan's touches, in whatever order they come.

    >>> one, two = Touch("reads", "a", "read_csv@1", "a.csv"), Touch("writes", "b", "write_csv@1", "b.csv")
    >>> effects_digest([one, two]) == effects_digest([two, one]) != effects_digest([one])
    True
    """
    return "sha256:" + hashlib.sha256(canonical_json([each.as_dict() for each in sorted(touches)]).encode()).hexdigest()
