"""Demo packages and short checks."""

from __future__ import annotations

from pathlib import Path

from core.demo import columns, read, text
from core.ports import DemoReport
from services_catalog.models import EligibilityQuestion, Package, PackageItem, Service

CONTENT = Path(__file__).parent / "packages.toml"


def load(report: DemoReport) -> None:
    """Adds packages and checks that are not there yet."""
    content = read(CONTENT)
    services = {service.slug: service for service in Service.objects.canonical()}
    for row in content["package"]:
        if Package.objects.filter(slug=row["slug"]).exists():
            continue
        package = Package(
            slug=row["slug"],
            coordination=services[row["coordination"]],
            is_example=True,
            **columns("name", row["name"]),
            **columns("summary", row["summary"]),
        )
        package.save()
        for kind in ("required", "optional"):
            for number, slug in enumerate(row[kind]):
                PackageItem.objects.create(
                    package=package,
                    service=services[slug],
                    is_required=kind == "required",
                    sort_order=number,
                )
    for row in content["check"]:
        canonical = services[row["service"]]
        for service in Service.objects.filter(translation_key=canonical.translation_key):
            if service.questions.exists():
                continue
            language = service.locale.language_code
            service.questions = [
                EligibilityQuestion(
                    text=text(item["text"], language),
                    fits=item["fits"],
                    otherwise=text(item["otherwise"], language),
                    locale=service.locale,
                    sort_order=number,
                )
                for number, item in enumerate(row["questions"])
            ]
            service.save_revision().publish()
    report(f"{Package.objects.count()} packages")
