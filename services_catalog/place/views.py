"""Ideas on the plan: reading them, putting one there. Everything works without a script."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import signed_in
from core.i18n.active import active_language
from core.throttle import throttle, visitor_key
from core.transitions import TransitionError
from services_catalog.place import plan, services
from services_catalog.place.forms import IdeaForm
from services_catalog.place.models import Idea


@require_safe
def ideas(request: HttpRequest) -> HttpResponse:
    """All published ideas: on the plan by number, below in groups with the answers."""
    rows = list(
        Idea.objects.public()
        .select_related("group")
        .order_by("group__title", "group_id", "published_at")[:300]
    )
    numbered = list(enumerate(rows, start=1))
    groups = [
        {"group": group, "ideas": list(members)}
        for group, members in groupby(numbered, key=lambda pair: pair[1].group)
    ]
    context = {
        "groups": groups,
        "pins": [idea.as_pin(number) for number, idea in numbered],
        "total": len(rows),
        "drawing": plan.drawing(),
    }
    return render(request, "services_catalog/place/ideas.html", context)


@require_safe
def plan_picture(request: HttpRequest) -> HttpResponse:
    """The plan to click on; with `x` and `y`, a pin on it."""
    spot = plan.chosen_spot(request.GET)
    pins = [{"x": spot[0], "y": spot[1]}] if spot else []
    return HttpResponse(plan.drawing(pins), content_type="image/svg+xml")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_idea(request: HttpRequest) -> HttpResponse:
    """First the spot, then the idea. Buttons move the pin and keep what was typed."""
    data = request.POST if request.method == "POST" else request.GET
    spot = plan.chosen_spot(data)
    if spot is None:
        return render(
            request,
            "services_catalog/place/choose.html",
            {"spots": plan.spots(), "is_missing": "miejsce" in data, "wide": plan.WIDE},
        )
    form = IdeaForm(data) if request.method == "POST" else IdeaForm()
    direction = request.POST.get("przesun", "")
    if direction:
        spot = plan.moved(*spot, direction)
        form = IdeaForm(initial={name: request.POST.get(name, "")[:1000] for name in form.fields})
    elif request.method == "POST" and form.is_valid():
        throttle("services.idea", visitor_key(request), limit=10, per=timedelta(hours=1))
        services.pin(
            actor=request.user,
            x=spot[0],
            y=spot[1],
            language=active_language(),
            **form.cleaned_data,
        )
        messages.success(request, _("Thank you. We read your idea first; then it is on the plan."))
        return redirect("place:ideas")
    context: dict[str, Any] = {"form": form, "x": spot[0], "y": spot[1]}
    status = 422 if form.is_bound else 200
    return render(request, "services_catalog/place/new.html", context, status=status)


@never_cache
@login_required
@require_safe
def my_ideas(request: HttpRequest) -> HttpResponse:
    """One's own ideas with what became of them."""
    rows = Idea.objects.filter(author=signed_in(request)).select_related("group")[:100]
    return render(request, "services_catalog/place/mine.html", {"ideas": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: Any) -> HttpResponse:
    """Takes one's own idea back; only POST acts."""
    if request.method != "POST":
        return redirect("place:mine")
    idea = get_object_or_404(Idea, pk=pk)
    if idea.author_id != request.user.pk:
        raise Http404
    try:
        services.move(idea, "withdraw", actor=request.user)
    except TransitionError as error:
        messages.error(request, str(error))
    return redirect("place:mine")
