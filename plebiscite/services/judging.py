"""The jury: named, given works under numbers, its sheets, and adding them up."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record
from core.search.index import refresh
from core.transitions import NotAllowed, Refused, lock_row, transition
from plebiscite.judging import Scale, Standing, standings
from plebiscite.jury_states import OPEN, SETUP, SUBMITTED, lock_sheet
from plebiscite.models import (
    Juror,
    Jury,
    JuryCriterion,
    JuryScore,
    JurySheet,
    JuryWork,
    Plebiscite,
)
from plebiscite.permissions import is_commission
from plebiscite.phases import FROZEN_ON

_random = secrets.SystemRandom()


@transaction.atomic
def save(jury: Jury, *, actor: Any, changed: list[str] | None = None) -> Jury:
    """Write the rules of a jury down, as long as it is being set up. Raises NotAllowed, Refused."""
    if not is_commission(actor):
        raise NotAllowed
    is_new = jury.pk is None
    if is_new and jury.plebiscite.state in FROZEN_ON:
        raise Refused(_("The ballot paper is ready; nothing on it can change any more."))
    if not is_new:
        _being_set_up(jury, actor)
    jury.save()
    record(jury, "create" if is_new else "update", actor=actor, fields=changed or [])
    if is_new:
        # From now on nobody reads whose works they are.
        _index_works_anew(jury.plebiscite)
    return jury


@transaction.atomic
def appoint(jury: Jury, *, actor: Any, email: str) -> Juror:
    """Name a juror by the address of an account. Raises Refused."""
    _being_set_up(jury, actor)
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise Refused(_("Nobody has an account with this address."), field="email")
    if not user.get_full_name().strip():
        raise Refused(_("This account has no name yet; jurors are named."), field="email")
    if jury.plebiscite.proposals.filter(author=user, submitted_at__isnull=False).exists():
        raise Refused(_("Who has sent a work cannot judge the others."), field="email")
    juror, is_new = Juror.objects.get_or_create(
        jury=jury, user=user, defaults={"name": user.get_full_name().strip()}
    )
    if is_new:
        record(jury, "appoint", actor=actor)
    return juror


@transaction.atomic
def dismiss(jury: Jury, *, actor: Any, juror: int) -> None:
    """Take a juror off the list before the judging. Raises Refused."""
    _being_set_up(jury, actor)
    if jury.jurors.filter(pk=juror).delete()[0]:
        record(jury, "dismiss", actor=actor)


@transaction.atomic
def add_criterion(jury: Jury, *, actor: Any, **values: Any) -> JuryCriterion:
    """Write a criterion down. Raises Refused."""
    _being_set_up(jury, actor)
    last = jury.criteria.aggregate(last=Max("position"))["last"] or 0
    criterion = JuryCriterion.objects.create(jury=jury, position=last + 1, **values)
    record(jury, "add_criterion", actor=actor)
    return criterion


@transaction.atomic
def remove_criterion(jury: Jury, *, actor: Any, criterion: int) -> None:
    """Take a criterion off before the judging. Raises Refused."""
    _being_set_up(jury, actor)
    if jury.criteria.filter(pk=criterion).delete()[0]:
        record(jury, "remove_criterion", actor=actor)


@transaction.atomic
def move(jury: Jury, verb: str, *, actor: Any) -> Jury:
    """What the table `JURY` says, with everything that belongs to it.

    Raises what `transition` raises; then nothing has changed.
    """
    moved = transition(jury, verb, actor=actor)
    if verb == "open":
        _hand_out(moved)
    elif verb == "confirm_close":
        _add_up(moved)
        _index_works_anew(moved.plebiscite)
    return moved


@transaction.atomic
def save_sheet(
    sheet: JurySheet, *, actor: Any, given: dict[int, tuple[int | None, str]]
) -> JurySheet:
    """Keep points and comments by criterion, whole or not. Raises NotAllowed."""
    current = lock_sheet(sheet)
    if current.state != OPEN or current.juror.user_id != actor.pk:
        raise NotAllowed
    for criterion in current.juror.jury.criteria.all():
        if criterion.pk not in given:
            continue
        points, comment = given[criterion.pk]
        if points is not None and not 0 <= points <= criterion.top:
            raise Refused(_("Points beyond the scale."), field=f"points_{criterion.pk}")
        JuryScore.objects.update_or_create(
            sheet=current, criterion=criterion, defaults={"points": points, "comment": comment}
        )
    return current


def decide_sheet(sheet: JurySheet, verb: str, *, actor: Any, **context: Any) -> JurySheet:
    """Hand a sheet in, or declare a conflict. Raises what `transition` raises."""
    return transition(sheet, verb, actor=actor, **context)


def result(jury: Jury) -> list[Standing]:
    """What the sheets that were handed in add up to, by number of the work."""
    scales = {one.pk: Scale(one.weight, one.top) for one in jury.criteria.all()}
    sheets: dict[int, dict[int, dict[int, int]]] = {}
    scores = JuryScore.objects.filter(
        sheet__juror__jury=jury, sheet__state=SUBMITTED, points__isnull=False
    ).filter(sheet__work__in=jury.works.filter(JuryWork.STILL_IN))
    for score in scores.select_related("sheet__work"):
        assert score.points is not None
        of_work = sheets.setdefault(score.sheet.work.number, {})
        of_work.setdefault(score.sheet_id, {})[score.criterion_id] = score.points
    by_work = {work: [*of_work.values()] for work, of_work in sheets.items()}
    return standings(by_work, scales, places=jury.places)


def forget_juror(user: Any) -> None:
    """Cut the tie between a person and what they gave as a juror; the points stay."""
    Juror.objects.filter(user=user).update(user=None, name="")


def _being_set_up(jury: Jury, actor: Any) -> None:
    if not is_commission(actor):
        raise NotAllowed
    if lock_row(jury).state != SETUP:
        raise Refused(_("The jury has the works already; its rules stand."))


def _hand_out(jury: Jury) -> None:
    """Numbers drawn by lot, and an empty sheet for every juror and work."""
    revisions = list(
        jury.plebiscite.proposals.accepted().values_list("accepted_revision_id", flat=True)
    )
    _random.shuffle(revisions)
    works = JuryWork.objects.bulk_create(
        JuryWork(jury=jury, revision_id=revision, number=number)
        for number, revision in enumerate(revisions, start=1)
    )
    JurySheet.objects.bulk_create(
        JurySheet(juror=juror, work=work) for juror in jury.jurors.all() for work in works
    )


def _add_up(jury: Jury) -> None:
    by_number = {work.number: work for work in jury.works.all()}
    for standing in result(jury):
        work = by_number[standing.work]
        work.total_numerator = standing.total.numerator
        work.total_denominator = standing.total.denominator
        work.place, work.is_chosen = standing.place, standing.is_chosen
        work.save()


def _index_works_anew(plebiscite: Plebiscite) -> None:
    for proposal in plebiscite.proposals.accepted():
        refresh(proposal)
