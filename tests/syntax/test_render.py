"""How diagnostics look."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.ir.diagnostics import Diagnostic, Fix, Place
from interlock.syntax.documents import Document, read_document
from interlock.syntax.plans import read_plan
from interlock.syntax.render import as_json, concise, full, locate

TEXT = """\
interlock: 1
name: sales_summary
inputs:
  minimum: {type: double, default: 100}
# sales of the year
# by region
nodes:
  - {id: sales, type: read_csv@1, params: {path: data/sales.csv}}
  - {id: large, type: filter_rows@1, params: {where: "revenu > :minimum"}}
"""
PLACE = Place("/nodes/1/params/where", "large", start=0, end=6)
FOUND = Diagnostic(
    "IL301",
    "unknown-column",
    "error",
    "column `revenu` does not exist in `sales`",
    PLACE,
    "not a column of the input",
    (),
    ("`sales` has id, product, category, revenue, quantity",),
    (),
    Fix(
        "replace `revenu` with `revenue`",
        ({"op": "replace", "path": PLACE.pointer, "value": "revenue > :minimum"},),
        True,
    ),
    {"found": "revenu"},
)


def document(text: str = TEXT) -> Document:
    return read_document(text, "sales_summary.plan.yaml")


def test_the_house_diagnostic() -> None:
    assert (
        full([FOUND], document())
        == """\
error[IL301]: column `revenu` does not exist in `sales`
 --> sales_summary.plan.yaml:9:55  (node `large`, /nodes/1/params/where)
  |
9 |   - {id: large, type: filter_rows@1, params: {where: "revenu > :minimum"}}
  |                                                       ^^^^^^ not a column of the input
  = note: `sales` has id, product, category, revenue, quantity
  = fix (safe): replace `revenu` with `revenue`
  = more: interlock explain IL301
"""
    )


def test_colors_change_nothing_but_color() -> None:
    colored = full([FOUND], document(), color=True)
    assert "\x1b[1;31merror[IL301]\x1b[0m" in colored
    plain = colored
    for code in ("1;31", "1;33", "1;34", "1;36", "1", "0"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert plain == full([FOUND], document())


def test_other_places_are_shown_in_the_order_of_the_text() -> None:
    found = Diagnostic("IL104", "x", "warning", "two of a kind", Place("/nodes/1/id", "large"), "again",
                       ((Place("/inputs/minimum").key(), "first"), (Place("/nodes/0/id"), "and here")))  # fmt: skip
    assert (
        full([found], document())
        == """\
warning[IL104]: two of a kind
 --> sales_summary.plan.yaml:9:10  (node `large`, /nodes/1/id)
  |
4 |   minimum: {type: double, default: 100}
  |   ------- first
...
8 |   - {id: sales, type: read_csv@1, params: {path: data/sales.csv}}
  |          ----- and here
9 |   - {id: large, type: filter_rows@1, params: {where: "revenu > :minimum"}}
  |          ^^^^^ again
  = more: interlock explain IL104
"""
    )


def test_one_line_each() -> None:
    assert concise([FOUND], document()) == (
        "sales_summary.plan.yaml:9:55: error[IL301] column `revenu` does not exist in `sales` "
        "(fix: replace `revenu` with `revenue`)\n"
    )
    assert concise([FOUND]).startswith("/nodes/1/params/where: error[IL301]")
    assert full([FOUND]).splitlines()[1] == " --> node `large`, /nodes/1/params/where"


def test_json() -> None:
    (found,) = as_json([FOUND], document())
    assert found["at"] == {
        "pointer": "/nodes/1/params/where", "node": "large", "file": "sales_summary.plan.yaml",
        "line": 9, "column": 55, "end_line": 9, "end_column": 61,
    }  # fmt: skip
    assert found["fix"]["safe"] is True and found["data"] == {"found": "revenu"}


def test_a_missing_member_leads_to_what_is_around_it() -> None:
    missing = locate(Place("/nodes/0/params/path/deeper"), document())
    assert (missing.line, missing.column) == (8, 50)
    assert locate(Place("/nodes/7/id"), document()).line == 8
    assert locate(Place("/nothing/here"), document()).line == 1


def test_long_lines_are_shown_around_what_is_meant() -> None:
    text = "a: [" + "x, " * 300 + "here, " + "y, " * 300 + "z]\n"
    shown = full([Diagnostic("IL1", "x", "error", "m", Place("/a/300"), "this")], read_document(text, "p.yaml"))
    line, carets = shown.splitlines()[3:5]
    assert len(line) <= 126 and line.startswith("1 | ...") and line.endswith("...")
    assert line[carets.index("^") : carets.index(" this")] == "here"


def test_wide_characters_and_tabs_do_not_move_the_carets() -> None:
    text = "{漢字: 'é\u0301',\tname: 値, last: here}"
    shown = full([Diagnostic("IL1", "x", "error", "m", Place("/last"))], read_document(text, "p.yaml"))
    line, carets = shown.splitlines()[3:5]

    def columns(part: str) -> int:
        return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) == "W" else 1 for c in part)

    assert columns(line[: line.index("here")]) == carets.index("^") and carets.count("^") == 4
    assert "\t" not in shown


def test_nothing_of_the_plan_reaches_the_terminal_raw() -> None:
    bad = "\x1b[2J\x07\u202e\r"
    found = Diagnostic(
        "IL1",
        "x",
        "error",
        f"m {bad}",
        Place(f"/{bad}", bad),
        bad,
        ((Place(""), bad),),
        (f"a\n{bad}",),
        (bad,),
        Fix(bad, ()),
    )
    text = f'{{"a": "\u202e\u200b", "b{bad!a}": 1}}'.replace("'", "")
    for shown in (full([found], read_document(text, bad)), concise([found], read_document(text, bad))):
        assert not any(unicodedata.category(c) in ("Cc", "Cf") and c != "\n" for c in shown)
    assert concise([found]).count("\n") == 1


def test_an_empty_plan_shows_no_source() -> None:
    read = read_plan("", "empty.yaml")
    assert full(read.diagnostics, read.document).splitlines()[:2] == [
        "error[IL001]: the plan is empty",
        " --> empty.yaml:1:1",
    ]
    assert full([], read.document) == concise([], read.document) == ""


@settings(max_examples=200, deadline=None)
@given(
    st.text("{}[]:,'\"- \n\té漢\u202ea1", max_size=50),
    st.text("/~a01", max_size=6),
    st.integers(-3, 60),
    st.integers(-3, 60),
)
def test_any_place_in_any_text_can_be_shown(text: str, pointer: str, start: int, end: int) -> None:
    place = Place("/" + pointer if pointer else "", start=start, end=end)
    found = Diagnostic(
        "IL1", "x", "error", "m", place, "label", ((Place("/0"), "other"), (Place("", start=end), "raw"))
    )
    read = read_plan(text)
    for shown in (full([found, *read.diagnostics], read.document), concise([found], read.document)):
        assert "error[IL1]" in shown
    at = locate(place, read.document)
    assert at.line >= 1 and at.column >= 1 and (at.end_line, at.end_column) >= (at.line, at.column)
