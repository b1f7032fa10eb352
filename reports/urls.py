"""Addresses of Home and of the reports, from the root of the site."""

from django.urls import path

from reports import report_views, views

app_name = "reports"
urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("reports/", report_views.Reports.as_view(), name="index"),
    path("reports/<slug:name>/", report_views.ReportPage.as_view(), name="report"),
]
