"""Phrases for text: cleaning, splitting, extracting and replacing it, dates out of it, lists into rows."""

CLEAN_TEXT = (
    "clean the text of {columns}",
    "clean all text",
    "trim {columns} {trim=true}",
    "(trim|strip) [spaces|whitespace] [from|of|in|around] {columns}",
    "(trim|strip) [spaces|whitespace|white space] (from|of|in) all (text columns|text|texts|text fields)",
    "(lowercase|lower-case|lower case) [all] [values|text] [of|in] {columns} {trim=false} {case=lower}",
    "(uppercase|upper-case|upper case|capitalise all of) [values|text] [of|in] {columns} {trim=false} {case=upper}",
    "(make|turn|convert|put|change) {columns} [in|into|to] (lower case|lowercase) {trim=false} {case=lower}",
    "(make|turn|convert|put|change) {columns} [in|into|to] (upper case|uppercase) {trim=false} {case=upper}",
    "(make|turn|convert|put|change) {columns} [in|into|to] title case {trim=false} {case=title}",
)
SPLIT_COLUMN = (
    "split {column} at {separator} into {into}",
    "split [column|field] {column} (at|on|by) {separator:sign} into {into}",
)
EXTRACT_TEXT = (
    "extract the pattern {pattern} of {column} into {into}",
    "extract [pattern|regex] {pattern} (of|from) [column|field] {column} (into|as) {into}",
)
REPLACE_TEXT = (
    "in {columns}, replace the text {find} with {replace}",
    "in {columns}, replace the pattern {find} with {replace} {regex=true}",
    "replace [text|character|characters] {find} (with|by) {replace} in [column|columns|field] {columns}",
    "in [column|columns] {columns} [,] replace [text|character|characters] {find} (with|by) {replace}",
    'remove [text|character|characters] {find} from [column|columns] {columns} {replace=""}',
)
PARSE_DATES = (
    "read {columns} as dates in the format {formats} {to=date}",
    "read {columns} as times in the format {formats} {to=timestamp}",
    "read {columns} in the date format {formats}",
    "(parse|read|convert|turn) [column|columns] {columns} (as|into|to) (date|dates) (with|in|using) [format|formats] {formats}",
)
EXPLODE = (
    "make a row of each element of {column}",
    "make a row of each part of {column}, split at {separator}",
    "(explode|unnest) [column|list|field] {column}",
    "(explode|split) [column|field] {column} (at|on|by) {separator:sign} into rows",
)
