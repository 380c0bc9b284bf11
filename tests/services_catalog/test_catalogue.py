"""The catalogue: facets as links, languages, order, queries."""

from datetime import time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import QueryDict
from wagtail.models import Locale

from directory.models import TargetGroup
from services_catalog.models import Service, ServiceProvider
from services_catalog.selectors import catalogue, find_service
from tests.factories.catalogue import (
    OrganisationFactory,
    RoomFactory,
    ServiceFactory,
    TargetGroupFactory,
)

pytestmark = pytest.mark.django_db
BASE = "/uslugi/"


def ask(query: str = "", language: str = "pl"):
    return catalogue(QueryDict(query), language=language, base_url=BASE)


def names(result) -> list[str]:
    return [service.name for service in result["services"]]


def choice(result, facet: str, label: str):
    (found,) = [facet_ for facet_ in result["facets"] if facet_.key == facet]
    return next(item for item in found.choices if item.label == label)


@pytest.fixture
def seniors() -> TargetGroup:
    return TargetGroupFactory(slug="seniors", name_pl="Seniorzy", name_en="Older people")


@pytest.fixture
def children() -> TargetGroup:
    return TargetGroupFactory(slug="children", name_pl="Dzieci")


@pytest.fixture
def services(seniors, children):
    return [
        ServiceFactory(name="Wspólny stół", groups=[seniors], is_free=False, cost="8 zł"),
        ServiceFactory(name="Świetlica", groups=[children], hours=[(0, time(9), time(12))]),
        ServiceFactory(name="Dziadkowie w świetlicy", groups=[seniors, children]),
    ]


def test_dated_services_come_first_then_the_alphabet(services):
    assert names(ask()) == ["Świetlica", "Dziadkowie w świetlicy", "Wspólny stół"]


def test_a_facet_narrows_and_two_ticks_in_it_widen(services):
    assert names(ask("dla=children")) == ["Świetlica", "Dziadkowie w świetlicy"]
    assert len(names(ask("dla=children&dla=seniors"))) == 3


def test_facets_together_narrow(services):
    assert names(ask("dla=seniors&koszt=bezplatne")) == ["Dziadkowie w świetlicy"]


def test_a_choice_counts_what_ticking_it_would_leave(services):
    result = ask("koszt=bezplatne")
    assert choice(result, "dla", "Seniorzy").count == 1
    assert choice(result, "dla", "Dzieci").count == 2


def test_a_choice_is_a_link_that_toggles_itself_and_keeps_the_rest(services):
    result = ask("dla=seniors&q=stol")
    assert choice(result, "dla", "Seniorzy").url == "/uslugi/?q=stol"
    assert choice(result, "dla", "Dzieci").url == "/uslugi/?q=stol&dla=children&dla=seniors"


def test_unknown_facets_and_values_are_ignored(services):
    assert len(names(ask("dla=nobody&nonsense=1&strona=999&dzien=x"))) == 3


@pytest.mark.parametrize("query", ["swietlicami", "ŚWIETLICA", "swietl", "świetlicy dzieci"])
def test_words_are_found_inflected_begun_and_without_polish_letters(services, query):
    assert "Świetlica" in names(ask(f"q={query}"))


def test_drafts_are_not_listed(services):
    ServiceFactory(name="Szkic", live=False)
    assert "Szkic" not in names(ask())
    assert find_service("szkic", language="pl") is None


def test_a_translation_lays_its_words_over_the_service(services):
    polish = services[0]
    english = polish.copy_for_translation(Locale.objects.get_or_create(language_code="en")[0])
    english.name, english.cost, english.is_free = "The shared table", "8 zloty", True
    english.save()
    english.save_revision().publish()
    found = find_service(polish.slug, language="en")
    assert (found.name, found.cost, found.url) == (
        "The shared table",
        "8 zloty",
        f"/en/uslugi/{polish.slug}/",
    )
    assert found.is_free is False, "operational facts are the service's own"
    assert not found.is_fallback


def test_without_a_translation_the_polish_text_is_shown_and_said_to_be_polish(services):
    found = find_service(services[1].slug, language="it")
    assert found.name == "Świetlica"
    assert found.is_fallback
    assert found.text_language == "pl"


def test_dictionaries_are_named_in_the_language_of_the_reader(services):
    from django.utils import translation

    with translation.override("en"):
        labels = [item.label for item in ask(language="en")["facets"][0].choices]
    assert labels == ["Dzieci", "Older people"]


def test_the_number_of_queries_does_not_grow_with_the_catalogue(
    services, django_assert_max_num_queries
):
    organisation, room = OrganisationFactory(), RoomFactory()
    for number in range(30):
        service = ServiceFactory(hours=[(number % 7, time(9), time(10))])
        service.rooms.set([room])
        service.providers.add(ServiceProvider(organisation=organisation, locale=service.locale))
        service.save()
    with django_assert_max_num_queries(8):
        result = ask()
        [service.groups for service in result["services"]]


def test_two_services_cannot_share_a_code(services):
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceFactory(code=services[0].code)


def test_ages_have_to_be_in_order():
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceFactory(min_age=60, max_age=18)


def test_the_factory_makes_only_canonical_services(services):
    assert set(Service.objects.canonical()) == set(services)


@pytest.mark.database
def test_requests_for_a_sensitive_service_are_never_public():
    service = ServiceFactory(is_sensitive=True)
    assert service.public_in_api is False, "nothing is public before somebody says so"
    service.public_in_api = True
    with pytest.raises(ValidationError, match="wrażliwej"):
        service.full_clean()
    for flags in ({"public_in_api": True}, {"is_sensitive": False, "public_in_api": True}):
        rows = Service.objects.filter(pk=service.pk)
        if flags.get("is_sensitive", True):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**flags)
        else:
            assert rows.update(**flags) == 1
