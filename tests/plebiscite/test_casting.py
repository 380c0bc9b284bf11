"""One person, one vote: the paths of a single voter."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.clock import database_now
from core.models import AuditEvent, OutboxMail
from plebiscite import addresses, clock
from plebiscite.ballots import BadBallot, new_nonce
from plebiscite.codes import new_code
from plebiscite.models import Ballot, Declaration, Inbox, ParticipationMark, VoterRegister
from plebiscite.promises import is_genuine
from plebiscite.services import casting, mixing, moving, registering
from plebiscite.services.casting import Vote, VoteRefused
from plebiscite.services.registering import DeclarationRefused
from plebiscite.voters import Person
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory
from tests.plebiscite.booths import form_of

pytestmark = pytest.mark.django_db


def refused(call, *args, **kwargs) -> str:
    with pytest.raises((VoteRefused, DeclarationRefused, BadBallot)) as refusal:
        call(*args, **kwargs)
    return refusal.value.reason


@pytest.fixture
def vote_on():
    return make.voting()


def test_a_vote_leaves_a_mark_a_sealed_row_and_a_promise(vote_on):
    user = make.declared(vote_on)
    promise = make.vote(vote_on, user, ["M2"])
    mark = ParticipationMark.objects.get()
    assert (mark.plebiscite_id, mark.channel) == (vote_on.pk, "account")
    assert Inbox.objects.count() == 1
    assert is_genuine(promise, public_key=bytes(vote_on.promise_public_key))
    mail = OutboxMail.objects.get(kind="plebiscite/participation")
    assert mail.to == user.email
    assert AuditEvent.objects.filter(verb="vote", object_id=str(mark.pk)).count() == 1


def test_the_same_vote_again_gets_the_same_promise_before_and_after_the_mix(vote_on):
    user = make.declared(vote_on)
    nonce = new_nonce()
    first = make.vote(vote_on, user, ["M1"], nonce=nonce)
    assert make.vote(vote_on, user, ["M1"], nonce=nonce) == first
    mixing.flush_everything(vote_on.pk)
    assert Ballot.objects.count() == 1
    assert make.vote(vote_on, user, ["M1"], nonce=nonce) == first
    assert (ParticipationMark.objects.count(), Inbox.objects.count()) == (1, 0)


def test_another_vote_is_not_taken(vote_on):
    user = make.declared(vote_on)
    make.vote(vote_on, user, ["M1"])
    assert refused(make.vote, vote_on, user, ["M1"]) == VoteRefused.ALREADY_VOTED
    assert refused(make.vote, vote_on, user, ["M2"]) == VoteRefused.ALREADY_VOTED
    assert Inbox.objects.count() == 1


def test_a_blank_ballot_is_a_vote(vote_on):
    make.vote(vote_on, make.declared(vote_on), [])
    mixing.flush_everything(vote_on.pk)
    assert Ballot.objects.get().payload == "single:"


def test_somebody_elses_commitment_is_not_taken_twice(vote_on):
    nonce = new_nonce()
    make.vote(vote_on, make.declared(vote_on, number=1), ["M1"], nonce=nonce)
    other = make.declared(vote_on, number=2)
    assert refused(make.vote, vote_on, other, ["M1"], nonce=nonce) == VoteRefused.DRAW_AGAIN
    mixing.flush_everything(vote_on.pk)
    assert refused(make.vote, vote_on, other, ["M1"], nonce=nonce) == VoteRefused.DRAW_AGAIN
    assert ParticipationMark.objects.count() == 1
    make.vote(vote_on, other, ["M1"])


@pytest.mark.parametrize(
    ("picks", "reason"),
    [(["M9"], "unknown_option"), (["M1", "M2"], "too_many"), (["M1", "X"], "unknown_option")],
)
def test_forged_ballots_leave_nothing(vote_on, picks, reason):
    user = make.declared(vote_on)
    forged = Vote(picks, bytes(16), bytes(32))
    assert refused(casting.cast, vote_on.pk, forged, actor=user, language="pl") == reason
    assert not ParticipationMark.objects.exists()


def test_a_commitment_that_does_not_fit_is_refused(vote_on):
    user = make.declared(vote_on)
    nonce = new_nonce()
    wrong = Vote(["M1"], nonce, make.committed_to(vote_on, ["M2"], nonce))
    reason = refused(casting.cast, vote_on.pk, wrong, actor=user, language="pl")
    assert reason == BadBallot.MALFORMED


def test_an_option_of_another_vote_is_refused(vote_on):
    other = make.voting(options=5)
    user = make.declared(vote_on)
    vote = make.filled(other, ["M5"])
    reason = refused(casting.cast, vote_on.pk, vote, actor=user, language="pl")
    assert reason == BadBallot.UNKNOWN_OPTION


def test_who_cannot_vote(vote_on):
    assert refused(make.vote, vote_on, UserFactory()) == VoteRefused.NOT_DECLARED
    unverified = UserFactory(verified=False)
    assert refused(make.vote, vote_on, unverified) == VoteRefused.NOT_ALLOWED
    assert refused(make.declared, vote_on, unverified) == DeclarationRefused.NOT_ALLOWED
    closed = make.declared(vote_on, number=3)
    closed.is_active = False
    assert refused(make.vote, vote_on, closed) == VoteRefused.NOT_ALLOWED


def statements(queries) -> list[str]:
    """What was asked, without the words that begin and end transactions."""
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [one["sql"] for one in queries if not one["sql"].startswith(control)]


def test_a_vote_is_one_short_transaction(vote_on):
    user = make.declared(vote_on)
    make.vote(vote_on, make.declared(vote_on, number=5))
    with CaptureQueriesContext(connection) as queries:
        make.vote(vote_on, user)
    assert len(statements(queries)) == 7
    # One transaction, and nothing in it that could be undone by itself.
    assert [one["sql"].split()[0] for one in queries if "SAVEPOINT" in one["sql"]] == [
        "SAVEPOINT", "RELEASE",
    ]  # fmt: skip


@pytest.mark.parametrize("options", [3, 12])
def test_a_vote_over_http_asks_at_most_twelve_questions(options):
    """Session, account, throttle, vote, audit and mail; the frame of the page is not the vote's."""
    plebiscite = make.voting(options)
    url = addresses.booth(plebiscite.slug)
    client, sent = summary(plebiscite, make.declared(plebiscite, number=1))
    client.post(url, sent)
    client, sent = summary(plebiscite, make.declared(plebiscite, number=2))
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(url, sent)
    assert sent["commitment"] in answer.content.decode()
    frame = ("home_siteidentity", "wagtailcore_site")
    asked = [one for one in statements(queries) if not any(name in one for name in frame)]
    assert len(asked) <= 12, "\n".join(asked)
    assert any("django_session" in one for one in asked)
    assert any("core_auditevent" in one for one in asked)
    assert ParticipationMark.objects.filter(plebiscite=plebiscite).count() == 2


def test_a_vote_with_a_code_asks_at_most_twelve_questions():
    codes = [new_code(), new_code()]
    plebiscite = make.voting(codes=codes)
    url = addresses.code_booth(plebiscite.slug)
    client = Client()

    def asked(step, fields, page) -> tuple[Any, list[str]]:
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(url, {**form_of(page, step), **fields})
        frame = ("home_siteidentity", "wagtailcore_site")
        return answer, [
            one for one in statements(queries) if not any(name in one for name in frame)
        ]

    for code in codes:
        page, entering = asked("enter", {"code": code}, client.get(url))
        page, reviewing = asked("review", {"pick": "M1"}, page)
        page, voting = asked("cast", {}, page)
    assert 'class="ticket receipt"' in page.content.decode()
    for questions in (entering, reviewing, voting):
        assert len(questions) <= 12, "\n".join(questions)
    assert any("UPDATE plebiscite_code SET spent_on" in one for one in voting)
    # Nothing that could tell who voted is read or written on the way.
    assert not any("django_session" in one or "core_auditevent" in one for one in voting)
    assert Inbox.objects.count() == 2


def summary(plebiscite, user) -> tuple[Client, dict[str, str]]:
    """A browser with the last form before the vote, and what it would send."""
    client = Client()
    client.force_login(user)
    url = addresses.booth(plebiscite.slug)

    def fields(page, step: str) -> dict[str, str]:
        for form in re.findall(r"<form.*?</form>", page.content.decode(), re.S):
            found = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form))
            if found.get("step") == step:
                return found
        raise AssertionError(f"no form of step {step}")

    code = f"M{1:0{len(str(plebiscite.options.count()))}}"
    page = client.post(url, {**fields(client.get(url), "review"), "pick": code})
    return client, fields(page, "cast")


# --- Time -----------------------------------------------------------------------------------------


def test_opening_and_closing_need_nobody():
    """The row says “frozen” all the time: no worker has run."""
    plebiscite = make.frozen()
    assert plebiscite.state == "frozen"
    assert refused(make.declared, plebiscite) == DeclarationRefused.CLOSED
    with clock.shifted(2 * make.DAY + timedelta(minutes=1)):
        user = make.declared(plebiscite, number=1)
        late = make.declared(plebiscite, number=2)
        make.vote(plebiscite, user)
    with clock.shifted(9 * make.DAY + timedelta(minutes=1)):
        assert refused(make.vote, plebiscite, late) == VoteRefused.CLOSED
        assert refused(make.declared, plebiscite, number=3) == DeclarationRefused.CLOSED
    plebiscite.refresh_from_db()
    assert plebiscite.state == "frozen"


def test_a_ballot_opened_in_time_has_the_grace():
    plebiscite = make.voting(closes_in=timedelta(minutes=10))
    one, two, three = (make.declared(plebiscite, number=number) for number in (1, 2, 3))
    opened = database_now()
    with clock.shifted(timedelta(minutes=12)):
        moving.write_down_what_is_due()
        plebiscite.refresh_from_db()
        assert plebiscite.state == "closing"
        make.vote(plebiscite, one, opened_at=opened)
        assert refused(make.vote, plebiscite, two) == VoteRefused.CLOSED
        late = opened + timedelta(minutes=11)
        assert refused(make.vote, plebiscite, two, opened_at=late) == VoteRefused.CLOSED
    with clock.shifted(timedelta(minutes=15, seconds=1)):
        assert refused(make.vote, plebiscite, three, opened_at=opened) == VoteRefused.CLOSED


def test_a_void_vote_takes_nothing(vote_on):
    user = make.declared(vote_on)
    make.together(vote_on, "void", reason="Błąd na karcie.")
    assert refused(make.vote, vote_on, user) == VoteRefused.CLOSED


# --- Declaring ------------------------------------------------------------------------------------


def declare(plebiscite, user, **changes) -> VoterRegister:
    base = make.somebody(1)
    values = {
        "name": base.name,
        "birth_date": base.birth_date,
        "street": base.street,
        "postal_code": base.postal_code,
    }
    person = Person(**{**values, **changes})
    return registering.declare(plebiscite.pk, actor=user, person=person, town="Hajnówka")


def test_one_person_with_two_accounts_has_one_vote(vote_on):
    one, two = UserFactory(), UserFactory()
    assert declare(vote_on, one) == declare(vote_on, two, name="osoba numer1")
    make.vote(vote_on, one)
    assert refused(make.vote, vote_on, two) == VoteRefused.ALREADY_VOTED
    assert refused(declare, vote_on, UserFactory()) == DeclarationRefused.VOTED


def test_a_house_move_gives_no_second_vote(vote_on):
    declare(vote_on, UserFactory())
    reason = refused(declare, vote_on, UserFactory(), street="ul. Nowa 5")
    assert reason == DeclarationRefused.CHECK_AT_DESK
    assert VoterRegister.objects.count() == 1


def test_people_correct_what_they_declared_until_they_vote(vote_on):
    user = UserFactory()
    declare(vote_on, user, street="ul. Nwa 5")
    declare(vote_on, user, street="ul. Nowa 5")
    declare(vote_on, user, name="Osoba Druga")
    assert VoterRegister.objects.count() == Declaration.objects.count() == 1
    assert Declaration.objects.get().name == "Osoba Druga"
    make.vote(vote_on, user)
    assert refused(declare, vote_on, user, street="ul. Inna 1") == DeclarationRefused.VOTED
    # The entry that was corrected stands in nobody's way.
    declare(vote_on, UserFactory())


def test_another_vote_knows_nothing_of_the_first(vote_on):
    other = make.voting()
    user = make.declared(vote_on)
    make.vote(vote_on, user)
    make.declared(other, user)
    make.vote(other, user)
    keys = VoterRegister.objects.values_list("person_key", flat=True)
    assert len({bytes(key) for key in keys}) == 2


def test_who_declares_stands_nowhere_by_name(vote_on):
    user = make.declared(vote_on)
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns "
                       "WHERE table_name = ANY(%s)",
                       [["plebiscite_voterregister", "plebiscite_accountvoter"]])  # fmt: skip
        names = {row[0] for row in cursor.fetchall()}
    assert not names & {"user_id", "account_id", "name", "email"}
    assert str(user.pk) not in str(list(VoterRegister.objects.values()))
