"""Residents' requests for services, and how they are answered.

states.py       the states of a case and every allowed move, as a table
models.py       the case, who asked, what was written to each other
permissions.py  who may see and move what
services.py     the only code that changes a case
selectors.py    reads for pages, lists and the board
views.py        the resident's side
admin.py        the staff's side
"""
