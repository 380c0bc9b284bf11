"""The jury: anonymous works, exact totals, two people at the end, nothing about authors."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from core.models import OutboxMail
from core.search.models import SearchEntry
from core.transitions import NotAllowed, Refused, TransitionError, WrongState, matrix
from core.transitions import transition as change
from plebiscite import addresses, clock
from plebiscite.judging import Scale, standings, worth
from plebiscite.jury_states import JURY, SHEET
from plebiscite.models import (
    BallotOption,
    Jury,
    JuryScore,
    JurySheet,
    Manifest,
    ParticipationMark,
    Plebiscite,
)
from plebiscite.printing import protocol
from plebiscite.selectors.judging import scores_csv
from plebiscite.services import judging, moving, proposals
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory

SCALES = {1: Scale(2, 5), 2: Scale(1, 3)}


# --- Adding up ------------------------------------------------------------------------------------


def test_a_sheet_is_worth_an_exact_fraction():
    assert worth({1: 5, 2: 3}, SCALES) == 100
    assert worth({1: 0, 2: 0}, SCALES) == 0
    assert worth({1: 3, 2: 1}, SCALES) == 100 * (Fraction(6, 5) + Fraction(1, 3)) / 3
    for wrong in ({1: 6, 2: 0}, {1: -1, 2: 0}, {1: 1}, {1: 1, 2: 1, 3: 1}):
        with pytest.raises(ValueError):
            worth(wrong, SCALES)


def test_equal_totals_share_a_place_and_the_last_place_is_not_cut():
    thirds = {1: Scale(1, 3)}
    sheets = {
        1: [{1: 1}, {1: 1}, {1: 2}],
        2: [{1: 2}, {1: 1}, {1: 1}],
        3: [{1: 3}],
        4: [{1: 0}],
    }
    found = standings(sheets, thirds, places=2)
    assert [(one.work, one.place, one.is_chosen) for one in found] == [
        (3, 1, True), (1, 2, True), (2, 2, True), (4, 4, False),
    ]  # fmt: skip
    assert found[1].total == Fraction(400, 9)


def test_the_order_of_sheets_changes_nothing():
    one = {1: [{1: 1, 2: 2}, {1: 4, 2: 0}], 2: [{1: 2, 2: 2}]}
    other = {2: [{1: 2, 2: 2}], 1: [{1: 4, 2: 0}, {1: 1, 2: 2}]}
    assert standings(one, SCALES, places=1) == standings(other, SCALES, places=1)


def test_totals_are_written_halves_up_with_the_fraction():
    assert protocol.written(Fraction(400, 9)) == "44,44 (400/9)"
    assert protocol.written(Fraction(1, 200)) == "0,01 (1/200)"
    assert protocol.written(Fraction(100)) == "100,00"


# --- The way --------------------------------------------------------------------------------------


def sheets_of(jury: Jury, number: int) -> list[JurySheet]:
    return list(
        JurySheet.objects.filter(work__jury=jury, work__number=number)
        .select_related("juror__user", "juror__jury")
        .order_by("pk")
    )


def all_judged(jury: Jury) -> None:
    """Work 2 is the best, 1 and 3 are equal."""
    for number, points in ((1, (2, 1)), (2, (5, 3)), (3, (2, 1))):
        for sheet in sheets_of(jury, number):
            make.judge(sheet, *points, comment="Bo tak.")


def closed(jury: Jury) -> Jury:
    all_judged(jury)
    judging.move(jury, "propose_close", actor=make.commission())
    return judging.move(jury, "confirm_close", actor=make.commission())


@pytest.mark.django_db
def test_the_end_needs_sheets_and_two_people():
    jury = make.with_jury()
    one = make.commission()
    assert OutboxMail.objects.filter(kind="plebiscite/jury_opened").count() == 2
    with pytest.raises(Refused, match="1, 2, 3"):
        judging.move(jury, "propose_close", actor=one)
    all_judged(jury)
    judging.move(jury, "propose_close", actor=one)
    with pytest.raises(Refused, match="somebody else"):
        judging.move(jury, "confirm_close", actor=one)
    jury = judging.move(jury, "confirm_close", actor=make.commission())
    found = [(work.number, work.place, work.total, work.is_chosen) for work in jury.works.all()]
    lower = 100 * (Fraction(4, 5) + Fraction(1, 3)) / 3
    assert found == [(1, 2, lower, False), (2, 1, Fraction(100), True), (3, 2, lower, False)]
    assert OutboxMail.objects.filter(kind="plebiscite/jury_closed").count() == 2


@pytest.mark.django_db
def test_a_conflict_takes_a_juror_out_and_a_sheet_that_is_in_stays():
    jury = make.with_jury(jurors=3)
    first, second, third = sheets_of(jury, 1)
    with pytest.raises(Refused, match="connects"):
        judging.decide_sheet(first, "declare_conflict", actor=first.juror.user, reason=" ")
    judging.decide_sheet(first, "declare_conflict", actor=first.juror.user, reason="Siostra.")
    with pytest.raises(NotAllowed):
        judging.save_sheet(first, actor=first.juror.user, given={})
    with pytest.raises(NotAllowed):
        judging.decide_sheet(second, "submit", actor=third.juror.user)
    with pytest.raises(Refused, match="every criterion"):
        judging.decide_sheet(second, "submit", actor=second.juror.user)
    make.judge(second, 5, 3)
    with pytest.raises(NotAllowed):
        judging.save_sheet(second, actor=second.juror.user, given={})
    with pytest.raises(DatabaseError), transaction.atomic():
        JuryScore.objects.filter(sheet=second).update(points=0)
    with clock.shifted(10 * make.DAY), pytest.raises(Refused, match="time for scores"):
        make.judge(third, 1, 1)


@pytest.mark.django_db
def test_rules_stand_once_the_works_are_handed_out():
    jury = make.with_jury()
    member = make.commission()
    for act in (
        lambda: judging.add_criterion(jury, actor=member, name_pl="Nowe", weight=1, top=5),
        lambda: judging.appoint(jury, actor=member, email=UserFactory().email),
        lambda: judging.dismiss(jury, actor=member, juror=jury.jurors.first().pk),
        lambda: judging.save(jury, actor=member),
    ):
        with pytest.raises(Refused, match="rules stand"):
            act()


@pytest.mark.django_db
def test_authors_are_no_jurors_and_jurors_no_authors():
    plebiscite = make.announced()
    member = make.commission()
    author, juror = UserFactory(), UserFactory(first_name="Jan", last_name="Sędzia")
    make.submitted(plebiscite, author)
    until = clock.now() + 9 * make.DAY
    jury = judging.save(Jury(plebiscite=plebiscite, scores_until=until), actor=member)
    with pytest.raises(Refused, match="cannot judge"):
        judging.appoint(jury, actor=member, email=author.email)
    judging.appoint(jury, actor=member, email=juror.email.upper())
    judging.appoint(jury, actor=member, email=juror.email)
    assert jury.jurors.count() == 1
    draft = make.drafted(plebiscite, juror, seed=2)
    with pytest.raises(Refused, match="do not send"):
        proposals.submit(draft, actor=juror)


@pytest.mark.django_db
@pytest.mark.parametrize("effect", ["recommend", "shortlist"])
def test_what_the_result_does_to_the_ballot(effect):
    jury = make.with_jury(effect=effect, places=2, works=4, jurors=2)
    plebiscite = jury.plebiscite
    moving.make_keys(plebiscite.pk)
    with clock.shifted(1.6 * make.DAY), pytest.raises(Refused, match="jury has not finished"):
        make.together(plebiscite, "freeze")
    for number, points in ((1, (1, 1)), (2, (5, 3)), (3, (4, 3)), (4, (0, 0))):
        for sheet in sheets_of(jury, number):
            make.judge(sheet, *points)
    judging.move(jury, "propose_close", actor=make.commission())
    jury = judging.move(jury, "confirm_close", actor=make.commission())
    chosen = set(jury.works.filter(is_chosen=True).values_list("revision_id", flat=True))
    assert len(chosen) == 2
    assert plebiscite.proposals.on_ballot().count() == (2 if effect == "shortlist" else 4)
    if effect == "shortlist":
        on_ballot = plebiscite.proposals.on_ballot().values_list("accepted_revision", flat=True)
        assert set(on_ballot) == chosen
        assert not BallotOption.objects.exists()


@pytest.mark.django_db
def test_a_shortlist_is_what_is_frozen_and_voted_on():
    jury = make.with_jury(effect="shortlist", places=2, works=4)
    plebiscite = jury.plebiscite
    for number, points in ((1, (1, 1)), (2, (5, 3)), (3, (4, 3)), (4, (0, 0))):
        for sheet in sheets_of(jury, number):
            make.judge(sheet, *points)
    with clock.shifted(1.6 * make.DAY):
        moving.make_keys(plebiscite.pk)
        judging.move(jury, "propose_close", actor=make.commission())
        jury = judging.move(jury, "confirm_close", actor=make.commission())
        make.together(plebiscite, "freeze")
    chosen = set(jury.works.filter(is_chosen=True).values_list("revision_id", flat=True))
    options = list(BallotOption.objects.filter(plebiscite=plebiscite))
    assert {one.revision_id for one in options} == chosen
    assert len(options) == 2
    text = Manifest.objects.get(plebiscite=plebiscite).text
    kept_off = plebiscite.proposals.exclude(accepted_revision__in=chosen)
    assert kept_off.count() == 2
    for one in kept_off:
        assert one.title not in text
    with clock.shifted(3 * make.DAY):
        current = moving.catch_up(Plebiscite.objects.get(pk=plebiscite.pk))
        make.vote(current, make.declared(current), [options[0].code])
    assert current.state == "voting"
    assert ParticipationMark.objects.filter(plebiscite=plebiscite).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["commission", "juror", "stranger"])
def test_every_role_in_every_state_of_a_jury_and_a_sheet(role):
    jury = make.with_jury()
    sheet = sheets_of(jury, 1)[0]
    who = {"commission": make.commission, "stranger": UserFactory}.get(
        role, lambda: sheet.juror.user
    )()
    for machine, obj, may in (
        (JURY, jury, role == "commission"),
        (SHEET, sheet, role == "juror"),
    ):
        for cell in matrix(machine, [role]):
            given = {"reason": "x"} if cell.row and "reason" in cell.row.takes else {}
            with transaction.atomic():
                values = {"state": cell.state}
                if cell.state == "closed":
                    values["closed_at"] = clock.now()
                type(obj).objects.filter(pk=obj.pk).update(**values)
                try:
                    change(type(obj).objects.get(pk=obj.pk), cell.verb, actor=who, **given)
                    outcome = "done"
                except TransitionError as error:
                    outcome = type(error).__name__
                transaction.set_rollback(True)
            if not may:
                assert outcome == NotAllowed.__name__, cell
            elif cell.row is None:
                assert outcome == WrongState.__name__, cell
            else:
                assert outcome in {"done", Refused.__name__}, cell


# --- The desk, and what it does not tell ----------------------------------------------------------

_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.mark.django_db
def test_a_juror_saves_hands_in_and_reads_on_public_pages(index_page):
    jury = make.with_jury()
    juror = jury.jurors.first()
    client = Client()
    desk = addresses.judging(jury.plebiscite.slug)
    assert client.get(desk).status_code == 200
    assert "jury/1/" not in client.get(desk).content.decode()
    client.force_login(UserFactory())
    assert client.get(desk).status_code == 404
    client.force_login(juror.user)
    assert client.get("/admin/").status_code == 302
    url = addresses.jury_sheet(jury.plebiscite.slug, 2)
    assert url in client.get(desk).content.decode()
    page = client.get(url)
    token = dict(_HIDDEN.findall(page.content.decode()))
    one, two = jury.criteria.all()
    half = {**token, f"points_{one.pk}": "4", f"comment_{one.pk}": "Świeży pomysł."}
    assert "Świeży pomysł." in client.post(url, {**half, "action": "save"}).content.decode()
    page = client.post(url, {**half, "action": "submit"}).content.decode()
    assert f'id="id_points_{two.pk}_error"' in page
    wrong = client.post(url, {**half, f"points_{two.pk}": "9", "action": "submit"})
    assert f'id="id_points_{two.pk}_error"' in wrong.content.decode()
    assert "Świeży pomysł." in client.get(url).content.decode()
    whole = {**half, f"points_{two.pk}": "3", "action": "submit"}
    # Nobody else's form, and a form sent twice.
    client.post(url, {**whole, "token": "x"})
    assert JurySheet.objects.filter(state="submitted").count() == 0
    assert [client.post(url, whole).status_code for _ in range(2)] == [302, 200]
    client.post(url, {**whole, f"points_{one.pk}": "0"})
    scores = JuryScore.objects.filter(sheet__juror=juror, sheet__state="submitted")
    assert set(scores.values_list("points", flat=True)) == {4, 3}


CANARIES = ("Kanarek", "Autorski")


@pytest.mark.django_db
def test_nothing_tells_whose_works_they_are_until_the_jury_has_finished(index_page, monkeypatch):
    jury = make.with_jury()
    plebiscite = jury.plebiscite
    emails = [one.author.email for one in plebiscite.proposals.select_related("author")]
    juror, member = Client(), Client()
    juror.force_login(jury.jurors.first().user)
    member.force_login(make.commission())
    all_judged(jury)
    addresses_of_public = [
        addresses.of_plebiscite(plebiscite.slug),
        addresses.gallery(plebiscite.slug),
        *(addresses.of_work(plebiscite.slug, number) for number in "123"),
    ]
    seen = [Client().get(url, follow=True).content.decode() for url in addresses_of_public]
    desk = addresses.judging(plebiscite.slug)
    seen += [juror.get(url).content.decode() for url in (desk, f"{desk}1/", f"{desk}3/")]
    seen += [member.get(f"/admin/jury/inspect/{jury.pk}/").content.decode(), scores_csv(jury)]
    seen += [f"{one.title} {one.body}" for one in SearchEntry.objects.filter(kind="work")]
    printed = []
    monkeypatch.setattr(
        "plebiscite.printing.poster.typeset_pdf",
        lambda program, data, pictures: printed.append(str(data)) or b"%PDF-",
    )
    Client().get(f"{addresses.of_work(plebiscite.slug, '1')}plakat.pdf")
    assert printed
    for text in [*seen, *printed]:
        assert text
        for canary in (*CANARIES, *emails):
            assert canary not in text, canary
    judging.move(jury, "propose_close", actor=make.commission())
    jury = judging.move(jury, "confirm_close", actor=make.commission())
    # The protocol never names them; the gallery does again.
    assert not any(canary in str(protocol.contents(jury)) for canary in CANARIES)
    page = Client().get(addresses.of_work(plebiscite.slug, "1"), follow=True).content.decode()
    assert "Kanarek" in page
    answer = Client().get(addresses.jury_protocol(plebiscite.slug))
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.django_db
def test_the_commission_sets_a_jury_up_in_the_admin():
    plebiscite = make.announced()
    client = Client()
    client.force_login(make.commission())
    form = {
        "plebiscite": str(plebiscite.pk), "effect": "shortlist", "places": "2",
        "sheets_needed": "1", "scores_until": "2040-01-01 12:00",
    }  # fmt: skip
    answer = client.post("/admin/jury/new/", form)
    assert answer.status_code == 302, answer.content.decode()
    jury = Jury.objects.get()
    change_url = f"/admin/jury/{jury.pk}/zmien"
    wrong = {"name_pl": "Pomysł", "weight": "0", "top": "99"}
    again = client.post(f"{change_url}/criterion/", wrong)
    assert (again.status_code, "error-message" in again.content.decode()) == (422, True)
    client.post(f"{change_url}/criterion/", {"name_pl": "Pomysł", "weight": "2", "top": "5"})
    nobody = client.post(f"{change_url}/appoint/", {"email": "nikt@example.org"})
    assert (nobody.status_code, "nikt@example.org" in nobody.content.decode()) == (422, True)
    juror = UserFactory(first_name="Jan", last_name="Sędzia")
    client.post(f"{change_url}/appoint/", {"email": juror.email})
    assert (jury.criteria.count(), jury.jurors.get().name) == (1, "Jan Sędzia")
    client.post(f"/admin/jury/{jury.pk}/ruch/open/")
    jury.refresh_from_db()
    assert jury.state == "setup"
    page = client.get(f"/admin/jury/inspect/{jury.pk}/").content.decode()
    assert "Jan Sędzia" in page
    stranger = Client()
    stranger.force_login(UserFactory())
    for path in ("", "new/", f"inspect/{jury.pk}/", f"{jury.pk}/oceny.csv"):
        assert stranger.get(f"/admin/jury/{path}").status_code == 302
