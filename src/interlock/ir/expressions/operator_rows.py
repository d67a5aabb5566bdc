"""The operators and literals as rows: what they mean, what they do at the edges, and examples that tests prove."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operator:
    """One operator, or a few that differ only in sense."""

    form: str
    doc: str
    edges: str
    examples: tuple[tuple[str, str], ...]


_NULL, _TRUTH = "cast(null as integer)", "cast(null as boolean)"
_MONTH_END = "date '2024-01-31'"

OPERATORS: tuple[Operator, ...] = (
    Operator(
        "x + y, x - y, x * y",
        "Arithmetic on numbers.",
        "Null if either is null. A result that its type cannot hold stops the run; floats become infinite instead. Whole numbers "
        "keep the wider type, decimals widen, and with a float the result is a float.",
        (("2 + 3", "5"), ("1.5 + 1", "2.5"), ("2 * 1e0", "2e0"), ("7 - 9", "-2"), (f"1 + {_NULL}", _NULL)),
    ),
    Operator(
        "x / y",
        "Division; the result is a float, also of two whole numbers.",
        "By zero: infinity, or NaN for zero by zero. `x / nullif(y, 0)` is null there.",
        (
            ("5 / 2", "2.5e0"),
            ("1 / 0", "cast('infinity' as double)"),
            ("0 / 0", "cast('nan' as double)"),
            ("1 / nullif(0, 0)", "cast(null as double)"),
        ),
    ),
    Operator(
        "x // y",
        "Division of whole numbers, cut towards zero.",
        "By zero stops the run. Other numbers are refused: write `floor(x / y)`.",
        (("7 // 2", "3"), ("-7 // 2", "-3"), (f"{_NULL} // 2", _NULL)),
    ),
    Operator(
        "x % y",
        "The remainder, with the sign of `x`.",
        "By zero: whole numbers and decimals stop the run, floats give NaN.",
        (
            ("7 % 3", "1"),
            ("-7 % 3", "-1"),
            ("7.5 % 2", "1.5"),
            ("1e0 % 0", "cast('nan' as double)"),
            (f"{_NULL} % 2", _NULL),
        ),
    ),
    Operator(
        "x ** y",
        "A power, as a float; the same as `power(x, y)`.",
        "Too large: infinity. The sign binds tighter.",
        (
            ("2 ** 3", "8e0"),
            ("-2 ** 2", "4e0"),
            ("2 ** 3 ** 2", "64e0"),
            ("4 ** -0.5", "0.5e0"),
            (f"{_NULL} ** 2", "cast(null as double)"),
        ),
    ),
    Operator(
        "-x, +x",
        "The number with its sign changed, or as it is.",
        "The smallest integer of a type has no positive partner, and stops the run; so does a negated unsigned number.",
        (("-(2 + 3)", "-5"), ("+2", "2"), (f"-{_NULL}", _NULL), ("-interval 1 day", "interval '-1 day'")),
    ),
    Operator(
        "date + days, date - days, date - date",
        "A date moved by whole days, and the days between two dates.",
        "Out of range stops the run. Infinite dates count as very far away.",
        (
            (f"{_MONTH_END} + 1", "date '2024-02-01'"),
            (f"{_MONTH_END} - date '2024-01-01'", "cast(30 as bigint)"),
            ("cast(null as date) + 1", "cast(null as date)"),
        ),
    ),
    Operator(
        "moment + interval, moment - interval, moment - moment",
        "A date, timestamp or time moved by an interval, and the interval between two timestamps.",
        "A date becomes a timestamp. A month on from 31 January is the last day of February. Infinite timestamps have no distance: the run stops.",
        (
            (f"{_MONTH_END} + interval 1 month", "timestamp '2024-02-29'"),
            ("timestamp '2024-01-02' - timestamp '2024-01-01'", "interval '1 day'"),
            ("time '23:00:00' + interval 2 hour", "time '01:00:00'"),
            ("cast(null as timestamp) - interval 1 day", "cast(null as timestamp)"),
        ),
    ),
    Operator(
        "interval * number, interval / number",
        "An interval, so many times over or divided.",
        "A broken month becomes days, of which it has 30, a broken day hours and less. By zero stops the run, and so does a whole "
        "number beyond 32 bits.",
        (
            ("interval 1 day * 2", "interval '2 days'"),
            ("interval 1 day / 2", "interval '12 hours'"),
            ("interval 1 day * cast(null as integer)", "cast(null as interval)"),
        ),
    ),
    Operator(
        "x || y",
        "Text joined to text; a number, boolean or date beside text is joined as text. Two lists are joined to one.",
        "Null if either is null, unlike `concat`.",
        (
            ("'a' || 'b'", "'ab'"),
            ("'a' || 1", "'a1'"),
            ("[1] || [2]", "[1, 2]"),
            ("'a' || cast(null as varchar)", "cast(null as varchar)"),
        ),
    ),
    Operator(
        "x = y, x <> y, x < y, x <= y, x > y, x >= y",
        "A comparison; `==` and `!=` are accepted for `=` and `<>`.",
        "Null if either is null. Text compares by its bytes, so capitals come first. A sum or difference that stops at the "
        "range of whole numbers may not do so beside one that is written out: `x + 1 > 5` may be compared as `x > 4`. "
        "NaN equals itself and is larger than every number. "
        "Numbers compare as the type that both share: a whole number beside a float is rounded to a float. An interval of a month "
        "counts as 30 days, of a day as 24 hours. Nulls inside of lists equal each other, and are larger than everything. "
        "Text beside a date must be written as one: `d >= '2024-01-31'`.",
        (
            ("2 = 2.0", "true"),
            ("'a' < 'B'", "false"),
            ("cast('nan' as double) = cast('nan' as double)", "true"),
            (f"{_MONTH_END} >= '2024-01-01'", "true"),
            (f"1 = {_NULL}", _TRUTH),
        ),
    ),
    Operator(
        "x and y, x or y, not x",
        "Conditions joined or turned round.",
        "Null means unknown: `false and null` is false, `true or null` is true, everything else with null is null.",
        (
            ("true and false", "false"),
            (f"false and {_TRUTH}", "false"),
            (f"true or {_TRUTH}", "true"),
            (f"true and {_TRUTH}", _TRUTH),
            (f"not {_TRUTH}", _TRUTH),
        ),
    ),
    Operator(
        "x is [not] null",
        "Whether a value is null.",
        "Never null itself. `= null` is refused, since it is always null.",
        ((f"{_NULL} is null", "true"), ("1 is not null", "true")),
    ),
    Operator(
        "x is [not] true, x is [not] false",
        "Whether a condition is certainly true, or certainly false.",
        "Never null itself.",
        ((f"{_TRUTH} is true", "false"), (f"{_TRUTH} is not true", "true"), ("false is false", "true")),
    ),
    Operator(
        "x is [not] distinct from y",
        "A comparison that treats null as a value like any other.",
        "Never null itself: two nulls are not distinct.",
        ((f"1 is distinct from {_NULL}", "true"), (f"{_NULL} is not distinct from {_NULL}", "true")),
    ),
    Operator(
        "x [not] between low and high",
        "Whether a value lies between two bounds, both included.",
        "The same as `x >= low and x <= high`, nulls included. Bounds the wrong way round: false.",
        (
            ("2 between 1 and 3", "true"),
            ("2 between 3 and 1", "false"),
            (f"2 between {_NULL} and 1", "false"),
            (f"2 between {_NULL} and 3", _TRUTH),
            ("2 not between 1 and 3", "false"),
        ),
    ),
    Operator(
        "x [not] in (a, b)",
        "Whether a value equals one of several.",
        "A null value gives null. A null among them gives null unless another one matches; a bare `null` there is refused.",
        (
            ("2 in (1, 2)", "true"),
            ("3 not in (1, 2)", "true"),
            (f"{_NULL} in (1, 2)", _TRUTH),
            (f"3 in (1, {_NULL})", _TRUTH),
        ),
    ),
    Operator(
        "x [not] like pattern [escape c], x [not] ilike pattern",
        "Whether text fits a pattern, where `%` is any text and `_` any one character; `ilike` ignores case.",
        "Null if either is null. The pattern must fit the whole text; one that ends in its escape stops the run.",
        (
            ("'hello' like 'h%'", "true"),
            ("'hello' like 'ell'", "false"),
            ("'Hello' ilike 'h_llo'", "true"),
            ("'50%' like '50!%' escape '!'", "true"),
            ("'a' not like 'b'", "true"),
            ("cast(null as varchar) like 'a'", _TRUTH),
        ),
    ),
    Operator(
        "case when … then … else … end, case x when … then … end",
        "The value of the first condition that is true; or of the first value that equals `x`.",
        "Without `else`, and when nothing fits: null. The values share one type.",
        (
            ("case when 1 > 2 then 'a' else 'b' end", "'b'"),
            ("case when false then 1 end", _NULL),
            ("case 2 when 1 then 'a' when 2 then 'b' end", "'b'"),
            (f"case when {_TRUTH} then 'a' else 'b' end", "'b'"),
        ),
    ),
    Operator(
        "cast(x as type), x::type, try_cast(x as type)",
        "The value as another type; see the policy below.",
        "A cast of null is null. A value that cannot be cast stops the run, or is null with `try_cast`.",
        (
            ("cast('12' as integer)", "12"),
            ("2.5::integer", "3"),
            ("cast(2.5e0 as integer)", "2"),
            ("try_cast('x' as integer)", _NULL),
            (f"cast({_NULL} as varchar)", "cast(null as varchar)"),
        ),
    ),
    Operator(
        "list[place], text[place], struct.field",
        "One item of a list, one character of a text, one field of a struct.",
        "Places count from 1, negative ones from the end. Out of range: null for a list, empty for text.",
        (("[10, 20][2]", "20"), ("[10, 20][3]", _NULL), ("'abc'[-1]", "'c'"), ("'abc'[9]", "''")),
    ),
)
"""Every operator."""

LITERALS: tuple[tuple[str, str], ...] = (
    ("12, -7, 1_000", "a whole number; it takes on the integer type of what it stands beside, if it fits there"),
    ("1.5, .5", "a decimal: exact"),
    ("1e3, 1.5e-2", "a float (`double`)"),
    ("'text', 'it''s'", "text; a quote inside is doubled"),
    ("true, false, null", "booleans, and the missing value"),
    ("date '2024-01-31'", "a date; beside a date or timestamp, the quoted text alone is enough"),
    ("timestamp '2024-01-31 13:45:00', time '13:45:00'", "a timestamp, a time"),
    ("timestamptz '2024-01-31 13:45:00+00'", "a timestamp with a zone; the offset is required"),
    ("interval 3 day, interval '1 month 2 days'", "a span of time; `interval (x) day` for a number that is computed"),
    ("[1, 2, 3]", "a list"),
    ('revenue, "Unit price", sales.revenue', "a column; in double quotes when its name is not a plain word"),
    (":name", "a run input; never null unless the plan says so"),
)
"""Every kind of literal and name."""
