"""Tables: random columns and rows for the types of the language, with keys that meet those of other tables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from random import Random
from typing import Any

from interlock.evaluation.frames import Frame
from interlock.evaluation.generate.known import Col, Known
from interlock.evaluation.generate.names import draw_name
from interlock.evaluation.generate.shape import Shape
from interlock.evaluation.generate.values import WORDS, draw_value, reach_of
from interlock.ir.types import Type, parse_type

COMMON = ("bigint", "varchar", "double", "boolean", "date", "timestamp")
RARE = (
    "integer", "decimal(9,2)", "decimal(18,3)", "decimal(38,10)", "decimal(4,0)", "smallint", "tinyint", "hugeint", "utinyint",
    "usmallint", "uinteger", "ubigint", "float", "time", "timestamptz", "timestamp_s", "timestamp_ms", "uuid", "blob",
    "varchar[]", "bigint[]", "double[]", "date[]", "struct(a bigint, b varchar)", "map(varchar, bigint)", "bigint[][]",
)  # fmt: skip


@dataclass(frozen=True)
class Pool:
    """Values of a key that several tables share, under one name and type, so that joins match."""

    name: str
    type: Type
    values: tuple[Any, ...]


def draw_pools(random: Random) -> tuple[Pool, ...]:
    """The keys of one plan."""
    numbers = tuple(range(1, random.choice((3, 6, 12))))
    words = tuple(dict.fromkeys(random.choices(WORDS, k=random.choice((2, 4, 8)))))
    days = tuple(draw_value(random, Type("date")) for _ in range(5))
    moments = tuple(draw_value(random, Type("timestamp")) for _ in range(6))
    return (
        Pool(draw_name(random, ()), Type("bigint"), numbers),
        Pool("id", Type("bigint"), numbers),
        Pool(draw_name(random, ("id",)), Type("varchar"), words),
        Pool("day", Type("date"), days),
        Pool("at", Type("timestamp"), moments),
    )


def draw_frame(random: Random, shape: Shape, pools: tuple[Pool, ...], allowed: Collection[str]) -> Frame:
    """A table whose columns are of types whose names are `allowed`."""
    long = shape.long and random.random() < 0.004
    wide = shape.wide and random.random() < 0.006
    rows = random.randint(shape.rows, shape.long) if long else _rows(random, shape)
    width = random.randint(shape.columns, shape.wide) if wide else random.randint(1, shape.columns)
    if long:
        width = min(width, 6)
    if wide:
        rows = min(rows, 20)
    usable = [pool for pool in pools if pool.type.name in allowed]
    columns: list[tuple[str, Type]] = []
    cells: list[list[Any]] = []
    for place in range(width):
        taken = [name for name, _ in columns]
        pool = random.choice(usable) if usable and random.random() < (0.7 if place == 0 else 0.25) else None
        if pool is not None and pool.name.casefold() not in {name.casefold() for name in taken}:
            columns.append((pool.name, pool.type))
            cells.append(_keys(random, pool, rows))
            continue
        kind = draw_type(random, allowed)
        columns.append((draw_name(random, taken), kind))
        cells.append(_cells(random, kind, rows))
    found = list(zip(*cells, strict=True)) if rows else []
    for _ in range(rows // 4 if random.random() < 0.3 else 0):  # whole rows twice
        found[random.randrange(rows)] = found[random.randrange(rows)]
    return Frame(tuple(columns), tuple(found))


def draw_type(random: Random, allowed: Collection[str]) -> Type:
    """A type whose name is allowed: mostly one of the common ones."""
    for _ in range(12):
        text = random.choice(COMMON if random.random() < 0.75 else RARE)
        kind = parse_type(text)
        if _all_allowed(kind, allowed):
            return kind
    return parse_type(next(text for text in COMMON if text in allowed))


def _all_allowed(kind: Type, allowed: Collection[str]) -> bool:
    inner = [kind.element] if kind.element else [each for _, each in kind.fields]
    return kind.name in allowed and all(_all_allowed(each, allowed) for each in inner)


def _rows(random: Random, shape: Shape) -> int:
    chance = random.random()
    if chance < 0.06:
        return 0
    if chance < 0.12:
        return 1
    return random.randint(2, shape.rows) if chance < 0.5 else random.randint(2, min(10, shape.rows))


def _keys(random: Random, pool: Pool, rows: int) -> list[Any]:
    if random.random() < 0.35 and len(pool.values) >= rows:
        return random.sample(pool.values, rows)  # unique, and never null
    gaps = random.choice((0, 0, 0.1))
    return [None if random.random() < gaps else random.choice(pool.values) for _ in range(rows)]


def _cells(random: Random, kind: Type, rows: int) -> list[Any]:
    gaps = random.choice((0, 0, 0, 0.1, 0.3, 0.3, 1 if random.random() < 0.1 else 0.5))
    edges = random.choice((0, 0, 0, 0, 0, 0.1, 0.4))
    few = [draw_value(random, kind, random.random() < edges) for _ in range(random.choice((2, 3, 6)))]
    repeat = random.choice((0, 0.5, 0.9))
    return [
        None
        if random.random() < gaps
        else random.choice(few)
        if random.random() < repeat
        else draw_value(random, kind, random.random() < edges)
        for _ in range(rows)
    ]


def known_of(frame: Frame) -> Known:
    """What a table tells about itself."""
    columns = []
    keys = []
    for place, (name, kind) in enumerate(frame.columns):
        values = [row[place] for row in frame.rows]
        present = [each for each in values if each is not None]
        sample = tuple(present[:: max(1, len(present) // 6)][:6])
        columns.append(Col(name, kind, len(present) < len(values), reach_of(kind, values), sample))
        if kind.name not in ("list", "struct", "map") and len({_same(each) for each in values}) == len(values):
            keys.append((name,))
    return Known(tuple(columns), len(frame.rows), len(frame.rows), tuple(keys))


def _same(value: Any) -> Any:
    return ("nan",) if value != value else value
