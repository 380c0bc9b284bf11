"""What two rows of one organisation may have twice in the incubator."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.ports import CannotMergeRows
from incubator.models import Application, Extension
from incubator.states import GIVEN_UP


def settle(kept: Any, duplicate: Any, changed: dict[str, Any]) -> None:
    """Two applications in one call are for people to settle; of two extensions the later stays."""
    running = Application.objects.filter(is_only_one=True).exclude(state__in=GIVEN_UP)
    calls = running.filter(organisation=duplicate).values("call_id")
    both = running.filter(organisation=kept, call_id__in=calls).select_related("call").first()
    if both is not None:
        raise CannotMergeRows(
            _(
                "Both apply in the call “%(call)s”. One of the two applications has to be "
                "withdrawn or given up first."
            )
            % {"call": both.call.name_pl}
        )
    for row in Extension.objects.filter(organisation=duplicate):
        mine = Extension.objects.filter(organisation=kept, call_id=row.call_id).first()
        if mine is None:
            continue
        changed.setdefault("extensions", []).append([row.pk, mine.pk])
        if row.closes_at > mine.closes_at:
            mine.closes_at, mine.reason, mine.by = row.closes_at, row.reason, row.by
            mine.save(update_fields=["closes_at", "reason", "by"])
        row.delete()
