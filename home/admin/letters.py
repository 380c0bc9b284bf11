"""Messages and demands in the admin: the list with its deadlines, one letter with its moves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets import AdminDateInput

from accounts.permissions import has_role
from accounts.roles import Role
from core.admin import ReadOnlyPolicy, ReadOnlyViewSet
from core.transitions import TransitionError, available
from home import states
from home.models import Letter
from home.services import letters

READERS = (Role.CHIEF_EDITOR, Role.SERVICE_COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR)
DEMANDS_ALONE = ("postpone", "refuse")


class LetterPolicy(ReadOnlyPolicy):
    """Who reads letters; the table says who answers them."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and has_role(user, *READERS)


class MoveForm(forms.Form):
    """What a move takes."""

    text = forms.CharField(
        label=_("What the person is to read"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    until = forms.DateField(
        label=_("To be done by (only when it is put off)"), required=False, widget=AdminDateInput()
    )


class LetterInspectView(generic.InspectView):
    """One letter with its moves."""

    template_name = "home/admin/letter.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        letter = self.object
        is_demand = letter.kind == Letter.Kind.ACCESS
        moves = [
            row
            for row in available(letter, self.request.user)
            if (row.verb in DEMANDS_ALONE) <= is_demand and not (row.verb == "close" and is_demand)
        ]
        context.update(
            letter=letter,
            moves=moves,
            form=MoveForm() if moves else None,
            latest_on=states.latest_on(letter.received_at.date()) if is_demand else None,
        )
        return context


def move_view(request: HttpRequest, pk: Any, verb: str) -> HttpResponse:
    """A button of a letter's page; only POST acts."""
    if not has_role(request.user, *READERS):
        raise Http404
    letter = get_object_or_404(Letter, pk=pk)
    back = redirect("home_letters:inspect", letter.pk)
    form = MoveForm(request.POST)
    if request.method != "POST":
        return back
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}: {' '.join(map(str, errors))}")
        return back
    try:
        letters.move(letter, verb, actor=request.user, **form.cleaned_data)
    except TransitionError as error:
        messages.error(request, str(getattr(error, "sentence", "") or error))
    except LookupError as error:
        raise Http404 from error
    else:
        messages.success(request, _("Done."))
    return back


class LetterViewSet(ReadOnlyViewSet):
    """Messages and demands."""

    model = Letter
    name = "home_letters"
    url_prefix = "wiadomosci"
    icon = "mail"
    menu_label = _("Messages")
    menu_order = 210
    add_to_settings_menu = False
    add_to_admin_menu = True
    pk_path_converter = "uuid"
    inspect_view_class = LetterInspectView
    inspect_template_name = "home/admin/letter.html"
    list_display = [
        TitleColumn(
            "number",
            label=_("Number"),
            get_url=lambda letter: reverse("home_letters:inspect", args=[letter.pk]),
        ),
        Column("get_kind_display", label=_("Kind")),
        Column("staff_state_label", label=_("State")),
        DateColumn("received_at", label=_("Received"), sort_key="received_at"),
        Column("due_on", label=_("Deadline"), sort_key="due_on"),
    ]
    list_filter = {"kind": ["exact"], "state": ["exact"]}
    list_export = ["number", "get_kind_display", "staff_state_label", "received_at", "due_on"]
    search_fields = ["number"]
    search_backend_name = None
    ordering = None

    @property
    def permission_policy(self) -> LetterPolicy:
        return LetterPolicy(self.model)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:
        """What has a deadline first, the soonest on top; then the newest."""
        return Letter.objects.order_by(
            F("closed_at").desc(nulls_first=True), F("due_on").asc(nulls_last=True), "-received_at"
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<uuid:pk>/<slug:verb>/", move_view, name="move"),
        ]
