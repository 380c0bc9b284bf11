"""Reading ballots from files: PrefLib, ABIF, tables of cast-vote records, the audit bundle.

`read_file` gives what a count needs. Whatever is wrong with a file is a `BadFile`, which says in
which line and what. Nothing is guessed: a file that can be read in two ways is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from plebiscite.tally.reading.abif import read_abif
from plebiscite.tally.reading.bundle import read_bundle
from plebiscite.tally.reading.common import BadFile, Election
from plebiscite.tally.reading.preflib import read_preflib
from plebiscite.tally.reading.records import read_records

__all__ = ["FORMATS", "BadFile", "Election", "read_file"]

_READERS: dict[str, Callable[[Path], Election]] = {
    **{kind: partial(read_preflib, kind=kind) for kind in ("soc", "soi", "toc", "toi")},
    "abif": read_abif,
    "csv": read_records,
    "zip": read_bundle,
}
FORMATS = tuple(_READERS)


def read_file(path: Path, *, file_format: str = "") -> Election:
    """The ballots of a file; its format by `file_format` or by how its name ends.

    Raises BadFile; OSError when it cannot be opened.
    """
    kind = file_format or path.suffix.lower().lstrip(".")
    if kind not in _READERS:
        raise BadFile(
            f"the name does not end in one of .{', .'.join(FORMATS)}: say which it is by --format"
        )
    try:
        return _READERS[kind](path)
    except UnicodeDecodeError:
        raise BadFile("the file is not written in UTF-8", line=_undecodable_line(path)) from None


def _undecodable_line(path: Path) -> int:
    """The first line of the file that is no UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0
