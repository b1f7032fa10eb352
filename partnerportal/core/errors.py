"""What a person reads when something cannot be done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: nothing has been changed."""
    return render(request, "403.html", status=403)
