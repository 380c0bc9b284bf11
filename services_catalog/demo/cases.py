"""Demo cases in several states, made through the services that the pages use."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.demo import demo_user
from core.actors import SYSTEM
from core.ports import DemoReport
from directory.models import Organisation, TeamRole
from directory.services import add_member
from services_catalog.cases import services
from services_catalog.cases.models import Channel, ReplyTemplate, ServiceRequest
from services_catalog.cases.permissions import own_organisations
from services_catalog.cases.rules import LinkHolder
from services_catalog.demo.ideas import load as load_ideas
from services_catalog.models import Service

#: A name for every demo case, so that loading again finds it.
NAMESPACE = uuid.UUID("6c0b0a54-7a54-4d0c-9a3b-0f6b4c1d2e11")

MEMBERS_ORGANISATION = "nastawnia"
OFFICE, MEMBER, RESIDENT = "koordynatorka.uslug", "czlonek.konsorcjum", "resident"

#: Service, who asks (a demo account, or empty for the telephone), what, and the moves: who, verb,
#: words.
CASES: list[tuple[str, str, str, list[tuple[str, str, str]]]] = [
    (
        "zlota-raczka",
        "mieszkanka",
        "Cieknie kran w kuchni. Jestem w domu po południu.",
        [(OFFICE, "take", ""), (OFFICE, "ask", "Czy woda cieknie z wylewki, czy przy ścianie?")],
    ),
    (
        "podwozka-do-lekarza",
        "mieszkanka",
        "We wtorek mam wizytę u okulisty w Białymstoku o 11:00.",
        [
            (OFFICE, "take", ""),
            (OFFICE, "answer", "Kierowca będzie pod domem o 9:15. Wraca razem z Panią."),
        ],
    ),
    (
        "klucz-do-sali",
        "mieszkaniec",
        "Chcemy spotkać się z sąsiadami w sprawie placu zabaw, około 15 osób.",
        [(OFFICE, "take", ""), (OFFICE, "note", "Sprawdzić, czy poczekalnia jest wolna.")],
    ),
    (
        "zlota-raczka",
        "mieszkaniec",
        "Proszę podłączyć kuchenkę gazową.",
        [(OFFICE, "reject", "Prac przy gazie nie wykonujemy: może je robić tylko gazownik.")],
    ),
    ("zlota-raczka", "", "Skrzypią drzwi do łazienki.", []),
    (
        "podwozka-do-lekarza",
        "",
        "Prośba przez telefon: wizyta kontrolna w środę rano.",
        [(OFFICE, "triage", "")],
    ),
    (
        "zlota-raczka",
        "mieszkanka",
        "Trzeba powiesić półkę w przedpokoju.",
        [(OFFICE, "triage", ""), (OFFICE, "offer", "")],
    ),
    (
        "zlota-raczka",
        "mieszkaniec",
        "Zacina się zamek w furtce.",
        [(OFFICE, "triage", ""), (OFFICE, "offer", ""), (MEMBER, "accept_offer", "")],
    ),
    (
        "zlota-raczka",
        "mieszkanka",
        "Poluzowała się poręcz przy schodach.",
        [
            (OFFICE, "triage", ""),
            (OFFICE, "offer", ""),
            (MEMBER, "accept_offer", ""),
            (MEMBER, "start", ""),
            (MEMBER, "answer", "Poręcz przykręcona w piątek. Prosimy dać znać, gdyby się ruszała."),
            (RESIDENT, "accept", ""),
            (RESIDENT, "rate", "Szybko i z uśmiechem."),
        ],
    ),
    (
        "podwozka-do-lekarza",
        "mieszkaniec",
        "Podwózka na rehabilitację w czwartki.",
        [
            (OFFICE, "take", ""),
            (OFFICE, "hand_over", "Tą trasą jeździ spółdzielnia; szukamy w niej kierowcy."),
        ],
    ),
    ("zlota-raczka", "", "Drzwi do łazienki dalej skrzypią.", [(OFFICE, "mark_duplicate", "")]),
    ("klucz-do-sali", "mieszkanka", "Jednak nie potrzebuję sali.", [(RESIDENT, "withdraw", "")]),
]
TEMPLATES = [
    ("Termin wizyty", "Dzień dobry,\nprzyjdziemy … o godzinie …. Prosimy, aby ktoś był w domu."),
    ("Prośba o zdjęcie", "Dzień dobry,\nprosimy o zdjęcie miejsca, którego dotyczy zgłoszenie."),
    (
        "To nie nasza sprawa",
        "Dzień dobry,\ntym zajmuje się …, tel. …. Gdyby tam nie pomogli, prosimy napisać do nas.",
    ),
]


def load(report: DemoReport) -> None:
    """Makes the cases and the reply templates that are missing."""
    clerk, member = demo_user(OFFICE), demo_user(MEMBER)
    if not own_organisations(member).exists():
        workshop = Organisation.objects.get(slug=MEMBERS_ORGANISATION)
        add_member(workshop, user=member, role=TeamRole.OWNER, actor=SYSTEM)
    for title, words in TEMPLATES:
        ReplyTemplate.objects.get_or_create(title=title, defaults={"text": words})
    previous = None
    for number, (slug, login, text, moves) in enumerate(CASES):
        key = uuid.uuid5(NAMESPACE, str(number))
        service = Service.objects.canonical().filter(slug=slug).first()
        if service is None:
            continue
        case = ServiceRequest.objects.filter(submission_key=key).first()
        if case is None:
            case = services.open_case(
                service, text=text, language="pl", submission_key=key, is_example=True,
                form_version=service.form_version,
                answers={"where": "bathroom"} if service.form_version else None,
                **_who(login, clerk),
            )  # fmt: skip
            for step, (who, verb, words) in enumerate(moves):
                actor = LinkHolder(case=case.pk) if who == RESIDENT else demo_user(who)
                context = _context(verb, words, uuid.uuid5(key, str(step)), previous)
                case = services.move(case, verb, actor=actor, **context)
        if number == 4:
            previous = case
    report(f"{ServiceRequest.objects.count()} cases")
    load_ideas(report)


def _context(verb: str, words: str, key: uuid.UUID, previous: Any) -> dict[str, Any]:
    match verb:
        case "offer":
            return {"organisation": own_organisations(demo_user(MEMBER))[0]}
        case "mark_duplicate":
            return {"original": previous}
        case "rate":
            return {"rating": 5, "comment": words}
    return {"text": words, "submission_key": key} if words else {}


def _who(login: str, clerk: Any) -> dict[str, Any]:
    if login:
        user = demo_user(login)
        return {"actor": user, "name": user.get_full_name(), "email": user.email}
    return {
        "actor": clerk,
        "name": "Jan Przykładowy",
        "phone": "850000000",
        "channel": Channel.PHONE,
    }
