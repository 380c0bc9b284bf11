"""What guards a move of a slot or a rule and what it brings about; named in the tables."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.transitions import Refused, Step
from services_catalog.timetable import rooms

#: What calendars of others need to know of every change that shows.
NOTED = ("sequence", "changed_at")
EDITABLE = (
    "starts_at", "ends_at", "room", "shares_room", "provider", "waitlist_max", "book_from",
    "book_until", "cancel_until", "note",
)  # fmt: skip
RULE_FIELDS = (
    "service", "provider", "room", "shares_room", "freq", "interval", "byday", "opens_at",
    "closes_at", "valid_from", "valid_to", "runs_on_holidays", "capacity", "waitlist_max",
    "book_from_days", "book_until_hours", "cancel_until_hours", "weeks_ahead", "note",
)  # fmt: skip
PLACE = ("starts_at", "ends_at", "room_id", "shares_room", "provider_id")


# --- Guards -----------------------------------------------------------------------------------


def not_over(step: Step) -> None:
    if step.obj.ends_at <= step.now:
        raise Refused(_("This slot is over."))


def is_over(step: Step) -> None:
    if step.obj.ends_at > step.now:
        raise Refused(_("This slot is not over yet."))


def left_alone(step: Step) -> None:
    """What people have booked or wait for, or staff have changed, a rule does not touch."""
    slot = step.obj
    if not step.get("is_by_rule"):
        return
    if slot.booked or slot.held or slot.is_edited or slot.bookings.live().exists():
        raise Refused(_("There are bookings, or somebody has changed this slot by hand."))


def nobody_booked(step: Step) -> None:
    """The bookings are called off first, in the same transaction, by their own service."""
    if step.obj.booked or step.obj.held:
        raise Refused(_("There are bookings. They have to be cancelled together with the slot."))


def reason_given(step: Step) -> None:
    if not (step.get("reason") or "").strip():
        raise Refused(_("Write why, in words that everybody may read."), field="reason")


def cancelled_by_rule(step: Step) -> None:
    if not step.obj.is_by_rule:
        raise Refused(_("This slot was cancelled by a person."))


def holds_those_booked(step: Step) -> None:
    taken = step.obj.booked + step.obj.held
    if step["capacity"] < taken:
        raise Refused(
            _("%(taken)s places are taken. The number of places cannot be lower.")
            % {"taken": taken},
            field="capacity",
        )


def has_days_left(step: Step) -> None:
    from services_catalog.timetable.recurrence import days_of, town_day

    if not any(days_of(step.obj, start=town_day(step.now), end=step.obj.valid_to)):
        raise Refused(_("No day of this rule lies ahead."), field="valid_to")


# --- Effects ----------------------------------------------------------------------------------


def note_change(step: Step) -> None:
    step.obj.sequence += 1
    step.obj.changed_at = step.now


def edit(step: Step) -> None:
    """Changes what is given; the ends of booking move along with the beginning."""
    slot, values = step.obj, dict(step["values"])
    if unknown := set(values) - set(EDITABLE):
        raise TypeError(f"a slot's edit does not know {sorted(unknown)}")
    before = [getattr(slot, name) for name in PLACE]
    if "starts_at" in values:
        moved = values["starts_at"] - slot.starts_at
        for name in ("book_from", "book_until", "cancel_until"):
            kept = getattr(slot, name)
            if name not in values and kept is not None:
                values[name] = kept + moved
    for name, value in values.items():
        setattr(slot, name, value)
    _in_order(slot, step)
    if [getattr(slot, name) for name in PLACE] != before:
        rooms.give_back(slot, actor=step.actor)
        rooms.take(slot, actor=step.actor)
    slot.is_edited = slot.is_edited or not step.get("is_by_rule")
    note_change(step)


def _in_order(slot: Any, step: Step) -> None:
    if slot.ends_at <= slot.starts_at:
        raise Refused(_("The end has to be after the beginning."), field="ends_at")
    if slot.ends_at <= step.now:
        raise Refused(_("The slot would lie in the past."), field="starts_at")
    if slot.book_from is not None and slot.book_from >= slot.book_until:
        raise Refused(_("Booking would end before it begins."), field="book_from")


def set_capacity(step: Step) -> None:
    step.obj.capacity = step["capacity"]
    step.obj.is_edited = step.obj.is_edited or not step.get("is_by_rule")
    note_change(step)


def cancel(step: Step) -> None:
    slot = step.obj
    rooms.give_back(slot, actor=step.actor)
    slot.cancel_reason = step["reason"].strip()
    slot.cancelled_at = step.now
    slot.is_by_rule = bool(step.get("is_by_rule"))
    note_change(step)


def renew(step: Step) -> None:
    slot = step.obj
    slot.cancel_reason, slot.cancelled_at, slot.is_by_rule = "", None, False
    for name, value in step["values"].items():
        setattr(slot, name, value)
    rooms.take(slot, actor=step.actor)
    note_change(step)


def note_rule(step: Step) -> None:
    step.obj.changed_at = step.now


def change_rule(step: Step) -> None:
    values = step["values"]
    if unknown := set(values) - set(RULE_FIELDS):
        raise TypeError(f"a rule does not know {sorted(unknown)}")
    for name, value in values.items():
        setattr(step.obj, name, value)
    step.obj.changed_at = step.now
