"""The issue desk in the admin: the clerks' points, the person at the desk, lists from paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from core.i18n.dates import TOWN_TIME, long_date
from core.transitions import Refused
from plebiscite import clock
from plebiscite.commission_admin.point_forms import DeskForm, ListForm, NamesakeForm
from plebiscite.models import NamesakeRequest, PollingPoint
from plebiscite.phases import Channel
from plebiscite.services.commission import desk, lists
from plebiscite.services.commission.desk import IssueRefused, Standing

View = Callable[..., HttpResponseBase]


def at_point(view: View) -> View:
    """Hands the clerk's own point to a view; every other one does not exist. Never stored."""

    @wraps(view)
    def answered(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponseBase:
        points = PollingPoint.objects.of_clerk(request.user).select_related("plebiscite")
        response = view(request, get_object_or_404(points, pk=pk), **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return answered


def points_view(request: HttpRequest) -> HttpResponse:
    """The polling points of this clerk."""
    points = (
        PollingPoint.objects.of_clerk(request.user)
        .select_related("plebiscite")
        .order_by("-plebiscite__voting_opens_at", "position", "name")
    )
    rows = [(point, _state(point)) for point in points]
    return render(request, "plebiscite/admin/points.html", {"rows": rows})


@sensitive_post_parameters()
@at_point
@sensitive_variables()
def desk_view(request: HttpRequest, point: PollingPoint) -> HttpResponse:
    """Find a person, hand something out, print the line for the signature. Only POST acts."""
    step = request.POST.get("step", "")
    if request.method != "POST" or step == "next":
        return _desk(request, point, _form(point))
    form = _form(point, request.POST)
    if not form.is_valid():
        return _desk(request, point, form)
    person = form.person()
    note = ""
    try:
        if step.startswith("issue-"):
            mark = desk.issue(
                point, actor=request.user, person=person, channel=step.removeprefix("issue-")
            )
            return _slip(request, point, form, mark)
        if step == "namesake":
            found = NamesakeForm(request.POST)
            if found.is_valid():
                desk.report_namesake(
                    point,
                    actor=request.user,
                    person=person,
                    finding=found.cleaned_data["finding"],
                )
            else:
                note = _("Choose what the documents show.")
    except IssueRefused as refusal:
        note = _sentence(refusal, point)
    standing = desk.look_up(point, actor=request.user, person=person)
    return _desk(request, point, form, standing, note)


@at_point
def namesake_view(request: HttpRequest, point: PollingPoint, request_pk: str) -> HttpResponse:
    """What the second person says about two people of one name."""
    if request.method == "POST":
        waiting = get_object_or_404(
            NamesakeRequest.objects.select_related("point", "plebiscite"),
            pk=request_pk,
            point=point,
        )
        try:
            desk.decide_namesake(waiting, actor=request.user, agrees="agree" in request.POST)
            messages.success(request, _("Done."))
        except PermissionDenied:
            messages.error(request, _("This has to be confirmed by another person."))
    return redirect("plebiscite_desk", point.pk)


@sensitive_post_parameters()
@at_point
@sensitive_variables()
def list_view(request: HttpRequest, point: PollingPoint) -> HttpResponse:
    """A signed list from a file: a report first, and the marks by a button behind it."""
    channels = list(point.plebiscite.channels)
    form = ListForm(channels=channels, initial={"day": _today()})
    context: dict[str, Any] = {"point": point, "form": form}
    if request.method == "POST":
        form = ListForm(
            request.POST,
            request.FILES,
            channels=channels,
        )
        if request.POST.get("step") == "write":
            del form.fields["file"]
        context["form"] = form
        if form.is_valid():
            try:
                done = _take_list(request, point, form, context)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                if done:
                    return done
    return render(request, "plebiscite/admin/issue_list.html", context)


@sensitive_variables()
def _take_list(
    request: HttpRequest, point: PollingPoint, form: ListForm, context: dict[str, Any]
) -> HttpResponse | None:
    given: dict[str, Any] = {
        "actor": request.user,
        "channel": form.cleaned_data["channel"],
        "day": form.cleaned_data["day"],
    }
    if request.POST.get("step") == "write":
        rows = _carried(request.POST.get("rows", ""))
        number = lists.write(point, rows, seen=request.POST.get("seen", ""), **given)
        messages.success(request, _("%(number)d people are marked.") % {"number": number})
        return redirect("plebiscite_desk", point.pk)
    upload = form.cleaned_data["file"]
    if upload.size > lists.MAX_SIZE:
        raise Refused(
            _("The file is larger than a list of %(rows)d people.") % {"rows": lists.MOST_ROWS}
        )
    rows = lists.read_table(upload.name, upload.read())
    lines = lists.report(point, rows, **given)
    context.update(
        lines=lines,
        clashes=[line for line in lines if line.clash],
        clean=sum(not line.clash for line in lines),
        rows=json.dumps(rows, ensure_ascii=False),
        seen=lists.fingerprint(lines),
        day=form.cleaned_data["day"],
        channel=form.cleaned_data["channel"],
    )
    return None


def _carried(text: str) -> list[lists.Row]:
    """The rows of the report, as the browser sends them back; checked anew like a file."""
    try:
        rows = json.loads(text)
    except ValueError:
        raise Refused(_("The list did not come back whole: send the file again.")) from None
    is_table = isinstance(rows, list) and 0 < len(rows) <= lists.MOST_ROWS
    if not is_table or not all(
        isinstance(row, list) and len(row) == 4 and all(isinstance(cell, str) for cell in row)
        for row in rows
    ):
        raise Refused(_("The list did not come back whole: send the file again."))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _desk(
    request: HttpRequest,
    point: PollingPoint,
    form: DeskForm,
    standing: Standing | None = None,
    note: str = "",
) -> HttpResponse:
    waiting = NamesakeRequest.objects.filter(point=point).select_related("requested_by")
    channels = [
        (
            channel.value,
            _("Hand out a card") if channel == Channel.PAPER else _("Hand out an envelope"),
        )
        for channel in desk.HANDED_OUT
        if channel in point.plebiscite.channels
    ]
    context = {
        "point": point,
        "form": form,
        "standing": standing,
        "note": note,
        "voted": _voted(standing.mark) if standing and standing.mark else "",
        "channels": channels,
        "cards_left": desk.cards_left(point, _today()),
        "takes_paper": Channel.PAPER in point.plebiscite.channels,
        "waiting": [one for one in waiting if one.requested_by_id != request.user.pk],
        "finding": NamesakeForm(),
        "state": _state(point),
    }
    return render(request, "plebiscite/admin/desk.html", context)


def _form(point: PollingPoint, data: Any = None) -> DeskForm:
    return DeskForm(
        data,
        today=_today(),
        residence=point.plebiscite.residence,
        districts=point.plebiscite.districts,
    )


def _slip(request: HttpRequest, point: PollingPoint, form: DeskForm, mark: Any) -> HttpResponse:
    context = {"point": point, "form": form, "mark": mark, "person": form.cleaned_data}
    return render(request, "plebiscite/admin/desk_slip.html", context)


def _sentence(refusal: IssueRefused, point: PollingPoint) -> str:
    match refusal.reason:
        case IssueRefused.VOTED:
            return _voted(refusal.mark)
        case IssueRefused.CLOSED:
            return _("Voting is not open now.")
        case IssueRefused.CHANNEL_OFF:
            return _("This vote does not take place that way.")
        case IssueRefused.TOO_YOUNG:
            return _("In this vote one has to be %(age)d years old.") % {
                "age": point.plebiscite.minimum_age
            }
        case IssueRefused.NO_BATCH:
            return _("No urn is in use here today: enter its seal and its cards first.")
        case IssueRefused.NO_CARDS:
            return _("All cards taken from the stock are handed out.")
    return _("Somebody of this name and birth date is entered with another address.")


def _voted(mark: Any) -> str:
    what = {
        Channel.ACCOUNT.value: _("This person voted on the site on %(day)s."),
        Channel.CODE.value: _("This person got an envelope with a code on %(day)s."),
        Channel.PAPER.value: _("This person got a paper card on %(day)s."),
    }
    return what[mark.channel] % {"day": long_date(mark.day)}


def _state(point: PollingPoint) -> Any:
    plebiscite = point.plebiscite
    return plebiscite.machine.label(plebiscite.state_at(clock.now()), staff=True)


def _today() -> Any:
    return clock.now().astimezone(TOWN_TIME).date()
