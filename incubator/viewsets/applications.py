"""Applications in the admin: the list, what is taken out of it, one application and its moves."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button

from core.admin import ReadOnlyPolicy, ReadOnlyViewSet, no_formula
from core.audit import history, record
from core.clock import database_now
from core.i18n.dates import day_and_month
from core.references import Reference
from core.transitions import TransitionError, available, transition
from core.transitions.drawing import diagram, rows
from directory.models import LegalForm, PesCategory
from forms.types import registry
from incubator import permissions, selectors, services
from incubator.confirmation import code_of
from incubator.criteria import criteria_of
from incubator.models import Application, ApplicationSnapshot
from incubator.selectors.calls import moment
from incubator.services.checking import MOST_DAYS, USUAL_DAYS
from incubator.states import MACHINE, UNNUMBERED
from incubator.views.uploads import with_links


class ApplicationPolicy(ReadOnlyPolicy):
    """Roles decide who sees applications; every list, export and page asks `visible_to`."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and permissions.reads_all(user)


class ApplicationFilterSet(WagtailFilterSet):
    state = django_filters.MultipleChoiceFilter(
        label=_("State"),
        choices=lambda: [row for row in MACHINE.choices() if row[0] not in UNNUMBERED],
        widget=forms.CheckboxSelectMultiple,
    )
    legal_form = django_filters.ChoiceFilter(
        label=_("Legal form"), field_name="organisation__legal_form", choices=LegalForm.choices
    )
    pes_category = django_filters.ChoiceFilter(
        label=_("Social-economy entity"),
        field_name="organisation__pes_category",
        choices=[choice for choice in PesCategory.choices if choice[0]],
    )
    in_grace = django_filters.BooleanFilter(label=_("In the time of grace"), method="by_grace")

    check_late = django_filters.BooleanFilter(label=_("Formal check is late"), method="by_lateness")

    class Meta:
        model = Application
        fields = ["call", "state", "legal_form", "pes_category", "in_grace", "check_late"]

    def by_lateness(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """Those whose check staff should have finished, or all others."""
        late = Application.objects.check_late(database_now()).values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)

    def by_grace(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """As `Application.was_in_grace`; a join would give a row for each snapshot."""
        late = Exists(ApplicationSnapshot.objects.filter(application=OuterRef("pk"), in_grace=True))
        return rows.filter(late) if value else rows.filter(~late)


class VisibleRows:
    """Only what the person may see, and nothing that was not sent."""

    request: HttpRequest

    def get_base_queryset(self) -> QuerySet[Application]:
        rows = Application.objects.visible_to(self.request.user).submitted()
        return rows.with_lists().with_check_clock().prefetch_related("snapshots__form_version")


def check_until(application: Application) -> str:
    """Until when staff check it, in words; "" while that is not up to them."""
    due = application.check_due_at
    if due is None:
        return ""
    day = day_and_month(due)
    return str(_("%(day)s – late")) % {"day": day} if application.is_check_late else day


class ApplicationIndexView(VisibleRows, generic.IndexView):
    """The list. What is taken out of it is logged and cannot run as a formula."""

    columns_before_answers = (
        "number", "call_code", "organisation_name", "legal_form", "register", "nip", "state_text",
        "submitted", "in_grace", "sha256",
    )  # fmt: skip
    export_filename = "wnioski"
    export_headings = {
        "number": _("Number"),
        "call_code": _("Call"),
        "organisation_name": _("Organisation"),
        "legal_form": _("Legal form"),
        "register": _("Register"),
        "nip": "NIP",
        "state_text": _("State"),
        "submitted": _("Sent"),
        "in_grace": _("In the time of grace"),
        "sha256": "SHA-256",
    }

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        url = reverse("incubator_states")
        return [*buttons, Button(_("States of applications"), url=url, icon_name="view")]

    def as_spreadsheet(self, queryset: QuerySet, spreadsheet_format: str) -> HttpResponse:
        if not permissions.reads_all(self.request.user):
            raise PermissionDenied
        rows = list(queryset)
        self.list_export = [*self.columns_before_answers, *self._questions(rows)]
        target = Reference("incubator.application", "export")
        record(target, "export", actor=self.request.user, fields=[spreadsheet_format])
        response: HttpResponse = super().as_spreadsheet(_Listed(queryset, rows), spreadsheet_format)
        return response

    def _questions(self, rows: Iterable[Application]) -> list[str]:
        """The answers as columns, where all rows answer the same form."""
        versions = {row.form_version_id: row.form_version for row in rows}
        if len(versions) != 1:
            return []
        (version,) = versions.values()
        self.form = version.form
        labels = {key: str(field.label) for key, field in self.form.fields.items()}
        self.export_headings = {**self.export_headings, **labels}
        return list(self.form.fields)

    def to_row_dict(self, item: Application) -> OrderedDict[str, Any]:
        snapshots = sorted(item.snapshots.all(), key=lambda row: row.seq)
        snapshot = snapshots[-1] if snapshots else None
        organisation = item.organisation
        row: OrderedDict[str, Any] = OrderedDict(
            number=item.number,
            call_code=item.call.code,
            organisation_name=organisation.name_pl,
            legal_form=organisation.get_legal_form_display(),
            register=organisation.register_text,
            nip=organisation.nip_text,
            state_text=item.staff_label,
            submitted=timezone.localtime(item.submitted_at).strftime("%Y-%m-%d %H:%M:%S"),
            in_grace=_("yes") if item.was_in_grace else _("no"),
            sha256=snapshot.sha256 if snapshot else "",
        )
        for key in self.list_export[len(row) :]:
            row[key] = self._answer(key, snapshot)
        return row

    def _answer(self, key: str, snapshot: Any) -> str:
        field = self.form.fields[key]
        kind = registry[field.type]
        values = snapshot.files if kind.takes_files else snapshot.data
        return kind.show(field, values[key]) if key in values else ""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        return no_formula(super().preprocess_field_value(field, value, export_format))


class _Listed(list):  # type: ignore[type-arg]
    """Rows that have been read already, with the model the headings ask for."""

    def __init__(self, queryset: QuerySet, rows: list[Any]) -> None:
        super().__init__(rows)
        self.model = queryset.model


class ReasonForm(forms.Form):
    """Why an application is refused."""

    public_reason = forms.CharField(
        label=_("Reason, as the applicant will read it"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
    )


class ApplicationInspectView(generic.InspectView):
    """What was sent, its files, where it stands, and the next moves as buttons."""

    template_name = "incubator/admin/application.html"

    def get_object(self, queryset: Any = None) -> Application:
        rows = Application.objects.visible_to(self.request.user).submitted().with_lists()
        found = rows.with_check_clock().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        application = self.object
        snapshot = application.latest_snapshot
        moves = [
            row
            for row in available(application, self.request.user)
            if not row.label_public and row.verb not in OWN_WAYS
        ]
        verbs = {row.verb for row in available(application, self.request.user)}
        context.update(
            application=application,
            check_until=check_until(application),
            diagram=diagram(MACHINE, current=application.state),
            organisation=application.organisation,
            snapshot=snapshot,
            is_intact=snapshot.is_intact() if snapshot else False,
            code=code_of(snapshot.sha256) if snapshot else "",
            arrived=moment(snapshot.arrived_at) if snapshot else "",
            answers=with_links(application, selectors.sent_answers(snapshot)) if snapshot else [],
            moves=[row for row in moves if not row.takes],
            reasoned_moves=[row for row in moves if row.takes],
            form=ReasonForm(),
            check=_check_rows(application),
            may_check="pass" in verbs,
            may_ask="ask" in verbs,
            openable=application.form_version.form.steps if "ask" in verbs else [],
            usual_days=USUAL_DAYS,
            most_days=MOST_DAYS,
            clarifications=application.clarifications.all(),
            differences=selectors.differences(application),
            history=[
                {"event": event, "label": _verb(event.verb), "who": _who(event)}
                for event in history(application)
            ],
        )
        return context


#: Moves that have a form of their own, or come with the whole call.
OWN_WAYS = {"ask", "annul"}


def _check_rows(application: Application) -> list[dict[str, Any]]:
    found = {item.criterion: item for item in application.formal_items.all()}
    return [
        {"key": key, "label": label, "item": found.get(key)}
        for key, label in criteria_of(application.call).items()
    ]


def _checked(request: HttpRequest, pk: int) -> Application:
    if not permissions.reads_all(request.user):
        raise PermissionDenied
    rows = Application.objects.visible_to(request.user).submitted()
    return get_object_or_404(rows, pk=pk)


def check_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The points of the formal check, all or some of them."""
    application = _checked(request, pk)
    if request.method == "POST":
        answers = {
            key: (request.POST[f"result-{key}"], request.POST.get(f"note-{key}", "").strip()[:1000])
            for key in criteria_of(application.call)
            if request.POST.get(f"result-{key}")
        }
        services.save_check(application, answers, actor=request.user)
        messages.success(request, _("The check has been saved."))
    return redirect("incubator_applications:inspect", application.pk)


def ask_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Asking for clarification: what, which questions of the form it opens, until when."""
    application = _checked(request, pk)
    if request.method == "POST":
        days = request.POST.get("days", "")
        try:
            services.ask_clarification(
                application,
                questions=request.POST.get("questions", "")[:3000],
                keys=request.POST.getlist("keys"),
                days=int(days) if days.isascii() and days.isdigit() else USUAL_DAYS,
                actor=request.user,
            )
        except TransitionError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The applicant gets a mail and can answer now."))
    return redirect("incubator_applications:inspect", application.pk)


def _verb(verb: str) -> Any:
    try:
        return MACHINE.rows(verb)[0].label_staff
    except LookupError:
        return VERBS.get(verb, verb)


VERBS = {
    "begin": _("Begun"),
    "add_file": _("File added"),
    "remove_file": _("File removed"),
    "check": _("Check filled in"),
    "begin_correction": _("Correction begun"),
    "drop_correction": _("Correction dropped"),
    "bring_back": _("Earlier answers brought back"),
}


def _who(event: Any) -> str:
    person = getattr(event, "person", None)
    return person.label if person else ""


def move_view(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """A button of an application's page; only POST acts, and the table says who may."""
    rows = Application.objects.visible_to(request.user).submitted()
    if not permissions.reads_all(request.user):
        raise PermissionDenied
    application = get_object_or_404(rows, pk=pk)
    back = redirect("incubator_applications:inspect", application.pk)
    if request.method != "POST":
        return back
    try:
        takes = MACHINE.rows(verb)[0].takes
    except LookupError as error:
        raise Http404 from error
    values = {name: request.POST.get(name, "")[:2000] for name in takes & {"public_reason"}}
    try:
        transition(application, verb, actor=request.user, **values)
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Done."))
    return back


class ApplicationViewSet(ReadOnlyViewSet):
    """Applications that were sent."""

    model = Application
    name = "incubator_applications"
    url_prefix = "incubator/wnioski"
    icon = "doc-full"
    menu_label = _("Applications")
    menu_order = 1
    add_to_settings_menu = False
    index_view_class = ApplicationIndexView
    inspect_view_class = ApplicationInspectView
    filterset_class = ApplicationFilterSet
    search_fields = ["number", "organisation__name_pl", "organisation__nip", "organisation__krs"]
    search_backend_name = None
    list_per_page = 50
    list_export = ["number"]
    list_display = [
        TitleColumn(
            "number",
            label=_("Number"),
            sort_key="number",
            get_url=lambda row: reverse("incubator_applications:inspect", args=[row.pk]),
        ),
        Column("organisation", label=_("Organisation"), accessor="organisation.name_pl"),
        Column("call", label=_("Call"), accessor="call.code"),
        Column("state", label=_("State"), accessor="staff_label", sort_key="state"),
        DateColumn("submitted_at", label=_("Sent"), sort_key="submitted_at"),
        Column("check_until", label=_("Check until"), accessor=check_until),
        BooleanColumn("in_grace", label=_("In the time of grace"), accessor="was_in_grace"),
    ]

    @property
    def permission_policy(self) -> ApplicationPolicy:
        return ApplicationPolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/sprawdzenie/", check_view, name="check"),
            path("<int:pk>/wezwanie/", ask_view, name="ask"),
            path("<int:pk>/<slug:verb>/", move_view, name="move"),
        ]


def states_view(request: HttpRequest) -> HttpResponse:
    """The states of applications, drawn and in words, from the table that rules them."""
    if not permissions.reads_all(request.user):
        raise PermissionDenied
    context = {
        "page_title": _("States of applications"),
        "diagram": diagram(MACHINE),
        "rows": rows(MACHINE),
    }
    return render(request, "incubator/admin/states.html", context)
