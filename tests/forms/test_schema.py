"""Reading forms from JSON."""

import pytest
from django.utils import translation

from forms.schema import Audience, SchemaError, read_form
from tests.factories.forms import field, form_json


def problems(*fields, **more):
    with pytest.raises(SchemaError) as caught:
        read_form(form_json(*fields, **more))
    return "; ".join(caught.value.problems)


def test_a_form_keeps_order_and_knows_its_steps():
    form = read_form(
        {
            "title": "Wniosek",
            "steps": [
                {"key": "one", "title": "Jeden", "fields": [field("a"), field("b")]},
                {"key": "two", "title": "Dwa", "fields": [field("c", audience="identity")]},
            ],
        }
    )
    assert list(form.fields) == ["a", "b", "c"]
    assert form.step_of == {"a": 0, "b": 0, "c": 1}
    assert form.step("two").title.languages == {"pl": "Dwa"}
    assert [item.key for item in form.with_audience(Audience.IDENTITY)] == ["c"]


def test_texts_fall_back_to_polish_and_say_so():
    form = read_form(form_json(field("a", label={"pl": "Nazwa", "en": "Name"})))
    label = form.fields["a"].label
    with translation.override("en"):
        assert (str(label), label.language) == ("Name", "en")
    with translation.override("it"):
        assert (str(label), label.language) == ("Nazwa", "pl")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([field("a"), field("a")], "'a' is there twice"),
        ([field("A b")], "not a key"),
        ([field("rev")], "used by the form itself"),
        ([field("a", type="hologram")], "no type 'hologram'"),
        ([field("a", label={"en": "Name"})], "missing in Polish"),
        ([field("a", label={"pl": "a", "de": "b"})], "does not speak"),
        ([field("a", type="choice")], "at least two"),
        ([field("a", choices=[{"value": "x", "label": "X"}])], "has no choices"),
        (
            [
                field(
                    "a",
                    type="choice",
                    choices=[{"value": "x", "label": "X"}, {"value": "x", "label": "Y"}],
                )
            ],
            "different values",
        ),
        ([field("a", options={"colour": "red"})], "'colour' is not known"),
        ([field("a", options={"max": "many"})], "not a whole number"),
        ([field("a", type="date", options={"min": "yesterday"})], "not a date"),
        ([field("a", shape="round")], "'shape' is not known"),
        ([field("a", audience="everybody")], "audience 'everybody'"),
        ([field("a", visible_when={"field": "b", "is": "x"}), field("b")], "not asked before"),
        (
            [field("a", type="yes_no"), field("b", visible_when={"field": "a", "is": "perhaps"})],
            "no answers of 'a'",
        ),
        ([field("a", visible_when={"all": []})], "without conditions"),
        ([], "has no fields"),
    ],
)
def test_every_mistake_is_named(fields, words):
    assert words in problems(*fields)


def test_all_mistakes_are_named_at_once():
    text = problems(field("a", type="hologram"), field("b", label=""))
    assert "hologram" in text
    assert "label of 'b'" in text


@pytest.mark.parametrize("data", [None, [], "text", {}, {"title": "x", "steps": [1, None]}])
def test_what_is_no_form_at_all(data):
    with pytest.raises(SchemaError):
        read_form(data)


class TestConditions:
    FIELDS = (
        field("kind", type="choice", choices=[{"value": v, "label": v} for v in ("a", "b", "c")]),
        field("people", type="choices", choices=[{"value": v, "label": v} for v in ("x", "y")]),
        field("more", visible_when={"field": "kind", "in": ["a", "b"]}),
        field("deeper", visible_when={"filled": "more"}),
        field("both", visible_when={"all": [{"field": "kind", "is": "a"}, {"filled": "people"}]}),
        field("unless", visible_when={"not": {"field": "people", "is": "x"}}),
        field("either", visible_when={"any": [{"field": "kind", "is": "c"}, {"filled": "people"}]}),
    )

    @pytest.mark.parametrize(
        ("answers", "asked"),
        [
            ({}, {"unless"}),
            ({"kind": "a"}, {"more", "unless"}),
            ({"kind": "a", "more": "tekst"}, {"more", "deeper", "unless"}),
            # What stands in a hidden field does not open another one.
            ({"kind": "c", "more": "tekst"}, {"either", "unless"}),
            ({"kind": "a", "people": ["x"]}, {"more", "both", "either"}),
            ({"people": ["y"]}, {"either", "unless"}),
        ],
    )
    def test_which_questions_are_asked(self, answers, asked):
        form = read_form(form_json(*self.FIELDS))
        assert set(form.asked(answers)) - {"kind", "people"} == asked
