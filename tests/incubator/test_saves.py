"""Earlier states of a draft: what is kept, who reads it, and bringing one back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.roles import Role
from core.audit import history
from core.clock import database_now
from core.ports import personal_data
from core.transitions import transition
from directory.models import TeamRole
from forms.autosave import DraftClosed
from incubator import services
from incubator.models import Application, DraftSave
from incubator.services.saves import MOST
from incubator.services.tidying import tidy
from tests.factories.incubator import (
    close,
    make_call,
    make_draft,
    make_organisation,
    owner_of,
    send,
    team_of,
    write,
)
from tests.factories.people import UserFactory, person_with
from tests.incubator.test_course import two_questions

pytestmark = pytest.mark.django_db
LONG = "Raz w tygodniu otwieramy warsztat na stacji. " * 3


@pytest.fixture
def application():
    return make_draft(make_call(two_questions()), answers={})


def save(application, name, *, client="one", actor=None):
    application.draft.refresh_from_db()
    return services.save_draft(
        application,
        {"name": name},
        base_rev=application.draft.rev,
        client=client,
        actor=actor or owner_of(application),
    )


def kept(application):
    return [row.data["name"] for row in DraftSave.objects.filter(draft=application.draft)]


def page(application):
    return reverse("incubator:saves", args=[application.uuid])


def test_what_one_window_adds_is_one_state_and_what_takes_away_leaves_the_one_before(application):
    for text in ("Raz", "Raz w tygodniu", LONG, LONG[:-5]):
        save(application, text)
    assert kept(application) == [LONG[:-5]]
    save(application, "")
    save(application, "Znowu")
    assert kept(application) == ["Znowu", LONG[:-5]]
    save(application, "Znowu nie")
    save(application, "Coś innego")
    assert kept(application) == ["Coś innego", "Znowu nie", LONG[:-5]]
    save(application, "Coś innego w drugim oknie", client="two")
    save(
        application,
        "Coś innego, kto inny",
        actor=team_of(application.organisation, TeamRole.EDITOR),
    )
    assert len(kept(application)) == 5
    # Nothing changed: nothing to keep.
    save(application, "Coś innego, kto inny")
    assert len(kept(application)) == 5


def test_a_sitting_ends_after_some_minutes(application):
    save(application, "Raz")
    DraftSave.objects.update(begun_at=database_now() - timedelta(minutes=6))
    save(application, "Raz w tygodniu")
    assert kept(application) == ["Raz w tygodniu", "Raz"]


def test_the_last_thirty_are_kept_and_none_after_a_year(application):
    for number in range(MOST + 5):
        save(application, f"Zdanie {number}", client=str(number))
    assert kept(application) == [f"Zdanie {number}" for number in range(MOST + 4, 4, -1)]
    DraftSave.objects.filter(data__name="Zdanie 5").update(
        saved_at=database_now() - timedelta(days=366)
    )
    tidy()
    assert len(kept(application)) == MOST - 1


def test_words_deleted_by_mistake_come_back_on_the_page(client, site, application):
    owner = owner_of(application)
    write(application, {"place": "Peron pierwszy"}, owner)
    save(application, LONG)
    save(application, "", client="later")
    client.force_login(owner)
    shown = client.get(page(application))
    first, *_others = shown.context["saves"]
    assert [(row.then.strip(), row.now) for row in first.differences] == [(LONG.strip(), "")]
    assert LONG[:40] in shown.content.decode()
    before = application.draft.rev
    assert client.get(page(application), {"save": first.pk}).status_code == 200
    application.draft.refresh_from_db()
    assert application.draft.data["name"] == ""
    assert client.post(page(application), {"save": first.pk}).status_code == 302
    application.draft.refresh_from_db()
    draft = application.draft
    assert (draft.data["name"], draft.data["place"]) == (LONG, "Peron pierwszy")
    assert draft.rev > before
    assert history(application).last().verb == "bring_back"
    # What stood before it can be brought back in turn, and the same twice changes nothing.
    client.post(page(application), {"save": DraftSave.objects.first().pk})
    assert DraftSave.objects.filter(draft=draft).first().rev == draft.rev
    empty = next(row for row in draft.saves.all() if row.data["name"] == "")
    services.bring_back(application, save_id=empty.pk, actor=owner)
    draft.refresh_from_db()
    assert draft.data["name"] == ""


def test_whoever_writes_meanwhile_is_told_and_loses_nothing(application):
    owner = owner_of(application)
    save(application, "Pierwsze")
    wanted = DraftSave.objects.get()
    save(application, "Drugie zupełnie inne", client="two")
    resting_on = application.draft.rev
    services.bring_back(application, save_id=wanted.pk, actor=owner)
    saved = services.save_draft(
        application, {"name": "Trzecie"}, base_rev=resting_on, client="two", actor=owner
    )
    (conflict,) = saved.conflicts
    assert (conflict.mine, conflict.theirs) == ("Trzecie", "Pierwsze")


def test_only_the_team_reads_them_and_only_writers_bring_back(client, site, application):
    save(application, "Tajne słowa")
    save(application, "", client="two")
    wanted = DraftSave.objects.last()
    sent = send_with(application)
    stranger = UserFactory()
    make_organisation(stranger, "Inna")
    for person in (stranger, *(person_with(role) for role in Role)):
        client.force_login(person)
        assert client.get(page(sent)).status_code == 404
        assert client.post(page(sent), {"save": wanted.pk}).status_code == 404
        with pytest.raises(PermissionDenied):
            services.bring_back(sent, save_id=wanted.pk, actor=person)
    viewer = team_of(application.organisation, TeamRole.VIEWER)
    client.force_login(viewer)
    shown = client.get(page(sent)).content.decode()
    assert "Tajne słowa" in shown
    assert 'name="save"' not in shown
    assert client.post(page(sent), {"save": wanted.pk}).status_code == 404
    client.logout()
    assert client.get(page(sent)).status_code == 302


def send_with(application):
    write(application, {"name": "Wysłane", "place": "Tu"}, owner_of(application))
    return send(application).application


def test_what_was_sent_is_not_changed_and_only_open_questions_are(client, site, application):
    owner = owner_of(application)
    write(application, {"name": "Pierwsza nazwa", "place": "Dawne miejsce"}, owner)
    wanted = DraftSave.objects.get()
    write(application, {"name": "Druga", "place": "Tu"}, owner)
    sent = send(application).application
    with pytest.raises(DraftClosed):
        services.bring_back(sent, save_id=wanted.pk, actor=owner)
    client.force_login(owner)
    answer = client.post(page(sent), {"save": wanted.pk}, follow=True).content.decode()
    assert sent.number in answer
    close(sent.call)
    checker = person_with(Role.INCUBATOR_COORDINATOR)
    sent = transition(Application.objects.get(pk=sent.pk), "start_check", actor=checker)
    services.ask_clarification(sent, questions="Gdzie?", keys=["place"], days=5, actor=checker)
    services.bring_back(sent, save_id=wanted.pk, actor=owner)
    sent.draft.refresh_from_db()
    assert (sent.draft.data["name"], sent.draft.data["place"]) == ("Druga", "Dawne miejsce")


def test_a_save_of_another_application_and_nonsense_bring_nothing_back(client, site, application):
    other = make_draft(make_call(two_questions()), answers={"name": "Cudze"})
    save(application, "Moje")
    client.force_login(owner_of(application))
    for nonsense in (DraftSave.objects.get(draft=other.draft).pk, "x", "", "99999999999", "-1"):
        answer = client.post(page(application), {"save": nonsense}, follow=True)
        assert answer.status_code == 200
    application.draft.refresh_from_db()
    assert application.draft.data["name"] == "Moje"


def test_an_erased_account_leaves_the_words_and_no_name(client, site, application):
    owner, viewer = owner_of(application), team_of(application.organisation, TeamRole.VIEWER)
    save(application, "Raz")
    save(application, "Dwa", client="two")
    dict(personal_data.items())["incubator"].erase(owner)
    assert set(DraftSave.objects.values_list("by", flat=True)) == {None}
    client.force_login(viewer)
    assert client.get(page(application)).context["saves"][0].by == ""
