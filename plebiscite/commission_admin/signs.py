"""What won: the rules of using it, and requests to use it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from core.admin import ReadOnlyViewSet
from core.transitions import TransitionError, available
from plebiscite.commission_admin.forms import MoveForm
from plebiscite.commission_admin.policies import PlebiscitePolicy, ProposalPolicy
from plebiscite.commission_admin.timeline import timeline
from plebiscite.models import SignRules, UseRequest
from plebiscite.permissions import is_commission
from plebiscite.services import signing
from plebiscite.use_states import USE


class SignRulesViewSet(ModelViewSet):
    """Rules of use; the page of what won asks for them before anybody can ask to use it."""

    model = SignRules
    name = "plebiscite_sign_rules"
    url_prefix = "zasady-znaku"
    icon = "doc-full"
    menu_label = _("Rules of using signs")
    copy_view_enabled = False
    list_display = [
        TitleColumn(
            "plebiscite",
            label=_("Plebiscite"),
            get_url=lambda one: reverse("plebiscite_sign_rules:edit", args=[one.pk]),
        ),
        TitleColumn(
            "files",
            label=_("Files of the sign"),
            accessor=lambda one: one.plebiscite.sign_files.count(),
            get_url=lambda one: reverse("plebiscite_sign_files", args=[one.plebiscite_id]),
        ),
    ]
    panels = [
        FieldPanel("plebiscite"),
        *(FieldPanel(f"text_{language}") for language in ("pl", "be", "en", "it")),
    ]

    @property
    def permission_policy(self) -> PlebiscitePolicy:
        return PlebiscitePolicy(self.model)


class UseRequestInspectView(generic.InspectView):
    """One request, and the answer."""

    template_name = "plebiscite/admin/use_request.html"
    #: What was filled in for an answer that was refused.
    kept: MoveForm | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        may = is_commission(self.request.user)
        context.update(
            asked=self.object,
            state_label=USE.label(self.object.state, staff=True),
            moves=available(self.object, self.request.user) if may else [],
            form=self.kept or MoveForm(),
            events=timeline(self.object),
        )
        return context


class UseRequestViewSet(ReadOnlyViewSet):
    """Requests to use what won."""

    model = UseRequest
    name = "plebiscite_use_requests"
    url_prefix = "prosby-o-znak"
    icon = "mail"
    menu_label = _("Requests to use signs")
    add_to_settings_menu = False
    pk_path_converter = "uuid"
    inspect_view_class = UseRequestInspectView
    list_filter = ["state", "plebiscite"]
    list_display = [
        TitleColumn(
            "number",
            label=_("Number"),
            get_url=lambda one: reverse("plebiscite_use_requests:inspect", args=[one.pk]),
        ),
        Column("state", label=_("State"), accessor=lambda one: USE.label(one.state, staff=True)),
        Column("plebiscite", label=_("Plebiscite"), accessor="plebiscite.title"),
        Column("name", label=_("Who asks")),
        DateColumn("asked_at", label=_("Asked"), sort_key="asked_at"),
    ]
    list_export = ["number", "state", "name", "organisation", "purpose", "answer", "asked_at"]
    search_fields = ["number", "name", "organisation"]
    search_backend_name = None
    ordering = ["asked_at"]

    @property
    def permission_policy(self) -> ProposalPolicy:
        return ProposalPolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        # The list stays first: the menu leads to the first address.
        return [
            *super().get_urlpatterns(),
            path("<uuid:pk>/ruch/<slug:verb>/", self.move, name="move"),
        ]

    def move(self, request: HttpRequest, pk: str, verb: str) -> HttpResponse:
        """The answer; only POST acts. A refusal keeps what was typed."""
        if not is_commission(request.user):
            raise PermissionDenied
        asked = get_object_or_404(UseRequest, pk=pk)
        back = redirect("plebiscite_use_requests:inspect", asked.pk)
        if request.method != "POST":
            return back
        if verb not in USE.verbs:
            raise Http404
        form = MoveForm(request.POST)
        form.is_valid()
        reason = form.cleaned_data.get("reason", "")
        try:
            signing.answer(asked, verb, actor=request.user, reason=reason)
        except TransitionError as error:
            messages.error(request, str(error))
            request.method = "GET"
            arguments = {**self.get_inspect_view_kwargs(), "kept": form}
            view = self.construct_view(self.inspect_view_class, **arguments)
            response: HttpResponse = view(request, pk=pk)
            response.status_code = 422
            return response
        messages.success(request, _("Done."))
        return back
