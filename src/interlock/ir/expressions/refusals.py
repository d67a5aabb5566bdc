"""Functions that are refused by name: why, and what to write instead."""

from __future__ import annotations

from interlock.ir.expressions.dialects import REWRITTEN
from interlock.ir.expressions.problems import Reason

_CLOCK = ("declare a run input and pass the value: `inputs: {today: {type: date}}`, then write `:today`",)
_RANDOM = ("pass a seed as a run input, or a column of numbers drawn beforehand",)
_AGGREGATE = ("use the node type `aggregate`",)
_QUERY = ("use a `query` node, which says for those that are refused there too what to write instead",)
_WINDOW = ("use the node type `window_columns`",)
_FILES = ("read files with a node of their own, such as `read_csv`",)

CLOCKS = (
    "now current_date current_time current_timestamp current_localtime current_localtimestamp get_current_time "
    "get_current_timestamp localtime localtimestamp today transaction_timestamp getdate sysdate curdate curtime utcnow"
).split()
RANDOMS = "random rand uuid gen_random_uuid uuidv4 uuidv7 setseed newid generate_uuid sample".split()
AGGREGATES = (
    "sum avg mean count min max median mode stddev stddev_pop stddev_samp variance var_pop var_samp quantile quantile_cont "
    "quantile_disc percentile_cont percentile_disc approx_count_distinct approx_quantile string_agg group_concat listagg "
    "array_agg list first last any_value arg_min arg_max argmin argmax min_by max_by bool_and bool_or every count_if countif "
    "count_star sum_distinct corr covar_pop covar_samp fsum sumkahan kahan_sum product histogram entropy kurtosis skewness mad bit_and bit_or bit_xor"
).split()
QUERIED = (
    "stddev_pop variance var_pop var_samp corr covar_pop covar_samp fsum sumkahan kahan_sum product histogram entropy kurtosis "
    "skewness mad bit_and bit_or bit_xor mode arg_min arg_max argmin argmax min_by max_by"
).split()
"""Aggregates that the node type `aggregate` does not have."""
WINDOWS = "row_number rank dense_rank rank_dense percent_rank cume_dist ntile lag lead first_value last_value nth_value".split()
READERS = (
    "read_csv read_csv_auto read_parquet parquet_scan read_json read_json_auto read_ndjson read_text read_blob glob read_xlsx "
    "sniff_csv st_read sqlite_scan postgres_scan mysql_scan iceberg_scan delta_scan read_json_objects"
).split()
SETTINGS = (
    "current_setting getvariable getenv set_config current_user current_database current_schema current_schemas "
    "current_catalog version current_query current_query_id current_connection_id pragma_version duckdb_settings "
    "duckdb_secrets duckdb_tables nextval currval txid_current in_search_path set_variable user session_user which_secret"
).split()
CODE = "eval exec compile __import__ open globals locals getattr setattr import system shell query query_table sleep_ms write_log error".split()
LAMBDAS = (
    "list_filter list_transform list_apply list_reduce array_filter array_transform array_apply array_reduce apply filter reduce "
    "list_aggregate list_aggr array_aggregate array_aggr aggregate map"
).split()

_OTHER: dict[str, tuple[Reason, str, tuple[str, ...]]] = {
    "hash": (
        "not-deterministic",
        "its result differs between versions of DuckDB",
        ("write `md5(text)` or `sha256(text)`",),
    ),
    "date": ("unknown-function", "it is not a function here", ("write `cast(x as date)`",)),
    "to_date": (
        "unknown-function",
        "it is not a function here",
        ("write `cast(x as date)`", "or, in another form, `cast(strptime(text, '%d/%m/%Y') as date)`"),
    ),
    "try": (
        "not-allowed",
        "it hides errors",
        ("write `cast(x as type)`, which stops the run and says at which value",),
    ),
    "unnest": ("not-allowed", "it makes several rows of one", ("use the node type `unnest`, or a `query` node",)),
    "explode": ("not-allowed", "it makes several rows of one", ("use the node type `unnest`, or a `query` node",)),
    "range": ("not-allowed", "it may build lists without bound", ()),
    "generate_series": ("not-allowed", "it may build lists without bound", ()),
    "to_timestamp": (
        "not-deterministic",
        "its result shows in the time zone of the session",
        ("to read text, write `strptime(text, '%Y-%m-%d')`", "of a number, write `epoch_ms(milliseconds)`"),
    ),
    "age": ("not-allowed", "with one argument it reads the clock", ("write `date_diff('day', earlier, later)`",)),
    "typeof": ("not-allowed", "types are known before the run", ()),
    "format": ("not-allowed", "its meaning depends on a format string", ("join text with `||` or `concat`",)),
    "printf": ("not-allowed", "its meaning depends on a format string", ("join text with `||` or `concat`",)),
    "count_distinct": ("not-allowed", "it looks at many rows, and an expression sees one row", _AGGREGATE),
}

JSON = (
    "json json_extract json_extract_string json_extract_path json_value json_exists json_array_length json_keys json_type "
    "json_valid to_json from_json json_object json_array parse_json get_json_object json_transform"
).split()

REFUSED: dict[str, tuple[Reason, str, tuple[str, ...]]] = {
    **dict.fromkeys(CLOCKS, ("not-deterministic", "it reads the clock, so two runs differ", _CLOCK)),
    **dict.fromkeys(RANDOMS, ("not-deterministic", "it draws at random, so two runs differ", _RANDOM)),
    **dict.fromkeys(AGGREGATES, ("not-allowed", "it looks at many rows, and an expression sees one row", _AGGREGATE)),
    **dict.fromkeys(QUERIED, ("not-allowed", "it looks at many rows, and an expression sees one row", _QUERY)),
    **dict.fromkeys(WINDOWS, ("not-allowed", "it looks at other rows, and an expression sees one row", _WINDOW)),
    **dict.fromkeys(READERS, ("not-allowed", "an expression cannot read files or other data", _FILES)),
    **dict.fromkeys(SETTINGS, ("not-allowed", "an expression cannot read settings, variables or the session", ())),
    **dict.fromkeys(CODE, ("not-allowed", "an expression cannot run code", ())),
    **dict.fromkeys(LAMBDAS, ("not-allowed", "functions over functions (lambdas) are not part of the language", ())),
    **dict.fromkeys(JSON, ("not-allowed", "JSON is not part of the language", ("take JSON apart where it is read",))),
    **{
        name: ("unknown-function", "it is not a function here", (f"write `{form}`",))
        for name, form in REWRITTEN.items()
    },
    **_OTHER,
}
"""Every function that is refused by name: the reason, a clause that says why, and what to do instead."""

BARE = frozenset(CLOCKS) & frozenset("current_date current_time current_timestamp localtime localtimestamp".split())
"""Refused functions that SQL writes without parentheses."""
