"""Translations beside their Polish source: their state, and the word of a person who read them."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from core.audit import record
from core.models import BasePage
from core.transitions import NotAllowed
from services_catalog.models import Service

#: How much later than a translation its source may be published: both are made together.
TOGETHER_S = 60


class State(IntEnum):
    """How much work a translation is."""

    SIGNED_OFF = 0
    MISSING = 1
    DRAFT = 2
    STALE = 3

    @property
    def words(self) -> str:
        """The state as editors read it."""
        return {
            State.SIGNED_OFF: _("signed off"),
            State.MISSING: _("not translated"),
            State.DRAFT: _("draft, nobody has signed it off"),
            State.STALE: _("needs update"),
        }[self]


def state_of(source: Any, copy: Any | None) -> State:
    """The state of the translation `copy` (None: there is none) of a page or a service."""
    if copy is None or (isinstance(copy, BasePage) and copy.is_fallback) or not copy.live:
        return State.MISSING
    before, after = copy.last_published_at, source.last_published_at
    if before and after and (after - before).total_seconds() > TOGETHER_S:
        return State.STALE
    return State.DRAFT if copy.is_translation_draft else State.SIGNED_OFF


def source_of(copy: Any) -> Any | None:
    """The Polish page or service of a translation."""
    rows = type(copy)._default_manager.filter(
        translation_key=copy.translation_key, locale__language_code=settings.LANGUAGE_CODE
    )
    return rows.exclude(pk=copy.pk).first()


def may_sign_off(user: Any, copy: Any) -> bool:
    """Whoever may publish it."""
    if isinstance(copy, Page):
        return bool(copy.permissions_for_user(user).can_publish())
    return bool(user.has_perm("services_catalog.publish_service"))


@transaction.atomic
def sign_off(copy: BasePage | Service, *, actor: Any) -> None:
    """A person has read the published translation: visitors no longer see “draft translation”.

    Nothing is published by this, so a translation that needs an update still says so afterwards.
    Raises NotAllowed when `actor` may not publish it, when it needs an update, or when it has
    changes that are not published: nobody signs what readers do not see.
    """
    found = type(copy)._default_manager.select_for_update(of=("self",)).get(pk=copy.pk)
    if not may_sign_off(actor, found):
        raise NotAllowed(_("A chief editor signs translations off."))
    if found.has_unpublished_changes:
        raise NotAllowed(_("It has changes that are not published. Publish them first."))
    source = source_of(found)
    if source is None or state_of(source, found) != State.DRAFT:
        raise NotAllowed(_("This translation is not waiting to be signed off."))
    found.is_translation_draft = False
    names = {"update_fields": ["is_translation_draft"]}
    if isinstance(found, Page):
        found.save(clean=False, **names)
    else:
        found.save(**names)
    # Else the next edit would bring the mark back.
    if (revision := found.latest_revision) is not None:
        revision.content["is_translation_draft"] = False
        revision.save(update_fields=["content"])
    record(found, "sign_off", actor=actor, fields=["is_translation_draft"])
