"""Addresses that belong to no single object: private files and pins."""

from django.urls import path

from partnerportal.core import panels
from partnerportal.core.views.search import SearchPage, SearchSuggest

app_name = "core"
urlpatterns = [
    path("search/", SearchPage.as_view(), name="search"),
    path("search/suggest/", SearchSuggest.as_view(), name="suggest"),
    path("files/<uuid:pk>/", panels.DownloadFile.as_view(), name="file"),
    path("files/<uuid:pk>/look/", panels.LookAtFile.as_view(), name="look_at_file"),
    path("files/<uuid:pk>/preview/", panels.PreviewFile.as_view(), name="preview"),
    path("files/<uuid:pk>/remove/", panels.RemoveFile.as_view(), name="remove_file"),
    path("pins/", panels.PinView.as_view(), name="pin"),
    path("look/", panels.LookView.as_view(), name="look"),
]
