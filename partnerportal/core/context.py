"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, object]:
    """The vendor's name."""
    return {"vendor_name": settings.VENDOR_NAME}
