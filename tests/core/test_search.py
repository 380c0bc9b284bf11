"""The public search: inflection, folding, kinds, excerpts, and staying in step."""

import pytest

from core.search.index import rebuild
from core.search.models import SearchEntry
from core.search.query import excerpt, find
from tests.factories.catalogue import ServiceFactory

pytestmark = pytest.mark.django_db


def titles(query: str, language: str = "pl", kind: str = "") -> list[str]:
    return [entry.title for entry in find(query, language=language, kind=kind).entries]


@pytest.fixture
def dayroom():
    return ServiceFactory(name="Świetlica po szkole", summary="Dzieci odrabiają tu lekcje.")


@pytest.mark.parametrize(
    "query", ["swietlica", "Świetlicy", "świetlicami", "swietlic", "szkoła", "dziecko lekcja"]
)
def test_finds_inflected_and_folded_words(dayroom, query):
    assert titles(query) == ["Świetlica po szkole"]


@pytest.mark.parametrize("query", ["", "   ", "'", "& | !", "świetlica nieobecna", "\\"])
def test_nothing_found_is_an_empty_list_and_no_error(dayroom, query):
    assert titles(query) == []


def test_every_language_finds_the_service(dayroom):
    for language in ("be", "en", "it"):
        assert titles("swietlica", language) == ["Świetlica po szkole"]


def test_an_unpublished_service_is_forgotten(dayroom):
    dayroom.unpublish()
    assert titles("swietlica") == []


def test_a_changed_name_is_found_by_the_new_one_only(dayroom):
    dayroom.name = "Klub popołudniowy"
    dayroom.save()
    assert titles("klub") == ["Klub popołudniowy"]
    assert titles("swietlica") == []


def test_a_deleted_service_is_forgotten(dayroom):
    dayroom.delete()
    assert not SearchEntry.objects.filter(kind="service").exists()


def test_the_title_weighs_more_than_the_text(dayroom):
    ServiceFactory(name="Klub", summary="Najlepsza świetlica.")
    ServiceFactory(name="Basen", body=[("paragraph", "<p>Obok jest świetlica.</p>")])
    assert titles("świetlica") == ["Świetlica po szkole", "Klub", "Basen"]


def test_counts_by_kind_do_not_depend_on_the_chosen_kind(dayroom):
    results = find("swietlica", language="pl", kind="news")
    assert results.counts == {"service": 1}
    assert not results.entries


def test_rebuilding_gives_the_same_entries(dayroom):
    before = set(SearchEntry.objects.values_list("key", "language", "title"))
    assert rebuild() == len(before)
    assert set(SearchEntry.objects.values_list("key", "language", "title")) == before


def test_the_excerpt_marks_found_words_and_escapes_the_rest():
    text = "Zapraszamy <b>dzieci</b> & rodziców do świetlicy w każdy wtorek."
    assert excerpt(text, "swietlica", "pl") == (
        "Zapraszamy &lt;b&gt;dzieci&lt;/b&gt; &amp; rodziców do <mark>świetlicy</mark> "
        "w każdy wtorek."
    )


def test_the_excerpt_of_a_long_text_begins_near_the_first_hit():
    text = "słowo " * 200 + "świetlica " + "koniec " * 200
    result = excerpt(text, "swietlica", "pl")
    assert result.startswith("… ")
    assert "<mark>świetlica</mark>" in result
    assert len(result) < 300
