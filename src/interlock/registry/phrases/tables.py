"""Phrases for several tables and for their shape: joins, stacks, duplicates, pivots, queries."""

_JOIN = "(join|merge|combine|link)"
_ON = "(on|by|using|via|through|over|matching on|matched on|where|based on)"
_ALL = "(keep|keeping|and keep|while keeping|but keep|with) (all|every|each)"
_OF = "[rows|row|records|record|lines|entries] [of|from|in]"
JOIN_TABLES = (
    "join {left} with {right} on {on}, keeping every row of {left} {how=left}",
    "join {left} with {right} on {on}, keeping only rows that match {how=inner}",
    "join {left} with {right} on {on}, keeping every row of {right} {how=right}",
    "join {left} with {right} on {on}, keeping every row of both {how=full}",
    "keep the rows of {left} that match {right} on {on} {how=semi}",
    "keep the rows of {left} that match no row of {right} on {on} {how=anti}",
    f"[inner] (join|merge) {{left}} (with|to|and|and to|onto) {{right}} {_ON} {{on}} {{how=inner}}",
    f"[inner] (join|merge) {{left:both}} [together] {_ON} {{on}} {{how=inner}}",
    f"{{left}} (left join|left-join|left outer join) {{right}} {_ON} {{on}} {{how=left}}",
    f"{{left}} inner join {{right}} {_ON} {{on}} {{how=inner}}",
    f"join {{left:both}} {_ON} {{on}} {{how=inner}}",
    f"(left join|left-join|left outer join) {{left}} (with|to|and|onto) {{right}} {_ON} {{on}} {{how=left}}",
    f"(left join|left-join|left outer join) {{left:both}} [together] {_ON} {{on}} {{how=left}}",
    f"(full join|outer join|full outer join) {{left}} (with|to|and) {{right}} {_ON} {{on}} {{how=full}}",
    f"(full join|outer join|full outer join) {{left:both}} [together] {_ON} {{on}} {{how=full}}",
    f"[inner] join (with|to) {{right}} {_ON} {{on}} {{how=inner}}",
    f"left join [with|to] {{right}} {_ON} {{on}} {{how=left}}",
    f"[left] {_JOIN} {{left}} (with|to|and|onto) {{right}} {_ON} {{on}} [,] {_ALL} {_OF} {{left}} {{how=left}}",
    f"{_JOIN} {{left}} (with|to|and) {{right}} {_ON} {{on}} [,] {_ALL} {_OF} {{right}} {{how=right}}",
    f"{_JOIN} {{left}} (with|to|and) {{right}} {_ON} {{on}} [,] {_ALL} [rows|row] (of|from) both [sides|tables|files] {{how=full}}",
    f"{_JOIN} {{left}} (with|to|and) {{right}} {_ON} {{on}} [,] (keep|keeping|and keep) only (matches|rows that match|matching rows) {{how=inner}}",
    f"keep [only] {{left}} (that|which|who) (have|has|find) [a] (match|matching row|matching record) in {{right}} {_ON} {{on}} {{how=semi}}",
    f"keep [only] {{left}} (that|which|who) (have|has|find) no (match|matching row|matching record) in {{right}} {_ON} {{on}} {{how=anti}}",
)
ASOF_JOIN = (
    "join {left} with the nearest row of {right} by {time} {direction=nearest}",
    "join {left} with the latest earlier row of {right} by {time} {direction=backward}",
    "join {left} with the earliest later row of {right} by {time} {direction=forward}",
    "join {left} with the latest earlier row of {right} by {time} for equal {by} {direction=backward}",
    "join {left} with {right} by {time}, as of that time",
)
UNION_TABLES = (
    "stack {tables}",
    "stack {tables}, dropping duplicates {distinct=true}",
    "(stack|append|concatenate|concat|union) {tables} [together] [into one table]",
    "(combine|merge) {tables} into one [table] (row-wise|by stacking|by stacking the rows)",
)
_DROP = "(drop|remove|delete|discard|eliminate|get rid of|throw away|throw out|filter out|exclude|clear out|clean out|strip out|take out|toss out|toss|weed out|rm|take away|leave out|delete repeated|skip)"
_DUPLICATES = (
    "(duplicate rows|duplicated rows|duplicates|duplicate records|duplicate entries|duplicate lines|repeated rows|exact duplicates|double rows|dupes|exact duplicate rows|exact duplicate lines|exact duplicate records|"
    "fully identical duplicate entries|fully identical duplicates|full - row dupes|full-row dupes|full-row duplicates|exact dup rows|dup rows|dupl rows|dupe rows|identical duplicates|"
    "exact repeats|exact duplicated rows|repeated identical rows|identical duplicate rows|exact dupes|repeated lines)"
)
_SAME = "(exact repeats|exact duplicates|exact copies|duplicates|repeats)"
_ONE = "(keep [just|only] one of each|keeping [just|only] one of each|one of them must [to] stay|keep one of them|one of them stays)"
_ON_KEYS = "(by|on|based on|according to|per|using|in|for|with respect to|considering [only])"
DISTINCT_ROWS = (
    "drop duplicate rows",
    "keep the first row of each {keys} {keep=first}",
    "keep the last row of each {keys} {keep=last}",
    "keep the first row of each {keys} by {order_by} {keep=first}",
    "keep the last row of each {keys} by {order_by} {keep=last}",
    "keep one row of each {keys}",
    f"{_DROP} [any|all] {_DUPLICATES} [from {{table}}]",
    f"(without|w / o|no|after removing|after dropping) [any|all] {_DUPLICATES}",
    f"{_DROP} [any|all] {{table}} (that|which|what) are {_SAME}",
    f"{_DROP} [any|all] {{table}} (that|which|what) (are|appear|occur|stand) [in there] twice [,] [i mean] {_ONE}",
    f"{_DROP} [any|all] {{table}} (that|which|what) are [exactly|completely|fully] (same|identical) (as|like|to|with) (other|another|each other) [row|line|rows|lines] [,] {_ONE}",
    "(deduplicate|de-duplicate|dedupe|dedup) [{table}]",
    f"(deduplicate|de-duplicate|dedupe|dedup) [{{table}}] {_ON_KEYS} {{keys}}",
    f"{_DROP} [any|all] {_DUPLICATES} {_ON_KEYS} {{keys}}",
    "(deduplicate|de-duplicate|dedupe|dedup) [{table}] (by|on) {keys} (keep 1st|, keep first|, keep 1st|keeping first) {keep=first}",
    "(deduplicate|de-duplicate|dedupe|dedup) [{table}] (by|on) {keys:first} {keep=first}",
    "(keep|take) [only|just] (first|1st) (row|record|entry|line|occurrence) (per|for each|of each|for every) {keys} {keep=first}",
    "(keep|take|select|get|leave) [only] (distinct|unique) (rows|records|entries|lines)",
    "make [sure] {table} (unique|distinct)",
    "(keep|take) [only] (one|one single|a single|exactly one) (row|record|entry|line) (per|for each|of each|for every) {keys}",
    "(keep|take) [only] first (row|record|entry|line|occurrence) (per|for each|of each|for every) {keys} {keep=first}",
    "(keep|take) [only] last (row|record|entry|line|occurrence) (per|for each|of each|for every) {keys} {keep=last}",
)
PIVOT = (
    "for each {index}, spread the values {values} of {column} into columns, with the {function} of {value}",
    "pivot {column} with values {values} into columns for each {index} with the {function} of {value}",
)
UNPIVOT = (
    "turn the columns {columns} into rows, names into {names_to} and values into {values_to}",
    "(unpivot|melt) [column|columns] {columns} [,] names (into|to|in) {names_to} [and|,] values (into|to|in) {values_to}",
    "(unpivot|melt) [column|columns] {columns} into {names_to} and {values_to}",
)
QUERY = (
    "run the query {sql}",
    "run [a] [sql] (query|select|statement) [:] {sql}",
    "run [a] [sql] query to (retrieve|read|get|fetch|select|return) (all|every|back all) (rows|row|records|data|of them) {sql:everything}",
)
