"""Everything that changes a booking.

The order of locks, the same everywhere: the person (an idea), the dates by number, the bookings,
their tokens, the series of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import pagecache
from core.actors import SYSTEM, VISITOR
from core.audit import record
from core.clock import database_now
from core.i18n.dates import date_range, hour, long_date
from core.i18n.folding import fold
from core.locks import advisory_lock
from core.numbers import BadNumber, Scheme, take_number
from core.outbox import queue_mail
from core.transitions import NotAllowed, Refused
from core.transitions import transition as change_state
from services_catalog import pins
from services_catalog.bookings import notices, rules, seats, states
from services_catalog.bookings.models import Booking, BookingContact
from services_catalog.cases.models import Channel
from services_catalog.cases.permissions import may_work, verified_addresses
from services_catalog.models.package import Package
from services_catalog.timetable import states as slot_states
from services_catalog.timetable.models import Slot

NUMBERS = Scheme("REZ", "-", (4, 6))
#: Moves into and out of the queue. The counters of the date may stay as they are; the number of
#: free places that readers see does not.
QUEUE_MOVES = frozenset({"queue", "leave", "cancel_for"})


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


# --- Booking ----------------------------------------------------------------------------------


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
            return [_remind(same, now)]
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


def _remind(booking: Booking, now: datetime) -> Booking:
    """Tells the owner of the address what there is already; at most once a minute."""
    verb = {states.HELD: "hold", states.UNCONFIRMED: "ask"}.get(booking.state)
    values = notices.about(booking)
    if verb is None or booking.hold_until is None:
        template = "bookings/already"
        values["link"] = notices.follow_path(booking)
        values["give_up"] = notices.give_up_path(booking)
    else:
        template = "bookings/confirm" if verb == "hold" else "bookings/confirm_queue"
        values["confirm"] = notices.confirm_path(booking, booking.hold_until - now)
        values["until"] = booking.hold_until
    queue_mail(
        template,
        booking.contact.email,
        values,
        dedupe_key=f"booking:{booking.pk}:again:{now:%Y%m%d%H%M}",
        language=booking.language,
        order_key=order_key(booking),
        is_secret=True,
    )
    return booking


def order_key(booking: Booking) -> str:
    """Mail of one booking leaves in the order it was written; as `transition` names it."""
    return f"services_catalog.booking/{booking.pk}"


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


# --- Moves ------------------------------------------------------------------------------------


def move(booking: Booking, verb: str, *, actor: Any, **context: Any) -> Booking:
    """One move of the table, and what it means for the others who want the date.

    Raises what `core.transitions.transition` raises, and `seats.Busy`.
    """
    return _move_all([booking], verb, actor=actor, **context)[0]


def confirm(booking: Booking, *, actor: Any) -> Booking:
    """The address is right: the held places are booked, or the place in the queue is taken.

    For a package all of its bookings.
    """
    if booking.state == states.UNCONFIRMED:
        return move(booking, "queue", actor=actor)
    held = list(notices.together_with(booking).filter(state=states.HELD))
    others = [one for one in held if one.pk != booking.pk]
    return _move_all([*others, booking], "confirm", actor=actor)[-1]


def cancel_bundle(booking: Booking, *, actor: Any) -> None:
    """Gives up every booking of a package that still can be cancelled, all or none."""
    rows = notices.together_with(booking).filter(state__in=(states.HELD, states.CONFIRMED))
    _move_all(list(rows), "cancel", actor=actor)


def give_up(booking: Booking, *, actor: Any) -> Booking:
    """Cancels, leaves the queue or declines, whichever the state allows by now."""
    with seats.short_transaction():
        seats.lock_slots([booking.slot_id])
        state = Booking.objects.values_list("state", flat=True).get(pk=booking.pk)
        verb = {
            states.UNCONFIRMED: "leave", states.WAITING: "leave", states.OFFERED: "decline",
        }.get(state, "cancel")  # fmt: skip
        return move(booking, verb, actor=actor)


def _move_all(
    bookings: Sequence[Booking], verb: str, *, actor: Any, **context: Any
) -> list[Booking]:
    with seats.short_transaction():
        if verb in {"confirm", "confirm_for", "accept", "accept_for"}:
            # Only one at a time of a person's dates becomes booked, so that no two overlap.
            for key in sorted({booking.person_key for booking in bookings} - {""}):
                advisory_lock("services.bookings.person", key)
        slots = seats.lock_slots(booking.slot_id for booking in bookings)
        moved = [change_state(booking, verb, actor=actor, **context) for booking in bookings]
        if verb in QUEUE_MOVES:
            pagecache.changed()
        now = database_now()
        for number in sorted(slots):
            seats.settle(slots[number], now)
    return moved


# --- Without e-mail, and a lost link -----------------------------------------------------------


def renew_pin(booking: Booking, *, actor: Any) -> str:
    """A new PIN for somebody who has lost theirs or tried too often; gives it, once."""
    pin = pins.draw_pin()
    move(booking, "new_pin", actor=actor, pin_hash=make_password(pin))
    return pin


def find_by_pin(*, number: str, pin: str) -> Booking | None:
    """The booking of a number and its PIN. Wrong tries are counted; five lock the PIN."""
    contacts = BookingContact.objects.select_related("booking__slot__service")
    contact = pins.find_by_pin(contacts.filter(booking__number=_normal(number)), pin)
    return contact.booking if contact else None


def send_new_link(*, number: str, email: str) -> None:
    """Mails a new link if number and address belong together; the caller learns nothing."""
    booking = (
        Booking.objects.filter(number=_normal(number), contact__email=email.lower())
        .exclude(state=states.EXPIRED)
        .select_related("slot__service", "contact")
        .first()
    )
    if booking is not None:
        with transaction.atomic():
            record(booking, "send_link", actor=VISITOR)
            _remind(booking, database_now())


def _normal(number: str) -> str:
    try:
        return NUMBERS.normalise(number)
    except BadNumber:
        return ""


# --- Dates ------------------------------------------------------------------------------------


def change_capacity(slot: Slot, capacity: int, actor: Any) -> Slot:
    """Sets the number of places of a date; those in the queue get what has come free.

    Never below what is booked and held: Refused says how many that is.
    """
    from services_catalog.timetable.services import move_slot

    with seats.short_transaction():
        locked = seats.lock_slots([slot.pk])[slot.pk]
        now = database_now()
        seats.settle(locked, now)
        changed = move_slot(locked, "set_capacity", actor=actor, capacity=capacity)
        seats.settle(changed, now)
    return changed


def reopen_slot(slot: Slot, actor: Any) -> Slot:
    """The date takes bookings again, those in the queue first."""
    from services_catalog.timetable.services import move_slot

    with seats.short_transaction():
        seats.lock_slots([slot.pk])
        changed = move_slot(slot, "reopen", actor=actor)
        seats.settle(changed, database_now())
    return changed


def edit_slot(slot: Slot, actor: Any, **values: Any) -> tuple[Slot, list[Booking]]:
    """Changes time, place or terms of a date and tells everybody who comes or waits.

    Gives the date, and those who have to be called because no mail reaches them.
    """
    from services_catalog.timetable.services import edit_slot as edit

    without: list[Booking] = []
    with seats.short_transaction():
        before = seats.lock_slots([slot.pk])[slot.pk]
        old = (before.starts_at, before.ends_at, before.room_id)
        changed = edit(before, actor=actor, **values)
        if (changed.starts_at, changed.ends_at, changed.room_id) != old:
            without = _tell_changed(changed, old[0])
        seats.settle(changed, database_now())
    return changed, without


def _tell_changed(slot: Slot, started: datetime) -> list[Booking]:
    """Writes to those who have an address; gives those who have none."""
    from services_catalog.bookings.calendars import calendar_text

    without = []
    rows = slot.bookings.filter(state__in=(states.CONFIRMED, states.WAITING, states.OFFERED))
    for booking in rows.select_related("contact").order_by("number"):
        if not booking.contact.email:
            without.append(booking)
            continue
        booking.slot = slot
        values = notices.about(booking)
        is_booked = booking.state == states.CONFIRMED
        queue_mail(
            "bookings/moved",
            booking.contact.email,
            {
                **values,
                "before": started,
                "link": notices.follow_path(booking),
                "give_up": notices.give_up_path(booking),
                "calendar": calendar_text([booking], booking.language) if is_booked else "",
            },
            dedupe_key=f"booking:{booking.pk}:moved:{slot.sequence}",
            language=booking.language,
            order_key=order_key(booking),
            is_secret=True,
        )
    return without


def cancel_slots(
    slots: Sequence[Slot], actor: Any, reason: str
) -> tuple[list[Slot], list[Booking]]:
    """Calls off dates with all their bookings; each address gets one mail about all of them.

    Gives the dates, and the bookings of people who have to be called because no mail reaches them.
    """
    from services_catalog.timetable.services import move_slot

    told: dict[str, list[Booking]] = {}
    without = []
    with seats.short_transaction():
        locked = seats.lock_slots(slot.pk for slot in slots)
        done = []
        for number in sorted(locked):
            slot = locked[number]
            rows = slot.bookings.live().select_related("contact").order_by("number")
            for booking in rows:
                called_off = change_state(booking, "call_off", actor=actor)
                if not called_off.contact.email:
                    without.append(called_off)
                elif booking.state not in states.UNPROVEN:
                    told.setdefault(called_off.contact.email, []).append(called_off)
            found = seats.count(slot)
            if found.booked:
                # Places of people marked as having come: the date has taken place.
                raise Refused(_("Somebody has been marked as present. Take the marks back first."))
            Slot.objects.filter(pk=slot.pk).update(booked=0, held=0)
            done.append(move_slot(slot, "cancel", actor=actor, reason=reason))
        for email, bookings in told.items():
            # In the language that the person used last.
            language = max(bookings, key=lambda one: one.created_at).language
            _tell_called_off(email, language, bookings, reason)
    return done, without


def _tell_called_off(email: str, language: str, bookings: list[Booking], reason: str) -> None:
    from services_catalog.bookings.calendars import calendar_text

    for booking in bookings:
        booking.title = notices.service_name(booking.slot.service, language)  # type: ignore[attr-defined]
    first = bookings[0]
    queue_mail(
        "bookings/called_off",
        email,
        {
            "contact": first.contact,
            "bookings": sorted(bookings, key=lambda one: one.slot.starts_at),
            "reason": reason,
            "calendar": calendar_text(bookings, language, is_cancelled=True),
        },
        dedupe_key=f"booking:{first.pk}:called_off",
        language=language,
        order_key=order_key(first),
        is_secret=True,
    )


def message_everybody(
    slot: Slot, *, actor: Any, states_told: Iterable[str], text: str, message_key: UUID
) -> tuple[int, list[Booking]]:
    """Mails those who wait (or come): gives how many were written to, and who has no address.

    The same `message_key` writes once to each.
    """
    if not rules.host(actor, Booking(slot=slot)) and not may_work(actor):
        raise NotAllowed
    if not text.strip():
        raise Refused(_("Write the message first."), field="text")
    number, without = 0, []
    with seats.short_transaction():
        seats.lock_slots([slot.pk])
        rows = slot.bookings.filter(state__in=list(states_told)).select_related("contact")
        for booking in rows.order_by("queue_no", "number"):
            contact = getattr(booking, "contact", None)
            if contact is None or not contact.email:
                without.append(booking)
                continue
            queue_mail(
                "bookings/message",
                contact.email,
                {
                    **notices.about(booking),
                    "text": text.strip(),
                    "link": notices.follow_path(booking),
                    "give_up": notices.give_up_path(booking),
                },
                dedupe_key=f"booking:{booking.pk}:message:{message_key}",
                language=booking.language,
                order_key=order_key(booking),
                is_secret=True,
            )
            number += 1
        record(slot, "message", actor=actor)
    return number, without


def new_key() -> UUID:
    """A key for a form that makes one thing however often it is sent."""
    return uuid4()
