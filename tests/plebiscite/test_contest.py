"""The contest: sending, checking, rejecting by two people, appeals, joining, deadlines."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.roles import Role
from core.audit import history
from core.models import OutboxMail
from core.transitions import NotAllowed, Refused, TransitionError, WrongState, matrix
from core.transitions import transition as change
from plebiscite import clock
from plebiscite.contest_states import AUTHORS_OWN, PROPOSAL
from plebiscite.differences import compare
from plebiscite.models import ContestChoice, Proposal, ProposalRevision
from plebiscite.phases import WITH_PUBLIC_REASON, ProposalState
from plebiscite.services import moving, proposals
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db

REASON = "To nie znak."


def mails() -> list[str]:
    rows = OutboxMail.objects.order_by("id").values_list("kind", flat=True)
    return [kind.removeprefix("plebiscite/proposal_") for kind in rows]


def taken_up(plebiscite, member, **others):
    return proposals.decide(make.submitted(plebiscite, **others), "take_up", actor=member)


# --- The table ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*Role, "author", "stranger"])
def test_every_role_in_every_state(role):
    """Exactly the named roles get anywhere; whoever may not learns nothing about the state."""
    plebiscite = make.announced()
    author = UserFactory()
    other = make.submitted(plebiscite, seed=1)
    base = make.submitted(plebiscite, author, seed=2)
    who = {"author": author, "stranger": UserFactory()}.get(role) or person_with(Role(role))
    for cell in matrix(PROPOSAL, [role]):
        given = {}
        for name in cell.row.takes if cell.row else ():
            given[name] = other if name == "into" else REASON
        with transaction.atomic():
            Proposal.objects.filter(pk=base.pk).update(
                state=cell.state,
                accepted_revision=base.latest_revision,
                reason=REASON if cell.state in WITH_PUBLIC_REASON else "",
                proposed_reason=REASON if cell.state == "rejection_proposed" else "",
                appeal_until=clock.now() + make.DAY,
            )
            try:
                change(Proposal.objects.get(pk=base.pk), cell.verb, actor=who, **given)
                result = "done"
            except TransitionError as error:
                result = type(error).__name__
            transaction.set_rollback(True)
        may = role == "author" if cell.verb in AUTHORS_OWN else role == Role.PLEBISCITE_COMMISSION
        if not may:
            assert result == "NotAllowed", cell
        else:
            assert result == ("done" if cell.row else "WrongState"), cell


def test_only_one_way_leads_to_a_rejection():
    into = {row.verb for row in PROPOSAL.transitions if row.target == ProposalState.REJECTED}
    assert into == {"reject"}
    assert PROPOSAL.rows("reject")[0].sources == {ProposalState.REJECTION_PROPOSED}


# --- The way --------------------------------------------------------------------------------------


def test_the_whole_way_with_a_mail_for_every_decision():
    plebiscite = make.announced()
    one, two, three = (make.commission() for _ in range(3))
    proposal = taken_up(plebiscite, one)
    proposal = proposals.decide(
        proposal, "request_changes", actor=one, reason="Obraz jest za ciemny."
    )
    proposals.save_draft(proposal, actor=proposal.author, alt_texts={}, title="Jaśniejsza")
    proposal = proposals.submit(proposal, actor=proposal.author)
    assert (proposal.revisions.count(), proposal.reason, proposal.number) == (2, "", 1)
    proposal = proposals.decide(proposal, "take_up", actor=two)
    proposal = proposals.decide(proposal, "propose_rejection", actor=one, reason=REASON)
    assert (proposal.reason, proposal.state_label) == ("", "being checked")
    with pytest.raises(Refused, match="somebody else"):
        proposals.decide(proposal, "reject", actor=one)
    proposal = proposals.decide(proposal, "reject", actor=two)
    assert (proposal.state, proposal.reason, proposal.proposed_reason) == ("rejected", REASON, "")
    proposal = proposals.decide(proposal, "appeal", actor=proposal.author, reason="To znak.")
    for who in (one, two):
        with pytest.raises(Refused, match="no part"):
            proposals.decide(proposal, "uphold", actor=who, reason="Nie.")
    with pytest.raises(Refused, match="reason"):
        proposals.decide(proposal, "grant", actor=three, reason=" ")
    proposal = proposals.decide(proposal, "grant", actor=three, reason="Autorka ma rację.")
    assert (proposal.state, proposal.appeal_answer) == ("accepted", "Autorka ma rację.")
    assert proposal.accepted_revision.title == "Jaśniejsza"
    assert mails() == [
        "received", "changes_requested", "received", "rejected", "appealed", "accepted",
    ]  # fmt: skip
    assert REASON in OutboxMail.objects.get(kind="plebiscite/proposal_rejected").text
    verbs = [event.verb for event in history(proposal)]
    assert verbs.count("take_up") == 2
    assert verbs[-1] == "grant"


def test_a_proposed_rejection_may_be_dropped():
    plebiscite = make.announced()
    one, two = make.commission(), make.commission()
    proposal = taken_up(plebiscite, one)
    proposal = proposals.decide(proposal, "propose_rejection", actor=one, reason=REASON)
    proposal = proposals.decide(proposal, "keep", actor=two)
    assert (proposal.state, proposal.proposed_reason) == ("in_review", "")
    assert mails() == ["received"]


def test_an_appeal_that_is_turned_down_is_answered_in_public():
    plebiscite = make.announced()
    proposal = make.rejected(plebiscite)
    proposals.decide(proposal, "appeal", actor=proposal.author, reason="A jednak.")
    proposal = proposals.decide(
        proposal, "uphold", actor=make.commission(), reason="Znak jest cudzy."
    )
    assert (proposal.state, proposal.reason) == ("upheld", REASON)
    assert "Znak jest cudzy." in OutboxMail.objects.get(kind="plebiscite/proposal_upheld").text
    with pytest.raises(WrongState):
        proposals.decide(proposal, "appeal", actor=proposal.author, reason="Jeszcze raz.")


def test_an_appeal_has_a_deadline_by_the_databases_clock_and_holds_the_freeze():
    plebiscite = make.announced(appeal_days=2)
    make.accepted(plebiscite, seed=1)
    make.accepted(plebiscite, seed=2)
    proposal = make.rejected(plebiscite, seed=3)
    moving.make_keys(plebiscite.pk)
    with clock.shifted(1.5 * make.DAY):
        moving.move(plebiscite, "open_appeals", actor=make.commission())
        with pytest.raises(Refused, match="may still appeal"):
            make.together(plebiscite, "freeze")
    with clock.shifted(2.1 * make.DAY), pytest.raises(Refused, match="time for appeals"):
        proposals.decide(proposal, "appeal", actor=proposal.author, reason="Za późno.")
    with clock.shifted(1.9 * make.DAY):
        proposals.decide(proposal, "appeal", actor=proposal.author, reason="W porę.")


def test_the_database_wants_a_reason_for_every_rejection():
    plebiscite = make.announced()
    proposal = make.submitted(plebiscite)
    rows = Proposal.objects.filter(pk=proposal.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state="rejected", appeal_until=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state="upheld", reason=REASON)


def test_nobody_decides_about_their_own_work():
    plebiscite = make.announced()
    member = make.commission()
    proposal = make.submitted(plebiscite, member)
    with pytest.raises(Refused, match="own work"):
        proposals.decide(proposal, "take_up", actor=member)


def test_after_the_freeze_a_work_stays():
    plebiscite = make.frozen()
    proposal = plebiscite.proposals.accepted().first()
    with pytest.raises(Refused, match="ballot paper"):
        proposals.decide(proposal, "withdraw", actor=proposal.author)


def test_withdrawing_frees_a_place_and_is_confirmed():
    plebiscite = make.announced(proposals_per_person=1)
    author = UserFactory()
    proposal = make.submitted(plebiscite, author, seed=1)
    late = make.drafted(plebiscite, author, seed=2)
    with pytest.raises(Refused, match="as many works"):
        proposals.submit(late, actor=author)
    proposals.decide(proposal, "withdraw", actor=author)
    assert proposals.submit(late, actor=author).number == 2
    assert mails() == ["received", "withdrawn", "received"]


# --- Joining --------------------------------------------------------------------------------------


def test_both_authors_are_told_of_a_joining():
    plebiscite = make.announced()
    member = make.commission()
    first = make.submitted(plebiscite, seed=1)
    second = taken_up(plebiscite, member, seed=2)
    OutboxMail.objects.all().delete()
    merged = proposals.decide(second, "merge", actor=member, into=first)
    assert (merged.state, merged.merged_into) == ("merged", first)
    told = dict(OutboxMail.objects.values_list("to", "kind"))
    assert told == {
        second.author.email: "plebiscite/proposal_merged",
        first.author.email: "plebiscite/proposal_joined",
    }
    with pytest.raises(Refused, match="joined with yours"):
        proposals.decide(first, "withdraw", actor=first.author)


def test_what_was_joined_goes_along():
    plebiscite = make.announced()
    member = make.commission()
    one, two, three = (make.submitted(plebiscite, seed=seed) for seed in (1, 2, 3))
    proposals.decide(one, "merge", actor=member, into=two)
    proposals.decide(two, "merge", actor=member, into=three)
    assert set(three.joined.all()) == {one, two}


@pytest.mark.parametrize("problem", ["itself", "elsewhere", "withdrawn", "draft", "nothing"])
def test_what_cannot_be_joined(problem):
    plebiscite = make.announced()
    member = make.commission()
    proposal = make.submitted(plebiscite, seed=1)
    other = {
        "itself": lambda: proposal,
        "elsewhere": lambda: make.submitted(make.announced(), seed=2),
        "withdrawn": lambda: make.submitted(plebiscite, seed=2),
        "draft": lambda: make.drafted(plebiscite, seed=2),
        "nothing": lambda: None,
    }[problem]()
    if problem == "withdrawn":
        proposals.decide(other, "withdraw", actor=other.author)
    with pytest.raises(Refused) as refusal:
        proposals.decide(proposal, "merge", actor=member, into=other)
    assert refusal.value.field == "into"
    proposal.refresh_from_db()
    assert (proposal.state, proposal.merged_into) == ("submitted", None)


# --- Drafts ---------------------------------------------------------------------------------------


def test_two_windows_overwrite_nothing():
    plebiscite = make.announced()
    draft = make.drafted(plebiscite)
    seen = draft.draft_version
    save = {"actor": draft.author, "alt_texts": {}, "version": seen}
    first = proposals.save_draft(draft, title="Z pierwszego okna", **save)
    assert first.draft_version == seen + 1
    with pytest.raises(proposals.Outdated) as outdated:
        proposals.save_draft(draft, title="Z drugiego okna", **save)
    assert outdated.value.current.title == "Z pierwszego okna"
    draft.refresh_from_db()
    assert draft.title == "Z pierwszego okna"
    # The same text again is no conflict: the form was sent twice.
    proposals.save_draft(draft, title="Z pierwszego okna", **save)
    assert Proposal.objects.get().draft_version == seen + 1


def test_one_form_begins_one_work():
    plebiscite = make.announced()
    author, other = UserFactory(), UserFactory()
    key = uuid4()
    begun = [proposals.begin(plebiscite, actor=author, language="pl", key=key).pk for _ in range(3)]
    assert begun == [key] * 3
    with pytest.raises(DatabaseError), transaction.atomic():
        proposals.begin(plebiscite, actor=other, language="pl", key=key)
    assert Proposal.objects.get().author == author


def test_a_picture_sent_twice_is_there_once():
    plebiscite = make.announced()
    draft = make.drafted(plebiscite, seed=4)
    again = proposals.add_picture(draft, actor=draft.author, upload=make.picture_file(4))
    assert draft.pictures.get() == again


def test_a_contest_with_kinds_asks_for_one():
    plebiscite = make.announced()
    kind = ContestChoice.objects.create(
        plebiscite=plebiscite, axis="kind", code="znak", name_pl="Znak"
    )
    draft = make.drafted(plebiscite)
    with pytest.raises(Refused) as refusal:
        proposals.submit(draft, actor=draft.author)
    assert refusal.value.field == "kind"
    proposals.save_draft(draft, actor=draft.author, alt_texts={}, kind=kind)
    assert proposals.submit(draft, actor=draft.author).latest_revision.kind == kind


def test_late_is_late_and_the_draft_stays():
    plebiscite = make.announced()
    draft = make.drafted(plebiscite)
    with clock.shifted(plebiscite.contest_closes_at - clock.now() + timedelta(seconds=1)):
        with pytest.raises(Refused, match="draft is kept"):
            proposals.submit(draft, actor=draft.author)
        proposals.save_draft(draft, actor=draft.author, alt_texts={}, title="Nadal moja")
    draft.refresh_from_db()
    assert (draft.state, draft.title) == ("draft", "Nadal moja")


def test_who_has_not_shown_an_address_sends_nothing():
    plebiscite = make.announced()
    draft = make.drafted(plebiscite)
    draft.author.emailaddress_set.update(verified=False)
    with pytest.raises(NotAllowed):
        proposals.submit(draft, actor=draft.author)


# --- Revisions ------------------------------------------------------------------------------------


def test_revisions_stay_as_they_were_sent():
    plebiscite = make.announced()
    proposal = make.submitted(plebiscite)
    with pytest.raises(DatabaseError), transaction.atomic():
        ProposalRevision.objects.update(title="Inna")
    proposal = proposals.decide(proposal, "take_up", actor=make.commission())
    proposals.decide(proposal, "request_changes", actor=make.commission(), reason="Popraw.")
    proposals.save_draft(proposal, actor=proposal.author, alt_texts={}, title="Nowa")
    proposals.submit(proposal, actor=proposal.author)
    assert list(proposal.revisions.values_list("title", flat=True)) == ["Praca 0", "Nowa"]


def test_a_difference_is_told_word_by_word():
    pieces = compare("Dwa liście i słońce", "Dwa żołędzie i słońce nad nimi")
    assert [(one.kind, one.text) for one in pieces] == [
        ("same", "Dwa "),
        ("removed", "liście"),
        ("added", "żołędzie"),
        ("same", " i słońce"),
        ("added", " nad nimi"),
    ]
    for before, after in (("", "a"), ("a", ""), ("a  b\nc", "a b\nd")):
        pieces = compare(before, after)
        assert "".join(p.text for p in pieces if p.kind != "added") == before
        assert "".join(p.text for p in pieces if p.kind != "removed") == after
