"""The audit bundle of this platform: rules and options of its manifest, ballots of its openings.

This reads what has to be counted and checks no hash: that is the business of the bundle's own
`verify.py`.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from plebiscite.ballots import BadBallot, read_ballot
from plebiscite.tally.model import BadRuleset, Method, Ruleset
from plebiscite.tally.reading.common import BadFile, Election, quoted

_MANIFEST, _OPENINGS, _BEACON = "manifest.json", "openings.jsonl", "beacon.json"


def read_bundle(path: Path) -> Election:
    """The ballots of an audit bundle, with its rules and its order of lots."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive)
    except zipfile.BadZipFile as error:
        raise BadFile(f"this is no whole zip file: {error}") from None
    except KeyError as error:
        raise BadFile(f"the bundle lacks a file: {error.args[0]}") from None


def _read(archive: zipfile.ZipFile) -> Election:
    manifest = _json(archive, _MANIFEST)
    try:
        ruleset = Ruleset.from_dict(manifest["ruleset"])
        codes = tuple(option["code"] for option in manifest["options"])
        titles = manifest["title"]
    except (BadRuleset, KeyError, TypeError) as error:
        raise BadFile(f"{_MANIFEST} is not understood: {error}") from None
    election = Election(codes, ruleset=ruleset, title=titles.get("pl", ""))
    known = frozenset(codes)
    # Ballots repeat: each text is read once.
    texts: dict[str, Any] = {}
    is_points = ruleset.method == Method.POINTS
    with archive.open(_OPENINGS) as file:
        for number, line in enumerate(io.TextIOWrapper(file, "utf-8"), start=1):
            try:
                text = json.loads(line)["ballot"]
                if text not in texts:
                    texts[text] = read_ballot(text, ruleset, known)
            except (json.JSONDecodeError, KeyError, TypeError, BadBallot) as error:
                raise BadFile(
                    f"{_OPENINGS}: no ballot of this vote: {error}", line=number
                ) from None
            if is_points:
                election.scores[texts[text]] += 1
            else:
                election.ballots[texts[text]] += 1
    if ruleset.draws_lots:
        order = _json(archive, _BEACON).get("order")
        if not isinstance(order, list) or sorted(order) != sorted(codes):
            raise BadFile(f"{_BEACON} has no order of all options: {quoted(order)}")
        election.lot_order = tuple(order)
    return election


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    try:
        return json.loads(archive.read(name))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"{name} is no JSON: {error}") from None
