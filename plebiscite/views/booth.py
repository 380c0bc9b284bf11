"""The booth: declaration, ballot, summary, confirming; every step works without JavaScript.

What was chosen travels in the forms and stands nowhere else: not in the session, not in an
address, not in a message. Pages that differ by the choice are of one length.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from core.templatetags.typography import typo
from plebiscite import addresses, clock
from plebiscite.ballots import (
    COMMITMENT_SIZE,
    NONCE_SIZE,
    BadBallot,
    commitment,
    new_nonce,
    read_hex,
    short_code,
    write_ballot,
)
from plebiscite.forms import DeclarationForm
from plebiscite.models import Plebiscite
from plebiscite.permissions import may_vote
from plebiscite.phases import takes_votes
from plebiscite.selectors import view
from plebiscite.selectors.paper import ballot_paper
from plebiscite.selectors.public import today
from plebiscite.selectors.voting import VoterStatus, voter_status
from plebiscite.selectors.works import Work, works
from plebiscite.services.casting import VoteRefused, cast
from plebiscite.services.registering import DeclarationRefused, declare
from plebiscite.views import form_tokens
from plebiscite.views.common import (
    carried,
    count_try,
    draw,
    private,
    public_or_404,
    sign_in_url,
)

#: The choice of a blank ballot in the form, as often as a code has letters: all are of one length.
BLANK = "-"


@csrf_exempt  # the forms carry a token of their own: see form_tokens
@sensitive_post_parameters()
@private
@require_http_methods(["GET", "HEAD", "POST"])
def booth(request: HttpRequest, slug: str) -> HttpResponse:
    """The booth of one plebiscite."""
    plebiscite = public_or_404(slug)
    if request.method == "POST":
        return _answer(request, plebiscite)
    return _enter(request, plebiscite)


def _enter(request: HttpRequest, plebiscite: Plebiscite) -> HttpResponse:
    """Somebody comes in: what is their next step?"""
    if not takes_votes(plebiscite, clock.now()):
        return _closed(request, plebiscite)
    if not request.user.is_authenticated:
        back = addresses.booth(plebiscite.slug)
        return draw(request, "booth_sign_in.html", plebiscite, {"sign_in_url": sign_in_url(back)})
    if not may_vote(request.user):
        return draw(request, "booth_verify.html", plebiscite, {})
    status = voter_status(plebiscite.pk, request.user)
    if status.voted_on:
        return _voted(request, plebiscite, status)
    if not status.is_declared:
        return _declaration(request, plebiscite, DeclarationForm(today=today()))
    return _ballot(request, plebiscite)


@sensitive_variables()
def _answer(request: HttpRequest, plebiscite: Plebiscite) -> HttpResponse:
    """Somebody has sent one of the forms."""
    if not request.user.is_authenticated:
        back = addresses.booth(plebiscite.slug)
        context = {"sign_in_url": sign_in_url(back), "carried": carried(request)}
        return draw(request, "signed_out.html", plebiscite, context)
    count_try(request, "booth")
    opened_at = form_tokens.read(
        request.POST.get("opened", ""), _scope(plebiscite), user=request.user
    )
    step = request.POST.get("step", "")
    if step == "declare":
        return _declare(request, plebiscite, is_ours=opened_at is not None)
    if opened_at is None:
        # Not drawn for this account, or forged: shown anew, with the choice kept, and not acted on.
        return _ballot(request, plebiscite, pick=_pick(request), note=_("Check your choice again."))
    if step == "back":
        return _ballot(request, plebiscite, pick=_pick(request), opened_at=opened_at)
    if step == "review":
        return _review(request, plebiscite, opened_at)
    if step == "cast":
        return _cast(request, plebiscite, opened_at)
    return redirect(addresses.booth(plebiscite.slug))


# --- The steps ------------------------------------------------------------------------------------


@sensitive_variables()
def _declare(request: HttpRequest, plebiscite: Plebiscite, *, is_ours: bool) -> HttpResponse:
    form = DeclarationForm(request.POST, today=today())
    if not form.is_valid() or not is_ours:
        return _declaration(request, plebiscite, form)
    try:
        declare(
            plebiscite.pk,
            actor=request.user,
            person=form.person(),
            town=form.cleaned_data["town"],
        )
    except DeclarationRefused as refusal:
        match refusal.reason:
            case DeclarationRefused.CHECK_AT_DESK:
                return draw(request, "booth_desk.html", plebiscite, {})
            case DeclarationRefused.TOO_YOUNG:
                form.add_error(
                    "birth_date",
                    _("In this vote one has to be %(age)d years old.")
                    % {"age": plebiscite.minimum_age},
                )
                return _declaration(request, plebiscite, form)
            case DeclarationRefused.CLOSED:
                return _closed(request, plebiscite)
            case DeclarationRefused.NOT_ALLOWED:
                return draw(request, "booth_verify.html", plebiscite, {})
        return _voted(request, plebiscite, voter_status(plebiscite.pk, request.user))
    return redirect(addresses.booth(plebiscite.slug))


@sensitive_variables()
def _review(
    request: HttpRequest, plebiscite: Plebiscite, opened_at: datetime, note: str = ""
) -> HttpResponse:
    """The summary, with a nonce drawn by the server for browsers that draw none."""
    paper = ballot_paper(plebiscite.pk)
    if paper is None:
        return _closed(request, plebiscite)
    pick = _pick(request)
    if pick is None:
        return _ballot(
            request,
            plebiscite,
            opened_at=opened_at,
            error=_("Choose one work, or the blank ballot at the end."),
        )
    try:
        ballot = write_ballot(paper.ruleset, _codes(request), paper.codes)
    except BadBallot as refusal:
        return _ballot(request, plebiscite, opened_at=opened_at, error=_words(refusal))
    nonce = new_nonce()
    committed = commitment(
        plebiscite=str(plebiscite.pk),
        manifest_hash=paper.manifest_hash,
        ballot=ballot,
        nonce=nonce,
    )
    shown = works(plebiscite, today=today())
    names = _names(shown)
    context = {
        "works": shown,
        "pick": pick,
        "blank": _blank(shown),
        "chosen": names.get(pick, ""),
        "ballot": ballot,
        "manifest_hash": paper.manifest_hash.hex(),
        "nonce": nonce.hex(),
        "commitment": committed.hex(),
        "code": short_code(committed),
        "padding": _padding(names, pick),
        "opened": _token(request, plebiscite, opened_at),
        "note": note,
    }
    return draw(request, "booth_summary.html", plebiscite, context)


@sensitive_variables()
def _cast(request: HttpRequest, plebiscite: Plebiscite, opened_at: datetime) -> HttpResponse:
    try:
        promise = cast(
            plebiscite.pk,
            actor=request.user,
            picks=_codes(request),
            nonce=read_hex(request.POST.get("nonce", ""), NONCE_SIZE),
            committed=read_hex(request.POST.get("commitment", ""), COMMITMENT_SIZE),
            opened_at=opened_at,
            language=get_language() or "pl",
        )
    except BadBallot as refusal:
        return _ballot(
            request,
            plebiscite,
            pick=_pick(request),
            opened_at=opened_at,
            error=_words(refusal),
        )
    except VoteRefused as refusal:
        return _refused(request, plebiscite, opened_at, refusal.reason)
    context = {
        "promise": promise,
        "commitment": promise.commitment.hex(),
        "signature": promise.signature.hex(),
        "is_drawn_by_browser": request.POST.get("drawn_by") == "browser",
    }
    return draw(request, "booth_receipt.html", plebiscite, context)


def _refused(
    request: HttpRequest, plebiscite: Plebiscite, opened_at: datetime, reason: str
) -> HttpResponse:
    match reason:
        case VoteRefused.ALREADY_VOTED:
            return _voted(request, plebiscite, voter_status(plebiscite.pk, request.user))
        case VoteRefused.DRAW_AGAIN:
            note = _("This ballot could not be told from another one. Confirm it once more.")
            return _review(request, plebiscite, opened_at, note=note)
        case VoteRefused.CLOSED:
            return _closed(request, plebiscite)
    return redirect(addresses.booth(plebiscite.slug))


# --- The pages ------------------------------------------------------------------------------------


def _declaration(
    request: HttpRequest, plebiscite: Plebiscite, form: DeclarationForm
) -> HttpResponse:
    context = {"form": form, "opened": _token(request, plebiscite)}
    return draw(request, "booth_declaration.html", plebiscite, context)


@sensitive_variables()
def _ballot(
    request: HttpRequest,
    plebiscite: Plebiscite,
    *,
    pick: str | None = None,
    opened_at: datetime | None = None,
    error: str = "",
    note: str = "",
) -> HttpResponse:
    shown = works(plebiscite, today=today())
    context = {
        "works": shown,
        "pick": pick,
        "blank": _blank(shown),
        "error": error,
        "note": note,
        "opened": _token(request, plebiscite, opened_at),
    }
    return draw(request, "booth_ballot.html", plebiscite, context)


def _voted(request: HttpRequest, plebiscite: Plebiscite, status: VoterStatus) -> HttpResponse:
    return draw(request, "booth_voted.html", plebiscite, {"voted_on": status.voted_on})


def _closed(request: HttpRequest, plebiscite: Plebiscite) -> HttpResponse:
    """Voting has not begun, or is over; whoever had voted is told so."""
    status = None
    if request.user.is_authenticated and plebiscite.has_keys and not view(plebiscite).is_over:
        status = voter_status(plebiscite.pk, request.user)
    is_early = clock.now() < plebiscite.voting_opens_at
    context = {"is_early": is_early, "voted_on": status.voted_on if status else None}
    return draw(request, "booth_closed.html", plebiscite, context)


# --- Small things ---------------------------------------------------------------------------------


def _scope(plebiscite: Plebiscite) -> str:
    return f"booth.{plebiscite.pk}"


def _token(request: HttpRequest, plebiscite: Plebiscite, opened_at: datetime | None = None) -> str:
    moment = opened_at or clock.now()
    return form_tokens.issue(_scope(plebiscite), user=request.user, moment=moment)


@sensitive_variables()
def _pick(request: HttpRequest) -> str | None:
    """What was marked: a code, `BLANK`, or None for nothing."""
    return request.POST.get("pick") or None


@sensitive_variables()
def _codes(request: HttpRequest) -> list[str]:
    return [pick for pick in request.POST.getlist("pick") if pick.strip(BLANK)]


def _words(refusal: BadBallot) -> str:
    match refusal.reason:
        case BadBallot.TOO_MANY:
            return _("You marked more than one work. Choose one.")
        case BadBallot.UNKNOWN_OPTION:
            return _("This work is not on the ballot of this vote. Choose one of those below.")
    return _("The ballot arrived damaged and was not counted. Send it once more.")


def _blank(shown: list[Work]) -> str:
    return BLANK * max((len(work.code) for work in shown), default=1)


def _names(shown: list[Work]) -> dict[str, str]:
    """What each choice is called, by what stands for it in the form."""
    names = {work.code: str(typo(work.name, work.language)) for work in shown}
    return {**names, _blank(shown): _("blank ballot")}


@sensitive_variables()
def _padding(names: dict[str, str], pick: str) -> str:
    """Spaces that make the summary as long as it would be for any other choice.

    Else whoever sees how many bytes go over the line could tell one choice from another. The
    name is what differs, and the ballot in words, which for a blank one holds no code.
    """
    weights = {
        code: len(escape(name).encode()) + (len(code) if code.strip(BLANK) else 0)
        for code, name in names.items()
    }
    return " " * (max(weights.values()) - weights[pick])
