"""Every role in every state of a batch of cards."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.roles import Role
from core.transitions import NotAllowed, Refused, WrongState, matrix, transition
from plebiscite import clock
from plebiscite.models import PaperBatch, PaperPass
from plebiscite.paper_states import PAPER_BATCH
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory, person_with
from tests.factories.polling import polling, urn

pytestmark = pytest.mark.django_db

#: By then voting is over.
AFTER = 8 * make.DAY

CONTEXT = {
    "open_urn": {"returned": 10, "unused": 0, "missing": 0, "note": ""},
    "count_again": {"returned": 9, "unused": 1, "missing": 0, "note": ""},
    "close": {"unsettled": 0},
}
NUMBERS = {"cards_returned": 10, "cards_unused": 0}


@pytest.mark.parametrize("role", [*Role, "clerk", "clerk elsewhere", "nobody"])
def test_every_role_in_every_state(role):
    vote = polling(codes=0, channels=("account", "paper"))
    if role == "clerk":
        who = vote.clerk
    elif role == "clerk elsewhere":
        who = polling(codes=0, channels=("paper",)).clerk
    else:
        who = UserFactory() if role == "nobody" else person_with(Role(role))
    for number, cell in enumerate(matrix(PAPER_BATCH, [role])):
        with transaction.atomic():
            batch = urn(vote, seal=f"P-{number}")
            if cell.state != "open":
                PaperBatch.objects.filter(pk=batch.pk).update(state=cell.state, **NUMBERS)
            try:
                with clock.shifted(AFTER):
                    transition(batch, cell.verb, actor=who, **CONTEXT[cell.verb])
                result = "done"
            except NotAllowed:
                result = "not allowed"
            except WrongState:
                result = "wrong state"
            except Refused:
                result = "refused"
            transaction.set_rollback(True)
        may = role == "clerk" or (cell.verb == "close" and role == Role.PLEBISCITE_COMMISSION)
        if not may:
            assert result == "not allowed", cell
        elif cell.row is None:
            assert result == "wrong state", cell
        else:
            # Nobody has read the cards yet, so closing is refused.
            assert result == ("refused" if cell.verb == "close" else "done"), cell


def test_the_numbers_stay_once_somebody_reads():
    vote = polling(codes=0, channels=("account", "paper"))
    batch = urn(vote)
    with clock.shifted(AFTER):
        transition(batch, "open_urn", actor=vote.clerk, **CONTEXT["open_urn"])
    PaperPass.objects.create(batch=batch, number=1, clerk=vote.clerk)
    with pytest.raises(Refused, match="numbers stay"):
        transition(batch, "count_again", actor=vote.clerk, **CONTEXT["count_again"])
