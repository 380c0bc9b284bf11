"""Earlier states of a draft: kept with every save, brought back by whoever writes.

What one window saves within a few minutes is one state, as long as it only adds. A save that
takes words away always leaves the state before it.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile
from typing import Any

from core.clock import database_now
from forms.services import Saved
from incubator.models import ApplicationDraft, DraftSave

#: How long after its last change a draft is kept.
KEPT = timedelta(days=365)
#: How many states a draft keeps, and for how long what one window saves is one of them.
MOST = 30
SITTING = timedelta(minutes=5)
#: So many signs may go from an answer within one state: somebody corrects what they type.
FEW_SIGNS = 20


def keep_save(
    draft: ApplicationDraft, saved: Saved, *, client: str, actor: Any, alone: bool = False
) -> None:
    """Note the draft as this save has left it, in the save's own transaction.

    With `alone` it is a state of its own, whatever came before.
    """
    if not saved.changed:
        return
    last = draft.saves.order_by("-rev").first()
    if last is not None and not alone and _goes_on(last, draft, saved, client, actor):
        last.rev, last.data, last.saved_at = saved.rev, draft.data, saved.at
        last.changed = sorted({*last.changed, *saved.changed})
        last.save(update_fields=["rev", "data", "saved_at", "changed"])
        return
    draft.saves.create(
        rev=saved.rev,
        data=draft.data,
        changed=saved.changed,
        by=actor,
        client=client,
        begun_at=saved.at,
        saved_at=saved.at,
    )
    old = draft.saves.order_by("-rev").values_list("pk", flat=True)[MOST:]
    draft.saves.filter(pk__in=list(old)).delete()


def _goes_on(
    last: DraftSave, draft: ApplicationDraft, saved: Saved, client: str, actor: Any
) -> bool:
    """Whether a save only adds to the state before it."""
    return (
        last.rev == saved.rev - 1
        and (last.by_id, last.client) == (actor.pk, client)
        and saved.at - last.begun_at < SITTING
        and not any(_takes_away(last.data.get(key), draft.data.get(key)) for key in saved.changed)
    )


def _takes_away(before: Any, after: Any) -> bool:
    """Whether more than a few signs, or most of what there was, are gone from an answer."""
    old, new = _signs(before), _signs(after)
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    gone = len(old) - start - end
    return gone > FEW_SIGNS or 2 * gone > len(old)


def _alike(one: str, other: str) -> int:
    """How many signs they begin with alike."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _signs(raw: Any) -> str:
    """An answer as one text: the cells of a table, things that were ticked, one after another."""
    return raw if isinstance(raw, str) else "\n".join(raw or ())


def forget_old_saves() -> int:
    """States that are older than drafts are kept go; gives their number."""
    old = DraftSave.objects.filter(saved_at__lte=database_now() - KEPT)
    number, _details = old.delete()
    return number
