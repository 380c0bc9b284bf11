"""Demo ideas on the plan, through the services that the pages use."""

from __future__ import annotations

import uuid
from typing import Any

from accounts.demo import demo_user
from core.actors import VISITOR
from core.ports import DemoReport
from services_catalog.place import services
from services_catalog.place.models import Idea, IdeaGroup

NAMESPACE = uuid.UUID("2f0e4b5c-9a1d-4c55-8b7e-6d1f0a2c3e44")
GROUPS = {
    "Zieleń przy peronie": (
        "planned",
        "Posadzimy lipy i krzewy od strony torów jesienią. Ławki staną wiosną.",
    ),
    "Kąt dla dzieci": ("considered", "Sprawdzamy, czy zmieści się w świetlicy."),
}
#: Where, what, more, signed, who (a demo account or nobody), group, what became of it.
IDEAS: list[tuple[int, int, str, str, str, str, str, str]] = [
    (150, 240, "Ławki w cieniu", "Latem na peronie nie ma gdzie usiąść.", "Maria", "mieszkanka",
     "Zieleń przy peronie", "publish"),
    (420, 245, "Lipy zamiast płotu", "Pachną i dają cień.", "", "",
     "Zieleń przy peronie", "publish"),
    (120, 130, "Kącik z książkami dla dzieci", "", "Ola, 9 lat", "", "Kąt dla dzieci", "publish"),
    (300, 20, "Stojak na rowery", "Przed wejściem, pod dachem.", "Mikołaj", "mieszkaniec", "",
     "publish"),
    (560, 150, "Stół do szachów", "", "", "", "", ""),
    (60, 40, "Tablica reklamowa", "Tanio, kontakt u mnie.", "", "", "", "reject"),
]  # fmt: skip


def load(report: DemoReport) -> None:
    """Adds ideas and groups that are not there yet."""
    clerk = demo_user("koordynatorka.uslug")
    groups: dict[str, IdeaGroup] = {}
    for title, (stage, answer) in GROUPS.items():
        groups[title], _new = IdeaGroup.objects.get_or_create(
            title=title, defaults={"stage": stage, "answer": answer, "is_example": True}
        )
    for number, (x, y, title, text, signature, login, group, verb) in enumerate(IDEAS):
        key = uuid.uuid5(NAMESPACE, str(number))
        if Idea.objects.filter(submission_key=key).exists():
            continue
        actor: Any = demo_user(login) if login else VISITOR
        idea = services.pin(
            actor=actor, x=x, y=y, title=title, text=text, signature=signature, language="pl",
            submission_key=key, is_example=True,
        )  # fmt: skip
        if group:
            idea = services.put_into_group(idea, groups[group], actor=clerk)
        if verb:
            more = {"reason": "To ogłoszenie, nie pomysł."} if verb == "reject" else {}
            services.move(idea, verb, actor=clerk, **more)
    report(f"{Idea.objects.count()} ideas")
