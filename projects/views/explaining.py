"""What changed an amount of a project last: when, who, from what to what, and which inputs, from its history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from types import SimpleNamespace
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from catalog.models import SOLUTIONS
from partnerportal.core import display
from partnerportal.core.fields import MoneyField
from partnerportal.core.history import Change, FieldChange, changes
from partnerportal.core.told import FieldWords
from projects import mrr
from projects.models import MrrSource, Project

# What each amount comes from, in the order in which it is told.
INPUTS: dict[str, tuple[str, ...]] = {
    "expected_mrr": ("total_users", "interested_solutions", "currency", "estimate"),
    "mrr": ("mrr_source", "mrr_quote", "running_mrr", "expected_mrr"),
    "weighted_pipeline": ("mrr", "probability"),
    "pipeline_mrr": ("demo_date",),
}
LOOKED_AT = 60  # Changes of the record, the latest first.


@dataclass(frozen=True)
class Changed:
    """The last change of an amount: its former and its new value, and the inputs in words."""

    label: str
    at: datetime
    author: str
    old: str
    new: str
    inputs: list[str]


def what_changed(project: Project, user: Any) -> list[Changed]:
    """The last change of each amount that had another value before, as far as the recent history tells. One query."""
    found = changes(project, limit=LOOKED_AT)
    words = FieldWords(Project, user)
    told: dict[str, Changed] = {}
    currency = project.currency
    for change in found:
        fields = {one.field: one for one in change.fields}
        former = fields["currency"].old if "currency" in fields else currency
        for name in INPUTS:
            one = fields.get(name)
            if one is not None and name not in told and (one.old is not None or name != "pipeline_mrr"):
                told[name] = _changed(one, change, fields, words, currencies=(former, currency))
        currency = former
    return [told[name] for name in INPUTS if name in told]


def _changed(
    one: FieldChange, change: Change, fields: dict[str, FieldChange], words: FieldWords, *, currencies: tuple[str, str]
) -> Changed:
    old, new = (_amount(value, currency) for value, currency in zip((one.old, one.new), currencies, strict=True))
    inputs = [text for name in INPUTS[one.field] if name in fields for text in _input(fields[name], words, currencies)]
    if one.field == "mrr" and not inputs:
        inputs = [_("the lines of the primary quote")]
    return Changed(_titled(one.label), change.at, change.author, old, new, inputs)


def _amount(value: Any, currency: str) -> str:
    return _("not available") if value is None else display.money(value, currency)


def _input(one: FieldChange, words: FieldWords, currencies: tuple[str, str]) -> Iterator[str]:
    if one.field == "estimate":
        yield from _prices(one)
        return
    if one.field == "mrr_source":
        values = [str(dict(MrrSource.choices).get(value, "")) for value in (one.old, one.new)]
    else:
        pairs = zip((one.old, one.new), currencies, strict=True)
        values = [_written(one.field, value, words, currency) for value, currency in pairs]
    yield f"{_titled(one.label)}: {values[0]} → {values[1]}"


def _written(name: str, value: Any, words: FieldWords, currency: str) -> str:
    if isinstance(Project._meta.get_field(name), MoneyField):
        return _amount(value, currency)
    if name == "probability":
        return display.percent(value)
    return unescape(strip_tags(str(words.value(name, value, SimpleNamespace(currency=currency)))))


def _prices(one: FieldChange) -> Iterator[str]:
    """The average prices that differ, or were missing, with the day of their rows."""
    old, new = (mrr.from_json(kept or {}) for kept in (one.old, one.new))
    before = {price.family: price for price in old.prices} if old else {}
    for price in new.prices if new else ():
        former = before.get(price.family)
        if former != price and (former or (old and price.family in old.missing)):
            yield _("Average price of %(family)s: %(old)s → %(new)s (price table of %(day)s)") % {
                "family": dict(SOLUTIONS)[price.family],
                "old": _amount(former.amount if former else None, price.currency),
                "new": display.money(price.amount, price.currency),
                "day": display.day(price.valid_from),
            }


def _titled(label: str) -> str:
    return label[:1].upper() + label[1:]
