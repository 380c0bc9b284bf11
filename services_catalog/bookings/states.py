"""The states of a booking and every allowed move.

Seats are taken in HELD and OFFERED (counted as held) and in CONFIRMED, ATTENDED and NO_SHOW
(counted as booked). Moves of a resident are made by the holder of a private link or by the
account that booked, marks of attendance also by the team of the organisation that comes.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.transitions import ANYONE, SYSTEM_ONLY, Machine, Notice, State, Transition, roles
from services_catalog.bookings import notices, rules, seats

UNCONFIRMED = "unconfirmed"
HELD = "held"
CONFIRMED = "confirmed"
WAITING = "waiting"
OFFERED = "offered"
CANCELLED = "cancelled"
EXPIRED = "expired"
ATTENDED = "attended"
NO_SHOW = "no_show"

#: Somebody still wants to come; one person has one of these for a date.
LIVE = (UNCONFIRMED, HELD, CONFIRMED, WAITING, OFFERED)
#: Taken seats, as the date's two counters count them.
COUNTED_HELD = (HELD, OFFERED)
COUNTED_BOOKED = (CONFIRMED, ATTENDED, NO_SHOW)
#: The address has not been shown to be the person's own.
UNPROVEN = (UNCONFIRMED, HELD)
#: In the queue, or on the way into it.
QUEUED = (UNCONFIRMED, WAITING)
FINAL = (CANCELLED, EXPIRED, ATTENDED, NO_SHOW)
STATES = (*LIVE, *FINAL)

STAFF = {Role.SERVICE_COORDINATOR}
DESK = roles(*STAFF)
HOST = rules.host
DESK_OR_HOST = DESK | HOST
PERSON = rules.person
PROVEN = rules.proven
DESK_OR_PROVEN = DESK | PROVEN
DESK_PROVEN_OR_LINK = DESK | PROVEN | PERSON
DESK_HOST_OR_SYSTEM = DESK | HOST | SYSTEM_ONLY
ERASER = DESK | PERSON | SYSTEM_ONLY


def _mail(template: str) -> Notice:
    return Notice(
        template=f"bookings/{template}",
        to=notices.to_person,
        context=notices.for_person,
        is_secret=True,
    )


MACHINE = Machine(
    "services_catalog.booking",
    [
        State(UNCONFIRMED, _("address not confirmed"), _("waiting for you to confirm")),
        State(HELD, _("kept until the address is confirmed"), _("kept until you confirm")),
        State(CONFIRMED, _("booked"), _("booked")),
        State(WAITING, _("in the queue"), _("in the queue")),
        State(OFFERED, _("place offered"), _("a place is waiting for your answer")),
        State(CANCELLED, _("cancelled"), _("cancelled")),
        State(EXPIRED, _("expired"), _("expired")),
        State(ATTENDED, _("came"), _("you were there")),
        State(NO_SHOW, _("did not come"), _("you did not come")),
    ],
    [
        # --- Arrival ---
        Transition(
            "book", UNCONFIRMED, CONFIRMED,
            who=DESK_OR_PROVEN, label_staff=_("Book"), mail=_mail("booked"),
        ),
        Transition(
            "hold", UNCONFIRMED, HELD,
            who=ANYONE, label_staff=_("Keep places until the address is confirmed"),
            effect=rules.hold, fields=("hold_until",), mail=_mail("confirm"),
        ),
        Transition(
            "ask", UNCONFIRMED, None,
            who=ANYONE, label_staff=_("Ask to confirm a place in the queue"),
            effect=rules.await_confirmation, fields=("hold_until",), mail=_mail("confirm_queue"),
        ),
        Transition(
            "queue", UNCONFIRMED, WAITING,
            who=DESK_PROVEN_OR_LINK, label_staff=_("Join the queue"),
            label_public=_("Join the queue"),
            guard=rules.can_wait, effect=rules.join_queue,
            fields=("queue_no", "queued_at", "hold_until"), mail=_mail("queued"),
        ),
        Transition(
            "confirm", HELD, CONFIRMED,
            who=PERSON, label_staff=_("Confirm"), label_public=_("Confirm the booking"),
            guard=[rules.hold_stands, rules.no_overlap], effect=rules.release_hold,
            fields=("hold_until",), mail=_mail("booked"),
        ),
        Transition(
            "confirm_for", HELD, CONFIRMED,
            who=DESK, label_staff=_("Confirmed by telephone"),
            guard=[rules.hold_stands, rules.no_overlap], effect=rules.release_hold,
            fields=("hold_until",), mail=_mail("booked"),
        ),
        # --- Queue ---
        Transition(
            "pass_over", WAITING, None,
            who=SYSTEM_ONLY, label_staff=_("A smaller group goes first"),
            effect=rules.pass_over, fields=("skips", "passed_at"),
        ),
        Transition(
            "offer", WAITING, OFFERED,
            who=SYSTEM_ONLY, label_staff=_("Offer the place"),
            effect=rules.offer, fields=("offer_until",), mail=_mail("offer"),
        ),
        Transition(
            "accept", OFFERED, CONFIRMED,
            who=PERSON, label_staff=_("Accept"), label_public=_("I take the place"),
            guard=[rules.offer_stands, rules.no_overlap], effect=rules.take_offer,
            fields=("offer_until",), mail=_mail("booked"),
        ),
        Transition(
            "accept_for", OFFERED, CONFIRMED,
            who=DESK, label_staff=_("They take it, by telephone"),
            guard=[rules.offer_stands, rules.no_overlap], effect=rules.take_offer,
            fields=("offer_until",), mail=_mail("booked"),
        ),
        Transition(
            "decline", OFFERED, CANCELLED,
            who=PERSON, label_staff=_("Decline"), label_public=_("I do not need it any more"),
            mail=_mail("cancelled"),
        ),
        Transition(
            "leave", [UNCONFIRMED, WAITING], CANCELLED,
            who=PERSON, label_staff=_("Leave the queue"), label_public=_("Leave the queue"),
            mail=_mail("cancelled"),
        ),
        Transition(
            "set_priority", WAITING, None,
            who=DESK, label_staff=_("Set the priority"),
            effect=rules.set_priority, takes=("priority",), fields=("priority",),
        ),
        # --- Giving up places ---
        Transition(
            "cancel", [HELD, CONFIRMED], CANCELLED,
            who=PERSON, label_staff=_("Cancel"), label_public=_("Cancel the booking"),
            guard=rules.may_still_cancel, mail=_mail("cancelled"),
        ),
        Transition(
            "cancel_for", LIVE, CANCELLED,
            who=DESK, label_staff=_("Cancelled by telephone or at the desk"),
            guard=rules.not_over, mail=_mail("cancelled"),
        ),
        Transition(
            "call_off", LIVE, CANCELLED,
            who=DESK_HOST_OR_SYSTEM, label_staff=_("The date is called off"),
            guard=rules.not_over,
        ),
        Transition(
            "replace", UNPROVEN, CANCELLED,
            who=SYSTEM_ONLY, label_staff=_("The person has booked with an account or at the desk"),
        ),
        # --- Time ---
        Transition(
            "expire", UNPROVEN, EXPIRED,
            who=SYSTEM_ONLY, label_staff=_("Never confirmed"), guard=rules.hold_is_over,
        ),
        Transition(
            "expire", OFFERED, EXPIRED,
            who=SYSTEM_ONLY, label_staff=_("The offer lapses"),
            guard=rules.offer_is_over, mail=_mail("offer_over"),
        ),
        Transition(
            "lapse", WAITING, EXPIRED,
            who=SYSTEM_ONLY, label_staff=_("The queue ends"),
            guard=rules.waits_in_vain, mail=_mail("queue_over"),
        ),
        # --- The day ---
        Transition(
            "attend", [CONFIRMED, NO_SHOW], ATTENDED,
            who=DESK_OR_HOST, label_staff=_("Came"), guard=rules.is_time_to_mark,
        ),
        Transition(
            "miss", [CONFIRMED, ATTENDED], NO_SHOW,
            who=DESK_OR_HOST, label_staff=_("Did not come"), guard=rules.has_begun,
        ),
        Transition(
            "unmark", [ATTENDED, NO_SHOW], CONFIRMED,
            who=DESK_OR_HOST, label_staff=_("Take the mark back"),
        ),
        # --- Paper, privacy ---
        Transition(
            "new_pin", LIVE, None,
            who=DESK, label_staff=_("Print a new PIN"),
            guard=rules.has_contact, effect=rules.new_pin, takes=("pin_hash",),
        ),
        Transition(
            "erase", STATES, None,
            who=ERASER, label_staff=_("Erase personal data"),
            guard=rules.can_be_erased, effect=rules.erase,
            fields=("person_key", "requester", "erased_at"),
        ),
    ],
    initial=UNCONFIRMED,
    lock=seats.lock_booking,
)  # fmt: skip
