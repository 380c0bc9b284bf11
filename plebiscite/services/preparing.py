"""Writing down a plebiscite before its ballot paper is frozen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.transitions import Refused, advisory_lock
from plebiscite.models import Plebiscite, PointClerk, PollingPoint
from plebiscite.permissions import is_commission
from plebiscite.phases import FROZEN_ON
from plebiscite.states import STATE_LOCK


@transaction.atomic
def save(plebiscite: Plebiscite, *, actor: Any, changed: Collection[str]) -> Plebiscite:
    """Keep a new plebiscite, or the `changed` fields of one that is not frozen.

    Raises PermissionDenied, Refused.
    """
    if not is_commission(actor):
        raise PermissionDenied
    advisory_lock(STATE_LOCK, plebiscite.pk)
    current = Plebiscite.objects.select_for_update().filter(pk=plebiscite.pk).first()
    if current is None:
        plebiscite.save(force_insert=True)
        record(plebiscite, "create", actor=actor)
        return plebiscite
    if current.state in FROZEN_ON:
        raise Refused(_("The ballot paper is frozen; nothing about the vote can change any more."))
    plebiscite.state = current.state
    if changed:
        plebiscite.save(update_fields=sorted(changed))
        record(plebiscite, "update", actor=actor, fields=changed)
    return plebiscite


@transaction.atomic
def save_point(
    plebiscite: Plebiscite,
    *,
    actor: Any,
    point: PollingPoint,
    clerks: Collection[Any],
) -> PollingPoint:
    """Keep a polling point, and who works there. After the freeze the people alone change.

    Raises PermissionDenied, Refused.
    """
    if not is_commission(actor):
        raise PermissionDenied
    advisory_lock(STATE_LOCK, plebiscite.pk)
    current = Plebiscite.objects.get(pk=plebiscite.pk)
    if current.state not in FROZEN_ON:
        point.plebiscite = current
        point.save()
    elif point.pk is None:
        raise Refused(_("The ballot paper is frozen; nothing about the vote can change any more."))
    wanted = {user.pk for user in clerks}
    PointClerk.objects.filter(point=point).exclude(user__in=wanted).delete()
    named = set(point.clerks.values_list("user_id", flat=True))
    PointClerk.objects.bulk_create(
        PointClerk(point=point, user_id=user) for user in sorted(wanted - named)
    )
    record(current, "set_points", actor=actor)
    return point


@transaction.atomic
def remove_point(point: PollingPoint, *, actor: Any) -> None:
    """Take a polling point out of the plan. Raises PermissionDenied, Refused."""
    if not is_commission(actor):
        raise PermissionDenied
    advisory_lock(STATE_LOCK, point.plebiscite_id)
    current = Plebiscite.objects.get(pk=point.plebiscite_id)
    if current.state in FROZEN_ON:
        raise Refused(_("The ballot paper is frozen; nothing about the vote can change any more."))
    point.delete()
    record(current, "set_points", actor=actor)
