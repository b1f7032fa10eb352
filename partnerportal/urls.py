"""Composition root: only this module names the urls of all apps."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("auth/", include("partners.auth_urls")),
    path("", include("partners.urls")),
]
