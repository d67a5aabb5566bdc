"""A project's `interlock.toml`: read, and judged key by key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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


def _policy_settings(path: Path, given: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, dict):
        raise ProjectError(f"{path}: `[policy]` must be a table")
    known = ("read", "write", "effects")
    for key, value in given.items():
        if key not in known:
            raise ProjectError(f"{path}: unknown key `{key}` in [policy]; the keys are {', '.join(known)}")
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ProjectError(f"{path}: `{key}` in [policy] must be a list of texts")
    for effect in given.get("effects", []):
        if effect not in EFFECTS:
            raise ProjectError(f"{path}: unknown effect `{effect}` in [policy]; the effects are {', '.join(EFFECTS)}")
    return {key: tuple(value) for key, value in given.items()}
