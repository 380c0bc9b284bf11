"""Everything that changes a booking.

The order of locks, the same everywhere: the person (an idea), the dates by number, the bookings,
their tokens, the series of numbers.

booking.py  making bookings: one date, its queue, all dates of a package
moves.py    moves of the table, and what follows for the others
dates.py    places, time and calling off of a date, for all who have booked it
telling.py  mail that no move writes
paper.py    PIN, lost link
numbers.py  how bookings are numbered
"""

from services_catalog.bookings.services.booking import (
    NoPlace,
    book,
    book_package,
    no_place_sentence,
    person_key,
    waiting_list_open,
)
from services_catalog.bookings.services.dates import (
    cancel_slots,
    change_capacity,
    edit_slot,
    reopen_slot,
)
from services_catalog.bookings.services.moves import cancel_bundle, confirm, give_up, move
from services_catalog.bookings.services.paper import find_by_pin, renew_pin, send_new_link
from services_catalog.bookings.services.telling import message_everybody

__all__ = [
    "NoPlace",
    "book",
    "book_package",
    "cancel_bundle",
    "cancel_slots",
    "change_capacity",
    "confirm",
    "edit_slot",
    "find_by_pin",
    "give_up",
    "message_everybody",
    "move",
    "no_place_sentence",
    "person_key",
    "renew_pin",
    "reopen_slot",
    "send_new_link",
    "waiting_list_open",
]
