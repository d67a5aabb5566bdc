"""Arguments for functions that stop the run for some values: drawn so that, mostly, they do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from interlock.evaluation.generate.expressions.literals import quoted
from interlock.evaluation.generate.expressions.operators import Operators
from interlock.evaluation.generate.expressions.parts import ATOM, PRODUCT, SUM, Part, room
from interlock.ir.expressions.promotion import BIGINT, DATE, DOUBLE, INTEGER, INTERVAL, TIME, TIMESTAMP, VARCHAR
from interlock.ir.types import Type

PATTERNS = (
    ("a", 0), ("[a-c]+", 0), ("(\\d+)", 1), ("([A-Z])-(\\d+)", 2), ("^\\s*$", 0), ("(?i)east|west", 0), (".", 0),
    ("[^a-z]", 0), ("(a)|(b)", 2), ("\\w+", 0), (",|;", 0), ("x*", 0), ("^.{0,3}", 0), ("\\p{L}", 0), ("(?:a|e)(.)", 1),
)  # fmt: skip
"""Regular expressions, and how many groups they have."""
FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%Y%m%d", "%d.%m.%Y %H:%M", "%m-%d-%Y")
WORDY_FORMATS = (*FORMATS, "%A, %d %B %Y", "%b %d", "%H:%M:%S.%f", "%j", "%y", "%I %p", "%%", "Q%m")

Guard = Callable[[Operators, int, int], list[Part] | None]
"""From the drawing, the number of arguments and the depth: the arguments; None where they are drawn as usual."""


def _short(draw: Operators, count: int, depth: int) -> list[Part]:
    return [draw.of(VARCHAR, depth), draw.small(0, 4, depth)]


def _padding(draw: Operators, count: int, depth: int) -> list[Part]:
    fill = Part(quoted(draw.one(("*", " ", "ab", "é", "0"))), ATOM, VARCHAR, False, 2)
    return [draw.of(VARCHAR, depth), draw.small(0, 12, depth), fill]


def _filled(draw: Operators, count: int, depth: int) -> list[Part]:
    def text() -> Part:
        inner = draw.of(VARCHAR, depth)
        return Part(f"'x' || {draw.inside(inner, SUM)}", 6, VARCHAR, inner.nullable)

    return [text(), text()]


def _character(draw: Operators, count: int, depth: int) -> list[Part]:
    return [draw.digits(draw.one((65, 97, 48, 233, 8364, 128_640, 10)))]


def _encoded(draw: Operators, count: int, depth: int) -> list[Part]:
    if draw.chance(0.5):
        return [Part(quoted(draw.one(("a%20b", "%C3%A9", "plain", "50%25", "a+b"))), ATOM, VARCHAR, False)]
    return [Part(draw.call("url_encode", [draw.of(VARCHAR, depth).written]), ATOM, VARCHAR)]


def _small_whole(draw: Operators, count: int, depth: int) -> list[Part]:
    return [draw.small(0, 20, depth)]


def _divided(draw: Operators, count: int, depth: int) -> list[Part]:
    return [draw.number(depth), draw.digits(draw.random.randint(1, 9))]


def _positive(draw: Operators, count: int, depth: int) -> list[Part]:
    """A number for which the sign can be dropped or turned."""
    found = draw.number(depth)
    if found.type.is_integer and found.reach >= room(found.type):
        found = draw.cut(found)
    return [found]


def _common(draw: Operators, count: int, depth: int) -> list[Part]:
    return [draw.small(-12, 60, depth), draw.small(-12, 60, depth)]


def _angle(draw: Operators, count: int, depth: int) -> list[Part]:
    found = draw.number(depth)
    if found.type.is_float:
        found = Part(
            f"{draw.one(('0.5e0', '-2e0', '3.25e0', '0e0'))}", ATOM if draw.chance(0) else 10, DOUBLE, False, 4
        )
    return [found]


def _between_ones(draw: Operators, count: int, depth: int) -> list[Part]:
    return [Part(draw.one(("0.5", "-1", "1", "0", "-0.25e0", "1e0")), 10, DOUBLE, False, 1)]


def _logarithm(draw: Operators, count: int, depth: int) -> list[Part]:
    x = draw.number(depth)
    return [x] if count == 1 else [Part(draw.one(("2", "10", "0.5", "3e0")), ATOM, DOUBLE, False, 10), x]


def _rounded(draw: Operators, count: int, depth: int) -> list[Part]:
    """A number and how many places: not so many that the result has no room."""
    x = draw.number(depth)
    if x.type.is_integer and x.reach > room(x.type) / 20:
        x = draw.cut(x)
    if x.type.precision and x.reach >= room(x.type):
        x = draw.fitted(x, DOUBLE)
    places = draw.random.randint(-2, 4)
    if x.type.is_float and not draw.chance(0.2):
        places = abs(places)
    return [x] if count == 1 else [x, draw.digits(places)]


def _parted(draw: Operators, low: int, high: int, depth: int) -> Part:
    """A whole number between two bounds: a literal, or a column brought between them."""
    if draw.chance(0.6):
        return draw.digits(draw.random.randint(low, high))
    inner = draw.whole(depth)
    if inner.reach >= room(inner.type):
        inner = draw.cut(inner)
    width = min(high - low + 1, 90)
    written = f"{low} + abs({draw.inside(inner, PRODUCT)} % {width})"
    return Part(written, SUM, BIGINT, inner.nullable, float(high))


def _made(draw: Operators, count: int, depth: int) -> list[Part]:
    bounds = ((1900, 2100), (1, 12), (1, 28), (0, 23), (0, 59))
    if count == 3:
        return [_parted(draw, low, high, depth) for low, high in bounds[:3]]
    return [*(_parted(draw, low, high, depth) for low, high in bounds), _seconds(draw)]


def _made_time(draw: Operators, count: int, depth: int) -> list[Part]:
    return [_parted(draw, 0, 23, depth), _parted(draw, 0, 59, depth), _seconds(draw)]


def _seconds(draw: Operators) -> Part:
    return Part(draw.one(("0", "30", "59.5", "1.25e0", "59")), ATOM, DOUBLE, False, 59)


def _counted(draw: Operators, count: int, depth: int) -> list[Part]:
    return [draw.small(-20, 40, depth)]


def _bucketed(draw: Operators, count: int, depth: int) -> list[Part]:
    width = draw.one(
        ("interval 1 month", "interval 7 day", "interval '3 months'", "interval 1 year", "interval 6 hour")
    )
    moment = draw.of(draw.one((DATE, TIMESTAMP)), depth)
    if not moment.tame:
        moment = Part("timestamp '2024-02-29 13:45:00'", ATOM, TIMESTAMP, False, 9_000)
    if moment.type == DATE and "hour" in width:
        width = "interval 1 day"
    return [Part(width, ATOM, INTERVAL, False, 366), moment]


def _moved(draw: Operators, count: int, depth: int) -> list[Part]:
    moment, span = draw.of(draw.one((DATE, TIMESTAMP, TIME, INTERVAL)), depth), draw.of(INTERVAL, depth)
    if moment.type in (DATE, TIMESTAMP) and not (moment.tame and span.reach <= 300_000):
        moment, span = Part("date '2024-01-31'", ATOM, DATE, False, 9_000), draw.short_span()
    if moment.type == INTERVAL:
        span = draw.short_span()
    return [moment, span]


def _truncated(draw: Operators, count: int, depth: int) -> list[Part]:
    moment = draw.moment(depth)
    if not moment.tame:
        moment = Part("date '2024-02-29'", ATOM, DATE, False, 9_000)
    return [draw.part_of_date(clock=True), moment]


def _written_date(draw: Operators, count: int, depth: int) -> list[Part]:
    """A text in a format, and that format."""
    form = draw.one(FORMATS)
    if draw.chance(0.5):
        samples = {"%Y-%m-%d": "2024-02-29", "%d/%m/%Y": "29/02/2024", "%Y%m%d": "20240229", "%m-%d-%Y": "02-29-2024"}
        samples |= {"%Y-%m-%d %H:%M:%S": "2024-02-29 13:45:56", "%d.%m.%Y %H:%M": "29.02.2024 13:45"}
        return [
            Part(quoted(samples[form]), ATOM, VARCHAR, False),
            Part(quoted(form), ATOM, VARCHAR, False, 0, None, form),
        ]
    moment = draw.moment(depth)
    if not moment.tame:
        moment = Part("timestamp '2024-02-29 13:45:00'", ATOM, TIMESTAMP, False, 9_000)
    text = draw.call("strftime", [moment.written, quoted(form)])
    return [Part(text, ATOM, VARCHAR, moment.nullable), Part(quoted(form), ATOM, VARCHAR, False, 0, None, form)]


def _maybe_date(draw: Operators, count: int, depth: int) -> list[Part]:
    form = draw.one(FORMATS)
    return [draw.of(VARCHAR, depth), Part(quoted(form), ATOM, VARCHAR, False, 0, None, form)]


def _shown_date(draw: Operators, count: int, depth: int) -> list[Part]:
    form = draw.one(WORDY_FORMATS)
    parts = [draw.moment(depth), Part(quoted(form), ATOM, VARCHAR, False, 0, None, form)]
    return parts[::-1] if draw.chance(0.3) else parts


def _searched(draw: Operators, count: int, depth: int) -> list[Part]:
    """A text, a pattern and, for functions with three arguments, options."""
    pattern, _ = draw.one(PATTERNS)
    parts = [draw.of(VARCHAR, depth), Part(quoted(pattern), ATOM, VARCHAR, False, 0, None, pattern)]
    return parts if count == 2 else [*parts, _flags(draw)]


def _flags(draw: Operators) -> Part:
    flags = draw.one(("i", "c", "s", "g", "gi", ""))
    return Part(quoted(flags), ATOM, VARCHAR, False, 0, None, flags)


def _search_flags(draw: Operators, count: int, depth: int) -> list[Part]:
    parts = _searched(draw, 2, depth)
    flags = draw.one(("i", "c", "s", "m"))
    return parts if count == 2 else [*parts, Part(quoted(flags), ATOM, VARCHAR, False, 0, None, flags)]


def _replaced(draw: Operators, count: int, depth: int) -> list[Part]:
    pattern, groups = draw.one(PATTERNS)
    new = Part(quoted(draw.one(("", "-", "<\\0>", *(["\\1"] if groups else [])))), ATOM, VARCHAR, False)
    parts = [draw.of(VARCHAR, depth), Part(quoted(pattern), ATOM, VARCHAR, False, 0, None, pattern), new]
    return parts if count == 3 else [*parts, _flags(draw)]


def _extracted(draw: Operators, count: int, depth: int) -> list[Part]:
    pattern, groups = draw.one(PATTERNS)
    parts = [draw.of(VARCHAR, depth), Part(quoted(pattern), ATOM, VARCHAR, False, 0, None, pattern)]
    return parts if count == 2 else [*parts, draw.digits(draw.random.randint(0, groups))]


def _placed(draw: Operators, count: int, depth: int) -> list[Part]:
    """A text and small numbers: where to begin, how many."""
    return [draw.of(VARCHAR, depth), *(draw.small(-4, 8, depth) for _ in range(count - 1))]


def _overlaid(draw: Operators, count: int, depth: int) -> list[Part]:
    return [draw.of(VARCHAR, depth), draw.of(VARCHAR, depth), draw.small(1, 6, depth), draw.small(0, 4, depth)]


def _split(draw: Operators, count: int, depth: int) -> list[Part]:
    separator = Part(quoted(draw.one((",", "-", " ", ";", "", "ab"))), ATOM, VARCHAR, False, 2)
    parts = [draw.of(VARCHAR, depth), separator]
    return parts if count == 2 else [*parts, draw.small(-2, 3, depth)]


def _shown_list(draw: Operators, count: int, depth: int) -> list[Part]:
    kind = Type("list", element=draw.one((VARCHAR, VARCHAR, BIGINT, INTEGER)))
    text = draw.one((", ", "", "|"))
    return [draw.of(kind, depth), Part(quoted(text), ATOM, VARCHAR, False, 2, None, text)]


GUARDS: Mapping[str, Guard] = {
    "repeat": _short,
    "lpad": _padding,
    "rpad": _padding,
    "jaccard": _filled,
    "chr": _character,
    "url_decode": _encoded,
    "factorial": _small_whole,
    "mod": _divided,
    "abs": _positive,
    "gcd": _common,
    "lcm": _common,
    "sin": _angle,
    "cos": _angle,
    "tan": _angle,
    "asin": _between_ones,
    "acos": _between_ones,
    "log": _logarithm,
    "round": _rounded,
    "round_even": _rounded,
    "trunc": _rounded,
    "floor": _positive,
    "ceil": _positive,
    "make_date": _made,
    "make_timestamp": _made,
    "make_time": _made_time,
    "time_bucket": _bucketed,
    "date_add": _moved,
    "date_trunc": _truncated,
    "strptime": _written_date,
    "try_strptime": _maybe_date,
    "strftime": _shown_date,
    "regexp_matches": _search_flags,
    "regexp_full_match": _search_flags,
    "regexp_replace": _replaced,
    "regexp_extract": _extracted,
    "regexp_extract_all": _extracted,
    "string_split_regex": _searched,
    "substring": _placed,
    "left": _placed,
    "right": _placed,
    "overlay": _overlaid,
    "split_part": _split,
    "string_split": _split,
    "array_to_string": _shown_list,
    **{f"to_{unit}": _counted for unit in "years quarters months weeks days hours minutes seconds".split()},
}
"""What draws the arguments of a function; functions without a guard take whatever their signatures say."""
