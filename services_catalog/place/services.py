"""Everything that changes an idea."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from core.audit import record
from core.transitions import transition
from services_catalog.place.models import Idea, IdeaGroup


def pin(
    *,
    actor: Any,
    x: int,
    y: int,
    title: str,
    text: str = "",
    signature: str = "",
    language: str,
    submission_key: UUID,
    is_example: bool = False,
) -> Idea:
    """A new idea, to be read by staff; the same `submission_key` gives the same idea again."""
    found = Idea.objects.filter(submission_key=submission_key).first()
    if found:
        return found
    person = actor if getattr(actor, "is_authenticated", False) else None
    try:
        with transaction.atomic():
            idea = Idea.objects.create(
                x=x, y=y, title=title, text=text, signature=signature, author=person,
                language=language, submission_key=submission_key, is_example=is_example,
            )  # fmt: skip
            record(idea, "pin", actor=actor, to_state=idea.state)
    except IntegrityError:
        # The same form a second time, at the same moment.
        return Idea.objects.get(submission_key=submission_key)
    return idea


def move(idea: Idea, verb: str, *, actor: Any, **context: Any) -> Idea:
    """One move of the table."""
    return transition(idea, verb, actor=actor, **context)


def put_into_group(idea: Idea, group: IdeaGroup | None, *, actor: Any) -> Idea:
    """Groups an idea with others that want the same; None takes it out."""
    return move(idea, "sort", actor=actor, group=group)
