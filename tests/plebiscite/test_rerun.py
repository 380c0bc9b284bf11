"""A void vote is held anew: the same works, other dates, and a reason that everybody reads."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation

from core.i18n.dates import TOWN_TIME
from core.transitions import Refused
from home.models import HomePage
from plebiscite import addresses, clock
from plebiscite.models import BallotOption, ParticipationMark, Plebiscite, PlebisciteIndexPage
from plebiscite.selectors.works import works
from plebiscite.services import moving, rerunning
from tests.factories import plebiscite as make
from tests.factories.people import UserFactory
from tests.plebiscite.booths import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _index_page():
    home = HomePage.objects.get(locale__language_code="pl")
    page = PlebisciteIndexPage(title="Plebiscyt", slug="plebiscyt", lead="Wybieramy.")
    home.add_child(instance=page)
    page.save_revision().publish()
    with translation.override("pl"):
        yield


@pytest.fixture
def void():
    plebiscite = make.voting(method="approval", max_picks=2)
    make.vote(plebiscite, make.declared(plebiscite), ["M1"])
    return make.together(plebiscite, "void", reason="Na karcie zabrakło pracy.")


def test_the_vote_is_held_anew(void):
    client = signed_in(make.commission())
    answer = client.post(f"/admin/plebiscyty/{void.pk}/od-nowa/")
    new = Plebiscite.objects.get(rerun_of=void)
    assert answer.headers["Location"] == f"/admin/plebiscyty/edit/{new.pk}/"
    assert (new.state, new.method, new.max_picks) == ("draft", "approval", 2)
    assert new.slug == f"{void.slug}-2"
    assert not new.has_keys
    moving.make_keys(new.pk)
    new = moving.move(new, "take_over", actor=make.commission())
    today = clock.now().astimezone(TOWN_TIME).date()
    old_titles = {work.title for work in works(void, today=today)}
    assert {work.title for work in works(new, today=today)} == old_titles
    new = make.together(new, "freeze")
    assert BallotOption.objects.filter(plebiscite=new).count() == 3
    with clock.shifted(rerunning.AHEAD + make.DAY):
        # Who voted in the void vote votes again, and it stays once.
        user = make.declared(new)
        make.vote(new, user, ["M1", "M2"])
        assert ParticipationMark.objects.filter(plebiscite=new).count() == 1
        page = Client().get(addresses.of_plebiscite(new.slug)).content.decode()
        assert addresses.of_plebiscite(void.slug) in page
    page = Client().get(addresses.of_plebiscite(void.slug)).content.decode()
    assert "zabrakło" in page
    assert addresses.of_plebiscite(new.slug) in page
    proposal = void.proposals.first()
    name = addresses.work_name(proposal.title, proposal.pk)
    assert Client().get(addresses.of_work(new.slug, name)).status_code == 200


def test_only_once_only_void_only_the_commission(void):
    with pytest.raises(PermissionDenied):
        rerunning.prepare_again(void, actor=UserFactory())
    rerunning.prepare_again(void, actor=make.commission())
    with pytest.raises(Refused):
        rerunning.prepare_again(void, actor=make.commission())
    other = make.voting()
    with pytest.raises(Refused):
        rerunning.prepare_again(other, actor=make.commission())
    draft = make.make_plebiscite()
    with pytest.raises(Refused):
        moving.move(draft, "take_over", actor=make.commission())
