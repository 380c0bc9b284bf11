"""What has happened to a plebiscite or a proposal, in the words of its table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.audit import history

OTHERS = {
    "create": _("Written down"),
    "update": _("Changed"),
    "ask": _("Asked"),
    "forget": _("Personal data deleted"),
    "appoint": _("Juror named"),
    "dismiss": _("Juror taken off"),
    "add_criterion": _("Criterion added"),
    "remove_criterion": _("Criterion removed"),
    "make_keys": _("Keys made"),
    "prepare_again": _("Prepared anew"),
    "print_codes": _("Voting codes printed"),
    "void_codes": _("Codes of a batch declared void"),
    "begin_void_codes": _("Begun, to be confirmed: codes of a batch become void"),
    "take_back_void_codes": _("Taken back: codes of a batch become void"),
    "start_rehearsal": _("Test run made"),
    "purge_rehearsal": _("Test run removed"),
    "set_points": _("Polling points changed"),
    "report_namesake": _("Two people of one name reported at a desk"),
    "agree_namesake": _("A second person agreed about two people of one name"),
    "reject_namesake": _("A second person disagreed about two people of one name"),
    "forget_voters": _("Declarations of voters deleted"),
    "rotate_log_key": _("Signing of the log handed over to a new key"),
    "enter_beacon": _("Drawn number entered once"),
    "withdraw_beacon": _("Drawn number taken back"),
    "begin_destroy_keys": _("Destruction of the keys begun"),
    "take_back_destroy_keys": _("Destruction of the keys taken back"),
    "destroy_keys": _("Destruction of the keys confirmed by a second person"),
    "keys_destroyed": _("Keys of the box destroyed"),
    "ask_for_bundle": _("Audit bundle asked for"),
}
BEGUN = _("Begun, to be confirmed: %(what)s")
TAKEN_BACK = _("Taken back: %(what)s")


@dataclass(frozen=True)
class Happening:
    """One line of the history."""

    at: datetime
    what: Any
    who: str


def timeline(obj: Any) -> list[Happening]:
    """The events of an object, oldest first."""
    return [
        Happening(
            at=event.at,
            what=_label(obj.machine, event.verb),
            who=event.person.label if hasattr(event, "person") else "",
        )
        for event in history(obj)
    ]


def _label(machine: Any, verb: str) -> Any:
    for prefix, words in (("begin_", BEGUN), ("take_back_", TAKEN_BACK)):
        if verb.startswith(prefix) and verb.removeprefix(prefix) in machine.verbs:
            return words % {"what": machine.rows(verb.removeprefix(prefix))[0].label_staff}
    if verb in OTHERS:
        return OTHERS[verb]
    return machine.rows(verb)[0].label_staff if verb in machine.verbs else verb
