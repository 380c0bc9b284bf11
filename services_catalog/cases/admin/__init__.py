"""The staff's side of cases in Wagtail's admin.

lists.py   the list with filters, search and export
screen.py  one case, its moves as buttons, its files
desk.py    taking down a request, and the slip with number and PIN
"""

from services_catalog.cases.admin.lists import CaseViewSet, PersonalDataViewSet

__all__ = ["CaseViewSet", "PersonalDataViewSet"]
