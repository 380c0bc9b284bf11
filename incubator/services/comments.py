"""What people of a team tell each other beside the questions of their application."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import database_now
from core.transitions import lock_row
from incubator import permissions
from incubator.models import Application, Comment

LONGEST = 1000
#: Open comments that one application may have.
MOST = 200


@transaction.atomic
def comment(application: Application, *, field_key: str, text: str, actor: Any) -> Comment:
    """Write a comment for the others of the team; readers of the team may, too.

    Raises `PermissionDenied` for everybody else, staff included, and `ValidationError`.
    """
    current: Application = lock_row(application)
    if not permissions.is_of_team(actor, current):
        raise PermissionDenied
    if field_key not in current.form_version.form.fields:
        raise ValidationError(_("There is no such question."))
    text = text.strip()
    if not text:
        raise ValidationError(_("Write the comment first."))
    if len(text) > LONGEST:
        raise ValidationError(_("A comment may have at most %(limit)s signs.") % {"limit": LONGEST})
    if current.comments.filter(settled_at=None).count() >= MOST:
        raise ValidationError(_("There are too many open comments. Settle some first."))
    return Comment.objects.create(application=current, field_key=field_key, text=text, author=actor)


@transaction.atomic
def settle_comment(application: Application, *, comment_id: int, actor: Any) -> None:
    """Mark a comment as settled; again is nothing. Raises `PermissionDenied`."""
    if not permissions.is_of_team(actor, application):
        raise PermissionDenied
    Comment.objects.filter(application=application, pk=comment_id, settled_at=None).update(
        settled_at=database_now()
    )
