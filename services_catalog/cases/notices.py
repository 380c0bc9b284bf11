"""Whom the moves of a case write to, and the private links in that mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.urls import reverse

from accounts.permissions import people_with
from accounts.roles import Role
from core.audit.models import AuditEvent
from core.references import reference
from core.templatetags.site_tags import localised_path
from core.tokens import issue
from core.transitions import Recipient, Step
from services_catalog.cases import permissions

UNCONFIRMED_FOR = timedelta(hours=72)
LINK_LIFETIME = timedelta(days=365)
FOLLOW, CONFIRM = "services.follow", "services.confirm"
STAFF_LANGUAGE = "pl"


def to_requester(step: Step) -> Iterable[Recipient]:
    """The resident, where there is an address."""
    contact = getattr(step.obj, "contact", None)
    return [Recipient(contact.email, step.obj.language)] if contact and contact.email else []


def to_requester_after_hand_over(step: Step) -> Iterable[Recipient]:
    """The resident, where a mail has promised to say who takes the case over."""
    target = reference(step.obj)
    events = AuditEvent.objects.filter(object_type=target.type, object_id=target.id)
    return to_requester(step) if events.filter(verb="hand_over").exists() else []


def for_requester(step: Step) -> Mapping[str, Any]:
    """A link of its own in every mail; older ones go on working until they expire."""
    case = step.obj
    return {
        "case": case,
        "link": follow_path(case),
        "due": case.due_at,
        "organisation": case.assigned_org,
    }


def for_staff(step: Step) -> Mapping[str, Any]:
    """Number, service and deadline; nothing about the resident leaves the admin."""
    return {
        "case": step.obj,
        "link": reverse("services_catalog_cases:inspect", args=[step.obj.pk]),
        "due": step.obj.due_at,
    }


def to_team(step: Step) -> Iterable[Recipient]:
    """Those who may accept in the name of the organisation."""
    return _staff(permissions.team_of(step.obj.assigned_org))


def to_worker(step: Step) -> Iterable[Recipient]:
    """Who works on the case; the coordinators where nobody does."""
    worker = step.obj.assigned_to
    if worker is not None and worker.is_active:
        return _staff([worker])
    return _staff(people_with(Role.SERVICE_COORDINATOR))


def to_those_above(step: Step) -> Iterable[Recipient]:
    """First the consortium's lead (or the coordinators, for cases of the office), then the City."""
    if step.obj.alarm >= 3:
        return _staff(people_with(Role.CITY_OFFICER))
    organisation = step.obj.assigned_org
    is_members = organisation is not None and organisation.kind == "member"
    above = Role.CONSORTIUM_LEAD if is_members else Role.SERVICE_COORDINATOR
    return _staff(people_with(above))


def _staff(people: Iterable[Any]) -> list[Recipient]:
    return [Recipient(person.email, STAFF_LANGUAGE) for person in people]


def follow_path(case: Any) -> str:
    """A new private link to a case, as a path in the resident's language."""
    token = issue(FOLLOW, case, lifetime=LINK_LIFETIME, max_uses=None)
    return localised_path(f"/sprawy/otworz/{token}/", case.language)


def confirm_path(case: Any) -> str:
    """The link that confirms the address of a new request."""
    token = issue(CONFIRM, case, lifetime=UNCONFIRMED_FOR)
    return localised_path(f"/sprawy/potwierdz/{token}/", case.language)


def order_key(case: Any) -> str:
    """Mail of one case leaves in the order it was written; as `transition` names it."""
    return "/".join(reference(case))
