"""What is wrong with a table is told when the site starts, not when somebody presses a button."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import Error, register
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from core.transitions.machine import Machine


def machines() -> Iterator[tuple[type[Model], Machine]]:
    """Every model with a table, and its table."""
    for model in apps.get_models():
        if isinstance(machine := getattr(model, "machine", None), Machine):
            yield model, machine


@register
def check_machines(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Each table names columns that its model has, and mail that has templates."""
    return [
        Error(problem, obj=model, id="core.E001")
        for model, machine in machines()
        for problem in problems(model, machine)
    ]


def problems(model: type[Model], machine: Machine) -> Iterator[str]:
    """What is wrong with one table."""
    names = {machine.field}.union(*(row.fields for row in machine.transitions))
    for name in sorted(names):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            yield f"{machine.name}: {model.__name__} has no field {name!r}"
        else:
            if not field.concrete or field.name != name:
                yield f"{machine.name}: {name!r} is not the name of a column"
    templates = {notice.template for row in machine.transitions for notice in row.mail}
    for name in sorted(templates):
        for part in ("subject.txt", "txt"):
            try:
                get_template(f"notifications/{name}.{part}")
            except TemplateDoesNotExist:
                yield f"{machine.name}: there is no notifications/{name}.{part}"
