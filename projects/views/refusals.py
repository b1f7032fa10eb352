"""Refusals of the services in words, by field."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.html import format_html

from partners.models import User
from projects.models import ChangeOrderOpen, Project


def sentences_of(error: ValidationError, user: User) -> dict[str, str]:
    """A sentence a field, an empty name for none; with a link to the project that stands in the way, if the person may see it."""
    if not hasattr(error, "error_dict"):
        return {"": " ".join(error.messages)}
    found = {field: " ".join(sentences) for field, sentences in error.message_dict.items()}
    if isinstance(error, ChangeOrderOpen) and error.other:
        other = Project.objects.visible_to(user).filter(pk=error.other.pk).first()
        if other is not None:
            found["account"] = format_html('{} <a href="{}">{}</a>', found["account"], other.get_absolute_url(), other.name)
    return found
