"""Voting with an account: signing in, a declaration of residence, the ballot."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from core.throttle import Throttled
from plebiscite import addresses, clock
from plebiscite.forms import DeclarationForm
from plebiscite.models import Plebiscite
from plebiscite.permissions import may_vote
from plebiscite.phases import Channel, takes_votes
from plebiscite.services import watching
from plebiscite.services.registering import DeclarationRefused, declare
from plebiscite.views.booth.seat import AccountSeat
from plebiscite.views.booth.steps import ballot, closed, take_step, too_often
from plebiscite.views.common import (
    carried,
    count_try,
    private,
    public_or_404,
    sign_in_url,
    sign_up_url,
)


@csrf_exempt  # the forms carry a token of their own: see form_tokens
@sensitive_post_parameters()
@private
@require_http_methods(["GET", "HEAD", "POST"])
def booth(request: HttpRequest, slug: str) -> HttpResponse:
    """The booth of one plebiscite."""
    seat = AccountSeat(request, public_or_404(slug))
    if Channel.ACCOUNT not in seat.plebiscite.channels:
        return _other_ways(seat)
    if request.method == "POST":
        return _answer(seat)
    return _enter(seat)


def _enter(seat: AccountSeat) -> HttpResponse:
    """Somebody comes in: what is their next step?"""
    plebiscite = seat.plebiscite
    if not takes_votes(plebiscite, clock.now()):
        return closed(seat)
    if not seat.user.is_authenticated:
        sign_in = sign_in_url(addresses.booth(plebiscite.slug))
        links = {
            "sign_in_url": sign_in,
            "sign_up_url": sign_up_url(addresses.booth(plebiscite.slug)),
        }
        return seat.draw("booth_sign_in.html", {**links, **_ways(plebiscite)})
    if not may_vote(seat.user):
        return seat.draw("booth_verify.html", {})
    status = seat.status()
    if status.voted_on:
        return seat.voted()
    if not status.is_declared:
        return _declaration(seat, _form(seat))
    return ballot(seat)


def _other_ways(seat: AccountSeat) -> HttpResponse:
    """Nobody votes with an account here: a code, or paper."""
    if not takes_votes(seat.plebiscite, clock.now()):
        return closed(seat)
    if Channel.CODE in seat.plebiscite.channels:
        return redirect(addresses.code_booth(seat.plebiscite.slug))
    return seat.draw("booth_paper.html", {})


def _ways(plebiscite: Plebiscite) -> dict[str, str]:
    has_codes = Channel.CODE in plebiscite.channels
    return {"code_url": addresses.code_booth(plebiscite.slug) if has_codes else ""}


@sensitive_variables()
def _answer(seat: AccountSeat) -> HttpResponse:
    """Somebody has sent one of the forms."""
    request, plebiscite = seat.request, seat.plebiscite
    if not seat.user.is_authenticated:
        back = addresses.booth(plebiscite.slug)
        context = {"sign_in_url": sign_in_url(back), "carried": carried(request)}
        return seat.draw("signed_out.html", context)
    try:
        count_try(request, "booth")
    except Throttled as refusal:
        if request.POST.get("step", "") == "declare":
            raise
        return too_often(seat, refusal)
    if request.POST.get("step", "") == "declare":
        return _declare(seat, is_ours=seat.read_token() is not None)
    return take_step(seat)


def _form(seat: AccountSeat, data: Any = None) -> DeclarationForm:
    return DeclarationForm(
        data,
        today=clock.today(),
        residence=seat.plebiscite.residence,
        districts=seat.plebiscite.districts,
    )


@sensitive_variables()
def _declare(seat: AccountSeat, *, is_ours: bool) -> HttpResponse:
    form = _form(seat, seat.request.POST)
    if not form.is_valid() or not is_ours:
        return _declaration(seat, form)
    try:
        declare(
            seat.plebiscite.pk,
            actor=seat.user,
            person=form.person(),
            town=form.cleaned_data["town"],
        )
    except DeclarationRefused as refusal:
        return _not_declared(seat, form, refusal)
    watching.note(seat.plebiscite.pk, watching.DECLARED)
    return redirect(addresses.booth(seat.plebiscite.slug))


def _not_declared(
    seat: AccountSeat, form: DeclarationForm, refusal: DeclarationRefused
) -> HttpResponse:
    match refusal.reason:
        case DeclarationRefused.CHECK_AT_DESK:
            watching.note(seat.plebiscite.pk, watching.NAMESAKE)
            return seat.draw("booth_desk.html", {})
        case DeclarationRefused.TOO_YOUNG:
            sentence = _("In this vote one has to be %(age)d years old.")
            form.add_error("birth_date", sentence % {"age": seat.plebiscite.minimum_age})
            return _declaration(seat, form)
        case DeclarationRefused.CLOSED:
            return closed(seat)
        case DeclarationRefused.NOT_ALLOWED:
            return seat.draw("booth_verify.html", {})
    watching.note(seat.plebiscite.pk, watching.VOTED_BEFORE)
    return seat.voted()


def _declaration(seat: AccountSeat, form: DeclarationForm) -> HttpResponse:
    return seat.draw("booth_declaration.html", {"form": form, "opened": seat.token()})
