"""The ballot box: sealed votes on their way in, opened ballots, and the log of commitments.

Nothing in here points at a person, an account, a session or an hour, and no key is counted up.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plebiscite.models.plebiscite import Plebiscite
from plebiscite.models.secluded import Secluded
from plebiscite.phases import Channel


class Inbox(Secluded):
    """A sealed vote that waits for the mix. Only the worker can open it."""

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="+")
    blob = models.BinaryField()
    #: HMAC of the commitment: tells a repeated vote without telling which one it is.
    c_tag = models.BinaryField(max_length=32, unique=True)

    class Meta:
        verbose_name = _("sealed vote")
        verbose_name_plural = _("sealed votes")
        default_permissions = ()


class Ballot(Secluded):
    """A ballot that has left the mix. Frozen. `nonce` opens the commitment `c`."""

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="ballots")
    c = models.BinaryField(max_length=32, unique=True)
    payload = models.CharField(max_length=4000)
    nonce = models.BinaryField(max_length=16)
    channel = models.CharField(max_length=10, choices=Channel)
    #: Of a card that was entered from paper. Such a ballot stands in no log: nobody holds a
    #: receipt for it, and its batch is what it is checked by.
    paper_batch = models.ForeignKey(
        "plebiscite.PaperBatch", models.PROTECT, null=True, related_name="ballots"
    )

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="plebiscite_ballot_channel"
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.PAPER, paper_batch__isnull=False)
                | (~Q(channel=Channel.PAPER) & Q(paper_batch__isnull=True)),
                name="plebiscite_ballot_batch",
            ),
        ]


class LogEntry(Secluded):
    """One line of the public log. Frozen; each holds the hash of the one before it.

    Its place is given at the flush, where all lines of one flush are put in the order of `c`: it
    tells which ballots left the mix together and nothing of when they came.
    """

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="log")
    position = models.PositiveIntegerField()
    c = models.BinaryField(max_length=32, unique=True)
    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("line of the public log")
        verbose_name_plural = _("lines of the public log")
        ordering = ["plebiscite", "position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["plebiscite", "position"], name="plebiscite_log_position"
            ),
            # Nobody can put two lines behind the same one.
            models.UniqueConstraint(
                fields=["plebiscite", "previous"], name="plebiscite_log_no_fork"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}"


class MixFlush(Secluded):
    """How many votes left the mix together, and behind which line of the log. Frozen."""

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="flushes")
    after_position = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    #: The last one empties the box, however many there are.
    is_last = models.BooleanField()

    class Meta:
        verbose_name = _("flush of the mix")
        verbose_name_plural = _("flushes of the mix")
        ordering = ["plebiscite", "after_position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["plebiscite"], condition=Q(is_last=True), name="plebiscite_one_last_flush"
            )
        ]

    def __str__(self) -> str:
        return f"{self.size}"


class Count(Secluded):
    """One run of the tally, with what went in and what came out. Frozen.

    `result` is canonical JSON; its hash and that of the ballots are what others compare with.
    """

    plebiscite = models.ForeignKey(Plebiscite, models.PROTECT, related_name="counts")
    number = models.PositiveSmallIntegerField()
    engine = models.CharField(max_length=20)
    input_sha256 = models.BinaryField(max_length=32)
    result_sha256 = models.BinaryField(max_length=32)
    result = models.TextField()

    class Meta:
        verbose_name = _("count of the votes")
        verbose_name_plural = _("counts of the votes")
        ordering = ["plebiscite", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["plebiscite", "number"], name="plebiscite_count_number")
        ]

    def __str__(self) -> str:
        return f"{self.number}"
