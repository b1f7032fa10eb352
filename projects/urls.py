"""Addresses of projects, from the root of the site."""

from django.urls import include, path

from projects import views

urlpatterns = [path("projects/", include(([path("<int:pk>/", views.detail, name="detail")], "projects")))]
