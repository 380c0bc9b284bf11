"""Proposals: a list that says what waits, and a page per proposal with the next moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, When
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
from plebiscite.contest_states import AUTHORS_OWN, PROPOSAL
from plebiscite.differences import Piece, compare
from plebiscite.models import Plebiscite, Proposal, ProposalRevision
from plebiscite.permissions import is_commission, may_read
from plebiscite.phases import JOINABLE, WITH_COMMISSION
from plebiscite.services import proposals


def sent() -> QuerySet[Proposal]:
    """What has reached the commission. Drafts are their authors' alone."""
    rows = Proposal.objects.filter(submitted_at__isnull=False)
    return rows.select_related("plebiscite", "author", "kind", "theme", "merged_into")


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
        waiting = Case(When(state__in=WITH_COMMISSION, then=0), default=1)
        return sent().annotate(waiting=waiting)


class ProposalInspectView(generic.InspectView):
    """One proposal as it was sent last, what has changed since before, and what can be done."""

    template_name = "plebiscite/admin/proposal.html"
    #: What was filled in for a move that was refused.
    kept: MoveForm | None = None

    def get_object(self) -> Proposal:
        return get_object_or_404(sent(), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        proposal = self.object
        moves = [
            row for row in available(proposal, self.request.user) if row.verb not in AUTHORS_OWN
        ]
        if not is_commission(self.request.user):
            moves = []
        revisions = list(
            proposal.revisions.select_related("kind", "theme").prefetch_related("pictures")
        )
        context.update(
            proposal=proposal,
            state_label=PROPOSAL.label(proposal.state, staff=True),
            revision=revisions[-1] if revisions else None,
            revisions=revisions,
            comparison=self._comparison(revisions),
            joined=proposal.joined.all(),
            ballot_number=proposal.plebiscite.options.filter(revision__proposal=proposal)
            .values_list("position", flat=True)
            .first(),
            moves=[row for row in moves if not row.takes],
            moves_with_reason=[row for row in moves if "reason" in row.takes],
            merge=next((row for row in moves if "into" in row.takes), None),
            form=self.kept or MoveForm(others=others(proposal)),
            diagram=diagram(PROPOSAL, current=proposal.state),
            events=timeline(proposal),
        )
        return context

    def _comparison(self, revisions: list[ProposalRevision]) -> Comparison | None:
        """The two revisions of the address, by default the last two."""
        if len(revisions) < 2:
            return None
        by_number = {str(one.number): one for one in revisions}
        before = by_number.get(self.request.GET.get("od", ""), revisions[-2])
        after = by_number.get(self.request.GET.get("do", ""), revisions[-1])
        return Comparison.of(before, after)


@dataclass(frozen=True)
class Comparison:
    """Two revisions side by side. Pictures are known by their content."""

    before: ProposalRevision
    after: ProposalRevision
    texts: list[tuple[Any, list[Piece]]]
    removed: list[Any]
    added: list[Any]

    @classmethod
    def of(cls, before: ProposalRevision, after: ProposalRevision) -> Comparison:
        """What has changed from one to the other."""
        old = {picture.sha256: picture for picture in before.pictures.all()}
        new = {picture.sha256: picture for picture in after.pictures.all()}
        texts = [
            (_("Title"), before.title, after.title),
            (_("Description"), before.description, after.description),
            (_("Language"), before.language, after.language),
            (_("Kind of work"), str(before.kind or ""), str(after.kind or "")),
            (_("Theme"), str(before.theme or ""), str(after.theme or "")),
            *(
                (_("Alternative text"), old[key].alt_text, new[key].alt_text)
                for key in old
                if key in new
            ),
        ]
        return cls(
            before,
            after,
            [(label, compare(one, other)) for label, one, other in texts if one != other],
            [picture for key, picture in old.items() if key not in new],
            [picture for key, picture in new.items() if key not in old],
        )


def others(proposal: Proposal) -> QuerySet[Proposal]:
    """What a proposal can be joined with."""
    rows = sent().filter(plebiscite=proposal.plebiscite_id).exclude(pk=proposal.pk)
    return rows.filter(state__in=JOINABLE)


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
        Column("number", label=_("Proposal no."), sort_key="number"),
        Column(
            "state",
            label=_("State"),
            accessor=lambda one: PROPOSAL.label(one.state, staff=True),
        ),
        Column("plebiscite", label=_("Plebiscite"), accessor="plebiscite.title"),
        DateColumn("submitted_at", label=_("Sent"), sort_key="submitted_at"),
    ]
    list_export = ["number", "title", "state", "reason", "submitted_at", "plebiscite"]
    search_fields = ["title", "description"]
    search_backend_name = None
    ordering = ["waiting", "submitted_at", "id"]

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
        """A button of the proposal's page; only POST acts. A refusal keeps what was typed."""
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
            if not form.data.get("reason", "").strip():
                return back
            return self._again(request, pk, form)
        messages.success(request, _("Done."))
        return back

    def _again(self, request: HttpRequest, pk: str, form: MoveForm) -> HttpResponse:
        request.method = "GET"
        view = self.construct_view(
            self.inspect_view_class, **{**self.get_inspect_view_kwargs(), "kept": form}
        )
        response = view(request, pk=pk)
        response.status_code = 422
        return response
