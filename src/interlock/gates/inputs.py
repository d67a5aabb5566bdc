"""The input gate: the values of a run's inputs, as typed values or as text from a command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from interlock.ir.types import Type

_RANGES = {"tinyint": 7, "smallint": 15, "integer": 31, "bigint": 63, "hugeint": 127}


class InputValueError(ValueError):
    """A value that is not of its input's type; the message says what was expected."""


def coerce(value: Any, kind: Type) -> Any:
    """A plain value (or text) as the Python value of a SQL type; raises InputValueError.

    >>> from interlock.ir.types import parse_type
    >>> coerce("2024-01-31", parse_type("date")), coerce("12.5", parse_type("double"))
    (datetime.date(2024, 1, 31), 12.5)
    """
    reader = _READERS.get("integer" if kind.is_integer else "double" if kind.is_float else kind.name)
    if reader is None:
        raise InputValueError(f"a run input cannot be of type {kind}")
    try:
        found = reader(value)
    except (ValueError, TypeError, InvalidOperation, OverflowError) as error:
        raise InputValueError(f"expected {_expected(kind)}, found {_shown(value)}") from error
    if kind.is_integer:
        bits = _RANGES.get(kind.name.removeprefix("u"), 63) + (1 if kind.name.startswith("u") else 0)
        low = 0 if kind.name.startswith("u") else -(2**bits)
        if not low <= found < 2**bits:
            raise InputValueError(f"{_shown(value)} does not fit in {kind}")
    if kind.name == "decimal" and kind.precision:
        width, scale = kind.precision
        digits, exponent = found.normalize().as_tuple().digits, int(found.normalize().as_tuple().exponent)
        if found and (-exponent > scale or len(digits) + exponent > width - scale):
            raise InputValueError(f"{_shown(value)} does not fit in {kind}")
    return found


def _expected(kind: Type) -> str:
    return {
        "date": "a date such as 2024-01-31",
        "timestamp": "a timestamp such as 2024-01-31 13:45:00",
        "timestamptz": "a timestamp with a zone such as 2024-01-31T13:45:00Z",
        "time": "a time such as 13:45:00",
        "boolean": "true or false",
    }.get(kind.name, f"a value of type {kind}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError
    if isinstance(value, str) and not re.fullmatch(r"[+-]?\d{1,40}", value.strip()):
        raise ValueError
    return int(value)


def _double(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError
    return float(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return (
        {"true": True, "false": False}[str(value).strip().lower()]
        if str(value).strip().lower() in ("true", "false")
        else _fail()
    )


def _fail() -> bool:
    raise ValueError


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise ValueError
    found = Decimal(str(value))
    if not found.is_finite() or abs(found.adjusted()) > 100:
        raise ValueError
    return found


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        raise ValueError
    return value if isinstance(value, date) else date.fromisoformat(str(value).strip())


def _timestamp(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    if found.tzinfo is not None:
        raise ValueError
    return found


def _timestamptz(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    if found.tzinfo is None:
        raise ValueError
    return found


def _time(value: Any) -> time:
    return value if isinstance(value, time) else time.fromisoformat(str(value).strip())


_READERS: Mapping[str, Any] = {
    "integer": _integer,
    "double": _double,
    "boolean": _boolean,
    "varchar": _text,
    "decimal": _decimal,
    "date": _date,
    "timestamp": _timestamp,
    "timestamptz": _timestamptz,
    "time": _time,
}
