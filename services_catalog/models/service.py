"""A service of the building.

The Polish row is the service itself: everything operational (hours, providers, rooms, later
requests and bookings) belongs to it. A row of another language lays translated text over it and
shares its `code`.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PublishingPanel,
    TabbedInterface,
)
from wagtail.fields import StreamField
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)
from wagtail.search import index

from core.blocks import BodyBlock
from core.mending import without_missing
from core.models import OwnInEachLanguage


class ServicePlace(models.TextChoices):
    AT_STATION = "at_station", _("at the station")
    AT_HOME = "at_home", _("at home")
    OUTDOORS = "outdoors", _("outdoors")


class ServiceMode(models.TextChoices):
    """How a resident gets the service."""

    REQUEST = "request", _("on request")
    SLOTS = "slots", _("by booking a time")
    WALK_IN = "walk_in", _("just come")
    EXTERNAL = "external", _("outside this site")


class ServiceIcon(models.TextChoices):
    COMPUTER = "computer", _("computer")
    BOWL = "bowl", _("bowl")
    CAR = "car", _("car")
    WRENCH = "wrench", _("wrench")
    TALK = "talk", _("talk")
    HOUSE = "house", _("house")
    BOOK = "book", _("book")
    BICYCLE = "bicycle", _("bicycle")
    SEWING = "sewing", _("sewing")
    GARDEN = "garden", _("garden")
    SONG = "song", _("song")
    BRIEFCASE = "briefcase", _("briefcase")
    CHILD = "child", _("child")
    HEART = "heart", _("heart")
    KEY = "key", _("key")
    PAINT = "paint", _("paint")


class ServiceQuerySet(models.QuerySet["Service"]):
    """Reads of services."""

    def canonical(self) -> ServiceQuerySet:
        """The services themselves, without their translations."""
        return self.filter(locale__language_code=settings.LANGUAGE_CODE)

    def named_like(self, words: str) -> ServiceQuerySet:
        """The services themselves whose name holds these words."""
        return self.canonical().filter(name__icontains=words)

    def live(self) -> ServiceQuerySet:
        """Published ones."""
        return self.filter(live=True)


def forms_of_services() -> models.Q:
    """The versions that coordinators of services have published."""
    from forms.models import Blueprint

    return models.Q(key__in=Blueprint.objects.filter(area="services").values("key"))


class Service(
    PreviewableMixin,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    TranslatableMixin,
    index.Indexed,
    ClusterableModel,
):
    """What is offered, to whom, by whom, when, where and at what price."""

    code = models.CharField(
        _("code"), max_length=20, help_text=_("For example U-01; never reused.")
    )
    slug = models.SlugField(_("address part"), max_length=80)
    name = models.CharField(_("name"), max_length=120)
    summary = models.CharField(
        _("summary"), max_length=250, help_text=_("One sentence, shown in the list.")
    )
    icon = models.CharField(
        _("icon"), max_length=20, choices=ServiceIcon, default=ServiceIcon.HEART
    )
    cover = models.ForeignKey(
        "core.Picture",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    body = StreamField(BodyBlock(required=False), verbose_name=_("description"), blank=True)
    bring = models.TextField(
        _("what to bring"), max_length=800, blank=True, help_text=_("One thing per line.")
    )
    eligibility = models.TextField(_("who may use it"), max_length=600, blank=True)
    cost = models.CharField(_("cost"), max_length=160, help_text=_("In words: “free of charge”."))
    is_free = models.BooleanField(_("free of charge"), default=True)
    price_from = models.DecimalField(
        _("price from, in złoty"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    mode = models.CharField(_("how to get it"), max_length=10, choices=ServiceMode)
    place = models.CharField(_("where"), max_length=12, choices=ServicePlace)
    min_age = models.PositiveSmallIntegerField(_("age from"), null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(_("age to"), null=True, blank=True)
    languages_spoken = models.CharField(_("languages spoken"), max_length=120, blank=True)
    accessibility = models.TextField(_("accessibility"), max_length=500, blank=True)
    contact_name = models.CharField(_("person in charge"), max_length=160, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=30, blank=True)
    contact_email = models.EmailField(_("e-mail address"), blank=True)
    target_groups = ParentalManyToManyField(
        "directory.TargetGroup", verbose_name=_("for whom"), related_name="services"
    )
    rooms = ParentalManyToManyField(
        "directory.Room", verbose_name=_("rooms"), blank=True, related_name="services"
    )
    form_version = models.ForeignKey(
        "forms.FormVersion",
        verbose_name=_("form with its own questions"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="services",
        limit_choices_to=forms_of_services,
        help_text=_(
            "A published version from the builder of forms; without one, only the common "
            "questions are asked."
        ),
    )
    reply_days = models.PositiveSmallIntegerField(
        _("first answer within working days"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    resolution_days = models.PositiveSmallIntegerField(
        _("settled within working days"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(250)],
    )
    retention_months = models.PositiveSmallIntegerField(
        _("personal data of cases kept for months"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("Counted from the end of a case; then number, dates and outcome stay."),
    )
    is_sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_("That somebody asks for it says something about health, faith or hardship."),
    )
    public_in_api = models.BooleanField(
        _("requests may be listed publicly"),
        default=False,
        help_text=_(
            "Number, state and dates of its requests may be given to other programs; never words, "
            "names or addresses. Not possible for a sensitive service."
        ),
    )
    is_example = models.BooleanField(_("example"), default=False)
    is_translation_draft = models.BooleanField(_("draft translation"), default=False)

    objects = ServiceQuerySet.as_manager()
    override_translatable_fields = [OwnInEachLanguage("is_translation_draft")]

    # What every language shares with the Polish row; copied over a translation when it is shown.
    OPERATIONAL_FIELDS = (
        "icon", "cover_id", "is_free", "price_from", "mode", "place", "min_age", "max_age",
        "contact_phone", "contact_email", "reply_days", "resolution_days",
        "retention_months", "form_version_id", "is_sensitive", "public_in_api", "is_example",
    )  # fmt: skip

    text_panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("icon")]),
        FieldRowPanel([FieldPanel("code"), FieldPanel("slug")]),
        FieldPanel("summary"),
        FieldPanel("cover"),
        FieldPanel("body"),
        InlinePanel("steps", heading=_("How it goes, step by step"), label=_("step")),
        FieldPanel("bring"),
        MultiFieldPanel(
            [
                FieldPanel("eligibility"),
                FieldPanel("target_groups"),
                FieldRowPanel([FieldPanel("min_age"), FieldPanel("max_age")]),
            ],
            heading=_("For whom"),
        ),
        InlinePanel("questions", heading=_("Short check, yes or no"), label=_("question")),
    ]
    practical_panels = [
        FieldRowPanel([FieldPanel("mode"), FieldPanel("place")]),
        FieldPanel("rooms"),
        InlinePanel("hours", heading=_("Weekly hours"), label=_("hours")),
        MultiFieldPanel(
            [
                FieldPanel("cost"),
                FieldRowPanel([FieldPanel("is_free"), FieldPanel("price_from")]),
            ],
            heading=_("Cost"),
        ),
        InlinePanel("providers", heading=_("Who provides it"), label=_("provider"), min_num=1),
        MultiFieldPanel(
            [
                FieldPanel("contact_name"),
                FieldRowPanel([FieldPanel("contact_phone"), FieldPanel("contact_email")]),
                FieldPanel("languages_spoken"),
                FieldPanel("accessibility"),
            ],
            heading=_("Contact and accessibility"),
        ),
    ]
    case_panels = [
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("reply_days"), FieldPanel("resolution_days")])],
            heading=_("Deadlines"),
        ),
        FieldPanel("retention_months"),
        MultiFieldPanel(
            [FieldPanel("is_sensitive"), FieldPanel("public_in_api")], heading=_("Publicity")
        ),
        FieldPanel("form_version"),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(text_panels, heading=_("What it is")),
            ObjectList(practical_panels, heading=_("When, where, by whom")),
            ObjectList(case_panels, heading=_("Cases")),
            ObjectList(
                [
                    FieldPanel("is_example"),
                    FieldPanel("is_translation_draft"),
                    PublishingPanel(),
                ],
                heading=_("Publishing"),
            ),
        ]
    )
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("summary"),
        index.FilterField("live"),
        index.FilterField("locale"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "locale", "code", name="services_code_unique",
                violation_error_message=_("Another service has this code."),
            ),
            models.UniqueConstraint(
                "locale", "slug", name="services_slug_unique",
                violation_error_message=_("Another service has this address."),
            ),
            models.CheckConstraint(
                condition=models.Q(min_age__isnull=True)
                | models.Q(max_age__isnull=True)
                | models.Q(min_age__lte=models.F("max_age")),
                name="services_ages_in_order",
                violation_error_message=_("“Age from” is higher than “age to”."),
            ),
            models.CheckConstraint(
                condition=~models.Q(is_sensitive=True, public_in_api=True),
                name="services_sensitive_not_public",
                violation_error_message=_("Requests for a sensitive service are never listed."),
            ),
            models.CheckConstraint(
                condition=models.Q(reply_days__gte=1, resolution_days__gte=models.F("reply_days")),
                name="services_deadlines_in_order",
                violation_error_message=_("The first answer cannot come after the end."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @classmethod
    def from_serializable_data(cls, data: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """A revision, whatever of it was deleted since."""
        return super().from_serializable_data(without_missing(cls, data), *args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if self.is_free and self.price_from:
            raise ValidationError({"price_from": _("A free service has no price.")})

    @property
    def is_canonical(self) -> bool:
        """Whether this row is the service itself and not a translation of its text."""
        return self.locale.language_code == settings.LANGUAGE_CODE

    @cached_property
    def canonical(self) -> Service:
        """The Polish row."""
        if self.is_canonical:
            return self
        return Service.objects.canonical().get(translation_key=self.translation_key)

    @property
    def bring_list(self) -> list[str]:
        """What to bring, one thing per item."""
        return [line.strip() for line in self.bring.splitlines() if line.strip()]

    @property
    def text_language(self) -> str:
        return self.locale.language_code

    def get_absolute_url(self) -> str:
        """The address in the language of this row."""
        from services_catalog.selectors import service_url

        return service_url(self.slug, self.locale.language_code)

    full_url = property(get_absolute_url)

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "services_catalog/service.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        from services_catalog.selectors import service_context

        context = super().get_preview_context(request, mode_name)
        return {**context, **service_context(self, language=get_language() or "pl")}
