"""Aggregates whose result does not depend on the order of the rows or the number of threads.

Floating-point addition is not associative, so a parallel sum of doubles differs from run to run. These macros add
integers instead: an ordinary number is cut into three 64-bit integers (its whole part, the next 53 bits, the next
53), the integers are summed exactly, and the sums are put together once at the end. Whatever does not fit (NaN,
infinities, |x| above 4e18 or below 1e-16) is kept apart in a list and added in a fixed order.

A macro is created with `CREATE MACRO` in the database that uses it, after the ones it uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Macro:
    """A scalar or aggregate function written in SQL: `body` over `parameters`, and the other macros it calls."""

    name: str
    parameters: tuple[str, ...]
    body: str
    comment: str
    uses: tuple[str, ...] = ()


def create_statement(macro: Macro) -> str:
    """The statement that makes a macro, in the database that will use it.

    >>> print(create_statement(MACROS["plain_zero"]))
    CREATE OR REPLACE MACRO plain_zero(x) AS
      CASE WHEN x = 0 OR isnan(x) THEN abs(x) ELSE x END
    """
    return f"CREATE OR REPLACE MACRO {macro.name}({', '.join(macro.parameters)}) AS\n  {macro.body}"


def _macro(name: str, parameters: str, comment: str, body: str, *uses: str) -> Macro:
    lines = [line.strip() for line in body.strip().splitlines()]
    return Macro(name, tuple(parameters.split()), "\n  ".join(lines), comment, uses)


_ALL = [
    _macro(
        "plain_zero",
        "x",
        "Turns -0.0 into 0.0 and -NaN into NaN: which of two equals a group or a minimum shows would be chance.",
        "CASE WHEN x = 0 OR isnan(x) THEN abs(x) ELSE x END",
    ),
    _macro(
        "exact_whole",
        "x",
        "The nearest whole number: the first of three integers that hold an ordinary number exactly.",
        "TRY_CAST(CAST(x AS DOUBLE) AS BIGINT)",
    ),
    _macro(
        "exact_after_whole",
        "x",
        "What exact_whole leaves, in units of 2^-53.",
        "(CAST(x AS DOUBLE) - exact_whole(x)) * 9007199254740992.0::DOUBLE",
        "exact_whole",
    ),
    _macro(
        "exact_high",
        "x",
        "The second integer: the next 53 bits.",
        "CAST(exact_after_whole(x) AS BIGINT)",
        "exact_after_whole",
    ),
    _macro(
        "exact_after_high",
        "x",
        "What exact_high leaves, in units of 2^-106.",
        "(exact_after_whole(x) - exact_high(x)) * 9007199254740992.0::DOUBLE",
        "exact_after_whole",
        "exact_high",
    ),
    _macro(
        "exact_low",
        "x",
        "The third integer: the last 53 bits.",
        "CAST(exact_after_high(x) AS BIGINT)",
        "exact_after_high",
    ),
    _macro(
        "exact_rest",
        "x",
        "What three integers cannot hold: a NaN, infinite or huge number itself, what is left of a tiny one, else 0.",
        """coalesce(
             (exact_after_high(x) - exact_low(x)) / 9007199254740992.0::DOUBLE / 9007199254740992.0::DOUBLE,
             CAST(x AS DOUBLE))""",
        "exact_after_high",
        "exact_low",
    ),
    _macro(
        "exact_fold",
        "numbers",
        "Adds a list of finite numbers from large to small, carrying each rounding error along: right to a bit.",
        """list_transform([list_reduce(
             list_sort(list_transform(numbers, lambda n: {'key': -abs(n), 'n': n})),
             lambda sum, next: {'key': sum.key + (CASE WHEN abs(sum.n) >= abs(next.n)
               THEN (sum.n - (sum.n + next.n)) + next.n
               ELSE (next.n - (sum.n + next.n)) + sum.n END), 'n': sum.n + next.n},
             {'key': 0.0::DOUBLE, 'n': 0.0::DOUBLE})], lambda sum: sum.n + sum.key)[1]""",
    ),
    _macro(
        "exact_list",
        "numbers",
        "The sum of a list: NaN and infinities as in IEEE arithmetic, else exact_fold, scaled down if it overflows on the way.",
        """list_transform([{'all': numbers, 'odd': list_sum(list_filter(numbers, lambda n: NOT isfinite(n)))}], lambda s: CASE
           WHEN isnan(s.odd) THEN 'nan'::DOUBLE
           WHEN s.odd IS NOT NULL THEN s.odd
           ELSE list_transform([exact_fold(s.all)], lambda f: CASE
             WHEN isfinite(f) THEN plain_zero(f)
             ELSE exact_fold(list_transform(s.all, lambda n: n / 1267650600228229401496703205376.0::DOUBLE))
               * 1267650600228229401496703205376.0::DOUBLE END)[1] END)[1]""",
        "exact_fold",
        "plain_zero",
    ),
    _macro(
        "exact_parts",
        "total units",
        "A sum of integers as two doubles without loss: how many times 2^53 goes into it, and what remains.",
        """[CAST(total // 9007199254740992 AS DOUBLE) * 9007199254740992.0::DOUBLE * units,
             CAST(total % 9007199254740992 AS DOUBLE) * units]""",
    ),
    _macro(
        "exact_three",
        "whole high low",
        "A whole number, a part in units of 2^-53 and a part of such a unit added up, rounded once: where the first rounding makes"
        " a tie of the second, what it left decides.",
        """list_transform([{'whole': whole, 'high': high, 'low': low, 'sum': high + low}], lambda s:
             list_transform([{'whole': s.whole, 'part': s.sum / 9007199254740992.0::DOUBLE,
               'total': s.whole + s.sum / 9007199254740992.0::DOUBLE, 'left': s.low - (s.sum - s.high)}], lambda t:
               list_transform([(t.whole - t.total) + t.part], lambda off: CASE
                 WHEN off * t.left > 0 AND (t.total + 2 * off) - t.total = 2 * off THEN t.total + 2 * off
                 ELSE t.total END)[1])[1])[1]""",
    ),
    _macro(
        "exact_total",
        "whole high low rest",
        "Puts the sums of exact_whole, exact_high and exact_low and the list of exact_rest together; null for nothing.",
        """list_transform([{'whole': whole, 'high': high + low // 9007199254740992, 'low': low, 'rest': rest}], lambda s: CASE
           WHEN s.rest IS NULL AND coalesce(abs(s.whole), 0) < 9007199254740992 THEN exact_three(
             CAST(s.whole + s.high // 9007199254740992 AS DOUBLE), CAST(s.high % 9007199254740992 AS DOUBLE),
             CAST(s.low % 9007199254740992 AS DOUBLE) / 9007199254740992.0::DOUBLE)
           WHEN s.whole IS NULL THEN exact_list(s.rest)
           ELSE exact_list(list_concat(s.rest, exact_parts(s.whole, 1), exact_parts(s.high, pow(2, -53)),
             exact_parts(s.low % 9007199254740992, pow(2, -106)))) END)[1]""",
        "exact_list",
        "exact_parts",
        "exact_three",
    ),
    _macro(
        "exact_sum",
        "x",
        "The sum of floats, the same for any order of rows and number of threads; null for no numbers.",
        """exact_total(sum(exact_whole(x)), sum(exact_high(x)), sum(exact_low(x)),
             list(exact_rest(x)) FILTER (exact_rest(x) <> 0))""",
        "exact_total",
        "exact_whole",
        "exact_high",
        "exact_low",
        "exact_rest",
    ),
    _macro(
        "exact_mean",
        "x",
        "The mean of floats: exact_sum divided by the number of values that are not null.",
        "exact_sum(x) / count(x)",
        "exact_sum",
    ),
    *(
        _macro(
            f"exact_{name}",
            "x",
            f"{title}: of the sorted distances from the median, which keeps it accurate and order-free.",
            f"""list_transform([{{
             'sorted': list_sort(list(CAST(x AS DOUBLE)) FILTER (x IS NOT NULL)),
             'middle': quantile_cont(CAST(x AS DOUBLE), 0.5)
           }}], lambda s: list_aggregate(list_transform(s.sorted, lambda n: n - s.middle), '{engine}'))[1]""",
        )
        for name, engine, title in (
            ("std", "stddev_samp", "The sample standard deviation"),
            ("stddev_pop", "stddev_pop", "The standard deviation of a population"),
            ("var_samp", "var_samp", "The sample variance"),
            ("var_pop", "var_pop", "The variance of a population"),
        )
    ),
]
MACROS: dict[str, Macro] = {macro.name: macro for macro in _ALL}
"""Every macro by name."""


def needed(names: Iterable[str]) -> list[Macro]:
    """These macros and all that they use, each after the ones it uses.

    >>> [macro.name for macro in needed(["exact_high"])]
    ['exact_whole', 'exact_after_whole', 'exact_high']
    """
    found: dict[str, Macro] = {}

    def add(name: str) -> None:
        for used in MACROS[name].uses:
            add(used)
        found.setdefault(name, MACROS[name])

    for name in sorted(names):
        add(name)
    return list(found.values())


def used_in(tree: exp.Expr) -> list[Macro]:
    """The macros that a statement needs, each after the ones it uses."""
    return needed({call.name for call in tree.find_all(exp.Anonymous) if call.name in MACROS})
