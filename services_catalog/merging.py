"""What two rows of one organisation may have twice among the services."""

from __future__ import annotations

from typing import Any

from services_catalog.models import ServiceProvider


def settle(kept: Any, duplicate: Any, changed: dict[str, Any]) -> None:
    """A service that both provide is provided once; it stands in the list where `kept` stands."""
    both = ServiceProvider.objects.filter(organisation=kept).values("service_id")
    for twice in ServiceProvider.objects.filter(organisation=duplicate, service_id__in=both):
        changed.setdefault("services_provided", []).append(twice.service_id)
        twice.delete()
