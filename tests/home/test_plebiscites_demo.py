"""A plebiscite in each phase, and proposals in each state that waits for somebody."""

from __future__ import annotations

from plebiscite import clock
from plebiscite.models import Count, PaperBatch, Plebiscite, Proposal
from plebiscite.phases import PUBLISHED
from plebiscite.selectors.commission.paper import mismatches
from plebiscite.services.bundles import write_bundle
from plebiscite.verifier import verify


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


def test_whoever_downloads_a_bundle_of_the_demo_can_check_it(demo, demo_files, tmp_path, capsys):
    found = Plebiscite.objects.filter(rehearsal_of=None, state__in=PUBLISHED)
    assert found.count() >= 2
    for plebiscite in found:
        path = tmp_path / f"{plebiscite.slug}.zip"
        with path.open("wb") as target:
            write_bundle(plebiscite, target)
        announced = bytes(plebiscite.manifest.sha256).hex()
        code = verify.main([str(path), "--manifest-hash", announced, "--lang", "en"])
        said = capsys.readouterr().out
        assert code == 0, said
        assert "OK        29" in said
