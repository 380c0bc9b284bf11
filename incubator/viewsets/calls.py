"""Calls and versions of forms in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
)
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from core.admin import MomentColumn
from core.audit import record
from core.clock import ClockTimestamp
from core.transitions import TransitionError
from directory.models import APPLICANT_FORMS, Organisation
from incubator import permissions, services
from incubator.models import Call, CallQuestion
from incubator.selectors.statistics import call_figures
from incubator.states import UNNUMBERED


class CallPolicy(ModelPermissionPolicy):
    """Coordinators keep calls; whoever reads applications reads them. Nobody deletes one."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action == "view":
            return permissions.reads_all(user)
        return action in {"add", "change"} and permissions.coordinates(user)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class CallIndexView(generic.IndexView):
    """Calls with their phase by the database's clock, and how many applications were sent."""

    def get_base_queryset(self) -> QuerySet[Call]:
        was_sent = ~Q(applications__state__in=UNNUMBERED)
        return Call.objects.annotate(
            now=ClockTimestamp(), sent_count=Count("applications", filter=was_sent)
        )


class CallForm(WagtailAdminModelForm):
    """A call. What is changed in a published one is announced, with the reason."""

    amendment_reason = forms.CharField(
        label=_("Reason of the change"),
        help_text=_(
            "Needed when a published call gets other dates, places, regulations, criteria or "
            "attachments. The change and this reason stand on the call’s page, and everybody who "
            "applies gets a mail."
        ),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
    )

    legal_forms = forms.MultipleChoiceField(
        label=_("Who may apply"),
        help_text=_("None ticked means everybody."),
        choices=[(form.value, form.label) for form in APPLICANT_FORMS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    @cached_property
    def was_published(self) -> bool:
        return Call.objects.filter(pk=self.instance.pk, is_published=True).exists()

    def amended_parts(self) -> list[str]:
        """The parts of a published call's page that were changed: regulations and lists."""
        if not self.was_published:
            return []
        found = [name for name, rows in self.formsets.items() if rows.has_changed()]
        if any(name.startswith("regulations") for name in self.changed_data):
            found.append("regulations")
        return found

    def amended(self) -> dict[str, Any]:
        """The announced changes: those of a call that was published before."""
        if not self.was_published:
            return {}
        return {
            name: self.cleaned_data[name]
            for name in services.calls.AMENDABLE
            if name in self.cleaned_data and name in self.changed_data
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if (self.amended() or self.amended_parts()) and not cleaned.get(
            "amendment_reason", ""
        ).strip():
            self.add_error("amendment_reason", _("Say why; everybody will read it."))
        return cleaned


class LoggedCreate(generic.CreateView):
    def save_instance(self) -> Call:
        call: Call = super().save_instance()
        record(call, "create", actor=self.request.user)
        return call


class LoggedEdit(generic.EditView):
    template_name = "incubator/admin/call_edit.html"

    @transaction.atomic
    def save_instance(self) -> Call:
        changes, parts = self.form.amended(), self.form.amended_parts()
        before = Call.objects.get(pk=self.object.pk)
        for name in changes:
            setattr(self.form.instance, name, getattr(before, name))
        call: Call = super().save_instance()
        if changes or parts:
            reason = self.form.cleaned_data["amendment_reason"]
            services.amend_call(call, changes, parts=parts, reason=reason, actor=self.request.user)
        others = [name for name in self.form.changed_data if name not in changes]
        if others:
            record(call, "update", actor=self.request.user, fields=others)
        return call

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "call": self.object,
            "extensions": self.object.extensions.select_related("organisation"),
            "extension_form": ExtensionForm(),
            "may_annul": permissions.annuls(self.request.user),
        }


class ExtensionForm(forms.Form):
    """More time for one organisation."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.order_by("name_pl")
    )
    closes_at = forms.DateTimeField(
        label=_("The call closes for it"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M"],
    )
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 2}))


def extend_view(request: HttpRequest, pk: int) -> HttpResponse:
    """More time for one organisation, with the reason."""
    call = get_object_or_404(Call, pk=pk)
    if not permissions.coordinates(request.user):
        raise PermissionDenied
    back = redirect("incubator_calls:edit", call.pk)
    if request.method != "POST":
        return back
    form = ExtensionForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(row[0]) for row in form.errors.values()))
        return back
    try:
        services.extend_call(call, actor=request.user, **form.cleaned_data)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("The organisation has more time, and its team gets a mail."))
    return back


def annul_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The end of a call without an outcome; only POST acts."""
    call = get_object_or_404(Call, pk=pk)
    if not permissions.annuls(request.user):
        raise PermissionDenied
    context: dict[str, Any] = {"call": call}
    if request.method == "POST":
        reason = context["reason"] = request.POST.get("reason", "")[:2000]
        try:
            services.annul_call(call, reason=reason, actor=request.user)
        except ValidationError as error:
            context["error"] = error.messages[0]
        except TransitionError as error:
            # One of the applications stands in the way; nothing was annulled.
            context["error"] = str(error)
        else:
            messages.success(request, _("The call has been annulled."))
            return redirect("incubator_calls:index")
    return render(request, "incubator/admin/annul.html", context)


def figures_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures of a call, for whoever reads applications."""
    if not permissions.reads_all(request.user):
        raise PermissionDenied
    call = get_object_or_404(Call, pk=pk)
    # Approvers do not edit calls: from here they reach what is theirs to do.
    may_annul = call.annulled_at is None and permissions.annuls(request.user)
    context = {"call": call, "charts": call_figures(call), "may_annul": may_annul}
    return render(request, "incubator/admin/figures.html", context)


class QuestionPolicy(ModelPermissionPolicy):
    """Coordinators answer; whoever reads applications reads."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action == "view":
            return permissions.reads_all(user)
        return action == "change" and permissions.coordinates(user)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class AnswerView(generic.EditView):
    def save_instance(self) -> CallQuestion:
        values = self.form.cleaned_data
        return services.answer_question(
            self.object,
            text=values["question"],
            answer=values["answer"],
            actor=self.request.user,
        )


class QuestionViewSet(ModelViewSet):
    """Questions about calls, to be answered for everybody."""

    model = CallQuestion
    name = "incubator_questions"
    url_prefix = "incubator/pytania"
    icon = "help"
    menu_label = _("Questions")
    menu_order = 4
    edit_view_class = AnswerView
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = [
        TitleColumn(
            "question",
            label=_("Question"),
            accessor=str,
            get_url=lambda row: reverse("incubator_questions:edit", args=[row.pk]),
        ),
        Column("call", label=_("Call"), accessor="call.code"),
        DateColumn("asked_at", label=_("Asked")),
        DateColumn("answered_at", label=_("Answered")),
    ]
    list_filter = ["call"]
    panels = [FieldPanel("question"), FieldPanel("answer")]

    @property
    def permission_policy(self) -> QuestionPolicy:
        return QuestionPolicy(self.model)


def _in_languages(field: str, heading: Any) -> MultiFieldPanel:
    return MultiFieldPanel(
        [FieldPanel(f"{field}_{code}") for code in ("pl", "be", "en", "it")], heading=heading
    )


class CallViewSet(ModelViewSet):
    """Calls."""

    model = Call
    name = "incubator_calls"
    url_prefix = "incubator/nabory"
    icon = "calendar-alt"
    menu_label = _("Calls")
    menu_order = 2
    index_view_class = CallIndexView
    add_view_class = LoggedCreate
    edit_view_class = LoggedEdit
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = [
        TitleColumn(
            "name",
            label=_("Name"),
            accessor="name_pl",
            get_url=lambda row: reverse("incubator_calls:edit", args=[row.pk]),
        ),
        Column("code", label=_("Number")),
        Column("phase", label=_("Phase"), accessor=lambda call: call.phase_at(call.now).label),
        MomentColumn("opens_at", label=_("Opens")),
        MomentColumn("closes_at", label=_("Closes"), sort_key="closes_at"),
        DateColumn("annulled_at", label=_("Annulled")),
        TitleColumn(
            "sent",
            label=_("Applications"),
            accessor="sent_count",
            get_url=lambda row: reverse("incubator_calls:figures", args=[row.pk]),
        ),
        BooleanColumn("is_published", label=_("Published")),
    ]
    list_filter = ["is_published", "year"]
    search_fields = ["name_pl", "slug"]
    search_backend_name = None
    edit_handler = ObjectList(
        [
            _in_languages("name", _("Name")),
            FieldRowPanel([FieldPanel("slug"), FieldPanel("year"), FieldPanel("ordinal")]),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
                    FieldRowPanel([FieldPanel("grace_s"), FieldPanel("decision_due")]),
                    FieldPanel("is_published"),
                    FieldPanel("amendment_reason"),
                ],
                heading=_("Time (Hajnówka’s)"),
            ),
            FieldRowPanel([FieldPanel("seats"), FieldPanel("one_per_organisation")]),
            FieldPanel("form_version"),
            MultiFieldPanel(
                [FieldPanel("legal_forms"), FieldPanel("needs_patron")],
                heading=_("Who may apply"),
            ),
            InlinePanel("criteria", heading=_("Criteria"), label=_("Criterion")),
            InlinePanel(
                "attachments", heading=_("Required attachments"), label=_("Required attachment")
            ),
            MultiFieldPanel(
                [
                    FieldPanel("contact_name"),
                    FieldPanel("contact_phone"),
                    FieldPanel("contact_email"),
                ],
                heading=_("Who helps applicants"),
            ),
            _in_languages("summary", _("Summary")),
            _in_languages("body", _("Text")),
            _in_languages("regulations", _("Regulations")),
            FieldPanel("is_example"),
        ],
        base_form_class=CallForm,
    )

    @property
    def permission_policy(self) -> CallPolicy:
        return CallPolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/dluzej/", extend_view, name="extend"),
            path("<int:pk>/liczby/", figures_view, name="figures"),
            path("<int:pk>/uniewaznij/", annul_view, name="annul"),
        ]
