"""Addresses of the timetable."""

from __future__ import annotations

from django.urls import path

from services_catalog.timetable import views

app_name = "timetable"

urlpatterns = [
    path("harmonogram/", views.timetable, name="week"),
    path("harmonogram/tablica/", views.hall_board, name="board"),
    path("harmonogram/uslugi/<slug:slug>.ics", views.service_feed, name="service_feed"),
    path("harmonogram/sale/<slug:slug>.ics", views.room_feed, name="room_feed"),
    path("konto/kalendarz/", views.my_calendar, name="mine"),
    path("konto/kalendarz/<str:token>/kalendarz.ics", views.person_feed, name="person_feed"),
]
