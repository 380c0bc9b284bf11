"""Other Pythons of this machine: on the path, or beside it where pyenv keeps them."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from pathlib import Path

_SAYS_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


@functools.cache
def other(version: str) -> str | None:
    """A Python of this version that runs; None when there is none, or when it runs the tests."""
    if version == ".".join(map(str, sys.version_info[:2])):
        return None
    name = f"python{version}"
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/{name}"))
    # A name on the path may be an empty one: then it says no version.
    for found in [shutil.which(name), *map(str, kept)]:
        if found and _version(found) == version:
            return found
    return None


def _version(program: str) -> str:
    done = subprocess.run([program, "-c", _SAYS_VERSION], capture_output=True, text=True)
    return done.stdout.strip()
