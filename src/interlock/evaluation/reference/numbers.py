"""Numbers as the types hold them: ranges of integers, decimals with their places, floats of 32 bits, and their texts."""

from __future__ import annotations

import math
import re
import struct
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

from interlock.evaluation.frames import Stops
from interlock.evaluation.reference.kinds import bounds, digits, holds
from interlock.ir.types import Type

EXACT = Context(prec=200, rounding=ROUND_HALF_UP, Emax=10_000, Emin=-10_000)
"""Room for every exact result of two decimals."""


def narrow(value: float) -> float:
    """The nearest float of 32 bits; infinite where there is none."""
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def between(low: float, high: float, part: float) -> float:
    """The value at a part of the way from one to the other: low x (1 - part) + high x part.

    The first product is not rounded by itself, as on every machine with a fused multiplication.
    """
    far = high * part
    if not math.isfinite(low * (1.0 - part) + far):
        return low * (1.0 - part) + far
    return float(Fraction(low) * Fraction(1.0 - part) + Fraction(far))


def integer(value: int, kind: Type, what: str = "a result") -> int:
    """The value, if the integer type holds it; else raises Stops."""
    if not holds(kind, value):
        raise Stops(f"{what} is out of the range of {kind}")
    return value


def decimal(value: Decimal | Fraction | int, kind: Type, what: str = "a result") -> Decimal:
    """The value with the places of a decimal type, rounded half away from zero; raises Stops where it has too many digits."""
    width, scale = digits(kind)
    units = away(Fraction(value) * 10**scale)
    if abs(units) >= 10**width:
        raise Stops(f"{what} is out of the range of {kind}")
    return Decimal(units).scaleb(-scale, EXACT)


def away(value: Fraction) -> int:
    """The nearest whole number, half away from zero."""
    whole = math.floor(abs(value) + Fraction(1, 2))
    return -whole if value < 0 else whole


def even(value: Fraction) -> int:
    """The nearest whole number, half to the even one."""
    return round(value)


def as_float(value: Any, kind: Type) -> float:
    """A number of a type as a float of 64 bits."""
    if kind.precision:
        units = int(Decimal(value).scaleb(kind.precision[1], EXACT))
        power = 10 ** kind.precision[1]
        if abs(units) <= 1 << 53 or kind.precision[1] == 0:
            return units / float(power)
        whole = abs(units) // power
        found = float(whole) + float(abs(units) - whole * power) / float(power)
        return -found if units < 0 else found
    return float(value)


def float_text(value: float, kind: Type) -> str:
    """A float as text: the fewest digits that give it back; an exponent below 1e-4 and from 1e16 on."""
    if math.isnan(value) or math.isinf(value):
        return str(value)
    return repr(value) if kind.name == "double" else _shortest(value)


def _shortest(value: float) -> str:
    for count in range(1, 10):
        text = f"{value:.{count}g}"
        if narrow(float(text)) == value:
            return repr(float(text))
    return repr(value)


_NUMBER = re.compile(r"([+-]?)(\d+(?:_\d+)*|)(\.?)(\d+(?:_\d+)*|)(?:[eE]([+-]?\d+(?:_\d+)*))?", re.ASCII)
_BASED = re.compile(r"0[xX]([0-9a-fA-F]+)|0[bB]([01]+)", re.ASCII)
_SPACES = " \t\n\v\f\r"


def read_exact(text: str) -> Fraction | None:
    """The number that a text is, exactly; None when it is none."""
    match = _NUMBER.fullmatch(text.strip(_SPACES))
    if match is None or not (match[2] or match[4]):
        return None
    sign, whole, _, places, exponent = (part or "" for part in match.groups())
    whole, places = whole.replace("_", ""), places.replace("_", "")
    power = int(exponent.replace("_", "") or 0)
    if abs(power) > 5000:
        power = 5000 if power > 0 else -5000
    found = Fraction(int(whole + places)) * Fraction(10) ** (power - len(places))
    return -found if sign == "-" else found


def read_integer(text: str, kind: Type) -> int | None:
    """The integer that a text is, rounded half away from zero; None when the type has no such value."""
    based = _BASED.fullmatch(text.strip(_SPACES))
    if based:
        value = int(based[1], 16) if based[1] else int(based[2], 2)
        return value if holds(kind, value) else None
    found = read_exact(text)
    if found is None or (found < 0 and bounds(kind)[0] == 0):
        return None
    value = away(found)
    return value if holds(kind, value) else None


def read_float(text: str) -> float | None:
    """The float that a text is; None when it is none."""
    plain = text.strip(_SPACES)
    if re.fullmatch(r"[+-]?(?:nan|inf|infinity)", plain, re.IGNORECASE):
        return float(plain)
    if read_exact(plain) is None:
        return None
    return float(plain.replace("_", ""))


def decimal_text(value: Decimal, kind: Type) -> str:
    """A decimal as text, with all its places."""
    return f"{value:.{digits(kind)[1]}f}"
