"""A plebiscite in each phase, and proposals in each state that waits for somebody."""

from __future__ import annotations

from plebiscite import clock
from plebiscite.models import Count, PaperBatch, Plebiscite, Proposal
from plebiscite.selectors.commission.paper import mismatches


def test_a_plebiscite_in_each_phase(demo):
    now = clock.now()
    found = {str(one.state_at(now)) for one in Plebiscite.objects.all()}
    assert found >= {
        *("draft", "call", "review", "voting", "sealed", "objections", "certified", "void")
    }
    assert all(one.is_example for one in Plebiscite.objects.all())
    states = set(Proposal.objects.values_list("state", flat=True))
    assert states >= {
        *("draft", "submitted", "in_review", "changes_requested", "accepted"),
        *("appealed", "merged"),
    }
    read = PaperBatch.objects.get(state="counted")
    assert read.plebiscite.state == "sealed", "no urn is opened while people vote"
    assert [one.is_settled for one in mismatches(read)] == [False]
    ranked = Plebiscite.objects.get(method="ranked")
    assert ranked.state == "certified"
    assert Count.objects.filter(plebiscite=ranked).exists()
