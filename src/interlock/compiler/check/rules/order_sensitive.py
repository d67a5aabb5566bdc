"""A node type's statement depends on an order that it does not state.

`first`, `last`, `any_value`, `list`, `string_agg`, `arg_min`, `arg_max` and `mode` give whatever row an engine's threads
happen to reach first, unless they carry an ORDER BY; so do `random()` and clocks. This rule reads the statement that a
node type of your own builds.

    sql.call("first", column)                                  # refused
    a window or aggregate ordered by `table.position`          # accepted

Mend it in the node type.
"""

from __future__ import annotations

from sqlglot import exp

from interlock.ir.diagnostics import Diagnostic, Place, rule

RULE = rule("IL602", "order-sensitive", __doc__)

SENSITIVE = frozenset(
    "first last any_value arbitrary list array_agg string_agg group_concat listagg arg_min arg_max argmin argmax "
    "min_by max_by mode approx_count_distinct approx_quantile reservoir_quantile".split()
)
RANKED = frozenset(
    "row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value".split()
)
UNSTABLE = frozenset(
    "random setseed uuid gen_random_uuid now today current_date current_time current_timestamp get_current_time "
    "get_current_timestamp transaction_timestamp txid_current nextval hash".split()
)


def find(at: Place, reference: str, tree: exp.Query) -> Diagnostic | None:
    """The first call in `tree` that makes runs differ, if there is one."""
    for part in tree.find_all(exp.TableSample, exp.Window):
        if isinstance(part, exp.TableSample):
            return _found(
                at, reference, "tablesample", "", "use the node type `sample_rows`, which a seed makes repeatable"
            )
        bare = isinstance(part.this, exp.RowNumber) and not part.args.get("partition_by")
        if part.args.get("order") is None and not bare and _window_name(part) in RANKED:
            name = _window_name(part)
            return _found(at, reference, name, " without an order", f"give `{name}` an ORDER BY that leaves no ties")
    for call in tree.find_all(exp.Anonymous, exp.Func):
        name = (call.name if isinstance(call, exp.Anonymous) else call.sql_name()).lower()
        if name in UNSTABLE:
            return _found(at, reference, name, "", "take the value from a parameter or a run input")
        if name in SENSITIVE and not _is_ordered(call):
            return _found(at, reference, name, " without an order", f"give `{name}` an ORDER BY that leaves no ties")
    return None


def unsettled(at: Place, reference: str, reason: str) -> Diagnostic:
    """The statement of `reference` leaves ties that cannot be settled, for `reason`."""
    return RULE.found(
        at,
        f"this `{reference}` could differ from run to run: {reason}",
        label="not reproducible",
        help=["order by columns that leave no ties, or use `window_columns`, `rank_rows`, `top_n` or `aggregate`"],
    )


def _found(at: Place, reference: str, name: str, how: str, mend: str) -> Diagnostic:
    return RULE.found(
        at.child("type"),
        f"the node type `{reference}` uses `{name}`{how}, so two runs can differ",
        label=f"uses `{name}`{how}",
        help=[f"in the code of the node type: {mend}"],
        found=name,
    )


def _window_name(window: exp.Window) -> str:
    inner = window.this
    return (
        inner.name if isinstance(inner, exp.Anonymous) else inner.sql_name() if isinstance(inner, exp.Func) else ""
    ).lower()


def _is_ordered(call: exp.Expr) -> bool:
    if any(isinstance(each, exp.Anonymous) and each.name == "exact_rest" for each in call.walk()):
        return True  # what the exact macros keep apart is sorted where it is added up
    if any(isinstance(each, exp.Order) for each in call.walk() if each is not call):
        return True
    parent = call.parent
    while isinstance(parent, exp.Filter | exp.WithinGroup | exp.IgnoreNulls | exp.RespectNulls):
        parent = parent.parent
    return isinstance(parent, exp.Window) and parent.args.get("order") is not None
