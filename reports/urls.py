"""Addresses of Home and of the reports, from the root of the site."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.Home.as_view(), name="home"),
]
