"""Phrases for rows: keeping, ordering, cutting and sampling them, and filling their gaps."""

_KEEP = (
    "(keep|filter|select|take|get|retain|show|find|pick|leave|use|want|give|give me|show me|consider|include|extract|"
    "restrict to|limit to|narrow to|narrow down to|filter to|filter for|filter down to|keep just|look at|have|like to have|see|like to see|filt|pick out|pick|let only)"
)
_DROP = (
    "(drop|remove|exclude|delete|discard|filter out|omit|skip|throw away|throw out|get rid of|leave out|toss out|toss|weed out|strip out|"
    "eliminate|take out|clear out|rm|forget|ignore|take away)"
)
_WITH = (
    "(where|with|whose|having|for which|in which|that have|which have|who have|if|that has|which has|who has|in case)"
)
FILTER_ROWS = (
    "keep the rows where {where}",
    f"[only|just] {_KEEP} [only|just] {{table}} [only] {_WITH} {{where}}",
    f"{{table}} [only] {_WITH} {{where:clause}}",
    f"{_KEEP} [only|just] {{table}} {{where}}",
    f"{_KEEP} [only|just|where|by|on|for|:] {{where}}",
    "filter {table} (by|on|for|using|to) {where}",
    "filter (by|on|for|using|to) {where}",
    "(where|only where|only if) {where:clause}",
    "only [{table}] [where|with|whose] {where:clause}",
    "{table} (must|should) have {where}",
    f"{_DROP} [any] {{table}} {_WITH} {{where:not}}",
    f"{_DROP} [any] {{table}} {{where:not}}",
    "{where:signs}",
    f"{_KEEP} [only|just] {{where:restated}}",
    "[only|just] {where:restated}",
)
SORT_ROWS = (
    "sort by {by}",
    "(sort|order|arrange|reorder|sequence|organise|organize) [{table}] [out] (by|on|according to|based on|using) {by}",
    "(sort|order|arrange) [{table}] {by:directed}",
    "(sort|order|arrange|put) [{table}] in {by:directed}",
    "(sort|order|srt|sort it|sorting) [:|by] {by}",
    "(sort|order|sorted|ordered|srt|list) [{table}] [by it|by the count|by that|by the total] [,] {by:measured}",
    "{by:measured}",
    "(put|list|show|have) {table} (sorted|ordered|in order) [by|of|on] {by}",
    "{table} (should be|must be|is to be|are to be) (sorted|ordered|arranged) (by|on|according to) {by}",
)
_ROWS = "(rows|row|records|entries|lines)"
LIMIT_ROWS = (
    "skip {offset} rows and keep the next {rows}",
    "keep the first {rows} rows",
    f"(keep|take|get|show|select|give|give me|show me|return|use|leave) [only|just] [first|top] {{rows}} {_ROWS} [only]",
    "(keep|take|get|show|select|give|give me|show me|return|use) [only|just] first {rows} {table}",
    "(keep|take|get|select|give me|return|use) [only|just] first {rows} [of them]",
    f"(limit|cut|trim|truncate|restrict) [{{table}}] (to|at) [first|top] {{rows}} [{_ROWS}|results]",
    f"limit {{rows}} [{_ROWS}]",
    f"[only] (first|top) {{rows}} {_ROWS} [only]",
)
SAMPLE_ROWS = (
    "take a random sample of {rows} rows",
    "take a random sample of the fraction {fraction}",
    f"(take|draw|pick|keep|select|get) [a] (random sample|sample|random selection) of {{rows}} {_ROWS}",
    f"(randomly sample|sample|randomly pick|randomly select|pick at random) {{rows}} {_ROWS}",
    f"(take|pick|keep|select) {{rows}} random {_ROWS}",
    "(take|draw|keep) [a] [random] sample of {fraction:percent} of {table}",
    "(randomly sample|sample|randomly keep) {fraction:percent} [of] {table}",
)
_NULL = "(null|nulls|null value|null values|missing value|missing values|missing data|missings|missing entries|null entries|na values|gaps)"
_HOLDING = "(with|containing|that have|that contain|having|which have|which contain|that has|which has)"
_DROP_NULL = "(drop|remove|exclude|delete|discard|filter out|omit|eliminate|throw away|throw out|get rid of|strip out|strip|clear out|clean out|toss out|toss|weed out)"
DROP_NULLS = (
    "drop the rows with a null in {columns:or}",
    "drop the rows with a null",
    "drop the rows with nothing but nulls in {columns:or} {how=all}",
    f"{_DROP_NULL} [any|all] {_NULL} [from {{table}}]",
    f"{_DROP_NULL} [any|all] (null|incomplete) {_ROWS}",
    f"{_DROP_NULL} [any|all] {{table}} {_HOLDING} [a|any|some|at least one] {_NULL} [in any column|in any field|anywhere]",
    f"{_DROP_NULL} [any|all] {{table}} {_HOLDING} [a|any|at least one] {_NULL} (in|for|at|under) {{columns:or}}",
    f"{_DROP_NULL} [any|all] {_NULL} (in|for|from) {{columns:or}}",
    "(drop|rm|remove) null {columns:written}",
    f"{_DROP_NULL} [any|all] {{table}} [with|having|that have|that are|which are] [a|an] (missing|null) {{columns:or}} [value|values]",
    f"{_DROP_NULL} [any|all] {{table}} (where|in which) [any value|any column|any field|something|anything] is (missing|null)",
    f"{_DROP_NULL} [any|all] {{table}} (where|in which) (all values|all columns|all fields|everything) (is|are) (missing|null) {{how=all}}",
    f"(keep|take|use) [only] {{table}} (without|with no|that have no|having no) [any] {_NULL} [in any column]",
    f"(keep|take|use) [only] (complete|fully filled) {_ROWS}",
)
FILL_NULLS = (
    "fill nulls with {values}",
    "fill nulls forward {method=forward}",
    "fill nulls backward {method=backward}",
    "fill nulls forward in {columns} {method=forward}",
    "fill nulls backward in {columns} {method=backward}",
    "fill nulls forward in {columns} within each {group} {method=forward}",
    "fill nulls backward in {columns} within each {group} {method=backward}",
    f"(fill|replace|set|impute) [in] [any|all] {_NULL} (of|in|for) {{values:with}}",
    "(fill|replace|set|impute) [any|all] (missing|null) {values:with} [value|values]",
    "fill [in] {values:with}",
    "(fill|replace|set) [in] [any|all|each|every] (empty|blank) {values:with_blank}",
    "(treat|count|regard|consider|take|read) [any|all|each|every] (missing|null) {values:with} [value|values]",
    "(treat|count|regard|consider|take|read) [any|all|each|every] (empty|blank) {values:with_blank}",
    "(missing|null) {values:with}",
    "(empty|blank) {values:with_blank}",
    "(where|wherever|when|if) {values:lacking}",
    "{values:lacking}",
    "(forward fill|forward-fill|ffill|fill forward|fill down) {columns} {method=forward}",
    "(backward fill|backfill|bfill|fill backward|fill up) {columns} {method=backward}",
)
