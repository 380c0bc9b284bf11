"""Proposals: a list that says what waits, and a page per proposal with the next moves."""

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

from core.admin import ReadOnlyViewSet
from core.transitions import TransitionError, available
from core.transitions.drawing import diagram
from plebiscite.commission_admin.forms import MoveForm
from plebiscite.commission_admin.policies import ProposalPolicy
from plebiscite.commission_admin.timeline import timeline
from plebiscite.models import Plebiscite, Proposal
from plebiscite.permissions import is_commission, may_read
from plebiscite.phases import ProposalState
from plebiscite.services import proposals
from plebiscite.states import PROPOSAL


def sent() -> QuerySet[Proposal]:
    """What has reached the commission. Drafts are their authors' alone."""
    rows = Proposal.objects.filter(submitted_at__isnull=False)
    return rows.select_related("plebiscite", "author")


class ProposalFilterSet(WagtailFilterSet):
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=lambda: PROPOSAL.choices()[1:]
    )
    plebiscite = django_filters.ModelChoiceFilter(
        label=_("Plebiscite"), queryset=lambda request: Plebiscite.objects.real()
    )

    class Meta:
        model = Proposal
        fields = ["state", "plebiscite"]


class ProposalIndexView(generic.IndexView):
    """The list: what waits longest comes first."""

    def get_base_queryset(self) -> QuerySet[Proposal]:
        return sent()


class ProposalInspectView(generic.InspectView):
    """One proposal as it was sent last, and what can be done about it."""

    template_name = "plebiscite/admin/proposal.html"

    def get_object(self) -> Proposal:
        return get_object_or_404(sent(), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        proposal = self.object
        moves = available(proposal, self.request.user)
        if not is_commission(self.request.user):
            moves = []
        context.update(
            proposal=proposal,
            state_label=PROPOSAL.label(proposal.state, staff=True),
            revision=proposal.latest_revision,
            revisions=proposal.revisions.count(),
            moves=[row for row in moves if not row.takes and row.verb not in AUTHORS_OWN],
            moves_with_reason=[
                row for row in moves if "reason" in row.takes and row.verb not in AUTHORS_OWN
            ],
            merge=next((row for row in moves if "into" in row.takes), None),
            form=MoveForm(others=others(proposal)),
            diagram=diagram(PROPOSAL, current=proposal.state),
            events=timeline(proposal),
        )
        return context


#: What only its author does, on the public side.
AUTHORS_OWN = frozenset({"submit", "withdraw", "appeal"})


def others(proposal: Proposal) -> QuerySet[Proposal]:
    """What a proposal can be joined with."""
    rows = sent().filter(plebiscite=proposal.plebiscite_id).exclude(pk=proposal.pk)
    return rows.exclude(state__in=[ProposalState.MERGED, ProposalState.WITHDRAWN])


def move_view(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """A button of the proposal's page; only POST acts."""
    if not may_read(request.user):
        raise PermissionDenied
    proposal = get_object_or_404(sent(), pk=pk)
    back = redirect("plebiscite_proposals:inspect", proposal.pk)
    if request.method != "POST":
        return back
    if verb in AUTHORS_OWN:
        raise Http404
    try:
        takes = frozenset(name for row in PROPOSAL.rows(verb) for name in row.takes)
    except LookupError as error:
        raise Http404 from error
    form = MoveForm(request.POST, others=others(proposal))
    form.is_valid()
    try:
        proposals.decide(proposal, verb, actor=request.user, **form.context(takes))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Done."))
    return back


class ProposalViewSet(ReadOnlyViewSet):
    """Proposals."""

    model = Proposal
    name = "plebiscite_proposals"
    url_prefix = "propozycje"
    icon = "image"
    menu_label = _("Proposals")
    add_to_settings_menu = False
    pk_path_converter = "uuid"
    index_view_class = ProposalIndexView
    inspect_view_class = ProposalInspectView
    filterset_class = ProposalFilterSet
    list_display = [
        TitleColumn(
            "title",
            label=_("Title"),
            sort_key="title",
            get_url=lambda one: reverse("plebiscite_proposals:inspect", args=[one.pk]),
        ),
        Column("number", label=_("Number"), sort_key="number"),
        Column(
            "state",
            label=_("State"),
            accessor=lambda one: PROPOSAL.label(one.state, staff=True),
        ),
        Column("plebiscite", label=_("Plebiscite"), accessor="plebiscite.title"),
        DateColumn("submitted_at", label=_("Sent"), sort_key="submitted_at"),
    ]
    list_export = ["number", "title", "state", "submitted_at", "plebiscite"]
    search_fields = ["title", "description"]
    search_backend_name = None
    ordering = ["submitted_at"]

    @property
    def permission_policy(self) -> ProposalPolicy:
        return ProposalPolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        # The list stays first: the menu leads to the first address.
        return [
            *super().get_urlpatterns(),
            path("<uuid:pk>/ruch/<slug:verb>/", move_view, name="move"),
        ]
