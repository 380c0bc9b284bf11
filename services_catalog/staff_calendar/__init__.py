"""The calendar of staff: by room and by provider, rules, single slots, figures.

It lies above the timetable and the bookings: whatever happens to a slot here happens to those who
have booked it too, and they are told once.

services.py  acts that concern slots and bookings together
grid.py      the week as a table of rooms or providers
forms.py     what staff type
views.py     the calendar, slots and rules
figures.py   reports, and their files
urls.py      the addresses in the admin
"""
