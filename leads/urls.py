"""Addresses of leads. Converting, at `/leads/<id>/convert/`, belongs to `projects`."""

from django.urls import include, path

from leads import views
from leads.models import Lead
from partnerportal.core.panels import record_urls

pages = record_urls(
    Lead, list=views.LeadList, board=views.LeadBoard, add=views.LeadAdd, detail=views.LeadDetail, edit=views.LeadEdit, move=views.LeadMove
)
leads = [path("<int:pk>/owner/", views.LeadOwner.as_view(model=Lead), name="owner"), *pages]

urlpatterns = [path("leads/", include((leads, "leads")))]
