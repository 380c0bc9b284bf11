"""What guards a move of a booking and what it brings about; named in the table of states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from core import pagecache
from core.actors import Actor
from core.i18n.dates import hour, long_date
from core.outbox import forget_mail
from core.references import reference
from core.tokens import revoke
from core.transitions import Refused, Step, who
from services_catalog.bookings import seats
from services_catalog.cases import permissions
from services_catalog.timetable.permissions import may_run

HOLD_FOR = timedelta(minutes=30)
CONFIRM_QUEUE_WITHIN = timedelta(hours=24)
OFFER_FOR = timedelta(hours=24)
#: When the date is so near, an answer has to come sooner.
NEAR = timedelta(hours=48)
OFFER_FOR_WHEN_NEAR = timedelta(hours=3)
#: People come a little early, and the list is ticked at the door.
MARK_BEFORE = timedelta(minutes=60)


@dataclass(frozen=True, kw_only=True)
class LinkHolder(Actor):
    """Somebody who opened a booking with its private link, or with number and PIN."""

    kind: str = "link"
    booking: Any = None


@who(_("the person who booked"))
def person(actor: Any, booking: Any) -> bool:
    """The holder of this booking's link, the account that made it, or that has its address."""
    if isinstance(actor, LinkHolder):
        # Whoever opened one booking of a package has opened all of them.
        return actor.booking in {booking.pk, booking.bundle} - {None}
    if isinstance(actor, Actor) or not getattr(actor, "is_authenticated", False):
        return False
    return booking.requester_id == actor.pk or (
        booking.requester_id is None
        and type(booking).objects.of_person(actor).filter(pk=booking.pk).exists()
    )


@who(_("a person with a verified address"))
def proven(actor: Any, booking: Any) -> bool:
    """The account that makes the booking, with the address it gives shown to be its own."""
    if isinstance(actor, Actor) or not getattr(actor, "is_authenticated", False):
        return False
    contact = getattr(booking, "contact", None)
    return (
        booking.requester_id == actor.pk
        and contact is not None
        and contact.email in permissions.verified_addresses(actor)
    )


@who(_("the team of the organisation that provides it"))
def host(actor: Any, booking: Any) -> bool:
    """Whoever runs what the date's organisation provides."""
    return not isinstance(actor, Actor) and may_run(actor, booking.slot.provider_id)


# --- Guards -----------------------------------------------------------------------------------


def can_wait(step: Step) -> None:
    if seats.waits_in_vain(step.obj.slot, step.obj, step.now):
        raise Refused(_("The queue for this date is closed."))


def hold_stands(step: Step) -> None:
    if step.obj.hold_until <= step.now:
        raise Refused(
            _("The places were kept until %(hour)s and are free again. Book once more.")
            % {"hour": hour(step.obj.hold_until)}
        )


def hold_is_over(step: Step) -> None:
    if step.obj.hold_until is None or step.obj.hold_until > step.now:
        raise Refused(_("There is still time to confirm."))


def offer_stands(step: Step) -> None:
    if step.obj.offer_until <= step.now:
        raise Refused(
            _("The offer stood until %(day)s, %(hour)s and is over.")
            % {"day": long_date(step.obj.offer_until), "hour": hour(step.obj.offer_until)}
        )


def offer_is_over(step: Step) -> None:
    if step.obj.offer_until > step.now:
        raise Refused(_("There is still time to answer."))


def no_overlap(step: Step) -> None:
    other = overlapping(step.obj.person_key, step.obj.slot, but=step.obj.pk)
    if other is not None:
        raise Refused(overlap_sentence(other))


def may_still_cancel(step: Step) -> None:
    if step.obj.slot.cancel_until <= step.now:
        raise Refused(
            _("Cancelling here was possible until %(day)s, %(hour)s. Please call us.")
            % {
                "day": long_date(step.obj.slot.cancel_until),
                "hour": hour(step.obj.slot.cancel_until),
            }
        )


def not_over(step: Step) -> None:
    if step.obj.slot.ends_at <= step.now:
        raise Refused(_("This date is over."))


def waits_in_vain(step: Step) -> None:
    if not seats.waits_in_vain(step.obj.slot, step.obj, step.now):
        raise Refused(_("A place may still come free."))


def is_time_to_mark(step: Step) -> None:
    if step.now < step.obj.slot.starts_at - MARK_BEFORE:
        raise Refused(_("Attendance can be marked from an hour before the beginning."))


def has_begun(step: Step) -> None:
    if step.now < step.obj.slot.starts_at:
        raise Refused(_("It has not begun yet; they may still come."))


def has_contact(step: Step) -> None:
    if getattr(step.obj, "contact", None) is None:
        raise Refused(_("The data of this booking are erased."))


def can_be_erased(step: Step) -> None:
    if step.obj.erased_at is not None:
        raise Refused(_("The data of this booking are erased already."))
    if step.obj.is_live and step.obj.slot.ends_at > step.now:
        raise Refused(_("Cancel the booking first."))


# --- Effects ----------------------------------------------------------------------------------


def hold(step: Step) -> None:
    step.obj.hold_until = step.now + HOLD_FOR
    pagecache.changed(at=step.obj.hold_until)


def await_confirmation(step: Step) -> None:
    step.obj.hold_until = min(step.now + CONFIRM_QUEUE_WITHIN, step.obj.slot.starts_at)
    pagecache.changed(at=step.obj.hold_until)


def release_hold(step: Step) -> None:
    step.obj.hold_until = None


def join_queue(step: Step) -> None:
    last = type(step.obj).objects.filter(slot=step.obj.slot).aggregate(last=Max("queue_no"))["last"]
    step.obj.queue_no = (last or 0) + 1
    step.obj.queued_at = step.now
    step.obj.hold_until = None


def pass_over(step: Step) -> None:
    step.obj.skips += 1
    step.obj.passed_at = step.obj.passed_at or step.now


def offer(step: Step) -> None:
    step.obj.offer_until = offer_end(step.obj.slot.starts_at, step.now)
    pagecache.changed(at=step.obj.offer_until)


def offer_end(starts_at: datetime, now: datetime) -> datetime:
    """A day to answer, three hours when the date is near, and never after its beginning."""
    time = OFFER_FOR_WHEN_NEAR if starts_at - now < NEAR else OFFER_FOR
    return min(now + time, starts_at)


def take_offer(step: Step) -> None:
    step.obj.offer_until = None


def set_priority(step: Step) -> None:
    step.obj.priority = step["priority"]


def new_pin(step: Step) -> None:
    contact = step.obj.contact
    contact.pin_hash, contact.pin_tries = step["pin_hash"], 0
    contact.save(update_fields=["pin_hash", "pin_tries"])


def erase(step: Step) -> None:
    """Contact, mail and links of one booking, for good; number, date and state stay."""
    booking = step.obj
    revoke(booking)
    forget_mail(order_key="/".join(reference(booking)))
    contact = getattr(booking, "contact", None)
    if contact is not None:
        contact.delete()
    booking.person_key, booking.requester, booking.erased_at = "", None, step.now


# --- One person on two dates ------------------------------------------------------------------


def overlapping(person_key: str, slot: Any, *, but: Any = None) -> Any:
    """A booked date of the same person that runs at the same time, or None."""
    if not person_key:
        return None
    return (
        apps.get_model("services_catalog", "Booking")
        .objects.filter(
            person_key=person_key,
            state="confirmed",
            slot__starts_at__lt=slot.ends_at,
            slot__ends_at__gt=slot.starts_at,
        )
        .exclude(pk=but)
        .select_related("slot__service")
        .first()
    )


def overlap_sentence(other: Any) -> Any:
    """Which of the person's dates stands in the way."""
    return _(
        "At this time you have already booked “%(service)s” (%(number)s, %(day)s, %(hour)s). "
        "Cancel that first, or choose another date."
    ) % {
        "service": other.slot.service.name,
        "number": other.number,
        "day": long_date(other.slot.starts_at),
        "hour": hour(other.slot.starts_at),
    }
