from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.backup import write
from core.backup.errors import BackupError


class Command(BaseCommand):
    help = (
        "Writes the database, the media and the private files into one file. Keys are not in it: "
        "a list beside it says where they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "-o",
            "--output",
            type=Path,
            default=None,
            help="the file to write; by default backup-<date and time>.tar, here",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        moment = datetime.now().strftime("%Y%m%d-%H%M%S")
        output: Path = options["output"] or Path(f"backup-{moment}.tar")
        try:
            write(output.absolute(), say=self.say)
        except BackupError as error:
            raise CommandError(str(error)) from error

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
