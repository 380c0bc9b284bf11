"""Changing a state: one door, one transaction."""

from __future__ import annotations

import hashlib
from copy import deepcopy
from typing import Any, TypeVar

from django.db import transaction as database_transaction
from django.db.models import Model

from core.audit import record
from core.audit.models import AuditEvent
from core.clock import database_now
from core.outbox import queue_mail
from core.references import reference
from core.transitions.errors import NotAllowed, WrongState
from core.transitions.machine import Machine, Step, Transition

Object = TypeVar("Object", bound=Model)


def transition(obj: Object, verb: str, /, *, actor: Any, **context: Any) -> Object:
    """Do `verb` with `obj` and give it back as it is afterwards; `obj` itself is not touched.

    In one transaction: lock the row and read it anew, find (state, verb) in the table, ask who
    may and what guards it, let the effect change the named fields, save those, write the audit
    event, write the mail. Whatever raises undoes all of it.

    Raises NotAllowed, WrongState or Refused, each with a sentence for people; LookupError for a
    verb that the table does not have and TypeError for context that the transition does not take.
    """
    machine = _machine(obj)
    rows = machine.rows(verb)
    with database_transaction.atomic():
        fresh: Object = machine.lock(obj)
        source = getattr(fresh, machine.field)
        row = machine.row(source, verb)
        if not any(one.allows(actor, fresh) for one in ([row] if row else rows)):
            # Asked first: whoever may not do this at all learns nothing about the state.
            raise NotAllowed
        if row is None:
            raise WrongState(source, machine.label(source))
        if unknown := set(context) - row.takes:
            raise TypeError(f"{machine.name}: {verb!r} does not take {sorted(unknown)}")
        step = Step(
            obj=fresh,
            actor=actor,
            transition=row,
            source=source,
            now=database_now(),
            context=context,
        )
        for guard in row.guard:
            guard(step)
        changed = _apply(machine, step)
        event = record(
            fresh,
            verb,
            actor=actor,
            from_state=source,
            to_state=row.leads_to(source),
            fields=changed,
        )
        _write_mail(step, event)
    return fresh


def available(obj: Model, actor: Any) -> list[Transition]:
    """What `actor` could do with `obj` as it is, for buttons: a guard may still say no."""
    machine = _machine(obj)
    rows = machine.rows_from(getattr(obj, machine.field))
    return [row for row in rows if row.allows(actor, obj)]


def _machine(obj: Any) -> Machine:
    machine: Machine = obj.machine
    return machine


def _apply(machine: Machine, step: Step) -> set[str]:
    """Let the effect work and save the named fields; gives those that have changed."""
    obj, row = step.obj, step.transition
    before = _values(obj)
    if row.effect:
        row.effect(step)
    changed = {name for name, value in _values(obj).items() if value != before[name]}
    if foreign := changed - row.fields:
        raise TypeError(f"{machine.name}: {row.verb!r} changed {sorted(foreign)}, not its own")
    setattr(obj, machine.field, row.leads_to(step.source))
    moved = {machine.field} if getattr(obj, machine.field) != step.source else set()
    if saved := changed | moved:
        obj.save(update_fields=sorted(saved | _automatic(obj)))
    return changed


def _values(obj: Model) -> dict[str, Any]:
    """What the object's columns hold; lists and dictionaries as copies, so a change shows."""
    values = {
        field.name: field.value_from_object(obj)
        for field in obj._meta.concrete_fields
        if field.attname in obj.__dict__
    }
    return {
        name: deepcopy(value) if isinstance(value, list | dict) else value
        for name, value in values.items()
    }


def _automatic(obj: Model) -> set[str]:
    """Fields that note the time of every save by themselves."""
    return {field.name for field in obj._meta.concrete_fields if getattr(field, "auto_now", False)}


def _write_mail(step: Step, event: AuditEvent) -> None:
    for notice in step.transition.mail:
        order_key = notice.order_key(step) if notice.order_key else "/".join(reference(step.obj))
        context = {"obj": step.obj, "step": step, **notice.context(step)}
        for recipient in dict.fromkeys(notice.to(step)):
            # One event, one kind, one address; the key must not give the address away.
            who = hashlib.sha256(f"{event.pk} {recipient.address}".encode()).hexdigest()[:32]
            queue_mail(
                notice.template,
                recipient.address,
                context,
                dedupe_key=f"event:{event.pk}:{notice.template}:{who}",
                language=recipient.language,
                order_key=order_key,
                is_secret=notice.is_secret,
            )
