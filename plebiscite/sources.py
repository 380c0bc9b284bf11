"""What the plebiscite offers to the shared parts of the site: board, own matters, search, data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core.files import open_file
from core.models.multilingual import in_language
from core.ports import (
    Activity,
    ActivitySource,
    DataExport,
    DataNotice,
    ExportedFile,
    Matter,
    Platform,
    SearchRow,
)
from plebiscite import addresses, clock, keys
from plebiscite.models import Declaration, Objection, Plebiscite, Proposal, UseRequest
from plebiscite.permissions import is_commission
from plebiscite.phases import MAY_TAKE_VOTES, PUBLIC, WITH_AUTHOR, ProposalState
from plebiscite.selectors.judging import own_scores, to_judge
from plebiscite.selectors.voting import voter_status
from plebiscite.selectors.works import authors_are_withheld
from plebiscite.services import judging, proposals, signing
from plebiscite.use_states import RECEIVED
from plebiscite.voters import account_key


class PlebisciteActivity(ActivitySource):
    """Open votes and contests on the board; one's proposals and votes among one's matters."""

    def open_now(self, *, language: str, now: datetime) -> Iterable[Activity]:
        for plebiscite in Plebiscite.objects.open_for_votes(now):
            yield Activity(
                platform=Platform.PLEBISCITE,
                title=in_language(plebiscite, "title", language),
                url=addresses.of_plebiscite(plebiscite.slug, language),
                summary=in_language(plebiscite, "lead", language),
                closes_at=plebiscite.voting_closes_at,
                capacity=_("every resident"),
                action=_("Vote"),
                is_urgent=True,
                is_example=plebiscite.is_example,
            )
        for plebiscite in Plebiscite.objects.open_for_proposals(now):
            yield Activity(
                platform=Platform.PLEBISCITE,
                title=in_language(plebiscite, "title", language),
                url=addresses.of_plebiscite(plebiscite.slug, language),
                summary=in_language(plebiscite, "lead", language),
                closes_at=plebiscite.contest_closes_at,
                capacity=_("every resident"),
                action=_("Propose"),
                is_example=plebiscite.is_example,
            )

    def mine(self, *, user: Any, language: str) -> Iterable[Matter]:
        for proposal in Proposal.objects.filter(author=user).select_related("plebiscite"):
            yield _matter(proposal, language)
        yield from self._votes(user, language)
        for jury, left in to_judge(user):
            yield Matter(
                platform=Platform.PLEBISCITE,
                kind=_("jury"),
                title=in_language(jury.plebiscite, "title", language),
                url=addresses.judging(jury.plebiscite.slug, language),
                state=_("works to be judged: %(number)d") % {"number": left},
                action=_("Judge") if left else "",
                due=jury.scores_until if left else None,
                waits_for_me=bool(left),
                is_closed=not left,
            )

    def waiting_for(self, *, user: Any, language: str) -> Iterable[Matter]:
        if not is_commission(user):
            return
        rows = Proposal.objects.waiting().select_related("plebiscite").order_by("submitted_at")
        for proposal in rows[:50]:
            yield Matter(
                platform=Platform.PLEBISCITE,
                kind=_("proposal"),
                title=proposal.title,
                url=reverse("plebiscite_proposals:inspect", args=[proposal.pk]),
                state=proposal.state_label,
                due=proposal.plebiscite.voting_opens_at,
                updated_at=proposal.submitted_at,
                waits_for_me=True,
            )
        for asked in UseRequest.objects.filter(state=RECEIVED).select_related("plebiscite")[:50]:
            yield Matter(
                platform=Platform.PLEBISCITE,
                kind=_("request to use the sign"),
                title=in_language(asked.plebiscite, "title", language),
                url=reverse("plebiscite_use_requests:inspect", args=[asked.pk]),
                state=str(asked.machine.label(asked.state)),
                number=asked.number,
                updated_at=asked.asked_at,
                waits_for_me=True,
            )
        waiting = Objection.objects.filter(answered_at=None).order_by("answer_due")
        for objection in waiting.select_related("plebiscite")[:50]:
            yield Matter(
                platform=Platform.PLEBISCITE,
                kind=_("objection"),
                title=objection.plebiscite.title,
                number=objection.number,
                url=reverse("plebiscite_objections:inspect", args=[objection.pk]),
                state=_("waits for an answer"),
                due=objection.answer_due,
                updated_at=objection.submitted_at,
                waits_for_me=True,
            )

    def _votes(self, user: Any, language: str) -> Iterator[Matter]:
        now = clock.now()
        for plebiscite in Plebiscite.objects.open_for_votes(now):
            status = voter_status(plebiscite.pk, user)
            has_voted = status.voted_on is not None
            yield Matter(
                platform=Platform.PLEBISCITE,
                kind=_("vote"),
                title=in_language(plebiscite, "title", language),
                url=addresses.booth(plebiscite.slug, language),
                state=_("your participation was recorded")
                if has_voted
                else _("you have not voted yet"),
                action="" if has_voted else _("Vote"),
                due=None if has_voted else plebiscite.voting_closes_at,
                waits_for_me=not has_voted,
                is_closed=has_voted,
            )


def _matter(proposal: Proposal, language: str) -> Matter:
    waits = proposal.state in WITH_AUTHOR
    return Matter(
        platform=Platform.PLEBISCITE,
        kind=_("proposal"),
        title=str(proposal),
        url=addresses.own_proposal(proposal.plebiscite.slug, proposal.pk, language),
        state=proposal.state_label,
        number=str(proposal.number or ""),
        action=_("Finish and send") if waits else "",
        due=proposal.plebiscite.contest_closes_at if waits else None,
        updated_at=proposal.submitted_at or proposal.created_at,
        waits_for_me=waits,
        is_closed=proposal.state
        in {ProposalState.WITHDRAWN, ProposalState.MERGED, ProposalState.UPHELD},
    )


class PlebisciteSearch:
    """Plebiscites, in every language; where one has no text, with the Polish one."""

    def models(self) -> tuple[type, ...]:
        return (Plebiscite,)

    def key(self, obj: Any) -> str:
        return str(obj.pk)

    def rows(self) -> Iterable[SearchRow]:
        for plebiscite in Plebiscite.objects.public():
            yield from self.rows_for(plebiscite)

    def rows_for(self, obj: Plebiscite) -> Iterable[SearchRow]:
        if obj.state not in PUBLIC:
            return
        for language, _name in settings.LANGUAGES:
            yield SearchRow(
                key=self.key(obj),
                kind="plebiscite",
                language=language,
                title=in_language(obj, "title", language),
                url=addresses.of_plebiscite(obj.slug, language),
                summary=in_language(obj, "lead", language),
                body=" ".join(in_language(obj, name, language) for name in ("question", "about")),
                date=obj.voting_opens_at,
                is_example=obj.is_example,
            )


class WorkSearch:
    """Accepted works, found in every language by the words their authors wrote."""

    def models(self) -> tuple[type, ...]:
        return (Proposal,)

    def key(self, obj: Any) -> str:
        return str(obj.pk)

    def rows(self) -> Iterable[SearchRow]:
        rows = Proposal.objects.accepted().select_related("plebiscite", "accepted_revision")
        for proposal in rows:
            yield from self.rows_for(proposal)

    def rows_for(self, obj: Proposal) -> Iterable[SearchRow]:
        if obj.state != ProposalState.ACCEPTED or obj.accepted_revision is None:
            return
        author = "" if authors_are_withheld(obj.plebiscite) else obj.author_label
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                yield SearchRow(
                    key=self.key(obj),
                    kind="work",
                    language=language,
                    title=obj.accepted_revision.title,
                    url=addresses.of_work(
                        obj.plebiscite.slug,
                        addresses.work_name(obj.accepted_revision.title, obj.pk),
                        language,
                    ),
                    summary=obj.accepted_revision.description[:200],
                    body=f"{obj.accepted_revision.description} {author}",
                    date=obj.submitted_at,
                    is_example=obj.is_example,
                )


class PlebisciteData:
    """A person's rights to what contests and votes keep about them."""

    def notice(self) -> DataNotice:
        return DataNotice(
            title=_("Contests and votes"),
            what=_(
                "The works you propose, with their pictures and what became of them. When you "
                "vote on this site: your name, date of birth and address as you declared them, "
                "and the day on which you voted. Not how you voted: nobody can find that out "
                "from what we keep."
            )
            + " "
            + _("Name and address of whoever objects to a result or asks to use the chosen sign."),
            purpose=_("To run the contest, and so that each resident votes once."),
            legal_basis=_("A task in the public interest (Article 6(1)(e) GDPR)."),
            retention=_(
                "What you declared before voting goes after the time for objections and the days "
                "after it that the rules of each vote name. Works that were accepted stay with "
                "the contest."
            )
            + " "
            + _(
                "An objection goes together with the declarations, a request for the sign a year "
                "after the answer."
            ),
            stays=_(
                "The mark that a person voted, which without its key says nothing about who it "
                "was. Until that time, the declaration of somebody who has voted. Accepted works "
                "stay without the author’s name."
            ),
        )

    def export(self, user: Any) -> DataExport:
        rows = list(
            Proposal.objects.filter(author=user).prefetch_related("revisions", "pictures__file")
        )
        return DataExport(
            data={
                "proposals": [_exported(proposal) for proposal in rows],
                "votes": list(_participation(user)),
                "jury": list(own_scores(user)),
                "use_requests": list(
                    UseRequest.objects.filter(email__iexact=user.email).values(
                        "number", "state", "name", "organisation", "purpose", "answer", "asked_at"
                    )
                ),
                "objections": list(_objections(user).values(*_OBJECTION_FIELDS)),
            },
            files=_files(rows),
        )

    def erase(self, user: Any) -> None:
        """Cuts every tie to the person; works that everybody knows stay, without their name."""
        with transaction.atomic():
            for proposal in Proposal.objects.filter(author=user):
                proposals.forget_author(proposal)
            judging.forget_juror(user)
            signing.forget_asker(user.email)
            _objections(user).update(name="", email="")
            for plebiscite in Plebiscite.objects.filter(state__in=PUBLIC):
                if keys.has_pepper(plebiscite.pk):
                    _forget_unused_declaration(plebiscite, user)


def _exported(proposal: Proposal) -> dict[str, Any]:
    return {
        "plebiscite": proposal.plebiscite.slug,
        "number": proposal.number,
        "state": proposal.state,
        "title": proposal.title,
        "description": proposal.description,
        "author_shown": proposal.author_shown,
        "reason": proposal.reason,
        "begun": proposal.created_at,
        "sent": [
            {
                "number": revision.number,
                "title": revision.title,
                "description": revision.description,
                "rights_statement": revision.rights_statement,
                "at": revision.submitted_at,
            }
            for revision in proposal.revisions.all()
        ],
    }


def _files(rows: list[Proposal]) -> Iterator[ExportedFile]:
    for proposal in rows:
        for picture in proposal.pictures.all():
            with open_file(picture.file) as content:
                name = f"{proposal.pk}/{picture.position}-{picture.file.name}"
                yield ExportedFile(name=name, content=content.read())


_OBJECTION_FIELDS = ("number", "text", "name", "email", "submitted_at", "answer", "answered_at")


def _objections(user: Any) -> QuerySet[Objection]:
    """What was objected to with the address of the account."""
    return Objection.objects.filter(email__iexact=user.email)


def _participation(user: Any) -> Iterator[dict[str, Any]]:
    for plebiscite in Plebiscite.objects.filter(state__in=PUBLIC):
        if not keys.has_pepper(plebiscite.pk):
            continue
        status = voter_status(plebiscite.pk, user)
        key = account_key(keys.pepper(plebiscite.pk), user.pk)
        declared = Declaration.objects.filter(plebiscite=plebiscite, account_key=key).values(
            "name", "birth_date", "street", "postal_code", "town"
        )
        if status.is_declared or declared:
            yield {
                "plebiscite": plebiscite.slug,
                "declared": list(declared),
                "voted_on": status.voted_on,
            }


def _forget_unused_declaration(plebiscite: Plebiscite, user: Any) -> None:
    """The declaration of somebody who has not voted serves nothing any more."""
    if voter_status(plebiscite.pk, user).voted_on is None:
        key = account_key(keys.pepper(plebiscite.pk), user.pk)
        Declaration.objects.filter(plebiscite=plebiscite, account_key=key).delete()


def check_health() -> None:
    """Raises when a vote that is on lacks a key, or a box should have been sealed long ago."""
    now = clock.now()
    for plebiscite in Plebiscite.objects.filter(state__in=MAY_TAKE_VOTES):
        keys.pepper(plebiscite.pk)
        keys.tag_key(plebiscite.pk)
        keys.promise_key(plebiscite.pk)
        if (now - plebiscite.voting_closes_at).days >= 1:
            raise RuntimeError(
                f"The box of {plebiscite.slug} is not sealed a day after the vote: "
                "look at the worker's log."
            )
