"""Addresses of leads. Converting, at `/leads/<id>/convert/`, belongs to `projects`."""

from django.urls import include, path

from leads import views
from leads.models import Lead
from partnerportal.core.panels import record_urls
from tasks.services import hand_over

leads = record_urls(
    Lead,
    hand_over=hand_over,
    list=views.LeadList,
    board=views.LeadBoard,
    add=views.LeadAdd,
    detail=views.LeadDetail,
    edit=views.LeadEdit,
    move=views.LeadMove,
)

urlpatterns = [path("leads/", include((leads, "leads")))]
