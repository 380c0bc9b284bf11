"""Public changes reach the search in the transaction that makes them."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import ReferenceIndex
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from core import ports
from core.models.shared_text import SharedText
from core.search import index


@receiver([page_published, page_unpublished, post_page_move, page_slug_changed])
def page_changed(sender: type, instance: Any, **kwargs: Any) -> None:
    """A page became public, stopped being so, or moved with everything below it."""
    index.refresh(instance)
    if kwargs.get("signal") in (post_page_move, page_slug_changed):
        for page in instance.get_descendants().specific():
            index.refresh(page)


@receiver(post_save)
def row_saved(sender: type, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Rows that are not pages (services, rooms) count as changed when saved."""
    if not raw and _is_row(sender):
        index.refresh(instance)


@receiver(post_delete)
def row_deleted(sender: type, instance: Any, **kwargs: Any) -> None:
    if _is_row(sender) or _is_page(sender):
        index.forget(instance)


@receiver([post_save, post_delete], sender=SharedText)
def shared_text_changed(sender: type, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Its words are found with every page and service that shows it."""
    if raw:
        return
    uses = ReferenceIndex.get_references_to(instance)
    shown = uses.values_list("content_type", "object_id").distinct()
    for kind, pk in shown:
        row = ContentType.objects.get_for_id(kind).model_class()
        for found in row._default_manager.filter(pk=pk) if row else ():
            index.refresh(found)


def _is_page(sender: type) -> bool:
    from wagtail.models import Page

    return issubclass(sender, Page)


def _is_row(sender: type) -> bool:
    if _is_page(sender):
        return False
    return any(issubclass(sender, source.models()) for source in ports.search_source)
