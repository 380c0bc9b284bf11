"""Ideas on the plan: pinned without an account, a script or a mouse; read, grouped, answered."""

from __future__ import annotations

import uuid

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from core.transitions import NotAllowed, Refused, WrongState, matrix
from services_catalog.place import plan, services, states
from services_catalog.place.models import Idea, IdeaGroup
from tests.factories.catalogue import RoomFactory
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
NEW = "/pomysly/nowy/"


def idea(actor=VISITOR, **fields) -> Idea:
    values = {
        "x": 100, "y": 50, "title": "Ławka", "language": "pl", "submission_key": uuid.uuid4(),
        **fields,
    }  # fmt: skip
    return services.pin(actor=actor, **values)


@pytest.fixture
def coordinator():
    return person_with(Role.SERVICE_COORDINATOR)


class TestTheTable:
    ROLES = [*Role, "author", "other author", "nobody"]

    @pytest.mark.parametrize("state", states.STATES)
    def test_every_pair_of_move_and_role_is_as_the_table_says(self, state):
        author = UserFactory()
        actors = {role: person_with(role) for role in Role if role != Role.ADMINISTRATOR}
        actors |= {"author": author, "other author": UserFactory(), "nobody": VISITOR}
        for cell in matrix(states.MACHINE, actors):
            if cell.state != state:
                continue
            one = idea(author)
            Idea.objects.filter(pk=one.pk).update(state=state, reason="x")
            may = {states.DESK: {Role.SERVICE_COORDINATOR}, states.author: {"author"}}
            expected = cell.row is not None and cell.role in may[cell.row.who]
            context = {"reason": "x", "group": None}
            takes = states.MACHINE.rows(cell.verb)[0].takes
            context = {name: value for name, value in context.items() if name in takes}
            try:
                services.move(one, cell.verb, actor=actors[cell.role], **context)
                done = True
            except (NotAllowed, WrongState):
                done = False
            assert done is expected, str(cell)

    def test_nothing_is_turned_down_without_a_reason(self, coordinator):
        one = idea()
        with pytest.raises(Refused):
            services.move(one, "reject", actor=coordinator, reason=" ")
        with pytest.raises(IntegrityError), transaction.atomic():
            Idea.objects.update(state="rejected")


class TestTheSpot:
    @pytest.mark.parametrize(
        ("query", "spot"),
        [
            ("duzy.x=300&duzy.y=150", (300, 150)),
            ("maly.x=140&maly.y=70", (300, 150)),
            ("x=10&y=20", (10, 20)),
            ("x=9999&y=9999", (600, 300)),
            ("miejsce=peron", (300, 240)),
            ("miejsce=sala-4", (150, 100)),
            ("", None),
            ("miejsce=mars", None),
            ("x=-1&y=2", None),
            ("x=1e3&y=2", None),
            ("x=%D9%A1&y=2", None),
            ("duzy.x=1", None),
        ],
    )
    def test_it_is_pointed_at_or_named(self, query, spot):
        RoomFactory(number=4, plan_x=100, plan_y=50, plan_width=100, plan_height=100)
        assert plan.chosen_spot(QueryDict(query)) == spot

    def test_it_is_moved_and_stays_on_the_plan(self):
        assert plan.moved(5, 5, "lewo") == (0, 5)
        assert plan.moved(600, 295, "dol") == (600, 300)
        assert plan.moved(5, 5, "nigdzie") == (5, 5)

    def test_the_drawing_is_a_picture_without_anything_active(self, client):
        RoomFactory(number=4)
        answer = client.get("/pomysly/plan.svg", {"x": "10", "y": '"><script>'})
        assert answer["Content-Type"] == "image/svg+xml"
        assert b"<script" not in answer.content
        assert b"<circle" not in answer.content
        assert b"<circle" in client.get("/pomysly/plan.svg", {"x": "10", "y": "20"}).content


class TestTheVisitor:
    def post(self, client, **data):
        values = {"x": 30, "y": 40, "title": "Ławka", "submission_key": uuid.uuid4(), **data}
        return client.post(NEW, values)

    def test_an_idea_appears_once_it_was_read(self, client, coordinator):
        assert self.post(client).url == "/pomysly/"
        one = Idea.objects.get()
        assert (one.state, one.author, one.x, one.y) == ("pending", None, 30, 40)
        assert "Ławka" not in client.get("/pomysly/").content.decode()
        services.move(one, "publish", actor=coordinator)
        page = client.get("/pomysly/").content.decode()
        assert "Ławka" in page
        assert f'href="#pomysl-{one.pk}"' in page

    def test_moving_the_pin_keeps_what_was_typed_and_sends_nothing(self, client):
        page = self.post(client, przesun="prawo", text="Pod lipą").content.decode()
        soup = BeautifulSoup(page, "html.parser")
        assert soup.select_one("input[name=x]")["value"] == "45"
        assert soup.select_one("input[name=title]")["value"] == "Ławka"
        assert "Pod lipą" in page
        assert not Idea.objects.exists()

    def test_mistakes_are_said_and_nothing_is_lost(self, client):
        answer = self.post(client, title="", text="Pod lipą")
        assert answer.status_code == 422
        assert "Pod lipą" in answer.content.decode()
        assert client.get(NEW, {"miejsce": ""}).status_code == 200
        assert client.post(NEW, {"title": "Bez miejsca"}).status_code == 200
        assert not Idea.objects.exists()

    def test_sent_twice_is_one_idea(self, client):
        key = uuid.uuid4()
        for _try in range(2):
            self.post(client, submission_key=key)
        assert Idea.objects.count() == 1

    def test_hostile_words_are_shown_as_words(self, client, coordinator):
        self.post(client, title="<script>alert(1)</script>", signature="<b>x</b>")
        services.move(Idea.objects.get(), "publish", actor=coordinator)
        page = client.get("/pomysly/").content.decode()
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page

    def test_ones_own_ideas_can_be_taken_back_by_nobody_else(self, client):
        owner, other = UserFactory(), UserFactory()
        one = idea(owner)
        client.force_login(other)
        url = reverse("place:withdraw", args=[one.pk])
        assert client.post(url).status_code == 404
        client.force_login(owner)
        assert "Ławka" in client.get("/pomysly/moje/").content.decode()
        assert client.get(url).url == reverse("place:mine"), "GET never acts"
        one.refresh_from_db()
        assert one.state != "withdrawn"
        client.post(url)
        one.refresh_from_db()
        assert one.state == "withdrawn"

    def test_answers_stand_beside_their_ideas(self, client, coordinator):
        group = IdeaGroup.objects.create(
            title="Zieleń", stage="planned", answer="Sadzimy jesienią."
        )
        one = services.move(idea(), "publish", actor=coordinator)
        services.put_into_group(one, group, actor=coordinator)
        page = client.get("/pomysly/").content.decode()
        assert "Sadzimy jesienią." in page
        with pytest.raises(IntegrityError), transaction.atomic():
            IdeaGroup.objects.create(title="Bez odpowiedzi", stage="declined")

    def test_the_page_asks_as_many_questions_for_one_idea_as_for_many(self, client, coordinator):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get("/pomysly/")
            return len(captured)

        services.move(idea(), "publish", actor=coordinator)
        queries()
        few = queries()
        for number in range(6):
            one = services.move(idea(), "publish", actor=coordinator)
            group = IdeaGroup.objects.create(title=f"Grupa {number}")
            services.put_into_group(one, group, actor=coordinator)
        assert queries() == few


class TestTheStaff:
    def test_a_coordinator_reads_groups_and_publishes(self, client, coordinator):
        one, group = idea(), IdeaGroup.objects.create(title="Zieleń")
        client.force_login(coordinator)
        assert "Ławka" in client.get("/admin/pomysly/").content.decode()
        base = f"/admin/pomysly/{one.pk}"
        assert client.get(f"/admin/pomysly/inspect/{one.pk}/").status_code == 200
        client.get(f"{base}/publish/")
        one.refresh_from_db()
        assert one.state == "pending", "GET never acts"
        client.post(f"{base}/sort/", {"group": group.pk})
        client.post(f"{base}/publish/")
        client.post(f"{base}/hide/", {"reason": ""})
        one.refresh_from_db()
        assert (one.state, one.group) == ("published", group)

    @pytest.mark.parametrize("role", [Role.EDITOR, Role.CONSORTIUM_MEMBER])
    def test_others_neither_read_nor_move(self, client, role):
        one = idea()
        client.force_login(person_with(role))
        assert "Ławka" not in client.get("/admin/pomysly/", follow=True).content.decode()
        assert client.post(f"/admin/pomysly/{one.pk}/publish/").status_code == 404
