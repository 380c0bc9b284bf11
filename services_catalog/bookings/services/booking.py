"""Making bookings: on one date, in its queue, or on all dates of a package at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import pagecache
from core.actors import SYSTEM
from core.clock import database_now
from core.i18n.dates import date_range, hour, long_date
from core.i18n.folding import fold
from core.locks import advisory_lock
from core.numbers import take_number
from core.transitions import NotAllowed, Refused
from core.transitions import transition as change_state
from services_catalog.bookings import notices, rules, seats, states
from services_catalog.bookings.models import Booking, BookingContact
from services_catalog.bookings.services.numbers import NUMBERS
from services_catalog.bookings.services.telling import remind
from services_catalog.cases.models import Channel
from services_catalog.cases.permissions import may_work, verified_addresses
from services_catalog.models.package import Package
from services_catalog.timetable import states as slot_states
from services_catalog.timetable.models import Slot


class NoPlace(Refused):
    """There are not enough free places; `can_wait` says whether the queue takes the group."""

    def __init__(self, sentence: str, *, free: int, can_wait: bool) -> None:
        super().__init__(sentence, field="party_size")
        self.free = free
        self.can_wait = can_wait


def person_key(*, email: str, phone: str, name: str, for_whom: str) -> str:
    """The same for one person on every date: by address, else telephone, else name.

    Somebody may book for others; whom they name is another person.
    """
    who = email.lower() or phone or fold(name)
    text = f"{who}|{fold(for_whom)}"
    return salted_hmac("services.bookings.person", text, algorithm="sha256").hexdigest()


def book(slot: Slot, *, actor: Any, submission_key: UUID, **request: Any) -> Booking:
    """Places on one date, or in its queue; `_book` says what `request` holds."""
    return _book([slot], actor=actor, submission_key=submission_key, **request)[0]


def book_package(
    package: Package, slots: Sequence[Slot], *, actor: Any, submission_key: UUID, **request: Any
) -> list[Booking]:
    """Places on a date of every chosen service of a package: on all of them, or on none."""
    allowed = {item.service_id for item in package.items.all()}
    required = {item.service_id for item in package.items.all() if item.is_required}
    chosen = [slot.service_id for slot in slots]
    if not chosen or not set(chosen) <= allowed or len(set(chosen)) != len(chosen):
        raise Refused(_("Choose one date of each service."))
    if required - set(chosen):
        raise Refused(_("Choose a date of every service that is always part of the package."))
    return _book(slots, actor=actor, submission_key=submission_key, package=package, **request)


def _book(
    slots: Sequence[Slot],
    *,
    actor: Any,
    submission_key: UUID,
    party_size: int,
    name: str,
    email: str = "",
    phone: str = "",
    for_whom: str = "",
    pin: str = "",
    language: str,
    channel: str = Channel.WEB,
    join_queue: bool = False,
    package: Package | None = None,
    is_example: bool = False,
) -> list[Booking]:
    """All or nothing, in one transaction with the rows of all dates locked.

    A visitor's places are held until the address is confirmed by a button behind a mailed link.
    With an account and its verified address, and when staff take it down, they are booked at
    once. With `join_queue`, who finds no place gets one in the queue. The same `submission_key`
    gives the same bookings again.

    A visitor who has a booking of this date already gets a mail that says so, and the caller
    that booking: a page that showed the difference would tell strangers who comes.
    """
    by_staff = channel != Channel.WEB
    if by_staff and not may_work(actor):
        raise NotAllowed
    email = email.lower()
    is_proven = by_staff or (
        getattr(actor, "is_authenticated", False) and email in verified_addresses(actor)
    )
    if not by_staff and not email:
        raise Refused(_("Give your e-mail address."), field="email")
    who = person_key(email=email, phone=phone, name=name, for_whom=for_whom)
    with seats.short_transaction():
        # Two presses of one button, and two dates at the same time: the second waits here.
        advisory_lock("services.bookings.person", who)
        found = _made_before(submission_key)
        if found:
            return found
        locked = seats.lock_slots(slot.pk for slot in slots)
        ordered = [locked[slot.pk] for slot in slots]
        now = database_now()
        for slot in ordered:
            seats.settle(slot, now)
        same = _same_person(who, ordered, is_proven=is_proven)
        if same is not None and not is_proven:
            return [remind(same, now)]
        if same is not None:
            raise Refused(
                _("You have this date already: %(number)s, %(state)s.")
                % {"number": same.number, "state": same.state_label}
            )
        _check(ordered, who, party_size, now, by_staff=by_staff, is_proven=is_proven)
        queued = _queued(ordered, party_size, now, join_queue=join_queue)
        bookings = [
            Booking(
                slot=slot,
                requester=actor if is_proven and not by_staff else None,
                person_key=who,
                channel=channel,
                language=language,
                party_size=party_size,
                package=package,
                submission_key=uuid5(submission_key, str(number)) if number else submission_key,
                is_example=is_example,
            )
            for number, slot in enumerate(ordered)
        ]
        for booking in bookings:
            booking.bundle = bookings[0].pk if len(bookings) > 1 else None
            booking.number = take_number(NUMBERS, timezone.localtime(now).year)
            booking.save(force_insert=True)
            BookingContact.objects.create(
                booking=booking, name=name, email=email, phone=phone, for_whom=for_whom,
                pin_hash=make_password(pin) if pin else "",
            )  # fmt: skip
        verb = _first_move(is_proven=bool(is_proven), queued=queued)
        bookings = [change_state(booking, verb, actor=actor) for booking in bookings]
        if queued:
            pagecache.changed()
        for slot in ordered:
            seats.settle(slot, now)
    return bookings


def _first_move(*, is_proven: bool, queued: bool) -> str:
    if queued:
        return "queue" if is_proven else "ask"
    return "book" if is_proven else "hold"


def _made_before(submission_key: UUID) -> list[Booking]:
    first = Booking.objects.filter(submission_key=submission_key).first()
    if first is None:
        return []
    rest = notices.together_with(first).exclude(pk=first.pk).order_by("number")
    return [first, *rest]


def _same_person(who: str, slots: Iterable[Slot], *, is_proven: bool) -> Booking | None:
    """A live booking of the person on one of the dates. One that a stranger could have made
    in the person's name gives way to the person.
    """
    rows = Booking.objects.live().filter(person_key=who, slot__in=[slot.pk for slot in slots])
    for booking in rows.select_related("slot__service", "contact").order_by("pk"):
        if is_proven and booking.state in states.UNPROVEN:
            change_state(booking, "replace", actor=SYSTEM)
        else:
            return booking
    return None


def _check(
    slots: Sequence[Slot], who: str, party_size: int, now: datetime, *, by_staff: bool,
    is_proven: bool,
) -> None:  # fmt: skip
    """Everything but free places: the time, the state, the size, the person's other dates."""
    for slot in slots:
        if slot.ends_at <= now or (slot.starts_at <= now and not by_staff):
            raise Refused(_("This date has already begun. Choose a later one."))
        if slot.state != slot_states.OPEN or not slot.service.live:
            raise Refused(_("This date takes no bookings."))
        if not by_staff and slot.book_from is not None and now < slot.book_from:
            raise Refused(
                _("Booking opens on %(day)s, %(hour)s.")
                % {"day": long_date(slot.book_from), "hour": hour(slot.book_from)}
            )
        if not by_staff and now >= slot.book_until:
            raise Refused(
                _("Booking ended on %(day)s, %(hour)s.")
                % {"day": long_date(slot.book_until), "hour": hour(slot.book_until)}
            )
        if party_size < 1:
            raise Refused(_("Write how many people come."), field="party_size")
        if party_size > slot.capacity:
            raise Refused(
                ngettext(
                    "There is %(count)d place in all. Your group is larger.",
                    "There are %(count)d places in all. Your group is larger.",
                    slot.capacity,
                )
                % {"count": slot.capacity},
                field="party_size",
            )
        # An unproven address is asked when it confirms: else strangers would learn who comes.
        other = rules.overlapping(who, slot) if is_proven else None
        if other is not None:
            raise Refused(rules.overlap_sentence(other))
    by_start = sorted(slots, key=lambda slot: slot.starts_at)
    for one, two in pairwise(by_start):
        if two.starts_at < one.ends_at:
            raise Refused(
                _("Two of the dates overlap: %(one)s and %(two)s.")
                % {
                    "one": f"{one.service.name}, {date_range(one.starts_at, one.ends_at)}",
                    "two": f"{two.service.name}, {date_range(two.starts_at, two.ends_at)}",
                }
            )


def _queued(slots: Sequence[Slot], party_size: int, now: datetime, *, join_queue: bool) -> bool:
    """Whether the group goes into the queue. Raises NoPlace where there is no place."""
    for slot in slots:
        free = seats.free_for_newcomers(slot)
        if party_size <= free:
            continue
        if len(slots) > 1:
            raise NoPlace(
                _("“%(service)s”, %(when)s: not enough free places. Nothing was booked.")
                % {
                    "service": slot.service.name,
                    "when": date_range(slot.starts_at, slot.ends_at),
                },
                free=free,
                can_wait=False,
            )
        can_wait = waiting_list_open(slot, now)
        if join_queue and can_wait:
            return True
        if join_queue:
            raise NoPlace(_("The waiting list is full."), free=free, can_wait=False)
        raise NoPlace(no_place_sentence(free, can_wait=can_wait), free=free, can_wait=can_wait)
    return False


def no_place_sentence(free: int, *, can_wait: bool) -> str:
    """How many places there are, and what can be done."""
    sentence = (
        ngettext("Only %(count)d place is free.", "Only %(count)d places are free.", free)
        % {"count": free}
        if free
        else _("All places are taken.")
    )
    advice = _("You can join the waiting list.") if can_wait else _("Choose another date.")
    return f"{sentence} {advice}"


def waiting_list_open(slot: Slot, now: datetime) -> bool:
    """Whether one more may wait for this date."""
    if slot.starts_at <= now or slot.state != slot_states.OPEN:
        return False
    return slot.bookings.filter(state__in=states.QUEUED).count() < slot.waitlist_max
