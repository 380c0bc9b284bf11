"""A model with states for the tests of transitions: a parcel on its way.

Its app is not installed, so nobody else meets it: no migration asks for it, no list of models
holds it. The fixture `parcels` makes its table in the database of one test.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Model

from core.transitions import (
    SYSTEM_ONLY,
    Machine,
    Notice,
    Recipient,
    Refused,
    State,
    Step,
    Transition,
    roles,
    who,
)


@who("the sender")
def sender(actor: object, parcel: Parcel) -> bool:
    return getattr(actor, "pk", None) is not None and actor.pk == parcel.sender_id


def has_address(step: Step) -> None:
    """A parcel without an address goes nowhere."""
    if not step.obj.address:
        raise Refused("Give an address.", field="address")


def carry(step: Step) -> None:
    step.obj.carrier = step["carrier"]
    step.obj.stations.append(step.get("station", "depot"))


def cheat(step: Step) -> None:
    step.obj.address = "elsewhere"


def to_recipient(step: Step) -> list[Recipient]:
    return [Recipient(step.obj.email, "pl")] if step.obj.email else []


CARRIER, CLERK = "Przewoźnik", "Urzędnik"

MACHINE = Machine(
    "parcels",
    [
        State("packed", "Packed at the counter", "Packed"),
        State("moving", "With the carrier", "On its way"),
        State("there", "Delivered", "Delivered"),
        State("lost", "Lost, claim open", "We are looking for it"),
    ],
    [
        Transition(
            "send", "packed", "moving", who=roles(CLERK) | sender, guard=has_address,
            effect=carry, fields={"carrier", "stations"}, takes={"carrier", "station"},
            mail=Notice(template="parcel_sent", to=to_recipient), label_staff="Hand over",
            label_public="Send",
        ),
        Transition("relabel", {"packed", "moving"}, None, who={CLERK}, effect=cheat,
                   fields={"address"}, label_staff="Change the address"),
        Transition("deliver", "moving", "there", who={CARRIER}, label_staff="Deliver"),
        Transition("lose", {"moving", "packed"}, "lost", who=SYSTEM_ONLY, label_staff="Lose"),
        Transition("find", "lost", "packed", who={CLERK, CARRIER}, label_staff="Find"),
        Transition("swap", "packed", "moving", who={CLERK}, effect=cheat, label_staff="Swap"),
    ],
    initial="packed",
)  # fmt: skip


class Parcel(Model):
    """Something that is sent."""

    machine = MACHINE

    state = MACHINE.state_field()
    address = models.CharField(max_length=100, default="ul. Dworcowa 2")
    email = models.EmailField(blank=True)
    carrier = models.CharField(max_length=100, blank=True)
    stations = ArrayField(models.CharField(max_length=20), default=list)
    sender_id = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "parcels"
        constraints = [MACHINE.constraint("parcels_state_known")]

    def __str__(self) -> str:
        return f"parcel {self.pk}"


@contextmanager
def parcel_table() -> Iterator[type[Parcel]]:
    """The table, for as long as it is needed."""
    with connection.schema_editor() as editor:
        editor.create_model(Parcel)
    try:
        yield Parcel
    finally:
        if not connection.needs_rollback:
            with connection.schema_editor() as editor:
                editor.delete_model(Parcel)
