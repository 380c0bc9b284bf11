"""The newsletter: saying yes twice, leaving with one press, nobody written to twice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from core.actors import SYSTEM
from core.outbox.models import OutboxMail
from core.outbox.sending import Sender
from core.transitions import NotAllowed, Refused, WrongState, matrix, transition
from home import states
from home.models import IssueItem, NewsletterIssue, Subscriber
from home.personal_data import NewsletterData
from home.services import newsletter
from tests import databases
from tests.factories.pages import make_picture
from tests.factories.people import person_with
from tests.factories.site import make_site

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def tree(db):
    return make_site()


@pytest.fixture
def issue(tree) -> NewsletterIssue:
    issue = NewsletterIssue(subject="Co nowego", intro="Dzień dobry.")
    issue.items = [IssueItem(page=tree.news_item(f"Nowina {n}", f"n{n}")) for n in (1, 2)]
    issue.save()
    return issue


def subscribers(number: int, **values: object) -> None:
    values = {"language": "pl", "confirmed_at": timezone.now() - timedelta(days=1), **values}
    Subscriber.objects.bulk_create(
        Subscriber(email=f"czyta{n}@example.org", **values) for n in range(number)
    )


def issues_mail():
    return OutboxMail.objects.filter(kind="home/newsletter")


def link_in(text: str) -> str:
    return re.search(r"http://[^/\s]+(/\S+)", text)[1]


def test_nothing_is_sent_before_the_address_said_yes(tree, client):
    answer = client.post("/newsletter/", {"email": "Ala@example.org"})
    assert answer.url == "/newsletter/sprawdz-poczte/"
    person = Subscriber.objects.get()
    assert person.confirmed_at is None
    first = OutboxMail.objects.get(kind="home/newsletter_confirm")
    assert (first.is_secret, first.language) == (True, "pl")
    link = link_in(first.text)
    assert "Tak, przysyłajcie" in client.get(link).content.decode()
    person.refresh_from_db()
    assert person.confirmed_at is None, "looking is not a yes"
    assert client.post(link).url == "/newsletter/gotowe/"
    person.refresh_from_db()
    assert person.confirmed_at
    assert client.post(link).status_code == 410


def test_the_form_tells_nobody_who_is_on_the_list_and_floods_nobody(tree, client):
    subscribers(1)
    known = client.post("/newsletter/", {"email": "CZYTA0@example.org"})
    new = client.post("/newsletter/", {"email": "ala@example.org"})
    client.post("/newsletter/", {"email": "ala@example.org"})
    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert list(OutboxMail.objects.values_list("to", flat=True)) == ["ala@example.org"]
    assert client.post("/newsletter/", {"email": "nie"}).status_code == 422
    assert client.post("/newsletter/", {"email": "a@b.pl", "website": "x"}).status_code == 422
    codes = [client.post("/newsletter/", {"email": "b@b.pl"}).status_code for _n in range(6)]
    assert codes[-1] == 429


def test_addresses_that_never_said_yes_are_forgotten(tree):
    newsletter.ask(email="ala@example.org", language="pl")
    assert newsletter.tidy() == 0
    Subscriber.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert newsletter.tidy() == 1


def test_an_issue_has_the_way_out_in_its_head_and_one_press_is_enough(issue, client):
    subscribers(1)
    newsletter.send(issue, actor=person_with(Role.CHIEF_EDITOR))
    newsletter.write_due()
    Sender().run()
    (message,) = mail.outbox
    assert "Nowina 1" in message.body
    url = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in message.body, "for people too"
    path = re.sub(r"^https?://[^/]+", "", url)
    strict = Client(enforce_csrf_checks=True)
    shown = strict.get(path)
    assert (shown.status_code, shown["X-Robots-Tag"]) == (200, "noindex")
    assert Subscriber.objects.count() == 1, "looking does not act"
    for _again in range(2):
        assert strict.post(path, ONE_CLICK).status_code == 200
        assert not Subscriber.objects.exists()
    assert strict.get(path[:-2] + "x/").status_code == 404


def test_an_issue_has_pictures_for_who_wants_them_and_words_for_all(issue, tree, client, settings):
    subscribers(2)
    page = issue.items.first().page
    page.cover, page.title = make_picture(), "Żubr <i>& dąb</i>"
    page.save_revision().publish()
    newsletter.send(issue, actor=person_with(Role.CHIEF_EDITOR))
    newsletter.write_due()
    Sender().run()
    message = mail.outbox[0]
    ((html, kind),) = [(one.content, one.mimetype) for one in message.alternatives]
    assert kind == "text/html" and "<" not in message.body.replace("<i>& dąb</i>", "")
    soup = BeautifulSoup(html, "html.parser")
    assert soup.html["lang"] == "pl"
    (image,) = soup.select("img")
    assert image["alt"] == "Dąb nad torami."
    assert image["src"].startswith(f"{settings.WAGTAILADMIN_BASE_URL}/media/images/")
    assert image["src"].endswith(".jpg")
    assert (image["width"], image["height"]) == ("552", "310")
    assert "Żubr <i>& dąb</i>" in soup.h2.get_text().replace("\xa0", " ")
    assert not soup.select("i, script, iframe, link, form")
    left = message.extra_headers["List-Unsubscribe"].strip("<>")
    links = [link["href"] for link in soup.select("a")]
    assert left in links, "for people too"
    # Every address is ours, and none tells who has opened it but the one that leaves the list.
    base = settings.WAGTAILADMIN_BASE_URL
    assert all(link == left or (link.startswith(base) and "?" not in link) for link in links)
    other = BeautifulSoup(mail.outbox[1].alternatives[0].content, "html.parser")
    assert [a["href"] for a in other.select("a")][:3] == links[:3]


def test_a_picture_that_is_gone_stops_no_issue(issue, caplog):
    subscribers(1)
    page = issue.items.first().page
    page.cover = make_picture()
    page.save_revision().publish()
    page.cover.file.delete(save=False)
    newsletter.send(issue, actor=person_with(Role.CHIEF_EDITOR))
    assert newsletter.write_due() == 1
    assert "<img" not in issues_mail().get().html
    assert "is left out" in caplog.text


def test_the_news_of_a_batch_are_read_once(issue):
    subscribers(20)
    newsletter.send(issue, actor=person_with(Role.CHIEF_EDITOR))
    with CaptureQueriesContext(connection) as asked:
        assert newsletter._write_batch(20) == 20
    # As many as for one reader, not one for each.
    assert sum('FROM "home_issueitem"' in query["sql"] for query in asked) <= 2


def test_everybody_on_the_list_of_that_language_once(issue):
    subscribers(3)
    late = Subscriber.objects.create(email="za-pozno@example.org", language="pl")
    Subscriber.objects.create(
        email="be@example.org", language="be", confirmed_at=timezone.now()
    )  # fmt: skip
    newsletter.send(issue, actor=person_with(Role.CHIEF_EDITOR))
    Subscriber.objects.filter(pk=late.pk).update(confirmed_at=timezone.now() + timedelta(hours=1))
    assert newsletter.write_due() == 3
    issue.refresh_from_db()
    assert (issue.state, issue.count) == (states.SENT, 3)
    # As if the note of how far it got were lost.
    NewsletterIssue.objects.update(state=states.SENDING, reached=0)
    newsletter.write_due()
    assert issues_mail().count() == 3


def test_a_batch_that_is_broken_off_leaves_nothing_and_a_run_is_bounded(issue, monkeypatch):
    subscribers(130)
    newsletter.send(issue, actor=person_with(Role.CHIEF_EDITOR))
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        newsletter._write_batch(50)
        raise KeyboardInterrupt
    assert not issues_mail().exists()
    monkeypatch.setattr(newsletter, "PER_RUN", 60)
    assert [newsletter.write_due() for _run in range(3)] == [60, 60, 10]


@pytest.mark.django_db
def test_who_may_send_in_which_state():
    for cell in matrix(states.ISSUE_MACHINE, Role):
        may = (cell.state, cell.verb, cell.role) == ("draft", "send", Role.CHIEF_EDITOR)
        assert cell.is_allowed is may, str(cell)


def test_a_test_goes_to_the_editor_alone_and_only_a_chief_editor_sends(issue, client):
    editor = person_with(Role.EDITOR)
    subscribers(2)
    client.force_login(editor)
    page = f"/admin/newsletter/inspect/{issue.pk}/"
    assert "Wyślij próbę do mnie" in client.get(page).content.decode()
    client.post(f"/admin/newsletter/{issue.pk}/test/")
    assert list(issues_mail().values_list("to", "unsubscribe_url")) == [(editor.email, "")]
    client.get(f"/admin/newsletter/{issue.pk}/send/")
    client.post(f"/admin/newsletter/{issue.pk}/send/")
    issue.refresh_from_db()
    assert issue.state == states.DRAFT
    client.force_login(person_with(Role.CHIEF_EDITOR))
    client.post(f"/admin/newsletter/{issue.pk}/send/")
    issue.refresh_from_db()
    assert issue.state == states.SENDING
    assert client.get(f"/admin/newsletter/edit/{issue.pk}/").status_code == 302
    with pytest.raises(NotAllowed):
        newsletter.send_test(issue, actor=editor)
    client.force_login(person_with(Role.CITY_OFFICER))
    assert client.get(page).status_code == 302


def test_an_issue_without_news_is_not_sent(issue):
    for item in issue.items.all():
        item.page.unpublish()
    with pytest.raises(Refused):
        newsletter.send(issue, actor=person_with(Role.CHIEF_EDITOR))
    with pytest.raises(NotAllowed):
        transition(issue, "finish", actor=person_with(Role.CHIEF_EDITOR))
    with pytest.raises(WrongState):
        transition(issue, "finish", actor=SYSTEM)


def test_a_person_takes_along_and_erases_their_subscription(tree):
    user = person_with(Role.EDITOR)
    Subscriber.objects.create(email=user.email.upper(), language="pl")
    assert len(NewsletterData().export(user).data) == 1
    NewsletterData().erase(user)
    assert not Subscriber.objects.exists()


WRITE = """
import django; django.setup()
from home.services import newsletter
newsletter.BATCH = 5
while newsletter.write_due(): pass
"""


def test_a_killed_worker_has_written_to_nobody_twice(demo, test_databases):
    issue = NewsletterIssue.objects.get()
    subscribers(400)
    NewsletterIssue.objects.update(state=states.SENDING, begun_at=timezone.now())
    env = {
        **os.environ,
        "PYTHONPATH": str(databases.ROOT / "site"),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": test_databases.url_of(demo),
    }
    worker = subprocess.Popen([sys.executable, "-c", WRITE], env=env, cwd=databases.ROOT)
    until = time.monotonic() + 60
    while issues_mail().count() < 5 and time.monotonic() < until and worker.poll() is None:
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    before = issues_mail().count()
    assert 0 < before < 402
    while newsletter.write_due():
        pass
    issue.refresh_from_db()
    to = list(issues_mail().values_list("to", flat=True))
    assert (issue.state, issue.count, len(to), len(set(to))) == (states.SENT, 402, 402, 402)
