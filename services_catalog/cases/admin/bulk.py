"""Acts on several cases of the list: give to a person, priority, join duplicates."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.views.bulk_action import BulkAction

from services_catalog.cases import permissions, services
from services_catalog.cases.admin.forms import AssignForm, PriorityForm
from services_catalog.cases.admin.lists import CaseFilterSet
from services_catalog.cases.models import ServiceRequest

#: More than this in one go would hold its locks too long.
MOST = 200


class CaseBulkAction(BulkAction):
    """Asks first, then does one move for each case; each case that says no keeps its state."""

    models = [ServiceRequest]
    template_name = "services_catalog/admin/bulk.html"

    @classmethod
    def get_queryset(cls, model: Any, object_ids: Any) -> QuerySet[ServiceRequest]:
        # Ids that are none are left out like ids of cases that do not exist.
        return ServiceRequest.objects.filter(pk__in=_uuids(object_ids)).select_related("service")

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Any:
        """Those that the list shows, by the filter and the words in its address, in its order.

        Without a chosen state only open ones: what is over cannot be changed any more.
        """
        chosen = self.request.GET
        rows = ServiceRequest.objects.visible_to(self.request.user).with_urgency()
        filters = CaseFilterSet(chosen, queryset=rows, request=self.request)
        if not filters.is_valid():
            return []
        rows = filters.filter_queryset(rows)
        if not chosen.getlist("state"):
            rows = rows.open()
        if words := chosen.get("q", "").strip():
            rows = rows.found_by(words)
        return rows.order_by("urgency", "due_at", "pk").values_list("pk", flat=True)[:MOST]

    def get_actionable_objects(self) -> tuple[list[ServiceRequest], dict[str, list[Any]]]:
        """Only what the person sees and may move; of other cases not even the number is said."""
        objects, others = super().get_actionable_objects()
        return objects[:MOST], {**others, "items_with_no_access": []}

    def check_perm(self, obj: ServiceRequest) -> bool:
        user = self.request.user
        return (
            permissions.may_work(user)
            and ServiceRequest.objects.visible_to(user).filter(pk=obj.pk).exists()
        )

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not permissions.may_work(request.user):
            from django.http import Http404

            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_execution_context(self) -> dict[str, Any]:
        return {"self": self}

    @classmethod
    def execute_action(cls, objects: Any, self: Any = None, **kwargs: Any) -> tuple[int, int]:
        # Always in the same order, so that two people's acts wait for each other and no more.
        ordered = sorted(objects, key=lambda case: str(case.pk))
        done, refused = self.act(ordered, self.cleaned_form.cleaned_data)
        for case, sentence in refused:
            messages.warning(self.request, f"{case.number}: {sentence}")
        return done, 0

    @abstractmethod
    def act(
        self, cases: list[ServiceRequest], data: dict[str, Any]
    ) -> tuple[int, list[tuple[ServiceRequest, str]]]:
        """Do it; gives how many were moved, and what the others said."""

    def get_success_message(self, number: int, _children: int) -> str | None:
        if not number:
            return None
        return ngettext("%(count)d case was changed.", "%(count)d cases were changed.", number) % {
            "count": number
        }


class AssignAction(CaseBulkAction):
    """Give to a person; what nobody has yet is taken on."""

    display_name = _("Assign to a person")
    aria_label = _("Assign the chosen cases to a person")
    action_type = "assign"
    form_class = AssignForm

    def act(self, cases: Any, data: Any) -> Any:
        return services.assign_all(cases, actor=self.request.user, assignee=data["assignee"])


class PriorityAction(CaseBulkAction):
    """Set the priority."""

    display_name = _("Set the priority")
    aria_label = _("Set the priority of the chosen cases")
    action_type = "priority"
    form_class = PriorityForm

    def act(self, cases: Any, data: Any) -> Any:
        return services.move_all(
            cases, "set_priority", actor=self.request.user, priority=data["priority"]
        )


class MergeAction(CaseBulkAction):
    """Join with the oldest of them that is not over."""

    display_name = _("Join as duplicates")
    aria_label = _("Join the chosen cases with the oldest of them")
    action_type = "merge"
    form_class = forms.Form

    def act(self, cases: Any, data: Any) -> Any:
        return services.merge(cases, actor=self.request.user)


def _uuids(values: Any) -> list[Any]:
    field = ServiceRequest._meta.pk
    found = []
    for value in values:
        try:
            found.append(field.to_python(value))
        except forms.ValidationError:
            continue
    return found
