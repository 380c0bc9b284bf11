"""The resident's side: choosing a date, booking, waiting, taking an offer, giving up.

choosing.py  dates of a service, the form of one date and of a package
booking.py   one booking, and the buttons there
links.py     the private links in mail
paper.py     lost link, number and PIN
"""

from services_catalog.bookings.views.booking import booking_calendar, booking_page, move_booking
from services_catalog.bookings.views.choosing import book, book_package, book_sent, dates
from services_catalog.bookings.views.links import (
    AcceptOffer,
    ConfirmBooking,
    GiveUpBooking,
    OpenBooking,
)
from services_catalog.bookings.views.paper import BookingByPin, BookingLostLink

__all__ = [
    "AcceptOffer",
    "BookingByPin",
    "BookingLostLink",
    "ConfirmBooking",
    "GiveUpBooking",
    "OpenBooking",
    "book",
    "book_package",
    "book_sent",
    "booking_calendar",
    "booking_page",
    "dates",
    "move_booking",
]
