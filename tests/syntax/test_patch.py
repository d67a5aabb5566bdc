"""RFC 6902 patches."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.syntax.patch import apply_patch


@pytest.mark.parametrize(
    ("value", "step", "result"),
    [
        ({"a": 1}, {"op": "add", "path": "/b", "value": [2]}, {"a": 1, "b": [2]}),
        ([1, 3], {"op": "add", "path": "/1", "value": 2}, [1, 2, 3]),
        ([1], {"op": "add", "path": "/-", "value": 2}, [1, 2]),
        ({"a": 1}, {"op": "add", "path": "", "value": 5}, 5),
        ({"a": 1, "b": 2}, {"op": "remove", "path": "/a"}, {"b": 2}),
        ([1, 2], {"op": "remove", "path": "/0"}, [2]),
        ({"a/b": {"c~d": 1}}, {"op": "replace", "path": "/a~1b/c~0d", "value": 2}, {"a/b": {"c~d": 2}}),
        ({"a": {"b": 1}}, {"op": "move", "from": "/a", "path": ""}, {"b": 1}),
        ({"a": [1], "b": {}}, {"op": "move", "from": "/a/0", "path": "/b/x"}, {"a": [], "b": {"x": 1}}),
        ({"a": 1}, {"op": "move", "from": "/a", "path": "/a"}, {"a": 1}),
        ({"a": [1]}, {"op": "copy", "from": "/a", "path": "/b"}, {"a": [1], "b": [1]}),
        ({"a": [1]}, {"op": "test", "path": "/a", "value": [1.0]}, {"a": [1]}),
    ],
)
def test_operations(value: Any, step: dict[str, Any], result: Any) -> None:
    assert apply_patch(value, [step]) == result


def test_a_renamed_key_keeps_its_place() -> None:
    assert list(apply_patch({"a": 1, "b": 2, "c": 3}, [{"op": "move", "from": "/b", "path": "/x"}])) == ["a", "x", "c"]


def test_the_given_value_is_left_alone() -> None:
    value = {"a": [1]}
    new = [2]
    changed = apply_patch(value, [{"op": "add", "path": "/b", "value": new}, {"op": "add", "path": "/b/-", "value": 3}])
    assert value == {"a": [1]} and new == [2] and changed == {"a": [1], "b": [2, 3]}


@pytest.mark.parametrize(
    "step",
    [
        {"op": "remove", "path": "/x"},
        {"op": "replace", "path": "/a/5", "value": 1},
        {"op": "replace", "path": "/a/01", "value": 1},
        {"op": "replace", "path": "/a/-1", "value": 1},
        {"op": "add", "path": "/a/9", "value": 1},
        {"op": "add", "path": "/n/x", "value": 1},
        {"op": "add", "path": "/b"},
        {"op": "add", "path": "b", "value": 1},
        {"op": "test", "path": "/n", "value": True},
        {"op": "move", "from": "/a", "path": "/a/0"},
        {"op": "move", "from": "/x", "path": "/y"},
        {"op": "copy", "path": "/y"},
        {"op": "fly", "path": "/a"},
        {},
    ],
)
def test_what_does_not_fit_is_refused(step: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        apply_patch({"a": [1], "n": 1}, [step])
