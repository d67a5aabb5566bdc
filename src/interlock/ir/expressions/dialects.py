"""Functions of other dialects of SQL, of Python and of spreadsheets: what they are called here."""

from __future__ import annotations

_FORMS: dict[str, str] = {
    # what is written here: the names it has elsewhere
    "x is null": "isnull is_null isna isnone",
    "x is not null": "notnull isnotnull is_not_null notna",
    "trim(x) = ''": "isblank is_blank isempty is_empty",
    "a is not distinct from b": "equal_null null_safe_equal",
    "if(x is not null, a, b)": "nvl2",
    "coalesce(x, 0)": "zeroifnull",
    "nullif(x, 0)": "nullifzero",
    "a / nullif(b, 0)": "safe_divide divide",
    "a // b": "div integer_divide",
    "x * x": "square",
    "case x when … then … end": "decode choose switch",
    "split_part(text, separator, place)": "substring_index regexp_split_part",
    "strpos(text, part)": "charindex locate",
    "regexp_replace(text, pattern, new, 'g')": "regexp_replace_all regex_replace",
    "upper(left(x, 1)) || lower(substring(x, 2))": "initcap proper capitalize title",
    "location.city": "struct_extract struct_get get_field struct_extract_at",
    "sha256(text)": "sha1 sha2 sha512",
    "cast(x as varchar)": "str string text varchar to_varchar to_string tostring to_text",
    "cast(x as integer)": "int integer to_int to_integer toint parse_int",
    "cast(x as bigint)": "bigint to_bigint to_number_int",
    "cast(x as double)": "float double number to_number to_float to_double val numeric",
    "cast(x as decimal(18, 2))": "decimal to_decimal to_numeric",
    "cast(x as boolean)": "bool boolean to_boolean to_bool",
    "cast(x as timestamp)": "datetime timestamp to_datetime",
    "cast(x as type)": "convert",
    "try_cast(x as type)": "safe_cast try_convert",
    "try_cast(x as double) is not null": "isnumeric is_numeric isnumber",
    "try_cast(x as date)": "try_to_date",
    "try_cast(x as double)": "try_to_number try_to_double",
    "x + interval 3 day": "dateadd timestampadd timestamp_add adddate add_days",
    "x - interval 3 day": "subdate timestamp_sub",
    "x + to_months(n)": "add_months addmonths",
    "date_diff('day', earlier, later)": "timestampdiff timestamp_diff days_between datedif",
    "date_diff('month', earlier, later)": "months_between",
    "strftime(x, '%Y-%m-%d')": "to_char date_format format_date format_timestamp dateformat",
    "strptime(text, '%d/%m/%Y')": "parse_timestamp parse_datetime",
    "cast(strptime(text, '%d/%m/%Y') as date)": "parse_date",
    "epoch(x)": "unix_timestamp to_unixtime to_epoch unix_seconds",
    "epoch_ms(1000 * seconds)": "from_unixtime timestamp_seconds",
}
REWRITTEN: dict[str, str] = {name: form for form, names in _FORMS.items() for name in names.split()}
"""Functions that are something else here, and what that is."""

_SAME: dict[str, str] = {
    "contains": "str_contains strcontains string_contains includes",
    "dayname": "day_name",
    "monthname": "month_name",
    "day": "day_of_month",
    "dayofweek": "day_of_week",
    "dayofyear": "day_of_year",
    "week": "week_of_year weeknum",
    "ends_with": "str_ends_with",
    "greatest": "maximum max2",
    "if": "ifelse if_else",
    "least": "minimum min2",
    "length": "size",
    "ltrim": "lstrip",
    "regexp_extract": "regexp_substr regex_extract",
    "regexp_matches": "rlike regexp regex regexp_match regex_match regexp_test",
    "replace": "str_replace substitute",
    "rtrim": "rstrip",
    "starts_with": "str_starts_with",
    "strpos": "find indexof index_of",
    "trim": "strip",
}
RENAMED: dict[str, str] = {name: ours for ours, names in _SAME.items() for name in names.split()}
"""Functions that take the same arguments here under another name, but may differ at the edges."""
