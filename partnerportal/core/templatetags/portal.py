"""Filters and tags of every template. Money and dates are written here and nowhere else."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm
from django.utils.html import format_html
from django.utils.safestring import SafeString

from partnerportal.core import display
from partnerportal.core.forms import AnswerField

register = template.Library()

register.filter("whole_money", display.whole_money)
register.filter("unavailable", display.unavailable)
register.filter("left_out", display.left_out)
register.filter("number", display.number)
register.filter("percent", display.percent)
register.filter("rate", display.rate)
register.filter("day", display.day)
register.filter("moment", display.moment)
register.filter("file_size", display.file_size)
register.filter("initials", display.initials)
register.filter("mentions", display.with_mentions)
register.filter("unbroken", display.unbroken)
register.filter("before_stop", display.before_stop)


@register.filter
def money(amount: Any, currency: str) -> str | SafeString:
    """`{{ project.mrr|money:project.currency }}`; a dash where there is none."""
    return display.NOTHING if amount is None else display.money(amount, currency)


@register.filter
def direction(text: Any) -> str:
    """`dir="{{ terms|direction }}"`: rtl where the first letter is of a script that runs to the left. A PDF knows no `auto`."""
    found = next((kind for kind in map(unicodedata.bidirectional, str(text)) if kind in ("L", "R", "AL")), "L")
    return "ltr" if found == "L" else "rtl"


@register.filter
def ago(moment: Any) -> SafeString:
    """How long ago, exact on hover."""
    return display.ago(moment)


@register.filter
def due(day: Any) -> SafeString:
    """A day to come, red when it has passed."""
    return display.due(day)


@register.filter
def badge(label: Any, tone: str = "grey") -> SafeString:
    """`{{ _("Primary")|badge:"blue" }}`."""
    return display.badge(label, tone)


@register.filter
def choice_badge(record: Any, field: str) -> SafeString:
    """`{{ quote|choice_badge:"status" }}`: the label in the colour of the value."""
    return display.choice_badge(record, field)


@register.filter
def avatar(person: Any, size: str = "sm") -> SafeString:
    """Initials in a circle."""
    return display.avatar(person, size) if person else display.NOTHING


@register.filter
def person(user: Any) -> SafeString:
    """Avatar and name."""
    return display.person(user)


@register.filter
def email(address: str) -> SafeString:
    """An address that opens the mail program."""
    return display.email(address)


@register.filter
def phone(value: Any) -> SafeString:
    """A number that can be called."""
    return display.phone(value)


@register.filter
def record_link(record: Any) -> SafeString:
    """A record's name as a link."""
    return display.record_link(record)


@register.filter
def toast_extras(tags: str) -> dict[str, Any]:
    """Link and Undo of a toast, from the message's extra tags."""
    return json.loads(tags) if tags.startswith("{") else {}


@register.filter
def of(mapping: Any, key: str) -> Any:
    """`{{ waiting|of:tab.name }}`: what a mapping holds under a name."""
    return mapping.get(key) if mapping else None


@register.filter
def errors_of(form: BaseForm) -> list[tuple[str, str, str, bool]]:
    """(id of the control, label, sentence, whether the label is the answer to it) of every error of a form.

    The form's own come first, then in the order of the page.
    """
    found = [("", "", str(error), False) for error in form.non_field_errors()]
    for name in sorted(form.errors, key=_places(form).__getitem__):
        if name in form.fields:
            field = form[name]
            control, label, is_answer = field.id_for_label or field.auto_id, str(field.label), isinstance(field.field, AnswerField)
            found += [(control, label, str(error), is_answer) for error in form.errors[name]]
    return found


def _places(form: BaseForm) -> defaultdict[str, int]:
    """By field, its place on the page: in the form's layout where it has one; what has no place comes last."""
    layout = getattr(getattr(form, "helper", None), "layout", None)
    names = [pointer.name for pointer in layout.get_field_names()] if layout else list(form.fields)
    return defaultdict(lambda: len(names), {name: place for place, name in reversed(list(enumerate(names)))})


@register.simple_tag
@lru_cache(maxsize=512, typed=True)
def icon(name: str, extra: str = "") -> SafeString:
    """A sign beside words; screen readers skip it."""
    return format_html('<i class="bi bi-{} {}" aria-hidden="true"></i>', name, extra)
