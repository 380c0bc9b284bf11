"""Juries: their rules, jurors, progress, and the end by two people. Authors are not shown here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from core.admin import MomentColumn
from core.transitions import TransitionError, available
from core.transitions.drawing import diagram
from plebiscite.commission_admin.policies import PlebiscitePolicy
from plebiscite.commission_admin.timeline import timeline
from plebiscite.jury_states import JURY, SETUP
from plebiscite.models import Jury, JuryCriterion, Plebiscite
from plebiscite.permissions import is_commission, may_read
from plebiscite.phases import FROZEN_ON
from plebiscite.printing.protocol import protocol
from plebiscite.selectors.judging import progress, protocol_rows, scores_csv
from plebiscite.services import judging


class JuryForm(WagtailAdminModelForm):
    """The rules of a jury. Saving goes through the service."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["plebiscite"]
        if self.instance.pk:
            field.disabled = True
        else:
            rows = Plebiscite.objects.exclude(state__in=FROZEN_ON).filter(jury__isnull=True)
            field.queryset = rows  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> Any:
        instance = super().save(commit=False)
        if not commit:
            return instance
        return judging.save(instance, actor=self.for_user, changed=self.changed_data)


class AppointForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address of the account"), help_text=_("The juror needs an account first.")
    )


class CriterionForm(forms.ModelForm):
    class Meta:
        model = JuryCriterion
        fields = ("name_pl", "name_be", "name_en", "name_it", "weight", "top")


class JuryInspectView(generic.InspectView):
    """One jury: who, by what, how far, and what comes next."""

    template_name = "plebiscite/admin/jury.html"
    #: Forms that were filled in and refused.
    kept: dict[str, forms.BaseForm] = {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        jury = self.object
        may = is_commission(self.request.user)
        context.update(
            jury=jury,
            state_label=JURY.label(jury.state, staff=True),
            is_setup=jury.state == SETUP and may,
            criteria=jury.criteria.all(),
            progress=progress(jury),
            rows=protocol_rows(jury),
            moves=available(jury, self.request.user) if may else [],
            appoint_form=self.kept.get("appoint") or AppointForm(),
            criterion_form=self.kept.get("criterion") or CriterionForm(),
            diagram=diagram(JURY, current=jury.state),
            events=timeline(jury),
        )
        return context


class JuryEditView(generic.EditView):
    """The form, as long as the rules may change."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.object.state != SETUP:
            return redirect("plebiscite_juries:inspect", self.object.pk)
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.object.state != SETUP:
            return redirect("plebiscite_juries:inspect", self.object.pk)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response


class JuryViewSet(ModelViewSet):
    """Juries."""

    model = Jury
    name = "plebiscite_juries"
    url_prefix = "jury"
    icon = "group"
    menu_label = _("Juries")
    inspect_view_enabled = True
    copy_view_enabled = False
    inspect_view_class = JuryInspectView
    edit_view_class = JuryEditView
    list_display = [
        TitleColumn(
            "plebiscite",
            label=_("Plebiscite"),
            get_url=lambda one: reverse("plebiscite_juries:inspect", args=[one.pk]),
        ),
        Column("state", label=_("State"), accessor=lambda one: JURY.label(one.state, staff=True)),
        Column("effect", label=_("What its result does"), accessor="get_effect_display"),
        MomentColumn("scores_until", label=_("Scores until")),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("plebiscite"),
            FieldPanel("effect"),
            FieldRowPanel([FieldPanel("places"), FieldPanel("sheets_needed")]),
            FieldPanel("scores_until"),
        ],
        base_form_class=JuryForm,
    )

    @property
    def permission_policy(self) -> PlebiscitePolicy:
        return PlebiscitePolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        # The list stays first: the menu leads to the first address.
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/ruch/<slug:verb>/", self.move, name="move"),
            path("<int:pk>/zmien/<slug:what>/", self.change, name="change"),
            path("<int:pk>/oceny.csv", self.export, name="scores"),
            path("<int:pk>/protokol.pdf", self.protocol, name="protocol"),
        ]

    def move(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """A button of the jury's page; only POST acts."""
        jury = self._for_commission(request, pk)
        back = redirect("plebiscite_juries:inspect", pk)
        if request.method != "POST":
            return back
        if verb not in JURY.verbs:
            raise Http404
        try:
            judging.move(jury, verb, actor=request.user)
        except TransitionError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Done."))
        return back

    def change(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        """Jurors and criteria come and go while the jury is being set up."""
        jury = self._for_commission(request, pk)
        back = redirect("plebiscite_juries:inspect", pk)
        if request.method != "POST":
            return back
        form: forms.BaseForm | None = None
        try:
            if what == "appoint":
                form = AppointForm(request.POST)
                if form.is_valid():
                    judging.appoint(jury, actor=request.user, **form.cleaned_data)
            elif what == "criterion":
                form = CriterionForm(request.POST)
                if form.is_valid():
                    judging.add_criterion(jury, actor=request.user, **form.cleaned_data)
            elif what in {"dismiss", "remove_criterion"}:
                key = {"dismiss": "juror", "remove_criterion": "criterion"}[what]
                number = int(request.POST.get("id", "0") or 0)
                getattr(judging, what)(jury, actor=request.user, **{key: number})
            else:
                raise Http404
        except TransitionError as error:
            messages.error(request, str(error))
            return self._again(request, pk, {what: form}) if form else back
        except ValueError as error:
            raise Http404 from error
        if form is not None and form.errors:
            return self._again(request, pk, {what: form})
        messages.success(request, _("Done."))
        return back

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """All points, by juror and number of the work."""
        if not may_read(request.user):
            raise PermissionDenied
        jury = get_object_or_404(Jury, pk=pk)
        response = HttpResponse(scores_csv(jury), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="jury-{jury.plebiscite.slug}.csv"'
        return response

    def protocol(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The protocol, once the jury has finished."""
        if not may_read(request.user):
            raise PermissionDenied
        jury = get_object_or_404(Jury, pk=pk)
        if not jury.is_closed:
            raise Http404
        return HttpResponse(protocol(jury), content_type="application/pdf")

    def _for_commission(self, request: HttpRequest, pk: int) -> Jury:
        if not is_commission(request.user):
            raise PermissionDenied
        return get_object_or_404(Jury, pk=pk)

    def _again(self, request: HttpRequest, pk: int, kept: dict[str, Any]) -> HttpResponse:
        request.method = "GET"
        arguments = {**self.get_inspect_view_kwargs(), "kept": kept}
        response: HttpResponse = self.construct_view(self.inspect_view_class, **arguments)(
            request, pk=str(pk)
        )
        response.status_code = 422
        return response
