"""`interlock diff` of two runs, and of what else a name may mean."""

from __future__ import annotations

import json
from collections.abc import Callable

from workbench import Workbench

Again = Callable[..., str]


def test_two_runs_that_did_the_same(shop: Workbench, first: str, again: Again) -> None:
    second = again("-i", "least=1")
    said = shop.cli("diff", first, second)
    assert (said.code, said.out) == (0, "They did the same with the same.\n")
    assert shop.cli("diff", first, "last", "--json").json["same"]


def test_inputs_sources_rows_and_outputs(shop: Workbench, first: str, again: Again) -> None:
    shop.put("sales.csv", "shop,amount\n1,5.5\n2,7.5\n1,0.5\n1,21\n")
    second = again("-i", "least=6")
    said = shop.cli("diff", first, second)
    assert said.code == 1
    lines = said.out.splitlines()
    assert lines[0] == "Run input `:least` was 1.0 and is 6.0."
    assert lines[1].startswith("`sales.csv` differs: sha256:")
    assert "Step `large` gave 3 rows, then 2." in lines
    assert "Step `sales` gave other rows, of the same number." in lines
    assert any(line.startswith("`out/totals.csv` differs: ") for line in lines)
    told = shop.cli("diff", first, second, "--json").json
    assert {"what": "step", "name": "large", "aspect": "rows", "before": 3, "after": 2} in told["changes"]
    assert not any(each["name"] == "shops" for each in told["changes"])


def test_a_run_that_failed(shop: Workbench, first: str) -> None:
    shop.put("shops.csv", "id,city\n1,Ulm\n1,Bonn\n")
    assert shop.cli("run", "plan.json").code == 3
    lines = shop.cli("diff", first, "last").out.splitlines()
    assert "The one is finished, the other failed." in lines
    assert "Step `joined` is finished in the one, failed in the other." in lines
    assert "Only the first wrote `out/totals.csv`." in lines


def test_plans_by_name_and_by_run(shop: Workbench, first: str) -> None:
    assert shop.cli("plans", "save", "plan.json").code == 0
    given = json.loads(shop.read("plan.json"))
    given["nodes"][2]["params"]["where"] = "amount > :least"
    shop.put("plan.json", given)
    assert shop.cli("plans", "save", "plan.json").code == 0
    change = "`large`: where was `amount >= :least` and is `amount > :least`.\n"
    for sides in (("totals@1", "totals"), ("totals@1", "plan.json"), (first, "plan.json"), (first, "totals@2")):
        said = shop.cli("diff", *sides)
        assert (said.code, said.out) == (1, change), sides
    assert shop.cli("diff", first, "totals@1").code == 0


def test_names_that_mean_nothing(shop: Workbench, first: str) -> None:
    said = shop.cli("diff", first, "nothing")
    assert said.code == 2
    assert "nothing" in said.err
    assert shop.cli("diff", first, first, "-f", "svg").code == 2
