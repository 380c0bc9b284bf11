"""How far somebody has come with their vote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from plebiscite import keys
from plebiscite.models import AccountVoter
from plebiscite.voters import account_key


@dataclass(frozen=True)
class VoterStatus:
    """`voted_on` is the day of the mark, None before it."""

    is_declared: bool
    voted_on: date | None = None
    channel: str = ""


def voter_status(plebiscite: UUID, user: Any) -> VoterStatus:
    """What the register knows about the person behind an account. Raises MissingKey."""
    key = account_key(keys.pepper(plebiscite), user.pk)
    entry = (
        AccountVoter.objects.filter(plebiscite=plebiscite, account_key=key)
        .values_list("voter__mark__day", "voter__mark__channel")
        .first()
    )
    if entry is None:
        return VoterStatus(is_declared=False)
    return VoterStatus(is_declared=True, voted_on=entry[0], channel=entry[1] or "")
