"""Addresses of the person who is signed in; what all see alike are routes of the Wagtail page."""

from __future__ import annotations

from django.urls import path

from plebiscite.views import asking, booth, judging, proposing

app_name = "plebiscite"

urlpatterns = [
    path("<slug:slug>/znak/prosba/", asking.ask, name="ask_for_sign"),
    path("<slug:slug>/jury/", judging.desk, name="judging"),
    path("<slug:slug>/jury/<int:number>/", judging.sheet, name="jury_sheet"),
    path("<slug:slug>/glosuj/", booth.booth, name="booth"),
    path("<slug:slug>/zglos/", proposing.start, name="propose"),
    path("<slug:slug>/zglos/<uuid:pk>/", proposing.own, name="own_proposal"),
    path(
        "<slug:slug>/zglos/<uuid:pk>/obraz/<uuid:file>/",
        proposing.picture,
        name="proposal_picture",
    ),
]
