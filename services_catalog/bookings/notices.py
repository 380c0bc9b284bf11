"""Whom the moves of a booking write to, and the private links in that mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.apps import apps

from core.templatetags.site_tags import localised_path
from core.tokens import issue
from core.transitions import Recipient, Step
from services_catalog.bookings.calendars import calendar_text

FOLLOW, CONFIRM = "bookings.follow", "bookings.confirm"
ACCEPT, GIVE_UP = "bookings.accept", "bookings.give_up"
#: After the date its page can still be opened for a while.
KEPT_AFTER = timedelta(days=30)
#: Moves made for all bookings of a package in one go, told in one mail.
TOGETHER = ("book", "hold", "confirm", "confirm_for")


def to_person(step: Step) -> Iterable[Recipient]:
    """The resident, where there is an address; for a package once, when its last part moves."""
    booking = step.obj
    contact = getattr(booking, "contact", None)
    if contact is None or not contact.email:
        return []
    if step.transition.verb in TOGETHER and _others_follow(booking, step.source):
        return []
    return [Recipient(contact.email, booking.language)]


def _others_follow(booking: Any, state: str) -> bool:
    return (
        booking.bundle is not None
        and together_with(booking).filter(state=state).exclude(pk=booking.pk).exists()
    )


def together_with(booking: Any) -> Any:
    """All bookings made in one go with this one, itself included."""
    rows = apps.get_model("services_catalog", "Booking").objects
    if booking.bundle is None:
        return rows.filter(pk=booking.pk)
    return rows.filter(bundle=booking.bundle)


def for_person(step: Step) -> Mapping[str, Any]:
    """What the mail of a move tells, with the links that make sense after it."""
    booking = step.obj
    values: dict[str, Any] = {
        **about(booking),
        "again": localised_path(f"/uslugi/{booking.slot.service.slug}/", booking.language),
    }
    match step.transition.verb:
        case "book" | "confirm" | "confirm_for" | "accept" | "accept_for":
            values["link"] = follow_path(booking)
            values["give_up"] = give_up_path(booking)
            values["calendar"] = calendar_text(values["bookings"], booking.language)
        case "hold" | "ask":
            values["confirm"] = confirm_path(booking, booking.hold_until - step.now)
            values["until"] = booking.hold_until
        case "queue":
            values["link"] = follow_path(booking)
            values["give_up"] = give_up_path(booking)
        case "offer":
            values["accept"] = accept_path(booking)
            values["give_up"] = give_up_path(booking)
            values["until"] = booking.offer_until
        case "cancel" | "cancel_for":
            values["calendar"] = calendar_text([booking], booking.language, is_cancelled=True)
    return values


def about(booking: Any) -> dict[str, Any]:
    """The booking, those made together with it, and what their dates are called."""
    rows = together_with(booking).exclude(state__in=("cancelled", "expired"))
    found = list(rows.select_related("slot__service", "slot__room").order_by("slot__starts_at"))
    bookings = [one for one in found if one.pk != booking.pk]
    bookings = sorted([*bookings, booking], key=lambda one: one.slot.starts_at)
    for one in bookings:
        one.title = service_name(one.slot.service, booking.language)
    return {"booking": booking, "bookings": bookings, "contact": booking.contact}


def service_name(service: Any, language: str) -> str:
    """The service's name in a language, in Polish where it has no translation."""
    from services_catalog.selectors.services import translations

    text = translations(language, service).get(service.translation_key)
    return str((text or service).name)


def follow_path(booking: Any) -> str:
    """A new private link to a booking, as a path in the resident's language."""
    return _path(booking, FOLLOW, "otworz", _until_after(booking))


def give_up_path(booking: Any) -> str:
    """The link whose button cancels, leaves the queue, or declines an offer."""
    return _path(booking, GIVE_UP, "rezygnuje", _until_after(booking))


def accept_path(booking: Any) -> str:
    """The link whose button takes an offered place. Lives on, to say what became of it."""
    return _path(booking, ACCEPT, "biore", _until_after(booking))


def confirm_path(booking: Any, lifetime: timedelta) -> str:
    """The link that confirms the address. It outlives the hold, to say what became of it."""
    return _path(booking, CONFIRM, "potwierdz", lifetime + KEPT_AFTER)


def _until_after(booking: Any) -> timedelta:
    from core.clock import database_now

    return max(booking.slot.ends_at - database_now(), timedelta()) + KEPT_AFTER


def _path(booking: Any, purpose: str, name: str, lifetime: timedelta) -> str:
    token = issue(purpose, booking, lifetime=lifetime, max_uses=None)
    return localised_path(f"/sprawy/rezerwacja/{name}/{token}/", booking.language)
