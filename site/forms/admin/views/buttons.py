"""The buttons of a form: order, copies, deleting, publishing."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from forms import services
from forms.admin.views.shared import (
    STALE,
    buildable,
    edited,
    posted_rev,
    to_form,
)
from forms.schema import SchemaError, editing
from forms.services import StaleBlueprint

MOVES = {"up": -1, "down": 1}


@require_POST
def move(request: HttpRequest, pk: int, what: str, key: str, way: str) -> HttpResponse:
    """One place up or down; the focus stays on the button that was pressed."""
    blueprint = buildable(request, pk)
    if way not in MOVES:
        raise Http404
    moved = editing.moved_step if what == "step" else editing.moved_field
    edited(request, blueprint, lambda data: moved(data, key, MOVES[way]))
    return to_form(blueprint, f"{what}-{key}-{way}")


@require_POST
def copy_field(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The question twice."""
    blueprint = buildable(request, pk)
    changed = edited(request, blueprint, lambda data: editing.with_copy(data, key)[0])
    return to_form(changed or blueprint, f"field-{key}")


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
        if edited(request, blueprint, lambda data: without(data, key)):
            messages.success(request, _("“%(name)s” has been deleted.") % {"name": name})
        return to_form(blueprint)
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
        version = services.publish_blueprint(blueprint, rev=posted_rev(request), actor=request.user)
    except SchemaError:
        text = _("The form cannot be published yet; what is wrong stands at its places.")
        messages.error(request, text)
        return to_form(blueprint, "problems")
    except StaleBlueprint:
        messages.error(request, STALE)
        return to_form(blueprint)
    messages.success(
        request,
        _("Version %(number)s has been published. It will never change.")
        % {"number": version.number},
    )
    return to_form(blueprint, "versions")


@require_POST
def restart(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Go on building from an earlier version."""
    blueprint = buildable(request, pk)
    version = get_object_or_404(blueprint.versions(), number=number)
    try:
        services.restart_blueprint(blueprint, version, rev=posted_rev(request), actor=request.user)
    except StaleBlueprint:
        messages.error(request, STALE)
    else:
        messages.success(
            request,
            _("The form now stands as in version %(number)s. Change it and publish it anew.")
            % {"number": number},
        )
    return to_form(blueprint)
