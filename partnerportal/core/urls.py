"""Addresses that belong to no single object: search and palette, private files, pins, changes of many records, exports, how one looks."""

from django.urls import path

from partnerportal.core import exporting, panels
from partnerportal.core.views import bulk, exports
from partnerportal.core.views.search import Palette, SearchPage, SearchSuggest

app_name = "core"
urlpatterns = [
    path("search/", SearchPage.as_view(), name="search"),
    path("search/suggest/", SearchSuggest.as_view(), name="suggest"),
    path("palette/", Palette.as_view(), name="palette"),
    path("files/<uuid:pk>/", panels.DownloadFile.as_view(), name="file"),
    path("files/<uuid:pk>/look/", panels.LookAtFile.as_view(), name="look_at_file"),
    path("files/<uuid:pk>/preview/", panels.PreviewFile.as_view(), name="preview"),
    path("files/<uuid:pk>/remove/", panels.RemoveFile.as_view(), name="remove_file"),
    path("files/<uuid:pk>/restore/", panels.RestoreFile.as_view(), name="restore_file"),
    path("pins/", panels.PinView.as_view(), name="pin"),
    path("bulk/<int:pk>/", bulk.BulkPage.as_view(), name="bulk"),
    path("bulk/<int:pk>/run/", bulk.BulkRun.as_view(), name="bulk_run"),
    path("bulk/<int:pk>/retry/", bulk.BulkRetry.as_view(), name="bulk_retry"),
    path("bulk/<int:pk>/stop/", bulk.BulkStop.as_view(), name="bulk_stop"),
    path("bulk/<int:pk>/undo/", bulk.BulkUndo.as_view(), name="bulk_undo"),
    path("bulk/<int:pk>/decide/", bulk.BulkDecide.as_view(), name="bulk_decide"),
    path("bulk/<int:pk>/result/", bulk.BulkResult.as_view(), name="bulk_result"),
    path("exports/<int:pk>/", exports.ExportPage.as_view(), name="export"),
    path("exports/<int:pk>/file/", exports.ExportFile.as_view(), name="export_file"),
    path("exports/<int:pk>/stop/", exports.ExportStep.as_view(act=exporting.stop), name="export_stop"),
    path("exports/<int:pk>/retry/", exports.ExportStep.as_view(act=exporting.try_again), name="export_retry"),
    path("look/", panels.LookView.as_view(), name="look"),
]
