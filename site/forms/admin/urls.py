"""Addresses of the builder, below `/admin/formularze/`."""

from django.urls import path, re_path

from forms.admin import preview, views

app_name = "forms_builder"
urlpatterns = [
    path("", views.index, name="index"),
    path("nowy/", views.create, name="create"),
    path("<int:pk>/", views.form_page, name="form"),
    path("<int:pk>/tytul/", views.title_page, name="title"),
    path("<int:pk>/publikuj/", views.publish, name="publish"),
    path("<int:pk>/krok/", views.step_page, name="new_step"),
    path("<int:pk>/krok/<slug:key>/", views.step_page, name="step"),
    path("<int:pk>/krok/<slug:step>/pytanie/", views.field_type, name="field_type"),
    path("<int:pk>/krok/<slug:step>/pytanie/<slug:type>/", views.new_field, name="new_field"),
    path("<int:pk>/pytanie/<slug:key>/", views.field_page, name="field"),
    path("<int:pk>/pytanie/<slug:key>/kopiuj/", views.copy_field, name="copy_field"),
    re_path(
        r"^(?P<pk>\d+)/(?P<what>step|field)/(?P<key>[\w-]+)/(?P<way>up|down)/$",
        views.move,
        name="move",
    ),
    re_path(
        r"^(?P<pk>\d+)/(?P<what>step|field)/(?P<key>[\w-]+)/usun/$", views.delete, name="delete"
    ),
    path("<int:pk>/wersja/<int:number>/wroc/", views.restart, name="restart"),
    path("<int:pk>/wersja/<int:number>/", preview.version_preview, name="version"),
    path("<int:pk>/wersja/<int:number>/<slug:step>/", preview.version_preview, name="version"),
    path("<int:pk>/podglad/", preview.preview, name="preview"),
    path("<int:pk>/podglad/<slug:step>/", preview.preview, name="preview"),
]
