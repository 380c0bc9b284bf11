"""Reading, checking and showing answers."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from forms.checking import check
from forms.schema import read_form
from forms.text import tidy
from forms.types import FileInfo, registry
from tests.factories.forms import field, form_json

CHOICES = [
    {"value": "kids", "label": {"pl": "Dzieci", "en": "Children"}},
    {"value": "old", "label": "Seniorzy"},
]


def answered(raw, kind="text", files=(), **more):
    """The value, or the sentence about it, in English."""
    form = read_form(form_json(field("a", type=kind, **more)))
    with translation.override("en"):
        result = check(form, {"a": raw}, {"a": list(files)})
    return result.values.get("a"), result.errors.get("a", "")


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", "  Stolarnia \n sąsiedzka ", "Stolarnia sąsiedzka"),
        ("long_text", "raz\r\ndwa\v trzy\x00\n", "raz\ndwa\n trzy"),
        ("number", "40", "40"),
        ("number", " 1 015 ", "1015"),
        ("number", "-3", "-3"),
        ("money", "1500", "1500.00"),
        ("money", "1 015 798,80 zł", "1015798.80"),
        ("money", "1500.5 PLN", "1500.50"),
        ("money", "12\u00a0345,60", "12345.60"),
        ("date", "2026-12-04", "2026-12-04"),
        ("date", "4.12.2026", "2026-12-04"),
        ("date", "04/12/2026", "2026-12-04"),
        ("date", "4.12.2026 r.", "2026-12-04"),
        ("yes_no", "yes", True),
        ("yes_no", "no", False),
        ("declaration", "yes", True),
        ("email", " anna@example.com ", "anna@example.com"),
        ("phone", "85 682 21 80", "+48856822180"),
        ("phone", "(085) 682-21-80", "+48856822180"),
        ("phone", "+48 513 172 746", "+48513172746"),
        ("phone", "0039 0522 123456", "+390522123456"),
    ],
)
def test_answers_are_taken_as_people_type_them(kind, typed, value):
    raw = registry[kind].read(None, [typed])
    assert answered(raw, kind) == (value, "")


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("number", "około stu", "in digits"),
        ("number", "1,5", "whole number"),
        ("number", "1e9", "in digits"),
        ("number", "²", "in digits"),
        ("number", "NaN", "in digits"),
        ("money", "1.234", "two digits"),
        ("money", "1,2,3", "in digits"),
        ("money", "=1+1", "in digits"),
        ("date", "30.02.2026", "that exists"),
        ("date", "jutro", "that exists"),
        ("yes_no", "maybe", "one of the answers"),
        ("email", "anna", "full e-mail"),
        ("email", "a@b@c.pl", "full e-mail"),
        ("phone", "12345", "nine digits"),
        ("phone", "0 000 000 000", "nine digits"),
        ("phone", "+48 12", "nine digits"),
    ],
)
def test_wrong_answers_get_a_sentence(kind, typed, words):
    value, error = answered(typed, kind)
    assert value is None
    assert words in error


def test_length_is_counted_in_signs_and_said():
    assert answered("ą" * 10, options={"max": 10}) == ("ą" * 10, "")
    assert "Shorten it by 2 signs: there are 12, the limit is 10." in answered(
        "ą" * 12, options={"max": 10}
    )
    assert "Shorten it by 1 sign:" in answered("🌲" * 11, options={"max": 10})[1]
    assert (
        "158 signs are missing"
        in answered("x" * 142, "long_text", options={"min": 300, "max": 1500})[1]
    )


def test_thirty_thousand_signs_are_refused_with_the_count():
    value, error = answered("Ł" * 30_000, "long_text")
    assert value is None
    assert "25000" in error


@pytest.mark.parametrize(
    ("raw", "value", "words"),
    [
        (["old", "kids"], ["kids", "old"], ""),
        (["kids"], ["kids"], ""),
        (["kids", "admin"], None, "in the list"),
    ],
)
def test_multiple_choice(raw, value, words):
    found, error = answered(raw, "choices", choices=CHOICES)
    assert found == value
    assert words in error


def test_limits_of_numbers_and_dates_are_named():
    assert "least is 3" in answered("2", "number", options={"min": 3})[1]
    assert "most is PLN" in answered("5000,01", "money", options={"max": 5000})[1]
    assert (
        "not before 1\u00a0December 2026"
        in answered("30.11.2026", "date", options={"min": "2026-12-01"})[1]
    )


@pytest.mark.parametrize("kind", sorted(registry))
def test_empty_is_an_answer_unless_one_is_needed(kind):
    choices = parts_of(kind)
    empty = [] if registry[kind].is_multiple else "  "
    assert answered(empty, kind, **choices) == (None, "")
    assert answered(empty, kind, required=True, **choices)[1]


def parts_of(kind):
    """What a field of this kind cannot do without."""
    return {
        "choice": {"choices": CHOICES},
        "choices": {"choices": CHOICES},
        "table": {"columns": [{"key": "b", "type": "text", "label": "B"}]},
    }.get(kind, {})


class TestFiles:
    ONE = FileInfo("1", "statut.pdf", 10, "a" * 64)

    def test_files_are_listed(self):
        assert answered(None, "file", [self.ONE])[0] == [self.ONE.as_json()]

    def test_too_many(self):
        assert (
            "at most 1 file"
            in answered(None, "file", [self.ONE, self.ONE], options={"max_files": 1})[1]
        )

    def test_one_that_the_scanner_refused(self):
        bad = FileInfo("2", "zły.docx", 1, "b" * 64, is_ready=False)
        assert "zły.docx" in answered(None, "file", [bad])[1]


def test_hidden_questions_are_neither_needed_nor_kept():
    form = read_form(
        form_json(
            field("a", type="yes_no", required=True),
            field("b", required=True, visible_when={"field": "a", "is": "yes"}),
            field("c", required_when={"field": "a", "is": "no"}),
        )
    )
    result = check(form, {"a": "no", "b": "stary tekst"}, {})
    assert result.values == {"a": False}
    assert set(result.errors) == {"c"}
    assert set(check(form, {"a": "yes"}, {}).errors) == {"b"}


def test_a_condition_can_ask_for_a_file():
    form = read_form(
        form_json(field("a", type="file"), field("b", required=True, visible_when={"filled": "a"}))
    )
    assert check(form, {}, {}).is_valid
    assert set(check(form, {}, {"a": [TestFiles.ONE]}).errors) == {"b"}


def test_values_are_shown_in_the_readers_language():
    form = read_form(
        form_json(
            field("when", type="date"),
            field("sum", type="money"),
            field("who", type="choices", choices=CHOICES),
            field("ok", type="yes_no"),
            field("tel", type="phone"),
        )
    )
    values = {
        "when": "2026-12-04",
        "sum": "1015798.80",
        "who": ["kids", "old"],
        "ok": True,
        "tel": "+48856822180",
    }
    with translation.override("en"):
        shown = [registry[item.type].show(item, values[item.key]) for item in form.fields.values()]
    assert shown == [
        "4\u00a0December 2026",
        "PLN\u00a01,015,798.80",
        "Children, Seniorzy",
        "yes",
        "85\u00a0682\u00a021\u00a080",
    ]


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_tidy_text_can_be_stored_and_stays_tidy(text):
    tidied = tidy(text)
    assert tidy(tidied) == tidied
    assert "\x00" not in tidied
    assert "\r" not in tidied
    tidied.encode()


@given(st.sampled_from(sorted(registry)), st.text(max_size=50))
def test_any_text_is_a_value_or_a_sentence(kind, text):
    if kind == "file":
        return
    choices = parts_of(kind)
    form = read_form(form_json(field("a", type=kind, **choices)))
    raw = registry[kind].read(form.fields["a"], [text])
    result = check(form, {"a": raw}, {})
    for value in result.values.values():
        assert registry[kind].show(form.fields["a"], value)
    assert all(result.errors.values())
