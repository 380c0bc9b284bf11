"""Addresses of the incubator besides its page in the tree, under `/inkubator/`."""

from django.urls import path

from incubator import views

app_name = "incubator"
urlpatterns = [
    path("sprawdz/", views.verify, name="verify"),
    path("czas/", views.server_time, name="server_time"),
    path("powiadomienia/", views.subscribe, name="subscribe"),
    path("powiadomienia/wyslano/", views.subscribe_sent, name="subscribe_sent"),
    path("powiadomienia/gotowe/", views.subscribe_done, name="subscribe_done"),
    path(
        "powiadomienia/tak/<str:token>/",
        views.ConfirmSubscription.as_view(),
        name="subscribe_confirm",
    ),
    path("powiadomienia/koniec/<str:token>/", views.EndSubscription.as_view(), name="unsubscribe"),
    path("pytanie/<slug:slug>/", views.ask, name="ask"),
    path("wnioski/", views.applications, name="applications"),
    path("wnioski/nowy/<slug:slug>/", views.begin, name="begin"),
    path("wnioski/<uuid:uuid>/", views.application, name="application"),
    path("wnioski/<uuid:uuid>/krok/<slug:key>/", views.step, name="step"),
    path("wnioski/<uuid:uuid>/zapis/", views.autosave, name="autosave"),
    path("wnioski/<uuid:uuid>/zapisy/", views.saves, name="saves"),
    path("wnioski/<uuid:uuid>/podsumowanie/", views.summary, name="summary"),
    path("wnioski/<uuid:uuid>/poprawka/", views.correction, name="correction"),
    path("wnioski/<uuid:uuid>/wycofaj/", views.withdraw, name="withdraw"),
    path("wnioski/<uuid:uuid>/szkic.pdf", views.draft_pdf, name="draft_pdf"),
    path("wnioski/<uuid:uuid>/potwierdzenie.pdf", views.confirmation, name="confirmation"),
    path("wnioski/<uuid:uuid>/pliki/<uuid:file>/", views.file, name="file"),
]
