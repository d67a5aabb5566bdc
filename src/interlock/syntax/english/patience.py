"""How often a step is tried, in printed English: `, tried up to 5 times, waiting 2s, then twice as long each time`."""

from __future__ import annotations

from collections.abc import Sequence

from interlock.ir.retry import (
    FEWEST,
    LONGEST,
    MOST,
    SHORTEST,
    STEEPEST,
    Retry,
    read_duration,
    usual_maximum,
    write_duration,
)
from interlock.syntax.english.tokens import Token


def say_retry(retry: Retry | None) -> str:
    """What follows on the words of a step; nothing for a step that is tried once.

    >>> say_retry(Retry(3, 500, 1, 60_000))
    ', tried up to 3 times, waiting 500ms each time'
    """
    if retry is None:
        return ""
    growth: dict[float, str] = {1: " each time", 2: ", then twice as long each time"}
    grows = growth.get(retry.factor, f", then {retry.factor} times as long each time")
    most = (
        "" if retry.max_interval == usual_maximum(retry.interval) else f", at most {write_duration(retry.max_interval)}"
    )
    return f", tried up to {retry.attempts} times, waiting {write_duration(retry.interval)}{grows}{most}"


def is_retry(tokens: Sequence[Token], at: int) -> bool:
    """Whether the words of a retry begin here."""
    return words_at(tokens, at, ",", "tried", "up", "to")


def read_retry(tokens: Sequence[Token], at: int) -> tuple[int, Retry | None]:
    """The retry that is said from `at`, and the place after it; the same place where none is said."""
    if not is_retry(tokens, at) or not words_at(tokens, at + 5, "times", ",", "waiting"):
        return at, None
    attempts, interval = _number(tokens, at + 4), _duration(tokens, at + 8)
    end = at + 9
    if words_at(tokens, end, "each", "time"):
        end, factor = end + 2, 1
    elif words_at(tokens, end, ",", "then", "twice", "as", "long", "each", "time"):
        end, factor = end + 7, 2
    elif words_at(tokens, end, ",", "then") and words_at(tokens, end + 3, "times", "as", "long", "each", "time"):
        end, factor = end + 8, _number(tokens, end + 2)
    else:
        return at, None
    maximum = usual_maximum(interval) if interval is not None else None
    if words_at(tokens, end, ",", "at", "most"):
        end, maximum = end + 4, _duration(tokens, end + 3)
    if not isinstance(attempts, int) or interval is None or factor is None or maximum is None:
        return at, None
    if not FEWEST <= attempts <= MOST or not 1 <= factor <= STEEPEST or not SHORTEST <= interval <= maximum <= LONGEST:
        return at, None
    return end, Retry(attempts, interval, factor, maximum)


def words_at(tokens: Sequence[Token], at: int, *words: str) -> bool:
    """Whether exactly these words and signs stand from `at` on."""
    part = tokens[at : at + len(words)]
    return len(part) == len(words) and all(
        token.kind in ("word", "sign") and token.word == word for token, word in zip(part, words, strict=True)
    )


def _number(tokens: Sequence[Token], at: int) -> int | float | None:
    if at >= len(tokens) or tokens[at].kind != "number":
        return None
    try:
        return tokens[at].value
    except ValueError:
        return None


def _duration(tokens: Sequence[Token], at: int) -> int | None:
    return read_duration(tokens[at].raw) if at < len(tokens) and tokens[at].kind in ("word", "number") else None
