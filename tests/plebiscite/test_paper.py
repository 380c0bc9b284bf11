"""Paper: blind double entry, what two people settle, and the account that has to close."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from PIL import Image

from core.files import may_read
from core.transitions import NotAllowed, Refused
from plebiscite import addresses, clock
from plebiscite.models import Ballot, Count, PaperBatch, PaperEntry, PaperPass, PaperResolution
from plebiscite.phases import last_vote_at
from plebiscite.selectors.commission.paper import (
    batch_account,
    mismatches,
    reconciliation,
    void_counts,
)
from plebiscite.selectors.results import latest_count
from plebiscite.services import moving
from plebiscite.services.commission import desk, paper
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory
from tests.factories.polling import polling, read_all, urn

pytestmark = pytest.mark.django_db


def scan() -> SimpleUploadedFile:
    target = io.BytesIO()
    Image.new("RGB", (60, 60), "white").save(target, "PNG")
    return SimpleUploadedFile("protokol.png", target.getvalue(), "image/png")


@pytest.fixture
def vote():
    return polling(codes=0, channels=("account", "paper"), closes_in=timedelta(hours=1))


#: By then voting is over, with its grace.
AFTER = timedelta(hours=2)


@pytest.fixture
def batch(vote):
    """Four people got a card; three came back into the urn, which is opened after voting."""
    made = urn(vote, cards=5)
    for number in range(4):
        desk.issue(vote.point, actor=vote.clerk, person=make.somebody(number), channel="paper")
    with clock.shifted(AFTER):
        yield paper.count_cards(
            made, actor=vote.clerk, returned=3, unused=1, missing=1, note="Zabrana do domu."
        )


def settle(vote, batch, card, *readings):
    for clerk, typed in zip(vote.clerks, readings, strict=True):
        paper.settle(batch, actor=clerk, card=card, typed=typed)


def closed(vote, batch):
    paper.add_protocol(batch, actor=vote.clerk, upload=scan())
    return paper.close(batch, actor=vote.clerk)


def test_the_whole_way_of_a_batch(vote, batch):
    read_all(batch, vote.clerks[0], ["1", "2", "n"])
    assert mismatches(batch) == []
    read_all(batch, vote.clerks[1], ["1", "3", "n"])
    assert [one.card for one in mismatches(batch)] == [2]
    with pytest.raises(Refused, match="1 cards"):
        closed(vote, batch)
    settle(vote, batch, 2, "3", "3")
    done = closed(vote, batch)
    assert done.state == "closed"
    assert sorted(Ballot.objects.values_list("payload", flat=True)) == ["single:M1", "single:M3"]
    assert set(Ballot.objects.values_list("paper_batch", "channel")) == {(batch.pk, "paper")}
    assert void_counts(vote.plebiscite.pk) == {"unclear": 1}
    account = batch_account(done)
    assert (account.valid, account.blank, account.void_total) == (2, 0, 1)
    assert reconciliation(vote.plebiscite.pk).closes


def test_a_batch_blocks_the_count_until_the_account_closes(vote, batch):
    moving.write_down_what_is_due()
    with pytest.raises(Refused, match="P-001 is not closed"):
        make.together(vote.plebiscite, "count")
    for clerk in vote.clerks:
        read_all(batch, clerk, ["1", "1", "p"])
    closed(vote, batch)
    counted = make.together(vote.plebiscite, "count")
    assert counted.state == "tallied"
    assert '"M1":2' in Count.objects.get().result
    shown = latest_count(counted)
    assert shown is not None
    assert (shown["cast"], shown["valid"], shown["invalid"]) == (3, 2, {"damaged": 1})


@pytest.mark.parametrize("quorum", [2, 3])
@pytest.mark.usefixtures("index_page")
def test_a_void_card_is_cast_everywhere_and_does_not_make_the_quorum(quorum):
    vote = polling(
        codes=0, channels=("account", "paper"), closes_in=timedelta(hours=1), quorum=quorum
    )
    batch = urn(vote, cards=3)
    for number in range(3):
        desk.issue(vote.point, actor=vote.clerk, person=make.somebody(number), channel="paper")
    with clock.shifted(AFTER):
        batch = paper.count_cards(batch, actor=vote.clerk, returned=3, unused=0, missing=0)
        for clerk in vote.clerks:
            read_all(batch, clerk, ["1", "1", "p"])
        moving.write_down_what_is_due()
        closed(vote, batch)
        make.together(vote.plebiscite, "count")
        published = make.together(vote.plebiscite, "publish")
    url = addresses.results(published.slug)
    file = json.loads(Client().get(f"{url}wynik.json").content)
    table = csv.reader(io.StringIO(Client().get(f"{url}glosy.csv").content.decode()))
    sums = {row[2]: row[3] for row in table if not row[1]}
    answer = Client().get(url)
    shown, page = answer.context["count"], answer.content.decode()
    assert file["result"] == json.loads(Count.objects.get().result)
    assert file["void_cards"] == {"total": 1, "by_reason": {"damaged": 1}}
    assert file["result"]["cast"] + file["void_cards"]["total"] == 3
    assert (sums["glosy_oddane"], sums["glosy_niewazne"]) == ("3", "1")
    assert sums["w_tym_niewazne_karty"] == "1"
    assert (shown["cast"], answer.context["invalid"], shown["for_quorum"]) == (3, 1, 2)
    numbers = re.findall(r"<dd>(\d+)", re.search(r'<dl class="numbers">.*?</dl>', page, re.S)[0])
    assert numbers == ["3", "2", "0", "1", str(quorum)]
    assert file["result"]["is_binding"] == (quorum == 2)
    assert ("notice--alert" in page) == (quorum == 3)


def test_a_card_without_a_mark_blocks_the_count_too(vote):
    made = urn(vote, cards=2)
    desk.issue(vote.point, actor=vote.clerk, person=make.somebody(1), channel="paper")
    with clock.shifted(AFTER):
        made = paper.count_cards(made, actor=vote.clerk, returned=2, unused=0, missing=0)
        for clerk in vote.clerks:
            read_all(made, clerk, ["1", "2"])
        closed(vote, made)
    account = reconciliation(vote.plebiscite.pk)
    assert [problem.partition(": ")[2] for problem in account.problems] == [
        "2 cards handed out, 1 people marked."
    ]


@pytest.mark.parametrize(
    "numbers",
    [
        {"returned": 3, "unused": 1, "missing": 0},
        {"returned": 5, "unused": 1, "missing": 0},
        {"returned": 3, "unused": 1, "missing": 1},
    ],
)
def test_numbers_that_do_not_add_up_are_refused(vote, numbers):
    made = urn(vote, cards=5)
    with clock.shifted(AFTER), pytest.raises(Refused, match=r"Count again|Explain"):
        paper.count_cards(made, actor=vote.clerk, **numbers)
    assert PaperBatch.objects.get().state == "open"


def test_no_urn_is_opened_while_anybody_can_vote(vote):
    made = urn(vote, cards=1)
    numbers = {"returned": 1, "unused": 0, "missing": 0}
    until = last_vote_at(vote.plebiscite) - clock.now()
    assert vote.plebiscite.grace_s > 0
    for early in (timedelta(0), until - timedelta(seconds=5)):
        with clock.shifted(early):
            with pytest.raises(Refused, match="urns stay sealed"):
                paper.count_cards(made, actor=vote.clerk, **numbers)
            with pytest.raises(Refused, match="not being entered"):
                paper.begin_reading(made, actor=vote.clerk)
    with clock.shifted(until + timedelta(seconds=5)):
        assert paper.count_cards(made, actor=vote.clerk, **numbers).state == "counted"


def test_neither_clerk_reads_twice_nor_a_third_one(vote, batch):
    read_all(batch, vote.clerks[0], ["1", "2", "3"])
    own = paper.begin_reading(batch, actor=vote.clerks[0])
    assert (own.number, PaperPass.objects.count()) == (1, 1)
    with pytest.raises(Refused, match="finished"):
        paper.enter_card(own, actor=vote.clerks[0], card=1, typed="2")
    with pytest.raises(PermissionDenied):
        paper.enter_card(own, actor=vote.clerks[1], card=1, typed="2")
    paper.begin_reading(batch, actor=vote.clerks[1])
    third = polling(codes=0, channels=("paper",))
    with pytest.raises(PermissionDenied):
        paper.begin_reading(batch, actor=third.clerk)
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperPass.objects.filter(number=2).update(clerk=vote.clerks[0])


def test_a_reading_is_corrected_until_it_is_finished(vote, batch):
    reading = paper.begin_reading(batch, actor=vote.clerk)
    for card, typed in ((1, "1"), (1, "2"), (3, "3")):
        paper.enter_card(reading, actor=vote.clerk, card=card, typed=typed)
    assert list(PaperEntry.objects.values_list("card", "payload")) == [
        (1, "single:M2"),
        (3, "single:M3"),
    ]
    assert paper.next_card(reading) == 2
    with pytest.raises(Refused, match="Card 2"):
        paper.finish_reading(reading, actor=vote.clerk)
    with pytest.raises(Refused, match="no card 4"):
        paper.enter_card(reading, actor=vote.clerk, card=4, typed="1")


def test_settling_takes_two_who_agree(vote, batch):
    read_all(batch, vote.clerks[0], ["1", "2", "3"])
    read_all(batch, vote.clerks[1], ["1", "1", "3"])
    first, second = vote.clerks
    with pytest.raises(Refused, match="alike"):
        paper.settle(batch, actor=first, card=1, typed="1")
    paper.settle(batch, actor=first, card=2, typed="2")
    paper.settle(batch, actor=first, card=2, typed="2")
    assert not PaperResolution.objects.get().is_confirmed
    paper.settle(batch, actor=second, card=2, typed="1")
    assert not PaperResolution.objects.get().is_confirmed
    paper.settle(batch, actor=make.commission(), card=2, typed="1")
    assert PaperResolution.objects.get().is_confirmed
    with pytest.raises(Refused, match="settled this card already"):
        paper.settle(batch, actor=first, card=2, typed="2")
    with pytest.raises(PermissionDenied):
        paper.settle(batch, actor=UserFactory(), card=2, typed="2")


def test_the_scan_is_private(vote, batch):
    stored = paper.add_protocol(batch, actor=vote.clerk, upload=scan())
    assert may_read(vote.clerks[1], stored)
    assert may_read(make.commission(), stored)
    assert not may_read(UserFactory(), stored)
    assert not may_read(polling(codes=0, channels=("paper",)).clerk, stored)
    with pytest.raises(PermissionDenied):
        paper.add_protocol(batch, actor=make.commission(), upload=scan())


def test_a_batch_is_closed_with_a_protocol_by_who_may(vote, batch):
    for clerk in vote.clerks:
        read_all(batch, clerk, ["1", "1", "1"])
    with pytest.raises(Refused, match="protocol"):
        paper.close(batch, actor=vote.clerk)
    paper.add_protocol(batch, actor=vote.clerk, upload=scan())
    with pytest.raises(NotAllowed):
        paper.close(batch, actor=UserFactory())
    paper.close(batch, actor=make.commission())
    assert Ballot.objects.count() == 3


@pytest.mark.database
def test_what_stands_cannot_be_changed(vote, batch):
    read_all(batch, vote.clerks[0], ["1", "2", "3"])
    read_all(batch, vote.clerks[1], ["1", "1", "3"])
    settle(vote, batch, 2, "1", "1")
    closed(vote, batch)
    for call in (
        lambda: PaperEntry.objects.update(payload="single:M1"),
        lambda: PaperEntry.objects.all().delete(),
        lambda: PaperEntry.objects.create(
            paper_pass=PaperPass.objects.first(), card=9, payload="single:M1"
        ),
        lambda: PaperPass.objects.update(is_finished=False),
        lambda: PaperResolution.objects.update(payload="single:M3"),
        lambda: PaperBatch.objects.update(cards_returned=4, cards_unused=0),
        lambda: PaperBatch.objects.update(state="counted"),
        lambda: PaperBatch.objects.all().delete(),
        lambda: Ballot.objects.update(payload="single:M3"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            call()


def test_two_urns_of_one_seal_and_paper_that_is_off(vote):
    urn(vote)
    with pytest.raises(Refused, match="seal"):
        urn(vote)
    without = polling(codes=1, channels=("code",))
    with pytest.raises(Refused, match="not accepted"):
        urn(without)
