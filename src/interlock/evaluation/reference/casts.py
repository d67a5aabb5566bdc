"""Values as other types, and as text: the documented table of casts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from interlock.evaluation.frames import Stops, Unsupported
from interlock.evaluation.reference import moments, numbers
from interlock.evaluation.reference.kinds import STAMPS
from interlock.evaluation.reference.spans import read_span
from interlock.evaluation.reference.values import Endless
from interlock.ir.types import Type

TICKS = {"timestamp_s": 1_000_000, "timestamp_ms": 1000}
"""The microseconds that the coarser timestamps count in."""
_NANO_REACH = (1 << 63) // 1000


def cast(value: Any, source: Type, to: Type, *, tentative: bool = False) -> Any:
    """The value as type `to`; null stays null; raises Stops where it is no such value, or gives null if `tentative`."""
    if value is None or source == to:
        return value
    if source.element and to.element:
        return [cast(item, source.element, to.element, tentative=tentative) for item in value]
    try:
        return _plain(value, source, to)
    except Stops:
        if tentative:
            return None
        raise


def _plain(value: Any, source: Type, to: Type) -> Any:
    if to.name == "varchar":
        if isinstance(value, float) and math.isnan(value):
            raise Unsupported("NaN as text, which shows the sign that the processor gave it")
        return to_text(value, source)
    if source.is_text:
        return from_text(value, to)
    if source.is_numeric or source.name == "boolean":
        return _number(value, source, to)
    if source.name in STAMPS:
        return _moment(value, to)
    raise Unsupported(f"a cast from {source} to {to}")


def _number(value: Any, source: Type, to: Type) -> Any:
    if to.name == "boolean":
        return value != 0
    if to.is_integer:
        if isinstance(value, float):
            if not math.isfinite(value):
                raise Stops(f"{value} is no {to}")
            return numbers.integer(round(value), to, str(value))
        exact = numbers.away(Fraction(value)) if isinstance(value, Decimal) else int(value)
        return numbers.integer(exact, to, str(value))
    if to.precision:
        return _decimal(value, source, to)
    if to.is_float:
        wide = numbers.as_float(value, source)
        if to.name == "double" or math.isinf(wide) or math.isnan(wide):
            return wide
        found = numbers.narrow(wide)
        if math.isinf(found):
            raise Stops(f"{value} is out of the range of {to}")
        return found
    raise Unsupported(f"a cast from {source} to {to}")


def _decimal(value: Any, source: Type, to: Type) -> Decimal:
    if not isinstance(value, float):
        return numbers.decimal(Decimal(value), to, str(value))
    width, scale = numbers.digits(to)
    scaled = value * float(10**scale)
    if math.isnan(scaled) or not abs(math.copysign(_rounded(scaled), scaled)) < float(10**width):
        raise Stops(f"{value} is out of the range of {to}")
    return Decimal(int(_rounded(scaled))).scaleb(-scale, numbers.EXACT)


def _rounded(value: float) -> float:
    """The nearest whole number, half away from zero."""
    if math.isinf(value) or abs(value) >= 2.0**52:
        return value
    return float(numbers.away(Fraction(value)))


def _moment(value: Any, to: Type) -> Any:
    if isinstance(value, Endless):
        if to.name == "time":
            raise Stops("an infinite timestamp has no time")
        if to.name in ("date", "timestamp"):
            return value
        raise Unsupported(f"an infinite {to}")
    if to.name == "date":
        return value.date() if isinstance(value, datetime) else value
    if to.name == "time":
        return value.time() if isinstance(value, datetime) else moments.clock_of(0)
    if to.name in STAMPS:
        return _ticked(moments.micros_of(value), to)
    raise Unsupported(f"a cast from a date to {to}")


def _ticked(micros: int, to: Type) -> datetime:
    """A timestamp as one of the types that count coarser, or finer but less far."""
    tick = TICKS.get(to.name, 1)
    if tick > 1:
        micros = numbers.away(Fraction(micros, tick)) * tick
    if to.name == "timestamp_ns" and not -_NANO_REACH < micros < _NANO_REACH:
        raise Stops("a timestamp is out of the range of timestamp_ns")
    return moments.stamp_of(micros)


def from_text(text: str, to: Type) -> Any:
    """The value of a type that a text is; raises Stops where it is none."""
    found = READERS[to.name](text, to) if to.name in READERS else None
    if to.is_integer:
        found = numbers.read_integer(text, to)
    elif to.precision:
        exact = numbers.read_exact(text)
        found = None if exact is None else numbers.decimal(exact, to, f"'{text}'")
    elif to.name not in READERS:
        raise Unsupported(f"text as {to}")
    if found is None:
        raise Stops(f"'{text}' is no {to}")
    return found


def _read_boolean(text: str, to: Type) -> bool | None:
    return {"true": True, "t": True, "yes": True, "y": True, "1": True}.get(
        text.lower(), False if text.lower() in ("false", "f", "no", "n", "0") else None
    )


def _read_float(text: str, to: Type) -> float | None:
    found = numbers.read_float(text)
    return numbers.narrow(found) if found is not None and to.name == "float" else found


def _read_stamp(text: str, to: Type) -> Any:
    found = moments.read_stamp(text)
    return _moment(found, to) if found is not None and to.name != "timestamp" else found


def _read_zoned(text: str, to: Type) -> Any:
    match = re.fullmatch(r"(.*?)(Z|([+-])(\d{2})(?::?(\d{2}))?)", text)
    found = match and moments.read_stamp(match[1])
    if not match or not isinstance(found, datetime):
        raise Unsupported("a timestamp with a zone in another form")
    shift = timedelta(hours=int(match[4] or 0), minutes=int(match[5] or 0))
    return (found + shift if match[3] == "-" else found - shift).replace(tzinfo=UTC)


def _read_uuid(text: str, to: Type) -> UUID | None:
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
        return UUID(text)
    if len(re.findall(r"[0-9a-fA-F]", text)) == 32:
        raise Unsupported("a uuid in another form")
    return None


def _read_blob(text: str, to: Type) -> bytes | None:
    if not text.isascii():
        return None
    parts = re.fullmatch(r"(?:[^\\]|\\x[0-9a-fA-F]{2})*", text, re.DOTALL)
    if parts is None:
        return None
    return re.sub(r"\\x(..)", lambda match: chr(int(match[1], 16)), text).encode("latin-1")


def _read_symbol(text: str, to: Type) -> str | None:
    return text if text in to.symbols else None


READERS: dict[str, Callable[[str, Type], Any]] = {
    "boolean": _read_boolean,
    "float": _read_float,
    "double": _read_float,
    "date": lambda text, to: moments.read_day(text),
    "time": lambda text, to: moments.read_clock(text),
    **dict.fromkeys(STAMPS[1:], _read_stamp),
    "timestamptz": _read_zoned,
    "interval": lambda text, to: read_span(text),
    "uuid": _read_uuid,
    "blob": _read_blob,
    "enum": _read_symbol,
    "varchar": lambda text, to: text,
}
"""How a text is read as each type, besides numbers that are exact."""


def to_text(value: Any, kind: Type) -> str:
    """A value that is not null, as text: `cast(value as varchar)`."""
    if kind.name in ("varchar", "enum", "json", "uuid"):
        return str(value)
    if kind.name == "boolean":
        return "true" if value else "false"
    if kind.is_float:
        return numbers.float_text(value, kind)
    if kind.precision:
        return numbers.decimal_text(value, kind)
    if kind.is_integer:
        return str(value)
    if kind.name == "interval":
        return moments.span_text(value)
    if kind.name == "blob":
        return "".join(chr(b) if 32 <= b < 127 and b not in b"\\'\"" else f"\\x{b:02X}" for b in value)
    if kind.element:
        return "[" + ", ".join(_inside(item, kind.element) for item in value) + "]"
    if kind.name == "struct":
        parts = [f"{_quoted(name)}: {_inside(value[name], part)}" for name, part in kind.fields]
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, (date, Endless)) or kind.name == "time":
        return moments.moment_text(value, kind)
    raise Unsupported(f"{kind} as text")


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _inside(item: Any, kind: Type) -> str:
    """An item of a list or struct as text: what could be misread stands in quotes."""
    if item is None:
        return "NULL"
    text = to_text(item, kind)
    if kind.element or kind.name in ("struct", "map"):
        return text
    odd = (
        not text
        or text != text.strip(" \t\n\v\f\r")
        or text.lower() == "null"
        or re.search(r"[\[\](){},'\"\\=:]", text)
    )
    return _quoted(text) if odd else text
