from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from core.transitions.checks import machines
from core.transitions.drawing import diagram, rows
from core.transitions.machine import Machine

DIAGRAMS = Path(__file__).resolve().parents[4] / "docs" / "diagrams"


class Command(BaseCommand):
    help = "Draws the states of every table into docs/diagrams, with the same as text beside it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only tell what is out of date")
        parser.add_argument("--to", type=Path, default=DIAGRAMS)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["to"]
        old = []
        with translation.override("en"):
            for _model, machine in machines():
                for name, text in pages(machine).items():
                    path = folder / name
                    if path.exists() and path.read_text() == text:
                        continue
                    old.append(name)
                    if not options["check"]:
                        folder.mkdir(parents=True, exist_ok=True)
                        path.write_text(text)
        word = "out of date" if options["check"] else "written"
        self.stdout.write(
            f"{word}: {', '.join(old)}" if old else "Everything is as the tables say."
        )
        if old and options["check"]:
            sys.exit(1)


def pages(machine: Machine) -> dict[str, str]:
    """The files of one table: a drawing, and a page with it and the table in words."""
    lines = [
        f"# States: {machine.name}",
        "",
        "Made from the code by `manage.py draw_states`.",
        "",
        f"![The states of {machine.name}; the table below says the same]({machine.name}.svg)",
        "",
        "| From | Act | To | Who | Mail |",
        "|---|---|---|---|---|",
    ]
    for row in rows(machine):
        cells = (row.source, row.label, row.target, row.who, row.mail)
        lines.append(f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |")
    lines += ["", "| Staff see | Everybody else sees |", "|---|---|"]
    lines += [
        f"| {state.label_staff} | {state.label_public} |" for state in machine.states.values()
    ]
    return {
        f"{machine.name}.svg": f"{diagram(machine, standalone=True)}\n",
        f"{machine.name}.md": "\n".join(lines) + "\n",
    }
