"""How planning is done in a project: the order of planners, the budgets, and the models by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

BUILT_IN = ("cache", "english")
"""The planners that need no model."""


class SettingsError(ValueError):
    """Settings that cannot be used; the message names the key and what was expected."""


@dataclass(frozen=True)
class ModelSettings:
    """One model: where it is, how it is asked, and what it costs."""

    name: str
    model: str
    """`provider:model`, such as `openai:gpt-5-mini`, `anthropic:claude-sonnet-4-6`, `google:…` or `ollama:…`."""
    base_url: str | None = None
    """An endpoint of one's own that speaks the provider's protocol; it is never sent another service's key."""
    api_key_env: str | None = None
    """The environment variable that holds the key; by default the provider's usual one, and none with `base_url`."""
    timeout: float = 120.0
    """Seconds for one call, from the first byte sent to the last one received."""
    retries: int = 2
    """How often a call is made again after a rate limit, a fault of the server or a lost connection."""
    max_answer_tokens: int = 4_000
    temperature: float | None = None
    output: Literal["tool", "native", "prompted"] = "tool"
    """How the model is made to answer in JSON: by a tool call, by the provider's own JSON mode, or by asking for it."""
    schema: Literal["names", "full"] = "names"
    """Whether the output schema lists the node types' names, or also spells out their parameters (many more tokens)."""
    input_price: float | None = None
    output_price: float | None = None
    """US dollars per million tokens; by default those of the price list that comes with the client library."""

    @property
    def provider(self) -> str:
        return self.model.partition(":")[0]

    @property
    def model_name(self) -> str:
        return self.model.partition(":")[2]


@dataclass(frozen=True)
class PlanningSettings:
    """What `[planning]` and `[models]` say."""

    planners: tuple[str, ...] = BUILT_IN
    data: tuple[str, ...] = ("data/**",)
    """Globs of the files that form the catalog where a task names none."""
    attempts: int = 2
    """How often a refused plan goes back to a model with what is wrong with it."""
    max_cost: float | None = None
    max_tokens: int | None = None
    share_samples: int = 0
    models: Mapping[str, ModelSettings] = field(default_factory=dict)


_MODEL_KEYS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "model": (str, "a text such as `openai:gpt-5-mini`"),
    "base_url": (str, "a URL"),
    "api_key_env": (str, "the name of an environment variable"),
    "timeout": ((int, float), "seconds"),
    "retries": (int, "a whole number"),
    "max_answer_tokens": (int, "a whole number"),
    "temperature": ((int, float), "a number"),
    "output": (str, "`tool`, `native` or `prompted`"),
    "schema": (str, "`names` or `full`"),
    "input_price": ((int, float), "US dollars per million tokens"),
    "output_price": ((int, float), "US dollars per million tokens"),
}
_PLANNING_KEYS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "planners": (list, 'a list such as ["cache", "english", "small-model"]'),
    "data": (list, 'a list of patterns such as ["data/**"]'),
    "attempts": (int, "a whole number"),
    "max_cost": ((int, float), "US dollars"),
    "max_tokens": (int, "a whole number"),
    "share_samples": (int, "a whole number"),
}
_CHOICES = {"output": ("tool", "native", "prompted"), "schema": ("names", "full")}


def read_settings(planning: Any, models: Any) -> PlanningSettings:
    """The settings of the tables `[planning]` and `[models]`; raises SettingsError."""
    known = dict(_models(models))
    given = _table(planning, "[planning]", _PLANNING_KEYS)
    for key in ("planners", "data"):
        if not all(isinstance(each, str) for each in given.get(key, [])):
            raise SettingsError(f"`{key}` in [planning] must be {_PLANNING_KEYS[key][1]}")
    planners = tuple(given.get("planners", (*BUILT_IN, *known)))
    for each in planners:
        if each not in BUILT_IN and each not in known:
            names = ", ".join(f"`{name}`" for name in (*BUILT_IN, *known))
            raise SettingsError(
                f"`planners` in [planning] names `{each}`, but the planners are {names}; a model is declared as "
                f'[models.{each}] with `model = "provider:name"`'
            )
    if "data" in given:
        given["data"] = tuple(given["data"])
    return PlanningSettings(**{**given, "planners": planners, "models": known})


def ad_hoc_model(text: str, name: str = "model") -> ModelSettings:
    """The settings of a model given as `provider:name`; raises SettingsError."""
    return _model(name, {"model": text})


def _models(value: Any) -> list[tuple[str, ModelSettings]]:
    if not isinstance(value, dict):
        raise SettingsError("`[models]` must hold a table for each model, such as [models.small-model]")
    return [(name, _model(name, each)) for name, each in value.items()]


def _model(name: str, value: Any) -> ModelSettings:
    where = f"[models.{name}]"
    if name in BUILT_IN:
        raise SettingsError(f"{where}: `{name}` is the name of a planner that needs no model; take another")
    if isinstance(value, str):
        value = {"model": value}
    given = _table(value, where, _MODEL_KEYS)
    provider, colon, model = str(given.get("model", "")).partition(":")
    if not (provider and colon and model):
        raise SettingsError(
            f"{where}: `model` must be `provider:name`, such as `openai:gpt-5-mini` or `ollama:qwen3`, "
            f"not `{given.get('model', '')}`"
        )
    for key, choices in _CHOICES.items():
        if given.get(key, choices[0]) not in choices:
            raise SettingsError(f"{where}: `{key}` must be {_MODEL_KEYS[key][1]}, not `{given[key]}`")
    return ModelSettings(name, **given)


def _table(value: Any, where: str, keys: Mapping[str, tuple[type | tuple[type, ...], str]]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError(f"`{where}` must be a table")
    for key, given in value.items():
        if key not in keys:
            raise SettingsError(f"unknown key `{key}` in {where}; the keys are {', '.join(keys)}")
        kind, words = keys[key]
        if isinstance(given, bool) or not isinstance(given, kind):
            raise SettingsError(f"`{key}` in {where} must be {words}")
        if isinstance(given, int | float) and given < 0:
            raise SettingsError(f"`{key}` in {where} must not be negative")
    return dict(value)
