"""Packages of services as readers of one language see them."""

from __future__ import annotations

from django.utils import translation

from services_catalog.models.package import Package
from services_catalog.models.service import Service
from services_catalog.selectors.services import ServiceView, live_services


class PackageView:
    """A package with its services in one language."""

    def __init__(
        self, row: Package, required: list[ServiceView], optional: list[ServiceView], language: str
    ) -> None:
        self.row = row
        self.required = required
        self.optional = optional
        self.url = row.url(language)
        self.is_example = row.is_example
        with translation.override(language):
            self.name, self.summary = row.name, row.summary

    @property
    def services(self) -> list[ServiceView]:
        """All of them, those that are always part first."""
        return [*self.required, *self.optional]


def packages(language: str, services: list[ServiceView] | None = None) -> list[PackageView]:
    """Every package that is shown, in a constant number of queries.

    `services` are all of that language, for whoever has read them already.
    """
    if services is None:
        services = live_services(language)
    views = {view.canonical.pk: view for view in services}
    found = []
    for row in Package.objects.filter(is_live=True).prefetch_related("items"):
        items = [item for item in row.items.all() if item.service_id in views]
        required = [views[item.service_id] for item in items if item.is_required]
        optional = [views[item.service_id] for item in items if not item.is_required]
        found.append(PackageView(row, required, optional, language))
    return found


def find_package(slug: str, *, language: str) -> PackageView | None:
    """The package at an address, or None."""
    return next((one for one in packages(language) if one.row.slug == slug), None)


def package_services(package: Package) -> list[tuple[Service, bool]]:
    """The services that get a case, each with whether it always does; that which leads first."""
    rows = package.items.select_related("service__form_version", "service__locale")
    items = {item.service_id: (item.service, item.is_required) for item in rows}
    items.pop(package.coordination_id, None)
    live = [one for one in items.values() if one[0].live]
    return [(package.coordination, True), *sorted(live, key=lambda one: not one[1])]
