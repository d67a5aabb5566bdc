"""Reading: a task in words becomes a plan, or what was not understood of it."""

from __future__ import annotations

from interlock.ir.catalog import Catalog
from interlock.ir.plan import Plan
from interlock.registry.registry import Registry
from interlock.syntax.english.misunderstood import Misunderstood
from interlock.syntax.english.printed import NotPrinted, read_printed
from interlock.syntax.english.scene import Schemas


def read_english(
    text: str, registry: Registry, catalog: Catalog, schemas: Schemas | None = None
) -> Plan | Misunderstood:
    """The plan that the words say, if every word is understood and they can be read in one way only.

    Printed English is read back to the plan that was printed. `schemas` tells the columns of intermediate results;
    without it only the columns of `catalog` are known.
    """
    try:
        return read_printed(text, registry)
    except NotPrinted:
        return Misunderstood(text, "the English reader is not there yet")
