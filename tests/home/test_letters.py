"""Letters: forms, clocks, answers, who reads them, what is forgotten."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.roles import Role
from core.actors import VISITOR
from core.outbox.models import OutboxMail
from core.transitions import NotAllowed, Refused, WrongState, matrix
from home import states
from home.models import ContactFormPage, Letter
from home.personal_data import LetterData
from home.services import letters
from tests.factories.pages import BUILDERS
from tests.factories.people import person_with
from tests.factories.site import make_site

pytestmark = pytest.mark.django_db
DEMAND = "/dostepnosc/zadanie/"


@pytest.fixture
def tree():
    return make_site()


@pytest.fixture
def page(tree) -> ContactFormPage:
    return BUILDERS[ContactFormPage](tree)


def write(kind: str = "access", **values: str) -> Letter:
    values = {"name": "Ala", "email": "ala@example.org", "text": "Nie działa.", **values}
    return letters.write(
        kind=kind, actor=VISITOR, language="pl", submission_key=uuid.uuid4(),
        office_email="biuro@example.org", **values,
    )  # fmt: skip


def filled(**values: str) -> dict[str, str]:
    key = str(uuid.uuid4())
    base = {"text": "Dzień dobry", "email": "ala@example.org", "submission_key": key}
    return {**base, **values}


def test_a_message_is_kept_numbered_told_and_made_once(page, client):
    data = filled(topic="Sale")
    answer = client.post(page.url, data)
    letter = Letter.objects.get()
    assert answer.url == letter.path
    assert client.post(page.url, data).url == letter.path, "a double click"
    assert (letter.topic, letter.kind, letter.due_on) == ("Sale", "contact", None)
    to = dict(OutboxMail.objects.values_list("to", "text"))
    assert set(to) == {"ala@example.org", "a@example.org"}
    assert "Dzień dobry" not in to["a@example.org"], "the office reads it in the admin"
    shown = client.get(letter.path)
    assert letter.number in shown.content.decode()
    assert "ala@example.org" not in shown.content.decode()
    assert shown["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": ""}, "Napisz, co chcesz nam powiedzieć."),
        ({"email": ""}, "Podaj adres e-mail albo telefon."),
        ({"website": "http://spam.example"}, "To pole ma zostać puste."),
        ({"topic": "Nie ma takiego"}, "id_topic"),
        ({"phone": "12"}, "id_phone_error"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(page, client, values, words):
    answer = client.post(page.url, filled(name="Ala z Hajnówki", **values))
    assert answer.status_code == 422
    text = answer.content.decode().replace("\u00a0", " ")
    assert words in text
    assert "Ala z Hajnówki" in text
    assert not Letter.objects.exists()


def test_the_field_for_machines_is_not_read_out(page, client):
    assert b'<div class="visually-hidden" aria-hidden="true">' in client.get(page.url).content


def test_letters_are_throttled_and_need_the_token_of_the_form(page):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(page.url, filled()).status_code == 403
    client = Client()
    codes = [client.post(page.url, filled()).status_code for _n in range(11)]
    assert codes == [302] * 10 + [429]


def test_a_demand_names_the_page_and_has_seven_days(tree, client):
    answer = client.post(DEMAND, filled(place="/galeria/", name="Piotr"))
    letter = Letter.objects.get()
    assert answer.url == letter.path
    assert letter.due_on == timezone.localdate() + timedelta(days=7)
    assert client.post(DEMAND, filled()).status_code == 422, "which page, and who"
    assert client.get("/be/dostepnosc/zadanie/").status_code == 200


@pytest.mark.parametrize(
    ("received", "due", "latest"),
    [
        (date(2026, 3, 2), date(2026, 3, 9), date(2026, 5, 2)),
        (date(2026, 12, 31), date(2027, 1, 7), date(2027, 2, 28)),
        (date(2027, 12, 30), date(2028, 1, 6), date(2028, 2, 29)),
    ],
)
def test_the_days_of_the_law(received, due, latest):
    assert (states.due_on(received), states.latest_on(received)) == (due, latest)


def test_every_role_in_every_state():
    desk = {Role.CHIEF_EDITOR, Role.SERVICE_COORDINATOR}
    for cell in matrix(states.MACHINE, Role):
        assert cell.is_allowed is (cell.row is not None and cell.role in desk), str(cell)


def test_putting_off_needs_a_reason_and_ends_after_two_months():
    letter, chief = write(), person_with(Role.CHIEF_EDITOR)
    today = timezone.localdate()
    latest = states.latest_on(today)
    for text, until in (("", latest), ("bo", None), ("bo", latest + timedelta(1)), ("bo", today)):
        with pytest.raises(Refused):
            letters.move(letter, "postpone", actor=chief, text=text, until=until)
    letter = letters.move(letter, "postpone", actor=chief, text="Robimy.", until=latest)
    assert (letter.state, letter.due_on) == (states.POSTPONED, latest)
    assert "Robimy." in OutboxMail.objects.get(kind="home/letter_postponed").text
    with pytest.raises(WrongState):
        letters.move(letter, "postpone", actor=chief, text="Znowu.", until=latest)
    letter = letters.move(letter, "answer", actor=chief, text="Zrobione.")
    assert letter.closed_at is not None
    with pytest.raises(NotAllowed):
        letters.move(write(), "answer", actor=person_with(Role.EDITOR), text="Tak.")


def test_a_refusal_tells_the_way_to_complain_and_messages_have_no_such_moves():
    chief = person_with(Role.CHIEF_EDITOR)
    letters.move(write(), "refuse", actor=chief, text="Nie da się; przeczytamy.")
    assert "Rzecznik" in OutboxMail.objects.get(kind="home/letter_refused").text
    with pytest.raises(Refused):
        letters.move(write("contact"), "refuse", actor=chief, text="Nie.")
    with pytest.raises(Refused):
        letters.move(write(), "close", actor=chief)
    assert letters.move(write("contact"), "close", actor=chief).state == states.CLOSED


def test_deadlines_are_reminded_of_once_before_and_once_after():
    chief = person_with(Role.CHIEF_EDITOR)
    letter = write()
    reminders = OutboxMail.objects.filter(kind="home/letter_due")
    assert letters.keep_clocks() == 0
    today = timezone.localdate()
    for due, count in ((today + timedelta(2), 2), (today - timedelta(1), 4)):
        Letter.objects.filter(pk=letter.pk).update(due_on=due)
        letters.keep_clocks()
        letters.keep_clocks()
        assert reminders.count() == count
    assert set(reminders.values_list("to", flat=True)) == {chief.email, "biuro@example.org"}


def test_a_year_after_the_answer_nothing_about_the_person_stays():
    letter = letters.move(write(), "answer", actor=person_with(Role.CHIEF_EDITOR), text="Już.")
    letters.keep_clocks()
    letter.refresh_from_db()
    assert letter.email
    Letter.objects.filter(pk=letter.pk).update(closed_at=timezone.now() - timedelta(days=366))
    letters.keep_clocks()
    letter.refresh_from_db()
    assert (letter.email, letter.name, letter.text, letter.answer) == ("", "", "", "")
    assert letter.erased_at
    assert not OutboxMail.objects.filter(to="ala@example.org").exists()


def test_a_person_takes_their_letters_along_and_has_them_erased():
    user = person_with(Role.EDITOR)
    other = write(text="Nie moje.")
    mine = letters.write(
        kind="contact", actor=user, language="pl", submission_key=uuid.uuid4(), text="Moje."
    )
    (row,) = LetterData().export(user).data["letters"]
    assert row["text"] == "Moje."
    LetterData().erase(user)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.text, mine.author_id, other.text) == ("", None, "Nie moje.")


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.CHIEF_EDITOR, 200), (Role.AUDITOR, 200), (Role.EDITOR, 302), (Role.CITY_OFFICER, 302)],
)
def test_who_reads_letters_in_the_admin(tree, client, role, status):
    letter = write(text="Tajemnica skrzynki.")
    client.force_login(person_with(role))
    for url in (
        "/admin/wiadomosci/",
        "/admin/wiadomosci/?export=csv",
        f"/admin/wiadomosci/inspect/{letter.pk}/",
    ):
        assert client.get(url).status_code == status, url
    client.post(f"/admin/wiadomosci/{letter.pk}/answer/", {"text": "Proszę."})
    letter.refresh_from_db()
    assert (letter.state == states.ANSWERED) is (role == Role.CHIEF_EDITOR)


def test_looking_changes_nothing(tree, client):
    letter = write()
    client.force_login(person_with(Role.CHIEF_EDITOR))
    client.get(f"/admin/wiadomosci/{letter.pk}/answer/?text=tak")
    letter.refresh_from_db()
    assert letter.state == states.RECEIVED
