"""Places on dates: booked, held, waited for.

states.py       the states of a booking and every allowed move, as a table
models.py       the booking, and who comes
rules.py        what guards a move and what it brings about
seats.py        locks, counting, and who in the queue is next; the only code that counts places
services/       the only code that changes a booking
upkeep.py       what time does: holds and offers that end, the nightly check, erasure
selectors.py    reads for pages, lists and the board
access.py       which bookings a browser may see
views/          the resident's side
admin/          the staff's side
"""
