"""Phrases for files and databases: reading, writing, and rows that a plan holds itself."""

_READ = "(read|load|open|import|ingest|parse|take|get|fetch|use|using|given|start with|start from|begin with|pull|input|source|from|in|with|grab|have|i have|we have|there is|go to|look at|i've got|we've got|go through|look into|from file)"
_WRITE = "(write|export|save|store|output|dump|put|send|persist|serve|deposit|file|place)"
_INTO = "(to|as|in|into|at|under)"
_FILE = "[file|files|data from|data in|records from|records in|rows from|rows in|rows of|data of|contents of] [called|named] [:]"
_OUT = "[new] [output] [file] [called|named] [:]"


def _read(kind: str, endings: str) -> tuple[str, ...]:
    return (
        f"{_READ} [in] [the|a|an] [{kind}] {_FILE} {{path:{endings}}} [file]",
        f"[input|source|data|file|source file|input file] [:|is|=] {{path:{endings}}}",
        f"(convert|turn|transform|copy) {{path:{endings}}}",
    )


def _write(kind: str, endings: str) -> tuple[str, ...]:
    return (
        f"{_WRITE} [{{table}}] [back] [out] {_INTO} [{kind}] [{_INTO}] {_OUT} {{path:{endings}}} [file]",
        f"{_WRITE} [->] {_OUT} {{path:{endings}}}",
        f"(rest|all|all of it|all that) {_WRITE} {_INTO} {{path:{endings}}}",
        f"(to|into|in|as) [{kind}] {_OUT} {{path:{endings}}}",
        f"(result|results|output|file|result file|same|list|extract) (goes|go|should go|must go|is to go|shall go|should be saved|should be stored|may please be stored|may be stored|is to be stored|is saved|are saved|is written|are written) {_INTO} {{path:{endings}}}",
        f"(create|make|produce|generate) [{kind}] {_OUT} {{path:{endings}}} (with|from|of|containing) {{table}}",
        f"(output|result|results|destination|target|storage location|storage location of result|save|result file|output file) [file] (:|=|is|should be|->) {{path:{endings}}}",
        f"(output file|result file|target file|file) {{path:{endings}}}",
        f"(->|>) {{path:{endings}}}",
    )


READ_CSV = ("read {path:csv|tsv|txt}", *_read("csv", "csv"))
READ_JSON = ("read {path:json}", *_read("json", "json"))
READ_JSONL = ("read {path:jsonl|ndjson}", *_read("(jsonl|json lines)", "jsonl|ndjson"))
READ_PARQUET = ("read {path:parquet}", *_read("parquet", "parquet"))
READ_EXCEL = (
    "read the sheet {sheet} of {path:xlsx}",
    "read {path:xlsx}",
    *_read("(excel|excel workbook|workbook|spreadsheet)", "xlsx"),
    f"{_READ} sheet {{sheet}} (of|from|in) [excel|workbook] {_FILE} {{path:xlsx}}",
)
READ_SQLITE = (
    "read the table {table} of {path:db|sqlite|sqlite3}",
    f"{_READ} [from] table {{table}} (of|from|in) [sqlite] [database|db|file] [called|named] {{path:db|sqlite|sqlite3}}",
    f"{_READ} {{table}} table (of|from|in) [sqlite] [database|db|file] [called|named] {{path:db|sqlite|sqlite3}}",
)
WRITE_CSV = ("write it to {path:csv|tsv|txt}", *_write("csv", "csv"))
WRITE_JSON = ("write it to {path:json}", *_write("json", "json"))
WRITE_JSONL = ("write it to {path:jsonl|ndjson}", *_write("(jsonl|json lines)", "jsonl|ndjson"))
WRITE_PARQUET = ("write it to {path:parquet}", *_write("parquet", "parquet"))
WRITE_EXCEL = tuple(
    each.replace("{table}", "{rows}")
    for each in (
        "write it to the sheet {sheet} of {path:xlsx}",
        "write it to {path:xlsx}",
        *_write("(excel|an excel workbook|workbook|spreadsheet)", "xlsx"),
    )
)
_DATABASE = "[new|sqlite] [sqlite] [database|db] [file] [called|named] {path:db|sqlite|sqlite3}"
_TABLE = "[in|into|as|under|with] [a|the] [new] table [called|named] {table}"
WRITE_SQLITE = (
    "write it to the table {table} of {path:db|sqlite|sqlite3}",
    f"{_WRITE} [{{rows}}] {_INTO} {_DATABASE} [,] {_TABLE}",
    f"{_WRITE} [{{rows}}] {_INTO} [new] table [called|named] {{table}} (of|in) {_DATABASE}",
    f"{_WRITE} [{{rows}}] {_INTO} {_DATABASE} [,] {_TABLE} (, replacing|, replacing it|and replace it) [if it exists] {{if_exists=replace}}",
    f"append {{rows}} to table {{table}} (of|in) {_DATABASE} {{if_exists=append}}",
)
INLINE_TABLE = ("make a table of the rows {rows}",)
