"""What every part of one partner's year needs: its people, the clock, chance, prices and the next numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.utils import timezone

from catalog.bands import Tariff
from catalog.models import AveragePrice, Product
from catalog.services import price_table
from partners.models import Partner, User
from projects.models import DemoQuestion
from projects.mrr import Price
from reports.demo.chronicle import Chronicle
from reports.demo.names import Culture, Place

T = TypeVar("T")

OPENS, CLOSES = 9, 17  # Nobody of the demo works at night.


@dataclass
class Setting:
    """One partner's stage. `reps` own the records; the first of them is the busiest."""

    partner: Partner
    reps: Sequence[User]
    manager: User
    account_manager: User
    agent: User
    now: datetime
    rng: Random
    chronicle: Chronicle
    companies: Iterator[tuple[Culture, Place, str, str]]
    catalog: Catalog
    questions: Sequence[DemoQuestion]
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The partner's day."""
        return self.partner.today(self.now)

    def rep(self) -> User:
        """Somebody who sells, the first one most often."""
        return self.rng.choices(self.reps, weights=[3, *([2] * (len(self.reps) - 1))])[0]

    def some(self, of: Sequence[T]) -> T:
        """One of them."""
        return self.rng.choice(of)

    def turn(self, what: str, of: Sequence[T]) -> T:
        """One after the other, so that each of a few kinds is there."""
        self.turns[what] = self.turns.get(what, -1) + 1
        return of[self.turns[what] % len(of)]

    def ago(self, days: float) -> datetime:
        """A moment in working hours so many days ago, never in the future."""
        day = self.today - timedelta(days=int(days))
        clock = time(self.rng.randrange(OPENS, CLOSES), self.rng.randrange(60), self.rng.randrange(60))
        moment = datetime.combine(day, clock, tzinfo=ZoneInfo(self.partner.time_zone))
        return min(moment, self.now - timedelta(minutes=self.rng.randrange(1, 50)))

    def between(self, start: datetime, end: datetime, count: int) -> list[datetime]:
        """`count` moments in order, strictly between two others."""
        span = (end - start) / (count + 1)
        return [start + span * (number + 1) + span * self.rng.uniform(-0.3, 0.3) for number in range(count)]

    def number(self, series: str, at: datetime) -> str:
        """The next number of a series in the year of `at`."""
        key = (series, at.year)
        self.numbers[key] = self.numbers.get(key, 0) + 1
        return f"{series}-{at.year}-{self.numbers[key]:05d}"


@dataclass(frozen=True)
class Catalog:
    """Products, prices and average prices in one currency, for one tier's book."""

    products: Mapping[str, Product]
    tariffs: Mapping[tuple[str, str], Tariff]
    averages: Mapping[str, Price]

    @classmethod
    def of(cls, partner: Partner) -> Catalog:
        """What holds today for a partner."""
        products = {product.pk: product for product in Product.objects.all()}
        table = price_table(list(products.values()), currency=partner.currency, tier=partner.tier, on=timezone.localdate())
        return cls(
            products={product.code: product for product in products.values()},
            tariffs={(products[pk].code, period): tariff for (pk, period), tariff in table.items()},
            averages={
                row.family: Price(row.family, row.amount, row.currency, row.valid_from)
                for row in AveragePrice.objects.filter(currency=partner.currency).order_by("valid_from")
            },
        )
