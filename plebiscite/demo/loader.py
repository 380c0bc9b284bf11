"""Builds the demo plebiscites by the services that everybody uses, at shifted times.

Every step looks whether it was done already, so a loading that was broken off goes on where it
stopped, and a second one changes nothing.
"""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils import translation

from accounts.demo import demo_user
from core.actors import SYSTEM, VISITOR
from core.demo import columns, picture, read
from core.i18n.dates import TOWN_TIME
from core.ports import DemoReport
from plebiscite import clock
from plebiscite.ballots import commitment, new_nonce, write_ballot
from plebiscite.demo import in_person
from plebiscite.demo.people import forget_invented_accounts, invented
from plebiscite.demo.works import Works
from plebiscite.models import (
    BallotOption,
    Objection,
    ParticipationMark,
    Plebiscite,
    Proposal,
    SignRules,
    UseRequest,
)
from plebiscite.phases import ORDER, Channel, PlebisciteState
from plebiscite.selectors.paper import ballot_paper
from plebiscite.services import (
    casting,
    moving,
    objecting,
    preparing,
    registering,
    signing,
)
from plebiscite.services.commission import confirming
from plebiscite.voters import Person

CONTENT = Path(__file__).with_name("plebiscite.toml")
TEXTS = ("title", "lead", "question", "about", "regulations")
HOURS = {
    "contest_opens": time(8),
    "contest_closes": time(20),
    "voting_opens": time(8),
    "voting_closes": time(20),
    "results": time(12),
    "objections": time(20),
}
FIELDS = {"results": "results_at", "objections": "objections_until"}


def load(report: DemoReport) -> None:
    """Makes what is missing of the plebiscites, one or more in each phase."""
    with translation.override("pl"):
        for row in read(CONTENT)["plebiscite"]:
            _Story(row).tell()
        forget_invented_accounts()
    report(
        f"{Plebiscite.objects.count()} plebiscites, {Proposal.objects.count()} proposals, "
        f"{ParticipationMark.objects.count()} votes"
    )


# Files are taken in outside of transactions (`core.files.store_upload`), as from a browser.
load.commits_by_itself = True  # type: ignore[attr-defined]


def page_content() -> dict[str, Any]:
    """The page of the plebiscites, for the demo's tree of pages."""
    content: dict[str, Any] = read(CONTENT)["page"]
    return content


class _Story:
    """One plebiscite, from its first day to the phase it is to be shown in."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        self.phase = row["phase"]
        self.commission = demo_user("komisja")
        self.second = demo_user("komisja.druga")
        today = clock.now().astimezone(TOWN_TIME).date()
        self.dates = {
            name: datetime.combine(today + timedelta(days=days), HOURS[name], TOWN_TIME)
            for name, days in row["days"].items()
        }

    def tell(self) -> None:
        """Goes on from wherever the plebiscite is."""
        plebiscite = Plebiscite.objects.filter(slug=self.row["slug"]).first() or self._begin()
        if not plebiscite.has_keys:
            moving.make_keys(plebiscite.pk)
        # Days are those of the first loading, whenever this one goes on.
        self.dates = {name: getattr(plebiscite, _field(name)) for name in self.dates}
        if self.phase == "draft":
            return
        works = Works(self.row, self.commission, self.second)
        self._at("contest_opens", 1, lambda: self._announce(plebiscite))
        works.sort(plebiscite)
        self._at("contest_opens", 4, lambda: works.propose(plebiscite))
        works.name_jury(plebiscite)
        if self.phase == "void":
            self._at("contest_closes", 24, lambda: self._void(plebiscite))
        if self.phase in {"voting", "sealed", "results", "certified"}:
            self._at("contest_closes", 24, lambda: self._freeze(plebiscite))
            self._vote(plebiscite)
            if "in_person" in self.row:
                in_person.hand_out(plebiscite, self.row["in_person"], self.dates["voting_opens"])
        if self.phase in {"sealed", "results", "certified"}:
            self._at("voting_closes", 1, lambda: self._close(plebiscite))
        if self.phase in {"results", "certified"}:
            self._at("results", 0, lambda: self._publish(plebiscite))
            self._offer_sign(plebiscite)
            self._at("results", 20, lambda: self._object(plebiscite))
        if self.phase == "certified":
            self._at("objections", 1, lambda: self._certify(plebiscite))
        moving.catch_up(plebiscite)

    def _begin(self) -> Plebiscite:
        plebiscite = Plebiscite(
            slug=self.row["slug"],
            cover=picture(self.row.get("cover", "")),
            quorum=self.row.get("quorum", 0),
            channels=(
                in_person.channels(self.row["in_person"])
                if "in_person" in self.row
                else [Channel.ACCOUNT.value]
            ),
            residence="17-200, Hajnówka, Гайнаўка",
            is_example=True,
            **self.row.get("rules", {}),
        )
        for field in TEXTS:
            texts = self.row.get(field) or read(CONTENT)[field]
            for name, value in columns(field, texts).items():
                setattr(plebiscite, name, value.strip())
        for name, moment in self.dates.items():
            setattr(plebiscite, _field(name), moment)
        plebiscite.full_clean()
        return preparing.save(plebiscite, actor=self.commission, changed=())

    def _announce(self, plebiscite: Plebiscite) -> None:
        if _is_before(plebiscite, PlebisciteState.CALL):
            moving.move(plebiscite, "announce", actor=self.commission)

    def _freeze(self, plebiscite: Plebiscite) -> None:
        if _is_before(plebiscite, PlebisciteState.APPEALS):
            moving.move(plebiscite, "open_appeals", actor=self.commission)
        if _is_before(plebiscite, PlebisciteState.FROZEN):
            if "in_person" in self.row:
                in_person.set_up(plebiscite, self.row["in_person"], self.commission)
            self._together(plebiscite, "freeze")

    def _vote(self, plebiscite: Plebiscite) -> None:
        """Casts the votes, spread over the days of voting until yesterday."""
        codes = dict(
            BallotOption.objects.filter(plebiscite=plebiscite).values_list("title", "code")
        )
        works = [codes.get(work["title"], "") for work in self.row["work"]]
        picks: list[list[str]] = [[] for _ in range(self.row["blank"])]
        for work, votes in zip(works, self.row.get("votes", [0] * len(works)), strict=True):
            picks += [[work]] * votes
        for ranking in self.row.get("ranking", ()):
            picks += [[works[place - 1] for place in ranking["works"]]] * ranking["votes"]
        # The same order every time: which votes are still missing must not depend on chance.
        random.Random(plebiscite.slug).shuffle(picks)  # noqa: S311 - invented votes
        done = ParticipationMark.objects.filter(
            plebiscite=plebiscite, channel=Channel.ACCOUNT
        ).count()
        end = min(self.dates["voting_closes"], clock.now() - timedelta(days=1))
        span = end - self.dates["voting_opens"]
        for number in range(done, len(picks)):
            moment = self.dates["voting_opens"] + span * (number / len(picks))
            with clock.shifted(moment - clock.now()):
                _cast(plebiscite, number, picks[number])

    def _close(self, plebiscite: Plebiscite) -> None:
        moving.catch_up(plebiscite)
        if _is_before(plebiscite, PlebisciteState.SEALED):
            moving.move(plebiscite, "seal", actor=SYSTEM)
        if "in_person" in self.row:
            in_person.read_cards(plebiscite, self.row["in_person"])

    def _publish(self, plebiscite: Plebiscite) -> None:
        if _is_before(plebiscite, PlebisciteState.TALLIED):
            self._together(plebiscite, "count")
        if _is_before(plebiscite, PlebisciteState.OBJECTIONS):
            self._together(plebiscite, "publish")

    def _certify(self, plebiscite: Plebiscite) -> None:
        if _is_before(plebiscite, PlebisciteState.CERTIFIED):
            self._together(plebiscite, "certify")

    def _void(self, plebiscite: Plebiscite) -> None:
        if Plebiscite.objects.get(pk=plebiscite.pk).state != PlebisciteState.VOID:
            confirming.together(
                plebiscite,
                "void",
                first=self.commission,
                second=self.second,
                reason=self.row["void_reason"],
            )

    def _together(self, plebiscite: Plebiscite, verb: str) -> None:
        confirming.together(plebiscite, verb, first=self.commission, second=self.second)

    def _offer_sign(self, plebiscite: Plebiscite) -> None:
        """The rules of using what won, and somebody who asks."""
        row = self.row.get("sign")
        if row is None:
            return
        SignRules.objects.get_or_create(
            plebiscite=plebiscite, defaults=columns("text", row["rules"])
        )
        key = uuid5(NAMESPACE_URL, f"{plebiscite.pk} sign")
        if not UseRequest.objects.filter(pk=key).exists():
            current = Plebiscite.objects.get(pk=plebiscite.pk)
            signing.ask(current, actor=VISITOR, key=key, language="pl", **row["request"])

    def _object(self, plebiscite: Plebiscite) -> None:
        """Two invented objections: one with its answer, one that waits."""
        for place, row in enumerate(self.row.get("objection", ())):
            key = uuid5(plebiscite.pk, f"objection {place}")
            if Objection.objects.filter(pk=key).exists():
                continue
            objection = objecting.object_to(
                plebiscite.pk, key=key, name="", email="", text=row["text"], language="pl"
            )
            if "answer" in row:
                objecting.decide(
                    objection,
                    "dismiss",
                    actor=self.commission,
                    summary=row["summary"],
                    answer=row["answer"],
                )

    def _at(self, name: str, hours: int, step: Any) -> None:
        """Takes a step some hours after a date of the plan."""
        with clock.shifted(self.dates[name] + timedelta(hours=hours) - clock.now()):
            step()


def _cast(plebiscite: Plebiscite, number: int, picks: list[str]) -> None:
    voter = invented(f"glos-{plebiscite.slug}-{number}", "Osoba", "Przykładowa")
    person = Person(
        name=f"Osoba Przykładowa {_letters(number)}",
        birth_date=date(1940, 1, 1) + timedelta(days=211 * number),
        street=f"ul. Przykładowa {number + 1}",
        postal_code="17-200",
    )
    registering.declare(plebiscite.pk, actor=voter, person=person, town="Hajnówka")
    paper = ballot_paper(plebiscite.pk)
    assert paper is not None
    nonce = new_nonce()
    committed = commitment(
        plebiscite=str(plebiscite.pk),
        manifest_hash=paper.manifest_hash,
        ballot=write_ballot(paper.ruleset, picks, paper.codes),
        nonce=nonce,
    )
    vote = casting.Vote(picks, nonce, committed)
    casting.cast(plebiscite.pk, vote, actor=voter, language="pl")


def _field(name: str) -> str:
    return FIELDS.get(name, f"{name}_at")


def _is_before(plebiscite: Plebiscite, state: PlebisciteState) -> bool:
    current = Plebiscite.objects.values_list("state", flat=True).get(pk=plebiscite.pk)
    return current != PlebisciteState.VOID and ORDER.index(PlebisciteState(current)) < ORDER.index(
        state
    )


def _letters(number: int) -> str:
    return f"{chr(65 + number // 26)}{chr(65 + number % 26)}"
