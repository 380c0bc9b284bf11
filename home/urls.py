"""Addresses of the site that are not pages of its tree."""

from __future__ import annotations

from django.urls import path

from home.views import data, letters, newsletter

app_name = "letters"

urlpatterns = [
    path("dane/", data.index, name="data"),
    path("dane/katalog.json", data.catalogue, name="data_catalogue"),
    path("dane/<slug:slug>.csv", data.dataset, {"kind": "csv"}, name="data_csv"),
    path("dane/<slug:slug>.json", data.dataset, {"kind": "json"}, name="data_json"),
    path("dostepnosc/zadanie/", letters.demand, name="demand"),
    path("wiadomosc/<uuid:pk>/", letters.letter_page, name="letter"),
    path("newsletter/", newsletter.subscribe, name="subscribe"),
    path("newsletter/sprawdz-poczte/", newsletter.asked, name="asked"),
    path("newsletter/gotowe/", newsletter.confirmed, name="confirmed"),
    path("newsletter/potwierdz/<str:token>/", newsletter.Confirm.as_view(), name="confirm"),
    path("newsletter/wypisz/<str:key>/", newsletter.unsubscribe, name="unsubscribe"),
]
