"""What makes a vote checkable, on its page in the admin: the drawn number, the keys, the bundle."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.transitions import TransitionError
from plebiscite.models import BeaconDraft, BundleFile, KeyDestruction, Plebiscite
from plebiscite.permissions import is_commission
from plebiscite.phases import PUBLISHED, SEALED_ON, PlebisciteState
from plebiscite.selectors.bundling import may_be_bundled
from plebiscite.selectors.explaining import ready_bundle
from plebiscite.services import bundles, witnessing


class BeaconForm(forms.Form):
    """The drawn number, as one person reads it."""

    value = forms.CharField(
        label=_("Drawn number"),
        max_length=200,
        help_text=_("As it was announced; several numbers in their order, with a space between."),
    )
    source = forms.CharField(
        label=_("Where it comes from"),
        max_length=400,
        help_text=_("The public source with its date and hour, for everybody to look up."),
    )


def proof_context(plebiscite: Plebiscite, user: Any) -> dict[str, Any]:
    """What the page shows of it."""
    draft = BeaconDraft.objects.filter(plebiscite=plebiscite).select_related("entered_by").first()
    waiting = plebiscite.requests.filter(verb=witnessing.DESTROY).select_related("requested_by")
    bundle = BundleFile.objects.filter(plebiscite=plebiscite).first()
    is_sealed = plebiscite.state == PlebisciteState.SEALED
    return {
        "may_act": is_commission(user),
        "draws_lots": plebiscite.ruleset.draws_lots,
        "beacon": getattr(plebiscite, "beacon", None),
        "beacon_draft": draft,
        "is_own_draft": draft is not None and draft.entered_by_id == user.pk,
        "beacon_form": BeaconForm() if is_sealed and plebiscite.ruleset.draws_lots else None,
        "box_is_sealed": plebiscite.state in SEALED_ON,
        "destruction": KeyDestruction.objects.filter(plebiscite=plebiscite).first(),
        "destruction_request": waiting.first(),
        "is_published": plebiscite.state in PUBLISHED,
        "may_be_bundled": may_be_bundled(plebiscite),
        "bundle": bundle,
        "bundle_file": ready_bundle(plebiscite),
    }


def beacon_view(request: HttpRequest, pk: str) -> HttpResponse:
    """One of the two entries of the drawn number, or its withdrawal."""
    plebiscite = _found(request, pk)
    if request.method != "POST":
        return _back(plebiscite)
    if "withdraw" in request.POST:
        witnessing.withdraw_beacon(plebiscite, actor=request.user)
        messages.success(request, _("Taken back."))
        return _back(plebiscite)
    form = BeaconForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter the number and where it comes from."))
        return _back(plebiscite)
    try:
        drawn = witnessing.enter_beacon(plebiscite, actor=request.user, **form.cleaned_data)
    except witnessing.DifferentNumbers as error:
        witnessing.withdraw_beacon(plebiscite, actor=request.user)
        messages.error(request, str(error))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        if drawn:
            messages.success(request, _("The lots are drawn."))
        else:
            messages.success(request, _("Entered. Now another person enters the number again."))
    return _back(plebiscite)


def destruction_view(request: HttpRequest, pk: str) -> HttpResponse:
    """Ordering, confirming or taking back the destruction of the keys of the box."""
    plebiscite = _found(request, pk)
    if request.method != "POST":
        return _back(plebiscite)
    try:
        if "confirm" in request.POST:
            witnessing.confirm_destruction(plebiscite, actor=request.user)
            messages.success(request, _("Confirmed: the worker destroys the keys now."))
        elif "take_back" in request.POST:
            witnessing.take_back_destruction(plebiscite, actor=request.user)
            messages.success(request, _("Taken back."))
        else:
            witnessing.begin_destruction(plebiscite, actor=request.user)
            messages.success(request, _("Begun. Now another person of the commission confirms it."))
    except TransitionError as error:
        messages.error(request, str(error))
    return _back(plebiscite)


def bundle_view(request: HttpRequest, pk: str) -> HttpResponse:
    """The button that has the bundle made anew."""
    plebiscite = _found(request, pk)
    if request.method == "POST":
        try:
            bundles.ask_for_bundle(plebiscite, actor=request.user)
        except TransitionError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The worker makes the bundle; this page shows how far."))
    return _back(plebiscite)


@require_safe
def rehearsal_bundle_view(request: HttpRequest, pk: str) -> FileResponse:
    """The bundle of a test run, for the commission alone."""
    row = bundles.rehearsal_bundle(_found(request, pk), actor=request.user)
    if row is None:
        raise Http404
    response = FileResponse(
        default_storage.open(row.name), as_attachment=True, filename="proba.zip"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def urls() -> list[URLPattern]:
    """Addresses below that of the plebiscites in the admin."""
    return [
        path("<uuid:pk>/liczba/", beacon_view, name="beacon"),
        path("<uuid:pk>/klucze/", destruction_view, name="destruction"),
        path("<uuid:pk>/pakiet/", bundle_view, name="bundle"),
        path("<uuid:pk>/pakiet/proba.zip", rehearsal_bundle_view, name="rehearsal_bundle"),
    ]


def _found(request: HttpRequest, pk: str) -> Plebiscite:
    if not is_commission(request.user):
        raise PermissionDenied
    return get_object_or_404(Plebiscite, pk=pk)


def _back(plebiscite: Plebiscite) -> HttpResponse:
    return redirect("plebiscite_plebiscites:inspect", plebiscite.pk)
