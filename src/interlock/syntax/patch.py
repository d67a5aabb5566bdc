"""Applying a fix: RFC 6902 patches on plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from interlock.ir.diagnostics import unescape_pointer


def apply_patch(value: Any, patch: Iterable[Mapping[str, Any]]) -> Any:
    """A new value with the patch applied; the given one is left alone. Raises ValueError where it does not fit.

    >>> apply_patch({"nodes": [{"parms": {}}]}, [{"op": "move", "from": "/nodes/0/parms", "path": "/nodes/0/params"}])
    {'nodes': [{'params': {}}]}
    """
    value = deepcopy(value)
    for operation in patch:
        name = operation.get("op")
        path = _pointer(operation, "path")
        if name == "add":
            value = _add(value, path, deepcopy(_given(operation)))
        elif name == "remove":
            value, _ = _remove(value, path)
        elif name == "replace":
            value = _replace(value, path, deepcopy(_given(operation)))
        elif name == "move":
            start = _pointer(operation, "from")
            if path[: len(start)] == start and path != start:
                raise ValueError(f"`{operation['from']}` cannot be moved into itself")
            value = _move(value, start, path)
        elif name == "copy":
            value = _add(value, path, deepcopy(_at(value, _pointer(operation, "from"))))
        elif name == "test":
            if not _equal(_at(value, path), _given(operation)):
                raise ValueError(f"the value at `{operation['path']}` is not the one that the patch expects")
        else:
            raise ValueError(f"`{name}` is not an operation of a patch")
    return value


def _pointer(operation: Mapping[str, Any], key: str) -> list[str]:
    pointer = operation.get(key)
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise ValueError(f"`{key}` of an operation must be a JSON Pointer, not {pointer!r}")
    return _parts(pointer)


def _parts(pointer: str) -> list[str]:
    return [unescape_pointer(part) for part in pointer.split("/")[1:]]


def value_at(value: Any, pointer: str) -> Any:
    """What a JSON Pointer leads to; raises ValueError where there is nothing.

    >>> value_at({"nodes": [{"id": "a"}]}, "/nodes/0/id")
    'a'
    """
    return _at(value, _parts(pointer))


def _given(operation: Mapping[str, Any]) -> Any:
    if "value" not in operation:
        raise ValueError(f"the operation `{operation.get('op')}` has no `value`")
    return operation["value"]


def _at(value: Any, path: list[str]) -> Any:
    for part in path:
        value = value[_existing(value, part)]
    return value


def _existing(holder: Any, part: str) -> Any:
    """The key or index of a member that is there."""
    if isinstance(holder, dict) and part in holder:
        return part
    if isinstance(holder, list) and _index(part) is not None and int(part) < len(holder):
        return int(part)
    raise ValueError(f"there is no `{part}` where the patch expects one")


def _index(part: str) -> int | None:
    plain = part.isascii() and part.isdigit() and len(part) < 10 and (part == "0" or part[0] != "0")
    return int(part) if plain else None


def _add(value: Any, path: list[str], new: Any) -> Any:
    if not path:
        return new
    holder, part = _at(value, path[:-1]), path[-1]
    if isinstance(holder, dict):
        holder[part] = new
        return value
    index = len(holder) if isinstance(holder, list) and part == "-" else _index(part)
    if not isinstance(holder, list) or index is None or index > len(holder):
        raise ValueError(f"nothing can be added at `{part}`")
    holder.insert(index, new)
    return value


def _remove(value: Any, path: list[str]) -> tuple[Any, Any]:
    if not path:
        return None, value
    holder = _at(value, path[:-1])
    return value, holder.pop(_existing(holder, path[-1]))


def _replace(value: Any, path: list[str], new: Any) -> Any:
    if not path:
        return new
    holder = _at(value, path[:-1])
    holder[_existing(holder, path[-1])] = new
    return value


def _move(value: Any, start: list[str], path: list[str]) -> Any:
    """Move a member; a renamed key keeps its place among its neighbours, so that the plan reads as before."""
    if start == path:
        _at(value, start)
        return value
    if start and path and start[:-1] == path[:-1] and isinstance(_at(value, start[:-1]), dict):
        holder = _at(value, start[:-1])
        _existing(holder, start[-1])
        moved = {path[-1] if key == start[-1] else key: found for key, found in holder.items() if key != path[-1]}
        holder.clear()
        holder.update(moved)
        return value
    value, moved = _remove(value, start)
    return _add(value, path, moved)


def _equal(left: Any, right: Any) -> bool:
    """Equality of JSON: `true` is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return left == right
