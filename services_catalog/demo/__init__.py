"""Demo services with their translations."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from wagtail.models import Locale

from core.actors import SYSTEM
from core.demo import OTHER_LANGUAGES, blocks, picture, read, text
from core.ports import DemoReport
from directory.models import Organisation, Room, TargetGroup
from forms.models.blueprint import Area
from forms.services import adopt_version, save_version
from services_catalog.demo.packages import load as load_packages
from services_catalog.models import Service, ServiceHours, ServiceProvider, ServiceStep

REPAIR_FORM = "drobna-naprawa"
CONTENT = Path(__file__).parent / "services.toml"


def load(report: DemoReport) -> None:
    """Adds services that are not there yet; those that are stay as staff have changed them."""
    for row in read(CONTENT)["service"]:
        if Service.objects.filter(code=row["code"]).exists():
            continue
        service = _canonical(row)
        for language in OTHER_LANGUAGES:
            if text(row["name"], language):
                _translation(service, row, language)
    report(f"{Service.objects.canonical().count()} services")
    _forms()
    load_packages(report)


def _forms() -> None:
    """The handyman's own questions, as a coordinator would publish them."""
    service = Service.objects.canonical().filter(slug="zlota-raczka", form_version=None).first()
    if service is None:
        return
    version = save_version(REPAIR_FORM, read(CONTENT.with_name("repair_form.toml")), actor=SYSTEM)
    adopt_version(version, area=Area.SERVICES, actor=SYSTEM)
    service.form_version = version
    service.save_revision().publish()


def _canonical(row: dict[str, Any]) -> Service:
    polish = Locale.objects.get(language_code="pl")
    service = Service(
        locale=polish,
        code=row["code"],
        slug=row["slug"],
        icon=row["icon"],
        cover=picture(row.get("picture", "")),
        is_free=row["is_free"],
        price_from=Decimal(str(row["price_from"])) if row.get("price_from") else None,
        mode=row["mode"],
        place=row["place"],
        min_age=row.get("min_age"),
        max_age=row.get("max_age"),
        contact_phone=row.get("contact_phone", ""),
        is_example=row.get("is_example", False),
        live=False,
        **_texts(row, "pl"),
    )
    service.target_groups = TargetGroup.objects.filter(slug__in=row.get("target_groups", []))
    service.rooms = Room.objects.filter(slug__in=row.get("rooms", []))
    service.providers = [
        ServiceProvider(organisation=Organisation.objects.get(slug=slug), locale=polish)
        for slug in row["providers"]
    ]
    service.hours = [
        ServiceHours(
            weekday=item["weekday"],
            opens_at=time.fromisoformat(item["start"]),
            closes_at=time.fromisoformat(item["end"]),
            locale=polish,
        )
        for item in row.get("schedule", [])
    ]
    service.steps = _steps(row, "pl", polish)
    service.full_clean()
    service.save()
    service.save_revision().publish()
    return service


def _translation(service: Service, row: dict[str, Any], language: str) -> None:
    locale = Locale.objects.get(language_code=language)
    copy = service.copy_for_translation(locale)
    for name, value in _texts(row, language).items():
        setattr(copy, name, value)
    copy.is_translation_draft = True
    copy.steps = _steps(row, language, locale)
    copy.save()
    copy.save_revision().publish()


def _texts(row: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        "name": text(row["name"], language),
        "summary": text(row["summary"], language),
        "body": blocks(row.get("body", {}).get(language, []), language, {}),
        "bring": "\n".join(row.get("documents", {}).get(language, [])),
        "eligibility": text(row.get("eligibility"), language),
        "cost": text(row["cost"], language),
        "languages_spoken": text(row.get("languages_spoken"), language),
        "accessibility": text(row.get("accessibility"), language),
        "contact_name": text(row.get("contact_name"), language),
    }


def _steps(row: dict[str, Any], language: str, locale: Locale) -> list[ServiceStep]:
    return [
        ServiceStep(text=step, locale=locale, sort_order=number)
        for number, step in enumerate(row.get("steps", {}).get(language, []))
    ]
