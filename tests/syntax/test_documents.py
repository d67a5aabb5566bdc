"""Reading documents: values, positions, and everything that is refused."""

from __future__ import annotations

import json
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.syntax import from_yaml
from interlock.syntax.documents import Document, read_document
from interlock.syntax.write import _flow

DEEP = 100_000


def codes(document: Document) -> list[str]:
    return [found.code for found in document.diagnostics]


def only(document: Document) -> tuple[str, str, tuple[int, int]]:
    """Code, message and position of the one finding."""
    (found,) = document.diagnostics
    return found.code, found.message, document.position(found.at.start or 0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: yes", "yes"),
        ("a: on", "on"),
        ("a: 1:30", "1:30"),
        ("a: 2024-01-01", "2024-01-01"),
        ("a: 1_000", "1_000"),
        ("a: true", True),
        ("a: ~", None),
        ("a:", None),
        ("a: 0x1F", 31),
        ("a: 0o17", 15),
        ("a: -12", -12),
        ("a: 1e3", 1000.0),
        ("a: .5", 0.5),
        ("a: " + "9" * 38, int("9" * 38)),
        ("a: 'it''s'", "it's"),
        ('a: "\\u00e9\\n"', "é\n"),
        ("a: |\n  x\n   y\n", "x\n y\n"),
    ],
)
def test_yaml_scalars_follow_the_core_schema(text: str, value: object) -> None:
    document = read_document(text)
    assert document.value == {"a": value} and type(document.value["a"]) is type(value)
    assert document.diagnostics == ()


@pytest.mark.parametrize(
    ("text", "code", "part", "position"),
    [
        ("", "IL001", "empty", (1, 1)),
        ("# only a comment\n", "IL001", "empty", (1, 1)),
        ("a:\n\t- b", "IL001", "a tab is used to indent", (2, 1)),
        ("a: [1, 2", "IL001", "closing `]` is missing", (1, 8)),
        ('a: "x', "IL001", "never closed", (1, 5)),
        ("a: b: c", "IL001", "`:` stands where no key can be", (1, 5)),
        ("x: @foo", "IL001", "cannot start with `@`", (1, 4)),
        ("- 1\nb: 2", "IL001", "does not fit the list", (2, 1)),
        ("```yaml\na: 1\n```", "IL001", "code fence", (1, 1)),
        ("x: *a", "IL005", "the alias `*a`", (1, 4)),
        ("x: &a 1", "IL005", "the anchor `&a`", (1, 4)),
        ("x: !!python/object:os.system ls", "IL005", "the tag `!!python/object:os.system`", (1, 4)),
        ("x:\n  <<: {a: 1}", "IL005", "the merge key `<<`", (2, 3)),
        ("a: 1\n---\nb: 2", "IL005", "a second document", (2, 1)),
        ("%YAML 1.1\n---\na: 1", "IL005", "a directive", (1, 1)),
        ("a: {{ x }}", "IL005", "as a key", (1, 5)),
        ("a: {1: x}", "IL011", "the key `1` is not text", (1, 5)),
        ("a: {true: x}", "IL011", "the key `true` is not text", (1, 5)),
        ("a: 1\nb: 2\na: 3", "IL004", "the key `a` is given twice", (3, 1)),
        ("a: .nan", "IL010", "values are finite", (1, 4)),
        ("a: -.inf", "IL010", "values are finite", (1, 4)),
        ("a: 1e999", "IL010", "too large", (1, 4)),
        ("a: 02134", "IL010", "zero would be lost", (1, 4)),
        ("a: " + "9" * 39, "IL010", "more than 38 digits", (1, 4)),
        ("a: " + "9" * 100_000, "IL010", "more than 38 digits", (1, 4)),
        ("a: 0x" + "f" * 100_000, "IL010", "more than 38 digits", (1, 4)),
        ("a: b\x00c", "IL013", "U+0000", (1, 5)),
        ("a: \x1b[31m", "IL013", "U+001B", (1, 4)),
        ("a: x\u2028b", "IL013", "U+2028", (1, 5)),
        ("a: \ud800", "IL013", "U+D800", (1, 4)),
    ],
)
def test_yaml_refusals(text: str, code: str, part: str, position: tuple[int, int]) -> None:
    found = only(read_document(text))
    assert found[0] == code and part in found[1] and found[2] == position


@pytest.mark.parametrize(
    ("text", "code", "part", "position"),
    [
        ('{"a" 1}', "IL001", "after the key `a` a `:` is missing", (1, 6)),
        ("{a: 1}", "IL001", "the key `a` is not in double quotes", (1, 2)),
        ("{'a': 1}", "IL001", "not in single ones", (1, 2)),
        ("{\"a\": 'b'}", "IL001", "not in single ones", (1, 7)),
        ('{"a": 1,}', "IL001", "comma stands after the last value", (1, 8)),
        ('{"a": 1 // x\n}', "IL001", "no comments", (1, 9)),
        ('{"a": [1 2]}', "IL001", "`,` or the closing `]` is missing before `2`", (1, 10)),
        ('{"a": True}', "IL001", "`True` is not a value", (1, 7)),
        ('{"a": "x', "IL001", "not closed on its line", (1, 7)),
        ('{"a": "\tx"}', "IL001", "raw tab", (1, 8)),
        ('{"a": "\\x41"}', "IL001", "not an escape", (1, 8)),
        ('{"a": "\\ud800"}', "IL001", "half a character", (1, 8)),
        ('{"a": "\\ud800\\u0041"}', "IL001", "half a character", (1, 8)),
        ('{"a": 1}}', "IL001", "more text after the end", (1, 9)),
        ('{"a": ', "IL001", "ends where a value is missing", (1, 6)),
        ('{"a": NaN}', "IL010", "values are finite", (1, 7)),
        ('{"a": -Infinity}', "IL010", "values are finite", (1, 7)),
        ('{"a": 1e999}', "IL010", "too large", (1, 7)),
        ('{"a": 007}', "IL010", "zero would be lost", (1, 7)),
        ('{"a": +1}', "IL001", "`+1` is not a value", (1, 7)),
        ('{"a": 1, "a": 2}', "IL004", "given twice", (1, 10)),
    ],
)
def test_json_refusals(text: str, code: str, part: str, position: tuple[int, int]) -> None:
    found = only(read_document(text, format="json"))
    assert found[0] == code and part in found[1] and found[2] == position


@pytest.mark.parametrize(
    ("data", "code", "part"),
    [
        ("a: 1".encode("utf-16"), "IL002", "UTF-16"),
        ("a: 1 and more".encode("utf-16-le"), "IL002", "UTF-16"),
        ("a: 1 and more".encode("utf-16-be"), "IL002", "UTF-16"),
        ("a: 1".encode("utf-32"), "IL002", "UTF-32"),
        ("größe: 1".encode("latin-1"), "IL002", "Latin-1"),
        (b"PK\x03\x04rest", "IL001", "ZIP"),
        (bytes(range(256)), "IL001", "binary"),
        (b"x" * (10 * 2**20), "IL003", "10.0 MiB"),
    ],
)
def test_bytes_that_are_no_utf8_text(data: bytes, code: str, part: str) -> None:
    document = read_document(data, "plan.yaml")
    assert document.value is None and not document.readable
    assert only(document)[0] == code and part in only(document)[1]


@pytest.mark.parametrize(
    "text",
    [
        "[" * DEEP,
        "- " * DEEP,
        "a: " + "[" * DEEP,
        '{"a":' * DEEP,
        "{a: " * DEEP,
        "\n".join(" " * n + "a:" for n in range(900)),
    ],
)
@pytest.mark.parametrize("format", ["yaml", "json"])
def test_deep_nesting_is_refused_quickly(text: str, format: str) -> None:
    start = time.perf_counter()
    document = read_document(text, format=format)  # type: ignore[arg-type]
    assert codes(document)[0] in ("IL003", "IL001")
    assert time.perf_counter() - start < 2


def test_a_hundred_levels_are_read() -> None:
    text = "[" * 100 + "]" * 100
    assert read_document(text).diagnostics == read_document(text, "x.json").diagnostics == ()


def test_billion_laughs_do_not_unfold() -> None:
    text = "a: &a [x, x]\n" + "\n".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(20)
    )
    document = read_document(text)
    assert set(codes(document)) == {"IL005"} and len(json.dumps(document.value)) < 2000


def test_many_values_and_many_findings_stay_cheap() -> None:
    start = time.perf_counter()
    assert codes(read_document("[" + "1," * 300_000 + "1]")) == ["IL003"]
    assert codes(read_document('{"' + "k" * 5000 + '": 1}')) == ["IL003"]
    many = read_document("\n".join(f"a: {n}" for n in range(20_000)))
    assert len(many.diagnostics) == 201 and many.diagnostics[-1].code == "IL015"
    assert time.perf_counter() - start < 5


def test_the_first_of_two_equal_keys_is_kept_and_both_are_shown() -> None:
    document = read_document("a: 1\nb:\n  a: 2\n  a: {c: 3}\n")
    (found,) = document.diagnostics
    assert document.value == {"a": 1, "b": {"a": 2}}
    assert document.position(found.also[0][0].start or 0) == (3, 3)


def test_format_is_chosen_by_ending_then_by_the_first_character() -> None:
    assert read_document("{a: 1}", "p.yaml").value == {"a": 1}
    assert read_document('\n {"a": 1}', "p").format == "json"
    assert read_document("[1]", "p.json").format == "json"
    assert read_document("a: 1", "p").format == "yaml"


def test_line_ends_tabs_marks_and_wide_characters_count_as_one_column_each() -> None:
    document = read_document("\ufeffa: 1\r\n漢😀:\t'x'\r\nb: 2\rc: 3")
    assert document.position(document.marks["/漢😀"].start) == (2, 5)
    assert document.position(document.marks["/b"].start) == (3, 4)
    assert document.position(document.marks["/c"].start) == (4, 4)


@pytest.mark.parametrize(
    ("text", "start", "end", "written"),
    [
        ('a: "x\\u00e9y"', 1, 2, "\\u00e9"),
        ("a: 'x''y'", 1, 2, "''"),
        ("a: plain text", 6, 10, "text"),
        ("a: |\n  one\n  two\n", 4, 7, "two"),
        ("a: |2\n    one\n  two\n", 6, 9, "two"),
        ("a: >\n  one\n  two\n\n  three\n", 8, 13, "three"),
        ('a: "one\n  two"', 4, 7, "two"),
        ('a: "one\\\n  \\ two"', 4, 7, "two"),
        ("a: one\n  two", 4, 7, "two"),
        ('{"a": "\\ud83d\\ude00\\n!"}', 2, 3, "!"),
        ('{"a": "\\ud83d\\ude00\\n!"}', 0, 1, "\\ud83d\\ude00"),
        ("a: ''", 0, 0, ""),
        ("a: abc", 3, 3, ""),
    ],
)
def test_a_span_inside_a_text_is_found_in_the_file(text: str, start: int, end: int, written: str) -> None:
    document = read_document(text)
    inside = document.inside("/a", start, end)
    assert inside is not None and document.text[slice(*inside)] == written


odd_texts = st.one_of(
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=30),
    st.sampled_from(
        [
            "",
            " ",
            "yes",
            "no",
            "1e3",
            "0x10",
            "2024-01-01",
            "~",
            "null",
            "a: b",
            "#",
            "- x",
            "'",
            '"',
            "\n",
            "x\n",
            "\tx",
        ]
    ),
)
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**37), 10**37),
        st.floats(allow_nan=False, allow_infinity=False),
        odd_texts,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(odd_texts, inner, max_size=4)),
    max_leaves=12,
)


def value_at(value: object, pointer: str) -> object:
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        value = value[int(part)] if isinstance(value, list) else value[part]  # type: ignore[index]
    return value


@settings(max_examples=150, deadline=None)
@given(values)
def test_every_mark_reads_back_to_its_value_in_json(value: object) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=True)
    document = read_document(text, "p.json")
    assert document.value == value and document.diagnostics == ()
    for pointer, mark in document.marks.items():
        assert json.loads(text[mark.start : mark.end]) == value_at(value, pointer)
        if mark.key:
            assert json.loads(text[slice(*mark.key)]) == pointer.rpartition("/")[2].replace("~1", "/").replace(
                "~0", "~"
            )


@settings(max_examples=150, deadline=None)
@given(values, st.booleans())
def test_every_mark_reads_back_to_its_value_in_yaml(value: object, flow: bool) -> None:
    text = _flow(value) if flow else yaml.safe_dump(value, allow_unicode=False, width=40, default_style='"')
    if not flow:
        value = yaml.safe_load(text)
    document = read_document(text, "p.yaml")
    if document.diagnostics:  # PyYAML tags numbers that it puts in quotes
        assert {"IL005"} == set(codes(document))
        return
    for pointer, mark in document.marks.items():
        column = document.position(mark.start)[1]
        again = read_document(" " * (column - 1) + text[mark.start : mark.end] + "\n", "p.yaml")
        found = value_at(document.value, pointer)
        assert again.value == found
        if isinstance(found, str):
            for at in range(len(found)):
                assert document.inside(pointer, at, at + 1) is not None


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.binary(max_size=60), st.text("{}[]:,'\"-&*!|> \n\ta1#?%\\u", max_size=40)))
def test_nothing_makes_reading_fail(text: str | bytes) -> None:
    for format in (None, "yaml", "json"):
        document = read_document(text, format=format)  # type: ignore[arg-type]
        assert document.readable or document.diagnostics
        for found in document.diagnostics:
            assert "\n" not in found.message


def test_the_python_reader_gives_the_same_where_libyaml_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: \"é😀\"\nb: |\n  x\nc:\n  - {d: 1, e: [x, 'y']}\n  - f: >\n      t\n"
    first = read_document(text)
    monkeypatch.setattr(from_yaml, "LOADER", yaml.SafeLoader)
    second = read_document(text)
    assert first.value == second.value
    assert dict(first.marks) == dict(second.marks)
