"""Addresses of the price list."""

from django.urls import include, path

from catalog.views import PriceList

own = [
    path("", PriceList.as_view(), name="list"),
    path("export/", PriceList.as_view(is_export=True), name="export"),
]

urlpatterns = [path("pricing/", include((own, "pricing")))]
