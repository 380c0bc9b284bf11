"""The issue desk: one mark for one person whatever they come with, and only at one's own point."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from accounts.roles import Role
from core.i18n.dates import TOWN_TIME
from plebiscite import clock
from plebiscite.models import (
    Inbox,
    NamesakeRequest,
    ParticipationMark,
    PointClerk,
    PollingPoint,
    VoterRegister,
)
from plebiscite.services import registering
from plebiscite.services.casting import VoteRefused
from plebiscite.services.commission import desk
from plebiscite.services.commission.desk import IssueRefused
from plebiscite.services.registering import DeclarationRefused
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory, person_with
from tests.factories.polling import point_of, polling, urn

pytestmark = pytest.mark.django_db


def reason(call) -> str:
    with pytest.raises((IssueRefused, VoteRefused, DeclarationRefused)) as error:
        call()
    return error.value.reason


@pytest.fixture
def vote():
    return polling(codes=2)


def issue(vote, number=0, channel="code", clerk=None, person=None):
    return desk.issue(
        vote.point,
        actor=clerk or vote.clerk,
        person=person or make.somebody(number),
        channel=channel,
    )


def test_an_envelope_marks_the_person_and_no_code(vote):
    mark = issue(vote)
    assert (mark.channel, mark.point_id) == ("code", vote.point.pk)
    assert not vote.plebiscite.codes.exclude(spent_on=None).exists()
    assert reason(lambda: issue(vote)) == IssueRefused.VOTED
    standing = desk.look_up(vote.point, actor=vote.clerks[1], person=make.somebody(0))
    assert (standing.may_be_issued, standing.mark) == (False, mark)


def test_who_got_a_card_cannot_vote_online_and_the_other_way_round(vote):
    urn(vote)
    user = make.declared(vote.plebiscite, number=1)
    issue(vote, 1, "paper")
    assert reason(lambda: make.vote(vote.plebiscite, user)) == VoteRefused.ALREADY_VOTED
    assert reason(lambda: make.declared(vote.plebiscite, number=1)) == DeclarationRefused.VOTED
    make.vote(vote.plebiscite, make.declared(vote.plebiscite, number=2))
    for channel in ("paper", "code"):
        assert reason(lambda c=channel: issue(vote, 2, c)) == IssueRefused.VOTED
    assert (ParticipationMark.objects.count(), Inbox.objects.count()) == (2, 1)


def test_a_card_needs_an_urn_and_there_are_no_more_than_were_taken(vote):
    assert reason(lambda: issue(vote, 1, "paper")) == IssueRefused.NO_BATCH
    urn(vote, cards=2)
    issue(vote, 1, "paper")
    issue(vote, 2, "paper")
    assert reason(lambda: issue(vote, 3, "paper")) == IssueRefused.NO_CARDS
    urn(vote, cards=1, seal="P-002")
    issue(vote, 3, "paper")
    assert ParticipationMark.objects.count() == 3


@pytest.mark.parametrize("when", ["before", "after"])
def test_nothing_is_handed_out_outside_of_the_time(vote, when):
    by = vote.plebiscite.voting_opens_at if when == "before" else vote.plebiscite.voting_closes_at
    shift = by - clock.now() + timedelta(seconds=-5 if when == "before" else 5)
    with clock.shifted(shift):
        assert reason(lambda: issue(vote)) == IssueRefused.CLOSED
    assert not VoterRegister.objects.exists()


def test_what_the_rules_leave_out():
    vote = polling(channels=("account", "code"), codes=1, minimum_age=16)
    assert reason(lambda: issue(vote, 0, "paper")) == IssueRefused.CHANNEL_OFF
    assert reason(lambda: issue(vote, 0, "account")) == IssueRefused.CHANNEL_OFF
    opens = vote.plebiscite.voting_opens_at.astimezone(TOWN_TIME).date()
    young = replace(make.somebody(1), birth_date=opens.replace(year=opens.year - 16) + make.DAY)
    assert reason(lambda: issue(vote, person=young)) == IssueRefused.TOO_YOUNG
    assert (
        reason(
            lambda: registering.declare(
                vote.plebiscite.pk, actor=UserFactory(), person=young, town="Hajnówka"
            )
        )
        == DeclarationRefused.TOO_YOUNG
    )
    old = replace(young, birth_date=young.birth_date - make.DAY)
    assert issue(vote, person=old).channel == "code"


def test_the_way_a_name_is_written_does_not_matter(vote):
    issue(vote, person=replace(make.somebody(1), name="Zażółć Gęślą", street="ul. Łąkowa 3"))
    again = replace(make.somebody(1), name="GESLA  zazolc", street="Lakowa 3")
    assert reason(lambda: issue(vote, person=again)) == IssueRefused.VOTED


# --- People of one name ---------------------------------------------------------------------------


def moved(number: int = 1):
    return replace(make.somebody(number), street="ul. Inna 9")


def report(vote, finding, clerk=None):
    return desk.report_namesake(
        vote.point, actor=clerk or vote.clerk, person=moved(), finding=finding
    )


def test_another_address_stops_at_the_desk_and_two_people_find_another_person(vote):
    issue(vote, 1)
    assert reason(lambda: issue(vote, person=moved())) == IssueRefused.NAMESAKE
    request = report(vote, NamesakeRequest.Finding.OTHER)
    with pytest.raises(PermissionDenied):
        desk.decide_namesake(request, actor=vote.clerk, agrees=True)
    assert reason(lambda: issue(vote, person=moved())) == IssueRefused.NAMESAKE
    desk.decide_namesake(request, actor=vote.clerks[1], agrees=True)
    assert issue(vote, person=moved()).channel == "code"
    assert ParticipationMark.objects.count() == 2
    assert sorted(VoterRegister.objects.values_list("namesake", flat=True)) == [0, 1]


def test_somebody_who_moved_has_one_vote(vote):
    user = make.declared(vote.plebiscite, number=1)
    desk.decide_namesake(
        report(vote, NamesakeRequest.Finding.SAME), actor=vote.clerks[1], agrees=True
    )
    issue(vote, person=moved())
    assert VoterRegister.objects.count() == 1
    assert reason(lambda: make.vote(vote.plebiscite, user)) == VoteRefused.ALREADY_VOTED


def test_the_same_person_who_has_voted_gets_nothing(vote):
    issue(vote, 1)
    assert reason(lambda: report(vote, NamesakeRequest.Finding.SAME)) == IssueRefused.VOTED
    assert not NamesakeRequest.objects.exists()


def test_a_rejected_finding_changes_nothing(vote):
    issue(vote, 1)
    request = report(vote, NamesakeRequest.Finding.OTHER)
    desk.decide_namesake(request, actor=vote.clerks[1], agrees=False)
    assert reason(lambda: issue(vote, person=moved())) == IssueRefused.NAMESAKE
    assert not NamesakeRequest.objects.exists()


# --- Who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*Role, "clerk elsewhere", "nobody", "former clerk"])
def test_nobody_but_the_clerks_of_the_point(vote, role):
    if role == "clerk elsewhere":
        other = polling(codes=1)
        who = other.clerk
    elif role == "former clerk":
        who = vote.clerk
        PointClerk.objects.filter(user=who).delete()
    else:
        who = UserFactory() if role == "nobody" else person_with(Role(role))
    with pytest.raises(PermissionDenied):
        desk.look_up(vote.point, actor=who, person=make.somebody(1))
    with pytest.raises(PermissionDenied):
        issue(vote, clerk=who)
    assert vote.point not in PollingPoint.objects.of_clerk(who)


def test_a_look_up_asks_the_same_number_of_questions(vote, django_assert_num_queries):
    for number in range(3):
        issue(vote, number)
    for person, number in ((make.somebody(0), 2), (make.somebody(99), 5), (moved(0), 5)):
        point = PollingPoint.objects.get(pk=vote.point.pk)
        with django_assert_num_queries(number):
            desk.look_up(point, actor=vote.clerk, person=person)


@pytest.mark.database
def test_the_database_holds_marks_and_points_together(vote):
    voter = VoterRegister.objects.create(
        plebiscite=vote.plebiscite, person_key=b"1" * 32, second_key=b"2" * 32
    )
    for channel, point in (("account", vote.point), ("code", None), ("paper", None)):
        with pytest.raises(DatabaseError), transaction.atomic():
            ParticipationMark.objects.create(
                voter=voter,
                plebiscite=vote.plebiscite,
                channel=channel,
                point=point,
                day=date(2026, 1, 1),
            )
    for call in (
        lambda: point_of(vote.plebiscite, "Nowy"),
        lambda: PollingPoint.objects.update(address="gdzie indziej"),
        lambda: PollingPoint.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            call()
