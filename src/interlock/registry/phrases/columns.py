"""Phrases for columns: choosing, naming, converting, computing and mapping them."""

_COLUMNS = "[column|columns|cols|field|fields|attributes]"
SELECT_COLUMNS = (
    "keep the columns {columns}",
    "[i|we] (only need|only want|just need|just want) [column|columns|field|fields] {columns}",
    "(columns|fields|cols) [:|are] {columns} [only]",
    "{columns:closed}",
    "just [column|columns] {columns:loose}",
    "sel {columns}",
    "(write|save|export|store|put|output) [only|just] [column|columns|cols] {columns}",
    f"[only|just] (keep|select|take|choose|pick|retain|use|show|show me|give|give me|extract|project|get|return|want|need|leave|include|output|list|pick out|see) "
    f"[only|just] {_COLUMNS} [:] {{columns}} [columns|fields] [only]",
    "(keep|select|take|show|give me|use|extract) [only|just] (columns|fields) (called|named) {columns}",
    "(keep|select|take|retain|show|show me|give me|use|extract) [only|just] {columns} (from|of) {table}",
    "(only|just) [column|columns|fields] {columns} [column|columns|fields]",
    f"(restrict|reduce|narrow|limit|trim) {{table}} [down] to [only|just] {_COLUMNS} [:] {{columns}} [columns|fields]",
    f"(with|having) only {_COLUMNS} {{columns}}",
    "(columns|fields) (:|=|to keep :|needed :|wanted :) {columns}",
    "(drop|remove|discard|delete) (all|every) [columns|column|fields] (except|but|other than|apart from|besides) {columns}",
)
DROP_COLUMNS = (
    "drop the columns {columns}",
    "(drop|remove|delete|discard|exclude|omit|leave out|get rid of|throw away|hide|eliminate) (column|columns|field|fields) [called|named|:] {columns}",
    "(drop|remove|delete|discard|exclude|omit|leave out|get rid of|throw away|hide|eliminate) {columns} [column|columns|field|fields] [from {table}]",
    "keep (all|every) [columns|column|fields] (except|but|other than|apart from|besides) [for] {columns}",
    "keep everything (except|but|other than|apart from) [for] {columns}",
)
RENAME_COLUMNS = (
    "rename {columns}",
    "(rename|call|relabel|retitle) [column|columns|field|fields|header|headers] [:] {columns}",
    "(change|set) [the] [name|names|header|headers] of [column|columns|field] {columns}",
)
NORMALIZE_NAMES = (
    "write the column names in {style}",
    "(write|put|turn|convert|change|make|rename) [all] (column names|columns|headers|column headers|field names) "
    "(in|into|to) (snake case|snake_case|snake-case) {style=snake_case}",
    "(write|put|turn|convert|change|make) [all] (column names|headers|column headers|field names) [in|into|to] (lower case|lowercase) {style=lower}",
    "(write|put|turn|convert|change|make) [all] (column names|headers|column headers|field names) [in|into|to] (upper case|uppercase) {style=upper}",
    "(lowercase|lower-case) [all] (column names|headers) {style=lower}",
    "(uppercase|upper-case) [all] (column names|headers) {style=upper}",
    "snake-case [all] (column names|headers) {style=snake_case}",
)
CAST_COLUMNS = (
    "convert {types}",
    "convert {types}, nulling what does not convert {on_error='null'}",
    "(convert|cast|change|turn|parse|coerce) [type|types] [of] [column|columns|field] {types}",
    "(cast|convert) column types (using|with|by) [an] empty (mapping|map) {types={}}",
    "(cast|convert) [no column types|nothing] {types={}}",
)
DERIVE_COLUMNS = (
    "compute {columns}",
    "(add|create|make|compute|calculate|derive|insert|append|define|introduce|work out) [a|an] [new] [column|columns|field] [called|named|:] {columns}",
    "(set|let) [column|field] {columns}",
    "{columns:bare}",
    "new (col|column) {columns}",
    "{columns:rounded}",
    "apply [a] [data] transformation with no operations {columns={}}",
)
MAP_VALUES = (
    "in {column}, replace the values {mapping}",
    "(replace|map|recode|change|translate) [value|values] {mapping} in [column|field] {column}",
    "in [column|field] {column} [,] (replace|map|recode|change|translate) [value|values] {mapping}",
)
