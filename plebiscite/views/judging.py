"""The desk of a juror: works under numbers, a sheet for each, nothing about their authors."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from core.transitions import Refused, TransitionError
from plebiscite import addresses, clock
from plebiscite.forms import ConflictForm, JudgingForm
from plebiscite.jury_states import OPEN, SCORING
from plebiscite.models import Juror, JurySheet, Plebiscite
from plebiscite.selectors.judging import desk_context, find_sheet, judged_work, juror_of
from plebiscite.services import judging
from plebiscite.views import form_tokens
from plebiscite.views.common import carried, count_try, draw, private, public_or_404, sign_in_url


@private
@require_safe
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """All works of a jury with where each stands; 404 for whoever is no juror."""
    plebiscite = public_or_404(slug)
    if not request.user.is_authenticated:
        url = sign_in_url(addresses.judging(slug))
        return draw(request, "signed_out.html", plebiscite, {"sign_in_url": url, "carried": []})
    juror = _juror_or_404(request, plebiscite)
    context = {**desk_context(plebiscite, juror), "is_open": _is_open(juror)}
    return draw(request, "jury_desk.html", plebiscite, context)


@csrf_exempt  # the forms carry a token of their own: see form_tokens
@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One work: points and a comment for each criterion, saved, then handed in."""
    plebiscite = public_or_404(slug)
    if not request.user.is_authenticated:
        url = sign_in_url(addresses.jury_sheet(slug, number))
        signed_out = {"sign_in_url": url, "carried": carried(request)}
        return draw(request, "signed_out.html", plebiscite, signed_out)
    juror = _juror_or_404(request, plebiscite)
    found = find_sheet(juror, number)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _page(request, plebiscite, found)
    count_try(request, "judge")
    is_partial = request.POST.get("action") != "submit"
    form = JudgingForm(request.POST, criteria=juror.jury.criteria.all(), is_partial=is_partial)
    conflict = ConflictForm(request.POST)
    if not _is_ours(request, found):
        return _page(request, plebiscite, found, form=form)
    if request.POST.get("action") == "declare_conflict":
        return _declare(request, plebiscite, found, conflict)
    return _write(request, plebiscite, found, form)


def _declare(
    request: HttpRequest, plebiscite: Plebiscite, found: JurySheet, form: ConflictForm
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, plebiscite, found, conflict=form)
    try:
        judging.decide_sheet(
            found, "declare_conflict", actor=request.user, reason=form.cleaned_data["reason"]
        )
    except TransitionError as refusal:
        return _page(request, plebiscite, found, conflict=form, problem=str(refusal))
    return redirect(addresses.judging(plebiscite.slug))


def _write(
    request: HttpRequest, plebiscite: Plebiscite, found: JurySheet, form: JudgingForm
) -> HttpResponse:
    """Keep what is well, whatever else is wrong; then hand in, if that was asked for."""
    is_valid = form.is_valid()
    if found.state != OPEN:
        return _page(request, plebiscite, found)
    try:
        judging.save_sheet(found, actor=request.user, given=form.given())
    except TransitionError:
        # It was handed in from another window a moment ago.
        return _page(request, plebiscite, found)
    if not is_valid:
        return _page(request, plebiscite, found, form=form)
    if request.POST.get("action") == "submit":
        try:
            judging.decide_sheet(found, "submit", actor=request.user)
        except Refused as refusal:
            return _page(request, plebiscite, found, form=form, problem=str(refusal))
        except TransitionError as refusal:
            return _page(request, plebiscite, found, problem=str(refusal))
        return redirect(addresses.judging(plebiscite.slug))
    return _page(request, plebiscite, found, just="saved")


def _page(
    request: HttpRequest,
    plebiscite: Plebiscite,
    found: JurySheet,
    *,
    form: JudgingForm | None = None,
    conflict: ConflictForm | None = None,
    problem: str = "",
    just: str = "",
) -> HttpResponse:
    found = JurySheet.objects.select_related("work__revision__kind", "juror__jury").get(pk=found.pk)
    criteria = list(found.juror.jury.criteria.all())
    scores = list(found.scores.select_related("criterion").order_by("criterion__position"))
    context: dict[str, Any] = {
        "work": judged_work(plebiscite, found.work),
        "sheet": found,
        "scores": scores,
        "form": form or JudgingForm(initial=JudgingForm.initial_of(scores), criteria=criteria),
        "conflict": conflict or ConflictForm(),
        "is_open": found.state == OPEN and _is_open(found.juror),
        "desk_url": addresses.judging(plebiscite.slug),
        "problem": problem,
        "just": just,
        "token": form_tokens.issue(_scope(found), user=request.user, moment=clock.now()),
    }
    return draw(request, "jury_sheet.html", plebiscite, context)


def _juror_or_404(request: HttpRequest, plebiscite: Plebiscite) -> Juror:
    juror = juror_of(plebiscite, request.user)
    if juror is None:
        raise Http404
    return juror


def _is_open(juror: Juror) -> bool:
    return juror.jury.state == SCORING and clock.now() < juror.jury.scores_until


def _scope(found: JurySheet) -> str:
    return f"judging.{found.pk}"


def _is_ours(request: HttpRequest, found: JurySheet) -> bool:
    token = request.POST.get("token", "")
    return form_tokens.read(token, _scope(found), user=request.user) is not None
