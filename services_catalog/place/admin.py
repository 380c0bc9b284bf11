"""Reading, grouping and publishing ideas in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic

from accounts.permissions import has_role
from accounts.roles import Role
from core.admin import ReadOnlyPolicy, ReadOnlyViewSet, SafeExport
from core.transitions import TransitionError, available
from services_catalog.place import plan, services
from services_catalog.place.models import Idea, IdeaGroup

READERS = (Role.SERVICE_COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR)
WITH_REASON = ("reject", "hide")


class IdeaPolicy(ReadOnlyPolicy):
    """Coordinators, auditors and administrators read ideas; the table says who moves them."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and has_role(user, *READERS)


class GroupForm(forms.Form):
    """The group an idea belongs to."""

    group = forms.ModelChoiceField(
        label=_("Group"), queryset=IdeaGroup.objects.all(), required=False, empty_label=_("none")
    )


class IdeaIndexView(SafeExport, generic.IndexView):
    """The list of ideas, with their words for a spreadsheet."""


class IdeaInspectView(generic.InspectView):
    """One idea with its place and its moves."""

    template_name = "services_catalog/admin/idea.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        idea = self.object
        rows = available(idea, self.request.user)
        context.update(
            idea=idea,
            drawing=plan.drawing([{"x": idea.x, "y": idea.y}]),
            moves=[row for row in rows if row.verb not in (*WITH_REASON, "sort")],
            reasoned=[row for row in rows if row.verb in WITH_REASON],
            group_form=(
                GroupForm(initial={"group": idea.group})
                if any(row.verb == "sort" for row in rows)
                else None
            ),
        )
        return context


def move_view(request: HttpRequest, pk: Any, verb: str) -> HttpResponse:
    """A button of an idea's page; only POST acts."""
    if not has_role(request.user, *READERS):
        raise Http404
    idea = get_object_or_404(Idea, pk=pk)
    back = redirect("services_catalog_ideas:inspect", idea.pk)
    if request.method != "POST":
        return back
    values: dict[str, Any] = {}
    if verb in WITH_REASON:
        values = {"reason": request.POST.get("reason", "")[:500]}
    elif verb == "sort":
        form = GroupForm(request.POST)
        if not form.is_valid():
            return back
        values = form.cleaned_data
    try:
        services.move(idea, verb, actor=request.user, **values)
    except TransitionError as error:
        messages.error(request, str(getattr(error, "sentence", "") or error))
    except LookupError as error:
        raise Http404 from error
    else:
        messages.success(request, _("Done."))
    return back


class IdeaViewSet(ReadOnlyViewSet):
    """Ideas for the place."""

    model = Idea
    name = "services_catalog_ideas"
    url_prefix = "pomysly"
    icon = "pick"
    menu_label = _("Ideas for the place")
    menu_order = 306
    add_to_settings_menu = False
    add_to_admin_menu = True
    pk_path_converter = "uuid"
    index_view_class = IdeaIndexView
    inspect_view_class = IdeaInspectView
    inspect_template_name = "services_catalog/admin/idea.html"
    list_display = [
        TitleColumn(
            "title",
            label=_("Title"),
            get_url=lambda idea: reverse("services_catalog_ideas:inspect", args=[idea.pk]),
        ),
        Column("staff_state_label", label=_("State")),
        Column("group", label=_("Group")),
        DateColumn("created_at", label=_("Received"), sort_key="created_at"),
    ]
    list_filter = {"state": ["exact"], "group": ["exact"]}
    list_export = ["title", "text", "signature", "staff_state_label", "group", "x", "y"]
    search_fields = ["title", "text"]
    search_backend_name = None

    @property
    def permission_policy(self) -> IdeaPolicy:
        return IdeaPolicy(self.model)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Idea]:
        return Idea.objects.select_related("group")

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<uuid:pk>/<slug:verb>/", move_view, name="move"),
        ]
