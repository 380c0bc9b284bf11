"""Addresses of the site that are not pages of its tree."""

from __future__ import annotations

from django.urls import path

from home.views import letters

app_name = "letters"

urlpatterns = [
    path("dostepnosc/zadanie/", letters.demand, name="demand"),
    path("wiadomosc/<uuid:pk>/", letters.letter_page, name="letter"),
]
