"""Mail about new calls, messages to applicants, reminders of drafts, and what is forgotten."""

import re
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from core.audit import history
from core.clock import database_now
from core.files.models import StoredFile
from core.outbox.models import MailState, OutboxMail
from core.outbox.sending import as_message, claim
from core.tokens.models import AccessToken
from directory.models import TeamRole
from incubator import services
from incubator.models import (
    Application,
    ApplicationDraft,
    BulkMessage,
    Call,
    CallSubscription,
)
from incubator.services.tidying import tidy
from incubator.states import State
from tests.factories.incubator import (
    make_call,
    make_draft,
    make_organisation,
    make_sent,
    owner_of,
    pdf,
    place_form,
    send,
    team_of,
    url_for,
    write,
)
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db
ADDRESS = "nowina@poczta.example"


def link(mail):
    return re.search(r"/inkubator/powiadomienia/(?:tak|koniec)/[\w-]+/", mail.text)[0]


def subscribed(email=ADDRESS, language="pl"):
    return CallSubscription.objects.create(
        email=email, language=language, confirmed_at=database_now()
    )


class TestSubscribing:
    def test_twice_yes_then_mail_then_one_press_ends_it(self, client, site):
        form = reverse("incubator:subscribe")
        assert reverse("incubator:subscribe") in client.get("/inkubator/").content.decode()
        assert client.post(form, {"email": "nie-adres"}).status_code == 422
        assert client.post(form, {"email": f" {ADDRESS.upper()} "}).status_code == 302
        row = CallSubscription.objects.get()
        assert (row.email, row.confirmed_at) == (ADDRESS, None)
        # Nobody hears anything before the second yes, and looking at the link is not one.
        make_call()
        tidy()
        first = OutboxMail.objects.get()
        confirm = link(first)
        assert client.get(confirm).status_code == 200
        assert CallSubscription.objects.get().confirmed_at is None
        assert client.post(confirm).status_code == 302
        assert CallSubscription.objects.get().confirmed_at
        assert client.post(confirm).status_code == 410

        call = make_call(name_pl="Nabór wiosenny")
        make_call(name_pl="Ukryty", is_published=False)
        tidy()
        tidy()
        mail = OutboxMail.objects.get(kind="incubator/new_call")
        assert "Nabór wiosenny" in mail.subject
        assert call.url_in("pl") in mail.text
        end = link(mail)
        message = as_message(mail).message()
        assert message["List-Unsubscribe"].strip("<>").endswith(end)
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail.is_secret
        # As RFC 8058 has it: a POST from elsewhere, no cookie, no page before, no redirect.
        robot = Client(enforce_csrf_checks=True)
        assert robot.get(end).status_code == 200
        assert CallSubscription.objects.exists()
        assert robot.post(end, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert not CallSubscription.objects.exists()
        assert robot.post(end, {"List-Unsubscribe": "One-Click"}).status_code == 200
        make_call()
        tidy()
        assert OutboxMail.objects.filter(kind="incubator/new_call").count() == 1

    def test_the_form_tells_nobody_who_is_subscribed(self, client, site):
        subscribed()
        form = reverse("incubator:subscribe")
        answers = [client.post(form, {"email": who}) for who in (ADDRESS, "nikt@poczta.example")]
        assert answers[0].url == answers[1].url
        assert OutboxMail.objects.get(to=ADDRESS).kind == "incubator/subscribed_already"
        client.post(form, {"email": ADDRESS})
        assert OutboxMail.objects.filter(to=ADDRESS).count() == 1

    def test_each_in_their_language_and_links_of_one_do_nothing_to_another(self, client, site):
        mine, other = subscribed(), subscribed("friend@poczta.example", "en")
        make_call(name_en="Winter call")
        tidy()
        mails = {mail.to: mail for mail in OutboxMail.objects.all()}
        assert "Winter call" in mails[other.email].subject
        assert "/en/inkubator/" in mails[other.email].text
        client.post(link(mails[mine.email]))
        assert CallSubscription.objects.get() == other

    def test_flooding_ends_and_what_nobody_confirms_is_forgotten(self, client, site):
        form = reverse("incubator:subscribe")
        codes = [
            client.post(form, {"email": f"a{number}@poczta.example"}).status_code
            for number in range(12)
        ]
        assert codes[-1] == 429
        subscribed()
        CallSubscription.objects.update(created_at=database_now() - timedelta(days=8))
        tidy()
        assert CallSubscription.objects.get().email == ADDRESS

    def test_with_the_account_goes_the_address(self):
        from incubator.personal_data import ApplicationData

        person = UserFactory(email=ADDRESS)
        subscribed()
        assert ApplicationData().export(person).data["mail_about_new_calls"]
        ApplicationData().erase(person)
        assert not CallSubscription.objects.exists()


class TestMessages:
    def values(self, call, **others):
        return {
            "call": call.pk,
            "states": ["draft", "submitted"],
            "subject": "Spotkanie dla wnioskodawców",
            "text": "Zapraszamy w środę.\n=1+1 <b>o 17:00</b>",
            **others,
        }

    def test_looked_at_then_one_mail_each_then_logged(self, client):
        call, both = make_call(), UserFactory()
        sent = make_sent(call, both)
        draft = make_draft(call, both, organisation=make_organisation(both, "Druga"))
        reader = team_of(sent.organisation, TeamRole.VIEWER)
        make_sent()
        withdrawn = make_sent(call)
        services.withdraw(withdrawn, actor=owner_of(withdrawn))
        OutboxMail.objects.all().delete()
        client.force_login(person_with(Role.INCUBATOR_COORDINATOR))
        url = reverse("incubator_messages:write")
        assert client.get(url).status_code == 200
        assert client.post(url, self.values(call, subject="")).status_code == 200
        page = client.post(url, self.values(call)).content.decode()
        assert "&lt;b&gt;o 17:00&lt;/b&gt;" in page
        assert settings.WAGTAILADMIN_BASE_URL.rstrip("/") + "/inkubator/wnioski/" in page
        # Who writes the draft is not shown to staff.
        assert draft.organisation.name_pl not in page
        assert not OutboxMail.objects.exists()
        key = re.search(r'name="key" value="([0-9a-f-]{36})"', page)[1]
        final = self.values(call, key=key, send="1")
        for _press in range(2):
            assert client.post(url, final).status_code == 302
        mail = OutboxMail.objects.get()
        assert mail.to == both.email
        assert mail.to != reader.email
        assert sent.number in mail.text
        assert "<b>o 17:00</b>" in mail.text
        message = BulkMessage.objects.get()
        assert message.people == 1
        assert history(call).last().verb == "message"
        # It waits, so that it can be stopped; then nothing of it leaves.
        assert claim() is None
        shown = client.get(reverse("incubator_messages:inspect", args=[message.pk]))
        assert "Spotkanie" in shown.content.decode()
        stop = reverse("incubator_messages:stop", args=[message.pk])
        client.get(stop)
        assert BulkMessage.objects.get().cancelled_at is None
        client.post(stop)
        assert BulkMessage.objects.get().cancelled_at
        assert OutboxMail.objects.get().state == MailState.FAILED
        assert "Spotkanie" in client.get(reverse("incubator_messages:index")).content.decode()

    def test_who_may_not_and_what_is_nothing(self, client):
        call = make_sent().call
        common = {"subject": "a", "text": "b", "key": uuid.uuid4()}
        for role in (Role.AUDITOR, Role.APPROVER, Role.REVIEWER):
            person = person_with(role)
            with pytest.raises(PermissionDenied):
                services.send_message(call, states=["submitted"], actor=person, **common)
            client.force_login(person)
            assert client.post(reverse("incubator_messages:write")).status_code in (302, 403)
        coordinator = person_with(Role.INCUBATOR_COORDINATOR)
        for states in ([], ["draft"], ["nosuch"]):
            with pytest.raises(ValidationError):
                services.send_message(call, states=states, actor=coordinator, **common)
        made = services.send_message(call, states=["submitted"], actor=coordinator, **common)
        BulkMessage.objects.update(leaves_at=database_now())
        with pytest.raises(ValidationError):
            services.stop_message(made, actor=coordinator)


def reminders():
    return OutboxMail.objects.filter(kind="incubator/draft_reminder")


class TestReminders:
    def test_before_the_close_each_once_and_never_after_sending(self):
        call = make_call()
        application, other = make_draft(call), make_draft(call)
        writer = team_of(application.organisation, TeamRole.EDITOR)
        team_of(application.organisation, TeamRole.VIEWER)
        send(other)
        Application.objects.update(created_at=database_now() - timedelta(days=15))
        tidy()
        assert not reminders().exists()
        for number, left in enumerate((timedelta(days=6), timedelta(hours=40), timedelta(hours=2))):
            Call.objects.update(closes_at=database_now() + left)
            tidy()
            tidy()
            # A later close is another date: what was said of the earlier one is no longer true.
            assert reminders().count() == 2 * (number + 1)
        assert {mail.to for mail in reminders()} == {owner_of(application).email, writer.email}
        Call.objects.update(closes_at=database_now() - timedelta(seconds=1))
        tidy()
        assert reminders().count() == 6

    def test_not_of_what_was_begun_after_it_nor_twice_for_one_close(self):
        call = make_call()
        application = make_draft(call)
        Call.objects.update(closes_at=database_now() + timedelta(days=5))
        Application.objects.update(created_at=database_now())
        tidy()
        assert not reminders().exists()
        Application.objects.update(created_at=database_now() - timedelta(days=9))
        tidy()
        tidy()
        assert reminders().count() == 1
        # With more time for this one organisation, its own close counts.
        call.refresh_from_db()
        services.extend_call(
            call, application.organisation, closes_at=call.closes_at + timedelta(days=30),
            reason="Awaria", actor=person_with(Role.INCUBATOR_COORDINATOR),
        )  # fmt: skip
        OutboxMail.objects.all().delete()
        tidy()
        assert not reminders().exists()


class TestForgetting:
    def old(self, application, days):
        ApplicationDraft.objects.filter(application=application).update(
            saved_at=database_now() - timedelta(days=days)
        )

    def test_warned_twice_then_emptied_with_its_files(self, client, site):
        application = make_draft(make_call(place_form()), answers={"idea_name": "Tajne"})
        owner = owner_of(application)
        services.add_file(application, field_key="statute", upload=pdf(), actor=owner)
        services.comment(application, field_key="idea_name", text="Hej", actor=owner)
        for days, warnings in ((330, 0), (336, 1), (350, 1), (359, 2), (364, 2)):
            self.old(application, days)
            ApplicationDraft.objects.update(
                saved_at=ApplicationDraft.objects.get().saved_at.replace(microsecond=0)
            )
            tidy()
            kinds = set(
                OutboxMail.objects.filter(kind="incubator/draft_goes").values_list(
                    "dedupe_key", flat=True
                )
            )
            assert len({key.split(":")[3] for key in kinds}) == warnings, days
        assert ApplicationDraft.objects.get().data
        self.old(application, 366)
        tidy()
        tidy()
        application.refresh_from_db()
        draft = application.draft
        assert application.state == State.ABANDONED
        assert (draft.data, draft.marks) == ({}, {})
        assert draft.forgotten_at
        assert not StoredFile.objects.exists()
        assert not application.comments.exists()
        assert [event.verb for event in history(application)][-2:] == ["abandon", "forget_draft"]
        # An old link to it still says what became of it.
        client.force_login(owner)
        assert client.get(url_for("application", application)).status_code == 200

    def test_what_was_sent_or_written_in_stays(self):
        sent, written = make_sent(), make_draft()
        for application in (sent, written):
            self.old(application, 400)
        write(written, {"name": "Jednak"}, owner_of(written))
        tidy()
        written.refresh_from_db()
        assert written.state == State.DRAFT
        assert written.draft.data == {"name": "Jednak"}
        assert sent.draft.data == {"name": "Stolarnia"}
        assert sent.latest_snapshot.is_intact()

    def test_tokens_are_not_kept_for_those_who_left(self):
        row = subscribed()
        make_call()
        tidy()
        services.end_subscription(row)
        assert not AccessToken.objects.filter(revoked_at=None).exists()
