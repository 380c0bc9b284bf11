"""Moderators and authors at one moment, on real connections, with controls that break."""

from __future__ import annotations

import threading
from collections import Counter
from functools import partial
from uuid import uuid4

import pytest

from core.audit import history
from plebiscite.contest_states import PROPOSAL
from plebiscite.models import Proposal
from plebiscite.services import judging, proposals
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory

pytestmark = pytest.mark.concurrency


def kinds(results) -> Counter:
    return Counter(type(one).__name__ for one in results)


def two_moderators():
    """A proposal being checked, and two people who decide the opposite."""
    one, two = make.commission(), make.commission()
    proposal = proposals.decide(make.submitted(make.announced()), "take_up", actor=one)
    return proposal, [
        partial(proposals.decide, proposal, "accept", actor=one),
        partial(proposals.decide, proposal, "propose_rejection", actor=two, reason="Nie."),
    ]


def test_of_two_moderators_one_decides(together):
    proposal, deciding = two_moderators()
    assert kinds(together(*deciding)) == {"Proposal": 1, "WrongState": 1}
    verbs = Counter(event.verb for event in history(proposal))
    assert verbs["accept"] + verbs["propose_rejection"] == 1


def test_control_without_the_lock_both_decide(together, monkeypatch):
    proposal, deciding = two_moderators()
    gate = threading.Barrier(2)

    def without_waiting(obj):
        found = Proposal.objects.get(pk=obj.pk)
        gate.wait(timeout=20)
        return found

    monkeypatch.setattr(PROPOSAL, "lock", without_waiting)
    assert kinds(together(*deciding)) == {"Proposal": 2}
    verbs = Counter(event.verb for event in history(proposal))
    assert verbs["accept"] + verbs["propose_rejection"] == 2


def four_drafts():
    plebiscite = make.announced(proposals_per_person=2)
    author = UserFactory()
    drafts = [make.drafted(plebiscite, author, seed=seed) for seed in range(4)]
    return [partial(proposals.submit, draft, actor=author) for draft in drafts]


def test_control_without_the_contests_lock_the_limit_does_not_hold(together, monkeypatch):
    """That it holds with the lock is shown in `test_races`."""
    sending = four_drafts()
    gate = threading.Barrier(4)
    real = proposals.transition

    def all_together(*args, **kwargs):
        sent = real(*args, **kwargs)
        gate.wait(timeout=20)
        return sent

    monkeypatch.setattr(proposals, "advisory_lock", lambda *args, **kwargs: None)
    monkeypatch.setattr(proposals, "transition", all_together)
    assert "Refused" not in kinds(together(*sending))


def test_one_form_sent_eight_times_at_once_begins_one_work(together):
    plebiscite = make.announced()
    author, key = UserFactory(), uuid4()
    begin = partial(proposals.begin, plebiscite, actor=author, language="pl", key=key)
    assert kinds(together(*[begin] * 8)) == {"Proposal": 8}
    assert Proposal.objects.get().pk == key


def test_two_works_joined_with_each_other_leave_one(together):
    plebiscite = make.announced()
    member = make.commission()
    one, two = (make.submitted(plebiscite, seed=seed) for seed in (1, 2))
    results = together(
        partial(proposals.decide, one, "merge", actor=member, into=two),
        partial(proposals.decide, two, "merge", actor=member, into=one),
    )
    assert kinds(results) == {"Proposal": 1, "Refused": 1}
    assert Proposal.objects.filter(state="merged").count() == 1


def test_a_sheet_handed_in_from_two_windows_is_in_once(together):
    jury = make.with_jury(works=2)
    sheet = jury.jurors.first().sheets.select_related("juror__jury", "juror__user").first()
    given = {one.pk: (1, "") for one in jury.criteria.all()}
    judging.save_sheet(sheet, actor=sheet.juror.user, given=given)
    submit = partial(judging.decide_sheet, sheet, "submit", actor=sheet.juror.user)
    assert kinds(together(submit, submit)) == {"JurySheet": 1, "WrongState": 1}
