"""Who may vote and who has: nothing in here knows of any ballot, code or commitment.

No row carries an hour, and no key is counted up: rows must not tell in which order people came.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plebiscite.models.plebiscite import Plebiscite
from plebiscite.models.points import PollingPoint
from plebiscite.models.secluded import Secluded
from plebiscite.phases import Channel


class VoterRegister(Secluded):
    """One person, as two keyed digests (`plebiscite.voters`).

    `namesake` is 0 but where two people of the commission have found that two persons of one name
    were born on one day; then it tells them apart.
    """

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="voters")
    person_key = models.BinaryField(max_length=32)
    second_key = models.BinaryField(max_length=32)
    namesake = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("voter")
        verbose_name_plural = _("voters")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["plebiscite", "person_key"], name="plebiscite_person_once"
            ),
            models.UniqueConstraint(
                fields=["plebiscite", "second_key", "namesake"],
                name="plebiscite_second_key_once",
            ),
        ]


class AccountVoter(Secluded):
    """Which voter an account stands for, as a keyed digest of the account."""

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="+")
    account_key = models.BinaryField(max_length=32)
    voter = models.ForeignKey(VoterRegister, models.PROTECT, related_name="accounts")

    class Meta:
        verbose_name = _("account of a voter")
        verbose_name_plural = _("accounts of voters")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["plebiscite", "account_key"], name="plebiscite_account_once"
            )
        ]


class Declaration(Secluded):
    """What somebody declared about themselves: apart from everything, deleted after retention.

    It points at nobody. Only who holds the pepper can tell which voter it belongs to.
    """

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="+")
    account_key = models.BinaryField(max_length=32)
    name = models.CharField(_("name"), max_length=160)
    birth_date = models.DateField(_("date of birth"))
    street = models.CharField(_("street, house and flat"), max_length=160)
    postal_code = models.CharField(_("postal code"), max_length=6)
    town = models.CharField(_("town"), max_length=80)
    #: For the turnout alone, where the rules ask for it.
    district = models.CharField(_("district"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("declaration of residence")
        verbose_name_plural = _("declarations of residence")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["plebiscite", "account_key"], name="plebiscite_declaration_once"
            )
        ]


class ParticipationMark(Secluded):
    """This person has voted. Frozen: the first mark counts, and nothing takes it back."""

    id = None  # type: ignore[assignment]

    voter = models.OneToOneField(
        VoterRegister, models.PROTECT, primary_key=True, related_name="mark"
    )
    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="marks")
    #: Of a code or a card: it was handed out. What is in an envelope, nobody knows.
    channel = models.CharField(max_length=10, choices=Channel)
    day = models.DateField()
    #: Where a code or a card was handed out.
    point = models.ForeignKey(PollingPoint, models.PROTECT, null=True, related_name="marks")

    class Meta:
        verbose_name = _("participation mark")
        verbose_name_plural = _("participation marks")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="plebiscite_mark_channel"
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.ACCOUNT, point__isnull=True)
                | Q(channel__in=[Channel.CODE, Channel.PAPER], point__isnull=False),
                name="plebiscite_mark_point",
            ),
        ]
        indexes = [models.Index(fields=["plebiscite", "day", "channel"], name="plebiscite_turnout")]


class TurnoutGroup(Secluded):
    """How many people of one age, or of one district, have voted: a number and nothing else.

    While people vote it holds what desks hand out; sealing the box adds the accounts and joins
    what is too small to be told (`plebiscite.groups`).
    """

    class Axis(models.TextChoices):
        AGE = "age", _("age")
        DISTRICT = "district", _("district")

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="turnout_groups")
    axis = models.CharField(max_length=8, choices=Axis)
    group = models.CharField(max_length=80, blank=True)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("turnout of a group")
        verbose_name_plural = _("turnout of groups")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["plebiscite", "axis", "group"], name="plebiscite_turnout_group_once"
            ),
            models.CheckConstraint(
                condition=Q(axis__in=["age", "district"]), name="plebiscite_turnout_axis"
            ),
        ]


class NamesakeRequest(Secluded):
    """Somebody at the desk bears the name and birth date of an entry with another address.

    What is found out is confirmed by a second person; digests alone are kept, and no name.
    """

    class Finding(models.TextChoices):
        SAME = "same", _("the same person, who has moved or mistyped the address")
        OTHER = "other", _("another person of that name, born on that day")

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="+")
    point = models.ForeignKey(PollingPoint, models.PROTECT, related_name="+")
    person_key = models.BinaryField(max_length=32)
    second_key = models.BinaryField(max_length=32)
    finding = models.CharField(_("finding"), max_length=5, choices=Finding)
    #: What the first person calls out to the second: four letters.
    word = models.CharField(max_length=4)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("finding about namesakes")
        verbose_name_plural = _("findings about namesakes")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["plebiscite", "person_key"], name="plebiscite_namesake_once"
            ),
            models.UniqueConstraint(fields=["point", "word"], name="plebiscite_namesake_word"),
        ]
