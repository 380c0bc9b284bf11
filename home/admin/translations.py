"""A translation beside its Polish source in the admin, and the button that signs it off."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import Button
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail_localize.fields import TranslatableField, get_translatable_fields

from accounts.permissions import has_role
from accounts.roles import Role
from core.models import BasePage
from core.transitions import TransitionError
from home.admin.signing_off import State, may_sign_off, sign_off, source_of, state_of
from services_catalog.models import Service

READERS = (Role.EDITOR, Role.CHIEF_EDITOR, Role.AUDITOR, Role.ADMINISTRATOR)
KINDS = ("strona", "usluga")


def url_of(copy: Any) -> str:
    """Where a translation stands beside its source."""
    kind = "strona" if isinstance(copy, Page) else "usluga"
    return reverse("home_translation", args=[kind, copy.pk])


def edit_url(thing: Any) -> str:
    """Where a page or a service is changed."""
    if isinstance(thing, Page):
        return reverse("wagtailadmin_pages:edit", args=[thing.pk])
    return reverse("wagtailsnippets_services_catalog_service:edit", args=[thing.pk])


def _find(kind: str, pk: int) -> Any:
    if kind == "usluga":
        found: Any = Service.objects.filter(pk=pk).select_related("locale").first()
    else:
        page = Page.objects.filter(pk=pk).first()
        found = page.specific if page else None
    if not isinstance(found, BasePage | Service):
        raise Http404
    return found


def pairs(source: Any, copy: Any) -> Iterator[tuple[str, str, str]]:
    """Every text: what it is, in Polish, and in the translation; blocks of a text one by one."""
    for field in get_translatable_fields(type(source)):
        if not isinstance(field, TranslatableField) or field.field_name == "slug":
            continue
        of_model = type(source)._meta.get_field(field.field_name)
        here, there = getattr(source, of_model.name), getattr(copy, of_model.name)
        if isinstance(of_model, StreamField):
            for one, other in zip_longest(here, there):
                name = (one or other).block.label
                yield str(name), _block(one), _block(other)
        elif of_model.one_to_many:
            for one, other in zip_longest(here.all(), there.all()):
                for name, left, right in _of_rows(of_model.related_model, one, other):
                    yield name, left, right
        elif not of_model.is_relation and (here or there):
            yield capfirst(str(of_model.verbose_name)), str(here or ""), str(there or "")


def _block(block: Any) -> Any:
    # Safe markup, as a page would show it.
    return "" if block is None else block.render()


def _of_rows(model: Any, one: Any, other: Any) -> Iterator[tuple[str, str, str]]:
    for field in get_translatable_fields(model):
        of_model = model._meta.get_field(field.field_name)
        if not isinstance(field, TranslatableField) or of_model.is_relation:
            continue
        words = [str(getattr(row, of_model.name, "") or "") for row in (one, other)]
        if any(words):
            yield capfirst(str(of_model.verbose_name)), words[0], words[1]


def translation_view(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The two texts beside each other; a POST signs the translation off."""
    if not has_role(request.user, *READERS):
        raise Http404
    copy = _find(kind, pk)
    source = source_of(copy)
    if source is None or (isinstance(copy, BasePage) and copy.alias_of_id):
        raise Http404
    if request.method == "POST":
        try:
            sign_off(copy, actor=request.user)
        except TransitionError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Visitors no longer see “draft translation”."))
        return redirect(request.path)
    state = state_of(source, copy)
    context = {
        "source": source,
        "copy": copy,
        "state": state,
        "pairs": list(pairs(source, copy)),
        "edit_url": edit_url(copy),
        "is_unpublished": copy.has_unpublished_changes,
        "may_sign_off": state == State.DRAFT
        and not copy.has_unpublished_changes
        and may_sign_off(request.user, copy),
    }
    return render(request, "home/admin/translation.html", context)


def compare_button(page: Page, user: Any, next_url: str = "", **kwargs: Any) -> Iterator[Button]:
    """In the menu of a translated page: read it beside the Polish one, and sign it off."""
    found = page.specific_deferred
    if not isinstance(found, BasePage) or found.alias_of_id or source_of(found) is None:
        return
    if has_role(user, *READERS):
        yield Button(
            _("Read beside the Polish text"), url_of(found), priority=55, icon_name="globe"
        )


urlpatterns = [path("tlumaczenia/<str:kind>/<int:pk>/", translation_view, name="home_translation")]
