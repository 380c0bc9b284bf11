"""Demo cases in several states, made through the services that the pages use."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.demo import demo_user
from core.ports import DemoReport
from services_catalog.cases import services
from services_catalog.cases.models import Channel, ServiceRequest
from services_catalog.models import Service

#: A name for every demo case, so that loading again finds it.
NAMESPACE = uuid.UUID("6c0b0a54-7a54-4d0c-9a3b-0f6b4c1d2e11")

CASES: list[tuple[str, str, str, list[tuple[str, str]]]] = [
    (
        "zlota-raczka",
        "mieszkanka",
        "Cieknie kran w kuchni. Jestem w domu po południu.",
        [
            ("take", ""),
            ("ask", "Czy woda cieknie z wylewki, czy przy ścianie?"),
        ],
    ),
    (
        "podwozka-do-lekarza",
        "mieszkanka",
        "We wtorek mam wizytę u okulisty w Białymstoku o 11:00.",
        [("answer", "Kierowca będzie pod domem o 9:15. Wraca razem z Panią.")],
    ),
    (
        "klucz-do-sali",
        "mieszkaniec",
        "Chcemy spotkać się z sąsiadami w sprawie placu zabaw, około 15 osób.",
        [("take", ""), ("note", "Sprawdzić, czy poczekalnia jest wolna.")],
    ),
    (
        "zlota-raczka",
        "mieszkaniec",
        "Proszę podłączyć kuchenkę gazową.",
        [("reject", "Prac przy gazie nie wykonujemy: może je robić tylko gazownik.")],
    ),
    ("zlota-raczka", "", "Skrzypią drzwi do łazienki.", []),
    (
        "podwozka-do-lekarza",
        "",
        "Prośba przez telefon: wizyta kontrolna w środę rano.",
        [("take", "")],
    ),
]


def load(report: DemoReport) -> None:
    """Makes the cases that are missing."""
    clerk = demo_user("koordynatorka.uslug")
    for number, (slug, login, text, moves) in enumerate(CASES):
        key = uuid.uuid5(NAMESPACE, str(number))
        service = Service.objects.canonical().filter(slug=slug).first()
        if service is None or ServiceRequest.objects.filter(submission_key=key).exists():
            continue
        case = services.open_case(
            service, text=text, language="pl", submission_key=key, is_example=True,
            **_who(login, clerk),
        )  # fmt: skip
        for step, (verb, words) in enumerate(moves):
            context = {"text": words, "submission_key": uuid.uuid5(key, str(step))} if words else {}
            case = services.move(case, verb, actor=clerk, **context)
    report(f"{ServiceRequest.objects.count()} cases")


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
