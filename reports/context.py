"""What waits for the person: the counts in the navigation."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from partnerportal.core.models import Notification


def waiting(request: HttpRequest) -> dict[str, object]:
    """Counts by tab name, and `notices` for the bell; read when a template asks."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"waiting": {}}
    return {"waiting": SimpleLazyObject(lambda: {"notices": Notification.objects.filter(user=person, read_at=None).count()})}
