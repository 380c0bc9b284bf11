"""Proposing a work: beginning, writing, sending, and what became of it."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.files import FileRefused, serve
from core.files.models import StoredFile
from core.transitions import NotAllowed, Refused, TransitionError, available
from plebiscite import addresses, clock, rights
from plebiscite.forms import ProposalForm, ReasonForm
from plebiscite.models import Plebiscite, Proposal
from plebiscite.permissions import may_propose
from plebiscite.services import proposals
from plebiscite.views import form_tokens
from plebiscite.views.common import (
    carried,
    count_try,
    draw,
    private,
    public_or_404,
    sign_in_url,
)

#: What an author does besides writing, each on a button of its own.
VERBS = ("withdraw", "appeal")


@csrf_exempt  # the forms carry a token of their own: see form_tokens
@private
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """What a contest asks for, one's own works, and a button to begin another."""
    plebiscite = public_or_404(slug)
    user = request.user
    if not user.is_authenticated:
        url = sign_in_url(addresses.proposing(slug))
        return draw(request, "proposing_start.html", plebiscite, {"sign_in_url": url})
    problem = ""
    if request.method == "POST" and _is_ours(request, plebiscite.pk):
        count_try(request, "propose")
        try:
            language = get_language() or "pl"
            proposal = proposals.begin(plebiscite, actor=user, language=language, key=_key(request))
            return redirect(addresses.own_proposal(slug, proposal.pk))
        except TransitionError as refusal:
            problem = str(refusal)
    elif request.method == "POST":
        problem = _("The form was out of date. Press the button again.")
    context = {
        "mine": plebiscite.proposals.filter(author=user),
        "is_verified": may_propose(user),
        "problem": problem,
        "token": _token(request, plebiscite.pk),
    }
    return draw(request, "proposing_start.html", plebiscite, context)


@csrf_exempt
@private
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """One's own work: the form while it is with its author, else where it stands."""
    plebiscite = public_or_404(slug)
    if not request.user.is_authenticated:
        context = {
            "sign_in_url": sign_in_url(addresses.own_proposal(slug, pk)),
            "carried": carried(request),
        }
        return draw(request, "signed_out.html", plebiscite, context)
    proposal = get_object_or_404(Proposal, pk=pk, plebiscite=plebiscite, author=request.user)
    if request.method != "POST":
        return _page(request, plebiscite, proposal)
    # A form that nobody of ours has drawn is answered with its own text, and nothing is stored.
    count_try(request, "propose")
    if not _is_ours(request, proposal.pk):
        return _page(request, plebiscite, proposal, form=_form(proposal, request))
    action = request.POST.get("action", "")
    if action in VERBS:
        return _move(request, plebiscite, proposal, action)
    if not proposal.is_with_author:
        return _page(request, plebiscite, proposal)
    try:
        return _write(request, plebiscite, proposal, action)
    except NotAllowed:
        # It was sent or thrown away from another window a moment ago.
        fresh = get_object_or_404(Proposal, pk=pk, plebiscite=plebiscite, author=request.user)
        return _page(request, plebiscite, fresh)


@private
@require_safe
def picture(request: HttpRequest, slug: str, pk: UUID, file: UUID) -> HttpResponseBase:
    """A picture that is not public, for its author and the commission."""
    stored = get_object_or_404(
        StoredFile, pk=file, owner_type="plebiscite.proposal", owner_id=str(pk)
    )
    return serve(request, stored, allowed=proposals.may_read_picture(request.user, stored))


# --- Writing --------------------------------------------------------------------------------------


def _write(
    request: HttpRequest, plebiscite: Plebiscite, proposal: Proposal, action: str
) -> HttpResponse:
    """Keep whatever can be kept, then do what was asked for."""
    form = _form(proposal, request)
    is_valid = form.is_valid()
    # What is well is kept even so, so that nothing has to be typed or sent twice.
    stored = _keep(request, proposal, form)
    is_valid &= _take_picture(request, proposal, form)
    if stored is not None or not is_valid:
        fresh = _fresh(proposal)
        again = _again(fresh, form)
        return _page(request, plebiscite, fresh, form=again, stored=stored)
    if action.startswith("remove_") and action.removeprefix("remove_").isdigit():
        position = int(action.removeprefix("remove_"))
        proposals.remove_picture(proposal, actor=request.user, position=position)
    elif action == "discard":
        proposals.discard(proposal, actor=request.user)
        return redirect(addresses.proposing(plebiscite.slug))
    elif action == "submit":
        try:
            sent = proposals.submit(_fresh(proposal), actor=request.user)
            return _page(request, plebiscite, sent, just="sent")
        except Refused as refusal:
            form = _form(_fresh(proposal))
            return _page(request, plebiscite, _fresh(proposal), form=_with_error(form, refusal))
        except TransitionError as refusal:
            # It was sent from another window a moment ago.
            return _page(request, plebiscite, _fresh(proposal), problem=str(refusal))
    return _page(request, plebiscite, _fresh(proposal), just="saved")


def _keep(request: HttpRequest, proposal: Proposal, form: ProposalForm) -> Proposal | None:
    """Saves what was written; gives what another window has saved meanwhile instead of that."""
    data = form.cleaned_data
    texts: dict[str, Any] = {
        name: data[name]
        for name in form.TEXTS
        if name in data and (data[name] or name not in {"language", "author_shown"})
    }
    alt_texts = {
        int(name.removeprefix("alt_")): data[name]
        for name in data
        if name.startswith("alt_") and name != "alt_new"
    }
    version = request.POST.get("version", "")
    try:
        proposals.save_draft(
            proposal,
            actor=request.user,
            alt_texts=alt_texts,
            version=int(version) if version.isdigit() and len(version) < 10 else None,
            **texts,
        )
    except proposals.Outdated as outdated:
        return outdated.current
    return None


def _take_picture(request: HttpRequest, proposal: Proposal, form: ProposalForm) -> bool:
    """Adds the picture that was sent, if any; whether nothing is wrong with it."""
    upload = request.FILES.get("picture")
    if not isinstance(upload, UploadedFile) or "picture" not in form.fields:
        return True
    try:
        added = proposals.add_picture(proposal, actor=request.user, upload=upload)
    except FileRefused as refusal:
        form.add_error("picture", refusal)
        return False
    alt_text = form.cleaned_data.get("alt_new", "")
    proposals.save_draft(proposal, actor=request.user, alt_texts={added.position: alt_text})
    return True


def _move(
    request: HttpRequest, plebiscite: Plebiscite, proposal: Proposal, verb: str
) -> HttpResponse:
    context: dict[str, Any] = {}
    reason = None
    if verb == "appeal":
        reason = ReasonForm(request.POST)
        if not reason.is_valid():
            return _page(request, plebiscite, proposal, reason=reason)
        context["reason"] = reason.cleaned_data["reason"]
    try:
        moved = proposals.decide(proposal, verb, actor=request.user, **context)
    except NotAllowed:
        raise Http404 from None
    except TransitionError as refusal:
        return _page(request, plebiscite, _fresh(proposal), reason=reason, problem=str(refusal))
    return _page(request, plebiscite, moved, just=verb)


# --- The page -------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    plebiscite: Plebiscite,
    proposal: Proposal,
    *,
    form: ProposalForm | None = None,
    reason: ReasonForm | None = None,
    problem: str = "",
    just: str = "",
    stored: Proposal | None = None,
) -> HttpResponse:
    common = {
        "proposal": proposal,
        "token": _token(request, proposal.pk),
        "problem": problem,
        "just": just,
    }
    if proposal.is_with_author:
        pictures = list(proposal.pictures.select_related("file"))
        form = form or _form(proposal)
        context = {
            **common,
            "form": form,
            "stored": stored,
            "pictures": [
                {"picture": one, "field": form[f"alt_{one.position}"]}
                for one in pictures
                if f"alt_{one.position}" in form.fields
            ],
            "rights": rights.statement(),
            "closes_at": plebiscite.contest_closes_at,
        }
        return draw(request, "proposing_form.html", plebiscite, context)
    verbs = {row.verb: row for row in available(proposal, request.user)}
    context = {
        **common,
        "revision": proposal.latest_revision,
        "withdraw": verbs.get("withdraw"),
        "appeal": verbs.get("appeal"),
        "reason": reason or ReasonForm(),
        "public_url": addresses.of_work(
            plebiscite.slug, addresses.work_name(proposal.title, proposal.pk)
        ),
        "may_appeal": "appeal" in verbs and _is_in_time(proposal),
        "appeal_is_over": "appeal" in verbs and not _is_in_time(proposal),
    }
    return draw(request, "proposing_status.html", plebiscite, context)


def _form(proposal: Proposal, request: HttpRequest | None = None) -> ProposalForm:
    alt_texts = dict(proposal.pictures.values_list("position", "alt_text"))
    choices = list(proposal.plebiscite.choices.all())
    if request is not None:
        return ProposalForm(request.POST, request.FILES, alt_texts=alt_texts, choices=choices)
    initial = {name: getattr(proposal, name) for name in ProposalForm.TEXTS}
    return ProposalForm(initial=initial, alt_texts=alt_texts, choices=choices)


def _again(proposal: Proposal, form: ProposalForm) -> ProposalForm:
    """The form as it was sent, with its errors, and with the pictures as they are now."""
    fresh = ProposalForm(
        form.data,
        alt_texts=dict(proposal.pictures.values_list("position", "alt_text")),
        choices=form.contest_choices,
    )
    fresh._errors = form.errors  # type: ignore[attr-defined]
    fresh.cleaned_data = form.cleaned_data
    return fresh


def _with_error(form: ProposalForm, refusal: Refused) -> ProposalForm:
    """The form with what keeps the work from being sent, beside its field."""
    name = "picture" if refusal.field == "picture_1" else refusal.field
    alt_texts = {
        int(field.removeprefix("alt_")): form.fields[field].initial
        for field in form.fields
        if field.startswith("alt_") and field != "alt_new"
    }
    data = {**form.initial, **{f"alt_{place}": text for place, text in alt_texts.items()}}
    bound = ProposalForm(data, alt_texts=alt_texts, choices=form.contest_choices)
    bound.is_valid()
    bound.add_error(name if name in bound.fields else None, str(refusal))
    return bound


def _fresh(proposal: Proposal) -> Proposal:
    return Proposal.objects.select_related("plebiscite", "kind", "theme").get(pk=proposal.pk)


def _is_in_time(proposal: Proposal) -> bool:
    return proposal.appeal_until is not None and clock.now() < proposal.appeal_until


def _key(request: HttpRequest) -> UUID:
    """One for every drawing of the form: sent twice, it gives the same."""
    return uuid5(NAMESPACE_URL, request.POST.get("token", ""))


def _token(request: HttpRequest, pk: UUID) -> str:
    return form_tokens.issue(f"proposing.{pk}", user=request.user, moment=clock.now())


def _is_ours(request: HttpRequest, pk: UUID) -> bool:
    token = request.POST.get("token", "")
    return form_tokens.read(token, f"proposing.{pk}", user=request.user) is not None
