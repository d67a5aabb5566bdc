"""join_tables and asof_join: against nested loops in plain Python, and the facts and checks they promise."""

import random

import pytest

from interlock.registry.packs.joins import asof_join, join_tables

LEFT = [{"k": 1, "a": 1}, {"k": None, "a": 2}, {"k": 2, "a": 3}, {"k": 1, "a": 4}]
RIGHT = [{"k": 1, "b": 10}, {"k": 1, "b": 11}, {"k": None, "b": 12}, {"k": 5, "b": 13}]


def joined(left, right, how):
    """The join by nested loops, in the documented order."""
    found, used = [], set()
    for one in left:
        matches = [i for i, other in enumerate(right) if one["k"] is not None and one["k"] == other["k"]]
        used.update(matches)
        if (how == "semi" and matches) or (how == "anti" and not matches):
            found.append(one)
        if how not in ("semi", "anti"):
            found += [{**one, "b": right[i]["b"]} for i in matches]
        if how in ("left", "full") and not matches:
            found.append({**one, "b": None})
    if how in ("right", "full"):
        found += [{"k": other["k"], "a": None, "b": other["b"]} for i, other in enumerate(right) if i not in used]
    return found


@pytest.mark.parametrize("how", ["inner", "left", "right", "full", "semi", "anti"])
def test_every_way_to_join(bench, how):
    assert bench.give(join_tables, {"on": ["k"], "how": how}, left=LEFT, right=RIGHT) == joined(LEFT, RIGHT, how)
    chance = random.Random(how)
    for size in (0, 1, 30):
        left = [{"k": chance.choice([1, 2, 3, None]), "a": i} for i in range(size)]
        right = [{"k": chance.choice([2, 3, 4, None]), "b": i} for i in range(size)]
        bench.port("left", left, {"k": "integer", "a": "bigint"})
        bench.port("right", right, {"k": "bigint", "b": "bigint"})
        assert bench.give(join_tables, {"on": ["k"], "how": how}) == joined(left, right, how)


def test_names_of_right_columns(bench):
    bench.port("left", [{"id": 1, "Name": "x", "k": 7}])
    bench.port("right", [{"ID": 7, "name": "y", "z": 1}])
    on = [{"left": "k", "right": "ID"}]
    assert bench.give(join_tables, {"on": on, "how": "inner"}) == [
        {"id": 1, "Name": "x", "k": 7, "ID_right": 7, "name_right": "y", "z": 1}
    ]
    named = bench.give(join_tables, {"on": on, "how": "left", "suffix": " (2)"})
    assert list(named[0]) == ["id", "Name", "k", "ID (2)", "name (2)", "z"]
    full = bench.give(join_tables, {"on": ["id"], "how": "full"})
    assert full[1] == {"id": 7, "Name": None, "k": None, "name_right": "y", "z": 1}
    assert bench.refusal(join_tables, {"on": on, "how": "inner", "suffix": ""}).param_path == ("suffix",)


@pytest.mark.parametrize(
    ("left", "right"),
    [({"a": 1, "a_right": 2, "k": 1}, {"a": 1, "k": 1}), ({"a": 1, "k": 1}, {"a": 1, "a_right": 3, "k": 1})],
)
def test_a_suffix_that_does_not_help_is_refused(bench, left, right):
    error = bench.refusal(join_tables, {"on": ["k"], "how": "inner"}, left=[left], right=[right])
    assert error.param_path == ("suffix",)


@pytest.mark.parametrize(
    ("left", "right", "fits"),
    [
        ("bigint", "integer", True),
        ("bigint", "double", True),
        ("integer", "decimal(9,2)", True),
        ("date", "timestamp", True),
        ("varchar", "enum('1')", True),
        ("bigint", "varchar", False),
        ("date", "varchar", False),
        ("boolean", "bigint", False),
    ],
)
def test_key_types(bench, left, right, fits):
    values = {"date": "2024-01-01", "timestamp": "2024-01-01", "boolean": True, "varchar": "1", "enum('1')": "1"}
    bench.port("left", [{"k": values.get(left, 1), "a": 1}], {"k": left})
    bench.port("right", [{"k": values.get(right, 1), "b": 2}], {"k": right})
    if fits:
        assert len(bench.give(join_tables, {"on": ["k"], "how": "full"})) == 1
    else:
        assert bench.refusal(join_tables, {"on": ["k"], "how": "full"}).param_path == ("on", 0)


@pytest.mark.parametrize(
    ("expect", "broken"),
    [
        ("one-to-one", ["left", "right"]),
        ("many-to-one", ["right"]),
        ("one-to-many", ["left"]),
        ("many-to-many", []),
    ],
)
def test_multiplicity_is_checked_on_the_inputs(bench, expect, broken):
    bench.port("left", LEFT)
    bench.port("right", RIGHT)
    for how in ("inner", "left", "anti"):
        found = bench.broken(bench.run(join_tables, {"on": ["k"], "how": how, "expect": expect}))
        assert [title.split(" table")[0].split()[-1] for title in found] == broken
        assert list(found.values()) == [[(1, 2)]] * len(broken)


def test_keys_that_are_null_do_not_count_twice(bench):
    left = [{"k": None, "a": 1}, {"k": None, "a": 2}, {"k": 1, "a": 3}]
    bench.port("left", left)
    bench.port("right", [{"k": 1, "b": 1}, {"k": 2, "b": 1}])
    result = bench.run(join_tables, {"on": ["k"], "how": "inner", "expect": "one-to-one"})
    assert not bench.broken(result)
    assert result.keys == ("k",)


def test_what_is_never_null(bench):
    bench.port("left", [{"k": 1, "a": 1, "n": 1}], {"k": "bigint", "a": "bigint not null", "n": "bigint"})
    bench.port("right", [{"k": 1, "b": 1, "m": 1}], {"k": "bigint not null", "b": "bigint not null", "m": "bigint"})

    def certain(how):
        return bench.run(join_tables, {"on": ["k"], "how": how}).non_null

    assert certain("inner") == {"k", "a", "b"}
    assert certain("left") == {"a"}
    assert certain("right") == {"k", "b"}
    assert certain("full") == set()
    assert certain("semi") == {"k", "a"}
    assert certain("anti") == {"a"}


def test_the_alias_takes_pandas_names():
    adapter = join_tables.aliases["Joiner"]
    assert adapter({"on": "id", "how": "outer", "more": 1}) == {"on": ["id"], "how": "full", "more": 1}
    assert adapter({"left_on": ["a", "b"], "right_on": ["c", "d"]}) == {
        "on": [{"left": "a", "right": "c"}, {"left": "b", "right": "d"}]
    }
    assert adapter({"left_on": ["a", "b"], "right_on": "c"}) == {"left_on": ["a", "b"], "right_on": "c"}


def nearest(row, right, direction, tolerance):
    """The row of right that belongs to a row of left, by the documentation."""
    best = None
    for place, other in enumerate(right):
        if None in (row["t"], other["t"], row["g"], other["g"]) or row["g"] != other["g"]:
            continue
        gap = row["t"] - other["t"]
        if (direction == "backward" and gap < 0) or (direction == "forward" and gap > 0):
            continue
        rank = (abs(gap), gap < 0, -place)
        if best is None or rank < best[0]:
            best = (rank, other)
    return best[1] if best and (tolerance is None or best[0][0] <= tolerance) else None


@pytest.mark.parametrize("direction", ["backward", "forward", "nearest"])
@pytest.mark.parametrize("kind", ["bigint", "double", "ubigint", "decimal(9,2)"])
def test_asof(bench, direction, kind):
    chance = random.Random(direction)
    left = [{"t": chance.choice([*range(20), None]), "g": chance.choice(["a", "b", None]), "i": i} for i in range(40)]
    right = [
        {"t": chance.choice([*range(0, 20, 3), None]), "g": chance.choice(["a", "b", None]), "p": i} for i in range(40)
    ]
    cases = [(40, None, "left"), (40, 1, "left"), (40, 1, "inner"), (0, None, "left"), (1, 2, "inner")]
    for size, tolerance, how in cases:
        bench.port("left", left, {"t": "bigint"})
        bench.port("right", right[:size], {"t": kind, "g": "varchar", "p": "bigint"})
        params = {"time": "t", "by": ["g"], "direction": direction, "how": how}
        if tolerance is not None:
            params["tolerance"] = tolerance
        found = [(row["i"], row["p"]) for row in bench.give(asof_join, params)]
        matches = [(row["i"], nearest(row, right[:size], direction, tolerance)) for row in left]
        wanted = [(i, match["p"] if match else None) for i, match in matches]
        assert found == [pair for pair in wanted if how == "left" or pair[1] is not None]


def test_asof_times_and_tolerance(bench):
    bench.port("left", [{"at": "2024-01-01 00:00:05", "x": 1}], {"at": "timestamp"})
    bench.port("right", [{"seen": "2024-01-01", "y": 2}], {"seen": "date"})
    pair = {"time": {"left": "at", "right": "seen"}}
    assert bench.give(asof_join, {**pair, "tolerance": 5})[0]["y"] == 2
    assert bench.give(asof_join, {**pair, "tolerance": 4.9})[0]["y"] is None
    bench.port("left", [{"at": "2024-01-03"}], {"at": "date"})
    assert bench.give(asof_join, {**pair, "tolerance": 2})[0]["y"] == 2
    assert bench.give(asof_join, {**pair, "tolerance": 1.5})[0]["y"] is None
    assert bench.refusal(asof_join, pair, left=[{"at": "noon"}]).param_path == ("time",)


def test_one_result_on_any_number_of_threads(benches):
    found = []
    for bench in benches:
        for name in ("left", "right"):
            bench.port(name, [], {"k": "bigint", "t": "bigint", name[0]: "bigint"})
            source = "SELECT hash(i) % 9000, hash(i) % 77, i FROM range(20_000) AS r(i)"
            bench.connection.execute(f'INSERT INTO "{name}" {source}')
        results = [bench.give(join_tables, {"on": ["k"], "how": how}) for how in ("inner", "full", "anti")]
        found.append(hash(str([*results, bench.give(asof_join, {"time": "t", "by": ["k"]})])))
    assert found[0] == found[1] == found[2]


def test_asof_by_the_time_itself(bench):
    bench.port("left", [{"day": 1, "x": "a"}, {"day": 2, "x": "b"}])
    bench.port("right", [{"day": 2, "y": "c"}])
    params = {"time": {"left": "day", "right": "day"}, "by": [{"left": "day", "right": "day"}], "how": "inner"}
    assert bench.give(asof_join, params) == [{"day": 2, "x": "b", "y": "c"}]
