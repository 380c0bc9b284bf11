"""The catalogue list: search, facets as plain links, order, pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from core.i18n.folding import fold
from core.search.text import matches
from services_catalog.models.service import ServicePlace
from services_catalog.models.service_parts import Weekday
from services_catalog.selectors.dates import next_dates, weekdays
from services_catalog.selectors.services import ServiceView, live_services

PAGE_SIZE = 12
QUERY, PAGE = "q", "strona"
#: Nobody is older, so that a service without an upper limit has one.
OLDEST = 200


@dataclass(frozen=True)
class Choice:
    """One line of a facet: a link that ticks or unticks it."""

    label: str
    count: int
    url: str
    is_selected: bool


@dataclass(frozen=True)
class Facet:
    """A group of choices; several ticks in one facet widen, facets together narrow."""

    key: str
    label: str
    choices: list[Choice]


@dataclass(frozen=True)
class _FacetRule:
    key: str
    label: str
    values: Callable[[ServiceView], Iterable[tuple[str, str]]]
    order: Callable[[tuple[str, str]], Any]


def _ages() -> list[tuple[str, str, int, int]]:
    """The bands of age: value, words, the youngest, the oldest. A service without limits of age
    is for all of them.
    """
    return [
        ("do-12", _("up to 12 years"), 0, 12),
        ("13-17", _("13 to 17 years"), 13, 17),
        ("18-64", _("18 to 64 years"), 18, 64),
        ("od-65", _("65 years and more"), 65, OLDEST),
    ]


def _rules() -> list[_FacetRule]:
    by_label = lambda pair: fold(pair[1])  # noqa: E731
    groups = _FacetRule(
        "dla",
        _("For whom"),
        lambda service: [(group.slug, group.name) for group in service.groups],
        by_label,
    )
    where = _FacetRule(
        "gdzie",
        _("Where"),
        lambda service: [(service.place, str(ServicePlace(service.place).label))],
        lambda pair: ServicePlace.values.index(pair[0]),
    )
    rooms = _FacetRule(
        "sala",
        _("Room"),
        lambda service: [(room.slug, room.name) for room in service.rooms],
        by_label,
    )
    providers = _FacetRule(
        "kto",
        _("Who provides it"),
        lambda service: [(item.slug, item.name) for item in service.organisations],
        by_label,
    )
    ages = _FacetRule(
        "wiek",
        _("Age"),
        lambda service: [
            (value, words)
            for value, words, youngest, oldest in _ages()
            if (service.min_age or 0) <= oldest and youngest <= (service.max_age or OLDEST)
        ],
        lambda pair: [value for value, *_rest in _ages()].index(pair[0]),
    )
    days = _FacetRule(
        "dzien",
        _("Day"),
        lambda service: {
            (str(day), str(Weekday(day).label))
            for day in {*service.date_days, *(hours.weekday for hours in service.hours)}
        },
        lambda pair: int(pair[0]),
    )
    cost = _FacetRule(
        "koszt",
        _("Cost"),
        lambda service: [
            ("bezplatne", _("Free of charge")) if service.is_free else ("platne", _("Paid"))
        ],
        lambda pair: pair[0],
    )
    return [groups, ages, where, days, cost, rooms, providers]


def catalogue(
    params: QueryDict,
    *,
    language: str,
    base_url: str,
    services: list[ServiceView] | None = None,
) -> dict[str, Any]:
    """Everything the catalogue page shows for the choices in its address.

    Unknown facets and values are ignored, so an old link still opens. Queries are constant in
    number: the whole catalogue is read once and counted in memory (a town has tens of services).
    `services` are all of that language, for whoever has read them already.
    """
    query = params.get(QUERY, "").strip()[:100]
    everything = live_services(language) if services is None else services
    days = weekdays([item.canonical for item in everything], timezone.now())
    for item in everything:
        item.date_days = frozenset(days.get(item.canonical.pk, ()))
    matching = [item for item in everything if _matches_query(item, query)]
    rules = _rules()
    chosen = {rule.key: set(params.getlist(rule.key)) for rule in rules}

    def fits(service: ServiceView, *, without: str = "") -> bool:
        return all(
            not chosen[rule.key]
            or rule.key == without
            or any(value in chosen[rule.key] for value, _label in rule.values(service))
            for rule in rules
        )

    known: dict[str, dict[str, str]] = {
        rule.key: {value: label for item in everything for value, label in rule.values(item)}
        for rule in rules
    }
    for rule in rules:
        chosen[rule.key] &= set(known[rule.key])

    link = _Links(base_url, query, chosen)
    facets = []
    for rule in rules:
        counts: dict[str, int] = {}
        for item in matching:
            if fits(item, without=rule.key):
                for value, _label in set(rule.values(item)):
                    counts[value] = counts.get(value, 0) + 1
        choices = [
            Choice(
                label=label,
                count=counts.get(value, 0),
                url=link.toggle(rule.key, value),
                is_selected=value in chosen[rule.key],
            )
            for value, label in sorted(known[rule.key].items(), key=rule.order)
        ]
        if choices:
            facets.append(Facet(rule.key, rule.label, choices))

    found = sorted(
        (item for item in matching if fits(item)),
        key=lambda item: (item.next is None, item.next, fold(item.name)),
    )
    page = Paginator(found, PAGE_SIZE).get_page(params.get(PAGE))
    _add_dates(page.object_list)
    return {
        "query": query,
        "facets": facets,
        "selected": [choice for facet in facets for choice in facet.choices if choice.is_selected],
        "clear_url": base_url,
        "hidden_fields": [(key, value) for key in chosen for value in sorted(chosen[key])],
        "total": len(found),
        "page_obj": page,
        "services": page.object_list,
        "pages": [
            {"number": number, "url": link.page(number), "is_current": number == page.number}
            for number in page.paginator.page_range
        ],
    }


def _add_dates(services: Iterable[ServiceView]) -> None:
    """The next date of each service shown, and its free places."""
    dates = next_dates([service.canonical for service in services], timezone.now())
    for service in services:
        service.next_date = dates.get(service.canonical.pk)


def _matches_query(service: ServiceView, query: str) -> bool:
    if not query:
        return True
    text = " ".join(
        [service.name, service.summary, service.canonical.name, service.eligibility]
        + [group.name for group in service.groups]
        + [item.name for item in service.organisations]
    )
    return matches(query, text, service.language)


class _Links:
    """Addresses of the catalogue with one thing changed."""

    def __init__(self, base_url: str, query: str, chosen: dict[str, set[str]]) -> None:
        self.base_url = base_url
        self.query = query
        self.chosen = chosen

    def toggle(self, key: str, value: str) -> str:
        changed = {name: set(values) for name, values in self.chosen.items()}
        changed[key] ^= {value}
        return self._url(changed)

    def page(self, number: int) -> str:
        return self._url(self.chosen, number)

    def _url(self, chosen: dict[str, set[str]], page: int = 1) -> str:
        params = QueryDict(mutable=True)
        if self.query:
            params[QUERY] = self.query
        for key, values in chosen.items():
            if values:
                params.setlist(key, sorted(values))
        if page > 1:
            params[PAGE] = str(page)
        return f"{self.base_url}?{params.urlencode()}" if params else self.base_url
