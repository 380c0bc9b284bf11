"""Everything that changes slots and rules by hand. The generator is in `generating.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.clock import database_now
from core.transitions import transition
from services_catalog.timetable import permissions, rooms, states
from services_catalog.timetable.models import ScheduleRule, Slot
from services_catalog.timetable.recurrence import parse_byday


@transaction.atomic
def create_slot(
    service: Any,
    *,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    actor: Any,
    is_draft: bool = False,
    may_be_past: bool = False,
    **fields: Any,
) -> Slot:
    """A new slot of the canonical `service`, with its room taken.

    Booking and cancelling end at the beginning, unless `fields` say when. Raises
    `PermissionDenied`, `ValidationError` by field, and `RoomConflict` with a sentence.
    """
    provider = fields.get("provider")
    if not permissions.may_run(actor, provider.pk if provider else None):
        raise PermissionDenied
    fields.setdefault("book_until", starts_at)
    fields.setdefault("cancel_until", starts_at)
    slot = Slot(
        service=service,
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=capacity,
        state=states.DRAFT if is_draft else states.OPEN,
        **fields,
    )
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": _("The end has to be after the beginning.")})
    if slot.book_from is not None and slot.book_from >= slot.book_until:
        raise ValidationError({"book_from": _("Booking would end before it begins.")})
    if not may_be_past and ends_at <= database_now():
        raise ValidationError({"starts_at": _("The slot would lie in the past.")})
    rooms.take(slot, actor=actor)
    slot.save(force_insert=True)
    # The database sets the times of a new row.
    slot.refresh_from_db(fields=["changed_at", "created_at"])
    record(slot, "create", actor=actor, to_state=slot.state)
    return slot


def move_slot(slot: Slot, verb: str, *, actor: Any, **context: Any) -> Slot:
    """One move of the table. A room that is taken raises `RoomConflict` and changes nothing."""
    return transition(slot, verb, actor=actor, **context)


def edit_slot(slot: Slot, *, actor: Any, is_by_rule: bool = False, **values: Any) -> Slot:
    """Change time, place or terms of one slot. Its rule leaves it alone from then on."""
    return transition(slot, "edit", actor=actor, values=values, is_by_rule=is_by_rule)


@transaction.atomic
def create_rule(*, actor: Any, **values: Any) -> ScheduleRule:
    """A new rule, as a draft that makes nothing yet."""
    provider = values.get("provider")
    if not permissions.may_run(actor, provider.pk if provider else None):
        raise PermissionDenied
    rule = ScheduleRule(**values)
    _check_rule(rule)
    rule.save(force_insert=True)
    rule.refresh_from_db(fields=["changed_at"])
    record(rule, "create", actor=actor, to_state=rule.state)
    return rule


def change_rule(rule: ScheduleRule, *, actor: Any, **values: Any) -> ScheduleRule:
    """Change a rule. Its coming slots follow, but for those with bookings or changed by hand."""
    provider = values.get("provider", rule.provider)
    if not permissions.may_run(actor, provider.pk if provider else None):
        raise PermissionDenied
    tried = ScheduleRule.objects.get(pk=rule.pk)
    for name, value in values.items():
        setattr(tried, name, value)
    _check_rule(tried)
    return transition(rule, "change", actor=actor, values=values)


def move_rule(rule: ScheduleRule, verb: str, *, actor: Any) -> ScheduleRule:
    """Start or stop a rule."""
    return transition(rule, verb, actor=actor)


def _check_rule(rule: ScheduleRule) -> None:
    errors: dict[str, Any] = {}
    try:
        parse_byday(rule.byday, rule.freq)
    except ValidationError as error:
        errors["byday"] = error
    if rule.closes_at <= rule.opens_at:
        errors["closes_at"] = _("The end has to be after the beginning.")
    if rule.valid_to < rule.valid_from:
        errors["valid_to"] = _("The last day comes before the first.")
    if errors:
        raise ValidationError(errors)
