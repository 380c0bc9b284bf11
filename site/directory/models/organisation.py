"""Organisations: partners of the project, members of the consortium, applicants."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.search import index

from core.models.multilingual import MultilingualName, in_language
from directory.fields import IdentifierField, show


class OrganisationKind(models.TextChoices):
    CITY = "city", _("the town")
    LEADER = "leader", _("project leader")
    PARTNER = "partner", _("partner")
    MEMBER = "member", _("consortium member")
    SCIENCE = "science", _("science partner")
    OTHER = "other", _("other")
    #: Made by its own people to apply; not shown among the partners of the project.
    APPLICANT = "applicant", _("applicant")


class LegalForm(models.TextChoices):
    """What the organisation is in law. Whether it is a social enterprise is a status, not a form.

    The forms are those of applicants in Polish competitions for NGOs.
    """

    ASSOCIATION = "association", _("association")
    ORDINARY_ASSOCIATION = "ordinary_association", _("ordinary association (not in the KRS)")
    UNION_OF_ASSOCIATIONS = "union_of_associations", _("union of associations")
    ASSOCIATION_BRANCH = "association_branch", _("branch of an association, a legal person")
    FOUNDATION = "foundation", _("foundation")
    SPORTS_CLUB = "sports_club", _("sports club or pupils’ sports club")
    FIRE_BRIGADE = "fire_brigade", _("volunteer fire brigade")
    RURAL_HOUSEWIVES = "rural_housewives", _("farmers’ wives’ association (KGW)")
    SOCIAL_COOPERATIVE = "social_cooperative", _("social cooperative")
    WORK_COOPERATIVE = "work_cooperative", _("work cooperative")
    FARM_COOPERATIVE = "farm_cooperative", _("cooperative of agricultural production")
    NONPROFIT_COMPANY = "nonprofit_company", _("limited company, non-profit")
    NONPROFIT_STOCK_COMPANY = "nonprofit_stock_company", _("joint-stock company, non-profit")
    SPORTS_COMPANY = "sports_company", _("sports club that is a company")
    CHURCH_PERSON = "church_person", _("legal person of a church")
    CHURCH_UNIT = "church_unit", _("organisational unit of a church")
    LOCAL_GOVERNMENTS = "local_governments", _("association of local governments")
    INFORMAL_GROUP = "informal_group", _("informal group (at least 3 people)")
    LOCAL_GOVERNMENT = "local_government", _("local government")
    PUBLIC_UNIVERSITY = "public_university", _("public university")
    FOREIGN_ENTITY = "foreign_entity", _("foreign entity")
    OTHER = "other", _("other")


#: How many people make an informal group.
SMALLEST_GROUP = 3

#: Forms that somebody who registers an organisation to apply may choose.
APPLICANT_FORMS = [
    form
    for form in LegalForm
    if form
    not in {LegalForm.LOCAL_GOVERNMENT, LegalForm.PUBLIC_UNIVERSITY, LegalForm.FOREIGN_ENTITY}
]


class RegisterType(models.TextChoices):
    """Where the organisation is entered."""

    KRS = "krs", _("KRS (National Court Register)")
    OTHER = "other", _("another register")
    KGW = "kgw", _("National Register of KGW (kept by ARiMR)")
    NONE = "none", _("none: an informal group")


class PesCategory(models.TextChoices):
    """Social-economy entities by the letters of art. 2 pkt 5 of the Act of 5 August 2022."""

    NONE = "", _("not a social-economy entity")
    A = "a", _("a) social cooperative")
    B = "b", _("b) occupational therapy workshop or vocational activity establishment")
    C = "c", _("c) social integration centre or club")
    D = "d", _("d) work cooperative or cooperative of agricultural production")
    E = "e", _("e) non-governmental organisation")
    F = "f", _("f) church body, association of local governments, non-profit company or club")


class SocialEnterprise(models.TextChoices):
    """The status of a social enterprise, which the voivode grants."""

    NO = "no", _("no")
    APPLIED = "applied", _("applied for")
    GRANTED = "granted", _("granted by the voivode")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Reads of organisations."""

    def of_project(self) -> OrganisationQuerySet:
        """Those that take part in the project, for its public pages."""
        return self.exclude(kind=OrganisationKind.APPLICANT).filter(archived_at=None)

    def with_member(self, user: Any, *roles: str) -> OrganisationQuerySet:
        """Those in whose team `user` is, in one of `roles` where any are given."""
        if not user.is_authenticated:
            return self.none()
        matching: dict[str, Any] = {"memberships__user_id": user.pk}
        if roles:
            matching["memberships__role__in"] = roles
        return self.filter(**matching)

    def in_use(self) -> OrganisationQuerySet:
        """Those that were not put into the archive."""
        return self.filter(archived_at=None)


def digits_or_empty(field: str, length: str) -> Q:
    """What the database itself demands of a stored number."""
    return Q(**{f"{field}__regex": f"^([0-9]{length})?$"}) & ~Q(**{f"{field}__regex": "^0+$"})


class Organisation(index.Indexed, MultilingualName):
    """One row per organisation, whatever parts it plays."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("address part"), max_length=80, unique=True)
    kind = models.CharField(_("part in the project"), max_length=20, choices=OrganisationKind)
    legal_form = models.CharField(_("legal form"), max_length=30, choices=LegalForm)
    register_type = models.CharField(
        _("register"), max_length=10, choices=RegisterType, default=RegisterType.KRS
    )
    register_name = models.CharField(_("name of the other register"), max_length=120, blank=True)
    register_number = models.CharField(_("number in that register"), max_length=60, blank=True)
    krs = IdentifierField("KRS", kind="krs", blank=True)
    nip = IdentifierField("NIP", kind="nip", blank=True)
    regon = IdentifierField("REGON", kind="regon", blank=True)
    pes_category = models.CharField(
        _("social-economy entity"), max_length=1, choices=PesCategory, blank=True
    )
    ps_status = models.CharField(
        _("status of a social enterprise"),
        max_length=10,
        choices=SocialEnterprise,
        default=SocialEnterprise.NO,
    )
    ps_decision = models.CharField(
        _("number of the voivode’s decision"),
        max_length=60,
        blank=True,
        help_text=_("Only with a granted status of a social enterprise."),
    )
    opp_status = models.BooleanField(_("public benefit organisation (OPP)"), default=False)
    #: Of informal groups alone, one to a line.
    group_people = models.TextField(
        _("people of the group"),
        max_length=1000,
        blank=True,
        help_text=_("First names and surnames of at least three people, one to a line."),
    )
    founded_on = models.DateField(_("founded"), null=True, blank=True)
    description_pl = models.TextField(_("description"), max_length=800, blank=True)
    description_be = models.TextField(_("description, Belarusian"), max_length=800, blank=True)
    description_en = models.TextField(_("description, English"), max_length=800, blank=True)
    description_it = models.TextField(_("description, Italian"), max_length=800, blank=True)
    address = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=6, blank=True)
    town = models.CharField(_("town"), max_length=80, blank=True)
    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    logo = models.ForeignKey(
        "core.Picture",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_verified = models.BooleanField(
        _("checked by staff"),
        default=False,
        help_text=_("Name and numbers were compared with the register. A change unticks it."),
    )
    is_example = models.BooleanField(_("example"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)
    #: Staff put it away: nothing new can be begun for it, and what was begun goes on.
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)
    archived_reason = models.TextField(_("reason"), max_length=1000, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = OrganisationQuerySet.as_manager()

    panels = [
        MultiFieldPanel(
            [FieldPanel(f"name_{code}") for code in ("pl", "be", "en", "it")], heading=_("Name")
        ),
        FieldPanel("slug"),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("legal_form")]),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("register_type"), FieldPanel("krs")]),
                FieldRowPanel([FieldPanel("register_name"), FieldPanel("register_number")]),
                FieldRowPanel([FieldPanel("nip"), FieldPanel("regon")]),
                FieldPanel("founded_on"),
                FieldPanel("is_verified"),
            ],
            heading=_("Register and numbers"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("pes_category"),
                FieldRowPanel([FieldPanel("ps_status"), FieldPanel("ps_decision")]),
                FieldPanel("opp_status"),
            ],
            heading=_("Social economy"),
        ),
        FieldPanel("group_people"),
        MultiFieldPanel(
            [FieldPanel(f"description_{code}") for code in ("pl", "be", "en", "it")],
            heading=_("Description"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("address"),
                FieldRowPanel([FieldPanel("postcode"), FieldPanel("town")]),
                FieldRowPanel([FieldPanel("email"), FieldPanel("phone")]),
                FieldPanel("website"),
            ],
            heading=_("Address and contact"),
        ),
        FieldPanel("logo"),
        FieldPanel("is_example"),
    ]
    search_fields = [
        index.SearchField("name_pl"),
        index.AutocompleteField("name_pl"),
        index.SearchField("description_pl"),
        index.FilterField("kind"),
    ]

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name_pl"]
        constraints = [
            models.UniqueConstraint(
                fields=["nip"],
                condition=~Q(nip=""),
                name="directory_organisation_nip",
                violation_error_code="unique",
                violation_error_message=_("An organisation with this NIP is here already."),
            ),
            models.UniqueConstraint(
                fields=["krs"],
                condition=~Q(krs=""),
                name="directory_organisation_krs",
                violation_error_code="unique",
                violation_error_message=_("An organisation with this KRS number is here already."),
            ),
            models.CheckConstraint(
                condition=digits_or_empty("nip", "{10}"), name="directory_organisation_nip_digits"
            ),
            models.CheckConstraint(
                condition=digits_or_empty("krs", "{10}"), name="directory_organisation_krs_digits"
            ),
            models.CheckConstraint(
                condition=digits_or_empty("regon", "{9}([0-9]{5})?"),
                name="directory_organisation_regon_digits",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(archived_at__isnull=False),
                name="directory_organisation_merged_is_archived",
            ),
        ]

    @property
    def description(self) -> str:
        """The description in the active language."""
        return in_language(self, "description")

    @property
    def nip_text(self) -> str:
        return show("nip", self.nip)

    @property
    def regon_text(self) -> str:
        return show("regon", self.regon)

    @property
    def register_text(self) -> str:
        """Register and number in one line, as `KRS 0000444333`."""
        if self.krs:
            return f"KRS {self.krs}"
        name = self.register_name or (
            self.get_register_type_display() if self.register_number else ""
        )
        return " ".join(part for part in (name, self.register_number) if part)

    @property
    def address_text(self) -> str:
        """The address in one line."""
        place = " ".join(part for part in (self.postcode, self.town) if part)
        return ", ".join(part for part in (self.address, place) if part)

    @property
    def is_group(self) -> bool:
        """An informal group: it has no numbers, and another organisation may answer for it."""
        return self.legal_form == LegalForm.INFORMAL_GROUP

    @property
    def patron(self) -> Organisation | None:
        """The organisation that has agreed to answer for this group."""
        found = self.patronages.filter(state="accepted").select_related("patron").first()
        return found.patron if found else None

    @property
    def people(self) -> list[str]:
        """The people of an informal group, each once however the name is written."""
        lines = (" ".join(line.split()) for line in self.group_people.splitlines())
        found = {line.casefold(): line for line in lines if any(map(str.isalpha, line))}
        return list(found.values())

    @property
    def social_enterprise_text(self) -> str:
        """The status of a social enterprise with its decision; empty without one."""
        if self.ps_status == SocialEnterprise.NO:
            return ""
        return ", ".join(part for part in (self.get_ps_status_display(), self.ps_decision) if part)

    def clean(self) -> None:
        """What belongs together: a register and its number, a status and its decision, a group."""
        super().clean()
        said: dict[str, Any] = {}
        if (
            self.register_type == RegisterType.OTHER
            and self.register_number
            and not self.register_name
        ):
            said["register_name"] = _("Say which register this number is from.")
        if self.ps_status == SocialEnterprise.GRANTED and not self.ps_decision:
            said["ps_decision"] = _("Give the number of the decision by which it was granted.")
        if self.ps_decision and self.ps_status != SocialEnterprise.GRANTED:
            said["ps_decision"] = _("There is a decision only where the status was granted.")
        if self.is_group and self.register_type != RegisterType.NONE:
            said["register_type"] = _("An informal group is in no register.")
        if self.is_group and len(self.people) < SMALLEST_GROUP:
            said["group_people"] = _(
                "An informal group has at least three people. Name them, one to a line."
            )
        if said:
            raise ValidationError(said)
