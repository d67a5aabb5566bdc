"""Load an emitted module from its text.

Its source goes into `linecache`, so that a traceback or a debugger shows the user's own step. The last part of a module is
the same in every one of a release, and most of it: it is compiled once for a process.
"""

from __future__ import annotations
import __future__

import linecache
import sys
import types
from functools import lru_cache
from itertools import count

from interlock.ir.artifact import Artifact

SAME = "# How the steps run. This part is the same in every module.\n"
"""The line at which that part begins. A module without it is compiled as a whole."""
FLAGS = __future__.annotations.compiler_flag

_numbers = count(1)


def load(artifact: Artifact) -> types.ModuleType:
    """The artifact's module, loaded from its text under a name of its own; `unload` takes it away again.

    It is in `sys.modules` while it is used: dataclasses, pickle and others look for a class's module there.
    """
    digest = artifact.digest[7:19]
    name = f"<interlock {artifact.entry} {digest}>"
    linecache.cache[name] = (len(artifact.source), None, artifact.source.splitlines(keepends=True), name)
    module = types.ModuleType(f"interlock_program_{digest}_{next(_numbers)}")
    module.__file__ = name
    sys.modules[module.__name__] = module
    try:
        for part in _compiled(artifact.source, name):
            exec(part, module.__dict__)
    except BaseException:
        unload(module)
        raise
    return module


def unload(module: types.ModuleType) -> None:
    """Take a loaded module out of `sys.modules`."""
    sys.modules.pop(module.__name__, None)


def _compiled(source: str, name: str) -> tuple[types.CodeType, ...]:
    own, line, same = source.rpartition(SAME)
    if not line:
        return (compile(source, name, "exec", dont_inherit=True),)
    return compile(own, name, "exec", dont_inherit=True), _moved(_same(line + same), name, own.count("\n"))


@lru_cache(maxsize=4)
def _same(text: str) -> types.CodeType:
    return compile(text, "<the same in every module>", "exec", FLAGS, dont_inherit=True)


def _moved(code: types.CodeType, name: str, lines: int) -> types.CodeType:
    """The code as if it had been compiled from a file of this name, so many lines further down."""
    held = tuple(_moved(each, name, lines) if isinstance(each, types.CodeType) else each for each in code.co_consts)
    return code.replace(co_filename=name, co_firstlineno=code.co_firstlineno + lines, co_consts=held)
