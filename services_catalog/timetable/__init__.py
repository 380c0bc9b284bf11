"""The timetable: rules that repeat, the slots they make, the rooms these hold.

models/        slots and rules
states.py      every move of a slot and of a rule
recurrence.py  the days of a rule, and moments on the clock of the town
rooms.py       taking a room for a slot, and saying who has it when it is taken
services.py    everything that changes a slot or a rule by hand
generating.py  making slots of rules, again and again
selectors.py   slots of a service, a day, a week, a room

Who has booked is not known here: `booked` and `held` are written by the bookings alone.
"""
