"""Pages of projects."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from projects.models import Project


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(str(get_object_or_404(Project.objects.visible_to(request.user), pk=pk)))
