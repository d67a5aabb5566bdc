"""A project's `interlock.toml`: read, and judged key by key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interlock.gates.policy import approval_problem
from interlock.ir.diagnostics import nearest
from interlock.planning.settings import PlanningSettings, SettingsError, read_settings
from interlock.registry.node import EFFECTS

CONFIG = "interlock.toml"


class ProjectError(Exception):
    """The project's `interlock.toml` cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Configuration:
    """What an `interlock.toml` says."""

    node_files: tuple[Path, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=dict)
    planning: PlanningSettings = field(default_factory=PlanningSettings)


def read_configuration(root: Path) -> Configuration:
    """The configuration of the project in `root`; raises ProjectError."""
    path = root / CONFIG
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProjectError(f"{path}: {str(error) or 'it is nested too deeply'}") from error
    unknown = sorted(set(settings) - {"nodes", "policy", "planning", "models"})
    if unknown:
        raise ProjectError(
            f"{path}: unknown key `{unknown[0]}`; the keys are `nodes`, `[policy]`, `[planning]` and `[models]`"
        )
    files = settings.get("nodes", [])
    if not isinstance(files, list) or not all(isinstance(each, str) for each in files):
        raise ProjectError(f'{path}: `nodes` must be a list of files, such as ["my_nodes.py"]')
    try:
        planning = read_settings(settings.get("planning", {}), settings.get("models", {}))
    except SettingsError as error:
        raise ProjectError(f"{path}: {error}") from error
    policy = _policy_settings(path, settings.get("policy", {}))
    return Configuration(tuple(root / each for each in files), policy, planning)


LISTS = ("read", "write", "databases", "effects", "models", "approve")
ROWS = ("max_read_rows", "max_write_rows")
BYTES = ("max_read_bytes", "max_write_bytes")
SIZE = re.compile(r"(\d+)\s*([kmgt]?)(i?)b", re.IGNORECASE)


def _policy_settings(path: Path, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ProjectError(f"{path}: `[policy]` must be a table")
    known = (*LISTS, *ROWS, *BYTES)
    found: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            near = nearest(key, known, 1)
            meant = f" (did you mean `{near[0]}`?)" if near else ""
            raise ProjectError(f"{path}: unknown key `{key}` in [policy]{meant}; the keys are {', '.join(known)}")
        if key in LISTS:
            if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
                raise ProjectError(f"{path}: `{key}` in [policy] must be a list of texts")
            found[key] = tuple(value)
        else:
            found[key] = _limit(path, key, value)
    for effect in found.get("effects", ()):
        if effect not in EFFECTS:
            raise ProjectError(f"{path}: unknown effect `{effect}` in [policy]; the effects are {', '.join(EFFECTS)}")
    for rule in found.get("approve", ()):
        problem = approval_problem(rule)
        if problem:
            raise ProjectError(
                f"{path}: `{rule}` in `approve` in [policy] is not an effect, or an effect and a pattern such as "
                f"`writes out/public/**`: {problem}"
            )
    return found


def _limit(path: Path, key: str, value: Any) -> int:
    """A number of rows, or of bytes: `2_000_000` or `"2GB"` (`kB`, `MB`, `GB`, `TB`, and with `i` powers of 1,024)."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    size = SIZE.fullmatch(value.strip()) if key in BYTES and isinstance(value, str) else None
    if size is None:
        form = 'a number of bytes, or a size such as "2GB"' if key in BYTES else "a number of rows"
        raise ProjectError(f"{path}: `{key}` in [policy] must be {form}, 0 or more, not `{value}`")
    return int(size[1]) * (1024 if size[3] else 1000) ** "_kmgt".index(size[2].lower() or "_")
