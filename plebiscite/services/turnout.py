"""Counting turnout by age and district: numbers alone, and never a small one."""

from __future__ import annotations

from collections import Counter
from datetime import date
from uuid import UUID, uuid4

from django.db import connection
from django.views.decorators.debug import sensitive_variables

from core.i18n.dates import TOWN_TIME
from plebiscite.groups import age_group, joined
from plebiscite.models import (
    AccountVoter,
    Declaration,
    ParticipationMark,
    Plebiscite,
    TurnoutGroup,
)
from plebiscite.phases import Channel
from plebiscite.voters import Person, places

AGE, DISTRICT = TurnoutGroup.Axis.AGE.value, TurnoutGroup.Axis.DISTRICT.value


@sensitive_variables()
def count_at_desk(plebiscite: Plebiscite, person: Person) -> None:
    """Add somebody who was handed a card or an envelope, in the caller's transaction.

    Always in the order of the axes, so that two desks never wait for each other in a circle.
    """
    for axis, group in _groups(plebiscite, person.birth_date, person.district):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO plebiscite_turnoutgroup AS held (id, plebiscite_id, axis, "
                '"group", number) VALUES (%s, %s, %s, %s, 1) '
                'ON CONFLICT (plebiscite_id, axis, "group") '
                "DO UPDATE SET number = held.number + 1",
                [uuid4(), plebiscite.pk, axis, group],
            )


def settle(plebiscite: Plebiscite) -> None:
    """Add the accounts and join what is too small; the box is sealed, nobody comes any more."""
    numbers: dict[str, Counter[str]] = {AGE: Counter(), DISTRICT: Counter()}
    for axis, group, number in TurnoutGroup.objects.filter(plebiscite=plebiscite).values_list(
        "axis", "group", "number"
    ):
        numbers[axis][group] += number
    for birth_date, district in _of_accounts(plebiscite):
        for axis, group in _groups(plebiscite, birth_date, district):
            numbers[axis][group] += 1
    TurnoutGroup.objects.filter(plebiscite=plebiscite).delete()
    TurnoutGroup.objects.bulk_create(
        TurnoutGroup(plebiscite=plebiscite, axis=axis, group=group, number=number)
        for axis, counted in numbers.items()
        for group, number in joined(counted).items()
    )


def _of_accounts(plebiscite: Plebiscite) -> list[tuple[date, str]]:
    """Birth date and district of everybody who has voted with an account, each person once."""
    if not (plebiscite.turnout_by_age or plebiscite.districts):
        return []
    marked = ParticipationMark.objects.filter(plebiscite=plebiscite, channel=Channel.ACCOUNT)
    voters = dict(
        AccountVoter.objects.filter(
            plebiscite=plebiscite, voter__in=marked.values("voter")
        ).values_list("account_key", "voter_id")
    )
    people: dict[UUID, tuple[date, str]] = {}
    rows = Declaration.objects.filter(plebiscite=plebiscite).order_by("pk")
    for account, birth_date, district in rows.values_list("account_key", "birth_date", "district"):
        if account in voters:
            people.setdefault(voters[account], (birth_date, district))
    return list(people.values())


def _groups(plebiscite: Plebiscite, birth_date: date, district: str) -> list[tuple[str, str]]:
    first = plebiscite.voting_opens_at.astimezone(TOWN_TIME).date()
    found = [(AGE, age_group(birth_date, first))] if plebiscite.turnout_by_age else []
    if listed := places(plebiscite.districts):
        found.append((DISTRICT, district if district in listed else ""))
    return found
