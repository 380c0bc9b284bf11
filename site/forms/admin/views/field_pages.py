"""One question of a form."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forms.admin.columns_form import columns_form
from forms.admin.conditions import to_rows
from forms.admin.field_form import FieldForm
from forms.admin.sentences import TYPES, sentence
from forms.admin.views.shared import (
    Data,
    buildable,
    edited,
    to_form,
)
from forms.models import Blueprint
from forms.schema import editing
from forms.types import registry


@require_safe
def field_type(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """What kind of question is it to be?"""
    blueprint = buildable(request, pk)
    found = _step_or_404(blueprint, step)
    context = {
        "blueprint": blueprint,
        "step": found,
        "types": [
            {
                "label": label,
                "hint": hint,
                "url": reverse("forms_builder:new_field", args=[pk, step, name]),
            }
            for name, label, hint in TYPES
        ],
    }
    return render(request, "forms/admin/types.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_field(request: HttpRequest, pk: int, step: str, type: str) -> HttpResponse:
    """A new question of a type, at the end of a step."""
    blueprint = buildable(request, pk)
    found = _step_or_404(blueprint, step)
    if type not in registry:
        raise Http404
    # Questions up to the end of this step may be looked at.
    data, made = editing.with_field(blueprint.definition, step, "", {"label": {}, "type": type})
    earlier = list(editing.fields_before(data, made))
    return _field_page(request, blueprint, found, "", type, {}, earlier)


@require_http_methods(["GET", "HEAD", "POST"])
def field_page(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """A question that is there."""
    blueprint = buildable(request, pk)
    try:
        step, item = editing.find_field(blueprint.definition, key)
    except editing.NotThere:
        raise Http404 from None
    if item.get("type") not in registry:
        raise Http404
    earlier = list(editing.fields_before(blueprint.definition, key))
    return _field_page(request, blueprint, step, key, item["type"], item, earlier)


def _field_page(
    request: HttpRequest,
    blueprint: Blueprint,
    step: Data,
    key: str,
    type: str,
    before: Data,
    earlier: list[Data],
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = FieldForm(posted, type=type, before=before, earlier=earlier)
    is_table = type == "table"
    columns = columns_form(posted, before.get("columns")) if is_table else None
    is_valid = False
    if posted is not None:
        is_valid = form.is_valid() & (columns is None or columns.is_valid())
    if is_valid:
        values = form.definition()
        if columns is not None:
            values["columns"] = columns.definitions(before.get("columns"))
        changed = edited(
            request,
            blueprint,
            lambda data: editing.with_field(data, step["key"], key, values)[0],
        )
        if changed:
            made = key or editing.find_step(changed.definition, step["key"])["fields"][-1]["key"]
            if posted and "more" in posted:
                return redirect("forms_builder:field", changed.pk, made)
            return to_form(changed, f"field-{made}")
        blueprint.refresh_from_db()
    problems: list[str] = []
    if key and posted is None:
        read, found = blueprint.read()
        labels = {name: str(item.label) for name, item in read.fields.items()}
        problems = [sentence(problem, labels) for problem in found if problem.field == key]
    context = {
        "blueprint": blueprint,
        "step": step,
        "key": key,
        "form": form,
        "columns": columns,
        "problems": problems,
        "has_earlier": bool(earlier),
        "has_visible": bool(to_rows(before.get("visible_when")) != ("all", [])),
        "heading": before.get("label", {}).get("pl", "") if key else _("New question"),
    }
    has_errors = posted is not None and not is_valid
    return render(request, "forms/admin/field.html", context, status=422 if has_errors else 200)


def _step_or_404(blueprint: Blueprint, key: str) -> Data:
    try:
        return editing.find_step(blueprint.definition, key)
    except editing.NotThere:
        raise Http404 from None
