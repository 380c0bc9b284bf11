"""Compiles the catalogues that changed: `python -m core.i18n.catalogues.compile`.

Runs before anything else does (installation, tests, server), so it needs neither Django nor a
database, and does nothing in a few hundredths of a second when nothing changed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from core.i18n.catalogues import LOCALE_DIR


def compile_changed(locale_dir: Path = LOCALE_DIR) -> list[Path]:
    """Writes every .mo that is missing or older than its .po; gives the .po files compiled.

    A .mo without a .po is removed. Files are replaced whole, so that a running server or a
    second command never reads half a catalogue. Raises `OSError` when a .po is malformed.
    """
    compiled = []
    for folder in sorted(locale_dir.glob("*/LC_MESSAGES")):
        for source in sorted(folder.glob("*.po")):
            if _is_stale(source):
                _compile(source)
                compiled.append(source)
        for binary in folder.glob("*.mo"):
            if not binary.with_suffix(".po").exists():
                binary.unlink(missing_ok=True)
    return compiled


def _is_stale(source: Path) -> bool:
    binary = source.with_suffix(".mo")
    return not binary.exists() or binary.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(source: Path) -> None:
    import polib

    # The time of the text that was read, so that an edit during compilation is seen next time.
    read_at = source.stat()
    try:
        data = polib.pofile(str(source)).to_binary()
    except OSError as error:
        raise OSError(f"{source}: {error}") from error
    handle, name = tempfile.mkstemp(dir=source.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        os.utime(name, ns=(read_at.st_atime_ns, read_at.st_mtime_ns))
        Path(name).replace(source.with_suffix(".mo"))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def main() -> int:
    """Compiles and says what was compiled; 1 when a catalogue cannot be read."""
    try:
        compiled = compile_changed()
    except OSError as error:
        print(f"A translation catalogue cannot be compiled: {error}", file=sys.stderr)
        return 1
    if compiled:
        languages = ", ".join(sorted({source.parent.parent.name for source in compiled}))
        print(f"Compiled the translations: {languages}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
