"""The gallery: fair order, filters, permalinks, share pictures, posters; the same for 5 and 500."""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from wagtail.models import Locale

from plebiscite import addresses
from plebiscite.fair_order import fair_order
from plebiscite.models import ContestChoice, Proposal, ProposalRevision, RevisionPicture
from plebiscite.services import proposals
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory

DAY = date(2026, 5, 1)


@pytest.mark.parametrize("count", [1, 2, 5, 23])
def test_each_work_stands_first_as_often_as_any_other(count):
    numbers = list(range(1, count + 1))
    days = [DAY + timedelta(days=day) for day in range(count * 12)]
    orders = [fair_order(numbers, contest="x", day=day) for day in days]
    assert all(sorted(order) == numbers for order in orders)
    whole = [order for order, day in zip(orders, days, strict=True)]
    start = -DAY.toordinal() % count
    first = Counter(order[0] for order in whole[start : start + count * 11])
    assert set(first.values()) == {11}
    assert set(first) == set(numbers)


def test_the_order_is_the_same_for_everybody_and_another_for_another_contest():
    numbers = list(range(1, 30))
    one = fair_order(numbers, contest="a", day=DAY)
    assert one == fair_order(list(reversed(numbers)), contest="a", day=DAY)
    assert one != fair_order(numbers, contest="b", day=DAY)
    assert one != fair_order(numbers, contest="a", day=DAY + timedelta(days=1))
    assert fair_order([], contest="a", day=DAY) == []


# --- Pages ----------------------------------------------------------------------------------------


@pytest.fixture
def contest(index_page):
    """Three works of two kinds, one rejected proposal, one that was joined."""
    plebiscite = make.announced()
    kinds = [
        ContestChoice.objects.create(plebiscite=plebiscite, axis="kind", code=code, name_pl=code)
        for code in ("znak", "wzor")
    ]
    for seed, kind in ((1, kinds[0]), (2, kinds[0]), (3, kinds[1])):
        make.accepted(plebiscite, seed=seed, kind=kind)
    make.rejected(plebiscite, seed=4, kind=kinds[0])
    joined = make.submitted(
        plebiscite,
        UserFactory(first_name="Halina", last_name="Druga"),
        seed=5,
        kind=kinds[0],
        author_shown="named",
    )
    into = plebiscite.proposals.get(number=1)
    proposals.decide(joined, "merge", actor=make.commission(), into=into)
    return plebiscite


def titles(page) -> list[str]:
    return sorted(re.findall(r'<h2><a href="[^"]+">([^<]+)</a></h2>', page.content.decode()))


@pytest.mark.django_db
def test_what_the_gallery_shows(contest):
    url = addresses.gallery(contest.slug)
    client = Client()
    assert len(titles(client.get(url))) == 3
    assert len(titles(client.get(f"{url}?rodzaj=znak"))) == 2
    assert len(titles(client.get(f"{url}?rodzaj=nieznany"))) == 3
    assert 'aria-current="true"' in client.get(f"{url}?rodzaj=wzor").content.decode()
    refused = client.get(f"{url}?stan=nieprzyjete").content.decode()
    assert "To nie znak." in refused
    main = refused[refused.index("<main") : refused.index("</main>")]
    assert "Praca" not in main
    assert re.search(r"Zgłoszenie\snr", main)
    rejected = contest.proposals.get(state="rejected").number
    assert client.get(addresses.of_work(contest.slug, str(rejected))).status_code == 404
    # A permalink of a joined work leads to the other one, which names both authors.
    joined = contest.proposals.get(state="merged").number
    first = contest.proposals.get(number=1)
    now = addresses.of_work(contest.slug, addresses.work_name(first.title, first.pk))
    # So do an address with a number, as they were, and one with a title that was changed.
    for name in (joined, 1, f"dawny-tytul-{first.pk.hex[:8]}"):
        moved = client.get(addresses.of_work(contest.slug, str(name)))
        assert (moved.status_code, moved["Location"]) == (302, now)
    page = client.get(now).content.decode()
    assert "Numer na karcie" not in page
    assert "Halina Druga" in page
    share = re.search(r'<meta property="og:image" content="([^"]+)"', page)[1]
    name = share.split("/media/")[1]
    with default_storage.open(name) as file, Image.open(io.BytesIO(file.read())) as image:
        assert (image.size, image.format) == ((1200, 630), "JPEG")


@pytest.mark.django_db
def test_a_poster_for_anybody(contest):
    url = f"{addresses.of_work(contest.slug, '1')}plakat.pdf"
    answer = Client().get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in unpacked(answer.content)
    assert b"/Figure" in unpacked(answer.content)
    assert answer.content == Client().get(url).content
    rejected = contest.proposals.get(state="rejected").number
    closed = f"{addresses.of_work(contest.slug, str(rejected))}plakat.pdf"
    assert Client().get(closed).status_code == 404


@pytest.mark.django_db
def test_a_poster_takes_any_text(index_page):
    belarusian = Locale.objects.get(language_code="be")
    index_page.copy_for_translation(belarusian, copy_parents=True, alias=True)
    plebiscite = make.announced()
    hostile = '#panic("x") $ \\ ] *Знак* „Żółć” ' + "słowo " * 300
    proposal = make.accepted(plebiscite, title='#import "x"', description=hostile[:2000])
    for language in ("pl", "be"):
        work = addresses.of_work(plebiscite.slug, str(proposal.number), language)
        answer = Client().get(f"{work}plakat.pdf")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), language
        assert answer.content.startswith(b"%PDF-")


@pytest.mark.django_db
def test_five_and_five_hundred_works_cost_the_same(contest):
    url = addresses.gallery(contest.slug)
    before = cost(url)
    many(contest, 500)
    assert contest.proposals.accepted().count() == 503
    assert cost(url) == before
    assert cost(f"{url}?rodzaj=znak&strona=3") == before
    assert len(titles(Client().get(url))) == 48


def cost(url: str) -> int:
    Client().get(url)
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(url).status_code == 200
    return len(queries)


def many(plebiscite, count: int) -> None:
    """Accepted works without the work of making pictures."""
    source = plebiscite.proposals.get(number=1)
    picture = source.latest_revision.main_picture
    works = Proposal.objects.bulk_create(
        Proposal(
            plebiscite=plebiscite, author=source.author, number=100 + number, title=f"P {number}"
        )
        for number in range(count)
    )
    revisions = ProposalRevision.objects.bulk_create(
        ProposalRevision(
            proposal=one, number=1, title=one.title, description="x", language="pl",
            kind=source.kind, rights_statement="x", submitted_at=source.submitted_at,
        )
        for one in works
    )  # fmt: skip
    RevisionPicture.objects.bulk_create(
        RevisionPicture(
            revision=one, position=1, file=picture.file, alt_text="x", sha256=picture.sha256,
            width=400, height=400,
        )
        for one in revisions
    )  # fmt: skip
    for one, revision in zip(works, revisions, strict=True):
        one.state, one.accepted_revision = "accepted", revision
    Proposal.objects.bulk_update(works, ["state", "accepted_revision"])


def unpacked(pdf: bytes) -> bytes:
    """A PDF with its compressed parts beside it, for looking for words of its structure."""
    found = [pdf]
    for start in re.finditer(rb"stream\r?\n", pdf):
        try:
            found.append(zlib.decompressobj().decompress(pdf[start.end() :]))
        except zlib.error:
            continue
    return b"".join(found)
