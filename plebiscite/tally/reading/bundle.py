"""The audit bundle of this platform: rules and options of its manifest, ballots of its openings.

This reads what has to be counted and checks no hash: that is the business of the bundle's own
`verify.py`.
"""

from __future__ import annotations

import json
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plebiscite.ballots import CODE, BadBallot, ballot_reader
from plebiscite.tally.model import BadRuleset, Method, Ruleset
from plebiscite.tally.reading.common import BadFile, Election, quoted, readable

_MANIFEST, _OPENINGS, _BEACON = "manifest.json", "openings.jsonl", "beacon.json"


def read_bundle(path: Path) -> Election:
    """The ballots of an audit bundle, with its rules and its order of lots."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise BadFile(f"this is no whole zip file: {error}") from None
    with archive:
        return _read(archive)


#: So many different ballots are remembered as text.
REMEMBERED = 50_000


def _read(archive: zipfile.ZipFile) -> Election:
    manifest = _object(b"".join(_lines(archive, _MANIFEST)), _MANIFEST)
    try:
        ruleset = Ruleset.from_dict(_of(manifest, "ruleset", dict))
    except BadRuleset as error:
        raise BadFile(f"{_MANIFEST} is not understood: {error}") from None
    codes = _codes(manifest)
    election = Election(codes, ruleset=ruleset, title=_title(manifest))
    read = ballot_reader(ruleset, codes)
    # Ballots repeat: each text is read once, unless nearly all of them differ.
    texts: dict[str, Any] = {}
    parts: dict[Any, Any] = {}
    is_points = ruleset.method == Method.POINTS
    for number, line in enumerate(_lines(archive, _OPENINGS), start=1):
        text = _object(line, _OPENINGS, line=number).get("ballot")
        if not isinstance(text, str):
            raise BadFile(f"{_OPENINGS}: the ballot is no text: {quoted(text)}", line=number)
        ballot = texts.get(text)
        if ballot is None:
            try:
                ballot = read(text)
            except BadBallot as error:
                raise BadFile(
                    f"{_OPENINGS}: no ballot of this vote: {error}", line=number
                ) from None
            # Parts repeat too, in ballots that do not.
            ballot = tuple([parts.setdefault(part, part) for part in ballot])
            if len(texts) < REMEMBERED:
                texts[text] = ballot
        if is_points:
            election.scores[ballot] += 1
        else:
            election.ballots[ballot] += 1
    if ruleset.draws_lots:
        order = _object(b"".join(_lines(archive, _BEACON)), _BEACON).get("order")
        # As text, so that anything can be compared: codes are text, and equal to nothing else.
        if not isinstance(order, list) or sorted(order, key=str) != sorted(codes):
            raise BadFile(f"{_BEACON} has no order of all options: {quoted(order)}")
        election.lot_order = tuple(order)
    return election


def _codes(manifest: dict[str, Any]) -> tuple[str, ...]:
    """The codes of the options, as they may stand on a ballot."""
    codes = []
    for option in _of(manifest, "options", list):
        code = option.get("code") if isinstance(option, dict) else None
        if not isinstance(code, str) or not CODE.fullmatch(code):
            raise BadFile(
                f"{_MANIFEST} is not understood: an option without a code: {quoted(option)}"
            )
        codes.append(code)
    if not codes or len(set(codes)) < len(codes):
        raise BadFile(f"{_MANIFEST} is not understood: no options, or two with one code")
    return tuple(codes)


def _title(manifest: dict[str, Any]) -> str:
    title = _of(manifest, "title", dict).get("pl", "")
    if not isinstance(title, str):
        raise BadFile(f"{_MANIFEST} is not understood: the title is no text: {quoted(title)}")
    # Half a surrogate pair is JSON, and cannot be printed.
    title = title.encode(errors="replace").decode()
    return readable(title, line=0, what=f"the title in {_MANIFEST}")


def _of(manifest: dict[str, Any], name: str, kind: type) -> Any:
    """A part of the manifest that is of this kind."""
    value = manifest.get(name)
    if not isinstance(value, kind):
        wanted = "list" if kind is list else "object"
        raise BadFile(f"{_MANIFEST} is not understood: {name} is no {wanted}: {quoted(value)}")
    return value


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The lines of a file of the bundle; what cannot be unpacked is a bad file."""
    # Which of the two is meant? Other programs take the other one.
    if archive.namelist().count(name) > 1:
        raise BadFile(f"a file is in the bundle twice: {name}")
    try:
        with archive.open(name) as file:
            yield from file
    except KeyError:
        raise BadFile(f"the bundle lacks a file: {name}") from None
    # An encrypted file is a RuntimeError, an unknown compression a NotImplementedError.
    except (RuntimeError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        raise BadFile(f"this is no whole zip file: {name}: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose fields are there once: of two readers each would take another one."""
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a field is there twice")
    return value


_decode = json.JSONDecoder(object_pairs_hook=_once).decode


def _object(raw: bytes, name: str, *, line: int = 0) -> dict[str, Any]:
    """A JSON object in UTF-8."""
    try:
        value = _decode(raw.decode())
    except UnicodeDecodeError:
        raise BadFile(f"{name} is not written in UTF-8", line=line) from None
    # Also numbers of thousands of digits, and brackets within brackets without an end.
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{name} is no JSON: {error}", line=line) from None
    if not isinstance(value, dict):
        raise BadFile(f"{name} is no JSON object: {quoted(value)}", line=line)
    return value
