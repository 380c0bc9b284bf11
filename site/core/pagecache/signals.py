"""Saves and deletions that readers can see.

Everything counts unless it says otherwise: forgetting to list a private model costs a redrawn page,
forgetting to list a public one would show an old page. A model opts out with
`affects_public_pages = False`; code that writes past `save()` calls `pagecache.changed()` itself.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from core.pagecache.generation import changed

PRIVATE_APPS = frozenset(
    {
        "account",
        "admin",
        "auth",
        "contenttypes",
        "django_tasks_database",
        "mfa",
        "migrations",
        "sessions",
        "socialaccount",
        "usersessions",
        "wagtailsearch",
        "wagtailusers",
        "wagtail_localize",
    }
)
PRIVATE_MODELS = frozenset(
    {
        "accounts.user",
        "wagtailcore.modellogentry",
        "wagtailcore.pagelogentry",
        "wagtailcore.revision",
        "wagtailcore.referenceindex",
        "wagtailcore.comment",
        "wagtailcore.commentreply",
        "wagtailcore.pagesubscription",
        "wagtailcore.task",
        "wagtailcore.taskstate",
        "wagtailcore.groupapprovaltask",
        "wagtailcore.workflow",
        "wagtailcore.workflowstate",
        "wagtailcore.uploadedfile",
    }
)


# The core's own tables are machinery, but for what people upload.
PUBLIC_IN_CORE = frozenset(
    {"core.picture", "core.publicdocument", "core.promotedresult", "core.sharedtext"}
)


def is_public(model: type) -> bool:
    """Whether a change of this model can change a page readers see."""
    if model.__module__ == "__fake__":
        return False  # a migration at work; the tables below may not be there yet
    meta = model._meta  # type: ignore[attr-defined]
    if meta.app_label == "core":
        return meta.label_lower in PUBLIC_IN_CORE
    return (
        getattr(model, "affects_public_pages", True)
        and meta.app_label not in PRIVATE_APPS
        and meta.label_lower not in PRIVATE_MODELS
    )


@receiver([post_save, post_delete, m2m_changed])
def public_row_changed(sender: type, raw: bool = False, **kwargs: Any) -> None:
    action = kwargs.get("action", "post_")
    if not raw and action.startswith("post_") and is_public(sender):
        changed()
