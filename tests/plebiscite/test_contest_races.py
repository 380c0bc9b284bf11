"""Moderators and authors at one moment, on real connections, with controls that break."""

from __future__ import annotations

import threading
from collections import Counter
from functools import partial
from uuid import uuid4

import pytest

from core.audit import history
from core.models import OutboxMail
from plebiscite.contest_states import PROPOSAL
from plebiscite.jury_states import JURY
from plebiscite.models import Jury, JurySheet, Proposal
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


def two_who_close():
    """A jury whose end was proposed, and two others of the commission who confirm it."""
    jury = make.with_jury(works=2)
    for sheet in JurySheet.objects.filter(work__jury=jury).select_related(
        "juror__jury", "juror__user"
    ):
        make.judge(sheet, 2, 1)
    judging.move(jury, "propose_close", actor=make.commission())
    return jury, [
        partial(judging.move, jury, "confirm_close", actor=make.commission()) for _ in range(2)
    ]


def test_of_two_people_who_close_a_jury_one_does(together):
    jury, closing = two_who_close()
    assert kinds(together(*closing)) == {"Jury": 1, "WrongState": 1}
    assert Counter(event.verb for event in history(jury))["confirm_close"] == 1
    # Each juror is told once.
    assert OutboxMail.objects.filter(kind="plebiscite/jury_closed").count() == 2


def test_control_without_the_lock_both_close_the_jury(together, monkeypatch):
    jury, closing = two_who_close()
    gate = threading.Barrier(2)

    def without_waiting(obj):
        found = Jury.objects.get(pk=obj.pk)
        gate.wait(timeout=20)
        return found

    monkeypatch.setattr(JURY, "lock", without_waiting)
    assert kinds(together(*closing)) == {"Jury": 2}
    assert Counter(event.verb for event in history(jury))["confirm_close"] == 2


def test_of_two_who_propose_and_confirm_at_once_nobody_does_both(together):
    """One person at two windows: whichever comes first, the end still waits for another one."""
    jury, _closing = two_who_close()
    judging.move(jury, "resume", actor=make.commission())
    one = make.commission()
    results = together(
        partial(judging.move, jury, "propose_close", actor=one),
        partial(judging.move, jury, "confirm_close", actor=one),
    )
    assert kinds(results)["Jury"] == 1
    assert Jury.objects.get().state == "closing"
