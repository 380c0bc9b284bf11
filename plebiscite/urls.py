"""Addresses of the person who is signed in; what all see alike are routes of the Wagtail page."""

from __future__ import annotations

from django.urls import path

from plebiscite.views import (
    asking,
    judging,
    kiosk,
    lookup,
    objecting,
    proposing,
    rehearsing,
    sign_files,
)
from plebiscite.views.booth.account import booth
from plebiscite.views.booth.code import code_booth

app_name = "plebiscite"

urlpatterns = [
    path("<slug:slug>/znak/plik/<uuid:pk>/", sign_files.sign_file, name="sign_file"),
    path("<slug:slug>/znak/prosba/", asking.ask, name="ask_for_sign"),
    path("<slug:slug>/jury/", judging.desk, name="judging"),
    path("<slug:slug>/jury/<int:number>/", judging.sheet, name="jury_sheet"),
    path("<slug:slug>/glosuj/", booth, name="booth"),
    path("<slug:slug>/glosuj/kod/", code_booth, name="code_booth"),
    path("<slug:slug>/proba/", rehearsing.trial_booth, name="trial_booth"),
    path("<slug:slug>/zastrzezenie/", objecting.objecting, name="objecting"),
    path("<slug:slug>/stanowisko/", kiosk.kiosk, name="kiosk"),
    path("<slug:slug>/stanowisko/wlacz/", kiosk.turn_on, name="kiosk_on"),
    path("<slug:slug>/stanowisko/wylacz/", kiosk.turn_off, name="kiosk_off"),
    path("<slug:slug>/sprawdz/szukaj/", lookup.search, name="lookup"),
    path("<slug:slug>/zglos/", proposing.start, name="propose"),
    path("<slug:slug>/zglos/<uuid:pk>/", proposing.own, name="own_proposal"),
    path(
        "<slug:slug>/zglos/<uuid:pk>/obraz/<uuid:file>/",
        proposing.picture,
        name="proposal_picture",
    ),
]
