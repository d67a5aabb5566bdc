"""A contract that cannot be read.

A contract says what must hold of a result. Its subject is a node's id or the path of a file that the plan writes:

    contracts:
      out/summary.csv:
        columns: {region: varchar not null, total: double}    # or a list of names
        additional_columns: false                             # exactly these columns
        unique: [region]
        not_null: [region]
        order: [total desc]
        rows: {min: 1, max: 1000}
        ranges: {total: {min: 0}}
        allowed: {region: [East, West]}
        where: [total >= 0]

Unknown keys and values of the wrong kind are refused.
"""

from __future__ import annotations

from dataclasses import replace

from interlock.ir.diagnostics import Diagnostic, rule

RULE = rule("IL400", "contract-form", __doc__)


def found(inner: Diagnostic) -> Diagnostic:
    """A shape problem of a contract's body, under this rule's code."""
    return replace(
        inner,
        code=RULE.code,
        name=RULE.name,
        message=_about_contracts(inner.message),
        label=inner.label.replace("parameter", "key"),
        notes=tuple(note.replace("its parameters", "the keys of a contract") for note in inner.notes),
        help=(),
    )


def _about_contracts(message: str) -> str:
    """A message about the parameters of the node type `contract`, in the words of plans.

    >>> _about_contracts("`rows` of `contract` must be a mapping, not 10")
    '`rows` of a contract must be a mapping, not 10'
    """
    return message.replace("`contract` has no parameter", "a contract has no key").replace("`contract`", "a contract")
