"""Translations made in the admin say truly whose words they are, and whether anybody has read them.

Wagtail-localize turns the copy of a page into a page of its own as soon as somebody begins to
translate it, still in the words of the source, and copies every plain field of the source over it
each time. Both would lie to readers: Polish words under an English address, and a translation that
counts as read because the Polish page is no draft.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from wagtail.models import Page, Revision
from wagtail_localize.fields import TranslatableField, get_translatable_fields
from wagtail_localize.models import Translation

from core.pagecache.generation import changed


@receiver(post_save, sender=Revision)
def mark_words(instance: Revision, created: bool, **kwargs: Any) -> None:
    """Mark a revision that wagtail-localize has just written and is about to publish.

    The library has no hook between writing and publishing a translation. While a translation goes
    on, nothing else writes revisions of its page: the ordinary form gives way to the library's.
    """
    if not created or "is_translation_draft" not in instance.content:
        return
    work = _work_on(instance)
    if work is None:
        return
    segments = work.source.stringsegment_set.annotate_translation(work.target_locale)
    is_begun = segments.filter(translation__isnull=False).exists()
    before = _before(instance)
    if before is not None and _words(before) == _words(instance):
        is_draft = before.content["is_translation_draft"]
    else:
        is_draft = is_begun
    source_language = "" if is_begun else work.source.locale.language_code
    instance.content["is_translation_draft"] = is_draft
    if "words_language" in instance.content:
        instance.content["words_language"] = source_language
    instance.save(update_fields=["content"])
    if source_language:
        _mark_shown_copy(instance, source_language)


def _work_on(revision: Revision) -> Translation | None:
    """The translation that goes on in the admin and writes this revision, if one does."""
    return (
        Translation.objects.filter(
            source__object_id=revision.content["translation_key"],
            target_locale_id=revision.content["locale"],
            enabled=True,
        )
        .select_related("source__locale", "target_locale")
        .first()
    )


def _before(revision: Revision) -> Revision | None:
    """The revision before, where it was marked as well."""
    same = Revision.objects.filter(
        base_content_type_id=revision.base_content_type_id, object_id=revision.object_id
    )
    before = same.filter(pk__lt=revision.pk).order_by("-pk").first()
    return before if before and "is_translation_draft" in before.content else None


def _words(revision: Revision) -> dict[str, Any]:
    """What a translator has written in a revision."""
    return {
        field.field_name: revision.content.get(field.field_name)
        for field in get_translatable_fields(revision.content_type.model_class())
        if isinstance(field, TranslatableField) and field.field_name != "slug"
    }


def _mark_shown_copy(revision: Revision, language: str) -> None:
    """Readers are shown the row itself until something is published: it says so at once."""
    model = revision.content_type.model_class()
    if model is not None and issubclass(model, Page):
        model._default_manager.filter(pk=revision.object_id).update(words_language=language)
        changed()
