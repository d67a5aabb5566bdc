"""Sources: a table, the form in which it is written, and what the reader must give."""

from __future__ import annotations

from random import Random
from typing import Any

from interlock.evaluation.frames import Frame
from interlock.evaluation.generate.forms import columnar, delimited, inline, objects, stored, workbook
from interlock.evaluation.generate.forms.written import Form, Unwritable, Written
from interlock.evaluation.generate.shape import Shape
from interlock.evaluation.generate.tables import Pool, draw_frame

TYPES = {
    "inline_table": inline.TYPES,
    "read_csv": delimited.TYPES,
    "read_json": objects.TYPES,
    "read_jsonl": objects.TYPES,
    "read_parquet": columnar.TYPES,
    "read_excel": workbook.TYPES,
    "read_sqlite": stored.TYPES,
}
WEIGHTS = {
    "inline_table": 6,
    "read_csv": 6,
    "read_json": 2,
    "read_jsonl": 2,
    "read_parquet": 3,
    "read_excel": 1,
    "read_sqlite": 2,
}


def draw_source(
    random: Random, shape: Shape, pools: tuple[Pool, ...], stem: str, only: str | None = None
) -> tuple[Form, Frame, Written]:
    """A form, a table that it can hold, and how it is written there; `only` names the node type."""
    kinds = [only] if only else list(WEIGHTS)
    for attempt in range(40):
        kind = random.choices(kinds, [WEIGHTS[each] for each in kinds])[0]
        frame = draw_frame(random, shape, pools, TYPES[kind])
        if attempt > 20:
            frame = Frame(frame.columns[:2], frame.rows[:3])
        form = _form(random, kind, frame, stem)
        try:
            return form, frame, form.write(frame)
        except Unwritable:
            continue
    return _plainest(only or "inline_table", stem)


def _plainest(kind: str, stem: str) -> tuple[Form, Frame, Written]:
    from interlock.ir.types import Type

    frame = Frame((("id", Type("bigint")), ("name", Type("varchar"))), ((1, "a"), (2, "b")))
    form = _form(Random(0), kind, frame, stem)
    return form, frame, form.write(frame)


def _form(random: Random, kind: str, frame: Frame, stem: str) -> Form:
    pinned = frozenset(name for name in frame.names if random.random() < random.choice((0, 0, 0.3, 1)))
    folder = random.choice(("data", "data", "data/in", "data/a b"))
    zipped = random.choice(("", "", "", ".gz"))
    if kind == "read_csv":
        return _delimited(random, frame, f"{folder}/{stem}.csv{zipped}", pinned)
    if kind == "read_parquet":
        compression = random.choice(("zstd", "snappy", "gzip", "uncompressed"))
        return columnar.Columnar(f"{folder}/{stem}.parquet", compression, random.choice((122_880, 2_048)))
    if kind in ("read_json", "read_jsonl"):
        lines = kind == "read_jsonl"
        suffix = "jsonl" if lines else "json"
        flags = [random.random() < 0.3 for _ in range(4)]
        array = not lines and not flags[0]
        path = f"{folder}/{stem}.{suffix}{zipped}"
        return objects.Objects(path, array, flags[1], flags[2], flags[3], pinned, kind)
    if kind == "read_excel":
        sheet = random.choice((None, None, "Figures", "Q1 2024", "Blätter"))
        return workbook.Workbook(f"{folder}/{stem}.xlsx", sheet, random.choice((0, 0, 2)), random.random() < 0.2)
    if kind == "read_sqlite":
        table = random.choice(("data", "people", "Sales 2024", "order"))
        return stored.Stored(f"{folder}/{stem}.db", table, random.random() < 0.15)
    return inline.Inline(pinned, random.random() < 0.4)


def _delimited(random: Random, frame: Frame, path: str, pinned: frozenset[str]) -> delimited.Delimited:
    given: dict[str, Any] = {}

    def maybe(name: str, chance: float, *choices: Any) -> None:
        if random.random() < chance:
            given[name] = random.choice(choices)

    maybe("delimiter", 0.4, ";", "\t", "|", ":", "~")
    maybe("decimal", 0.15, ",")
    if given.get("decimal") == ",":
        given["delimiter"] = random.choice((";", "\t", "|"))
    maybe("say_delimiter", 0.4, False)
    maybe("header", 0.15, False)
    maybe("say_names", 0.3, False)
    maybe("quote", 0.1, "'")
    given["escape"] = given.get("quote", '"')
    maybe("escape", 0.08, "\\")
    maybe("quote_all", 0.06, True)
    maybe("skip", 0.1, 1, 3)
    maybe("encoding", 0.12, "latin-1", "utf-16")
    maybe("mark", 0.1, True)
    maybe("null_values", 0.2, ("NA",), ("n/a", "-"), ("null",))
    maybe("date_format", 0.2, "%d/%m/%Y", "%d.%m.%Y", "%m-%d-%Y")
    maybe("timestamp_format", 0.2, "%d/%m/%Y %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S")
    maybe("line_end", 0.1, "\r\n")
    if not any(kind.name == "date" for kind in frame.types):
        given.pop("date_format", None)
    if not any(kind.name == "timestamp" for kind in frame.types):
        given.pop("timestamp_format", None)
    if not any(kind.name == "decimal" or kind.is_float for kind in frame.types):
        given.pop("decimal", None)
    return delimited.Delimited(path, pinned=pinned, **given)
