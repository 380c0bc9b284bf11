"""The staff's side of bookings in Wagtail's admin.

lists.py   the list with filters, search and export
calls.py   who has to be called because no mail reaches them
screen.py  the people of one date: who comes, who waits, booking for others, writing to all
"""

from services_catalog.bookings.admin.lists import BookingViewSet

__all__ = ["BookingViewSet"]
