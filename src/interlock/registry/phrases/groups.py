"""Phrases for groups and neighbours: sums and counts, tops, ranks, and columns computed over windows."""

_GET = (
    "[compute|calculate|get|find|show|show me|give|give me|report|return|determine|work out|tell me|take|produce|i need|summarise|summarize|"
    "compute for me|display|list|provide|what is|what are|create|aggregate|make|count for me|add up|sum up]"
)
_PER = "(per|by|for each|for every|in each|within each|of each|grouped by|group by|grouping by|for|broken down by|split by|each)"
_GROUP = "(group|grp|aggregate|summarise|summarize|bucket|roll up|partition)"
AGGREGATE = (
    "for each {by}, compute {measures}",
    "over all rows, compute {measures}",
    f"{_GROUP} [{{table}}] (by|per|on|for each) {{by}} [,|;] [and|then|and then] {_GET} {{measures}} [in each|per group|in each group|for each|for each group]",
    f"(group|grp) {{by}} (:|->) {_GET} {{measures}}",
    f"{_GET} {{measures}} {_PER} {{by}}",
    f"{_GET} {{measures}} (each|every) {{by}} (had|has|have|got|made)",
    f"(for each|for every|per|by) {{by}} [(in|of|from) {{table}}] [,|:] {_GET} {{measures}}",
    "(count|tally) [all] {table} (per|by|for each|for every|in each) {by} {measures=[{name: count, function: count}]}",
    "(count|find|show|show me|tell me|compute|determine|count for me) how many {table} (each|every) {by} has {measures=[{name: count, function: count}]}",
    "(count|tally) [how many] {table} (there are|we have|exist) (per|by|for each|in each) {by} {measures=[{name: count, function: count}]}",
    "(compute|calculate|get|find|show me|give me|report|determine|work out|what is) {measures} [over|of|across|for] [all|whole|entire] [rows|table|data]",
)
DESCRIBE = (
    "describe the columns",
    "(describe|profile|summarise) {table}",
    "(show|compute|give me|get) (summary statistics|descriptive statistics|a profile) [of|for|on] [{table}]",
)
_BEST = "(highest|largest|biggest|greatest|most|top|best)"
_LEAST = "(lowest|smallest|least|fewest)"
_TAKE = "[keep|take|get|show|select|give|give me|show me|return|find|pick|list|i want|retain|leave|extract] [only|just]"
_EACH = "(per|for each|in each|within each|of each|for every)"
TOP_N = (
    "keep the top {n} rows by {by:top}",
    "keep the top {n} rows of each {per} by {by:top}",
    f"{_TAKE} top {{n}} [{{table}}] (by|based on|ranked by|in terms of|according to|in|on|for) {{by:most}}",
    f"{_TAKE} bottom {{n}} [{{table}}] (by|based on|ranked by|in terms of|according to|in|on) {{by:least}}",
    f"{_TAKE} {{n}} [{{table}}] with {_BEST} {{by:most}}",
    f"{_TAKE} {{n}} [{{table}}] with {_LEAST} {{by:least}}",
    f"{_TAKE} {{n}} {_BEST} [{{table}}] by {{by:most}}",
    f"{_TAKE} {{n}} {_LEAST} [{{table}}] by {{by:least}}",
    f"{_TAKE} top {{n}} [{{table}}] {_EACH} {{per}} (by|based on|in terms of|according to) {{by:most}}",
    f"{_TAKE} top {{n}} [{{table}}] (by|based on|in terms of|according to) {{by:most}} {_EACH} {{per}}",
    f"{_EACH} {{per}} [,] {_TAKE} top {{n}} [{{table}}] (by|based on|in terms of|according to) {{by:most}}",
    f"{_EACH} {{per}} [,] {_TAKE} {{n}} [{{table}}] with {_BEST} {{by:most}}",
    f"{_EACH} {{per}} [,] {_TAKE} {{n}} [{{table}}] with {_LEAST} {{by:least}}",
    f"{_TAKE} {{n}} [{{table}}] with {_BEST} {{by:most}} {_EACH} {{per}}",
    f"{_TAKE} {{n}} [{{table}}] with {_LEAST} {{by:least}} {_EACH} {{per}}",
)
RANK_ROWS = (
    "rank by {order_by}, into {into}",
    "rank by {order_by} within each {partition_by}, into {into}",
    "rank [{table}] by {order_by} (into|as|in) [new] [column|field] [called|named] {into}",
    "rank [{table}] by {order_by} (within each|per|within|in each|for each) {partition_by} (into|as|in) [new] [column] [called|named] {into}",
    "rank [{table}] (within each|per|within|in each) {partition_by} by {order_by} (into|as|in) [new] [column] [called|named] {into}",
)
WINDOW_COLUMNS = (
    "add the columns {columns} over other rows",
    "[add|compute|calculate|create|make|insert] [a|an] {columns:window}",
)
