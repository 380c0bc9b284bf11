"""Plebiscites: a list, a form while they are prepared, a page with the next moves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.panels import TabbedInterface as Tabs
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from core.admin import MomentColumn
from core.transitions import SYSTEM_ONLY, TransitionError, available
from core.transitions.drawing import diagram
from plebiscite import clock
from plebiscite.commission_admin import proof
from plebiscite.commission_admin.forms import MoveForm, PlebisciteForm
from plebiscite.commission_admin.policies import PlebiscitePolicy
from plebiscite.commission_admin.timeline import timeline
from plebiscite.models import BallotOption, ParticipationMark, Plebiscite
from plebiscite.permissions import is_commission
from plebiscite.phases import FROZEN_ON, MAY_TAKE_VOTES, Channel, PlebisciteState
from plebiscite.selectors.turnout import turnout
from plebiscite.services import moving, rerunning, watching
from plebiscite.services.commission import confirming

FROZEN = _("The ballot paper is frozen; nothing about the vote can change any more.")
PAIRS = (
    ("contest_opens_at", "contest_closes_at"),
    ("voting_opens_at", "voting_closes_at"),
    ("results_at", "objections_until"),
)
LANGUAGES = (
    ("pl", _("Polish")),
    ("be", _("Belarusian")),
    ("en", _("English")),
    ("it", _("Italian")),
)


def _texts(code: str, heading: Any) -> MultiFieldPanel:
    fields = [FieldPanel(f"{name}_{code}") for name in ("title", "lead", "question", "about")]
    return MultiFieldPanel(fields, heading=heading)


class PlebisciteIndexView(generic.IndexView):
    """The list."""

    def get_base_queryset(self) -> Any:
        return Plebiscite.objects.real()


class PlebisciteEditView(generic.EditView):
    """The form, as long as something can change."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        plebiscite = get_object_or_404(Plebiscite, pk=self.kwargs["pk"])
        if plebiscite.state in FROZEN_ON:
            messages.info(
                request,
                _("The ballot paper is frozen; nothing about the vote can change any more."),
            )
            return redirect("plebiscite_plebiscites:inspect", plebiscite.pk)
        return super().dispatch(request, *args, **kwargs)


class PlebisciteInspectView(generic.InspectView):
    """One plebiscite: where it stands, what comes next, what has happened."""

    template_name = "plebiscite/admin/plebiscite.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        plebiscite = self.object
        state = plebiscite.state_at(clock.now())
        begun = set(plebiscite.requests.values_list("verb", flat=True))
        # A vote that repeats another has its works; every other one calls for them.
        hidden = {"rehearse", "draw", "take_over" if plebiscite.rerun_of_id is None else "announce"}
        moves = [
            row
            for row in available(plebiscite, self.request.user)
            if row.who is not SYSTEM_ONLY and row.verb not in begun and row.verb not in hidden
        ]
        context.update(
            plebiscite=plebiscite,
            state_label=plebiscite.machine.label(state, staff=True),
            is_frozen=plebiscite.state in FROZEN_ON,
            moves=[row for row in moves if "reason" not in row.takes],
            moves_with_reason=[row for row in moves if "reason" in row.takes],
            two_people=confirming.VERBS,
            requests=[
                (one, plebiscite.machine.rows(one.verb)[0].label_staff)
                for one in plebiscite.requests.select_related("requested_by")
                if one.verb in confirming.VERBS
            ],
            form=MoveForm(),
            diagram=diagram(plebiscite.machine, current=state),
            events=timeline(plebiscite),
            waiting=plebiscite.proposals.waiting().count(),
            accepted=plebiscite.contest.proposals.accepted().count(),
            options=BallotOption.objects.filter(plebiscite=plebiscite),
            voted=ParticipationMark.objects.filter(plebiscite=plebiscite).count(),
            turnout=turnout(plebiscite),
            rerun=plebiscite.reruns.first(),
            may_repeat=plebiscite.state == PlebisciteState.VOID and not plebiscite.is_rehearsal,
            alerts=watching.alerts(plebiscite.pk),
            stand_on_url=self._stand_on_url(state),
            **proof.proof_context(plebiscite, self.request.user),
        )
        return context

    def _stand_on_url(self, state: str) -> str:
        """Where a device becomes a voting stand, while there is something to vote on with codes."""
        is_offered = state in MAY_TAKE_VOTES and Channel.CODE in self.object.channels
        if not is_offered or not is_commission(self.request.user):
            return ""
        return reverse("plebiscite:kiosk_on", args=[self.object.slug])


def again_view(request: HttpRequest, pk: str) -> HttpResponse:
    """Prepares the repetition of a void vote; only POST acts."""
    plebiscite = get_object_or_404(Plebiscite, pk=pk)
    if request.method == "POST":
        try:
            new = rerunning.prepare_again(plebiscite, actor=request.user)
        except TransitionError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("A draft with the same works: set its dates now."))
            return redirect("plebiscite_plebiscites:edit", new.pk)
    return redirect("plebiscite_plebiscites:inspect", plebiscite.pk)


def move_view(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """A button of the plebiscite's page; only POST acts."""
    plebiscite = get_object_or_404(Plebiscite, pk=pk)
    if not PlebiscitePolicy(Plebiscite).user_has_permission(request.user, "change"):
        raise PermissionDenied
    back = redirect("plebiscite_plebiscites:inspect", plebiscite.pk)
    if request.method != "POST":
        return back
    try:
        takes = frozenset(name for row in plebiscite.machine.rows(verb) for name in row.takes)
    except LookupError as error:
        raise Http404 from error
    form = MoveForm(request.POST)
    form.is_valid()
    try:
        if verb in confirming.VERBS:
            reason = form.cleaned_data.get("reason", "")
            confirming.request(plebiscite, verb, actor=request.user, reason=reason)
            messages.success(request, _("Begun. Now another person of the commission confirms it."))
        else:
            moving.move(plebiscite, verb, actor=request.user, **form.context(takes))
            messages.success(request, _("Done."))
    except TransitionError as error:
        messages.error(request, str(error))
    return back


def second_view(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """What the second person does with a step that waits: confirm it, or take it back."""
    plebiscite = get_object_or_404(Plebiscite, pk=pk)
    if not PlebiscitePolicy(Plebiscite).user_has_permission(request.user, "change"):
        raise PermissionDenied
    back = redirect("plebiscite_plebiscites:inspect", plebiscite.pk)
    if request.method != "POST":
        return back
    try:
        if "take_back" in request.POST:
            confirming.take_back(plebiscite, verb, actor=request.user)
            messages.success(request, _("Taken back."))
        else:
            confirming.confirm(plebiscite, verb, actor=request.user)
            messages.success(request, _("Done."))
    except TransitionError as error:
        messages.error(request, str(error))
    return back


class PlebisciteViewSet(ModelViewSet):
    """Plebiscites."""

    model = Plebiscite
    name = "plebiscite_plebiscites"
    url_prefix = "plebiscyty"
    icon = "pick"
    menu_label = _("Plebiscites")
    pk_path_converter = "uuid"
    inspect_view_enabled = True
    copy_view_enabled = False
    index_view_class = PlebisciteIndexView
    edit_view_class = PlebisciteEditView
    inspect_view_class = PlebisciteInspectView
    list_filter = ["state", "is_example"]
    list_display = [
        TitleColumn(
            "title_pl",
            label=_("Title"),
            sort_key="title_pl",
            get_url=lambda one: reverse("plebiscite_plebiscites:inspect", args=[one.pk]),
        ),
        Column(
            "state",
            label=_("State"),
            accessor=lambda one: one.machine.label(one.state_at(clock.now()), staff=True),
        ),
        MomentColumn("contest_closes_at", label=_("Proposals until"), sort_key="contest_closes_at"),
        MomentColumn("voting_opens_at", label=_("Voting from"), sort_key="voting_opens_at"),
        MomentColumn("voting_closes_at", label=_("Voting until"), sort_key="voting_closes_at"),
    ]
    list_export = ["slug", "title_pl", "state", "voting_opens_at", "voting_closes_at"]
    search_fields = ["title_pl", "slug"]
    search_backend_name = None
    edit_handler = Tabs(
        [
            ObjectList(
                [
                    FieldPanel("slug"),
                    FieldPanel("cover"),
                    *(_texts(code, name) for code, name in LANGUAGES),
                    FieldPanel("is_example"),
                ],
                heading=_("Texts"),
            ),
            ObjectList(
                [
                    FieldRowPanel(
                        [FieldPanel("contest_opens_at"), FieldPanel("contest_closes_at")]
                    ),
                    FieldRowPanel([FieldPanel("voting_opens_at"), FieldPanel("voting_closes_at")]),
                    FieldRowPanel([FieldPanel("results_at"), FieldPanel("objections_until")]),
                ],
                heading=_("Dates"),
            ),
            ObjectList(
                [
                    FieldRowPanel([FieldPanel("method"), FieldPanel("winners")]),
                    FieldRowPanel([FieldPanel("tie"), FieldPanel("quorum")]),
                    FieldRowPanel([FieldPanel("proposals_per_person"), FieldPanel("appeal_days")]),
                    FieldRowPanel([FieldPanel("grace_s"), FieldPanel("mix_k")]),
                    FieldPanel("retention_days"),
                ],
                heading=_("Rules"),
            ),
        ],
        base_form_class=PlebisciteForm,
    )

    @property
    def permission_policy(self) -> PlebiscitePolicy:
        return PlebiscitePolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        # The list stays first: the menu leads to the first address.
        return [
            *super().get_urlpatterns(),
            *proof.urls(),
            path("<uuid:pk>/ruch/<slug:verb>/", move_view, name="move"),
            path("<uuid:pk>/od-nowa/", again_view, name="again"),
            path("<uuid:pk>/drugi/<slug:verb>/", second_view, name="second"),
        ]
