"""The pages of the builder: the list, one form, its steps and questions, publishing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forms import permissions, services
from forms.admin.conditions import to_rows
from forms.admin.field_form import AUDIENCES, FieldForm, columns_form
from forms.admin.sentences import TYPE_NAMES, TYPES, sentence
from forms.admin.texts import add_text, text_of
from forms.canonical import digest
from forms.models import Area, Blueprint, FormVersion
from forms.presets import presets
from forms.rendering import condition_text
from forms.schema import Form, Problem, SchemaError, editing
from forms.services import StaleBlueprint
from forms.types import registry

Data = dict[str, Any]
STALE = gettext_lazy(
    "Somebody else has changed this form meanwhile. Below is how it stands now; do it once more."
)


# --- What the pages share ---------------------------------------------------------------------


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


def _rev(request: HttpRequest) -> int:
    text = request.POST.get("rev", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _edit(
    request: HttpRequest, blueprint: Blueprint, change: Callable[[Data], Data]
) -> Blueprint | None:
    """Change a form; None, and a message, where somebody was quicker."""
    try:
        return services.edit_blueprint(blueprint, change, rev=_rev(request), actor=request.user)
    except editing.NotThere:
        raise Http404 from None
    except StaleBlueprint:
        messages.error(request, STALE)
        return None


def _to_form(blueprint: Blueprint, anchor: str = "") -> HttpResponse:
    url = reverse("forms_builder:form", args=[blueprint.pk])
    return redirect(f"{url}#{anchor}" if anchor else url)


# --- The list and a new form ------------------------------------------------------------------


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All forms, with what is published of each."""
    if not permissions.may_read(request.user):
        raise PermissionDenied
    newest: dict[str, FormVersion] = {}
    for version in FormVersion.objects.order_by("key", "number"):
        newest[version.key] = version
    known = list(Blueprint.objects.select_related("updated_by"))
    rows = [
        {
            "blueprint": blueprint,
            "version": newest.get(blueprint.key),
            "is_changed": _is_changed(blueprint, newest.get(blueprint.key)),
        }
        for blueprint in known
    ]
    keys = {blueprint.key for blueprint in known}
    context = {
        "rows": rows,
        "loose": [version for key, version in newest.items() if key not in keys],
        "may_add": bool(permissions.areas_of(request.user)),
    }
    return render(request, "forms/admin/index.html", context)


def _is_changed(blueprint: Blueprint, version: FormVersion | None) -> bool:
    return version is None or digest(editing.normalised(version.schema)) != digest(
        blueprint.definition
    )


class NewForm(forms.Form):
    """What a new form is called and what it begins from."""

    use_required_attribute = False

    def __init__(self, *args: Any, areas: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_text(self, "title", gettext_lazy("Title"), required=True)
        self.fields["area"] = forms.ChoiceField(
            label=gettext_lazy("Used by"),
            choices=[(area, Area(area).label) for area in areas],
        )
        starts: list[tuple[str, Any]] = [("", gettext_lazy("an empty form"))]
        starts += [
            (f"preset:{preset.key}", preset.title)
            for preset in presets.values()
            if preset.area in areas
        ]
        starts += [
            (f"form:{row.pk}", _("a copy of “%(title)s”") % {"title": row.title})
            for row in Blueprint.objects.all()
        ]
        self.fields["start"] = forms.ChoiceField(
            label=gettext_lazy("Begin from"), choices=starts, required=False,
            widget=forms.RadioSelect, initial="",
        )  # fmt: skip

    def start(self) -> Data | None:
        kind, _colon, key = self.cleaned_data["start"].partition(":")
        if kind == "preset":
            return presets[key].load()
        return Blueprint.objects.get(pk=key).definition if kind == "form" else None


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A new form, empty or from a preset or from another one."""
    areas = permissions.areas_of(request.user)
    if not areas:
        raise PermissionDenied
    form = NewForm(request.POST or None, areas=areas)
    if request.method == "POST" and form.is_valid():
        blueprint = services.create_blueprint(
            area=form.cleaned_data["area"],
            title=text_of(form.cleaned_data, "title"),
            start=form.start(),
            actor=request.user,
        )
        messages.success(request, _("The form has been made. Now add steps and questions."))
        return _to_form(blueprint)
    return render(
        request, "forms/admin/create.html", {"form": form}, status=422 if form.errors else 200
    )


# --- One form ---------------------------------------------------------------------------------


@require_safe
def form_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A form: its steps and questions in order, what is wrong with it, and its versions."""
    blueprint = readable(request, pk)
    steps, problems, form = outline(blueprint)
    versions = list(blueprint.versions())
    context = {
        "blueprint": blueprint,
        "steps": steps,
        "problems": problems,
        "versions": versions,
        "is_changed": _is_changed(blueprint, versions[0] if versions else None),
        "may_build": permissions.may_build(request.user, blueprint.area),
        "can_preview": any(step.fields for step in form.steps),
    }
    return render(request, "forms/admin/form.html", context)


class TitleForm(forms.Form):
    """The title of a form."""

    use_required_attribute = False

    def __init__(self, *args: Any, title: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_text(self, "title", gettext_lazy("Title"), required=True, initial=title)


@require_http_methods(["GET", "HEAD", "POST"])
def title_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The title in four languages."""
    blueprint = buildable(request, pk)
    form = TitleForm(request.POST or None, title=blueprint.definition.get("title"))
    if request.method == "POST" and form.is_valid():
        title = text_of(form.cleaned_data, "title")
        if _edit(request, blueprint, lambda data: editing.with_title(data, title)):
            return _to_form(blueprint, "form-title")
        blueprint.refresh_from_db()
    context = {"blueprint": blueprint, "form": form, "heading": _("Title of the form")}
    return render(request, "forms/admin/texts.html", context, status=422 if form.errors else 200)


class StepForm(forms.Form):
    """The title and introduction of a step."""

    use_required_attribute = False

    def __init__(self, *args: Any, step: Data, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_text(
            self, "title", gettext_lazy("Title of the step"), required=True,
            initial=step.get("title"),
        )  # fmt: skip
        add_text(
            self, "intro", gettext_lazy("Introduction"), rows=3, max_length=1500,
            initial=step.get("intro"),
        )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def step_page(request: HttpRequest, pk: int, key: str = "") -> HttpResponse:
    """A step's texts; without a key a new one."""
    blueprint = buildable(request, pk)
    try:
        step = editing.find_step(blueprint.definition, key) if key else {}
    except editing.NotThere:
        raise Http404 from None
    form = StepForm(request.POST or None, step=step)
    if request.method == "POST" and form.is_valid():
        values = {name: text_of(form.cleaned_data, name) for name in ("title", "intro")}
        changed = _edit(request, blueprint, lambda data: editing.with_step(data, key, **values)[0])
        if changed:
            made = key or changed.definition["steps"][-1]["key"]
            return _to_form(changed, f"step-{made}")
        blueprint.refresh_from_db()
    context = {
        "blueprint": blueprint,
        "form": form,
        "heading": _("Step") if key else _("New step"),
    }
    return render(request, "forms/admin/texts.html", context, status=422 if form.errors else 200)


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
        changed = _edit(
            request,
            blueprint,
            lambda data: editing.with_field(data, step["key"], key, values)[0],
        )
        if changed:
            made = key or editing.find_step(changed.definition, step["key"])["fields"][-1]["key"]
            if posted and "more" in posted:
                return redirect("forms_builder:field", changed.pk, made)
            return _to_form(changed, f"field-{made}")
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


# --- Buttons ----------------------------------------------------------------------------------

MOVES = {"up": -1, "down": 1}


@require_POST
def move(request: HttpRequest, pk: int, what: str, key: str, way: str) -> HttpResponse:
    """One place up or down; the focus stays on the button that was pressed."""
    blueprint = buildable(request, pk)
    if way not in MOVES:
        raise Http404
    moved = editing.moved_step if what == "step" else editing.moved_field
    _edit(request, blueprint, lambda data: moved(data, key, MOVES[way]))
    return _to_form(blueprint, f"{what}-{key}-{way}")


@require_POST
def copy_field(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The question twice."""
    blueprint = buildable(request, pk)
    changed = _edit(request, blueprint, lambda data: editing.with_copy(data, key)[0])
    return _to_form(changed or blueprint, f"field-{key}")


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int, what: str, key: str) -> HttpResponse:
    """A step or a question away, after asking; says which conditions look at it."""
    blueprint = buildable(request, pk)
    data = blueprint.definition
    try:
        if what == "step":
            found = editing.find_step(data, key)
            keys = {item["key"] for item in found.get("fields", [])}
            name = found.get("title", {}).get("pl", key)
        else:
            _step, item = editing.find_field(data, key)
            keys, name = {key}, item.get("label", {}).get("pl", key)
    except editing.NotThere:
        raise Http404 from None
    if request.method == "POST":
        without = editing.without_step if what == "step" else editing.without_field
        if _edit(request, blueprint, lambda data: without(data, key)):
            messages.success(request, _("“%(name)s” has been deleted.") % {"name": name})
        return _to_form(blueprint)
    context = {
        "blueprint": blueprint,
        "name": name,
        "is_step": what == "step",
        "count": len(keys),
        "dependants": [
            row.get("label", {}).get("pl", row["key"]) for row in editing.dependants(data, keys)
        ],
    }
    return render(request, "forms/admin/delete.html", context)


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands there becomes a version that never changes."""
    blueprint = buildable(request, pk)
    try:
        version = services.publish_blueprint(blueprint, rev=_rev(request), actor=request.user)
    except SchemaError:
        text = _("The form cannot be published yet; what is wrong stands at its places.")
        messages.error(request, text)
        return _to_form(blueprint, "problems")
    except StaleBlueprint:
        messages.error(request, STALE)
        return _to_form(blueprint)
    messages.success(
        request,
        _("Version %(number)s has been published. It will never change.")
        % {"number": version.number},
    )
    return _to_form(blueprint, "versions")


@require_POST
def restart(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Go on building from an earlier version."""
    blueprint = buildable(request, pk)
    version = get_object_or_404(blueprint.versions(), number=number)
    try:
        services.restart_blueprint(blueprint, version, rev=_rev(request), actor=request.user)
    except StaleBlueprint:
        messages.error(request, STALE)
    else:
        messages.success(
            request,
            _("The form now stands as in version %(number)s. Change it and publish it anew.")
            % {"number": number},
        )
    return _to_form(blueprint)
