"""Addresses of the ideas."""

from __future__ import annotations

from django.urls import path

from services_catalog.place import views

app_name = "place"

urlpatterns = [
    path("", views.ideas, name="ideas"),
    path("plan.svg", views.plan_picture, name="plan"),
    path("nowy/", views.new_idea, name="new"),
    path("moje/", views.my_ideas, name="mine"),
    path("moje/<uuid:pk>/wycofaj/", views.withdraw, name="withdraw"),
]
