"""A second process with another hash seed, which compiles and runs cases and tells the digests.

`python -m interlock.evaluation.peer` answers on standard output what it is asked on standard input: pickled, what opens
a project, a case, an artifact or None to compile the case, the number of threads, and whether to run step by step.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import subprocess
import sys
from typing import IO, Any, ClassVar

from interlock.evaluation.cases import Case
from interlock.evaluation.trials import Opener, trial_of
from interlock.ir.artifact import Artifact


class Peer:
    """The other process. It is started once, when it is first needed, and ends with this one."""

    _here: ClassVar[Peer | None] = None

    def __init__(self) -> None:
        self.settings = {"PYTHONHASHSEED": str(os.getpid() % 1000 + 1), "TZ": "Asia/Kathmandu", "LC_ALL": "C"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "interlock.evaluation.peer"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **self.settings},
        )  # fmt: skip
        atexit.register(self.close)

    @classmethod
    def here(cls) -> Peer:
        """The peer of this process."""
        if cls._here is None or cls._here.process.poll() is not None:
            cls._here = Peer()
        return cls._here

    def ask(
        self, opened: Opener, case: Case, artifact: Artifact | None, threads: int, stepwise: bool
    ) -> dict[str, Any]:
        """The digest of the artifact, the failure in words or None, and the digests of the files written."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            pickle.dump((opened, case, artifact, threads, stepwise), self.process.stdin)
            self.process.stdin.flush()
            return pickle.load(self.process.stdout)
        except BaseException:
            self.close()  # an answer that comes late would be taken for that to the next question
            raise

    def close(self) -> None:
        """End the other process."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.process.kill()


def answer(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until there are no more questions."""
    while True:
        try:
            opened, case, artifact, threads, stepwise = pickle.load(questions)
        except EOFError:
            return
        try:
            with trial_of(case, opened) as trial:
                artifact = artifact or trial.artifact
                ran = trial.run(artifact, threads=threads, stepwise=stepwise)
                failed = str(ran.failed) if ran.failed else None
                told = {"artifact": artifact.digest, "failed": failed, "files": dict(ran.digests)}
        except Exception as error:
            told = {"artifact": "", "failed": f"{type(error).__name__}: {error}", "files": {}}
        pickle.dump(told, answers)
        answers.flush()


if __name__ == "__main__":
    answers, sys.stdout = sys.stdout, sys.stderr  # what a node prints is no answer
    answer(sys.stdin.buffer, answers.buffer)
