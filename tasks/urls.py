"""Addresses of tasks."""

from django.urls import include, path

from partnerportal.core.panels import record_urls
from tasks import views
from tasks.models import Task

tasks = [
    path("panels/about/<str:about>/", views.TasksAbout.as_view(), name="about"),
    path("related/", views.RelatedChoices.as_view(), name="related"),
    path("calls/new/", views.LogCall.as_view(), name="log_call"),
    path("<int:pk>/complete/", views.CompleteTask.as_view(), name="complete"),
    path("<int:pk>/reopen/", views.ReopenTask.as_view(), name="reopen"),
    *record_urls(Task, list=views.TaskList, calendar=views.TaskCalendar, add=views.TaskAdd, detail=views.TaskDetail, edit=views.TaskEdit),
]

urlpatterns = [path("tasks/", include((tasks, "tasks")))]
