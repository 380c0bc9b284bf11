"""The calendar of staff: rules, slots, rooms and figures, above the timetable and the bookings."""
