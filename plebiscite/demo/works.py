"""The works of the demo's contests, what became of them, and who judges them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.demo import demo_user
from accounts.models import User
from core.demo import columns
from plebiscite.demo.people import invented
from plebiscite.jury_states import SETUP
from plebiscite.models import AuthorShown, ContestChoice, Jury, Plebiscite, Proposal
from plebiscite.services import judging, proposals

PICTURES = Path(__file__).with_name("pictures")


class Works:
    """The contest of one plebiscite, as `row` of the demo's content tells it."""

    def __init__(self, row: dict[str, Any], commission: User, second: User) -> None:
        self.row = row
        self.commission = commission
        self.second = second

    def sort(self, plebiscite: Plebiscite) -> None:
        """By what its works are sorted, where it has anything."""
        for axis in ContestChoice.Axis.values:
            for position, choice in enumerate(self.row.get(axis, []), start=1):
                ContestChoice.objects.get_or_create(
                    plebiscite=plebiscite,
                    axis=axis,
                    code=choice["code"],
                    defaults={"position": position, **columns("name", choice["name"])},
                )

    def propose(self, plebiscite: Plebiscite) -> None:
        """Sends the works that are missing, and decides about them."""
        for number, row in enumerate(self.row["work"], start=1):
            if not plebiscite.proposals.filter(title=row["title"]).exists():
                self._send(plebiscite, row, number)
            proposal = plebiscite.proposals.get(title=row["title"])
            self._decide(
                proposal,
                row.get("state", "accepted"),
                reason=row.get("reason", ""),
                into=row.get("into", ""),
                appeal=row.get("appeal", ""),
            )

    def name_jury(self, plebiscite: Plebiscite) -> None:
        """A jury whose rules are written down and that waits for the works."""
        row = self.row.get("jury")
        if row is None:
            return
        jury = Jury.objects.filter(plebiscite=plebiscite).first() or judging.save(
            Jury(
                plebiscite=plebiscite,
                effect=row["effect"],
                places=row["places"],
                scores_until=plebiscite.voting_opens_at - timedelta(days=2),
            ),
            actor=self.commission,
        )
        if jury.state != SETUP:
            return
        for criterion in row["criterion"]:
            if not jury.criteria.filter(name_pl=criterion["name"]["pl"]).exists():
                judging.add_criterion(
                    jury,
                    actor=self.commission,
                    weight=criterion["weight"],
                    top=criterion["top"],
                    **columns("name", criterion["name"]),
                )
        for login in row["jurors"]:
            judging.appoint(jury, actor=self.commission, email=demo_user(login).email)

    def _send(self, plebiscite: Plebiscite, row: dict[str, Any], number: int) -> None:
        author = self._author(plebiscite, row["author"], number)
        proposal = proposals.begin(plebiscite, actor=author, language="pl")
        content = (PICTURES / f"{row['picture']}.png").read_bytes()
        upload = SimpleUploadedFile(f"{row['picture']}.png", content, "image/png")
        proposals.add_picture(proposal, actor=author, upload=upload)
        shown = AuthorShown.ANONYMOUS
        if row["author"]:
            shown = AuthorShown.INITIALS if "." in row["author"] else AuthorShown.NAMED
        Proposal.objects.filter(pk=proposal.pk).update(is_example=True)
        chosen: dict[str, Any] = {
            axis: plebiscite.choices.get(axis=axis, code=row[axis])
            for axis in ContestChoice.Axis.values
            if axis in row
        }
        proposals.save_draft(
            proposal,
            actor=author,
            alt_texts={1: row["alt"]},
            title=row["title"],
            description=row["description"],
            **chosen,
            author_shown=shown,
            accepts_rules=True,
        )
        if row.get("state") != "draft":
            proposals.submit(proposal, actor=author)

    def _author(self, plebiscite: Plebiscite, name: str, number: int) -> User:
        """A demo resident by the name of the account, or somebody invented."""
        if name in {"mieszkanka", "mieszkaniec"}:
            return demo_user(name)
        first, _, last = name.replace(".", "").partition(" ")
        return invented(f"autor-{plebiscite.slug}-{number}", first, last)

    def _decide(
        self, proposal: Proposal, state: str, *, reason: str, into: str, appeal: str
    ) -> None:
        """Whatever the commission has still to do until the work is where it is to be."""
        steps: list[tuple[str, str, User, dict[str, Any]]] = []
        if state != "submitted" and state != "draft":
            steps.append(("submitted", "take_up", self.commission, {}))
        if state == "accepted":
            steps.append(("in_review", "accept", self.commission, {}))
        elif state == "changes_requested":
            steps.append(("in_review", "request_changes", self.commission, {"reason": reason}))
        elif state in {"rejected", "appealed"}:
            steps.append(("in_review", "propose_rejection", self.commission, {"reason": reason}))
            steps.append(("rejection_proposed", "reject", self.second, {}))
            # After the vote nobody is the author any more; what was to be done has been done.
            if state == "appealed" and proposal.author is not None:
                steps.append(("rejected", "appeal", proposal.author, {"reason": appeal}))
        elif state == "merged":
            other = proposal.plebiscite.proposals.get(title=into)
            steps.append(("in_review", "merge", self.commission, {"into": other}))
        for before, verb, actor, context in steps:
            if proposal.state == before:
                proposal = proposals.decide(proposal, verb, actor=actor, **context)
