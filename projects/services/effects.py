"""What another average price would do to the open projects, before anybody saves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.models import AveragePrice
from partnerportal.core.money import ZERO
from projects import mrr
from projects.models import MrrSource, Project


@dataclass(frozen=True)
class Effect:
    """The open projects of one currency: as they stand, and as they would with the changed price.

    `touched` are estimated with the family, `quoted` have ticked it and follow a quote, which stays. The sums are those of every
    open project that has an amount; `without` are those that have none.
    """

    currency: str
    touched: int
    quoted: int
    mrr: tuple[Decimal, Decimal]
    weighted: tuple[Decimal, Decimal]
    without: tuple[int, int]

    @property
    def difference(self) -> Decimal:
        """What the MRR of the pipeline would gain."""
        return self.mrr[1] - self.mrr[0]


def effect_of_price(changed: AveragePrice, *, today: date) -> list[Effect]:
    """The effect of an average price that is not saved yet, by currency; both where a row is moved from one to another.

    Every touched project is estimated with its own kept prices and the one of the changed family that would count on the later of
    today and the row's first day. Nothing is written.
    """
    former = AveragePrice.objects.filter(pk=changed.pk).first() if changed.pk else None
    day = max(today, changed.valid_from)
    touched: dict[str, set[str]] = {changed.currency: {changed.family}}
    if former:
        touched.setdefault(former.currency, set()).add(former.family)
    return [_effect(currency, {family: _price_of(family, currency, changed, day) for family in touched[currency]}) for currency in touched]


def _price_of(family: str, currency: str, changed: AveragePrice, day: date) -> mrr.Price | None:
    others = AveragePrice.objects.on(day).filter(family=family, currency=currency).exclude(pk=changed.pk)
    rows = [*others[:1], *([changed] if (changed.family, changed.currency) == (family, currency) else [])]
    newest = max((row for row in rows if row.valid_from <= day), key=lambda row: row.valid_from, default=None)
    return mrr.Price(family, newest.amount, currency, newest.valid_from) if newest else None


def _effect(currency: str, prices: dict[str, mrr.Price | None]) -> Effect:
    everyone = Project.objects.across_partners(reason="what an average price of the vendor's would do to all open projects")
    projects = list(everyone.open().filter(deleted_at=None, currency=currency))
    concerned = [project for project in projects if set(project.interested_solutions) & prices.keys()]
    touched = [project for project in concerned if project.mrr_source != MrrSource.QUOTE and project.kept_estimate]
    after = {project.pk: _with_prices(project, prices) for project in touched}
    before = [(project.mrr, project.probability) for project in projects]
    later = [(after.get(project.pk, project.mrr), project.probability) for project in projects]
    return Effect(
        currency=currency,
        touched=len(touched),
        quoted=sum(1 for project in concerned if project.mrr_source == MrrSource.QUOTE),
        mrr=(_sum(amount for amount, _chance in before), _sum(amount for amount, _chance in later)),
        weighted=(_sum(mrr.weighted_pipeline(*one) for one in before), _sum(mrr.weighted_pipeline(*one) for one in later)),
        without=(sum(1 for amount, _chance in before if amount is None), sum(1 for amount, _chance in later if amount is None)),
    )


def _with_prices(project: Project, prices: dict[str, mrr.Price | None]) -> Decimal | None:
    found = project.kept_estimate
    assert found is not None  # Only estimated projects are asked for.
    for family, price in prices.items():
        if family in project.interested_solutions:
            found = mrr.with_price(found, family, price)
    return found.amount


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), ZERO)
