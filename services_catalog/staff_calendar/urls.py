"""Addresses in the admin."""

from __future__ import annotations

from django.urls import path, re_path

from services_catalog.staff_calendar import figures, views

app_name = "staff_calendar"

urlpatterns = [
    path("", views.calendar_view, name="week"),
    path("termin/nowy/", views.new_slot_view, name="new_slot"),
    path("termin/<int:pk>/", views.slot_view, name="slot"),
    path("termin/<int:pk>/odwolaj/", views.cancel_slot_view, name="cancel_slot"),
    path("termin/<int:pk>/<slug:verb>/", views.move_slot_view, name="move_slot"),
    path("reguly/", views.rules_view, name="rules"),
    path("reguly/nowa/", views.new_rule_view, name="new_rule"),
    path("reguly/<int:pk>/", views.rule_view, name="rule"),
    path("reguly/<int:pk>/odwolaj/", views.cancel_series_view, name="cancel_series"),
    path("reguly/<int:pk>/<slug:verb>/", views.move_rule_view, name="move_rule"),
    path("raport/", figures.reports_view, name="reports"),
    re_path(r"^raport/terminy\.(?P<kind>csv|xlsx)$", figures.export_view, name="export"),
]
