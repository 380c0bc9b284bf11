"""Addresses of organisations and their teams, under `/konto/organizacje/`."""

from django.urls import path

from directory import views

app_name = "directory"
urlpatterns = [
    path("", views.organisations, name="organisations"),
    path("nowa/", views.create, name="create"),
    path("zaproszenie/<str:token>/", views.invitation, name="invitation"),
    path("<uuid:uuid>/", views.detail, name="organisation"),
    path("<uuid:uuid>/edytuj/", views.edit, name="edit"),
    path("<uuid:uuid>/zaproszenia/", views.invite, name="invite"),
    path("<uuid:uuid>/zaproszenia/<uuid:invitation>/", views.cancel, name="cancel"),
    path("<uuid:uuid>/jednostki/", views.units, name="units"),
    path("<uuid:uuid>/patron/", views.patron, name="patron"),
    path("<uuid:uuid>/patron/<uuid:patronage>/", views.patronage, name="patronage"),
    path("<uuid:uuid>/zespol/<int:membership>/", views.member, name="member"),
]
