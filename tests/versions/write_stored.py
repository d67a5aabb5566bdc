"""Write a project with a store, as this release writes it, into `stored/VERSION`: `python write_stored.py VERSION`.

Once released, a folder is never written again: it stands for what users have on their disks. A new format gets a new
folder, and the old ones must stay readable.
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import sys
import tempfile
from pathlib import Path

from interlock.api import Project, RunFailed
from interlock.api.approvals import ApprovalNeeded

CONFIG = '[policy]\nread = ["data/**"]\nwrite = ["out/**"]\neffects = ["reads", "writes", "human"]\napprove = ["writes out/public/**"]\n'
PLAN = """interlock: 1
name: totals
task: Total revenue by region.
inputs:
  minimum: {type: double, default: 50}
nodes:
  - {id: sales, type: read_csv@1, params: {path: data/sales.csv}}
  - {id: large, type: filter_rows@1, params: {where: "revenue >= :minimum"}}
  - {id: total, type: aggregate@1, params: {by: [region], measures: [{name: total, function: sum, column: revenue}]}}
  - {id: review, type: human_review@1, params: {question: Right?, fields: {right: {type: boolean}}}}
  - {id: out, type: write_csv@1, params: {path: out/totals.csv}}
edges:
  - {from: sales, to: large}
  - {from: large, to: total}
  - {from: total, to: review}
  - {from: review, to: out}
contracts:
  out: {columns: {region: varchar, total: double, right: boolean}, unique: [region]}
"""
PUBLIC = PLAN.replace("name: totals", "name: public").replace("out/totals.csv", "out/public/totals.csv")


def write(root: Path) -> None:
    """A project in `root` with saved plans, decisions, a finished run, one that is paused, and one that waits."""
    (root / "data").mkdir(parents=True)
    (root / "data/sales.csv").write_text("region,revenue\nEast,120.5\nWest,310\nEast,45.25\n")
    (root / "interlock.toml").write_text(CONFIG)
    (root / "totals.plan.yaml").write_text(PLAN)
    (root / "public.plan.yaml").write_text(PUBLIC)
    os.chdir(root)
    socket.gethostname = lambda: "workstation"
    project = Project.at(root)
    project.plans.save("totals.plan.yaml", account={"model": "some-model", "attempts": [1, 2]}, note="the first")
    for answer in (True, None):
        try:
            project.runs.start(project.plans.find("totals@1"), {"minimum": 100})
        except RunFailed as failed:
            assert failed.code == "IL943", failed
            if answer is not None:
                project.answers.answer(failed.data["run"], {"right": answer}, by="Ada", note="as expected")
                project.runs.resume(failed.data["run"])
    (root / "totals.plan.yaml").write_text(PLAN.replace("default: 50", "default: 60"))
    project.plans.save("totals.plan.yaml")
    try:
        project.runs.start("public.plan.yaml")
    except ApprovalNeeded as needed:
        project.approvals.reject(needed.run, by="Bob", note="not yet")
    project.approvals.approve("public.plan.yaml", by="Ada")
    shutil.rmtree(root / "out")
    database = sqlite3.connect(root / ".interlock/journal.db")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute("PRAGMA journal_mode = DELETE")
    database.close()


if __name__ == "__main__":
    target = Path(__file__).resolve().parent / "stored" / sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "project")
        shutil.copytree(Path(folder) / "project", target, ignore=shutil.ignore_patterns(".interlock"))
        # under another name, for `.interlock` is ignored by version control
        shutil.copytree(
            Path(folder) / "project/.interlock",
            target / "store",
            ignore=shutil.ignore_patterns(".gitignore", "locks", "scratch"),
        )
