"""Mutators of parameters: names, types, bounds, columns, choices and paths."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from interlock.evaluation.mutate.subjects import (
    Made,
    Subject,
    Tokens,
    changed,
    misspelled,
    pointer,
    removed,
    renamed_key,
)

CHOICES: dict[str, tuple[str, ...]] = {
    "function": (
        "count",
        "count_distinct",
        "sum",
        "mean",
        "median",
        "min",
        "max",
        "std",
        "first",
        "last",
        "quantile",
        "join",
        "any",
        "list",
        "lag",
        "running_sum",
        "rolling_min",
        "share",
        "row_number",
        "difference",
    ),
    "how": ("inner", "left", "right", "full", "semi", "anti", "any", "all"),
    "direction": ("forward", "nearest"),
    "style": ("upper",),
    "method": ("rank", "percent", "backward"),
    "keep": ("first", "last"),
    "expect": ("one-to-one", "one-to-many", "many-to-many"),
    "to": ("date", "timestamp"),
    "on_error": ("fail", "null"),
    "if_exists": ("append", "fail", "replace"),
    "compression": ("gzip",),
    "ties": ("first",),
    "case": ("lower",),
    "unmatched": ("fail", "keep", "null"),
    "agg_fn": ("mean", "count", "max", "nunique"),
}
PATHS = ("path", "file_path", "db_path")
TYPES = (
    "varchar",
    "bigint",
    "double",
    "date",
    "timestamp",
    "boolean",
    "decimal(9,2)",
    "varchar[]",
    "time",
    "hugeint",
    "tinyint",
    "json",
)


def is_sink(node: dict[str, Any]) -> bool:
    """Whether a node writes a file."""
    return node["type"].startswith("write_") or node["type"].endswith(("Exporter", "Connector"))


def _key(path: Tokens) -> str:
    """The last key of a path that is a name."""
    return str(next(part for part in reversed(path) if isinstance(part, str)))


def _kept(subject: Subject, path: Tokens) -> list[str]:
    """Where a finding belongs when the value at `path` is broken: there, or at the member of a list it is in."""
    found = [pointer(path)]
    if len(path) > 4:
        found.append(pointer(path[:-1]))
    return found


def column_word(subject: Subject, path: Tokens, value: Any) -> tuple[str, str] | None:
    """A leaf that names an input column, as the name and what follows it (`revenue`, ` desc`)."""
    if not isinstance(value, str) or _key(path) in ("where", "expression", "sql", *PATHS):
        return None
    name, space, direction = value.partition(" ")
    columns = subject.columns[subject.nodes[int(path[1])]["id"]]
    if value in columns:
        return value, ""
    return (name, space + direction) if name in columns and direction in ("asc", "desc") else None


def rename_column(subject: Subject, draw: Random) -> Iterator[Made]:
    """A parameter names a column that is not there."""
    for path, value in subject.params():
        found = column_word(subject, path, value)
        if found is not None:
            word = misspelled(found[0], draw)
            yield (
                f"{value} is misspelled {word}",
                _kept(subject, path),
                changed(subject.document, path, word + found[1]),
            )
    for path, key in _column_keys(subject):
        word = misspelled(key, draw)
        yield (
            f"the key {key} is misspelled {word}",
            [pointer((*path[:-1], word)), pointer(path[:-1])],
            renamed_key(subject.document, path, word),
        )


def _column_keys(subject: Subject) -> Iterator[tuple[Tokens, str]]:
    for place, node in enumerate(subject.nodes):
        for name in ("columns", "types", "values", "ranges", "allowed", "matches"):
            given = node.get("params", {}).get(name)
            for key in given if isinstance(given, dict) else ():
                if key in subject.columns[node["id"]]:
                    yield ("nodes", place, "params", name, key), key


def other_column(subject: Subject, draw: Random) -> Iterator[Made]:
    """A parameter names another column than the one meant: perhaps of another type."""
    for path, value in subject.params():
        found = column_word(subject, path, value)
        if found is None:
            continue
        others = sorted(subject.columns[subject.nodes[int(path[1])]["id"]] - {found[0]})
        for other in draw.sample(others, min(2, len(others))):
            yield f"{other} for {found[0]}", [pointer(path[:3])], changed(subject.document, path, other + found[1])


def rename_made(subject: Subject, draw: Random) -> Iterator[Made]:
    """A column that a node makes has another name than the later steps know."""
    for path, value in subject.params():
        if (
            isinstance(value, str)
            and _key(path) in ("name", "into", "names_to", "values_to", "position", "prefix")
            and column_word(subject, path, value) is None
        ):
            yield f"{value} is made as {value}_x", [pointer(path)], changed(subject.document, path, f"{value}_x")


def clash_made(subject: Subject, draw: Random) -> Iterator[Made]:
    """A column that a node makes has the name of one that is there."""
    for path, value in subject.params():
        columns = sorted(subject.columns[subject.nodes[int(path[1])]["id"]])
        if (
            isinstance(value, str)
            and _key(path) in ("name", "into", "names_to", "values_to", "position")
            and columns
            and value not in columns
        ):
            taken = draw.choice(columns)
            yield f"{value} is made as {taken}", [pointer(path[:3])], changed(subject.document, path, taken)


def misspell_parameter(subject: Subject, draw: Random) -> Iterator[Made]:
    """A parameter that the node type does not have."""
    for place, node in enumerate(subject.nodes):
        for name in node.get("params", {}):
            word = misspelled(name, draw)
            at = ("nodes", place, "params", word)
            yield (
                f"{name} is misspelled {word}",
                [pointer(at)],
                renamed_key(subject.document, ("nodes", place, "params", name), word),
            )


def drop_parameter(subject: Subject, draw: Random) -> Iterator[Made]:
    """A parameter is not given."""
    for place, node in enumerate(subject.nodes):
        for name in node.get("params", {}):
            path = ("nodes", place, "params", name)
            yield f"{node['id']} without {name}", [pointer(path)], removed(subject.document, path)


def add_parameter(subject: Subject, draw: Random) -> Iterator[Made]:
    """A parameter of another node type, or of none."""
    for place, node in enumerate(subject.nodes):
        name = draw.choice(("overwrite", "limit_to", "by", "where", "engine", "path", "columns"))
        if name not in node.get("params", {}):
            document = changed(subject.document, ("nodes", place, "params"), {**node.get("params", {}), name: "id"})
            yield f"{node['id']} with {name}", [f"/nodes/{place}/params/{name}"], document


def wrong_kind(subject: Subject, draw: Random) -> Iterator[Made]:
    """A value of another kind: a number for a text, a text for a number, a list, a mapping, nothing."""
    for path, value in subject.params():
        others: list[Any] = [[value], {"value": value}, None]
        others += [17, True] if isinstance(value, str) else ["many", "", str(value), [[value]]]
        yield (
            f"{value!r} becomes {(other := draw.choice(others))!r}",
            _kept(subject, path),
            changed(subject.document, path, other),
        )


def scalar_for_list(subject: Subject, draw: Random) -> Iterator[Made]:
    """A single value where a list or a mapping belongs, or an empty one."""
    for place, node in enumerate(subject.nodes):
        for name, value in node.get("params", {}).items():
            if isinstance(value, list | dict):
                path = ("nodes", place, "params", name)
                for other in ("everything", 3, type(value)(), [] if isinstance(value, dict) else {}):
                    yield f"{name} becomes {other!r}", [pointer(path)], changed(subject.document, path, other)


def out_of_bounds(subject: Subject, draw: Random) -> Iterator[Made]:
    """A number that no one can mean."""
    for path, value in subject.params():
        if isinstance(value, int | float) and not isinstance(value, bool):
            for other in (-1, 0, 10**30, -0.5, 1e308):
                yield f"{value} becomes {other}", _kept(subject, path), changed(subject.document, path, other)


def wrong_choice(subject: Subject, draw: Random) -> Iterator[Made]:
    """A choice that there is not, or another one."""
    for path, value in subject.params():
        known = CHOICES.get(_key(path))
        if known is None or not isinstance(value, str) or value in subject.columns[subject.nodes[int(path[1])]["id"]]:
            continue
        yield f"{value} is misspelled", _kept(subject, path), changed(subject.document, path, misspelled(value, draw))
        others = [each for each in known if each != value]
        for other in draw.sample(others, min(3, len(others))):
            yield f"{other} for {value}", [pointer(path[:3])], changed(subject.document, path, other)


def other_type(subject: Subject, draw: Random) -> Iterator[Made]:
    """Another SQL type, or one that there is not, where a type is named."""
    for path, value in subject.params():
        if ("types" in path and isinstance(value, str)) or ("mapping" in path and value == "float"):
            for other in ("number", "varchar(", *draw.sample([each for each in TYPES if each != value], 4)):
                yield f"{other} for {value}", [pointer(path)], changed(subject.document, path, other)


def other_value(subject: Subject, draw: Random) -> Iterator[Made]:
    """A value that the data may not have: another text, number, truth value or date."""
    for path, value in subject.params():
        if any(
            part
            in (
                "values",
                "mapping",
                "allowed",
                "ranges",
                "default",
                "rows",
                "formats",
                "pattern",
                "separator",
                "matches",
            )
            for part in path[3:]
        ):
            for other in draw.sample(["zebra", 3, 2.5, True, "2024-13-45", "%Q", "(", ""], 3):
                if other != value:
                    yield f"{other!r} for {value!r}", [pointer(path[:3])], changed(subject.document, path, other)


def bad_path(subject: Subject, draw: Random) -> Iterator[Made]:
    """A path to nothing, to a folder, out of the project, to a file of another kind, or over an input."""
    sources = [
        node["params"]
        for node in subject.nodes
        if not is_sink(node) and any(key in node.get("params", {}) for key in PATHS)
    ]
    inputs = [each[key] for each in sources for key in PATHS if key in each]
    for place, node in enumerate(subject.nodes):
        for key in PATHS:
            if key not in node.get("params", {}):
                continue
            path: Tokens = ("nodes", place, "params", key)
            old = node["params"][key]
            others = [
                "data",
                "../secrets.csv",
                "/etc/passwd",
                "~/x.csv",
                "https://example.org/x.csv",
                "data/../../x",
                "",
                " ",
                "a\\b.csv",
                "x" * 400 + ".csv",
                "C:/x.csv",
                "data/\u0000.csv",
                ".git/config",
                "interlock.toml",
            ]
            if is_sink(node):
                others += [*inputs, "data/new/", "out", "data/orders.csv/x.csv"]
                others += [
                    other["params"][each]
                    for other in subject.nodes
                    if is_sink(other) and other is not node
                    for each in PATHS
                    if each in other["params"]
                ]
            else:
                others += [
                    "data/missing.csv",
                    misspelled(old, draw),
                    "data/stock.parquet",
                    "data/orders.csv",
                    "data/targets.xlsx",
                    "data/staff.db",
                    "data/events.jsonl",
                ]
            for other in draw.sample(others, min(9, len(others))):
                if other != old:
                    ends = [
                        f"/nodes/{position}/params"
                        for position, one in enumerate(subject.nodes)
                        if any(f"{each}/".startswith(f"{other}/") for each in one.get("params", {}).values())
                    ]
                    promised = [pointer(("contracts", old))] if old in subject.document.get("contracts", {}) else []
                    yield (
                        f"{node['id']}: {other[:30]!r} for {old}",
                        [pointer(path), *ends, *promised],
                        changed(subject.document, path, other),
                    )


MUTATORS = (
    rename_column,
    other_column,
    rename_made,
    clash_made,
    misspell_parameter,
    drop_parameter,
    add_parameter,
    wrong_kind,
    scalar_for_list,
    out_of_bounds,
    wrong_choice,
    other_type,
    other_value,
    bad_path,
)
