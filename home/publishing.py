"""News that other parts of the site write by themselves, as pages that editors can go on with."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.html import format_html
from wagtail.models import Locale
from wagtail.rich_text import RichText

from core.ports import NewsItem, NewsText
from home.models import NewsIndexPage, NewsPage


@transaction.atomic
def publish_news(item: NewsItem) -> None:
    """Publish the item below the news, once; nothing happens on a site without news."""
    parent = (
        NewsIndexPage.objects.live().filter(locale__language_code=settings.LANGUAGE_CODE).first()
    )
    if parent is None or NewsPage.objects.child_of(parent).filter(slug=item.slug).exists():
        return
    page = NewsPage(
        slug=item.slug, locale=parent.locale, date=item.date, is_example=item.is_example, live=False
    )
    _write(page, item.texts[settings.LANGUAGE_CODE])
    parent.add_child(instance=page)
    page.save_revision(clean=False).publish()
    for language, text in item.texts.items():
        if language != settings.LANGUAGE_CODE:
            _translate(page, language, text)


def _translate(page: NewsPage, language: str, text: NewsText) -> None:
    locale = Locale.objects.filter(language_code=language).first()
    if locale is None:
        return
    known = page.get_translation_or_none(locale)
    copy = known or page.copy_for_translation(locale, copy_parents=True)
    copy.alias_of = None
    copy.is_translation_draft = True
    _write(copy, text)
    copy.save_revision(clean=False).publish()


def _write(page: NewsPage, text: NewsText) -> None:
    page.title = page.draft_title = text.title
    page.lead = text.lead
    html = "".join(format_html("<p>{}</p>", paragraph) for paragraph in text.paragraphs)
    if text.link:
        html += format_html('<p><a href="{}">{}</a></p>', text.link, text.link_text)
    page.body = [("paragraph", RichText(html))]
