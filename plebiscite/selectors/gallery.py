"""The gallery: works that one can narrow down, and what became of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from plebiscite import addresses, clock
from plebiscite.models import ContestChoice, Plebiscite, Proposal, RevisionPicture
from plebiscite.phases import FROZEN_ON, WITH_PUBLIC_REASON, ProposalState
from plebiscite.selectors.public import languages, view
from plebiscite.selectors.works import Work, gallery_works, work

#: Addresses of filters.
STATE, PAGE = "stan", "strona"
AXES = {"kind": "rodzaj", "theme": "temat"}
REFUSED, JOINED = "nieprzyjete", "polaczone"
PER_PAGE = 48


@dataclass(frozen=True)
class Link:
    """One choice of a filter."""

    label: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class Outcome:
    """A proposal that did not become a work of its own, as everybody may know it."""

    number: int
    state_label: str
    reason: str
    answer: str
    #: The public work it was joined with.
    joined_title: str = ""
    joined_url: str = ""


def gallery_context(plebiscite: Plebiscite, asked: Mapping[str, str]) -> dict[str, Any]:
    """The gallery as the address asks for it; unknown values of filters count for nothing."""
    everything = gallery_works(plebiscite, today=clock.today())
    choices = list(plebiscite.choices.all())
    chosen = {
        axis: code
        for axis, name in AXES.items()
        if (code := asked.get(name, "")) in {one.code for one in choices if one.axis == axis}
    }
    others = outcomes(plebiscite)
    state = asked.get(STATE, "")
    shown_others = [one for one in others if _is_in(one, state)]
    shown = [
        one for one in everything if all(getattr(one, axis) == chosen[axis] for axis in chosen)
    ]
    page = Paginator(shown, PER_PAGE).get_page(asked.get(PAGE))
    return {
        "view": view(plebiscite),
        "plebiscite": plebiscite,
        "works": page.object_list,
        "page_obj": page,
        "page_numbers": page.paginator.get_elided_page_range(page.number),
        "query": urlencode({AXES[axis]: code for axis, code in chosen.items()}),
        "others": shown_others if state in {REFUSED, JOINED} else None,
        "filters": [
            *_by_axes(choices, everything, chosen),
            _by_state(len(everything), others, state),
        ],
        "is_narrowed": bool(chosen),
        "is_frozen": plebiscite.state in FROZEN_ON,
        **languages(plebiscite),
    }


def outcomes(plebiscite: Plebiscite) -> list[Outcome]:
    """What was rejected, with the public reason, and what was joined with another work.

    Neither titles nor pictures: what was rejected may be what nobody is to be shown.
    """
    rows = (
        plebiscite.proposals.filter(state__in=[*WITH_PUBLIC_REASON, ProposalState.MERGED])
        .select_related("merged_into__accepted_revision")
        .order_by("number")
    )
    return [
        Outcome(
            number=one.number or 0,
            state_label=one.state_label,
            reason="" if one.state == ProposalState.MERGED else one.reason,
            answer=one.appeal_answer,
            **_joined_with(plebiscite, one.merged_into),
        )
        for one in rows
    ]


def joined_url(plebiscite: Plebiscite, number: int) -> str:
    """The address of the public work that a proposal was joined with; empty if there is none."""
    found = plebiscite.proposals.filter(number=number, state=ProposalState.MERGED)
    one = found.select_related("merged_into__accepted_revision").first()
    return _joined_with(plebiscite, one.merged_into).get("joined_url", "") if one else ""


def poster_sources(plebiscite: Plebiscite, number: int) -> tuple[Work, RevisionPicture] | None:
    """What the poster of a public work is made from."""
    found = work(plebiscite, number)
    if found is None:
        return None
    picture = RevisionPicture.objects.select_related("file").filter(
        revision__accepted_as__plebiscite=plebiscite, revision__accepted_as__number=number
    )
    first = picture.order_by("position").first()
    return (found, first) if first else None


def _joined_with(plebiscite: Plebiscite, other: Proposal | None) -> dict[str, str]:
    if other is None or other.state != ProposalState.ACCEPTED or other.accepted_revision is None:
        return {}
    title = other.accepted_revision.title
    name = addresses.work_name(title, other.pk)
    return {"joined_title": title, "joined_url": addresses.of_work(plebiscite.slug, name)}


def _is_in(one: Outcome, state: str) -> bool:
    return bool(one.reason) if state == REFUSED else not one.reason


def _fits(work: Work, chosen: dict[str, str]) -> bool:
    return all(getattr(work, axis) == code for axis, code in chosen.items())


def _by_axes(
    choices: list[ContestChoice], everything: list[Work], chosen: dict[str, str]
) -> list[tuple[str, list[Link]]]:
    labels = {"kind": _("Kind of work"), "theme": _("Theme")}
    found = []
    for axis in AXES:
        of_axis = [one for one in choices if one.axis == axis]
        if not of_axis:
            continue
        kept = {other: code for other, code in chosen.items() if other != axis}
        among = [one for one in everything if _fits(one, kept)]
        links = [Link(_("all"), _address(kept), len(among), axis not in chosen)]
        for choice in of_axis:
            number = sum(getattr(one, axis) == choice.code for one in among)
            url = _address({**kept, axis: choice.code})
            links.append(Link(choice.name, url, number, chosen.get(axis) == choice.code))
        found.append((labels[axis], links))
    return found


def _by_state(accepted: int, others: list[Outcome], state: str) -> tuple[str, list[Link]]:
    refused = sum(_is_in(one, REFUSED) for one in others)
    links = [Link(_("accepted"), "?", accepted, state not in {REFUSED, JOINED})]
    if refused:
        links.append(Link(_("not accepted"), f"?{STATE}={REFUSED}", refused, state == REFUSED))
    if joined := len(others) - refused:
        links.append(Link(_("joined with another"), f"?{STATE}={JOINED}", joined, state == JOINED))
    return _("Decision"), links


def _address(chosen: dict[str, str]) -> str:
    return f"?{urlencode({AXES[axis]: code for axis, code in sorted(chosen.items())})}"
