"""The binder keeps tables of so many schemas only, and may see any number of them."""

from __future__ import annotations

from interlock.compiler.binder import Binder
from interlock.ir.types import schema


def test_more_schemas_than_are_kept():
    binder = Binder(most=4)
    for round in range(3):
        for kind in ("bigint", "bigint not null", "varchar", "date", "double"):
            tables = {"t": schema(x=kind), "u": schema(x=kind, y="date")}
            found = binder.bind("SELECT t.x, u.y FROM t CROSS JOIN u", tables)
            assert [str(each) for _, each in found] == [kind.removesuffix(" not null"), "date"], round
