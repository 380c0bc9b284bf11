"""Cases for tests: who asks, who answers, and what is in the mail."""

from __future__ import annotations

import re
import uuid

from django.contrib.auth.models import AnonymousUser, Group

from accounts.models import User
from accounts.roles import Role
from core.outbox.models import OutboxMail
from directory.models import Membership, TeamRole
from services_catalog.cases import services
from services_catalog.cases.models import ServiceRequest
from tests.factories.catalogue import OrganisationFactory

#: The smallest file that is taken for a PDF.
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
VISITOR = AnonymousUser()


def person(*roles: Role, **fields) -> User:
    user = User.objects.create_user(f"{uuid.uuid4().hex[:8]}@example.org", "x", **fields)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def team(organisation=None, *, role=Role.CONSORTIUM_MEMBER, in_team=TeamRole.EDITOR) -> User:
    """Somebody who works for an organisation."""
    user = person(role)
    Membership.objects.create(
        organisation=organisation or OrganisationFactory(), user=user, role=in_team
    )
    return user


def taken(case, coordinator):
    return services.move(case, "take", actor=coordinator)


def offered(case, coordinator, organisation):
    services.move(case, "triage", actor=coordinator)
    return services.move(case, "offer", actor=coordinator, organisation=organisation)


def ask(service, *, actor=VISITOR, **fields) -> ServiceRequest:
    values = {
        "name": "Maria Przykładowa",
        "text": "Cieknie kran w kuchni.",
        "email": "maria@example.org",
        "language": "pl",
        "submission_key": uuid.uuid4(),
        **fields,
    }
    return services.open_case(service, actor=actor, **values)


def text(words="Dzień dobry"):
    return {"text": words, "submission_key": uuid.uuid4()}


def links(kind: str) -> list[str]:
    found = OutboxMail.objects.filter(kind=kind).order_by("id")
    return re.findall(r"https?://[^/]+(/\S+/)", "\n".join(item.text for item in found))
