"""What a call judges by, which files it wants, and from whom: on its page and when sending."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.roles import Role
from core.clock import database_now
from core.transitions import Refused, transition
from directory.models import Organisation
from directory.services import answer_patronage, ask_patron, create_organisation
from incubator import selectors, services
from incubator.confirmation import document
from incubator.models import CallAttachment, CallCriterion
from incubator.states import Incomplete, State
from tests.factories.forms import field, form_json
from tests.factories.incubator import (
    check_every_point,
    close,
    make_call,
    make_draft,
    make_organisation,
    make_sent,
    owner_of,
    pdf,
    send,
    url_for,
)
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db


def form_with_files():
    from core.actors import SYSTEM
    from forms.services import save_version

    return save_version(
        "with-files",
        form_json(field("name", required=True), field("consent", "file"), field("plan", "file")),
        actor=SYSTEM,
    )


def make_group(owner):
    return create_organisation(
        actor=owner,
        name_pl="Sąsiedzi z Lipowej",
        legal_form="informal_group",
        register_type="none",
        group_people="Anna Żółć\nJan Dąb\nOla Łąka",
        town="Hajnówka",
    )


def test_the_page_shows_criteria_attachments_and_regulations(client, site):
    call = make_call(
        form_with_files(),
        regulations_pl="<p>Regulamin naboru, par. 1.</p>",
        legal_forms=["foundation", "informal_group"],
    )
    CallCriterion.objects.create(call=call, kind="formal", text_pl="Siedziba w Hajnówce")
    CallCriterion.objects.create(call=call, kind="merit", text_pl="Pomysł", most_points=10)
    CallAttachment.objects.create(call=call, field_key="consent", for_whom="groups")
    page = client.get(call.url).content.decode()
    for words in (
        "Siedziba w\u00a0Hajnówce",
        "Pomysł",
        "najwyżej 10",
        "Regulamin naboru",
        "consent",
        "grupy nieformalne",
        "fundacja",
        "z patronem",
    ):
        assert words in page, words


def test_a_file_the_call_wants_is_needed_before_sending(client, site):
    call = make_call(form_with_files())
    CallAttachment.objects.create(call=call, field_key="consent")
    CallAttachment.objects.create(call=call, field_key="plan", for_whom="groups")
    CallAttachment.objects.create(call=call, field_key="nosuch")
    application = make_draft(call)
    assert set(selectors.needed_files(application)) == {"consent"}
    assert selectors.completeness(application).total == 2
    client.force_login(owner_of(application))
    step = client.post(
        url_for("step", application, application.form_version.form.steps[0].key),
        {"go": "next", "rev": application.draft.rev, "name": "Stolarnia"},
    )
    assert step.status_code == 422
    with pytest.raises(Incomplete) as caught:
        send(application)
    assert set(caught.value.errors) == {"consent"}
    services.add_file(application, field_key="consent", upload=pdf(), actor=owner_of(application))
    assert send(application).snapshot.files["consent"]


def test_for_whom_the_call_is(client, site):
    call = make_call(legal_forms=["foundation"])
    owner = UserFactory()
    organisation = make_organisation(owner)
    client.force_login(owner)
    begin = reverse("incubator:begin", args=[call.slug])
    said = client.post(begin, {"organisation": organisation.uuid}, follow=True).content.decode()
    assert "fundacja" in said
    assert not organisation.applications.exists()
    # Changed after it was begun: then sending says so, and nothing is lost.
    Organisation.objects.filter(pk=organisation.pk).update(legal_form="foundation")
    application = make_draft(call, owner, organisation=organisation)
    Organisation.objects.filter(pk=organisation.pk).update(legal_form="association")
    assert "fundacja" in client.get(url_for("summary", application)).content.decode()
    with pytest.raises(Refused, match="fundacja"):
        send(application)
    application.refresh_from_db()
    assert application.state == State.DRAFT


def test_a_group_needs_its_patron_and_the_confirmation_names_it(client, site):
    owner = UserFactory()
    group, patron = make_group(owner), make_organisation(name="Fundacja Dąb")
    Organisation.objects.filter(pk=patron.pk).update(nip="8567346215")
    application = make_draft(make_call(), owner, organisation=group)
    client.force_login(owner)
    assert "patron" in client.get(url_for("summary", application)).content.decode()
    with pytest.raises(Refused, match="patron"):
        send(application)
    made = ask_patron(group, number="8567346215", actor=owner)
    with pytest.raises(Refused):
        send(application)
    answer_patronage(made, accept=True, actor=patron.memberships.get().user)
    snapshot = send(application).snapshot
    assert snapshot.context["organisation"]["patron"].startswith("Fundacja Dąb")
    printed = document.contents(snapshot)["organisation"]
    assert any("Patron grupy: Fundacja Dąb" in line for line in printed)
    assert "Osoby w grupie: Anna Żółć, Jan Dąb, Ola Łąka" in printed
    free = make_draft(make_call(needs_patron=False), owner, organisation=make_group(owner))
    assert send(free).application.number


def test_units_are_part_of_what_was_sent():
    from directory.services import add_unit

    application = make_draft()
    add_unit(application.organisation, kind="cis", name="CIS Łąka", actor=owner_of(application))
    snapshot = send(application).snapshot
    assert "CIS Łąka" in snapshot.context["organisation"]["units"][0]


def test_the_social_economy_is_part_of_what_was_sent(client):
    application = make_draft()
    Organisation.objects.filter(pk=application.organisation_id).update(
        pes_category="a", ps_status="granted", ps_decision="PS.4/2026"
    )
    application.refresh_from_db()
    snapshot = send(application).snapshot
    printed = " | ".join(document.contents(snapshot)["organisation"])
    assert "Podmiot ekonomii społecznej: a)" in printed
    assert re.search("Status przedsiębiorstwa społecznego: .*, PS.4/2026", printed)
    client.force_login(person_with(Role.INCUBATOR_COORDINATOR))
    page = client.get(reverse("incubator_applications:inspect", args=[application.pk]))
    assert "PS.4/2026" in page.content.decode()
    # What was sent stays as it was sent.
    Organisation.objects.update(ps_status="no", ps_decision="")
    snapshot.refresh_from_db()
    assert "PS.4/2026" in snapshot.context["organisation"]["social_enterprise"]
    assert snapshot.is_intact()


def test_formal_criteria_of_the_call_are_points_of_the_check(client):
    application = make_sent()
    own = CallCriterion.objects.create(
        call=application.call, kind="formal", text_pl="Wkład w pracy, co najmniej 40 godzin"
    )
    CallCriterion.objects.create(call=application.call, kind="merit", text_pl="Pomysł")
    close(application.call)
    checker = person_with(Role.INCUBATOR_COORDINATOR)
    transition(application, "start_check", actor=checker)
    client.force_login(checker)
    page = client.get(reverse("incubator_applications:inspect", args=[application.pk]))
    assert "co najmniej 40 godzin" in page.content.decode()
    check_every_point(application, checker)
    with pytest.raises(Refused):
        transition(application, "pass", actor=checker)
    services.save_check(application, {own.check_key: ("yes", "")}, actor=checker)
    transition(application, "pass", actor=checker)


def test_changed_criteria_of_a_published_call_need_a_reason_and_are_announced(client, site):
    now = database_now().replace(second=0, microsecond=0)
    call = make_call(
        form_with_files(), opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=9)
    )
    row = CallCriterion.objects.create(call=call, kind="merit", text_pl="Pomysł", most_points=10)
    client.force_login(person_with(Role.INCUBATOR_COORDINATOR))
    url = reverse("incubator_calls:edit", args=[call.pk])
    form = client.get(url).context["form"]
    posted = form_data(form)
    posted["criteria-0-text_pl"] = "Pomysł i ludzie"
    posted["regulations_pl"] = (
        '{"blocks": [{"key": "a", "type": "unstyled", "text": "Nowy par. 2.", "inlineStyleRanges": [], "entityRanges": []}], "entityMap": {}}'  # noqa: E501
    )
    refused = client.post(url, posted)
    assert refused.status_code == 200
    row.refresh_from_db()
    assert row.text_pl == "Pomysł"
    posted["amendment_reason"] = "Uwagi organizacji."
    assert client.post(url, posted).status_code == 302
    row.refresh_from_db()
    assert row.text_pl == "Pomysł i ludzie"
    assert set(call.amendments.values_list("what", flat=True)) == {"criteria", "regulations"}
    page = client.get(call.url).content.decode()
    assert "Uwagi organizacji." in page
    assert "Nowy par. 2." in page


def form_data(form):
    """What a browser would send of an unchanged form of the admin."""
    found = {}
    for bound in form:
        value = bound.value()
        if bound.name.startswith(("body_", "regulations_")):
            value = "null"
        elif hasattr(value, "strftime"):
            value = value.strftime("%Y-%m-%d %H:%M") if hasattr(value, "hour") else str(value)
        if value not in (None, False, ""):
            found[bound.html_name] = "on" if value is True else value
    for name, rows in form.formsets.items():
        for bound in rows.management_form:
            found[bound.html_name] = bound.value()
        found[f"{name}-TOTAL_FORMS"] = rows.initial_form_count()
        for row in rows.initial_forms:
            for bound in row:
                if bound.value() not in (None, False, ""):
                    found[bound.html_name] = bound.value()
    return found
