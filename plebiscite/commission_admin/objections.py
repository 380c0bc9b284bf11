"""Objections: a list that says what waits and until when, and a page to answer on."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic

from core.admin import MomentColumn, ReadOnlyViewSet
from core.transitions import TransitionError, available
from core.transitions.drawing import diagram
from plebiscite.commission_admin.policies import ProposalPolicy
from plebiscite.forms import AnswerForm
from plebiscite.models import Objection, Plebiscite
from plebiscite.objection_states import OBJECTION
from plebiscite.permissions import is_commission, may_read
from plebiscite.services import objecting


class ObjectionFilterSet(WagtailFilterSet):
    state = django_filters.MultipleChoiceFilter(label=_("State"), choices=OBJECTION.choices)
    plebiscite = django_filters.ModelChoiceFilter(
        label=_("Plebiscite"), queryset=lambda request: Plebiscite.objects.real()
    )

    class Meta:
        model = Objection
        fields = ["state", "plebiscite"]


class ObjectionInspectView(generic.InspectView):
    """One objection, and the answer."""

    template_name = "plebiscite/admin/objection.html"
    form: AnswerForm | None = None

    def get_object(self) -> Objection:
        return get_object_or_404(
            Objection.objects.select_related("plebiscite"), pk=self.kwargs["pk"]
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        moves = available(self.object, self.request.user)
        if not is_commission(self.request.user):
            moves = []
        context.update(
            objection=self.object,
            state_label=OBJECTION.label(self.object.state, staff=True),
            moves=moves,
            form=self.form or AnswerForm(),
            diagram=diagram(OBJECTION, current=self.object.state),
        )
        return context


class ObjectionViewSet(ReadOnlyViewSet):
    """Objections."""

    model = Objection
    name = "plebiscite_objections"
    url_prefix = "zastrzezenia"
    icon = "warning"
    menu_label = _("Objections")
    add_to_settings_menu = False
    pk_path_converter = "uuid"
    inspect_view_class = ObjectionInspectView
    filterset_class = ObjectionFilterSet
    list_display = [
        TitleColumn(
            "number",
            label=_("Number"),
            sort_key="number",
            get_url=lambda one: reverse("plebiscite_objections:inspect", args=[one.pk]),
        ),
        Column(
            "state",
            label=_("State"),
            accessor=lambda one: OBJECTION.label(one.state, staff=True),
        ),
        Column("plebiscite", label=_("Plebiscite"), accessor="plebiscite.title"),
        DateColumn("submitted_at", label=_("Received"), sort_key="submitted_at"),
        MomentColumn("answer_due", label=_("Answer due"), sort_key="answer_due"),
    ]
    list_export = ["number", "state", "summary", "answer", "submitted_at", "answered_at"]
    search_fields = ["number", "text"]
    search_backend_name = None
    ordering = ["answer_due"]

    @property
    def permission_policy(self) -> ProposalPolicy:
        return ProposalPolicy(self.model)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Objection]:
        return Objection.objects.select_related("plebiscite")

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<uuid:pk>/ruch/<slug:verb>/", self.move, name="move"),
        ]

    def move(self, request: HttpRequest, pk: str, verb: str) -> HttpResponse:
        """A button of the objection's page; only POST acts. A refusal keeps what was typed."""
        if not may_read(request.user):
            raise PermissionDenied
        objection = get_object_or_404(Objection, pk=pk)
        if verb not in OBJECTION.verbs:
            raise Http404
        if request.method == "POST":
            form = AnswerForm(request.POST)
            try:
                if not form.is_valid():
                    raise ValueError
                objecting.decide(objection, verb, actor=request.user, **form.cleaned_data)
            except ValueError:
                return self._again(request, pk, form)
            except TransitionError as refusal:
                messages.error(request, str(refusal))
                return self._again(request, pk, form)
            messages.success(request, _("The answer is public now."))
        return redirect("plebiscite_objections:inspect", objection.pk)

    def _again(self, request: HttpRequest, pk: str, form: AnswerForm) -> HttpResponse:
        request.method = "GET"
        view = self.construct_view(
            self.inspect_view_class, **{**self.get_inspect_view_kwargs(), "form": form}
        )
        response: HttpResponse = view(request, pk=pk)
        response.status_code = 422
        return response
