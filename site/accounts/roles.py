"""The roles people can hold. A role is a group of the same name, made by migration."""

from __future__ import annotations

from enum import StrEnum

from core.transitions.who import ADMINISTRATOR


class Role(StrEnum):
    """Names as the town uses them; the code uses the member names."""

    EDITOR = "Redaktor"
    CHIEF_EDITOR = "Redaktor prowadzący"
    PLEBISCITE_COMMISSION = "Komisja plebiscytu"
    POLLING_CLERK = "Obsługa punktu głosowania"
    SERVICE_COORDINATOR = "Koordynator usług"
    CONSORTIUM_MEMBER = "Członek konsorcjum"
    CONSORTIUM_LEAD = "Lider konsorcjum"
    CITY_OFFICER = "Urzędnik miasta"
    INCUBATOR_COORDINATOR = "Koordynator inkubatora"
    REVIEWER = "Ekspert"
    MENTOR = "Mentor"
    APPROVER = "Zatwierdzający"
    AUDITOR = "Audytor"
    ADMINISTRATOR = ADMINISTRATOR
