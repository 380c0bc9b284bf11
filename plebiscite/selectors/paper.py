"""The ballot paper of a vote: what was frozen, read in two queries."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from core.i18n.dates import TOWN_TIME
from plebiscite.models import BallotOption, Manifest
from plebiscite.tally import Ruleset


@dataclass(frozen=True)
class BallotPaper:
    """What casting and counting need; none of it can change any more."""

    plebiscite: UUID
    manifest_hash: bytes
    sealed_size: int
    inbox_public_key: bytes
    codes: tuple[str, ...]
    channels: frozenset[str]
    results_on: datetime.date
    ruleset: Ruleset


def ballot_paper(plebiscite: UUID) -> BallotPaper | None:
    """The frozen paper, or None before the freeze. Each process reads it once."""
    try:
        return _read(plebiscite)
    except Manifest.DoesNotExist:
        return None


@lru_cache(maxsize=64)
def _read(plebiscite: UUID) -> BallotPaper:
    manifest = Manifest.objects.select_related("plebiscite").get(pk=plebiscite)
    codes = BallotOption.objects.filter(plebiscite=plebiscite).order_by("position")
    return BallotPaper(
        plebiscite=plebiscite,
        manifest_hash=bytes(manifest.sha256),
        sealed_size=manifest.sealed_size,
        inbox_public_key=bytes(manifest.plebiscite.inbox_public_key),
        channels=frozenset(manifest.plebiscite.channels),
        codes=tuple(codes.values_list("code", flat=True)),
        results_on=manifest.plebiscite.results_at.astimezone(TOWN_TIME).date(),
        ruleset=manifest.plebiscite.ruleset,
    )
