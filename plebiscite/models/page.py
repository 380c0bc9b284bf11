"""Where plebiscites stand on the site: one page, with every plebiscite below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField

from core.blocks import BodyBlock
from core.models import BasePage
from plebiscite.phases import FROZEN_ON, PUBLISHED


class PlebisciteIndexPage(RoutablePageMixin, BasePage):
    """What is open, what has ended, and the story before this site.

    What everybody sees alike are routes of this page and may be kept by caches. The booth and the
    form for proposals are not: they belong to the person who is signed in (`plebiscite.urls`).
    """

    body = StreamField(BodyBlock(required=False), verbose_name=_("content"), blank=True)

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1

    content_panels = [*BasePage.content_panels, FieldPanel("body")]

    class Meta:
        verbose_name = _("page of the plebiscites")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from plebiscite import selectors

        context = super().get_context(request, *args, **kwargs)
        context.update(selectors.index_context())
        return context

    @path("<slug:slug>/", name="plebiscite")
    def plebiscite(self, request: HttpRequest, slug: str) -> HttpResponse:
        """One plebiscite: where it stands, and its works."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        context = selectors.plebiscite_context(found) if found else None
        return self._draw(request, "plebiscite/plebiscite.html", context)

    @path("<slug:slug>/prace/", name="gallery")
    def gallery(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The accepted works."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        context = selectors.gallery_context(found, request.GET) if found else None
        return self._draw(request, "plebiscite/gallery.html", context)

    @path("<slug:slug>/prace/<slug:name>/", name="proposal")
    def proposal(self, request: HttpRequest, slug: str, name: str) -> HttpResponse:
        """One accepted work; older addresses of it lead to the one it has now."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        number = selectors.number_by_name(found, name) if found else None
        if found is None or number is None:
            raise Http404
        context = selectors.proposal_context(found, number)
        if context is None and (other := selectors.joined_url(found, number)):
            return redirect(other)
        if context and not context["work"].url.endswith(f"/{name}/"):
            return redirect(context["work"].url)
        return self._draw(request, "plebiscite/proposal.html", context)

    @path("<slug:slug>/prace/<slug:name>/plakat.pdf/", name="poster")
    def poster(self, request: HttpRequest, slug: str, name: str) -> HttpResponse:
        """A poster of an accepted work, to be printed by anybody."""
        from plebiscite import selectors
        from plebiscite.printing.poster import poster

        found = selectors.find_public(slug)
        number = selectors.number_by_name(found, name) if found else None
        sources = selectors.poster_sources(found, number) if found and number else None
        if found is None or sources is None:
            raise Http404
        seen = selectors.view(found)
        content = poster(found, *sources, call=capfirst(seen.deadline) or seen.title)
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{slug}-{name}.pdf"'
        return response

    @path("<slug:slug>/znak/", name="sign")
    def sign(self, request: HttpRequest, slug: str) -> HttpResponse:
        """What won, once the result is published."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        context = selectors.sign_context(found) if found else None
        return self._draw(request, "plebiscite/sign.html", context)

    @path("<slug:slug>/protokol-jury.pdf/", name="jury_protocol")
    def jury_protocol(self, request: HttpRequest, slug: str) -> HttpResponse:
        """What a jury that has finished gave, without any author."""
        from plebiscite import selectors
        from plebiscite.printing.protocol import protocol

        found = selectors.find_public(slug)
        public = selectors.public_jury(found) if found else None
        if public is None or not public["jury"].is_closed:
            raise Http404
        return HttpResponse(protocol(public["jury"]), content_type="application/pdf")

    @path("<slug:slug>/wynik/", name="results")
    def results(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The result, once it is published."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        context = selectors.results_context(found) if found else None
        return self._draw(request, "plebiscite/results.html", context)

    @path("<slug:slug>/wynik/glosy.csv/", name="totals")
    def totals(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The totals as a table for a spreadsheet."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        content = selectors.totals_csv(found) if found else None
        if content is None:
            raise Http404
        response = HttpResponse(content, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{slug}.csv"'
        return response

    @path("<slug:slug>/wynik/wynik.json/", name="result")
    def result(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The stored count, as others read it by machine."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        content = selectors.result_json(found) if found else None
        if content is None:
            raise Http404
        return HttpResponse(content, content_type="application/json")

    @path("<slug:slug>/wynik/protokol.pdf/", name="protocol")
    def protocol(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The protocol of the result, to be printed and kept."""
        from plebiscite import protocol, selectors

        found = selectors.find_public(slug)
        context = selectors.results_context(found) if found else {}
        if "count" not in context:
            raise Http404
        response = HttpResponse(protocol.render(context), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="protokol-{slug}.pdf"'
        return response

    @path("<slug:slug>/przebieg/", name="timeline")
    def timeline(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Everything that has become of the plebiscite, day by day."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        context = selectors.timeline_context(found) if found else None
        return self._draw(request, "plebiscite/timeline.html", context)

    @path("<slug:slug>/manifest.json/", name="manifest")
    def manifest(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The text whose hash every commitment names, byte for byte."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        text = selectors.manifest_text(found) if found else None
        if text is None:
            raise Http404
        return HttpResponse(text, content_type="application/json")

    @path("<slug:slug>/dziennik.jsonl/", name="log")
    def log(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The commitments of all ballots that have left the box, as a chain, one a line."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        if found is None or not selectors.view(found).log_url:
            raise Http404
        return HttpResponse(
            "".join(selectors.log_lines(found)), content_type="application/x-ndjson; charset=utf-8"
        )

    @path("<slug:slug>/dziennik/<str:shard>.jsonl/", name="log_shard")
    def log_shard(self, request: HttpRequest, slug: str, shard: str) -> HttpResponse:
        """The part of the log in which somebody looks up a receipt by themselves."""
        from plebiscite.selectors import lookup

        return self._shard(slug, shard, lookup.log_shard, {*FROZEN_ON})

    @path("<slug:slug>/glosy/<str:shard>.jsonl/", name="openings_shard")
    def openings_shard(self, request: HttpRequest, slug: str, shard: str) -> HttpResponse:
        """The part of the published ballots in which somebody looks up their own."""
        from plebiscite.selectors import lookup

        return self._shard(slug, shard, lookup.openings_shard, {*PUBLISHED})

    @path("<slug:slug>/kody/<str:shard>.jsonl/", name="codes_shard")
    def codes_shard(self, request: HttpRequest, slug: str, shard: str) -> HttpResponse:
        """The part of the digests of codes in which somebody looks up their own."""
        from plebiscite.selectors import lookup

        return self._shard(slug, shard, lookup.codes_shard, {*FROZEN_ON})

    @path("<slug:slug>/punkty-kontrolne.jsonl/", name="checkpoints")
    def checkpoints(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The signed checkpoints of the log."""
        from plebiscite.selectors import lookup

        return self._shard(
            slug, "00", lambda found, _shard: lookup.checkpoint_lines(found), {*FROZEN_ON}
        )

    @path("<slug:slug>/sprawdz/", name="lookup")
    def lookup(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Where one looks up a receipt or a voting code."""
        from plebiscite import selectors
        from plebiscite.selectors import lookup

        found = selectors.find_public(slug)
        context = lookup.lookup_context(found) if found else None
        return self._draw(request, "plebiscite/lookup.html", context)

    @path("<slug:slug>/jak-liczymy/", name="explained")
    def explained(self, request: HttpRequest, slug: str) -> HttpResponse:
        """How anybody knows that a vote counts, in plain words; and for auditors."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        context = selectors.explained_context(found) if found else None
        return self._draw(request, "plebiscite/explained.html", context)

    @path("<slug:slug>/dla-audytorow/", name="auditors")
    def auditors(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The formats of the bundle and the threat model."""
        from plebiscite import selectors

        found = selectors.find_public(slug)
        context = selectors.auditors_context(found) if found else None
        return self._draw(request, "plebiscite/auditors.html", context)

    def _shard(
        self,
        slug: str,
        shard: str,
        lines: Callable[[Any, str], Iterable[str]],
        states: set[Any],
    ) -> HttpResponse:
        from plebiscite import selectors
        from plebiscite.selectors import lookup

        found = selectors.find_public(slug)
        if found is None or found.state not in states or not lookup.SHARD.fullmatch(shard):
            raise Http404
        if selectors.manifest_text(found) is None:
            raise Http404
        return HttpResponse(
            "".join(lines(found, shard)), content_type="application/x-ndjson; charset=utf-8"
        )

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """This page, and every plebiscite with its works and result."""
        from plebiscite import selectors

        urls = super().get_sitemap_urls(request)
        if self.is_fallback:
            return urls
        base = self.full_url
        return urls + [{"location": f"{base}{path}"} for path in selectors.public_paths()]

    def _draw(
        self, request: HttpRequest, template: str, context: dict[str, Any] | None
    ) -> HttpResponse:
        from plebiscite import selectors

        if context is None:
            raise Http404
        is_below = template != "plebiscite/plebiscite.html"
        way = selectors.crumbs(context["plebiscite"] if is_below else None, index_title=self.title)
        return self.render(
            request, template=template, context_overrides={"breadcrumbs": way, **context}
        )
