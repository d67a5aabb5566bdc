"""What a query may hold: the parts of SQL it may use, the functions it may call, and nothing that is left to chance."""

from __future__ import annotations

from sqlglot import exp

from interlock.ir.expressions.calls import meant
from interlock.ir.expressions.functions import FUNCTIONS, aggregates, windows
from interlock.ir.expressions.problems import Problem
from interlock.ir.expressions.refusals import AGGREGATES, BARE, REFUSED, WINDOWS

_ALLOWED: tuple[type[exp.Expr], ...] = (
    exp.Select, exp.SetOperation, exp.Subquery, exp.With, exp.CTE, exp.From, exp.Join, exp.Where, exp.Group, exp.Having,
    exp.Qualify, exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.Distinct, exp.Values, exp.Tuple, exp.TableAlias,
    exp.Alias, exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Case, exp.If,
    exp.Cast, exp.TryCast, exp.Extract, exp.Interval, exp.Var, exp.DataType, exp.DataTypeParam, exp.Array, exp.Bracket,
    exp.Dot, exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between,
    exp.Like, exp.ILike, exp.Escape, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Exists, exp.Add, exp.Sub, exp.Mul, exp.Div,
    exp.IntDiv, exp.Mod, exp.Pow, exp.DPipe, exp.Neg, exp.Window, exp.WindowSpec, exp.Filter, exp.Rollup, exp.Cube,
    exp.GroupingSets, exp.ColumnDef, exp.Any, exp.All,
)  # fmt: skip
_REFUSED: dict[type[exp.Expr], str] = {
    exp.TableSample: "samples are drawn at random, so two runs differ",
    exp.Into: "a query changes nothing, so `into` is not allowed",
    exp.Lambda: "functions over functions (lambdas) are not part of the language",
    exp.Pivot: "`pivot` makes columns out of data, so its result has no fixed columns: use a node for it",
    exp.Collate: "collations depend on the machine",
    exp.IgnoreNulls: "`ignore nulls` is not supported here",
    exp.RespectNulls: "`respect nulls` is not supported here",
    exp.WithinGroup: "`within group` is not supported: write `quantile_cont(x, 0.5)`",
    exp.Lateral: "`lateral` is not supported here",
    exp.Unnest: "`unnest` is not supported in a query: use a node for it",
    exp.LimitOptions: "`limit` takes a number of rows, not a percentage",
    exp.Fetch: "write `limit` instead of `fetch`",
    exp.Lock: "a query changes nothing, so locks are not allowed",
    exp.Parameter: "`$` parameters are not allowed: declare a run input and write `:name`",
    exp.Placeholder: "`?` and `$` parameters are not allowed: declare a run input and write `:name`",
    exp.Struct: "`{…}` is not supported in a query",
    exp.AtTimeZone: "`at time zone` is not supported here",
    exp.JSONExtract: "`->` is not supported here",
    exp.JSONExtractScalar: "`->>` is not supported here",
    exp.RegexpLike: "`~` is not allowed: write `regexp_matches(text, pattern)`, or `regexp_full_match` for the whole text",
    exp.SimilarTo: "`similar to` is not allowed: write `regexp_full_match(text, pattern)`",
    exp.Glob: "`glob` is not allowed: write `like`, with `%` for `*` and `_` for `?`",
}
NOWHERE = (0, 0)
"""The span of a problem whose place the reader of the query fills in."""
_CHANCE = (exp.TableSample,)
_OWN_ORDER = frozenset({"arg_max", "arg_min", "mode"})
"""Aggregates that choose among rows by a value of theirs: the order of a window does not say which of equal ones."""
_ROOTS = (exp.Select, exp.SetOperation, exp.Subquery)


def check_node(node: exp.Expr) -> Problem | None:
    """What is wrong with one part of a query that is not a call; None if nothing is."""
    for kind, why in _REFUSED.items():
        if isinstance(node, kind):
            return Problem(
                "not-deterministic" if isinstance(node, _CHANCE) else "not-allowed", why, *NOWHERE, "not allowed"
            )
    if not isinstance(node, _ALLOWED):
        return Problem("not-allowed", f"`{node.key}` is not allowed in a query", *NOWHERE, "not allowed")
    if isinstance(node, exp.Select) and not node.expressions:
        return Problem("syntax", "`select` is followed by the columns it gives", *NOWHERE, "nothing selected")
    if isinstance(node, exp.With) and node.args.get("recursive"):
        return Problem("not-allowed", "recursive queries are not allowed: they may never end", *NOWHERE, "recursive")
    if isinstance(node, exp.Limit):
        return _limit(node, "limit")
    if isinstance(node, exp.Offset):
        return _limit(node, "offset")
    if isinstance(node, exp.Join) and str(node.args.get("method") or "").upper() == "ASOF":
        why = "`asof join` in a query takes one of several rows that tie by chance"
        help = ("use the node type `asof_join`, which settles ties",)
        return Problem("not-deterministic", why, *NOWHERE, "may tie", help=help)
    if isinstance(node, exp.Distinct) and node.args.get("on") and not _ordered(node.parent):
        why = "`distinct on` without `order by` keeps rows by chance"
        return Problem("not-deterministic", why, *NOWHERE, "not ordered", help=("add `order by`",))
    if isinstance(node, exp.Join) and str(node.args.get("method") or "").upper() == "POSITIONAL":
        return Problem("not-deterministic", "`positional join` depends on the order of rows", *NOWHERE, "by position")
    if isinstance(node, exp.Column) and node.name.lower() in BARE and not node.table:
        _, why, help = REFUSED[node.name.lower()]
        return Problem("not-deterministic", f"`{node.name}` is not allowed: {why}", *NOWHERE, "not allowed", help=help)
    return None


def _ordered(query: exp.Expr | None) -> bool:
    return isinstance(query, _ROOTS) and query.args.get("order") is not None


def _limit(node: exp.Expr, word: str) -> Problem | None:
    if _ordered(node.parent):
        return None
    why = f"`{word}` without `order by` keeps rows by chance"
    return Problem(
        "not-deterministic", why, *NOWHERE, "not ordered", help=("add `order by` with a key, so that no rows tie",)
    )


def check_call(node: exp.Anonymous) -> Problem | None:
    """What is wrong with a call; None if nothing is, and then it goes by the function's own name."""
    name = str(node.this).lower()
    if isinstance(node.parent, exp.Table):
        return None
    window = _window_of(node)
    named = windows.BY_NAME.get(name) or aggregates.BY_NAME.get(name) or FUNCTIONS.get(name)
    if named is not None:
        node.set("this", named.name)
    if name in windows.BY_NAME:
        return _window_call(node, name, window)
    if name in aggregates.BY_NAME:
        return _aggregate_call(node, name, window)
    if name in FUNCTIONS:
        return None
    refused = REFUSED.get(name)
    if name in aggregates.UNSTABLE:
        why = f"`{name}` is not allowed: its result is approximate, or depends on the order of the rows"
        help = (aggregates.INSTEAD[name],) if name in aggregates.INSTEAD else ()
        return Problem("not-deterministic", why, *NOWHERE, "not allowed", help=help)
    if refused and refused[0] != "unknown-function" and name not in AGGREGATES and name not in WINDOWS:
        reason, why, help = refused
        return Problem(reason, f"`{name}` is not allowed: {why}", *NOWHERE, "not allowed", help=help)
    near, help = meant(name, [*FUNCTIONS, *aggregates.BY_NAME, *windows.BY_NAME])
    return Problem("unknown-function", f"there is no function `{name}`", *NOWHERE, "not a function", near, help=help)


def _window_of(node: exp.Expr) -> exp.Window | None:
    parent = node.parent
    if isinstance(parent, exp.Filter):
        parent = parent.parent
    return parent if isinstance(parent, exp.Window) else None


def _window_call(node: exp.Anonymous, name: str, window: exp.Window | None) -> Problem | None:
    if window is None:
        message = f"`{name}` needs a window: `{name}(…) over (order by …)`"
        return Problem("not-allowed", message, *NOWHERE, "no window")
    if not _window_ordered(window):
        message = f"`{name}` without `order by` in its window depends on chance"
        help = (f"write `{name}(…) over (… order by …)`, with a key, so that no rows tie",)
        return Problem("not-deterministic", message, *NOWHERE, "not ordered", help=help)
    return None


def _window_ordered(window: exp.Window) -> bool:
    if window.args.get("order"):
        return True
    alias = window.args.get("alias")
    select = window.find_ancestor(exp.Select)
    if alias is None or select is None:
        return False
    named = {str(other.name).lower(): other for other in select.args.get("windows") or []}
    base = named.get(str(getattr(alias, "name", alias)).lower())
    return base is not None and base.args.get("order") is not None


def _aggregate_call(node: exp.Anonymous, name: str, window: exp.Window | None) -> Problem | None:
    row = aggregates.BY_NAME[name]
    if not row.ordered or any(isinstance(argument, exp.Order) for argument in node.expressions):
        return None
    if window is not None and _window_ordered(window) and row.name not in _OWN_ORDER:
        return None
    message = f"`{name}` without `order by` inside depends on the order of the rows"
    help = (f"write `{row.form.replace(row.name, name, 1)}`, with a key, so that no rows tie",)
    return Problem("not-deterministic", message, *NOWHERE, "not ordered", help=help)
