"""One person, one vote: the paths of a single voter."""

from __future__ import annotations

import pytest

from core.models import AuditEvent, OutboxMail
from plebiscite.models import Inbox, ParticipationMark
from plebiscite.promises import is_genuine
from tests.factories import plebiscite as make

pytestmark = pytest.mark.django_db


def test_a_vote_leaves_a_mark_a_sealed_row_and_a_promise():
    plebiscite = make.voting()
    user = make.declared(plebiscite)
    promise = make.vote(plebiscite, user, ["M2"])
    mark = ParticipationMark.objects.get()
    assert (mark.plebiscite_id, mark.channel) == (plebiscite.pk, "account")
    assert Inbox.objects.count() == 1
    assert is_genuine(promise, public_key=bytes(plebiscite.promise_public_key))
    mail = OutboxMail.objects.get(kind="plebiscite/participation")
    assert mail.to == user.email
    assert promise.code not in mail.text
    assert AuditEvent.objects.filter(verb="vote", object_id=str(mark.pk)).count() == 1
