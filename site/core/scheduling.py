"""Publishing at an hour that editors have set, one page never in the way of another."""

from __future__ import annotations

import logging

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.models import Comment, Page, Revision

log = logging.getLogger("core.scheduling")


def publish_scheduled() -> None:
    """Publishes and expires what is due.

    Wagtail's command ends at the first version that cannot be published, such as one that names a
    deleted room and nothing else, and would end there again every time. Such a version loses its
    hour first, and its editors find a remark beside the page that says why.
    """
    for revision in Revision.objects.filter(approved_go_live_at__lt=timezone.now()):
        try:
            revision.as_object().full_clean()
        except ValidationError as error:
            _put_aside(revision, error)
    call_command("publish_scheduled", verbosity=0)


def _put_aside(revision: Revision, error: ValidationError) -> None:
    names = ", ".join(getattr(error, "error_dict", {}))
    log.warning("Revision %s is not published at its hour: %s", revision.pk, names)
    revision.approved_go_live_at = None
    revision.save(update_fields=["approved_go_live_at"])
    thing = revision.content_object
    author = revision.user or getattr(thing, "owner", None)
    if not isinstance(thing, Page) or author is None:
        return
    with translation.override("pl"):
        text = _("This was not published at its hour: %(problem)s Mend it and publish it again.")
        problem = " ".join(error.messages)
        Comment.objects.create(
            page=thing, user=author, contentpath="title", text=text % {"problem": problem}
        )
