"""Voting with a code from an envelope: no account, nothing declared here."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from core.throttle import Throttled
from plebiscite import clock
from plebiscite.codes import BadCode, code_digest, read_code
from plebiscite.models import Plebiscite
from plebiscite.phases import Channel, takes_votes
from plebiscite.selectors.codes import code_state
from plebiscite.services import watching
from plebiscite.views import gate
from plebiscite.views.booth.seat import FRAME, CodeSeat
from plebiscite.views.booth.steps import ballot, closed, take_step, too_often
from plebiscite.views.common import private, public_or_404

#: How many letters of what was typed are shown again.
_LONGEST = 60


@csrf_exempt  # no cookie gives any right here: the code does, and it is in the form
@sensitive_post_parameters()
@private
@require_http_methods(["GET", "HEAD", "POST"])
def code_booth(request: HttpRequest, slug: str) -> HttpResponse:
    """The booth for codes."""
    return serve(request, with_codes_or_404(slug), frame=FRAME, is_kiosk=False)


def with_codes_or_404(slug: str) -> Plebiscite:
    """A plebiscite in which codes are one of the ways to vote."""
    plebiscite = public_or_404(slug)
    if Channel.CODE not in plebiscite.channels:
        raise Http404
    return plebiscite


@sensitive_variables()
def serve(
    request: HttpRequest,
    plebiscite: Plebiscite,
    *,
    frame: str,
    is_kiosk: bool,
    carried: tuple[tuple[str, str], ...] = (),
) -> HttpResponse:
    """The answer to a form of this booth, or its first page; forms send `carried` along."""
    seat = CodeSeat(request, plebiscite, carried, frame=frame, is_kiosk=is_kiosk, first_step=1)
    if request.method != "POST":
        return first_page(seat) if takes_votes(plebiscite, clock.now()) else closed(seat)
    typed = request.POST.get("code", "")
    try:
        code = read_code(typed)
    except BadCode as bad:
        try:
            gate.count_form(request, plebiscite, is_guess=True)
        except Throttled as refusal:
            return _enter_too_often(seat, typed, refusal)
        return _not_a_code(seat, typed, bad)
    digest = code_digest(str(plebiscite.pk), code)
    seat = CodeSeat(
        request,
        plebiscite,
        (*carried, ("code", code)),
        frame=frame,
        is_kiosk=is_kiosk,
        first_step=1,
        digest=digest,
    )
    is_entering = request.POST.get("step", "enter") == "enter"
    try:
        gate.count_form(request, plebiscite, is_guess=is_entering or seat.read_token() is None)
    except Throttled as refusal:
        if is_entering:
            return _enter_too_often(seat, typed, refusal)
        return too_often(seat, refusal)
    return _enter(seat, typed) if is_entering else take_step(seat)


@sensitive_variables()
def first_page(seat: CodeSeat, *, status: int = 200, **context: Any) -> HttpResponse:
    """Where the code is typed in, with a riddle or some patience while the booth is attacked."""
    defaults = {"typed": "", "error": "", "groups": (), "riddle": gate.riddle(seat.plebiscite)}
    return seat.draw("booth_code.html", {**defaults, **context}, status=status)


@sensitive_variables()
def _enter(seat: CodeSeat, typed: str) -> HttpResponse:
    """A code that is well written: is it one of this vote, and still good?"""
    plebiscite = seat.plebiscite
    if not takes_votes(plebiscite, clock.now()):
        return closed(seat)
    if problem := gate.problem(seat.request, plebiscite):
        return first_page(seat, typed=typed[:_LONGEST], error=problem, is_held=True)
    match code_state(plebiscite.pk, seat.digest):
        case "unknown":
            watching.note(plebiscite.pk, watching.WRONG_CODE)
            return first_page(
                seat,
                typed=typed[:_LONGEST],
                error=_(
                    "No envelope of this vote has this code. Compare each letter; it may belong "
                    "to another vote."
                ),
            )
        case "void":
            watching.note(plebiscite.pk, watching.WRONG_CODE)
            return seat.draw("booth_code_refused.html", {"is_void": True})
        case "spent":
            return seat.voted()
    return ballot(seat)


@sensitive_variables()
def _enter_too_often(seat: CodeSeat, typed: str, refusal: Throttled) -> HttpResponse:
    """The first page with what was typed, to be sent again after a while."""
    error = _("Too many tries from this place. Wait a few minutes and send the code again.")
    response = first_page(seat, status=429, typed=typed[:_LONGEST], error=error)
    response["Retry-After"] = str(refusal.retry_after)
    return response


@sensitive_variables()
def _not_a_code(seat: CodeSeat, typed: str, bad: BadCode) -> HttpResponse:
    watching.note(seat.plebiscite.pk, watching.WRONG_CODE)
    return first_page(seat, typed=typed[:_LONGEST], error=_words(bad, typed), groups=bad.groups)


def _words(bad: BadCode, typed: str) -> str:
    if not typed.strip():
        return _("Type the code from your envelope.")
    places = ", ".join(str(group) for group in bad.groups)
    match bad.reason:
        case BadCode.LENGTH:
            return ngettext(
                "A code has 20 letters and digits, in four groups of five. You typed %(number)d.",
                "A code has 20 letters and digits, in four groups of five. You typed %(number)d.",
                bad.length,
            ) % {"number": bad.length}
        case BadCode.CHARACTER:
            text = ngettext(
                "Group %(groups)s holds a sign that no code has.",
                "Groups %(groups)s hold a sign that no code has.",
                len(bad.groups),
            )
            return text % {"groups": places}
    text = ngettext(
        "There is a slip in group %(groups)s. Compare it with the letter.",
        "There are slips in groups %(groups)s. Compare them with the letter.",
        len(bad.groups),
    )
    return text % {"groups": places}
