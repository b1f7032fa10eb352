"""Addresses of the price list."""

from django.urls import include, path

from catalog.views import PriceList
from partnerportal.core.views.editor import ListEditor

own = [
    path("", PriceList.as_view(), name="list"),
    path("views/", ListEditor.as_view(rows=PriceList), name="views"),
    path("export/", PriceList.as_view(is_export=True), name="export"),
]

urlpatterns = [path("pricing/", include((own, "pricing")))]
