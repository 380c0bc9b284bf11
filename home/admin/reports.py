"""Reports for editors: links that lead nowhere, files nobody uses, the state of translations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import Resolver404, path, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.menu import MenuItem
from wagtail.models import Page, ReferenceIndex, Site

from accounts.permissions import has_role
from accounts.roles import Role
from core.models import BasePage, Picture, PublicDocument, SharedText
from home.admin import attention
from home.admin.signing_off import State, state_of
from home.admin.translations import edit_url, url_of
from home.links.finding import links
from home.links.outside import TOLD_AFTER
from home.models.links import OutsideLink, Problem
from services_catalog.models import Service

READERS = (Role.EDITOR, Role.CHIEF_EDITOR, Role.AUDITOR, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Row:
    """A line of a report: what, where to mend it, and what is wrong."""

    title: str
    url: str
    cells: tuple[str, ...]
    #: Where each cell leads; empty strings, or nothing at all, for words without a link.
    links: tuple[str, ...] = ()

    @property
    def linked_cells(self) -> list[tuple[str, str]]:
        """Every cell with its link."""
        return list(zip_longest(self.cells, self.links, fillvalue=""))


@dataclass(frozen=True)
class Report:
    """A report with its heads."""

    title: Any
    about: Any
    heads: tuple[Any, ...]
    icon: str


REPORTS = {
    "odnosniki": Report(
        gettext_lazy("Links that lead nowhere"),
        gettext_lazy(
            "Links of pages, services and shared texts. Links to other sites are tried once a "
            "week, and told here after they have failed on two days."
        ),
        (gettext_lazy("Where"), gettext_lazy("What is wrong")),
        "link",
    ),
    "nieuzywane": Report(
        gettext_lazy("Files nobody uses"),
        gettext_lazy("Pictures and documents that no page, service or setting shows."),
        (gettext_lazy("File"), gettext_lazy("Kind")),
        "image",
    ),
    "tlumaczenia": Report(
        gettext_lazy("State of translations"),
        gettext_lazy(
            "“Needs update”: the Polish text was published after its translation. A state leads "
            "to both texts beside each other, where a translation is signed off."
        ),
        (gettext_lazy("Polish page or service"), "БЕ", "EN", "IT"),
        "globe",
    ),
    "przeglad": Report(
        gettext_lazy("Pages due for review"),
        gettext_lazy(
            "On the day set for a page, or a year after it was last published. Look through it, "
            "change what is not true any more, and publish it anew."
        ),
        tuple(map(gettext_lazy, ("Page", "Day", "State", "Language"))),
        "calendar-check",
    ),
    "uwagi": Report(
        gettext_lazy("Remarks on pages"),
        gettext_lazy("What editors have written beside a page and nobody has settled."),
        (gettext_lazy("Page"), gettext_lazy("Remark"), gettext_lazy("Who"), gettext_lazy("When")),
        "comment",
    ),
}

PROBLEMS = {
    Problem.GONE: gettext_lazy("the other site has no such page"),
    Problem.FAILS: gettext_lazy("the other site answers with an error"),
    Problem.UNKNOWN: gettext_lazy("there is no site of this name"),
    Problem.SILENT: gettext_lazy("the other site does not answer"),
    Problem.CERTIFICATE: gettext_lazy("the other site’s certificate is not valid"),
    Problem.PRIVATE: gettext_lazy("the address is not one of the public internet"),
}


def rows_of(kind: str) -> list[Row]:
    """The lines of a report."""
    makers = {
        "odnosniki": broken_links, "nieuzywane": unused_files, "tlumaczenia": translations,
        "przeglad": lambda: _of_pages(attention.due_rows()),
        "uwagi": lambda: _of_pages(attention.comment_rows()),
    }  # fmt: skip
    return list(makers[kind]())


def _of_pages(found: Iterable[tuple[Page, tuple[str, ...]]]) -> Iterator[Row]:
    for page, cells in found:
        yield Row(page.title, _edit_url(page), cells)


def broken_links() -> Iterator[Row]:
    """Links of published texts to rows, addresses and other sites that are not there."""
    there = {
        "page": set(Page.objects.live().values_list("pk", flat=True)),
        "document": set(PublicDocument.objects.values_list("pk", flat=True)),
        "picture": set(Picture.objects.values_list("pk", flat=True)),
        "shared": set(SharedText.objects.values_list("pk", flat=True)),
    }
    words = {
        "page": _("to a page that was deleted or is not published"),
        "document": _("to a document that was deleted"),
        "picture": _("to a picture that was deleted"),
        "shared": _("to a shared text that was deleted"),
    }
    silent = OutsideLink.objects.filter(failures__gte=TOLD_AFTER)
    problems = {one.url: PROBLEMS[Problem(one.problem)] for one in silent}
    seen: dict[str, bool] = {}
    finder = AdminURLFinder()
    for one in links():
        wrong = [words[kind] for kind, pk in sorted(one.chosen) if pk not in there[kind]]
        for target in sorted(one.paths):
            if target not in seen:
                seen[target] = leads_somewhere(target)
            if not seen[target]:
                wrong.append(target)
        wrong += [f"{url} – {problems[url]}" for url in sorted(one.outside & problems.keys())]
        for what in wrong:
            yield Row(str(one.row), finder.get_edit_url(one.row) or "", (what,))


def leads_somewhere(target: str) -> bool:
    """Whether an address of this site answers, as far as one can tell without asking for it."""
    try:
        match = resolve(target)
    except Resolver404:
        return False
    if match.view_name != "wagtail_serve":
        return True
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return False
    parts = [part for part in target.split("/") if part]
    root = site.root_page
    if parts and parts[0] in dict(settings.LANGUAGES):
        code = parts.pop(0)
        root = root.get_translations().filter(locale__language_code=code).first() or root
    try:
        root.specific.route(RequestFactory().get(target), parts)
    except Http404:
        return False
    return True


def unused_files() -> Iterator[Row]:
    """Pictures and documents without a reference."""
    for model, kind, name in (
        (Picture, _("picture"), "wagtailimages:edit"),
        (PublicDocument, _("document"), "wagtaildocs:edit"),
    ):
        used = ReferenceIndex.objects.filter(
            to_content_type=ContentType.objects.get_for_model(model)
        ).values_list("to_object_id", flat=True)
        known = {int(pk) for pk in used}
        for one in model.objects.order_by("title"):
            if one.pk not in known:
                yield Row(one.title, reverse(name, args=[one.pk]), (kind,))


def translations() -> Iterator[Row]:
    """Every Polish page and service with the state of its translations; what needs work first."""
    others = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    rows = []
    for source, copies in _with_translations():
        found = [copies.get(code) for code in others]
        states = [state_of(source, copy) for copy in found]
        links = tuple(
            "" if copy is None or state == State.MISSING else url_of(copy)
            for copy, state in zip(found, states, strict=True)
        )
        row = Row(_name(source), edit_url(source), tuple(state.words for state in states), links)
        rows.append((-sum(states), row.title, row))
    for _weight, _title, row in sorted(rows, key=lambda one: one[:2]):
        yield row


def _name(thing: Any) -> str:
    return str(thing.name if isinstance(thing, Service) else thing.title)


def stale_translations() -> int:
    """How many translations are older than what they translate."""
    return _count(State.STALE)


def unsigned_translations() -> int:
    """How many translations nobody has signed off."""
    return _count(State.DRAFT)


def _count(state: State) -> int:
    return sum(
        state_of(source, copy) == state
        for source, copies in _with_translations()
        for copy in copies.values()
    )


def _with_translations() -> Iterator[tuple[Any, dict[str, Any]]]:
    """Every published Polish page and service with its translations by language."""
    pages = Page.objects.live().filter(depth__gte=2).select_related("locale")
    services = Service.objects.live().select_related("locale")
    for things in (pages.specific(), services):
        copies: dict[Any, dict[str, Any]] = {}
        for thing in things:
            if isinstance(thing, BasePage | Service):
                copies.setdefault(thing.translation_key, {})[thing.locale.language_code] = thing
        for found in copies.values():
            source = found.pop(settings.LANGUAGE_CODE, None)
            if source is not None:
                yield source, found


def _edit_url(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def report_view(request: HttpRequest, kind: str) -> HttpResponse:
    """One report."""
    if not has_role(request.user, *READERS):
        raise PermissionDenied
    if kind not in REPORTS:
        raise Http404
    context = {"report": REPORTS[kind], "rows": rows_of(kind)}
    return render(request, "home/admin/report.html", context)


class EditorsItem(MenuItem):
    """An entry of the menu for those who write pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        return has_role(request.user, *READERS)


def menu_items() -> list[MenuItem]:
    """The entries of the menu of reports."""
    return [
        EditorsItem(
            report.title,
            reverse("home_report", args=[kind]),
            name=f"home-{kind}",
            icon_name=report.icon,
            order=700 + number,
        )
        for number, (kind, report) in enumerate(REPORTS.items())
    ]


urlpatterns = [path("raporty/<slug:kind>/", report_view, name="home_report")]
