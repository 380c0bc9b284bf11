from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.audit.verify import verify


class Command(BaseCommand):
    help = (
        "Recomputes the audit trail. Exit code 0: everything fits; 1: the first event or seal "
        "that does not is named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head",
            default="",
            help="a head that an earlier run printed: fails if the chain no longer contains it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify(head=options["head"])
        if report.problem:
            self.stderr.write(f"BROKEN: {report.problem}")
            sys.exit(1)
        self.stdout.write(f"{report.events} events in {report.seals} seals fit.")
        self.stdout.write(f"{report.unsealed} events wait for the worker's next seal.")
        if report.head:
            self.stdout.write(f"Head, to be kept outside of the database: {report.head}")
