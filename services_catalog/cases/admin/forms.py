"""What staff type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import people_with
from accounts.roles import Role
from directory.models import Organisation, OrganisationKind
from forms.fields import TidyField
from services_catalog.cases.forms import MessageForm, RequestForm
from services_catalog.cases.models import Outcome, Priority, ServiceRequest
from services_catalog.cases.permissions import team_of
from services_catalog.cases.services import NUMBERS


class DeskRequestForm(RequestForm):
    """The same, taken down by staff; without any address the person gets a PIN on paper."""

    channel = forms.ChoiceField(
        label=_("How it reached us"),
        choices=[("phone", _("telephone")), ("desk", _("at the desk")), ("paper", _("on paper"))],
        widget=forms.RadioSelect,
    )
    on_behalf_of = TidyField(
        label=_("For whom, if not for themselves"), max_length=120, required=False
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Priority.choices, coerce=int, initial=Priority.NORMAL
    )

    field_order = ("channel", "text", "name", "on_behalf_of", "email", "phone", "priority", "files")

    def clean(self) -> dict[str, Any]:
        # No address is demanded here: the slip with number and PIN is the way back.
        return forms.Form.clean(self) or {}


class AnswerForm(MessageForm):
    """What staff write: to the resident, or a note; with the outcome where it is an answer."""

    outcome = forms.ChoiceField(
        label=_("Outcome, for an answer"),
        choices=Outcome.choices,
        initial=Outcome.DONE,
        required=False,
    )

    def clean_outcome(self) -> str:
        return self.cleaned_data["outcome"] or str(Outcome.DONE)


class OfferForm(forms.Form):
    """Which organisation is asked to take the case."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.exclude(
            kind__in=[OrganisationKind.APPLICANT, OrganisationKind.LEADER]
        ),
    )


class AssignForm(forms.Form):
    """Who works on it."""

    assignee = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())

    def __init__(self, *args: Any, case: ServiceRequest | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_with(Role.SERVICE_COORDINATOR)
        if case is not None and case.assigned_org is not None:
            team = [person.pk for person in team_of(case.assigned_org)]
            people = people | User.objects.filter(pk__in=team).distinct()
        self.fields["assignee"].queryset = people.order_by("last_name", "first_name")  # type: ignore[attr-defined]


class PriorityForm(forms.Form):
    """How urgent it is."""

    priority = forms.TypedChoiceField(label=_("Priority"), choices=Priority.choices, coerce=int)


class DuplicateForm(forms.Form):
    """The other case, by its number."""

    original = forms.CharField(label=_("Number of the other case"), max_length=40)

    def clean_original(self) -> ServiceRequest:
        typed = self.cleaned_data["original"]
        try:
            found = ServiceRequest.objects.filter(number=NUMBERS.normalise(typed)).first()
        except ValueError:
            found = None
        if found is None:
            raise ValidationError(_("There is no case with this number."))
        return found
