"""Reading: a task in words becomes a plan, or what was not understood of it."""

from __future__ import annotations

from interlock.ir.catalog import Catalog
from interlock.ir.plan import Plan
from interlock.registry.registry import Registry
from interlock.syntax.english.free import FreeReader
from interlock.syntax.english.misunderstood import Misunderstood
from interlock.syntax.english.printed import NotPrinted, read_printed
from interlock.syntax.english.refusal import refusal
from interlock.syntax.english.scene import Schemas, World
from interlock.syntax.english.tokens import tokenise
from interlock.syntax.english.vocabulary import vocabulary

LONGEST = 20_000
"""The most characters of a task that are read."""


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
        pass
    if len(text) > LONGEST:
        return Misunderstood(text, f"the task is longer than {LONGEST:,} characters")
    words = vocabulary(registry)
    world = World(text, tokenise(text, words.endings), words, catalog, schemas)
    if not world.tokens:
        return Misunderstood(text, "there are no words")
    found = FreeReader(world).readings()
    if len(found.plans) == 1 and not found.too_many:
        return found.plans[0]
    return refusal(world, found, registry)
