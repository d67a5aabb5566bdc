"""A fault on disk: the smallest plan that shows it, the files that the plan reads, and what was said of it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from interlock.evaluation.fuzz import Found


def write(found: Found, folder: Path, node_files: Sequence[Path]) -> Path:
    """Write a fault as a project folder below `folder`, with the project's own files of node types; where it is."""
    seed, number = found.drawn_by
    name = f"{found.fault.oracle}-{found.fault.kind}-{seed}-{number}"
    target = folder / "".join(each if each.isalnum() or each in "-_" else "_" for each in name)
    target.mkdir(parents=True, exist_ok=True)
    told = {
        "oracle": found.fault.oracle,
        "kind": found.fault.kind,
        "message": found.fault.message,
        "seed": seed,
        "number": number,
        "again": found.again,
    }
    if found.case is not None:
        found.case.lay_out(target)
        (target / "case.plan.json").write_text(found.case.text + "\n", encoding="utf-8")
        told["inputs"] = {name: str(value) for name, value in found.case.inputs.items()}
    # a list of texts is written alike in JSON and in TOML
    files = json.dumps([os.path.relpath(each, target) for each in node_files], ensure_ascii=False)
    (target / "interlock.toml").write_text(f"nodes = {files}\n" if node_files else "", encoding="utf-8")
    if found.fault.document is not None:
        text = found.fault.document
        text = text if isinstance(text, str) else json.dumps(text, indent=1, ensure_ascii=False)
        (target / "mutant.plan.json").write_text(text, encoding="utf-8", errors="surrogatepass")
    (target / "fault.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return target
