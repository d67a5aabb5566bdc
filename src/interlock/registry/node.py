"""The `@node` decorator: a plain typed function becomes a node type.

Positional parameters are ports, keyword-only parameters are the plan's parameters, the docstring is the
documentation, the body is the template. Nothing is declared twice.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from interlock.registry.kinds import PATH_KINDS, path_effect
from interlock.registry.says import PhraseError, Sets, Slot, parse_phrase, walk
from interlock.registry.tables import Copy, Described, Rows, Select, Staging, Table, Writes

Repeat = Literal["replace", "marked", "ask"]
Effect = Literal["reads", "writes", "network", "model", "human"]
EFFECTS: tuple[Effect, ...] = ("reads", "writes", "network", "model", "human")
Adapter = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the parameters of an alias or an older version into this version's; leaves what it does not know."""

KindOfNode = Literal["relational", "copy", "rows", "writes"]


class NodeDefinitionError(TypeError):
    """A function that cannot be a node type; the message says why."""


@dataclass(frozen=True, slots=True)
class PortSpec:
    """An input of a node type. A variadic port takes any number of edges, each under a name of its own."""

    name: str
    type: str
    required: bool = True
    variadic: bool = False


@dataclass(frozen=True, eq=False)
class NodeType:
    """A node type of the registry. Everything beyond its name and version is read off its function."""

    function: Callable[..., Any]
    name: str
    version: int = 1
    effects: tuple[Effect, ...] = ()
    aliases: Mapping[str, Adapter | None] = field(default_factory=dict)
    migrations: Mapping[int, Adapter] = field(default_factory=dict)
    describe: Callable[..., Any] | None = None
    columns: Callable[..., Any] | None = None
    observes: bool = False
    repeat: Repeat = "ask"
    defined_in: str = ""
    says: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()

    def __call__(self, *ports: Any, **params: Any) -> Any:
        return self.function(*ports, **params)

    @property
    def reference(self) -> str:
        """`name@version`, as a pinned plan writes it."""
        return f"{self.name}@{self.version}"

    @cached_property
    def signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    @cached_property
    def hints(self) -> dict[str, Any]:
        """The function's annotations, resolved."""
        return typing.get_type_hints(self.function, include_extras=True)

    @cached_property
    def ports(self) -> tuple[PortSpec, ...]:
        """The inputs, in order."""
        found = []
        for parameter in self.signature.parameters.values():
            if parameter.kind is parameter.KEYWORD_ONLY:
                continue
            if parameter.kind is parameter.VAR_KEYWORD:
                raise NodeDefinitionError(f"{self.name}: **{parameter.name} is not allowed; name every parameter")
            kind = _port_type(self.hints.get(parameter.name))
            if kind is None:
                raise NodeDefinitionError(f"{self.name}: port `{parameter.name}` must be annotated Table or Rows")
            variadic = parameter.kind is parameter.VAR_POSITIONAL
            found.append(
                PortSpec(parameter.name, "Table", not variadic and parameter.default is parameter.empty, variadic)
            )
        return tuple(found)

    @cached_property
    def kind(self) -> KindOfNode:
        """How the node runs: as a SELECT, as a COPY, or as Python code that makes or writes rows."""
        kinds: dict[Any, KindOfNode] = {Select: "relational", Copy: "copy", Rows: "rows", Writes: "writes"}
        returns = self.hints.get("return")
        if returns not in kinds:
            raise NodeDefinitionError(
                f"{self.name}: the result must be annotated Select, Copy, Rows or Writes, not {returns}"
            )
        if returns is Rows and inspect.isgeneratorfunction(self.function):
            raise NodeDefinitionError(
                f"{self.name}: a node annotated Rows returns Rows(columns, rows); it does not yield rows itself"
            )
        if returns is Writes and not inspect.isgeneratorfunction(self.function):
            raise NodeDefinitionError(
                f"{self.name}: a sink annotated Writes yields once, between writing and committing"
            )
        expected = Rows if returns in (Rows, Writes) else Table
        for name in (port.name for port in self.ports):
            if _port_type(self.hints[name]) is not expected:
                raise NodeDefinitionError(
                    f"{self.name}: port `{name}` must be annotated {expected.__name__} in a node that gives {self.hints['return'].__name__}"
                )
        return kinds[returns]

    def validate(self) -> None:
        """Raise NodeDefinitionError, or what annotations raise, unless the function can be a node type."""
        if not isinstance(self.version, int) or isinstance(self.version, bool) or self.version < 1:
            raise NodeDefinitionError(
                f"{self.name}: its version must be a whole number from 1 up, not {self.version!r}"
            )
        self._validate_phrases()
        for ending in self.endings:
            if not re.fullmatch(r"(\.[a-z0-9]+)+", ending):
                raise NodeDefinitionError(f"{self.name}: `{ending}` is no ending of a file; write it as `.csv`")
        for effect in self.effects:
            if effect not in EFFECTS:
                raise NodeDefinitionError(f"{self.name}: `{effect}` is no effect; the effects are {', '.join(EFFECTS)}")
        _ = self.kind, self.ports, self.model, self.json_schema
        self._validate_repeat()
        for name, schema in self.json_schema.get("properties", {}).items():
            if path_effect(self.hints[name]) is None and _holds_path(self.json_schema, schema):
                raise NodeDefinitionError(
                    f"{self.name}: `{name}` holds paths inside another value, where the policy does not see them; "
                    "give every path a parameter of its own"
                )

    def _validate_repeat(self) -> None:
        if self.repeat == "ask":
            return
        if self.kind != "writes":
            raise NodeDefinitionError(f"{self.name}: `repeat` is for node types annotated Writes")
        if self.repeat not in ("replace", "marked"):
            raise NodeDefinitionError(f"{self.name}: `repeat` is replace, marked or ask, not {self.repeat!r}")
        if self.writes_to is None:
            raise NodeDefinitionError(f"{self.name}: with `repeat`, exactly one parameter is a WritePath")
        if self.repeat == "marked" and not self.wants_staging:
            raise NodeDefinitionError(f'{self.name}: with `repeat="marked"` it must take `staging: Staging`')

    def _validate_phrases(self) -> None:
        known = {*(port.name for port in self.ports), *self.parameters}
        for text in self.says:
            try:
                elements = list(walk(parse_phrase(text)))
            except PhraseError as error:
                raise NodeDefinitionError(f"{self.name}: a phrase in `says` cannot be read: {error}") from None
            for each in elements:
                if isinstance(each, Slot | Sets) and each.name not in known:
                    raise NodeDefinitionError(
                        f"{self.name}: the phrase `{text}` speaks of `{each.name}`, which is no port and no parameter"
                    )

    @property
    def is_source(self) -> bool:
        return not self.ports

    @property
    def is_sink(self) -> bool:
        return self.kind in ("copy", "writes")

    @cached_property
    def built_in(self) -> bool:
        """Whether it comes with Interlock, rather than from a project or another package."""
        return self.function.__module__.startswith("interlock.registry.packs.")

    @cached_property
    def known_shape(self) -> bool:
        """Whether Interlock itself builds the node's statement, so that passes may read more into it than SQL says.

        What a plan writes as a SELECT of its own, and what node types from elsewhere build, is taken as it stands.
        """
        return self.built_in and not any(getattr(hint, "__name__", "") == "Query" for hint in self.hints.values())

    @cached_property
    def wants_description(self) -> bool:
        """Whether the function takes `source`, the description of what it reads."""
        return self.hints.get("source") is Described

    @cached_property
    def wants_staging(self) -> bool:
        """Whether the function takes `staging`, a folder to work in."""
        return self.hints.get("staging") is Staging

    @cached_property
    def writes_to(self) -> str | None:
        """The one parameter that names the file that is written; None if there is none, or more than one."""
        found = [name for name, hint in self.hints.items() if path_effect(hint) == "writes"]
        return found[0] if len(found) == 1 else None

    @cached_property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """The plan's parameters by name: keyword-only ones, without the injected `source` and `staging`."""
        return {
            name: parameter
            for name, parameter in self.signature.parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY and self.hints.get(name) not in (Described, Staging)
        }

    @cached_property
    def model(self) -> type[BaseModel]:
        """The pydantic model of the parameters."""
        fields: dict[str, Any] = {
            name: (self.hints.get(name, Any), Field(... if parameter.default is parameter.empty else parameter.default))
            for name, parameter in self.parameters.items()
        }
        return create_model(
            f"{self.name}_params",
            __config__=ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True, protected_namespaces=()),
            **fields,
        )

    @cached_property
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of the parameters."""
        return self.model.model_json_schema()

    @cached_property
    def source(self) -> str:
        """The source text of the function."""
        return inspect.getsource(self.function)

    @cached_property
    def digest(self) -> str:
        """sha256 of the name, the version and the source: changes when the node's behaviour can."""
        return "sha256:" + hashlib.sha256(f"{self.reference}\n{self.source}".encode()).hexdigest()

    @cached_property
    def doc(self) -> str:
        """The documentation, without the example."""
        return _EXAMPLE.sub("", inspect.cleandoc(self.function.__doc__ or "")).strip()

    @property
    def summary(self) -> str:
        """The first sentence of the documentation."""
        return " ".join(self.doc.split("\n\n")[0].split())

    @cached_property
    def examples(self) -> tuple[str, ...]:
        """The YAML of each `Example:` section of the docstring."""
        text = inspect.cleandoc(self.function.__doc__ or "")
        return tuple(inspect.cleandoc("\n" + match.group(1)).strip() for match in _EXAMPLE.finditer(text))


_EXAMPLE = re.compile(r"^Example:[ \t]*\n((?:[ \t]+.*\n?|[ \t]*\n)*)", re.MULTILINE)


def _holds_path(whole: Mapping[str, Any], schema: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a JSON Schema has a path anywhere in it."""
    if isinstance(schema, list):
        return any(_holds_path(whole, each, seen) for each in schema)
    if not isinstance(schema, Mapping):
        return False
    if schema.get("x-kind") in PATH_KINDS:
        return True
    target = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    if target and target not in seen and _holds_path(whole, whole["$defs"][target], seen | {target}):
        return True
    return any(_holds_path(whole, each, seen) for each in schema.values())


def _port_type(hint: Any) -> type | None:
    if hint in (Table, Rows):
        return hint
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        members = [member for member in typing.get_args(hint) if member is not type(None)]
        return _port_type(members[0]) if len(members) == 1 else None
    return None


def node(
    *,
    version: int = 1,
    effects: Iterable[Effect] = (),
    aliases: Mapping[str, Adapter | None] | Iterable[str] = (),
    migrations: Mapping[int, Adapter] | None = None,
    describe: Callable[..., Any] | None = None,
    columns: Callable[..., Any] | None = None,
    observes: bool = False,
    repeat: Repeat = "ask",
    says: Iterable[str] = (),
    endings: Iterable[str] = (),
) -> Callable[[Callable[..., Any]], NodeType]:
    """Make a node type of a function.

    `aliases` are other names a plan may use, each with a function that adapts its parameters (or None).
    `migrations` map an older version to a function that turns its parameters into this version's.
    `describe(connection, **params)` looks at the header and a sample of a source and returns `(columns, facts)`,
    columns as (name, SQL type) pairs; it is carried into the artifact to notice drift.
    `observes` says that the node only looks at its input, which it passes on: its result need not be used.
    `columns(*schemas, **params)` tells the result's columns of a Python node that has ports.
    `repeat` says how a Python sink makes it harmless that a run which was killed commits it again: `replace` (it writes a
    new file at its path, is given one beside the target, and the run puts it in place), `marked` (see `Staging`), or
    `ask`: nobody knows, so that whoever resumes the run must say it.
    `says` are the phrases by which English is read and printed: see `interlock.registry.says`; the first that can say
    a node's parameters prints it.
    `endings` are those of the files that a sink writes (`.csv`): where the policy does not name a file, it writes only
    what ends so, or as files of data usually do.
    """

    def declare(function: Callable[..., Any]) -> NodeType:
        if not (function.__doc__ or "").strip():
            raise NodeDefinitionError(f"{function.__name__}: a node type needs a docstring; it is its documentation")
        named = aliases if isinstance(aliases, Mapping) else dict.fromkeys(aliases)
        return NodeType(
            function,
            function.__name__,
            version,
            tuple(effects),
            dict(named),
            dict(migrations or {}),
            describe,
            columns,
            observes,
            repeat,
            function.__code__.co_filename,
            tuple(says),
            tuple(endings),
        )

    return declare
