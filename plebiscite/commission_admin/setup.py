"""The set-up of a vote as steps: each says what is missing, and leads to the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.i18n.dates import hour, long_date
from core.transitions import TransitionError
from plebiscite import addresses, clock
from plebiscite.commission_admin.setup_forms import (
    ChannelsForm,
    CodesForm,
    DatesForm,
    MethodForm,
    PointForm,
    RehearsalForm,
    TextsForm,
    ThrowInForm,
)
from plebiscite.models import CodeBatch, Plebiscite, PollingPoint
from plebiscite.permissions import is_commission, may_read
from plebiscite.phases import FROZEN_ON, Channel, takes_votes
from plebiscite.selectors.commission.setup import STEPS, frozen_values, setup_steps
from plebiscite.services import preparing
from plebiscite.services.casting import VoteRefused
from plebiscite.services.commission import codes, confirming, rehearsing

FORMS: dict[str, type[Any]] = {
    "texts": TextsForm,
    "dates": DatesForm,
    "method": MethodForm,
    "channels": ChannelsForm,
}
_KEYS = [key for key, _title in STEPS]


def overview_view(request: HttpRequest, pk: str) -> HttpResponse:
    """All steps with what is missing in each."""
    plebiscite = _plebiscite(request, pk)
    steps = setup_steps(plebiscite)
    context = {
        "plebiscite": plebiscite,
        "steps": steps,
        "is_frozen": plebiscite.state in FROZEN_ON,
        "next": next((step for step in steps if not step.is_complete), None),
    }
    return render(request, "plebiscite/admin/setup.html", context)


def step_view(request: HttpRequest, pk: str, key: str) -> HttpResponse:
    """One step; only POST acts."""
    plebiscite = _plebiscite(request, pk)
    if key not in _KEYS:
        raise Http404
    if request.method == "POST" and not is_commission(request.user):
        raise PermissionDenied
    if key in FORMS:
        return _form_step(request, plebiscite, key)
    return _OTHERS[key](request, plebiscite)


def _form_step(request: HttpRequest, plebiscite: Plebiscite, key: str) -> HttpResponse:
    form = FORMS[key](request.POST or None, instance=plebiscite)
    if request.method == "POST" and form.is_valid():
        try:
            preparing.save(form.instance, actor=request.user, changed=form.changed_data)
        except TransitionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return _onward(plebiscite, key)
    return _draw(request, plebiscite, key, {"form": form})


def _points(request: HttpRequest, plebiscite: Plebiscite) -> HttpResponse:
    chosen = request.GET.get("punkt") or request.POST.get("point") or ""
    point = None
    if chosen.isascii() and chosen.isdigit():
        point = get_object_or_404(plebiscite.points, pk=chosen)
    form = PointForm(request.POST or None, instance=point or PollingPoint(plebiscite=plebiscite))
    if request.method == "POST":
        try:
            if "remove" in request.POST and point:
                preparing.remove_point(point, actor=request.user)
                messages.success(request, _("Removed."))
                return _onward(plebiscite, "points", stay=True)
            if form.is_valid():
                preparing.save_point(
                    plebiscite,
                    actor=request.user,
                    point=form.instance,
                    clerks=form.cleaned_data["clerks"],
                )
                messages.success(request, _("Saved."))
                return _onward(plebiscite, "points", stay=True)
        except TransitionError as error:
            form.add_error(None, str(error))
    points = plebiscite.points.prefetch_related("clerks__user")
    return _draw(request, plebiscite, "points", {"form": form, "points": points, "point": point})


def _codes(request: HttpRequest, plebiscite: Plebiscite) -> HttpResponse:
    form = CodesForm(request.POST if request.POST.get("step") == "print" else None)
    if request.method == "POST":
        try:
            if request.POST.get("step") == "print":
                if form.is_valid():
                    return _sheets(request, plebiscite, form.cleaned_data["size"])
            else:
                _act_on_batch(request, plebiscite)
                return _onward(plebiscite, "codes", stay=True)
        except TransitionError as error:
            if not form.is_bound:
                messages.error(request, str(error))
                return _onward(plebiscite, "codes", stay=True)
            form.add_error("size", str(error))
    batches = [
        (batch, codes.void_request(batch), batch.codes.exclude(spent_on=None).count())
        for batch in plebiscite.code_batches.all()
    ]
    return _draw(request, plebiscite, "codes", {"form": form, "batches": batches})


def _sheets(request: HttpRequest, plebiscite: Plebiscite, size: int) -> HttpResponse:
    """The PDF, in this one answer and nowhere else."""
    batch, sheets = codes.print_batch(plebiscite, actor=request.user, size=size)
    response = HttpResponse(sheets, content_type="application/pdf")
    name = f"kody-{plebiscite.slug}-{batch.label}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _act_on_batch(request: HttpRequest, plebiscite: Plebiscite) -> None:
    batch = get_object_or_404(CodeBatch, plebiscite=plebiscite, label=request.POST.get("batch"))
    step = request.POST.get("step")
    if step == "void":
        codes.request_void(batch, actor=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("Begun. Now another person of the commission confirms it."))
    elif step == "confirm":
        number = codes.confirm_void(batch, actor=request.user)
        messages.success(request, _("Void codes: %(number)d.") % {"number": number})
    elif step == "take_back":
        codes.take_back_void(batch, actor=request.user)
        messages.success(request, _("Taken back."))


def _rehearsal(request: HttpRequest, plebiscite: Plebiscite) -> HttpResponse:
    run = plebiscite.rehearsals.first()
    form = RehearsalForm(request.POST if request.POST.get("step") == "start" else None)
    throw = ThrowInForm(request.POST if request.POST.get("step") == "throw" else None)
    if request.method == "POST":
        try:
            if _act_on_rehearsal(request, plebiscite, run, form, throw):
                return _onward(plebiscite, "rehearsal", stay=True)
        except (TransitionError, VoteRefused) as error:
            closed = _("Its voting time is over. Count, or remove it and make another one.")
            messages.error(request, closed if isinstance(error, VoteRefused) else str(error))
            return _onward(plebiscite, "rehearsal", stay=True)
    context: dict[str, Any] = {"form": form, "throw": throw, "run": run}
    if run is not None:
        last = run.counts.order_by("number").last()
        context |= {
            "run_state": run.machine.label(run.state, staff=True),
            "thrown": run.codes.exclude(spent_on=None).count(),
            "result": last.result if last else "",
        }
        if is_commission(request.user) and takes_votes(run, clock.now()):
            context["by_hand"] = rehearsing.codes_by_hand(run)
            context["booth_url"] = addresses.trial_booth(run.slug)
    return _draw(request, plebiscite, "rehearsal", context)


def _act_on_rehearsal(
    request: HttpRequest,
    plebiscite: Plebiscite,
    run: Plebiscite | None,
    form: RehearsalForm,
    throw: ThrowInForm,
) -> bool:
    """Whether something was done; otherwise a form is to be corrected."""
    step = request.POST.get("step")
    if step == "start":
        if not form.is_valid():
            return False
        rehearsing.start(plebiscite, actor=request.user, **form.cleaned_data)
    elif run is None:
        raise Http404
    elif step == "begin":
        rehearsing.begin(run, actor=request.user)
    elif step == "throw":
        if not throw.is_valid():
            return False
        rehearsing.throw_in(run, actor=request.user, **throw.cleaned_data)
    elif step == "purge":
        rehearsing.purge(run, actor=request.user)
    messages.success(request, _("Done."))
    return True


def _freeze(request: HttpRequest, plebiscite: Plebiscite) -> HttpResponse:
    if request.method == "POST":
        step = request.POST.get("step")
        try:
            if step == "begin":
                confirming.request(plebiscite, "freeze", actor=request.user)
                messages.success(
                    request, _("Begun. Now another person of the commission confirms it.")
                )
            elif step == "confirm":
                confirming.confirm(plebiscite, "freeze", actor=request.user)
                messages.success(request, _("The ballot paper is frozen."))
            elif step == "take_back":
                confirming.take_back(plebiscite, "freeze", actor=request.user)
                messages.success(request, _("Taken back."))
        except TransitionError as error:
            messages.error(request, str(error))
        return _onward(plebiscite, "freeze", stay=True)
    waiting = plebiscite.requests.select_related("requested_by").filter(verb="freeze").first()
    steps = setup_steps(plebiscite)
    context = {
        "waiting": waiting,
        "missing": [(one, text) for one in steps for text in one.missing],
        "summary": _summary(plebiscite),
        "may_begin": plebiscite.state == "appeals",
    }
    return _draw(request, plebiscite, "freeze", context)


_OTHERS: dict[str, Callable[[HttpRequest, Plebiscite], HttpResponse]] = {
    "points": _points,
    "codes": _codes,
    "rehearsal": _rehearsal,
    "freeze": _freeze,
}


def _summary(plebiscite: Plebiscite) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Everything that can no longer change, in words: the same that the second person confirms."""
    values = frozen_values(plebiscite)

    def named(name: str) -> str:
        field: Any = Plebiscite._meta.get_field(name)
        return str(field.verbose_name)

    def moment(name: str) -> str:
        value = getattr(plebiscite, name)
        return f"{long_date(value)}, {hour(value)}"

    def shown(name: str) -> Any:
        display = getattr(plebiscite, f"get_{name}_display", None)
        return display() if display else getattr(plebiscite, name)

    fields = ("method", "max_picks", "points_total", "points_cap", "max_ranks")
    ranked = ("overvote", "skipped", "duplicates", "elimination")
    rest = ("winners", "tie", "beacon_rule", "quorum")
    used = {"single": (), "approval": ("max_picks",), "points": fields[2:4]}
    limits = used.get(plebiscite.method, ("max_ranks", *ranked))
    channels = dict(Channel.choices)
    return [
        (
            _("Texts"),
            [(named(name), text) for name, text in values["texts"].items() if text],
        ),
        (_("Dates"), [(named(name), moment(name)) for name in values["dates"]]),
        (
            _("Question and method"),
            [
                (named(name), shown(name))
                for name in ("method", *limits, *rest)
                if shown(name) != ""
            ],
        ),
        (
            _("Ways to vote"),
            [
                (named("channels"), ", ".join(str(channels[one]) for one in values["channels"])),
                (named("minimum_age"), plebiscite.minimum_age),
                (named("residence"), plebiscite.residence or _("not checked")),
                (named("turnout_by_age"), _("yes") if values["turnout_by_age"] else _("no")),
                (named("districts"), values["districts"] or _("not asked")),
                (named("grace_s"), plebiscite.grace_s),
                *((named(name), getattr(plebiscite, name)) for name in ("mix_k", "retention_days")),
            ],
        ),
        (
            _("Polling points and clerks"),
            [(name, f"{address}, {hours}") for name, address, hours in values["points"]],
        ),
        (
            _("Voting codes"),
            [
                (_("Batch %(label)s") % {"label": label}, void or size)
                for label, size, void in values["code_batches"]
            ],
        ),
        (_("Works"), [(str(number), title) for number, title, _id in values["works"]]),
    ]


def _plebiscite(request: HttpRequest, pk: str) -> Plebiscite:
    if not may_read(request.user):
        raise PermissionDenied
    return get_object_or_404(Plebiscite.objects.real(), pk=pk)


def _onward(plebiscite: Plebiscite, key: str, *, stay: bool = False) -> HttpResponse:
    """The next step, or the same one where more than one thing is done in it."""
    following = key if stay else _KEYS[_KEYS.index(key) + 1]
    return redirect("plebiscite_setup_step", plebiscite.pk, following)


def _draw(
    request: HttpRequest, plebiscite: Plebiscite, key: str, context: dict[str, Any]
) -> HttpResponse:
    steps = setup_steps(plebiscite)
    here = next(step for step in steps if step.key == key)
    place = _KEYS.index(key)
    return render(
        request,
        f"plebiscite/admin/setup_{key if key in _OTHERS else 'form'}.html",
        {
            **context,
            "plebiscite": plebiscite,
            "steps": steps,
            "here": here,
            "number": place + 1,
            "following": steps[place + 1] if place + 1 < len(steps) else None,
            "may_change": is_commission(request.user),
            "is_frozen": plebiscite.state in FROZEN_ON,
        },
    )
