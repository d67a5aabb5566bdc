"""Aggregates: functions that make one value of many rows. They stand in queries only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Aggregate:
    """One aggregate. An `ordered` one depends on the order of its rows, so it needs an `order by` inside."""

    name: str
    form: str
    doc: str
    edges: str
    ordered: bool = False
    aliases: tuple[str, ...] = ()


_SKIPS = "Nulls are passed over; no rows: null."


def _plain(name: str, form: str, doc: str, edges: str = _SKIPS, aliases: tuple[str, ...] = ()) -> Aggregate:
    return Aggregate(name, form, doc, edges, False, aliases)


def _ordered(name: str, form: str, doc: str, edges: str = _SKIPS, aliases: tuple[str, ...] = ()) -> Aggregate:
    return Aggregate(name, form, doc, edges, True, aliases)


AGGREGATES: tuple[Aggregate, ...] = (
    _plain(
        "count",
        "count(x), count(*), count(distinct x)",
        "How many rows there are, or how many with a value.",
        "Nulls do not count, except with `*`; no rows: 0.",
    ),
    _plain(
        "count_if",
        "count_if(condition)",
        "How many rows fulfil a condition.",
        aliases=("countif",),
    ),
    _plain("sum", "sum(x)", "The sum.", _SKIPS + " Of floats it is exact, whatever the order of the rows."),
    _plain(
        "avg",
        "avg(x)",
        "The mean.",
        _SKIPS + " Of floats it is exact, whatever the order of the rows.",
        ("mean",),
    ),
    _plain("min", "min(x)", "The smallest value."),
    _plain("max", "max(x)", "The largest value."),
    _plain("median", "median(x)", "The middle value; between two, their mean."),
    _plain(
        "quantile_cont", "quantile_cont(x, fraction)", "The value at a fraction of the sorted values, interpolated."
    ),
    _plain(
        "quantile_disc",
        "quantile_disc(x, fraction)",
        "The value at a fraction of the sorted values, one of them.",
        aliases=("quantile",),
    ),
    _plain(
        "stddev_samp",
        "stddev_samp(x)",
        "The standard deviation of a sample.",
        "Fewer than two values: null.",
        ("stddev",),
    ),
    _plain("stddev_pop", "stddev_pop(x)", "The standard deviation of a population."),
    _plain("var_samp", "var_samp(x)", "The variance of a sample.", "Fewer than two values: null.", ("variance",)),
    _plain("var_pop", "var_pop(x)", "The variance of a population."),
    _plain("bool_and", "bool_and(condition)", "Whether a condition holds in every row.", aliases=("every",)),
    _plain("bool_or", "bool_or(condition)", "Whether a condition holds in any row."),
    _plain("bit_and", "bit_and(x)", "The bits that are set in every value."),
    _plain("bit_or", "bit_or(x)", "The bits that are set in any value."),
    _plain("bit_xor", "bit_xor(x)", "The bits that are set in an odd number of values."),
    _plain("mad", "mad(x)", "The median distance from the median."),
    _plain("histogram", "histogram(x)", "A map from every value to how often it occurs."),
    _ordered("first", "first(x order by …)", "The value of the first row.", "Nulls count; no rows: null."),
    _ordered("last", "last(x order by …)", "The value of the last row.", "Nulls count; no rows: null."),
    _ordered("any_value", "any_value(x order by …)", "The first value that is not null.", _SKIPS, ("arbitrary",)),
    _ordered(
        "string_agg",
        "string_agg(x, separator order by …)",
        "The texts one after another, with a separator.",
        _SKIPS,
        ("group_concat", "listagg"),
    ),
    _ordered(
        "list", "list(x order by …)", "The values as a list.", "Nulls stay in the list; no rows: null.", ("array_agg",)
    ),
    _ordered(
        "arg_max",
        "arg_max(x, by order by …)",
        "The value of `x` in the row where `by` is largest.",
        _SKIPS,
        ("argmax", "max_by"),
    ),
    _ordered(
        "arg_min",
        "arg_min(x, by order by …)",
        "The value of `x` in the row where `by` is smallest.",
        _SKIPS,
        ("argmin", "min_by"),
    ),
    _ordered("mode", "mode(x order by …)", "The most frequent value; of several, the first."),
)
"""Every aggregate."""
_PAIRS = ", over rows in which neither is null"
INSTEAD: dict[str, str] = {
    "corr": f"write `(avg(x * y) - avg(x) * avg(y)) / (stddev_pop(x) * stddev_pop(y))`{_PAIRS}",
    "covar_pop": f"write `avg(x * y) - avg(x) * avg(y)`{_PAIRS}",
    "covar_samp": f"write `(sum(x * y) - sum(x) * avg(y)) / (count(*) - 1)`{_PAIRS}",
    "regr_slope": f"write `(avg(x * y) - avg(x) * avg(y)) / var_pop(x)`{_PAIRS}",
    "entropy": "count each value in a step of its own; then, of the counts, `log2(sum(n)) - sum(n * log2(n)) / sum(n)`",
    "product": "of numbers above 0, write `exp(sum(ln(x)))`",
    "fsum": "write `sum(x)`, which is exact",
    "kahan_sum": "write `sum(x)`, which is exact",
    "sumkahan": "write `sum(x)`, which is exact",
    "favg": "write `avg(x)`, which is exact",
    "sem": "write `stddev_samp(x) / sqrt(count(x))`",
    "approx_count_distinct": "write `count(distinct x)`",
    "approx_quantile": "write `quantile_cont(x, fraction)`",
    "reservoir_quantile": "write `quantile_cont(x, fraction)`",
}
"""What gives the same as an aggregate that is refused, or nearly so, on every run."""
UNSTABLE = frozenset(INSTEAD) | frozenset(
    "approx_top_k sample skewness kurtosis kurtosis_pop regr_intercept regr_r2".split()
)
"""Aggregates of DuckDB that are refused: their results are approximate, or depend on the order of the rows."""

BY_NAME: dict[str, Aggregate] = {name: row for row in AGGREGATES for name in (row.name, *row.aliases)}
