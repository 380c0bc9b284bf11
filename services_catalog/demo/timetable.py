"""A demo timetable: invented rules for real weeks ahead, with a closed day and what goes wrong."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, time, timedelta

from accounts.demo import demo_user
from core.clock import database_now
from core.ports import DemoReport
from core.worktime import is_working_day
from directory.models import ClosedDay
from services_catalog.models import Service
from services_catalog.timetable import generating, services
from services_catalog.timetable.models import ScheduleRule, Slot
from services_catalog.timetable.recurrence import DAYS, town_day

OFFICE = "koordynatorka.uslug"
#: Service: places, places on the waiting list, note.
PLACES = {
    "komputer-bez-strachu": (6, 4, ""),
    "wspolny-stol": (40, 10, "Obiad dla wszystkich, także na wynos"),
    "pogadajmy-po-swojemu": (0, 0, ""),
    "pomoc-w-lekcjach": (8, 4, ""),
    "warsztat-napraw-rowerow": (0, 0, "Narzędzia są na miejscu"),
    "doradca-zawodowy": (3, 3, ""),
    "pismo-z-urzedu": (4, 3, ""),
    "drugie-zycie-mebla": (10, 6, ""),
    "ogrod-przy-peronie": (0, 0, "W deszcz spotykamy się w poczekalni"),
    "szycie-na-nowo": (8, 6, ""),
}
MOVED, CALLED_OFF = "szycie-na-nowo", "pismo-z-urzedu"


def load(report: DemoReport) -> None:
    """Makes rules that are missing, and their slots; those that are there stay as they are."""
    office = demo_user(OFFICE)
    found = {one.slug: one for one in Service.objects.canonical().filter(slug__in=PLACES)}
    for slug in PLACES:
        if slug in found and not ScheduleRule.objects.filter(service=found[slug]).exists():
            _rules(found[slug], office)
    _closed_day()
    for rule in ScheduleRule.objects.filter(is_example=True):
        generating.make_slots(rule.pk)
    _exceptions(office)
    report(f"{Slot.objects.count()} slots of {ScheduleRule.objects.count()} rules")


def _rules(service: Service, office: object) -> None:
    hours: dict[tuple[time, time], list[str]] = defaultdict(list)
    for row in service.hours.all():
        hours[row.opens_at, row.closes_at].append(DAYS[row.weekday])
    for (opens_at, closes_at), days in hours.items():
        _rule(service, office, "WEEKLY", ",".join(days), opens_at, closes_at)
    if service.slug == "drugie-zycie-mebla":
        _rule(service, office, "MONTHLY", "-1SA", time(14), time(17))


def _rule(
    service: Service, office: object, freq: str, byday: str, opens_at: time, closes_at: time
) -> None:
    places, waiting, note = PLACES[service.slug]
    today = town_day(database_now())
    rule = services.create_rule(
        actor=office,
        service=service,
        provider=service.providers.all()[0].organisation,
        room=service.rooms.first(),
        freq=freq,
        byday=byday,
        opens_at=opens_at,
        closes_at=closes_at,
        valid_from=today,
        valid_to=date(today.year + 1, 12, 31),
        capacity=places,
        waitlist_max=waiting,
        cancel_until_hours=3 if places else 0,
        note=note,
        is_example=True,
    )
    services.move_rule(rule, "start", actor=office)


def _closed_day() -> None:
    if ClosedDay.objects.filter(is_example=True).exists():
        return
    day = town_day(database_now()) + timedelta(days=18)
    while not is_working_day(day):
        day += timedelta(days=1)
    ClosedDay.objects.create(
        starts_on=day, ends_on=day, is_example=True,
        name_pl="przegląd instalacji (przykład)", name_be="агляд інсталяцый (прыклад)",
        name_en="inspection of the installations (example)",
        name_it="controllo degli impianti (esempio)",
    )  # fmt: skip


def _exceptions(office: object) -> None:
    """One slot moved by hand, one called off, as happens in every week."""
    later = database_now() + timedelta(days=8)
    coming = Slot.objects.filter(is_example=True, starts_at__gt=later, state="open", booked=0)
    if not Slot.objects.filter(service__slug=MOVED, is_edited=True).exists():
        slot = coming.filter(service__slug=MOVED).first()
        if slot is not None:
            hour = timedelta(hours=1)
            services.edit_slot(
                slot, actor=office, starts_at=slot.starts_at + hour, ends_at=slot.ends_at + hour,
                note="Wyjątkowo godzinę później",
            )  # fmt: skip
    if not Slot.objects.filter(service__slug=CALLED_OFF, state="cancelled").exists():
        slot = coming.filter(service__slug=CALLED_OFF).first()
        if slot is not None:
            services.move_slot(slot, "cancel", actor=office, reason="prowadzący jest na szkoleniu")
