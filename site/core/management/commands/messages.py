"""`manage.py messages`: the translation catalogues, without system gettext."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.i18n.catalogues.check import problems
from core.i18n.catalogues.compile import compile_changed
from core.i18n.catalogues.extract import collect
from core.i18n.catalogues.merge import update


class Command(BaseCommand):
    """Collects texts into the catalogues; or compiles or checks them."""

    help = (
        "Brings the translation catalogues in site/locale up to date with the texts in the code "
        "and the templates, and compiles them."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Without an option the catalogues are updated."""
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--compile", action="store_true", help="only compile the catalogues that changed"
        )
        what.add_argument(
            "--check",
            action="store_true",
            help="change nothing; list missing, doubtful and broken translations, and fail if any",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises `CommandError` when a file cannot be read or the check finds something."""
        try:
            if not options["compile"]:
                found = collect()
                if options["check"]:
                    self._check(list(problems(found)))
                    return
                for language, (new, gone, missing) in update(found).items():
                    self.stdout.write(
                        f"{language}: {new} new, {gone} gone, {missing} to be translated"
                    )
            for source in compile_changed():
                self.stdout.write(f"compiled {source.parent.parent.name}/{source.stem}")
        except (LookupError, OSError, SyntaxError, ValueError) as error:
            raise CommandError(str(error)) from error

    def _check(self, lines: list[str]) -> None:
        for line in lines:
            self.stdout.write(line)
        if lines:
            raise CommandError(
                f"{len(lines)} problems in the translation catalogues. "
                "`python manage.py messages` collects texts; translate them in site/locale."
            )
        self.stdout.write("The translation catalogues are complete.")
