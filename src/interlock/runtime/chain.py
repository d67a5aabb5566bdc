"""The hash chain: what an event's hash covers, and how a store is gone through for whatever is not as it was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from json.encoder import encode_basestring as _quoted
from typing import Any, Protocol

from interlock.runtime.events import NEEDED, STATUS_AFTER, Event
from interlock.runtime.store import JournalError


@dataclass(frozen=True)
class Fault:
    """Something in the store that is not as it was written. `seq` and `run` say where, if it is an event."""

    message: str
    seq: int | None = None
    run: str | None = None


class Stored(Protocol):
    """What is needed of a journal."""

    def rows(self, statement: str, values: Iterable[Any] = ()) -> list[Any]: ...
    def kept(self, digest: str) -> bytes: ...
    def artifact(self, digest: str) -> Any: ...


def event_hash(previous: bytes, seq: int, at: str, run: str, kind: str, text: str) -> bytes:
    """The hash of an event: over the hash of the one before it, and all that it says (`text` is its data as JSON)."""
    said = f"[{seq},{_quoted(at)},{_quoted(run)},{_quoted(kind)},{_quoted(text)}]"  # as canonical JSON says it
    return hashlib.sha256(previous + said.encode()).digest()


def text_digest(text: str) -> str:
    """`sha256:…` of a text."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def read_event(row: tuple[Any, ...]) -> Event:
    """The event that a row holds; raises JournalError (IL915) if it does not say what was written."""
    seq, at, run, kind, text, previous, digest = row
    intact = _is_blob(previous) and event_hash(previous, seq, str(at), str(run), str(kind), str(text)) == digest
    try:
        data = json.loads(text) if intact else None
    except ValueError:
        data = None
    if not isinstance(data, dict) or any(name not in data for name in NEEDED.get(kind, ())):
        told = "was changed in the journal" if not intact else "cannot be read from the journal"
        raise JournalError(f"event {seq} ({kind}) {told}", "`interlock audit verify` tells more", "IL915")
    return Event(seq, at, run, kind, data, previous.hex(), digest.hex())


def faults(store: Stored) -> Iterator[Fault]:
    """Everything that is not as it was written: events, the list of runs, artifacts and other texts."""
    yield from chain_faults(store)
    for (digest,) in store.rows("SELECT digest FROM blobs ORDER BY digest"):
        yield from _complaint(store.kept, digest)
    for (digest,) in store.rows("SELECT digest FROM artifacts ORDER BY digest"):
        yield from _complaint(store.artifact, digest)


def chain_faults(store: Stored) -> Iterator[Fault]:
    """What is not as it was written of the events, of the head, and of the list of runs, which repeats them."""
    head, last = bytes(32), 0
    statuses: dict[str, tuple[str, ...]] = {}
    for seq, at, run, kind, text, previous, digest in _each_event(store):
        if seq != last + 1:
            missing = f"event {last + 1} is" if seq == last + 2 else f"the events {last + 1} to {seq - 1} are"
            yield Fault(f"{missing} missing", seq, run)
        elif previous != head:
            yield Fault(f"event {seq} does not follow on the one before it", seq, run)
        if not _is_blob(previous) or event_hash(previous, seq, str(at), str(run), str(kind), str(text)) != digest:
            yield Fault(f"event {seq} ({kind}) was changed", seq, run)
        head, last = digest, seq
        if run and kind in STATUS_AFTER:
            named = _named(text) if kind == "run_created" else statuses.get(run, ("",) * 4)[1:]
            statuses[run] = (STATUS_AFTER[kind], *named)
    ends = store.rows("SELECT seq, hash FROM head")
    if not ends or ends[0] != (last, head):
        told = ends[0][0] if ends else "unknown"
        yield Fault(f"the journal ends with event {last}, and its last event was number {told}", last)
    listed = {run: rest for run, *rest in store.rows("SELECT run, status, name, plan, artifact FROM runs")}
    for run in sorted(statuses.keys() | listed.keys()):
        said, known = listed.get(run), statuses.get(run)
        if known is None or said is None or tuple(said) != known:
            yield Fault(f"the list of runs says {_words(said)}, the events say {_words(known)}", None, run)


def _each_event(store: Stored) -> Iterator[tuple[Any, ...]]:
    """The rows of the events, a thousand at a time: a journal may be larger than memory."""
    last = -(2**63)
    while batch := store.rows("SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT 1000", [last]):
        yield from batch
        last = batch[-1][0]


def _is_blob(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) == 32


def _named(text: str) -> tuple[str, ...]:
    """The name and the digests that the event of a run's creation holds, as the list of runs repeats them."""
    try:
        data = json.loads(text)
        return tuple(data.get(name, "") for name in ("name", "plan", "artifact"))
    except (ValueError, AttributeError):
        return ("", "", "")  # told as an event that was changed


def _words(values: Any) -> str:
    return "nothing" if values is None else " ".join(f"`{str(each)[:19]}`" for each in values if each)


def _complaint(read: Any, digest: Any) -> Iterator[Fault]:
    try:
        read(str(digest))
    except JournalError as error:
        yield Fault(error.message)
    except (ValueError, TypeError, KeyError) as error:
        yield Fault(f"what has the digest {str(digest)[:19]}… cannot be read: {error}")
