"""Where packages come from is the installer's affair: only the lock file names a package index, and only the public one."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]

# In parts, because this file is searched too.
INDEX = ".".join(("pypi", "org"))
FILES = ".".join(("files", "pythonhosted", "org"))
SETTINGS = ("-".join(("index", "url")), "_".join(("INDEX", "URL")), "_".join(("UV", "DEFAULT", "INDEX")))


def project_files() -> list[Path]:
    """The files of the project: what git tracks, and what it would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_only_the_lock_file_names_a_package_index() -> None:
    words = tuple(word.encode() for word in (INDEX, FILES, *SETTINGS))
    named = [path for path in project_files() if any(word in path.read_bytes() for word in words)]
    assert [str(path.relative_to(ROOT)) for path in named if path.name != "uv.lock"] == []


def test_the_lock_file_names_only_the_public_index() -> None:
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    assert {urlsplit(url).netloc for url in re.findall(r'"(\w+://[^"]+)"', text)} == {INDEX, FILES}
    sources = [package["source"] for package in tomllib.loads(text)["package"]]
    assert [
        source for source in sources if source not in ({"registry": f"https://{INDEX}/simple"}, {"editable": "."})
    ] == []


def test_no_file_asks_for_one_interpreter() -> None:
    """A pinned interpreter would be downloaded where it is missing; `requires-python` says all that is needed."""
    assert not (ROOT / ".python-version").exists()
