"""Tell a person something: one line behind the bell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerportal.core.models import Notification, Subject

if TYPE_CHECKING:
    from partners.models import User


def notify(user: User, text: str, *, kind: str, about: Subject | None = None, url: str = "") -> Notification:
    """Put a notice behind a person's bell, with a link to what it is about. `text` is already in the person's language."""
    link = url or (about.get_absolute_url() if about else "")  # type: ignore[attr-defined]
    return Notification.objects.create(user=user, text=text[:300], kind=kind, about=about, url=link)
