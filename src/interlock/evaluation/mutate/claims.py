"""Which mutants the checks claim to refuse, whatever the plan: where one of these passes, that is a false accept.

What is not claimed may pass: it may mean the same, or mean something else that is valid. Then it is judged as any plan.
"""

from __future__ import annotations

from interlock.evaluation.mutate.subjects import Mutant, Subject

WHOLE = frozenset(
    {
        "misspell_edge", "make_cycle", "misspell_type", "unknown_version", "misspell_parameter", "duplicate_id",
        "needless_retry", "bad_retry",
    }
)  # fmt: skip
"""Mutators all of whose mutants are claimed."""

WORDS = {
    "break_expression": frozenset({
        "open parenthesis", "close parenthesis", "hanging operator", "open quote", "unknown function", "unknown column",
        "unknown input", "no argument", "too many arguments", "subquery", "exists", "file", "setting", "clock", "chance",
        "aggregate", "window", "second statement", "python", "empty", "spaces", "star", "case without end", "between",
        "in nothing", "cast to unknown", "deep", "column of a table", "braces",
    }),
    "break_form": frozenset({
        "format version 99", "an unknown key", "an unknown key in a node", "an unknown key in an edge",
        "a node without a type", "a node without an id", "an edge without an end", "a node that is a text",
        "parameters that are a list", "nodes that are a mapping", "no nodes", "an id that is a number", "an empty id",
    }),
    "add_orphan": frozenset({"add a step without an input"}),
}  # fmt: skip
"""Mutators some of whose mutants are claimed, by what was done."""


def is_claimed(mutant: Mutant, subject: Subject) -> bool:
    """Whether the checks claim to refuse a mutant of the subject."""
    if mutant.mutator in WHOLE:
        return True
    if mutant.mutator in WORDS:
        return mutant.what in WORDS[mutant.mutator]
    ids = [node["id"] for node in subject.nodes]
    if mutant.mutator in ("drop_node", "misspell_id"):  # edges are left that lead nowhere
        gone = set(ids) - {node.get("id") for node in mutant.document["nodes"]}
        return any({edge["from"], edge["to"]} & gone for edge in subject.edges)
    if mutant.mutator == "break_input":
        return mutant.what.startswith(("forget the input", "misspell the input")) or " is money" in mutant.what
    if mutant.mutator == "break_contract":
        return mutant.what.startswith(("about ", "an unknown key", "ask for a column"))
    if mutant.mutator == "bad_path":
        return any(f": {bad!r} for" in mutant.what for bad in OUTSIDE)
    return False


OUTSIDE = ("../secrets.csv", "/etc/passwd", "~/x.csv", "https://example.org/x.csv", "data/../../x", "", " ", "C:/x.csv")
"""Paths that no plan may use."""
