"""What search engines are told about a service (schema.org)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core import structured
from core.structured import named, thing

if TYPE_CHECKING:
    from services_catalog.selectors.services import ServiceView

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def government_service(service: ServiceView, request_url: str) -> dict[str, Any]:
    """A service with who provides it, for whom, when, and the way to it."""
    channel = thing(
        "ServiceChannel",
        serviceUrl=structured.whole(request_url or service.url),
        servicePhone=thing("ContactPoint", telephone=service.contact_phone)
        if service.contact_phone
        else None,
        serviceLocation=[thing("Place", name=room.name) for room in service.rooms] or None,
    )
    hours = [
        thing(
            "OpeningHoursSpecification",
            dayOfWeek=f"{structured.CONTEXT}/{WEEKDAYS[one.weekday]}",
            opens=one.opens_at.strftime("%H:%M"),
            closes=one.closes_at.strftime("%H:%M"),
        )
        for one in service.hours
    ]
    price = "0" if service.is_free else str(service.price_from or "")
    offer = thing("Offer", price=price, priceCurrency="PLN", description=service.cost)
    providers = [
        thing("Organization", name=named(one.name, is_example=one.is_example))
        for one in service.organisations
    ]
    return thing(
        "GovernmentService",
        name=named(service.name, is_example=service.is_example),
        description=service.summary,
        url=structured.whole(service.url),
        image=structured.whole(service.share_card.url),
        provider=providers or structured.publisher(),
        areaServed=thing("City", name="Hajnówka"),
        audience=[thing("Audience", audienceType=group.name) for group in service.groups] or None,
        availableChannel=channel,
        hoursAvailable=hours or None,
        offers=offer if price else None,
    )
