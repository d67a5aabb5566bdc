"""The policy of casts: which type may become which, and which cast would depend on where a program runs.

A cast that DuckDB would refuse is refused here, and so is one whose result depends on the time zone of the session.
Everything that is allowed either gives the same value on every machine or stops the run.
"""

from __future__ import annotations

from interlock.ir.types import Type

ZONELESS = frozenset("date time timestamp timestamp_s timestamp_ms timestamp_ns".split())
_PLAIN = ZONELESS | {"interval", "uuid", "boolean", "json", "blob"}

POLICY: tuple[tuple[str, str], ...] = (
    (
        "number to number",
        "A decimal is rounded half away from zero (`2.5` becomes 3), a float half to even (`2.5e0` becomes 2), but half away "
        "from zero where it becomes a decimal with places; "
        "a value out of range, NaN or infinity stops the run when the target cannot hold it.",
    ),
    (
        "boolean to number, number to boolean",
        "`true` is 1, unless a decimal has no place for it: refused; every number but 0 is true, NaN too.",
    ),
    (
        "text to number, boolean, date, time, timestamp, interval, uuid",
        "The text must be a value of the type, else the run stops; "
        "`try_cast` gives null instead. `'1.5'` as an integer is 2, `'-1.5'` -2. Spaces around a value do not count, except for "
        "booleans and uuids; numbers may have an exponent, `_` between digits, and as integers `0x` or `0b`; `'yes'`, `'t'` and "
        "`'1'` are true; of a timestamp, the time is the time of day, and a date alone is midnight.",
    ),
    (
        "anything to text",
        "Dates print as `2024-01-31`, timestamps as `2024-01-31 13:45:00`, booleans as `true` and `false`.",
    ),
    ("date to timestamp", "Midnight."),
    ("timestamp to date or time", "The other part is dropped; an infinite timestamp has no time, and stops the run."),
    (
        "timestamp to `timestamp_s` or `timestamp_ms`",
        "Rounded, half away from 1970. From `timestamp_ns` there is no such cast.",
    ),
    ("list to list", "Every element is cast."),
    ("timestamptz to or from date, time, timestamp or text", "Refused: it depends on the time zone of the session."),
    ("number to date, date to number", "Refused: use `make_date`, `epoch` or `date_diff`."),
)
"""What each family of casts does, for the reference."""


def refusal(source: Type, to: Type) -> str | None:
    """Why a cast is refused; None when it is allowed.

    >>> refusal(Type("varchar"), Type("double")) is None
    True
    """
    if source == to or source.is_null:
        return None
    if to.is_null:
        return "`null` is not a type to cast to"
    if by_time_zone(source, to):
        return "it depends on the time zone of the session"
    if "timestamptz" in (source.name, to.name):
        return "there is no such cast"
    if source.name == "list" and to.name == "list" and source.element and to.element:
        return refusal(source.element, to.element)
    return None if _allowed(source, to) else "there is no such cast"


def by_time_zone(source: Type, to: Type) -> bool:
    """Whether a cast goes by the time zone of the session."""
    names = {source.name, to.name}
    return "timestamptz" in names and bool(names & (ZONELESS | {"varchar", "enum"}))


def _allowed(source: Type, to: Type) -> bool:
    if to.name == "varchar":
        return True
    if source.is_text:
        return to.is_numeric or to.is_text or to.name in _PLAIN
    if source.name == "boolean" and to.precision is not None and to.precision[0] == to.precision[1]:
        return False  # DuckDB would make the smallest fraction of `true`
    if source.is_numeric or source.name == "boolean":
        return to.is_numeric or to.name == "boolean"
    if source.name == "date":
        return to.name.startswith("timestamp")
    if source.name == "timestamp_ns" and to.name in ("timestamp_s", "timestamp_ms"):
        return False  # DuckDB has none
    if source.name.startswith("timestamp"):
        return to.name in ZONELESS
    return False


def may_give_null(source: Type) -> bool:
    """Whether a cast from this type can give null for a value that is not null."""
    return source.name in ("json", "struct", "map")
