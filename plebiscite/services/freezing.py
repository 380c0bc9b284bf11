"""Freezing the ballot paper: what was accepted becomes what is voted on, and the rules stand."""

from __future__ import annotations

import hashlib
import secrets

from core.i18n.languages import CODES
from plebiscite import manifest
from plebiscite.ballots import longest_ballot
from plebiscite.models import BallotOption, Manifest, Plebiscite
from plebiscite.sealing import padded_size
from plebiscite.selectors.codes import printed_digest
from plebiscite.selectors.commission.setup import DATES
from plebiscite.voters import places

_random = secrets.SystemRandom()


def write_ballot_paper(plebiscite: Plebiscite) -> Manifest:
    """The options, in an order drawn by lot, and the manifest; in the caller's transaction."""
    options = _draw_options(plebiscite)
    size = padded_size(longest_ballot(plebiscite.ruleset, [option.code for option in options]))
    text = manifest.write(
        plebiscite=str(plebiscite.pk),
        slug=plebiscite.slug,
        title=_in_languages(plebiscite, "title"),
        question=_in_languages(plebiscite, "question"),
        options=[
            manifest.OptionText(
                code=option.code,
                position=option.position,
                title=option.title,
                description=option.description,
                language=option.language,
                alt_text=option.alt_text,
                picture_sha256=option.picture_sha256,
            )
            for option in options
        ],
        ruleset=plebiscite.ruleset,
        channels=plebiscite.channels,
        dates={name: getattr(plebiscite, name) for name in DATES},
        grace_s=plebiscite.grace_s,
        mix_k=plebiscite.mix_k,
        retention_days=plebiscite.retention_days,
        sealed_size=size,
        inbox_public_key=bytes(plebiscite.inbox_public_key),
        promise_public_key=bytes(plebiscite.promise_public_key),
        log_public_key=bytes(plebiscite.log_public_key),
        regulations={
            code: hashlib.sha256(text.encode()).hexdigest()
            for code, text in _in_languages(plebiscite, "regulations").items()
        },
        minimum_age=plebiscite.minimum_age,
        residence=places(plebiscite.residence),
        beacon_rule=plebiscite.beacon_rule,
        polling_points=list(
            plebiscite.points.order_by("position", "name").values_list("name", flat=True)
        ),
        codes=printed_digest(plebiscite.pk),
        is_rehearsal=plebiscite.is_rehearsal,
    )
    return Manifest.objects.create(
        plebiscite=plebiscite, text=text, sha256=manifest.sha256(text), sealed_size=size
    )


def _draw_options(plebiscite: Plebiscite) -> list[BallotOption]:
    proposals = list(
        plebiscite.contest.proposals.on_ballot()
        .select_related("accepted_revision")
        .prefetch_related("accepted_revision__pictures")
    )
    _random.shuffle(proposals)
    # Codes of one length: the size of what a browser sends must not tell the choice.
    digits = len(str(len(proposals)))
    options = []
    for position, proposal in enumerate(proposals, start=1):
        revision = proposal.accepted_revision
        assert revision is not None
        picture = revision.main_picture
        options.append(
            BallotOption(
                plebiscite=plebiscite,
                revision=revision,
                code=f"M{position:0{digits}}",
                position=position,
                title=revision.title,
                description=revision.description,
                language=revision.language,
                alt_text=picture.alt_text,
                picture_sha256=picture.sha256,
                picture_width=picture.width,
                picture_height=picture.height,
            )
        )
    return BallotOption.objects.bulk_create(options)


def _in_languages(plebiscite: Plebiscite, field: str) -> dict[str, str]:
    texts = {code: getattr(plebiscite, f"{field}_{code}") for code in CODES}
    return {code: text for code, text in texts.items() if text}
