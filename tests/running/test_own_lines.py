"""A loaded program's functions say where their text stands, in its own part and in the part that all programs share."""

from __future__ import annotations

import inspect
import types
from pathlib import Path

from interlock import Project
from interlock.runtime.loading import SAME, load, unload

PLAN = """
interlock: 1
nodes:
  - {id: rows, type: read_json@1, params: {path: data.json}}
  - {id: out, type: write_excel@1, params: {path: out.xlsx}}
edges: [{from: rows, to: out}]
"""


def test_code_lies_on_its_own_lines(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text('[{"id": 1}]')
    project = Project(tmp_path)
    checked = project.check_text(PLAN).proven
    assert checked is not None
    artifact = project.compile(checked)
    module = load(artifact)
    try:
        functions = [
            each
            for owner in (module, *(each for each in vars(module).values() if inspect.isclass(each)))
            for each in vars(owner).values()
            if isinstance(each, types.FunctionType) and each.__code__.co_filename == module.__file__
        ]
        shared = artifact.source[: artifact.source.rindex(SAME)].count("\n")
        for each in functions:
            assert inspect.getsource(each).lstrip().startswith(("def ", "@", "async def ")), each
            assert f"def {each.__name__}(" in inspect.getsource(each)
        places = [each.__code__.co_firstlineno for each in functions]
        assert min(places) < shared < max(places)
    finally:
        unload(module)
