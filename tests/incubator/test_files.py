"""Files of an application: a change of them is seen before sending, and staff get what was sent."""

import pytest

from accounts.roles import Role
from core.transitions import Refused
from directory.models import TeamRole
from incubator import services
from incubator.models import Application
from incubator.states import State
from tests.factories.incubator import (
    make_call,
    make_draft,
    owner_of,
    pdf,
    send,
    team_of,
    url_for,
)
from tests.factories.people import person_with
from tests.incubator.test_call_rules import form_with_files

pytestmark = pytest.mark.django_db


def test_what_a_colleague_does_with_the_files_has_to_be_read_before_sending():
    application = make_draft(make_call(form_with_files()))
    owner = owner_of(application)
    colleague = team_of(application.organisation, TeamRole.EDITOR)
    first = services.add_file(application, field_key="plan", upload=pdf("a.pdf"), actor=owner)
    application.draft.refresh_from_db()
    read = application.draft.rev
    services.add_file(application, field_key="consent", upload=pdf("b.pdf"), actor=colleague)
    with pytest.raises(Refused, match="Przeczytaj"):
        send(application, rev=read)
    application.draft.refresh_from_db()
    read = application.draft.rev
    services.remove_file(application, file_id=first.file_id, actor=colleague)
    with pytest.raises(Refused):
        send(application, rev=read)
    assert Application.objects.get().state == State.DRAFT
    assert set(send(application).snapshot.files) == {"consent"}


@pytest.mark.parametrize("role", [Role.INCUBATOR_COORDINATOR, Role.AUDITOR, Role.APPROVER])
def test_staff_get_a_file_that_was_sent_and_none_that_was_not(client, site, role):
    application = make_draft(make_call(form_with_files()))
    owner = owner_of(application)
    sent = services.add_file(application, field_key="plan", upload=pdf("a.pdf"), actor=owner)
    send(application)
    services.begin_correction(application, actor=owner)
    application = Application.objects.get()
    unsent = services.add_file(application, field_key="consent", upload=pdf("b.pdf"), actor=owner)
    services.remove_file(application, file_id=sent.file_id, actor=owner)
    for person, status in ((owner, 200), (person_with(role), 404)):
        client.force_login(person)
        # Dropped since, but it was sent: it stays part of what counts.
        assert client.get(url_for("file", application, sent.file_id)).status_code == 200
        assert client.get(url_for("file", application, unsent.file_id)).status_code == status
