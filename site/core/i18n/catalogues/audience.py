"""Who reads a text: visitors, in four languages, or staff, in Polish.

This is the one place that decides it. A text is for visitors when any of its places is; only such
texts are in the Belarusian and Italian catalogues, and all of them must be translated there.
"""

from __future__ import annotations

import ast
from fnmatch import fnmatch

# Everything in these is for staff.
STAFF_FILES = (
    "*/wagtail_hooks.py",
    "*/viewsets.py",
    "*/viewsets/*.py",
    "*/panels.py",
    "*/apps.py",
    "*/roles.py",
    "*/admin.py",
    "*/admin_*.py",
    "*/admin/*.py",
    "*/*_admin/*",
    "*/commission/*",
    "*/paper_states.py",
    "*/staff_calendar/*",
    "*/timetable/generating.py",
    "*/timetable/recurrence.py",
    "*/timetable/rooms.py",
    "*/timetable/rules.py",
    "*/timetable/services.py",
    "site/core/audit/*",
    "site/core/outbox/*",
    "*/management/*",
    "templates/wagtailadmin/*",
    "templates/*/admin/*",
    "templates/admin/*",
)
# In these the declarations in classes (names and help of fields, labels of blocks and panels)
# are for staff. Values of choices, messages of constraints and validators, what methods say and
# what stands outside classes is for visitors: a page shows it. A form for visitors has labels of
# its own, in forms.py.
STAFF_DECLARATIONS = (
    "*/models.py",
    "*/models/*.py",
    "*/blocks.py",
    "*/blocks/*.py",
)
_MESSAGES = {"violation_error_message", "error_messages", "message"}


def staff_lines(path: str, source: str) -> range | set[int]:
    """The lines of a file (from 1) whose texts only staff see."""
    if any(fnmatch(path, pattern) for pattern in STAFF_FILES):
        return range(1, source.count("\n") + 2)
    if any(fnmatch(path, pattern) for pattern in STAFF_DECLARATIONS):
        lines: set[int] = set()
        _declarations(ast.parse(source), lines)
        return lines
    return range(0)


def _declarations(node: ast.AST, lines: set[int]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            if any(_last_name(base).endswith("Choices") for base in child.bases):
                lines.difference_update(_lines(child))
            else:
                lines.update(_lines(child))
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            # A decorator stands outside: `@property`, `@admin.display(description=…)`.
            lines.difference_update(_lines(child))
        elif isinstance(child, ast.keyword) and child.arg in _MESSAGES:
            lines.difference_update(_lines(child.value))
        _declarations(child, lines)


def _lines(node: ast.stmt | ast.expr) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _last_name(base: ast.expr) -> str:
    if isinstance(base, ast.Attribute):
        return base.attr
    return base.id if isinstance(base, ast.Name) else ""
