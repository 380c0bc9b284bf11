"""Addresses of the catalogue beside its pages, and of the resident's side of cases."""

from __future__ import annotations

from django.urls import path

from services_catalog import views as catalogue
from services_catalog.bookings import views as bookings
from services_catalog.cases import views

app_name = "services"

urlpatterns = [
    path("uslugi/porownaj/", catalogue.compare_view, name="compare"),
    path("uslugi/pakiety/<slug:slug>/", catalogue.package_page, name="package"),
    path("uslugi/pakiety/<slug:slug>/zgloszenie/", views.request_package, name="package_request"),
    path("uslugi/<slug:slug>/sprawdz/", catalogue.self_check, name="self_check"),
    path("uslugi/<slug:slug>/ulotka.pdf", catalogue.leaflet_view, name="leaflet"),
    path("uslugi/<slug:slug>/zgloszenie/", views.request_service, name="request"),
    path("uslugi/pakiety/<slug:slug>/terminy/", bookings.book_package, name="book_package"),
    path("uslugi/termin/<uuid:uuid>/", bookings.book, name="book"),
    path("uslugi/termin/<uuid:uuid>/wyslane/", bookings.book_sent, name="book_sent"),
    path("uslugi/<slug:slug>/terminy/", bookings.dates, name="dates"),
    path("sprawy/zgubiony-link/", views.CaseLostLink.as_view(), name="lost_link"),
    path("sprawy/zgubiony-link/wyslany/", views.lost_link_sent, name="lost_link_sent"),
    path("sprawy/otworz/<str:token>/", views.OpenCase.as_view(), name="open"),
    path("sprawy/potwierdz/<str:token>/", views.ConfirmCase.as_view(), name="confirm"),
    path("sprawy/numer-i-pin/", views.CaseByPin.as_view(), name="pin"),
    path(
        "sprawy/rezerwacja/otworz/<str:token>/",
        bookings.OpenBooking.as_view(),
        name="booking_open",
    ),
    path(
        "sprawy/rezerwacja/potwierdz/<str:token>/",
        bookings.ConfirmBooking.as_view(),
        name="booking_confirm",
    ),
    path(
        "sprawy/rezerwacja/biore/<str:token>/",
        bookings.AcceptOffer.as_view(),
        name="booking_accept",
    ),
    path(
        "sprawy/rezerwacja/rezygnuje/<str:token>/",
        bookings.GiveUpBooking.as_view(),
        name="booking_give_up",
    ),
    path(
        "sprawy/rezerwacja/zgubiony-link/",
        bookings.BookingLostLink.as_view(),
        name="booking_lost_link",
    ),
    path("sprawy/rezerwacja/numer-i-pin/", bookings.BookingByPin.as_view(), name="booking_pin"),
    path("sprawy/rezerwacja/<uuid:pk>/", bookings.booking_page, name="booking"),
    path(
        "sprawy/rezerwacja/<uuid:pk>/termin.ics", bookings.booking_calendar, name="booking_calendar"
    ),
    path("sprawy/rezerwacja/<uuid:pk>/<slug:verb>/", bookings.move_booking, name="booking_move"),
    path("sprawy/<uuid:pk>/dane.zip", views.case_archive, name="archive"),
    path("sprawy/<uuid:pk>/plik/<uuid:file>/", views.case_file, name="file"),
    path("sprawy/<uuid:pk>/", views.case_page, name="case"),
    path("sprawy/<uuid:pk>/<slug:verb>/", views.move_case, name="move"),
]
