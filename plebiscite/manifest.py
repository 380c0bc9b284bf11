"""What a vote rests on, written down in one way: the text whose hash every commitment names.

Pure: everything comes in as plain values. The format is stated in docs/plebiscite.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from plebiscite.tally import Ruleset, canonical_json

FORMAT = "hajnowka-odnowa/plebiscite/manifest/1"


@dataclass(frozen=True)
class OptionText:
    """One line of the ballot paper."""

    code: str
    position: int
    title: str
    description: str
    language: str
    alt_text: str
    picture_sha256: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "position": self.position,
            "title": self.title,
            "description": self.description,
            "language": self.language,
            "alt_text": self.alt_text,
            "picture_sha256": self.picture_sha256,
        }


def write(
    *,
    plebiscite: str,
    slug: str,
    title: dict[str, str],
    question: dict[str, str],
    options: list[OptionText],
    ruleset: Ruleset,
    channels: list[str],
    dates: dict[str, datetime],
    grace_s: int,
    mix_k: int,
    retention_days: int,
    sealed_size: int,
    inbox_public_key: bytes,
    promise_public_key: bytes,
    log_public_key: bytes,
    regulations: dict[str, str],
    minimum_age: int,
    residence: list[str],
    beacon_rule: str,
    polling_points: list[str],
    codes: tuple[int, str],
    is_rehearsal: bool = False,
) -> str:
    """The manifest as canonical JSON: sorted keys, no spaces, moments in UTC.

    `regulations` are hashes of the text in each language; `codes` how many voting codes were
    printed, and the hash of the list of their digests. `residence` are the postal codes and towns
    whose addresses a declaration may name; none when addresses are not checked. That of a test
    run says so.
    """
    # A key of its own, and only there: nothing but a test run can be taken for one.
    marked = {"rehearsal": True} if is_rehearsal else {}
    return canonical_json(
        {
            **marked,
            "format": FORMAT,
            "plebiscite": plebiscite,
            "slug": slug,
            "title": title,
            "question": question,
            "options": [option.as_dict() for option in options],
            "ruleset": ruleset.as_dict(),
            "channels": sorted(channels),
            "dates": {name: _moment(value) for name, value in dates.items()},
            "grace_s": grace_s,
            "mix_k": mix_k,
            "retention_days": retention_days,
            "sealed_size": sealed_size,
            "inbox_public_key": inbox_public_key.hex(),
            "promise_public_key": promise_public_key.hex(),
            "log_public_key": log_public_key.hex(),
            "regulations_sha256": regulations,
            "minimum_age": minimum_age,
            "residence": residence,
            "beacon_rule": beacon_rule,
            "polling_points": polling_points,
            "codes_printed": {"number": codes[0], "sha256": codes[1]},
        }
    )


def sha256(text: str) -> bytes:
    """The hash that commitments name."""
    return hashlib.sha256(text.encode()).digest()


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
