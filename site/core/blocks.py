"""StreamField blocks that cannot produce inaccessible output.

Editors choose meaning, never appearance: headings have no free level, a picture has a text or is
declared decorative, a table has a header row, a link says where it leads.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.contrib.table_block.blocks import TableBlock as WagtailTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.rich_text import get_text_for_indexing
from wagtail.snippets.blocks import SnippetChooserBlock

from core import ports
from core.i18n.folding import fold
from core.mending import MendingStreamBlock

#: Folded Belarusian and Russian letters in Latin ones, for addresses alone.
CYRILLIC = str.maketrans(
    dict(zip("абвгдезикілмнопрстуфыэй", "abvhdezikilmnoprstufyej", strict=True))
    | {"ж": "zh", "х": "ch", "ц": "c", "ч": "cz", "ш": "sz", "щ": "szcz", "ю": "ju", "я": "ja"}
    | {"ь": "", "ъ": ""}
)
TEXT_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]


class HeadingBlock(blocks.CharBlock):
    """A section heading (h2) with an address of its own."""

    def get_context(self, value: str, parent_context: Any = None) -> dict[str, Any]:
        """Whoever draws a whole stream gives the anchor: it has to differ from the others."""
        context = super().get_context(value, parent_context)
        given = (parent_context or {}).get("anchor")
        context["anchor"] = anchor_of(value) if given is None else given
        return context

    class Meta:
        icon = "title"
        template = "components/blocks/heading.html"
        label = _("Heading")


def anchor_of(heading: str) -> str:
    """The address of a section: its heading in small Latin letters, Cyrillic ones too."""
    return slugify(fold(heading).translate(CYRILLIC))


class SubheadingBlock(blocks.CharBlock):
    """A heading inside a section (h3)."""

    class Meta:
        icon = "title"
        template = "components/blocks/subheading.html"
        label = _("Subheading")


class ParagraphBlock(blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        template = "components/blocks/paragraph.html"
        label = _("Text")


class FigureBlock(blocks.StructBlock):
    """A picture in the text, with its caption."""

    image = ImageBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=250)

    class Meta:
        icon = "image"
        template = "components/blocks/figure.html"
        label = _("Picture")


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quotation"), max_length=600)
    source = blocks.CharBlock(label=_("Who said or wrote it"), required=False, max_length=150)

    class Meta:
        icon = "openquote"
        template = "components/blocks/quote.html"
        label = _("Quotation")


class FiguresBlock(blocks.StructBlock):
    """Two to six numbers, each with what it counts."""

    items = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("value", blocks.CharBlock(label=_("Number"), max_length=30)),
                ("label", blocks.CharBlock(label=_("What it counts"), max_length=120)),
            ]
        ),
        label=_("Numbers"),
        min_num=2,
        max_num=6,
    )

    class Meta:
        icon = "table"
        template = "components/blocks/figures.html"
        label = _("Numbers")


class TimelineBlock(blocks.StructBlock):
    items = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("date", blocks.CharBlock(label=_("When"), max_length=60)),
                ("text", blocks.CharBlock(label=_("What happened"), max_length=250)),
            ]
        ),
        label=_("Stops"),
        min_num=2,
    )

    class Meta:
        icon = "date"
        template = "components/blocks/timeline.html"
        label = _("Timeline")


class AccordionBlock(blocks.StructBlock):
    """Questions that unfold; works without JavaScript."""

    items = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("question", blocks.CharBlock(label=_("Question"), max_length=200)),
                ("answer", blocks.RichTextBlock(label=_("Answer"), features=TEXT_FEATURES)),
            ]
        ),
        label=_("Questions"),
        min_num=1,
    )

    class Meta:
        icon = "help"
        template = "components/blocks/accordion.html"
        label = _("Questions and answers")


class CalloutBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES)

    class Meta:
        icon = "info-circle"
        template = "components/blocks/callout.html"
        label = _("Note")


class CardBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=100)
    text = blocks.CharBlock(label=_("Text"), max_length=250, required=False)
    page = blocks.PageChooserBlock(label=_("Leads to the page"), required=False)
    url = blocks.URLBlock(label=_("or to the address"), required=False)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if bool(cleaned["page"]) == bool(cleaned["url"]):
            message = ValidationError(_("Choose a page or give an address: exactly one of them."))
            raise blocks.StructBlockValidationError(block_errors={"page": ErrorList([message])})
        return cleaned


class CardsBlock(blocks.StructBlock):
    items = blocks.ListBlock(CardBlock(), label=_("Cards"), min_num=1, max_num=6)

    class Meta:
        icon = "link"
        template = "components/blocks/cards.html"
        label = _("Cards with links")


class LiveBlock(blocks.StructBlock):
    """What can be done now, always as it is: open votes and calls, free places, events."""

    platform = blocks.ChoiceBlock(
        label=_("What to show"),
        choices=[
            ("all", _("everything that is open")),
            ("services", _("services with free places")),
            ("plebiscite", _("votes and contests")),
            ("incubator", _("calls of the incubator")),
            ("events", _("events")),
        ],
        default="all",
    )
    number = blocks.IntegerBlock(label=_("How many"), min_value=1, max_value=6, default=3)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        context["items"] = open_now(value["platform"] or "all", value["number"] or 3)
        return context

    class Meta:
        icon = "time"
        template = "components/blocks/live.html"
        label = _("What is open now")


def open_now(platform: str, number: int) -> list[ports.Activity]:
    """The soonest lines of a platform ("all", or its name in small letters)."""
    now, language = timezone.now(), get_language() or settings.LANGUAGE_CODE
    found = [
        activity
        for source in ports.activity
        for activity in source.open_now(language=language, now=now)
        if platform in {"all", activity.platform.name.lower()}
    ]
    found.sort(key=lambda one: (one.moment is None, one.moment or now, one.title))
    return found[:number]


class DataTableBlock(WagtailTableBlock):
    """A table whose first row is always its header, with a caption."""

    def __init__(self, **kwargs: Any) -> None:
        options = {
            "table_header_choice": "row",
            "contextMenu": [
                "row_above",
                "row_below",
                "---------",
                "col_left",
                "col_right",
                "---------",
                "remove_row",
                "remove_col",
            ],
        }
        super().__init__(table_options=options, **kwargs)

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value and not (value.get("table_caption") or "").strip():
            raise ValidationError(_("Give the table a caption that says what it shows."))
        return value

    class Meta:
        icon = "table"
        template = "components/blocks/table.html"
        label = _("Table")


class DownloadsBlock(blocks.StructBlock):
    items = blocks.ListBlock(DocumentChooserBlock(), label=_("Files"), min_num=1)

    class Meta:
        icon = "download"
        template = "components/blocks/downloads.html"
        label = _("Files to download")


class SharedTextBlock(SnippetChooserBlock):
    """Words that are kept in one place: changed there, they change on every page."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("core.SharedText", **kwargs)

    def get_searchable_content(self, value: Any) -> list[str]:
        """The words in the active language: they are found with each page that shows them."""
        if value is None:
            return []
        return [value.title, get_text_for_indexing(value.text), value.phone, value.email]

    class Meta:
        icon = "snippet"
        template = "components/blocks/shared.html"
        label = _("Shared text")


class EmbedBlock(blocks.StructBlock):
    """A film or a map of another site, shown once the reader allows it; a link until then."""

    title = blocks.CharBlock(label=_("title"), max_length=120)
    url = blocks.URLBlock(
        label=_("address of what is shown"),
        help_text=_("The address of the part to be embedded, as the other site gives it."),
    )
    summary = blocks.TextBlock(
        label=_("what is to be seen"),
        max_length=600,
        help_text=_("For those who do not allow it, and for those who cannot see it."),
    )

    def clean(self, value: Any) -> Any:
        """Refuses hosts that the administrator has not named."""
        cleaned = super().clean(value)
        address = urlsplit(cleaned["url"])
        if address.scheme != "https" or address.netloc not in settings.EMBED_HOSTS:
            allowed = ", ".join(settings.EMBED_HOSTS) or "–"
            message = _("Content may come from these hosts alone: %(hosts)s.") % {"hosts": allowed}
            raise blocks.StructBlockValidationError({"url": ValidationError(message)})
        return cleaned

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        host = urlsplit(value["url"]).netloc
        # A host that was taken off the list keeps its link.
        context.update(host=host, is_allowed=host in settings.EMBED_HOSTS)
        return context

    class Meta:
        icon = "media"
        template = "components/blocks/embed.html"
        label = _("Content of another site")


class BodyBlock(MendingStreamBlock):
    """The body of every page."""

    paragraph = ParagraphBlock(features=TEXT_FEATURES)
    heading = HeadingBlock(max_length=120)
    subheading = SubheadingBlock(max_length=120)
    image = FigureBlock()
    quote = QuoteBlock()
    figures = FiguresBlock()
    timeline = TimelineBlock()
    accordion = AccordionBlock()
    callout = CalloutBlock()
    cards = CardsBlock()
    live = LiveBlock()
    table = DataTableBlock()
    downloads = DownloadsBlock()
    shared = SharedTextBlock()
    embed = EmbedBlock()

    def clean(self, value: Any) -> Any:
        """Refuses a subheading that has no heading above it: the outline would skip a level."""
        cleaned = super().clean(value)
        has_heading = False
        for position, child in enumerate(cleaned):
            has_heading = has_heading or child.block_type == "heading"
            if child.block_type == "subheading" and not has_heading:
                message = _("A subheading needs a heading above it. Use “Heading” here.")
                raise StreamBlockValidationError(
                    block_errors={position: ErrorList([ValidationError(message)])}
                )
        return cleaned

    class Meta:
        block_counts: dict[str, dict[str, int]] = {}


class FaqBlock(MendingStreamBlock):
    """Questions in groups: headings, a word between them, and questions that unfold."""

    heading = HeadingBlock(max_length=120)
    paragraph = ParagraphBlock(features=TEXT_FEATURES)
    accordion = AccordionBlock()

    class Meta:
        block_counts = {"accordion": {"min_num": 1}}


class FilesBlock(MendingStreamBlock):
    """Files in groups."""

    heading = HeadingBlock(max_length=120)
    paragraph = ParagraphBlock(features=TEXT_FEATURES)
    downloads = DownloadsBlock()

    class Meta:
        block_counts = {"downloads": {"min_num": 1}}


class GalleryBlock(MendingStreamBlock):
    """Pictures beside each other, each with its caption."""

    image = FigureBlock()
