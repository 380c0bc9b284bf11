"""A form as people will see it, to be tried out. Nothing that is typed here is kept for good."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.files import accept, in_words
from forms.admin.views.shared import readable
from forms.checking import check
from forms.models import Blueprint, FormVersion
from forms.rendering import in_own_language, other_answers, read_posted, step_view
from forms.schema import Form, Step
from forms.text import HARD_LIMIT

SESSION_KEY = "forms-preview"


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, pk: int, step: str = "") -> HttpResponse:
    """A step of a form that is being built."""
    blueprint = readable(request, pk)
    form, _problems = blueprint.read()
    return _preview(request, form, step, "forms_builder:preview", [pk], blueprint)


@require_http_methods(["GET", "HEAD", "POST"])
def version_preview(request: HttpRequest, pk: int, number: int, step: str = "") -> HttpResponse:
    """A step of a published version."""
    blueprint = readable(request, pk)
    version = get_object_or_404(FormVersion, key=blueprint.key, number=number)
    return _preview(request, version.form, step, "forms_builder:version", [pk, number], blueprint)


def _preview(
    request: HttpRequest, form: Form, key: str, name: str, args: list[Any], blueprint: Blueprint
) -> HttpResponse:
    steps = [step for step in form.steps if step.fields]
    if not steps:
        raise Http404
    found = form.step(key) if key else steps[0]
    if found is None or found not in steps:
        raise Http404
    kept = request.session.get(SESSION_KEY) or {}
    mark = f"{name}/{'/'.join(str(value) for value in args)}"
    answers: dict[str, Any] = kept["answers"] if kept.get("of") == mark else {}
    errors: dict[str, str] = {}
    if request.method == "POST":
        answers = {**answers, **_small(read_posted(found, request.POST))}
        request.session[SESSION_KEY] = {"of": mark, "answers": answers}
        if request.POST.get("go") == "next":
            errors = check(form, answers, {}, step=found.key).errors
            position = steps.index(found)
            if not errors and position + 1 < len(steps):
                return redirect(reverse(name, args=[*args, steps[position + 1].key]))
    view = step_view(form, found, answers, {}, errors=errors)
    for question in view:
        if question.takes_files:
            kinds = list(question.definition.options.get("kinds", []))
            question.accept = accept(kinds) if kinds else ""
            question.accept_words = in_words(kinds) if kinds else _("Files")
    context = {
        "title": str(form.title),
        "blueprint": blueprint,
        "view": view,
        "step": {
            "title": in_own_language(found.title),
            "intro": in_own_language(found.intro),
        },
        "steps": [_stop(step, found, name, args) for step in steps],
        "position": steps.index(found) + 1,
        "is_passed": request.method == "POST" and not errors and steps[-1] is found,
        "other_answers": other_answers(form, found, answers, {}),
        "has_errors": bool(errors),
    }
    return render(request, "forms/admin/preview.html", context, status=422 if errors else 200)


def _stop(step: Step, now: Step, name: str, args: list[Any]) -> dict[str, Any]:
    return {
        "title": in_own_language(step.title),
        "url": reverse(name, args=[*args, step.key]),
        "is_now": step is now,
    }


def _small(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers that a session may keep."""
    return {
        key: value
        for key, value in answers.items()
        if len(value if isinstance(value, str) else "".join(value)) <= HARD_LIMIT // 10
    }
