"""Random plans over every built-in node type: parameters drawn by their kinds, some of them odd, and any shape of graph."""

from __future__ import annotations

import typing
from typing import Any

from hypothesis import strategies as st

from interlock.ir.plan import Contract, Edge, Input, Node, Plan
from interlock.ir.retry import Retry, plain_number
from interlock.registry.node import NodeType
from interlock.registry.registry import Registry, load

REGISTRY: Registry = load()
TYPES = tuple(REGISTRY)

PLAIN = st.sampled_from(
    "id name region revenue unit_price Region from and with the row rows it by asc desc x1 ünit".split()
)
ODD = st.sampled_from(
    [
        "Order ID",
        "a`b",
        'say "hi"',
        "a, b and c",
        "line\nbreak",
        "1st",
        "x desc",
        "back\\slash",
        "tab\t",
        "  edge ",
        "😀",
        "`",
        "a = b",
    ]
)
NAMES = PLAIN | PLAIN | PLAIN | ODD
IDS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True) | st.sampled_from(
    "it call and named sales from left".split()
)
TEXTS = NAMES | st.text(max_size=12)
CODES = st.sampled_from(
    ["revenue > 100", "a = 'x' and b is null", "price * quantity", "name like '`%'", "round(x, 2)", "x\n+ 1", "a > :minimum",
     "select * from sales", 'select "a" from t;', "x -- note"]
)  # fmt: skip
PATHS = st.sampled_from(
    "a.csv data/orders.csv out.json x.jsonl t.parquet b.xlsx my.db s.sqlite a.tsv noending data/x.unknown ü.csv".split()
) | st.sampled_from(["with space.csv", 'q".csv'])
NUMBERS = st.integers(-5, 10**20) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)
WAITS = st.integers(1, 3_600_000) | st.sampled_from([1_000, 2_000, 60_000, 90_000, 3_600_000])
RETRIES = st.builds(
    lambda attempts, waits, factor: Retry(attempts, min(waits), factor, max(waits)),
    st.integers(2, 20),
    st.tuples(WAITS, WAITS | st.just(60_000)),
    st.sampled_from([1, 2, 3]) | st.floats(1, 10).map(plain_number),
)


def by_schema(schema: dict[str, Any], whole: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that mostly fit a JSON Schema of parameters."""
    if "$ref" in schema:
        return by_schema(whole["$defs"][schema["$ref"].rsplit("/", 1)[-1]], whole)
    kind = schema.get("x-kind")
    if kind:
        kinds = {
            "Predicate": CODES,
            "Expression": CODES,
            "Query": CODES,
            "ReadPath": PATHS,
            "WritePath": PATHS,
            "Text": TEXTS,
        }
        types = st.sampled_from(["bigint", "decimal(9,2)", "varchar[]", "timestamp with time zone", "DATE"])
        return types if kind == "TypeName" else kinds.get(kind, NAMES)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    if "anyOf" in schema:
        return st.one_of([by_schema(each, whole) for each in schema["anyOf"]])
    if schema.get("type") == "array":
        item = by_schema(schema.get("items", {}), whole)
        if schema.get("items", {}).get("$ref", "").endswith(("SortKey", "RankKey")):
            item = item | NAMES | NAMES.map(lambda name: f"{name} desc") | NAMES.map(lambda name: f"{name} asc")
        if schema.get("items", {}).get("$ref", "").endswith("Pair"):
            item = item | NAMES
        return st.lists(item, min_size=schema.get("minItems", 0), max_size=4)
    if schema.get("type") == "object" and "properties" in schema:
        required = set(schema.get("required", ()))
        fields = {name: by_schema(each, whole) for name, each in schema["properties"].items()}
        return st.fixed_dictionaries(
            {name: each for name, each in fields.items() if name in required},
            optional={name: each for name, each in fields.items() if name not in required},
        )
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        value = by_schema(inner, whole) if isinstance(inner, dict) else JSON
        return st.dictionaries(NAMES, value, max_size=3)
    plain = {"integer": st.integers(0, 10**6), "number": NUMBERS, "boolean": st.booleans(), "null": st.none()}
    return plain.get(typing.cast("str", schema.get("type")), TEXTS)


@st.composite
def parameters(draw: st.DrawFn, node_type: NodeType) -> dict[str, Any]:
    """Parameters of a node type: those that it requires, some others, and now and then one that it does not have."""
    whole = node_type.json_schema
    required = set(whole.get("required", ()))
    found: dict[str, Any] = {}
    for name, schema in whole.get("properties", {}).items():
        if name in required or draw(st.integers(0, 3)) == 0:
            found[name] = draw(JSON) if draw(st.integers(0, 30)) == 0 else draw(by_schema(schema, whole))
    if draw(st.integers(0, 30)) == 0:
        found[draw(NAMES)] = draw(JSON)
    return found


@st.composite
def nodes(draw: st.DrawFn, name: str, index: int) -> Node:
    node_type = draw(st.sampled_from(TYPES))
    written = draw(st.sampled_from([node_type.name] * 9 + [*sorted(node_type.aliases), node_type.name]))
    version = draw(st.sampled_from([1] * 8 + [None, 7]))
    retry = draw(RETRIES) if draw(st.integers(0, 4)) == 0 else None
    return Node(name, written, version, draw(parameters(node_type)), index, retry)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan of any shape: most nodes follow the one before, some have other inputs, ports of their own, or none."""
    ids = draw(st.lists(IDS, min_size=1, max_size=6, unique_by=str.casefold))
    made = tuple(draw(nodes(name, index)) for index, name in enumerate(ids))
    edges: list[Edge] = []
    for index, node in enumerate(made):
        known = REGISTRY.find(node.type)
        ports = known.type.ports if known else ()
        if len(ports) > 1 and index > 1 and draw(st.integers(0, 3)):
            for port in ports:
                edges.append(Edge(ids[draw(st.integers(0, index - 1))], node.id, port.name, len(edges)))
        elif index and ports and draw(st.integers(0, 5)):
            edges.append(Edge(ids[index - 1], node.id, None, len(edges)))
        for _ in range(draw(st.sampled_from([0] * 8 + [1, 2]))):
            port = draw(st.none() | st.sampled_from(["left", "tables", "sales", "and", "table"]))
            edges.append(Edge(draw(st.sampled_from(ids)), node.id, port, len(edges)))
    inputs = tuple(
        Input(name, draw(st.sampled_from(["double", "date", "varchar[]"])), draw(JSON) if given else None, given, draw(TEXTS))
        for name, given in draw(st.dictionaries(PLAIN.filter(str.isascii), st.booleans(), max_size=2)).items()
    )  # fmt: skip
    subjects = st.sampled_from([*ids, "out/x.csv", "odd `name`.csv"])
    contracts = tuple(
        Contract(subject, body)
        for subject, body in draw(
            st.dictionaries(subjects, st.dictionaries(NAMES, JSON, max_size=3), max_size=2)
        ).items()
    )
    return Plan(draw(st.permutations(made)), tuple(edges), inputs, contracts, draw(TEXTS), draw(TEXTS))
