"""Phrases for quality: what must hold of rows, and what is shown of them."""

EXPECT = (
    "check that {not_null} is never null",
    "check that {unique:key} is unique",
    "check nothing",
    "(validate|check|verify) [data|table|its|their] schema",
    "(check|verify|ensure|make sure|validate|assert) [that] {unique:one} is unique",
    "(check|verify|ensure|make sure|validate|assert) [that] {not_null} (is|are) (not|never) (null|missing)",
    "(check|verify|ensure|make sure|validate|assert) [that] [all|every] [rows|row] (satisfy|satisfies|fulfil|meet|meets) {where}",
    "(check|verify|ensure|make sure|assert) [that] {where}",
)
PREVIEW = (
    "preview the first {rows} rows",
    "preview it",
    "(log|print|display|inspect) [intermediate|current] [{table}|data|result|results]",
    "(preview|peek at) [{table}]",
    "(preview|print|log|display|show|show me) [first] {rows} (rows|records|lines) [of {table}]",
)
