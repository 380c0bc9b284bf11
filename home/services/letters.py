"""Everything that changes a letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.models import Site

from accounts.models import User
from accounts.roles import Role
from core.actors import SYSTEM
from core.audit import record
from core.clock import database_now
from core.numbers import Scheme, take_number
from core.outbox import forget_mail, queue_mail
from core.transitions import transition
from home import states
from home.models import LegalDetails, Letter

NUMBERS = Scheme("WIA", "-", (4, 5))
#: How long a finished letter keeps what it says about a person.
KEPT = timedelta(days=365)
#: How many days before its deadline the office is reminded of a demand.
WARN_DAYS = 2
PERSONAL = ("name", "email", "phone", "place", "wanted", "text", "answer", "topic")


def write(
    *,
    kind: str,
    actor: Any,
    language: str,
    submission_key: UUID,
    office_email: str = "",
    is_example: bool = False,
    **values: str,
) -> Letter:
    """A new letter, told to its writer and to the office; the same key gives the same letter."""
    found = Letter.objects.filter(submission_key=submission_key).first()
    if found:
        return found
    today = timezone.localdate()
    is_demand = kind == Letter.Kind.ACCESS
    try:
        with transaction.atomic():
            letter = Letter.objects.create(
                kind=kind,
                language=language,
                submission_key=submission_key,
                author=actor if getattr(actor, "is_authenticated", False) else None,
                office_email=office_email or _office(),
                due_on=states.due_on(today) if is_demand else None,
                is_example=is_example,
                number=take_number(NUMBERS, today.year),
                **values,
            )
            record(letter, "write", actor=actor, to_state=letter.state)
            _tell(letter)
    except IntegrityError:
        # The same form a second time, at the same moment.
        return Letter.objects.get(submission_key=submission_key)
    return letter


def move(letter: Letter, verb: str, *, actor: Any, text: str = "", until: Any = None) -> Letter:
    """One move of the table."""
    return transition(letter, verb, actor=actor, text=text, until=until)


def _office() -> str:
    """Where the accessibility statement says to write."""
    site = Site.objects.filter(is_default_site=True).first()
    return LegalDetails.for_site(site).contact_email if site else ""


def _tell(letter: Letter) -> None:
    if letter.email:
        queue_mail(
            "home/letter_received",
            letter.email,
            {"letter": letter, "link": letter.path, "is_demand": letter.due_on is not None},
            dedupe_key=f"letter:{letter.pk}:received",
            language=letter.language,
            order_key=f"home.letter/{letter.pk}",
        )
    if letter.office_email:
        _tell_office(letter, "new")


def _tell_office(letter: Letter, occasion: str) -> None:
    queue_mail(
        f"home/letter_{occasion}",
        letter.office_email,
        {"letter": letter, "is_demand": letter.due_on is not None},
        dedupe_key=f"letter:{letter.pk}:{occasion}:{letter.due_on}",
        language="pl",
    )


def keep_clocks() -> int:
    """Reminds of demands that are due soon or late, and forgets old letters; the worker's job.

    Gives how many demands were due. Each is written about once before and once after its deadline.
    """
    today = timezone.localdate()
    count = 0
    demands = Letter.objects.open().demands()
    for letter in demands.filter(due_on__lte=today + timedelta(days=WARN_DAYS)):
        _remind(letter, "late" if letter.is_late else "due")
        count += 1
    for letter in Letter.objects.filter(
        erased_at=None, closed_at__lt=database_now() - KEPT
    ):  # fmt: skip
        erase(letter, actor=SYSTEM)
    return count


def _remind(letter: Letter, occasion: str) -> None:
    chiefs = User.objects.filter(is_active=True, groups__name=Role.CHIEF_EDITOR)
    addresses = {letter.office_email, *chiefs.values_list("email", flat=True)} - {""}
    for number, address in enumerate(sorted(addresses)):
        queue_mail(
            "home/letter_due",
            address,
            {"letter": letter, "is_late": occasion == "late"},
            dedupe_key=f"letter:{letter.pk}:{occasion}:{letter.due_on}:{number}",
            language="pl",
        )


def erase(letter: Letter, *, actor: Any) -> None:
    """Leaves the number, the kind, the dates and the state."""
    with transaction.atomic():
        letter = Letter.objects.select_for_update().get(pk=letter.pk)
        for name in PERSONAL:
            setattr(letter, name, "")
        letter.author, letter.erased_at = None, database_now()
        letter.save(update_fields=[*PERSONAL, "author", "erased_at"])
        forget_mail(order_key=f"home.letter/{letter.pk}")
        record(letter, "erase", actor=actor)
