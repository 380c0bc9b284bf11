"""Tables: budgets and timetables."""

import pytest
from django.http import QueryDict
from django.utils import translation

from forms.checking import check
from forms.rendering import fingerprint, read_posted, step_view
from forms.schema import SchemaError, read_form
from forms.types import registry
from tests.factories.forms import field, form_json

COLUMNS = [
    {"key": "what", "type": "text", "label": "Koszt", "required": True},
    {"key": "value", "type": "money", "label": "Kwota", "required": True, "sum": True},
]


def form_of(**more):
    return read_form(form_json(field("a", type="table", **{"columns": COLUMNS, **more})))


def answered(*cells, **more):
    form = form_of(**more)
    raw = registry["table"].read(form.fields["a"], list(cells))
    with translation.override("en"):
        result = check(form, {"a": raw}, {})
    return result.values.get("a"), result.errors.get("a", "")


def test_rows_become_values_with_an_exact_sum():
    value, error = answered("Farba", "0,10", "", "", "Pędzle", " 1 000,20 zł")
    assert not error
    assert value == {
        "rows": [{"what": "Farba", "value": "0.10"}, {"what": "Pędzle", "value": "1000.20"}],
        "sums": {"value": "1000.30"},
    }
    kind, item = registry["table"], form_of().fields["a"]
    with translation.override("en"):
        assert kind.table(item, value).sums == ["", "PLN\u00a01,000.30"]
        assert "Together: Kwota: PLN\u00a01,000.30" in kind.show(item, value)


@pytest.mark.parametrize(
    ("cells", "more", "words"),
    [
        (["Farba", "dużo"], {}, "Row 1, “Kwota”: Type an amount"),
        (["", "5"], {}, "Row 1, “Koszt”: Fill in"),
        (["a", "1", "b", "1"], {"options": {"max_rows": 1}}, "at most 1 row"),
        (["a", "1"], {"options": {"min_rows": 2}}, "at least 2 rows"),
        (
            ["a", "60", "b", "41"],
            {"columns": [COLUMNS[0], {**COLUMNS[1], "sum_max": "100"}]},
            "“Kwota”: together it may be at most PLN\u00a0100.00; it is PLN\u00a0101.00",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_row(cells, more, words):
    value, error = answered(*cells, **more)
    assert value is None
    assert words in error


def test_given_rows_keep_their_place():
    rows = [{"value": "grant", "label": "Dotacja"}, {"value": "own", "label": "Wkład"}]
    value, error = answered("", "5", columns=COLUMNS[1:], rows=rows)
    assert not error
    assert value["rows"] == [{"row": "own", "value": "5.00"}]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"columns": []}, "at least one column"),
        ({"columns": [COLUMNS[0], COLUMNS[0]]}, "'what' is there twice"),
        ({"columns": [{**COLUMNS[0], "type": "file"}]}, "cannot be of type 'file'"),
        ({"columns": [{**COLUMNS[0], "sum": True}]}, "only numbers"),
        ({"columns": [{**COLUMNS[1], "sum_max": "dużo"}]}, "is not a number"),
        ({"options": {"min_rows": 9, "max_rows": 2}}, "the least is more than the most"),
        ({"columns": [{**COLUMNS[0], "type": "choice"}]}, "at least two"),
    ],
)
def test_a_wrong_table_is_refused(more, words):
    with pytest.raises(SchemaError, match=words):
        form_of(**more)


def test_a_page_without_changes_saves_nothing_and_shows_one_more_row():
    form = form_of()
    raw = ["Farba", "1", "Pędzle", "2", "Kleje", "3"]
    view = step_view(form, form.steps[0], {"a": raw}, {})
    (question,) = view
    assert len(question.table.rows) == 4
    posted = QueryDict(mutable=True)
    posted.setlist("a", [*raw, "", ""])
    posted["shown-a"] = question.shown
    assert read_posted(form.steps[0], posted) == {}
    posted.setlist("a", [*raw, "Drabina", "4"])
    assert read_posted(form.steps[0], posted) == {"a": [*raw, "Drabina", "4"]}
    assert question.shown == fingerprint(raw)


def test_cells_that_are_wrong_are_marked():
    form = form_of()
    errors = {"a": "źle"}
    (question,) = step_view(form, form.steps[0], {"a": ["x", "y"]}, {}, errors=errors)
    assert [bool(cell.error) for _label, row in question.table.rows for cell in row][:2] == [
        False,
        True,
    ]


def test_the_six_datatypes_of_open311_are_there():
    known = {kind.open311 for kind in registry.values()} - {""}
    assert known == {
        "string",
        "number",
        "datetime",
        "text",
        "singlevaluelist",
        "multivaluelist",
    }


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2026-12-04T15:30", "2026-12-04T15:30"),
        ("4.12.2026 15:30", "2026-12-04T15:30"),
        ("4.12.2026, 9.05", "2026-12-04T09:05"),
        ("4.12.2026 25:00", None),
        ("jutro", None),
    ],
)
def test_day_and_hour(typed, value):
    form = read_form(form_json(field("a", type="datetime")))
    result = check(form, {"a": typed}, {})
    assert result.values.get("a") == value
    assert bool(result.errors) == (value is None)
