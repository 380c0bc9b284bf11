"""Services as readers of one language see them."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from core.sharing.card import Card
from core.structured import named
from core.templatetags.site_tags import localised_path
from directory.models import Organisation, Room, TargetGroup
from services_catalog.models.service import Service, ServiceMode
from services_catalog.models.service_parts import ServiceHours, ServiceProvider, ServiceStep
from services_catalog.structured import government_service

CATALOGUE_PATH = "/uslugi/"
# The words of these fields are translated; everything else is the canonical row's.
TEXT_FIELDS = frozenset(
    "name summary body bring bring_list eligibility cost languages_spoken accessibility "
    "contact_name is_translation_draft text_language".split()
)


def service_url(slug: str, language: str) -> str:
    """The address of a service; its slug is the same in every language."""
    return localised_path(f"{CATALOGUE_PATH}{slug}/", language)


class ServiceView:
    """A service with the words of one language laid over it.

    Texts come from the translation where there is one, all else from the canonical row. Lists set
    the next date that takes bookings, and the catalogue the days of the week of all of them.
    """

    next_date: Any = None
    date_days: frozenset[int] = frozenset()

    def __init__(self, canonical: Service, text: Service, language: str) -> None:
        self.canonical = canonical
        self.text = text
        self.language = language

    def __getattr__(self, name: str) -> Any:
        return getattr(self.text if name in TEXT_FIELDS else self.canonical, name)

    @property
    def url(self) -> str:
        return service_url(self.canonical.slug, self.language)

    @property
    def is_fallback(self) -> bool:
        """Whether the text is in another language than the reader's."""
        return self.text.text_language != self.language

    @property
    def share_card(self) -> Card:
        """The picture that stands beside a shared link."""
        with translation.override(self.language):
            return Card(
                "usluga",
                self.canonical.slug,
                self.language,
                named(self.text.name, is_example=self.canonical.is_example),
                _("Services"),
                self.canonical.cover,
            )

    @cached_property
    def steps(self) -> list[ServiceStep]:
        return list(self.text.steps.all())

    @cached_property
    def groups(self) -> list[TargetGroup]:
        return list(self.canonical.target_groups.all())

    @cached_property
    def organisations(self) -> list[Organisation]:
        return [provider.organisation for provider in self.canonical.providers.all()]

    @cached_property
    def rooms(self) -> list[Room]:
        return list(self.canonical.rooms.all())

    @cached_property
    def hours(self) -> list[ServiceHours]:
        return list(self.canonical.hours.all())

    def next_start(self, now: datetime.datetime) -> datetime.datetime | None:
        """When the service next begins, None if it keeps no hours."""
        local = timezone.localtime(now)
        return min((hours.next_start(local) for hours in self.hours), default=None)

    @cached_property
    def next(self) -> datetime.datetime | None:
        return self.next_start(timezone.now())


def _with_organisations() -> Prefetch[str, Any, str]:
    """Who provides a service, in one query however many they are."""
    return Prefetch("providers", queryset=ServiceProvider.objects.select_related("organisation"))


def live_services(language: str) -> list[ServiceView]:
    """Every published service in `language`, in a constant number of queries."""
    canonical = (
        Service.objects.canonical()
        .live()
        .select_related("locale", "cover")
        .prefetch_related("target_groups", "rooms", "hours", "steps", _with_organisations())
    )
    texts = translations(language)
    return [
        ServiceView(service, texts.get(service.translation_key, service), language)
        for service in canonical
    ]


def find_service(slug: str, *, language: str) -> ServiceView | None:
    """The published service at an address, or None."""
    rows = Service.objects.canonical().live().select_related("locale")
    service = rows.prefetch_related(_with_organisations()).filter(slug=slug).first()
    if service is None:
        return None
    return ServiceView(
        service, translations(language, service).get(service.translation_key, service), language
    )


def every_language(translation_key: Any) -> list[ServiceView]:
    """A published service in each language, read once; none of an unpublished one."""
    rows = Service.objects.live().filter(translation_key=translation_key).select_related("locale")
    texts = {row.locale.language_code: row for row in rows}
    canonical = texts.get(settings.LANGUAGE_CODE)
    if canonical is None:
        return []
    prefetch_related_objects([canonical], "target_groups", "rooms", _with_organisations())
    return [
        ServiceView(canonical, texts.get(language, canonical), language)
        for language, _name in settings.LANGUAGES
    ]


def translations(language: str, service: Service | None = None) -> dict[Any, Service]:
    if language == settings.LANGUAGE_CODE:
        return {}
    rows = Service.objects.live().filter(locale__language_code=language).select_related("locale")
    if service is not None:
        rows = rows.filter(translation_key=service.translation_key)
    return {row.translation_key: row for row in rows.prefetch_related("steps")}


def service_context(service: ServiceView | Service, *, language: str) -> dict[str, Any]:
    """What the page of a service shows."""
    if isinstance(service, Service):
        service = ServiceView(service.canonical, service, language)
    with translation.override(language):
        return {
            "service": service,
            "hours": service.hours,
            "next_start": service.next,
            "request_url": request_url(service),
            "has_check": bool(service.text.questions.all()),
            "structured": [government_service(service, request_url(service))],
            "languages_available": service_languages(service.canonical),
            "fallback_language": (
                get_language_info(service.text_language) if service.is_fallback else None
            ),
        }


def request_url(service: ServiceView) -> str:
    """Where a resident asks for the service; empty where that is not how one gets it."""
    match service.mode:
        case ServiceMode.SLOTS:
            return f"{service.url}terminy/"
        case ServiceMode.REQUEST:
            return f"{service.url}zgloszenie/"
    return ""


def service_languages(service: Service) -> list[str]:
    """Codes of the languages in which a service has a published text."""
    codes = set(
        Service.objects.live()
        .filter(translation_key=service.translation_key)
        .values_list("locale__language_code", flat=True)
    )
    return [code for code, _name in settings.LANGUAGES if code in codes]
