"""Urns and cards in the admin: batches of a point, the entry screen, the account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.files import FileRefused, serve
from core.files import may_read as may_read_file
from core.transitions import TransitionError
from plebiscite import clock
from plebiscite.cards import VOID_KEYS, BadCard, Reading, shown
from plebiscite.commission_admin.desk import _state, _today, at_point
from plebiscite.commission_admin.point_forms import CountForm, ProtocolForm, UrnForm
from plebiscite.models import BallotOption, PaperBatch, Plebiscite, PollingPoint, VoidReason
from plebiscite.permissions import is_clerk_of, is_commission, may_read
from plebiscite.phases import last_vote_at
from plebiscite.selectors.commission.paper import (
    batch_account,
    both_have_finished,
    mismatches,
    numbers_of,
    reconciliation,
)
from plebiscite.services.commission import paper

#: How many of the clerk's last cards the entry screen shows.
_SHOWN = 8


@at_point
def urns_view(request: HttpRequest, point: PollingPoint) -> HttpResponse:
    """The urns of a point, and a new one."""
    form = UrnForm(initial={"day": _today()})
    if request.method == "POST":
        form = UrnForm(request.POST)
        if form.is_valid():
            try:
                batch = paper.open_batch(point, actor=request.user, **form.cleaned_data)
                return redirect("plebiscite_batch", batch.pk)
            except TransitionError as error:
                form.add_error(getattr(error, "field", None) or None, str(error))
    batches = PaperBatch.objects.filter(point=point)
    context = {
        "point": point,
        "form": form,
        "state": _state(point),
        "batches": [(batch, batch.machine.label(batch.state, staff=True)) for batch in batches],
    }
    return render(request, "plebiscite/admin/urns.html", context)


def batch_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One urn: what is to be done next, and what has been read."""
    batch = _batch(request, pk)
    is_clerk = is_clerk_of(request.user, batch.point_id)
    count, protocol = CountForm(initial=_numbers(batch)), ProtocolForm()
    if request.method == "POST":
        form: Any = None
        if request.POST.get("step") == "count":
            form = count = CountForm(request.POST)
        elif request.POST.get("step") == "protocol":
            form = protocol = ProtocolForm(request.POST, request.FILES)
        if form is None or form.is_valid():
            try:
                _act(request, batch, form)
                return redirect("plebiscite_batch", batch.pk)
            except (TransitionError, FileRefused) as error:
                text = str(error) if isinstance(error, TransitionError) else error.messages[0]
                if form is None:
                    messages.error(request, text)
                    return redirect("plebiscite_batch", batch.pk)
                field = getattr(error, "field", None)
                form.add_error(field if field in form.fields else None, text)
            except BadCard as error:
                messages.error(request, _card_sentence(error))
                return redirect("plebiscite_batch", batch.pk)
    codes = numbers_of(batch.plebiscite_id)
    passes = list(batch.passes.select_related("clerk"))
    found = mismatches(batch)
    context = {
        "batch": batch,
        "point": batch.point,
        "state": batch.machine.label(batch.state, staff=True),
        "is_clerk": is_clerk,
        "is_sealed": clock.now() < last_vote_at(batch.plebiscite),
        "opens_at": last_vote_at(batch.plebiscite),
        "may_settle": is_clerk or is_commission(request.user),
        "count": count,
        "protocol": protocol,
        "passes": passes,
        "mine": next((one for one in passes if one.clerk_id == request.user.pk), None),
        "may_begin": is_clerk and len(passes) < 2 and batch.state == "counted",
        "finished": both_have_finished(batch),
        "mismatches": [_row(one, codes) for one in found],
        "open": sum(not one.is_settled for one in found),
        "account": batch_account(batch),
        "legend": _legend(batch.plebiscite_id),
    }
    return render(request, "plebiscite/admin/batch.html", context)


def entry_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The entry screen: a number, Enter, the next card. What the other clerk read is not here."""
    batch = _batch(request, pk)
    if not is_clerk_of(request.user, batch.point_id):
        raise PermissionDenied
    reading = batch.passes.filter(clerk_id=request.user.pk, is_finished=False).first()
    if reading is None:
        return redirect("plebiscite_batch", batch.pk)
    typed, error = "", ""
    card = _number(request.POST.get("card") or request.GET.get("karta"))
    if request.method == "POST":
        typed = request.POST.get("typed", "")
        try:
            if "finish" in request.POST:
                paper.finish_reading(reading, actor=request.user)
                messages.success(request, _("Your reading is finished."))
                return redirect("plebiscite_batch", batch.pk)
            paper.enter_card(reading, actor=request.user, card=card or 0, typed=typed)
            return redirect("plebiscite_entry", batch.pk)
        except TransitionError as refusal:
            error = str(refusal)
        except BadCard as bad:
            error = _card_sentence(bad)
    codes = numbers_of(batch.plebiscite_id)
    entries = {one.card: Reading(one.payload, one.void_reason) for one in reading.entries.all()}
    card = card or paper.next_card(reading)
    if card in entries and not error:
        typed = shown(entries[card], codes)
    context = {
        "batch": batch,
        "point": batch.point,
        "card": card,
        "typed": typed,
        "error": error,
        "done": len(entries),
        "is_complete": len(entries) == batch.cards_returned,
        "last": [(number, shown(entries[number], codes)) for number in sorted(entries)[-_SHOWN:]],
        "legend": _legend(batch.plebiscite_id),
        "method": batch.plebiscite.method,
    }
    return render(request, "plebiscite/admin/entry.html", context)


def protocol_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The scan of a batch's protocol, for those who may read it."""
    batch = _batch(request, pk)
    if batch.protocol is None:
        raise PermissionDenied
    return serve(request, batch.protocol, allowed=may_read_file(request.user, batch.protocol))


def account_view(request: HttpRequest, pk: str) -> HttpResponse:
    """The account of all paper of a vote, for the commission and those who read everything."""
    if not may_read(request.user):
        raise PermissionDenied
    plebiscite = get_object_or_404(Plebiscite, pk=pk)
    context = {"plebiscite": plebiscite, "account": reconciliation(plebiscite.pk)}
    return render(request, "plebiscite/admin/account.html", context)


def _batch(request: HttpRequest, pk: int) -> PaperBatch:
    """A batch of the clerk's own points, or any for those who read everything."""
    rows = PaperBatch.objects.select_related("plebiscite", "point", "protocol")
    if not may_read(request.user):
        rows = rows.of_clerk(request.user)
    return get_object_or_404(rows, pk=pk)


def _act(request: HttpRequest, batch: PaperBatch, form: Any) -> None:
    match request.POST.get("step"):
        case "count":
            paper.count_cards(batch, actor=request.user, **form.cleaned_data)
        case "protocol":
            paper.add_protocol(batch, actor=request.user, upload=form.cleaned_data["file"])
        case "begin":
            paper.begin_reading(batch, actor=request.user)
        case "settle":
            card = _number(request.POST.get("card")) or 0
            paper.settle(batch, actor=request.user, card=card, typed=request.POST.get("typed", ""))
        case "close":
            paper.close(batch, actor=request.user)
        case _:
            return
    messages.success(request, _("Done."))


def _numbers(batch: PaperBatch) -> dict[str, Any]:
    if batch.cards_returned is None:
        return {}
    return {
        "returned": batch.cards_returned,
        "unused": batch.cards_unused,
        "missing": batch.cards_missing,
        "note": batch.missing_note,
    }


def _row(one: Any, codes: dict[int, str]) -> dict[str, Any]:
    settled = one.resolution
    return {
        "card": one.card,
        "first": shown(one.first, codes),
        "second": shown(one.second, codes),
        "is_settled": one.is_settled,
        "by": settled.first if settled else None,
        "result": shown(Reading(settled.payload, settled.void_reason), codes)
        if one.is_settled
        else "",
    }


def _legend(plebiscite: Any) -> dict[str, Any]:
    options = BallotOption.objects.filter(plebiscite=plebiscite).order_by("position")
    return {
        "options": [(option.position, option.title) for option in options],
        "void": [(key, VoidReason(value).label) for key, value in VOID_KEYS.items()],
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def _card_sentence(error: BadCard) -> str:
    match error.reason:
        case BadCard.NO_SUCH_OPTION:
            return _("There is no option %(number)s on the card.") % {"number": error.part}
        case BadCard.TWICE:
            return _("One option stands there twice.")
        case BadCard.TOO_MANY_RANKS:
            return _("The card has fewer ranks than that.")
    return _("This cannot be read. Type the number of the option, 0 for blank, or a letter below.")
