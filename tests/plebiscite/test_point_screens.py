"""The clerks' screens: the desk, urns, entering cards, lists; and who does not see them."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from accounts.roles import Role
from core.i18n.dates import TOWN_TIME
from core.transitions import Refused
from plebiscite import clock
from plebiscite.models import NamesakeRequest, PaperBatch, ParticipationMark, VoterRegister
from plebiscite.services.commission import desk, lists, paper
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory, person_with
from tests.factories.polling import polling, urn
from tests.plebiscite.test_paper import scan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _staff_may_enter(admin_access):
    pass


@pytest.fixture
def admin_access():
    """Roles open the admin as the set-up of the site gives it to them."""
    from django.contrib.auth.models import Group, Permission

    permission = Permission.objects.get(
        content_type__app_label="wagtailadmin", codename="access_admin"
    )
    for group in Group.objects.filter(name__in=list(Role)):
        group.permissions.add(permission)


@pytest.fixture
def vote():
    return polling(codes=2)


def client(user) -> Client:
    found = Client()
    found.force_login(user)
    return found


def who(number: int = 1, **changes: str) -> dict[str, str]:
    person = make.somebody(number)
    return {
        "name": person.name,
        "birth_date": person.birth_date.strftime("%d.%m.%Y"),
        "street": person.street,
        "postal_code": person.postal_code,
        **changes,
    }


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_look_up_hand_out_and_print(vote):
    desk_url = reverse("plebiscite_desk", args=[vote.point.pk])
    clerk = client(vote.clerk)
    page = clerk.get(desk_url)
    assert "no-store" in page.headers["Cache-Control"]
    assert 'value="issue-' not in text(page)
    found = text(clerk.post(desk_url, {**who(), "step": "look"}))
    assert 'value="issue-code"' in found
    assert 'value="issue-paper"' in found
    assert not VoterRegister.objects.exists()
    refused = text(clerk.post(desk_url, {**who(), "step": "issue-paper"}))
    assert "najpierw wpisz jej plombę" in refused
    urn(vote)
    slip = text(clerk.post(desk_url, {**who(), "step": "issue-paper"}))
    assert make.somebody(1).name in slip
    assert "data-print" in slip
    mark = ParticipationMark.objects.get()
    assert (mark.channel, mark.point_id) == ("paper", vote.point.pk)
    again = text(client(vote.clerks[1]).post(desk_url, {**who(), "step": "look"}))
    assert "issue-" not in again


def test_a_slip_of_the_hand_keeps_what_was_typed(vote):
    clerk = client(vote.clerk)
    page = text(
        clerk.post(
            reverse("plebiscite_desk", args=[vote.point.pk]),
            {**who(birth_date="31.02.1961", street="Lipowa"), "step": "look"},
        )
    )
    assert 'value="31.02.1961"' in page
    assert page.count("error-message") == 2


def test_namesakes_between_two_clerks(vote):
    desk_url = reverse("plebiscite_desk", args=[vote.point.pk])
    desk.issue(vote.point, actor=vote.clerk, person=make.somebody(1), channel="code")
    one, other = (client(clerk) for clerk in vote.clerks)
    moved = who(street="ul. Inna 9")
    one.post(desk_url, {**moved, "step": "namesake", "finding": "other"})
    request = NamesakeRequest.objects.get()
    assert request.word in text(one.post(desk_url, {**moved, "step": "look"}))
    confirm = reverse("plebiscite_namesake", args=[vote.point.pk, request.pk])
    assert confirm not in text(one.get(desk_url))
    one.post(confirm, {"agree": "1"})
    assert NamesakeRequest.objects.exists()
    other.get(confirm)
    assert NamesakeRequest.objects.exists()
    assert confirm in text(other.get(desk_url))
    other.post(confirm, {"agree": "1"})
    assert 'value="issue-code"' in text(one.post(desk_url, {**moved, "step": "look"}))


@pytest.fixture
def batch(vote):
    """An urn with two cards; voting is over."""
    made = urn(vote, cards=2)
    with clock.shifted(8 * make.DAY):
        yield made


def test_while_people_vote_there_is_nothing_to_open(vote):
    made = urn(vote, cards=2)
    url = reverse("plebiscite_batch", args=[made.pk])
    page = text(client(vote.clerk).get(url))
    assert "urny zostają zaplombowane" in page
    assert 'value="count"' not in page
    client(vote.clerk).post(url, {"step": "count", "returned": 2, "unused": 0, "missing": 0})
    assert PaperBatch.objects.get().state == "open"


@pytest.fixture
def elsewhere():
    """A clerk of another vote."""
    return polling(codes=0, channels=("paper",)).clerk


def test_entering_cards_blindly(vote, elsewhere, batch):
    one, other = (client(clerk) for clerk in vote.clerks)
    batch_url = reverse("plebiscite_batch", args=[batch.pk])
    entry = reverse("plebiscite_entry", args=[batch.pk])
    wrong = one.post(batch_url, {"step": "count", "returned": 2, "unused": 1, "missing": 0})
    assert "error" in text(wrong)
    one.post(batch_url, {"step": "count", "returned": 2, "unused": 0, "missing": 0})
    for who_reads, cards in ((one, ["1", "2"]), (other, ["1", "3"])):
        who_reads.post(batch_url, {"step": "begin"})
        for number, typed in enumerate(cards, start=1):
            page = text(who_reads.get(entry))
            assert f'name="card" value="{number}"' in page
            assert who_reads.post(entry, {"card": number, "typed": typed}).status_code == 302
        who_reads.post(entry, {"finish": "1"})
    page = text(one.get(batch_url))
    assert "settle-2" in page
    assert "settle-1" not in page
    bad = one.post(batch_url, {"step": "settle", "card": 2, "typed": "x"}, follow=True)
    assert batch.resolutions.count() == 0
    assert bad.status_code == 200
    for clerk in (one, other):
        clerk.post(batch_url, {"step": "settle", "card": 2, "typed": "3"})
    one.post(batch_url, {"step": "protocol", "file": scan()})
    one.post(batch_url, {"step": "close"})
    batch.refresh_from_db()
    assert batch.state == "closed"
    protocol = reverse("plebiscite_protocol", args=[batch.pk])
    assert other.get(protocol).status_code == 200
    assert client(make.commission()).get(protocol).status_code == 200
    assert client(elsewhere).get(protocol).status_code == 404


def test_what_cannot_be_read_is_said_and_kept(vote, batch):
    batch = paper.count_cards(batch, actor=vote.clerk, returned=2, unused=0, missing=0)
    paper.begin_reading(batch, actor=vote.clerk)
    clerk, entry = client(vote.clerk), reverse("plebiscite_entry", args=[batch.pk])
    page = text(clerk.post(entry, {"card": 1, "typed": "77"}))
    assert 'value="77"' in page
    assert 'aria-invalid="true"' in page
    clerk.post(entry, {"card": 1, "typed": "2"})
    assert 'value="2"' in text(clerk.get(f"{entry}?karta=1"))
    # The other clerk sees neither this reading nor that there is one on a card.
    paper.begin_reading(batch, actor=vote.clerks[1])
    other = text(client(vote.clerks[1]).get(entry))
    assert "karta=1" not in other


@pytest.mark.parametrize("role", [*Role, "clerk elsewhere"])
def test_screens_of_a_point_exist_for_its_clerks_alone(vote, role):
    batch = urn(vote)
    someone = (
        polling(codes=0, channels=("paper",)).clerk
        if role == "clerk elsewhere"
        else person_with(Role(role))
    )
    visitor = client(someone)
    for name in ("plebiscite_desk", "plebiscite_urns", "plebiscite_issue_list"):
        url = reverse(name, args=[vote.point.pk])
        for answer in (visitor.get(url), visitor.post(url, {**who(), "step": "issue-code"})):
            assert answer.status_code == 404, (name, role)
    assert visitor.get(reverse("plebiscite_entry", args=[batch.pk])).status_code in {302, 404}
    reads_all = role in {Role.PLEBISCITE_COMMISSION, Role.AUDITOR, Role.ADMINISTRATOR}
    seen = visitor.get(reverse("plebiscite_batch", args=[batch.pk])).status_code
    assert seen == (200 if reads_all else 404)
    account = reverse("plebiscite_paper_account", args=[vote.plebiscite.pk])
    assert visitor.get(account).status_code == (200 if reads_all else 302)
    acted = visitor.post(
        reverse("plebiscite_batch", args=[batch.pk]),
        {"step": "count", "returned": 10, "unused": 0, "missing": 0},
    )
    assert acted.status_code in {302, 403, 404, 200}
    assert PaperBatch.objects.get(pk=batch.pk).state == "open"
    assert not ParticipationMark.objects.exists()


def test_residents_do_not_get_in(vote):
    answer = client(UserFactory()).get(reverse("plebiscite_desk", args=[vote.point.pk]))
    assert answer.status_code in {302, 403, 404}


# --- Lists ----------------------------------------------------------------------------------------


def table(*rows: tuple[str, ...]) -> list[list[str]]:
    return [["Imię i nazwisko", "Data urodzenia", "Adres", "Kod pocztowy"], *map(list, rows)]


def as_csv(rows, encoding="utf-8", delimiter=";") -> bytes:
    return "\n".join(delimiter.join(row) for row in rows).encode(encoding)


def as_xlsx(rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def person_row(number: int) -> tuple[str, ...]:
    data = who(number)
    return (data["name"], data["birth_date"], data["street"], data["postal_code"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lista.csv", as_csv(table(person_row(1)))),
        ("lista.csv", as_csv(table(("Zażółć Gęślą", *person_row(1)[1:])), "cp1250")),
        ("lista.csv", as_csv(table(person_row(1)), delimiter="\t")),
        ("LISTA.XLSX", as_xlsx(table(person_row(1)))),
    ],
    ids=["utf-8", "cp1250", "tabs", "workbook"],  # a workbook holds the hour: no name for a test
)
def test_files_that_are_read(name, content):
    rows = lists.read_table(name, content)
    assert len(rows) == 1
    assert rows[0][1:] == person_row(1)[1:]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lista.csv", b""),
        ("lista.csv", b"\xff\x98\x81\x00"),
        ("lista.csv", as_csv(table())),
        ("lista.csv", b"name;x\nA B;1"),
        ("lista.xlsx", b"not a workbook"),
        ("lista.csv", as_csv(table(*[person_row(1)] * (lists.MOST_ROWS + 1)))),
        ("lista.csv", b"x" * (lists.MAX_SIZE + 1)),
    ],
    ids=["empty", "bytes", "no rows", "other columns", "no workbook", "too many", "too large"],
)
def test_files_that_are_refused(name, content):
    with pytest.raises(Refused):
        lists.read_table(name, content)


def test_a_report_of_clashes_comes_before_anything_is_written(vote):
    urn(vote)
    make.vote(vote.plebiscite, make.declared(vote.plebiscite, number=2))
    make.declared(vote.plebiscite, number=3)
    moved = list(person_row(3))
    moved[2] = "ul. Inna 9"
    rows = table(
        person_row(1),
        person_row(2),
        person_row(1),
        tuple(moved),
        ("Ktoś", "?", "?", "?"),
        person_row(4),
    )
    url = reverse("plebiscite_issue_list", args=[vote.point.pk])
    clerk = client(vote.clerk)
    upload = SimpleUploadedFile("lista.csv", as_csv(rows), "text/csv")
    today = clock.now().astimezone(TOWN_TIME).date().isoformat()
    page = clerk.post(url, {"file": upload, "day": today, "channel": "paper", "step": "report"})
    assert (page.context["clean"], [line.number for line in page.context["clashes"]]) == (
        2,
        [3, 4, 5, 6],
    )
    assert ParticipationMark.objects.count() == 1
    carried = {name: page.context[name] for name in ("rows", "seen")}
    given = {**carried, "day": today, "channel": "paper", "step": "write"}
    make.vote(vote.plebiscite, make.declared(vote.plebiscite, number=4))
    clerk.post(url, given)
    assert ParticipationMark.objects.count() == 2
    upload.seek(0)
    page = clerk.post(url, {"file": upload, "day": today, "channel": "paper", "step": "report"})
    clerk.post(url, {**given, "seen": page.context["seen"]})
    marks = ParticipationMark.objects.filter(channel="paper")
    assert [mark.point_id for mark in marks] == [vote.point.pk]
    clerk.post(url, {**given, "rows": "[[1]]"})
    clerk.post(url, {**given, "rows": "x"})
    assert ParticipationMark.objects.count() == 3


def test_a_list_is_of_a_day_of_the_voting(vote):
    first, last = (
        moment.astimezone(TOWN_TIME).date()
        for moment in (vote.plebiscite.voting_opens_at, vote.plebiscite.voting_closes_at)
    )
    rows = [person_row(1)]
    given = {"actor": vote.clerk, "channel": "code"}
    seen = lists.fingerprint(lists.report(vote.point, rows, day=first, **given))
    for day in (first - timedelta(days=1), last + timedelta(days=1)):
        with pytest.raises(Refused, match="nobody could vote"):
            lists.report(vote.point, rows, day=day, **given)
        with pytest.raises(Refused, match="nobody could vote"):
            lists.write(vote.point, rows, day=day, seen=seen, **given)
        page = client(vote.clerk).post(
            reverse("plebiscite_issue_list", args=[vote.point.pk]),
            {
                "file": SimpleUploadedFile("lista.csv", as_csv(table(*rows)), "text/csv"),
                "day": day.isoformat(),
                "channel": "code",
                "step": "report",
            },
        )
        assert page.context["form"].non_field_errors()
        assert "lines" not in page.context
    assert not ParticipationMark.objects.exists()
    assert lists.write(vote.point, rows, day=last, seen=seen, **given) == 1


def test_a_list_asks_a_bounded_number_of_questions(vote, django_assert_max_num_queries):
    urn(vote)
    rows = [person_row(number) for number in range(40)]
    with django_assert_max_num_queries(7):
        lines = lists.report(
            vote.point,
            rows,
            actor=vote.clerk,
            channel="paper",
            day=clock.now().astimezone(TOWN_TIME).date(),
        )
    assert not any(line.clash for line in lines)


def test_the_account_of_the_commission(vote):
    batch = urn(vote, cards=1)
    page = client(make.commission()).get(
        reverse("plebiscite_paper_account", args=[vote.plebiscite.pk])
    )
    assert [account.batch for account in page.context["account"].batches] == [batch]
    assert not page.context["account"].closes
