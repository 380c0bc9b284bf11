"""What waits for the commission, counted: for the first page of the admin and the daily mail."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import datetime

from plebiscite.models import MoveRequest, Objection, Proposal, UseRequest
from plebiscite.objection_states import ObjectionState
from plebiscite.phases import WITH_COMMISSION, PlebisciteState, ProposalState
from plebiscite.use_states import RECEIVED

#: Nothing is decided about works of these any more.
_OVER = (PlebisciteState.CERTIFIED, PlebisciteState.VOID)


@dataclass(frozen=True)
class Waiting:
    """How much waits; `rejections` and `steps` do so for a second person."""

    proposals: int
    rejections: int
    appeals: int
    objections: int
    overdue: int
    requests: int
    steps: int

    def __bool__(self) -> bool:
        return any(astuple(self))


def what_waits(now: datetime) -> Waiting:
    """Everything that waits at `now`, but for what is part of a test run."""
    works = list(
        Proposal.objects.filter(state__in=WITH_COMMISSION)
        .exclude(plebiscite__state__in=_OVER)
        .values_list("state", flat=True)
    )
    rejections = works.count(ProposalState.REJECTION_PROPOSED)
    appeals = works.count(ProposalState.APPEALED)
    objections = Objection.objects.filter(state=ObjectionState.RECEIVED)
    return Waiting(
        proposals=len(works) - rejections - appeals,
        rejections=rejections,
        appeals=appeals,
        objections=objections.count(),
        overdue=objections.filter(answer_due__lt=now).count(),
        requests=UseRequest.objects.filter(state=RECEIVED).count(),
        steps=MoveRequest.objects.filter(plebiscite__rehearsal_of=None).count(),
    )
