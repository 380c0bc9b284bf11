"""The ballot, its summary, and casting it, wherever somebody sits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from core.templatetags.typography import typo
from core.throttle import Throttled
from plebiscite import clock, keys
from plebiscite.ballots import (
    COMMITMENT_SIZE,
    NONCE_SIZE,
    BadBallot,
    Picks,
    commitment,
    most_picks,
    new_nonce,
    read_hex,
    short_code,
    write_ballot,
)
from plebiscite.marking import Sheet, blank_of, fields_of, numbers_of, picks_on, read_sheet
from plebiscite.selectors.paper import BallotPaper, ballot_paper
from plebiscite.selectors.voting import voter_status
from plebiscite.selectors.works import Work, works
from plebiscite.services.casting import Vote, VoteRefused
from plebiscite.tally import Method, Ruleset
from plebiscite.views.booth.seat import Seat

_PADDING = b"<!--length-->"
#: What the markup around one mark can add to a page, at the very most.
_MARKUP = 320


@sensitive_variables()
def take_step(seat: Seat) -> HttpResponse:
    """Answer to the form of the ballot or of its summary."""
    paper = ballot_paper(seat.plebiscite.pk)
    if paper is None:
        return closed(seat)
    opened_at = seat.read_token()
    sheet = read_sheet(paper.ruleset, seat.request.POST)
    if opened_at is None:
        # Not drawn for this voter, or forged: shown anew, with the choice kept, not acted on.
        return ballot(seat, sheet=sheet, note=_("Check your choice again."))
    match seat.request.POST.get("step", ""):
        case "back":
            return ballot(seat, sheet=sheet, opened_at=opened_at)
        case "review":
            return _review(seat, paper, sheet, opened_at)
        case "cast":
            return _cast(seat, paper, sheet, opened_at)
    return redirect(seat.request.path)


@sensitive_variables()
def ballot(
    seat: Seat,
    *,
    sheet: Sheet | None = None,
    opened_at: datetime | None = None,
    error: str = "",
    note: str = "",
    status: int = 200,
    opened: str | None = None,
) -> HttpResponse:
    """The ballot, with what has been marked on it so far; `opened` is for a mark as it came."""
    paper = ballot_paper(seat.plebiscite.pk)
    if paper is None:
        return closed(seat)
    shown = _in_turn(seat)
    rules = paper.ruleset
    context = {
        "works": shown,
        "method": str(rules.method),
        "most": most_picks(rules, paper.codes),
        "cap": rules.points_cap or rules.points_total,
        "instructions": instructions(paper),
        "ranks": range(1, most_picks(rules, paper.codes) + 1),
        "blank": blank_of(paper.codes),
        "error": error,
        "note": note,
        "opened": seat.token(opened_at) if opened is None else opened,
    }

    def page(sheet: Sheet) -> HttpResponse:
        marked = {"typed": sheet.typed, "is_blank": sheet.is_blank}
        return seat.draw("booth_ballot.html", {**context, **marked}, status=status)

    return _of_one_length(page(sheet or Sheet()), page(Sheet()), _most_bytes(shown, paper))


@sensitive_variables()
def too_often(seat: Seat, refusal: Throttled) -> HttpResponse:
    """The ballot as it was sent, to be sent again after a while. Raises `refusal` without one."""
    paper = ballot_paper(seat.plebiscite.pk)
    if paper is None:
        raise refusal
    response = ballot(
        seat,
        sheet=read_sheet(paper.ruleset, seat.request.POST),
        note=_("Too many tries. Your choice is kept: wait a few minutes and send it again."),
        status=429,
        # Nobody gets a new mark here: with one, the next form would not be counted as a guess.
        opened=seat.request.POST.get("opened", ""),
    )
    response["Retry-After"] = str(refusal.retry_after)
    return response


@sensitive_variables()
def _review(
    seat: Seat, paper: BallotPaper, sheet: Sheet, opened_at: datetime, note: str = ""
) -> HttpResponse:
    """The summary, with a nonce drawn by the server for browsers that draw none."""
    try:
        picks = picks_on(paper.ruleset, sheet, paper.codes)
        text = write_ballot(paper.ruleset, picks, paper.codes)
    except BadBallot as refusal:
        error = words(refusal, paper)
        return ballot(seat, sheet=sheet, opened_at=opened_at, error=error)
    nonce, marks = new_nonce(), numbers_of(picks)
    shown = works(seat.plebiscite, today=clock.today())

    def page(sheet: Sheet, marks: dict[str, int], text: str) -> HttpResponse:
        committed = commitment(
            plebiscite=str(paper.plebiscite),
            manifest_hash=paper.manifest_hash,
            ballot=text,
            nonce=nonce,
        )
        context = {
            "works": shown,
            "chosen": _chosen(shown, marks, paper.ruleset),
            "method": str(paper.ruleset.method),
            "marked": set(marks),
            "left": _left(paper, marks),
            "fields": fields_of(paper.ruleset, sheet, paper.codes),
            "ballot": text,
            "manifest_hash": paper.manifest_hash.hex(),
            "nonce": nonce.hex(),
            "commitment": committed.hex(),
            "code": short_code(committed),
            "opened": opened,
            "note": note,
        }
        return seat.draw("booth_summary.html", context)

    opened = seat.token(opened_at)
    nothing: Picks = {} if paper.ruleset.method == Method.POINTS else ()
    empty = write_ballot(paper.ruleset, nothing, paper.codes)
    return _of_one_length(
        page(sheet, marks, text),
        page(Sheet(is_blank=True), {}, empty),
        _most_bytes(shown, paper),
    )


@sensitive_variables()
def _cast(seat: Seat, paper: BallotPaper, sheet: Sheet, opened_at: datetime) -> HttpResponse:
    post = seat.request.POST
    try:
        vote = Vote(
            picks=picks_on(paper.ruleset, sheet, paper.codes),
            nonce=read_hex(post.get("nonce", ""), NONCE_SIZE),
            committed=read_hex(post.get("commitment", ""), COMMITMENT_SIZE),
            opened_at=opened_at,
        )
        promise = seat.cast(vote)
    except BadBallot as refusal:
        error = words(refusal, paper)
        return ballot(seat, sheet=sheet, opened_at=opened_at, error=error)
    except VoteRefused as refusal:
        return _refused(seat, paper, sheet, opened_at, refusal.reason)
    context = {
        "promise": promise,
        "commitment": promise.commitment.hex(),
        "signature": promise.signature.hex(),
        "is_drawn_by_browser": post.get("drawn_by") == "browser",
        "code_used": any(name == "code" for name, _value in seat.carried),
    }
    return seat.draw("booth_receipt.html", context)


def _refused(
    seat: Seat, paper: BallotPaper, sheet: Sheet, opened_at: datetime, reason: str
) -> HttpResponse:
    match reason:
        case VoteRefused.ALREADY_VOTED:
            return seat.voted()
        case VoteRefused.DRAW_AGAIN:
            note = _("This ballot could not be told from another one. Confirm it once more.")
            return _review(seat, paper, sheet, opened_at, note=note)
        case VoteRefused.CLOSED:
            return closed(seat)
    return seat.refused(reason) or redirect(seat.request.path)


def closed(seat: Seat) -> HttpResponse:
    """Voting has not begun, or is over; whoever had voted is told so."""
    plebiscite = seat.plebiscite
    status = None
    if getattr(seat.user, "pk", None) and plebiscite.has_keys and keys.has_pepper(plebiscite.pk):
        status = voter_status(plebiscite.pk, seat.user)
    is_early = clock.now() < plebiscite.voting_opens_at
    context = {"is_early": is_early, "voted_on": status.voted_on if status else None}
    return seat.draw("booth_closed.html", context)


# --- In words -------------------------------------------------------------------------------------


def instructions(paper: BallotPaper) -> str:
    """How the ballot is filled in."""
    rules = paper.ruleset
    most = most_picks(rules, paper.codes)
    match rules.method:
        case Method.APPROVAL:
            return ngettext("Mark at most %(most)d work.", "Mark at most %(most)d works.", most) % {
                "most": most
            }
        case Method.POINTS:
            total = ngettext(
                "You have %(total)d point.", "You have %(total)d points.", rules.points_total
            ) % {"total": rules.points_total}
            cap = ngettext(
                "Give them to the works you like, at most %(cap)d to one work.",
                "Give them to the works you like, at most %(cap)d to one work.",
                rules.points_cap,
            ) % {"cap": rules.points_cap}
            return f"{total} {cap}"
        case Method.RANKED:
            return ngettext(
                "Put %(most)d work first.",
                "Rank up to %(most)d works: 1 is the one you like best. You need not use all.",
                most,
            ) % {"most": most}
    return _("Mark one work.")


def words(refusal: BadBallot, paper: BallotPaper) -> str:
    """Why a ballot is refused, and what to do."""
    rules = paper.ruleset
    most = most_picks(rules, paper.codes)
    match refusal.reason:
        case BadBallot.TOO_MANY if rules.method == Method.SINGLE:
            return _("You marked more than one work. Choose one.")
        case BadBallot.TOO_MANY:
            return ngettext(
                "You marked too many works. Leave at most %(most)d.",
                "You marked too many works. Leave at most %(most)d.",
                most,
            ) % {"most": most}
        case BadBallot.TOO_MANY_POINTS:
            return ngettext(
                "You gave more points than you have. Together there is %(total)d at most.",
                "You gave more points than you have. Together there are %(total)d at most.",
                rules.points_total,
            ) % {"total": rules.points_total}
        case BadBallot.ABOVE_CAP:
            return ngettext(
                "One work can get at most %(cap)d point.",
                "One work can get at most %(cap)d points.",
                rules.points_cap,
            ) % {"cap": rules.points_cap}
        case BadBallot.NO_NUMBER:
            return _("Write whole numbers, 0 or more.")
        case BadBallot.RANK_TWICE:
            return _("You gave one rank to two works. Each rank goes to one work.")
        case BadBallot.RANK_SKIPPED:
            return _("A rank between others is empty. Begin with 1 and leave none out.")
        case BadBallot.NO_RANK:
            return _("There are not that many ranks on this ballot.")
        case BadBallot.NOTHING:
            return _("Nothing is marked. Mark a work, or the blank ballot at the end.")
        case BadBallot.BLANK_AND_MARKS:
            return _("You marked the blank ballot and works too. Leave one or the other.")
        case BadBallot.UNKNOWN_OPTION:
            return _("This work is not on the ballot of this vote. Choose one of those below.")
    return _("The ballot arrived damaged and was not counted. Send it once more.")


@sensitive_variables()
def _left(paper: BallotPaper, marks: dict[str, int]) -> str:
    """What could have been marked besides; somebody may have overlooked it."""
    rules = paper.ruleset
    if not marks or rules.method == Method.SINGLE:
        return ""
    if rules.method == Method.POINTS:
        number = rules.points_total - sum(marks.values())
        text = ngettext(
            "%(number)d point is not given. You may leave it so.",
            "%(number)d points are not given. You may leave it so.",
            number,
        )
    else:
        number = most_picks(rules, paper.codes) - len(marks)
        text = ngettext(
            "You may mark %(number)d work more, and need not.",
            "You may mark %(number)d works more, and need not.",
            number,
        )
    return text % {"number": number} if number > 0 else ""


@sensitive_variables()
def _chosen(shown: list[Work], marks: dict[str, int], rules: Ruleset) -> list[dict[str, Any]]:
    """The works that were marked, in the order in which a summary names them."""
    found = [
        {"name": work.name, "language": work.language, "number": marks[work.code]}
        for work in shown
        if work.code in marks
    ]
    if rules.method == Method.RANKED:
        found.sort(key=lambda one: int(str(one["number"])))
    if rules.method == Method.POINTS:
        found.sort(key=lambda one: -int(str(one["number"])))
    return found


# --- Of one length --------------------------------------------------------------------------------


def _most_bytes(shown: list[Work], paper: BallotPaper) -> int:
    """More than a page can grow by what is marked on it."""
    names = sorted(len(escape(typo(one.name, one.language)).encode()) for one in shown)
    number = min(most_picks(paper.ruleset, paper.codes), len(names))
    return sum(3 * length + _MARKUP for length in names[len(names) - number :]) + 4 * _MARKUP


def _of_one_length(response: HttpResponse, blank: HttpResponse, most: int) -> HttpResponse:
    """`response`, as long as it would be for any other sheet; `blank` is for an empty one.

    Else whoever sees how many bytes go over the line could tell one choice from another.
    """
    missing = len(blank.content) + most - len(response.content)
    padding = b"<!--" + b" " * missing + b"-->"
    response.content = response.content.replace(_PADDING, padding, 1)
    return response


def _in_turn(seat: Seat) -> list[Work]:
    """The works in the order of the ballot paper, beginning elsewhere for each voter."""
    shown = works(seat.plebiscite, today=clock.today())
    turn = seat.turn(len(shown))
    return shown[turn:] + shown[:turn]
