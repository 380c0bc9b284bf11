"""What the pages of the builder share: who gets a form, changing it, its outline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from forms import permissions, services
from forms.admin.field_form import AUDIENCES
from forms.admin.sentences import TYPE_NAMES, sentence
from forms.canonical import digest
from forms.models import Blueprint, FormVersion
from forms.rendering import condition_text
from forms.schema import Form, Problem, editing
from forms.services import StaleBlueprint

Data = dict[str, Any]
STALE = gettext_lazy(
    "Somebody else has changed this form meanwhile. Below is how it stands now; do it once more."
)


@dataclass
class FieldRow:
    """A question on the page of a form."""

    key: str
    label: str
    type: Any
    audience: Any
    is_required: bool
    condition: str = ""
    needed: str = ""
    problems: list[str] = field(default_factory=list)


@dataclass
class StepRow:
    """A step on the page of a form."""

    key: str
    title: str
    problems: list[str]
    fields: list[FieldRow]


def outline(blueprint: Blueprint) -> tuple[list[StepRow], list[dict[str, str]], Form]:
    """The steps and questions with what is wrong beside each, all problems with their places,
    and the form as far as it can be read."""
    form, found = blueprint.read()
    labels = {key: str(item.label) or key for key, item in form.fields.items()}
    audiences = dict(AUDIENCES)
    said: dict[tuple[str, str], list[str]] = {}
    places = []
    for problem in found:
        text = sentence(problem, labels)
        said.setdefault((problem.step, problem.field), []).append(text)
        places.append({"text": text, "where": _where(problem, form), "anchor": _anchor(problem)})
    steps = []
    for step in form.steps:
        rows = [
            FieldRow(
                key=item.key,
                label=str(item.label) or item.key,
                type=TYPE_NAMES.get(item.type, item.type),
                audience=audiences.get(item.audience, item.audience),
                is_required=item.required and item.required_when is None,
                condition=_in_words(form, item.visible_when),
                needed=_in_words(form, item.required_when),
                problems=said.get((step.key, item.key), []),
            )
            for item in step.fields
        ]
        title = str(step.title) or step.key
        steps.append(StepRow(step.key, title, said.get((step.key, ""), []), rows))
    return steps, places, form


def _in_words(form: Form, condition: Any) -> str:
    return condition_text(form, condition) if condition else ""


def _where(problem: Problem, form: Form) -> str:
    if problem.field in form.fields:
        return str(form.fields[problem.field].label) or problem.field
    step = form.step(problem.step)
    return (str(step.title) or step.key) if step else ""


def _anchor(problem: Problem) -> str:
    if problem.field:
        return f"field-{problem.field}"
    return f"step-{problem.step}" if problem.step else "form-title"


def readable(request: HttpRequest, pk: int) -> Blueprint:
    """The form, for whoever reads forms."""
    if not permissions.may_read(request.user):
        raise PermissionDenied
    return get_object_or_404(Blueprint, pk=pk)


def buildable(request: HttpRequest, pk: int) -> Blueprint:
    """The form, for whoever builds it."""
    blueprint = readable(request, pk)
    if not permissions.may_build(request.user, blueprint.area):
        raise PermissionDenied
    return blueprint


def posted_rev(request: HttpRequest) -> int:
    text = request.POST.get("rev", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def edited(
    request: HttpRequest, blueprint: Blueprint, change: Callable[[Data], Data]
) -> Blueprint | None:
    """Change a form; None, and a message, where somebody was quicker."""
    try:
        return services.edit_blueprint(
            blueprint, change, rev=posted_rev(request), actor=request.user
        )
    except editing.NotThere:
        raise Http404 from None
    except StaleBlueprint:
        messages.error(request, STALE)
        return None


def to_form(blueprint: Blueprint, anchor: str = "") -> HttpResponse:
    url = reverse("forms_builder:form", args=[blueprint.pk])
    return redirect(f"{url}#{anchor}" if anchor else url)


def is_changed(blueprint: Blueprint, version: FormVersion | None) -> bool:
    return version is None or digest(editing.normalised(version.schema)) != digest(
        blueprint.definition
    )
