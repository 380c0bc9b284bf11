"""Building a form in the admin, page by page, as without a script."""

import re

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse

from accounts.roles import Role
from core.actors import SYSTEM
from forms.models import Blueprint, FormVersion
from forms.presets import presets
from forms.schema import editing, read_form
from forms.services import create_blueprint, edit_blueprint, publish_blueprint, save_version
from tests.factories.forms import field, form_json
from tests.factories.people import UserFactory, person_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def builder(client):
    person = person_with(Role.INCUBATOR_COORDINATOR)
    client.force_login(person)
    return person


def at(name, *args):
    return reverse(f"forms_builder:{name}", args=args)


def make(actor=SYSTEM, start=None, area="incubator"):
    blueprint = Blueprint.objects.create(
        key=f"proba_{Blueprint.objects.count()}",
        area=area,
        definition=editing.normalised(start or form_json(field("a"), field("b"))),
    )
    return blueprint


def text(response):
    return response.content.decode()


def post(client, name, *args, **data):
    blueprint = Blueprint.objects.get(pk=args[0]) if args else None
    rev = {"rev": blueprint.rev} if blueprint else {}
    return client.post(at(name, *args), {**rev, **data})


def question(**more):
    return {
        "q-label_pl": "Pytanie",
        "q-required": "no",
        "q-audience": "content",
        "q-visible_joint": "all",
        "q-needed_joint": "all",
        **more,
    }


def columns(*rows):
    data = {"columns-TOTAL_FORMS": len(rows), "columns-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        for name, value in row.items():
            data[f"columns-{number}-{name}"] = value
    return data


class TestFromNothingToAVersion:
    def test_the_whole_way(self, client, builder):
        response = post(client, "create", title_pl="Ankieta", area="incubator", start="")
        blueprint = Blueprint.objects.get(key="ankieta")
        assert response["Location"].startswith(at("form", blueprint.pk))
        assert "Dodaj przynajmniej jeden krok" in text(client.get(at("form", blueprint.pk)))

        post(client, "new_step", blueprint.pk, title_pl="Pieniądze", intro_pl="")
        page = text(client.get(at("form", blueprint.pk)))
        assert "Ten krok nie ma jeszcze pytań" in page
        assert "Kwota" in text(client.get(at("field_type", blueprint.pk, "pieniadze")))

        where = ("new_field", blueprint.pk, "pieniadze")
        response = post(
            client, *where, "choice", **question(**{"q-label_pl": "Macie?", "q-choices_pl": "tak"})
        )
        assert response.status_code == 422
        assert "przynajmniej dwie odpowiedzi" in text(response)
        post(
            client,
            *where,
            "choice",
            **question(
                **{
                    "q-label_pl": "Macie pieniądze?",
                    "q-label_en": "Have you money?",
                    "q-choices_pl": "tak, mamy\nnie mamy",
                    "q-choices_en": "we have\n",
                }
            ),
        )
        page = text(client.get(at("new_field", blueprint.pk, "pieniadze", "table")))
        assert 'value="macie_pieniadze=tak_mamy"' in page
        post(
            client,
            *where,
            "table",
            **question(
                **{
                    "q-label_pl": "Budżet",
                    "q-visible_0": "macie_pieniadze=nie_mamy",
                    "q-visible_0_not": "not",
                    "q-visible_1": "macie_pieniadze*",
                    "q-required": "yes",
                }
            ),
            **columns(
                {"label": "Koszt", "type": "text", "required": "on", "ORDER": 2},
                {
                    "label": "Kwota",
                    "type": "money",
                    "sum": "on",
                    "sum_max": "1000,50",
                    "ORDER": 1,
                },
                {"label": "", "type": "text"},
            ),
        )
        blueprint.refresh_from_db()
        form = read_form(blueprint.definition)
        assert [column.key for column in form.fields["budzet"].columns] == ["kwota", "koszt"]
        assert form.fields["budzet"].columns[0].sum_max == "1000.5"
        assert blueprint.definition["steps"][0]["fields"][1]["visible_when"] == {
            "all": [
                {"not": {"field": "macie_pieniadze", "is": "nie_mamy"}},
                {"filled": "macie_pieniadze"},
            ]
        }
        assert form.fields["macie_pieniadze"].choices[0].label.languages == {
            "pl": "tak, mamy",
            "en": "we have",
        }
        response = post(client, "publish", blueprint.pk)
        version = FormVersion.objects.get(key="ankieta")
        assert version.sha256 in text(client.get(at("form", blueprint.pk)))
        assert version.number == 1

    def test_saving_a_question_unchanged_changes_nothing(self, client, builder):
        for preset in presets.values():
            data = preset.load()
            blueprint = make(start=data)
            for item in [item for step in data["steps"] for item in step["fields"]]:
                page = client.get(at("field", blueprint.pk, item["key"]))
                response = client.post(
                    at("field", blueprint.pk, item["key"]), posted_by_browser(text(page))
                )
                assert response.status_code == 302, (item["key"], response.context["form"].errors)
            blueprint.refresh_from_db()
            before, after = read_form(data), read_form(blueprint.definition)
            for key, item in before.fields.items():
                assert after.fields[key] == item
            assert after == before

    def test_errors_stand_at_their_places(self, client, builder):
        data = form_json(
            field("a", visible_when={"field": "b", "is": "x"}),
            field("b", type="choice"),
            field("c", label={"en": "No Polish"}),
        )
        blueprint = make(start=data)
        page = text(client.get(at("form", blueprint.pk)))
        places = dict(re.findall(r'<li><a href="#([\w-]+)">(.*?)</a>', page))
        assert set(places) == {"field-a", "field-b", "field-c"}
        assert "Pytanie b" in places["field-a"]
        assert "który" not in places["field-b"]
        assert client.get(at("field", blueprint.pk, "a")).context["problems"]
        response = post(client, "publish", blueprint.pk)
        assert response["Location"].endswith("#problems")
        assert not FormVersion.objects.filter(key=blueprint.key).exists()


def posted_by_browser(page):
    """What a browser would send for the page's form, as it stands."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.data, self.area, self.select = {}, "", ""

        def add(self, name, value):
            self.data.setdefault(name, []).append(value)

        def handle_starttag(self, tag, attrs):
            found = dict(attrs)
            name = found.get("name", "")
            if tag == "input" and name:
                if found.get("type") in {"checkbox", "radio"}:
                    if "checked" in found:
                        self.add(name, found.get("value", "on"))
                else:
                    self.add(name, found.get("value", ""))
            elif tag == "textarea":
                self.area = name
                self.data[name] = [""]
            elif tag == "select":
                self.select = name
            elif tag == "option" and "selected" in found and self.select:
                self.add(self.select, found.get("value", ""))

        def handle_data(self, data):
            if self.area:
                self.data[self.area][0] += data.removeprefix("\n")

        def handle_endtag(self, tag):
            if tag == "textarea":
                self.area = ""

    reader = Reader()
    reader.feed(page)
    return reader.data


class TestOrder:
    def test_up_and_down_keep_the_focus(self, client, builder):
        blueprint = make()
        response = post(client, "move", blueprint.pk, "field", "b", "up")
        assert response["Location"] == at("form", blueprint.pk) + "#field-b-up"
        blueprint.refresh_from_db()
        assert list(read_form(blueprint.definition).fields) == ["b", "a"]
        page = text(client.get(response["Location"]))
        assert page.count('id="field-b-up"') == 1

    def test_over_the_edge_of_a_step(self):
        data = {
            "title": "T",
            "steps": [
                {"key": "x", "title": "X", "fields": [field("a")]},
                {"key": "y", "title": "Y", "fields": [field("b")]},
            ],
        }
        moved = editing.moved_field(data, "b", -1)
        assert [item["key"] for item in moved["steps"][0]["fields"]] == ["a", "b"]
        assert editing.moved_field(data, "a", -1) == data
        assert [step["key"] for step in editing.moved_step(data, "y", -1)["steps"]] == ["y", "x"]

    def test_copy_and_delete(self, client, builder):
        start = form_json(field("a"), field("b", visible_when={"filled": "a"}))
        blueprint = make(start=start)
        post(client, "copy_field", blueprint.pk, "a")
        assert "Pytanie b" in text(client.get(at("delete", blueprint.pk, "field", "a")))
        post(client, "delete", blueprint.pk, "field", "a")
        blueprint.refresh_from_db()
        keys = [item["key"] for item in blueprint.definition["steps"][0]["fields"]]
        assert keys == ["pytanie_a", "b"]


class TestVersions:
    def test_a_choice_keeps_its_value_while_its_text_changes(self, client, builder):
        start = form_json(
            field(
                "a",
                type="choice",
                choices=[{"value": "x", "label": "Iks"}, {"value": "y", "label": "Igrek"}],
            )
        )
        blueprint = make(start=start)
        post(
            client,
            "field",
            blueprint.pk,
            "a",
            **question(**{"q-choices_pl": "Igrek\nIks\nZet"}),
        )
        blueprint.refresh_from_db()
        values = [row["value"] for row in blueprint.definition["steps"][0]["fields"][0]["choices"]]
        assert values == ["y", "x", "zet"]

    def test_a_version_never_changes(self, builder):
        blueprint = make()
        version = publish_blueprint(blueprint, rev=0, actor=builder)
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            FormVersion.objects.filter(pk=version.pk).update(schema={})
        assert publish_blueprint(blueprint, rev=0, actor=builder) == version

    def test_a_new_version_from_an_old_one(self, client, builder):
        blueprint = make()
        first = publish_blueprint(blueprint, rev=0, actor=builder)
        edit_blueprint(
            blueprint, lambda data: editing.without_field(data, "b"), rev=0, actor=builder
        )
        post(client, "publish", blueprint.pk)
        assert FormVersion.objects.filter(key=blueprint.key).count() == 2
        post(client, "restart", blueprint.pk, 1)
        blueprint.refresh_from_db()
        assert blueprint.definition == first.schema
        assert text(client.get(at("version", blueprint.pk, 2))).count("data-question=") == 1

    def test_nobody_overwrites_what_they_have_not_seen(self, client, builder):
        blueprint = make()
        edit_blueprint(
            blueprint, lambda data: editing.without_field(data, "b"), rev=0, actor=builder
        )
        response = client.post(
            at("field", blueprint.pk, "a"), {"rev": 0, **question(**{"q-label_pl": "Moje"})}
        )
        page = text(response)
        assert "Ktoś inny zmienił" in page
        assert 'value="Moje"' in page
        blueprint.refresh_from_db()
        assert "Moje" not in str(blueprint.definition)
        response = client.post(
            at("field", blueprint.pk, "a"),
            {"rev": blueprint.rev, **question(**{"q-label_pl": "Moje"})},
        )
        assert response.status_code == 302


class TestPreview:
    def test_the_real_form_with_its_errors_and_conditions(self, client, builder):
        blueprint = make(start=presets["place"].load())
        page = text(client.get(at("preview", blueprint.pk)))
        assert 'data-question="contact_person"' in page
        response = client.post(at("preview", blueprint.pk, "team"), {"go": "next", "people": "x"})
        assert response.status_code == 422
        assert 'value="x"' in text(response)
        response = client.post(at("preview", blueprint.pk, "needs"), {"needed": "mentor"})
        assert "mentor_topics" in text(response)

    def test_presets_are_whole_forms(self):
        assert {"place", "grant"} <= set(presets)
        for preset in presets.values():
            form = read_form(preset.load())
            assert len(form.fields) > 10


class TestWho:
    PAGES = ("form", "title", "new_step", "preview")

    @pytest.mark.parametrize("role", [Role.EDITOR, Role.CITY_OFFICER, None])
    def test_others_see_nothing(self, client, role):
        blueprint = make()
        client.force_login(person_with(role) if role else UserFactory())
        assert client.get(at("index")).status_code in {302, 403}
        for name in self.PAGES:
            assert client.get(at(name, blueprint.pk)).status_code in {302, 403}

    def test_a_coordinator_builds_the_forms_of_their_own_area(self, client, builder):
        foreign = make(area="services")
        assert client.get(at("form", foreign.pk)).status_code == 200
        for name, *args in (
            ("title",),
            ("new_step",),
            ("field", "a"),
            ("delete", "field", "a"),
        ):
            assert client.get(at(name, foreign.pk, *args)).status_code in {302, 403}
        post(client, "move", foreign.pk, "field", "b", "up")
        post(client, "publish", foreign.pk)
        foreign.refresh_from_db()
        assert foreign.rev == 0
        assert not FormVersion.objects.filter(key=foreign.key).exists()

    def test_an_auditor_reads(self, client):
        blueprint = make()
        client.force_login(person_with(Role.AUDITOR))
        assert client.get(at("form", blueprint.pk)).status_code == 200
        post(client, "move", blueprint.pk, "field", "b", "up")
        blueprint.refresh_from_db()
        assert blueprint.rev == 0

    def test_reading_acts_on_nothing(self, client, builder):
        blueprint = make()
        for name, *args in (
            ("publish",),
            ("copy_field", "a"),
            ("move", "field", "b", "up"),
        ):
            assert client.get(at(name, blueprint.pk, *args)).status_code == 405


def test_a_form_made_by_the_demo_can_be_taken_over(client, builder):
    version = save_version("stary", form_json(field("a")), actor=SYSTEM)
    from forms.services import adopt_version

    blueprint = adopt_version(version, area="incubator", actor=SYSTEM)
    assert adopt_version(version, area="services", actor=SYSTEM) == blueprint
    assert blueprint.definition == editing.normalised(version.schema)
    made = create_blueprint(area="incubator", title={"pl": "Stary"}, actor=builder)
    assert made.key not in {"stary"}
