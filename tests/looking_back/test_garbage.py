"""`interlock gc`: what goes, what stays, and that whatever can go on still does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from workbench import Workbench

Again = Callable[..., str]


def kept(shop: Workbench) -> set[str]:
    return {path.name for path in (shop.root / ".interlock/checkpoints").iterdir()}


def test_results_of_finished_runs_go_and_the_runs_stay(shop: Workbench, first: str) -> None:
    before = kept(shop)
    told = shop.cli("gc", "--json").json
    assert (told["removed"], kept(shop)) == ([], before)
    dry = shop.cli("gc", "--days", "0", "--dry-run")
    assert dry.code == 0
    assert "would free" in dry.out
    assert kept(shop) == before
    told = shop.cli("gc", "--days", "0", "--json").json
    assert len(told["removed"]) == len(before) > 0
    assert kept(shop) == set()
    assert shop.cli("show", first).code == 0
    assert shop.cli("replay", first).code == 0
    assert shop.cli("fork", first, "--from", "totals").code == 0
    assert shop.cli("audit", "verify").code == 0


def test_what_a_run_needs_to_go_on_stays(shop: Workbench) -> None:
    shop.put("shops.csv", "id,city\n1,Ulm\n1,Bonn\n")
    assert shop.cli("run", "plan.json", "--checkpoint", "every").code == 3
    before = kept(shop)
    assert before
    assert shop.cli("gc", "--days", "0", "--max-size", "0B").code == 0
    assert kept(shop) == before


def test_the_oldest_go_first(shop: Workbench, first: str, again: Again) -> None:
    old = kept(shop)
    shop.put("sales.csv", "shop,amount\n2,70.5\n1,30.5\n")
    again()
    new = kept(shop) - old
    size = sum((shop.root / ".interlock/checkpoints" / name).stat().st_size for name in new)
    told = shop.cli("gc", "--max-size", f"{size + 2000}B", "--json").json
    assert told["kept_bytes"] <= size + 2000
    assert new <= kept(shop)
    assert all(each["why"].startswith("the store would keep more than") for each in told["removed"])


def test_leftovers_of_crashed_processes(shop: Workbench, first: str) -> None:
    folder = shop.root / ".interlock"
    left = [folder / "checkpoints/260101-000000-abc.1234.partial", folder / "checkpoints" / f"{'0' * 64}.parquet"]
    scratch = folder / "scratch/260101-000000-abc"
    scratch.mkdir(parents=True)
    for path in (*left, scratch / "spilled"):
        path.write_bytes(b"x" * 100)
    before = kept(shop)
    assert shop.cli("gc", "--json").json["removed"] == []  # they might belong to a run that has just begun
    for path in (*left, scratch):
        age(path)
    told = shop.cli("gc", "--json").json
    assert (len(told["removed"]), told["freed"]) == (3, 300)
    assert kept(shop) == before - {path.name for path in left}
    assert not scratch.exists()


def age(path: Path) -> None:
    long_ago = time.time() - 7200
    os.utime(path, (long_ago, long_ago))


def test_wrong_usage(shop: Workbench, first: str) -> None:
    assert shop.cli("gc", "--max-size", "much").code == 2
    assert shop.cli("gc", "--days", "-1").code == 2


def test_a_project_without_a_store(shop: Workbench) -> None:
    said = shop.cli("gc")
    assert said.code == 2
    assert "there is no journal" in said.err
    assert not (shop.root / ".interlock").exists()
