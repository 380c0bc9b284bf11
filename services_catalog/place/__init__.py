"""The concept of the place, made with residents: ideas pinned on the plan, read, grouped, answered.

states.py    what happens to an idea, as a table
models.py    ideas and the groups in which they are answered
services.py  the only code that changes an idea
plan.py      the drawn plan with its spots, and where a click on it lies
views.py     the visitor's side
admin.py     the staff's side
"""
