"""What waits for the person: the counts in the navigation."""

from django.http import HttpRequest


def waiting(request: HttpRequest) -> dict[str, object]:
    """Nothing yet."""
    return {"waiting": {}}
