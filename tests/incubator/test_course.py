"""Corrections, extensions, amendments, annulment, questions, the formal check."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.roles import Role
from core.clock import database_now
from core.files import FileRefused
from core.i18n.dates import long_date
from core.outbox.models import OutboxMail
from core.transitions import Refused, transition
from directory.models import TeamRole
from forms.autosave import DraftClosed
from incubator import selectors, services
from incubator.models import Application, Call, CallQuestion, Clarification, Extension
from incubator.services.tidying import tidy
from incubator.states import Late, State
from tests.factories.forms import field, form_json
from tests.factories.incubator import (
    EMPTY_PARTS,
    check_every_point,
    close,
    make_call,
    make_draft,
    make_organisation,
    make_sent,
    owner_of,
    pdf,
    send,
    team_of,
    write,
)
from tests.factories.people import UserFactory, person_with
from tests.incubator.test_call_rules import form_with_files

pytestmark = pytest.mark.django_db
WARSAW = ZoneInfo("Europe/Warsaw")


def coordinator():
    return person_with(Role.INCUBATOR_COORDINATOR)


def fresh(application):
    return Application.objects.get(pk=application.pk)


def strip_spaces(page):
    return page.replace("\u00a0", " ")


def mails(word):
    return [mail for mail in OutboxMail.objects.all() if word in mail.subject]


class TestCorrection:
    def test_a_new_snapshot_keeps_the_number(self):
        application = make_sent()
        owner = owner_of(application)
        with pytest.raises(DraftClosed):
            write(application, {"name": "Potajemnie"}, owner)
        services.begin_correction(application, actor=owner)
        application = fresh(application)
        write(application, {"name": "Poprawiona"}, owner)
        assert application.latest_snapshot.data == {"name": "Stolarnia"}
        done = send(application)
        assert done.snapshot.seq == 2
        assert done.snapshot.kind == "correction"
        assert done.application.number == application.number
        assert fresh(application).latest_snapshot.data == {"name": "Poprawiona"}
        (change,) = selectors.differences(fresh(application))
        assert [(row.before, row.after) for row in change["rows"]] == [("Stolarnia", "Poprawiona")]
        assert len(mails("poprawk")) == 1
        with pytest.raises(DraftClosed):
            write(fresh(application), {"name": "Jeszcze raz"}, owner)

    def test_what_was_not_sent_does_not_count_after_the_close(self):
        application = make_sent()
        owner = owner_of(application)
        services.begin_correction(application, actor=owner)
        write(fresh(application), {"name": "Spóźniona"}, owner)
        rev = fresh(application).draft.rev
        close(application.call)
        with pytest.raises(Late):
            send(fresh(application), rev=rev)
        assert fresh(application).snapshots.count() == 1
        assert fresh(application).draft.data == {"name": "Spóźniona"}

    def test_it_can_be_dropped_and_is_put_aside(self):
        application = make_sent()
        owner = owner_of(application)
        services.begin_correction(application, actor=owner)
        write(fresh(application), {"name": "Pomyłka"}, owner)
        services.drop_correction(application, actor=owner)
        draft = fresh(application).draft
        assert draft.data == {"name": "Stolarnia"}
        assert draft.unsent_data == {"name": "Pomyłka"}

    def test_by_its_page(self, client, site):
        application = make_sent()
        client.force_login(owner_of(application))
        page = reverse("incubator:application", args=[application.uuid])
        assert reverse("incubator:correction", args=[application.uuid]) in (
            client.get(page).content.decode()
        )
        client.post(reverse("incubator:correction", args=[application.uuid]))
        assert fresh(application).is_correcting
        response = client.get(reverse("incubator:step", args=[application.uuid, "only"]))
        assert response.status_code == 200
        client.force_login(UserFactory())
        response = client.post(reverse("incubator:correction", args=[application.uuid]))
        assert response.status_code == 404

    def test_not_by_readers_and_not_after_the_close(self):
        application = make_sent()
        with pytest.raises(PermissionDenied):
            services.begin_correction(application, actor=coordinator())
        close(application.call)
        with pytest.raises(ValidationError):
            services.begin_correction(application, actor=owner_of(application))


class TestTheCloseWithExtensionAndAmendment:
    """Both nights when the clock changes: an hour that is there twice, and one that is not."""

    NIGHTS = (
        datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=WARSAW),
        datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=WARSAW),
        datetime(2027, 3, 28, 3, 30, tzinfo=WARSAW),
    )

    @pytest.mark.parametrize("close_at", NIGHTS, ids=str)
    @pytest.mark.parametrize("way", ["plain", "extension", "amendment"])
    def test_to_the_second(self, close_at, way):
        early = close_at - timedelta(days=2)
        call = make_call(
            opens_at=close_at - timedelta(days=20),
            closes_at=close_at if way == "plain" else early,
            grace_s=300,
        )
        application = make_draft_at(call, close_at - timedelta(days=10))
        other = make_draft_at(call, close_at - timedelta(days=10))
        if way == "extension":
            services.extend_call(
                call,
                application.organisation,
                closes_at=close_at,
                reason="Awaria po naszej stronie",
                actor=coordinator(),
            )
        elif way == "amendment":
            services.amend_call(call, {"closes_at": close_at}, reason="Święta", actor=coordinator())
        call.refresh_from_db()
        organisation = application.organisation_id
        moments = {-1: (True, False), 0: (True, False), 300: (True, True), 301: (False, True)}
        for seconds, (is_taken, is_late) in moments.items():
            # Deadlines are moments, not readings of a clock: so they are added up in UTC.
            arrived = close_at.astimezone(ZoneInfo("UTC")) + timedelta(seconds=seconds)
            assert call.takes(arrived, organisation) == is_taken
            assert call.is_late(arrived, organisation) == is_late
            assert call.takes(arrived, other.organisation_id) == (is_taken and way != "extension")
        sent = send(
            application, arrived_at=close_at.astimezone(ZoneInfo("UTC")) + timedelta(seconds=300)
        )
        assert sent.snapshot.in_grace
        with pytest.raises(Late):
            send(other, arrived_at=close_at.astimezone(ZoneInfo("UTC")) + timedelta(seconds=301))

    def test_nothing_is_checked_while_somebody_has_more_time(self):
        application = make_sent()
        call = application.call
        close(call)
        draft = make_draft()
        services.extend_call(
            call,
            draft.organisation,
            closes_at=database_now() + timedelta(days=1),
            reason="Powódź",
            actor=coordinator(),
        )
        with pytest.raises(Refused):
            transition(fresh(application), "start_check", actor=coordinator())
        late = services.begin_application(call, draft.organisation, actor=owner_of(draft))
        write(late, {"name": "Zdążyli"}, owner_of(draft))
        assert send(late).application.number

    def test_who_has_more_time_and_no_draft_begins_from_the_mail(self, client, site):
        call, owner = make_call(), UserFactory()
        given, other = make_organisation(owner, "Dłużej"), make_organisation(owner, "Nie dłużej")
        viewer = team_of(given, TeamRole.VIEWER)
        close(call)
        begin = reverse("incubator:begin", args=[call.slug])
        client.force_login(owner)
        closed = client.get(begin).content.decode()
        assert str(given.uuid) not in closed
        assert "Ten nabór nie jest teraz otwarty." in strip_spaces(closed)
        until = database_now() + timedelta(days=3)
        services.extend_call(call, given, closes_at=until, reason="Awaria", actor=coordinator())
        texts = {mail.to: mail.text for mail in mails("Więcej czasu")}
        assert begin in texts[owner.email]
        # Whoever only reads cannot begin anything.
        assert begin not in texts[viewer.email]
        assert call.url_in("pl") in texts[viewer.email]
        page = client.get(begin).content.decode()
        assert f'value="{given.uuid}" checked' in page
        assert str(other.uuid) not in page
        assert long_date(until, "pl") in page
        refused = client.post(begin, {"organisation": other.uuid})
        assert refused.status_code == 422
        assert not Application.objects.exists()
        response = client.post(begin, {"organisation": given.uuid})
        begun = Application.objects.get(organisation=given)
        assert response["Location"] == reverse("incubator:step", args=[begun.uuid, "only"])
        assert client.get(response["Location"]).status_code == 200
        write(begun, {"name": "Zdążyli"}, owner)
        assert send(begun).application.number
        # When that time is over too, it is closed for them as well.
        Extension.objects.update(closes_at=database_now() - timedelta(minutes=1))
        assert str(given.uuid) not in client.get(begin).content.decode()

    def test_amendments_are_announced_and_never_earlier_for_those_who_rely_on_them(
        self, client, site
    ):
        application = make_draft()
        call = application.call
        with pytest.raises(ValidationError):
            services.amend_call(
                call,
                {"closes_at": call.closes_at - timedelta(days=1)},
                reason="Szybciej",
                actor=coordinator(),
            )
        with pytest.raises(ValidationError):
            services.amend_call(call, {"seats": 9}, reason=" ", actor=coordinator())
        with pytest.raises(PermissionDenied):
            services.amend_call(call, {"seats": 9}, reason="Bo", actor=owner_of(application))
        services.amend_call(call, {"seats": 9}, reason="Jest większa sala", actor=coordinator())
        content = client.get(call.url_in("pl")).content.decode()
        assert "Jest większa sala" in content
        assert len(mails("Zmiana")) == 1


def make_draft_at(call, moment):
    from tests.factories.incubator import make_organisation

    owner = UserFactory()
    organisation = make_organisation(owner)
    application = services.begin_application(call, organisation, actor=owner, arrived_at=moment)
    write(application, {"name": "Stolarnia"}, owner)
    return application


class TestAnnulment:
    def test_everything_ends_and_everybody_is_told(self, client, site):
        call = make_call()
        sent, draft = make_sent(call), make_draft(call)
        with pytest.raises(PermissionDenied):
            services.annul_call(call, reason="Brak pieniędzy", actor=coordinator())
        services.annul_call(call, reason="Brak pieniędzy", actor=person_with(Role.APPROVER))
        assert fresh(sent).state == State.ANNULLED
        assert fresh(draft).state == State.ABANDONED
        call.refresh_from_db()
        assert not call.takes(database_now())
        assert "Brak pieniędzy" in client.get(call.url_in("pl")).content.decode()
        assert len(mails("unieważniony")) == 1
        with pytest.raises(ValidationError):
            services.annul_call(call, reason="Znowu", actor=person_with(Role.APPROVER))


class TestQuestions:
    def test_question_and_answer_are_published_without_a_name(self, client, site):
        call = make_call()
        asker = UserFactory(first_name="Zuzanna", last_name="Pytalska")
        client.force_login(asker)
        client.post(reverse("incubator:ask", args=[call.slug]), {"question": "Czy jest winda?"})
        question = CallQuestion.objects.get()
        client.logout()
        assert "Czy jest winda?" not in client.get(call.url_in("pl")).content.decode()
        client.force_login(coordinator())
        response = client.post(
            reverse("incubator_questions:edit", args=[question.pk]),
            {"question": "Czy jest winda?", "answer": "Tak, od strony peronu."},
        )
        assert response.status_code == 302
        client.logout()
        content = client.get(call.url_in("pl")).content.decode()
        assert "Tak, od strony peronu." in content
        assert "Pytalska" not in content
        assert [mail.to for mail in mails("Odpowiedź")] == [asker.email]

    def test_others_do_not_answer(self, client, site):
        question = services.ask_about(make_call(), question="Kiedy?", actor=UserFactory())
        for person in (person_with(Role.AUDITOR), UserFactory()):
            client.force_login(person)
            client.post(
                reverse("incubator_questions:edit", args=[question.pk]),
                {"question": "x", "answer": "y"},
            )
        question.refresh_from_db()
        assert question.answer == ""


def in_check(form=None, answers=None):
    call = make_call(form)
    application = send(make_draft(call, answers=answers)).application
    close(call)
    checker = coordinator()
    return transition(fresh(application), "start_check", actor=checker), checker


def two_questions():
    from core.actors import SYSTEM
    from forms.services import save_version

    schema = form_json(field("name", required=True), field("place", required=True))
    return save_version("two", schema, actor=SYSTEM)


class TestFormalCheck:
    def test_every_point_is_needed_and_none_may_be_no(self):
        application, checker = in_check()
        with pytest.raises(Refused, match=r"\d"):
            transition(application, "pass", actor=checker)
        check_every_point(application, checker)
        services.save_check(application, {"statute": ("no", "brak")}, actor=checker)
        with pytest.raises(Refused):
            transition(application, "pass", actor=checker)
        services.save_check(application, {"statute": ("na", "")}, actor=checker)
        assert transition(application, "pass", actor=checker).state == State.FORMAL_OK

    def test_only_who_checks_fills_it_in(self):
        application, _checker = in_check()
        for person in (person_with(Role.AUDITOR), owner_of(application), UserFactory()):
            with pytest.raises(PermissionDenied):
                services.save_check(application, {"statute": ("yes", "")}, actor=person)

    def test_a_clarification_opens_the_named_questions_alone(self):
        application, checker = in_check(two_questions(), {"name": "A", "place": "B"})
        owner = owner_of(application)
        found = services.ask_clarification(
            application, questions="Gdzie?", keys=["place"], days=5, actor=checker
        )
        assert found.due_at > database_now() + timedelta(days=4)
        application = fresh(application)
        assert application.state == State.CLARIFICATION
        write(application, {"name": "Ukradkiem", "place": "Stacja"}, owner)
        assert fresh(application).draft.data == {"name": "A", "place": "Stacja"}
        done = send(fresh(application))
        assert done.snapshot.kind == "clarification"
        assert done.snapshot.data == {"name": "A", "place": "Stacja"}
        assert done.application.state == State.FORMAL_CHECK
        (change,) = selectors.differences(done.application)
        assert [row.after for row in change["rows"]] == ["Stacja"]

    def test_corrections_that_were_never_sent_do_not_come_in_with_the_answer(self):
        call = make_call(two_questions())
        application = send(make_draft(call, answers={"name": "A", "place": "B"})).application
        owner = owner_of(application)
        services.begin_correction(application, actor=owner)
        write(fresh(application), {"name": "Niewysłane"}, owner)
        close(call)
        checker = coordinator()
        transition(fresh(application), "start_check", actor=checker)
        services.ask_clarification(
            application, questions="Gdzie?", keys=["place"], days=1, actor=checker
        )
        draft = fresh(application).draft
        assert draft.data == {"name": "A", "place": "B"}
        assert draft.unsent_data["name"] == "Niewysłane"

    def test_a_file_at_a_question_that_it_did_not_open_stays_as_it_is(self, client, site):
        application = make_draft(make_call(form_with_files()))
        owner = owner_of(application)
        for key in ("consent", "plan"):
            services.add_file(application, field_key=key, upload=pdf(f"{key}.pdf"), actor=owner)
        send(application)
        close(application.call)
        checker = coordinator()
        transition(fresh(application), "start_check", actor=checker)
        services.ask_clarification(
            fresh(application), questions="Jaki plan?", keys=["plan"], days=5, actor=checker
        )
        client.force_login(owner)
        step = reverse("incubator:step", args=[application.uuid, "only"])

        def posted(**values):
            rev = fresh(application).draft.rev
            return client.post(step, {"rev": rev, "client": "x", **values}, follow=True)

        def kept():
            rows = fresh(application).attachments.filter(removed_at=None)
            return sorted(rows.values_list("field_key", "file__name"))

        before = kept()
        consent = application.attachments.get(field_key="consent")
        refused = posted(upload="consent", **{"file-consent": pdf("inna zgoda.pdf")})
        assert refused.status_code == 422
        with pytest.raises(FileRefused):
            services.add_file(fresh(application), field_key="consent", upload=pdf(), actor=owner)
        said = posted(remove=str(consent.file_id))
        assert [row.level_tag for row in said.context["messages"]] == ["error"]
        assert kept() == before
        assert posted(upload="plan", **{"file-plan": pdf("plan 2.pdf")}).status_code == 200
        assert len(kept()) == len(before) + 1

    @pytest.mark.parametrize("way", ["withdraw", "annul"])
    def test_it_ends_with_the_application(self, client, site, way):
        application, checker = in_check()
        services.ask_clarification(
            application, questions="Co?", keys=["name"], days=5, actor=checker
        )
        if way == "withdraw":
            services.withdraw(fresh(application), actor=owner_of(application))
        else:
            services.annul_call(
                application.call, reason="Brak pieniędzy", actor=person_with(Role.APPROVER)
            )
        found = Clarification.objects.get()
        assert found.state == Clarification.State.CANCELLED
        assert found.closed_at
        # Nobody is asked, or reminded, to put anything right any more.
        Clarification.objects.update(due_at=database_now() + timedelta(days=1))
        tidy()
        assert not OutboxMail.objects.filter(kind="incubator/clarification_reminder").exists()
        client.force_login(owner_of(application))
        page = client.get(reverse("incubator:application", args=[application.uuid]))
        assert "Co?" not in page.content.decode()

    def test_it_has_its_own_deadline(self):
        application, checker = in_check()
        owner = owner_of(application)
        services.ask_clarification(
            application, questions="Co?", keys=["name"], days=1, actor=checker
        )
        due = fresh(application).open_clarification.due_at
        with pytest.raises(Refused):
            transition(fresh(application), "expire", actor=checker)
        write(fresh(application), {"name": "Za późno"}, owner)
        with pytest.raises(Late):
            send(fresh(application), arrived_at=due + timedelta(seconds=301))
        assert fresh(application).draft.data == {"name": "Za późno"}
        Clarification.objects.update(due_at=database_now() - timedelta(hours=1))
        tidy()
        assert fresh(application).state == State.FORMAL_CHECK
        assert Clarification.objects.get().state == Clarification.State.EXPIRED

    def test_it_is_reminded_of_once(self):
        application, checker = in_check()
        services.ask_clarification(
            application, questions="Co?", keys=["name"], days=5, actor=checker
        )
        tidy()
        assert not mails("Przypomnienie")
        now = database_now()
        Clarification.objects.update(
            asked_at=now - timedelta(days=5), due_at=now + timedelta(days=1)
        )
        tidy()
        tidy()
        assert len(mails("Przypomnienie")) == 1

    def test_needs_words_and_a_question(self):
        application, checker = in_check()
        for questions, keys in (("", ["name"]), ("Co?", []), ("Co?", ["nie_ma"])):
            with pytest.raises(Refused):
                services.ask_clarification(
                    application, questions=questions, keys=keys, days=5, actor=checker
                )

    def test_on_the_pages(self, client, site):
        application, checker = in_check(two_questions(), {"name": "A", "place": "B"})
        client.force_login(checker)
        staff_page = reverse("incubator_applications:inspect", args=[application.pk])
        client.post(
            reverse("incubator_applications:check", args=[application.pk]),
            {"result-statute": "no", "note-statute": "Nie ma pieczęci"},
        )
        assert "Nie ma pieczęci" in client.get(staff_page).content.decode()
        client.post(
            reverse("incubator_applications:ask", args=[application.pk]),
            {"questions": "Gdzie to będzie?", "keys": ["place"], "days": "3"},
        )
        client.force_login(owner_of(application))
        page = client.get(reverse("incubator:application", args=[application.uuid]))
        assert "Gdzie to będzie?" in page.content.decode()
        assert "Nie ma pieczęci" not in page.content.decode()
        step = reverse("incubator:step", args=[application.uuid, "only"])
        content = client.get(step).content.decode()
        assert 'data-question="place"' in content
        assert 'data-question="name"' not in content
        client.post(step, {"rev": "1", "place": "Stacja", "go": "next"})
        summary = reverse("incubator:summary", args=[application.uuid])
        rev = fresh(application).draft.rev
        client.post(
            summary,
            {"rev": rev, "name": "Anna", "function": "prezeska", "declared": "on"},
        )
        assert fresh(application).state == State.FORMAL_CHECK
        client.force_login(checker)
        content = client.get(staff_page).content.decode()
        assert "Stacja" in content
        assert fresh(application).snapshots.count() == 2


def test_a_changed_date_of_a_published_call_needs_a_reason(client, site):
    call = make_call()
    client.force_login(coordinator())
    url = reverse("incubator_calls:edit", args=[call.pk])
    page = client.get(url).content.decode()
    assert reverse("incubator_calls:extend", args=[call.pk]) in page
    values = {
        "name_pl": call.name_pl,
        "slug": call.slug,
        "year": call.year,
        "ordinal": call.ordinal,
        "opens_at": f"{call.opens_at.astimezone(WARSAW):%Y-%m-%d %H:%M}",
        "closes_at": "2030-01-01 15:00",
        "grace_s": 300,
        "seats": 8,
        "is_published": "on",
        "form_version": call.form_version_id,
        "contact_name": "I",
        "contact_email": "i@x.example",
        "summary_pl": "Krótko",
        **EMPTY_PARTS,
    }
    assert client.post(url, values).status_code == 200
    call.refresh_from_db()
    assert call.seats == 6
    assert client.post(url, {**values, "amendment_reason": "Więcej czasu"}).status_code == 302
    call = Call.objects.get(pk=call.pk)
    assert call.closes_at.year == 2030
    assert {row.what for row in call.amendments.all()} == {"closes_at", "seats"}


def test_figures_of_a_call_for_readers_alone(client, site):
    call = make_call()
    make_draft(call)
    make_sent(call)
    send(make_draft(call), arrived_at=call.closes_at - timedelta(minutes=10))
    send(make_draft(call), arrived_at=call.closes_at + timedelta(seconds=10))
    url = reverse("incubator_calls:figures", args=[call.pk])
    client.force_login(UserFactory())
    assert client.get(url).status_code in {302, 403}
    client.force_login(person_with(Role.AUDITOR))
    assert url in client.get(reverse("incubator_calls:index")).content.decode()
    funnel, when, forms = client.get(url).context["charts"]
    assert [bar.value for bar in funnel["bars"]] == [4, 3, 0]
    assert [bar.value for bar in when["bars"]] == [1, 0, 0, 1, 1]
    assert [bar.value for bar in forms["bars"]] == [3]
