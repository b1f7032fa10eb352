"""Quotes for tests, one factory a situation. All have lines, prices and amounts that belong together."""

import secrets
from datetime import timedelta
from decimal import Decimal

import factory
from django.utils import timezone

from catalog.models import Product
from catalog.services import prices
from partnerportal.tests.days import this_day
from partners.tests.factories import OwnedFactory
from projects.tests.factories import ProjectFactory
from quotes import documents
from quotes.models import Quote, QuoteLine
from quotes.pricing import price_line
from quotes.services.drafting import address
from quotes.services.moving import count_up, lines_of
from quotes.stages import Status

# Product, quantity, billing period, discount: 12 licences at 108.00 a year with 10 % off, 12 flats and 5 phones.
LINES = (
    ("UC-BUSINESS", 12, "yearly", "0.10"),
    ("CS-FLAT", 12, "monthly", "0"),
    ("CX-PHONE-M", 5, "one_off", "0"),
)


class EmptyQuoteFactory(OwnedFactory):
    """A draft without a line. It needs a project of a partner, and the fixture `reference` for its prices."""

    class Meta:
        model = Quote

    _parent = "project"
    project = factory.SubFactory(ProjectFactory, partner=factory.SelfAttribute("..partner"), owner=factory.SelfAttribute("..owner"))
    account = factory.SelfAttribute("project.account")
    contact = factory.SelfAttribute("project.contact")
    currency = factory.SelfAttribute("project.currency")
    name = factory.SelfAttribute("project.name")
    number = factory.Sequence(lambda n: f"Q-2025-{n + 1:05d}")
    token = factory.LazyFunction(lambda: secrets.token_urlsafe(32))
    tax_rate = Decimal("0.2200")
    terms = "Payment within 30 days."
    valid_until = factory.LazyFunction(lambda: this_day() + timedelta(days=30))

    @classmethod
    def _create(cls, model_class, *args, lines=(), **kwargs):
        place = address("end_user", account=kwargs["account"], contact=kwargs["contact"], partner=kwargs["partner"])
        quote = super()._create(model_class, *args, **{**place, **kwargs})
        for position, line in enumerate(lines, start=1):
            put_line(quote, *line, position=position)
        if lines:
            count_up(quote, lines_of(quote))
            if quote.status != Status.DRAFT and quote.content is None:
                quote.content = documents.freeze(quote, lines_of(quote), on=this_day())
            quote.save()
        return quote


class DraftQuoteFactory(EmptyQuoteFactory):
    """A draft with a yearly, a monthly and a one-off line; `lines` takes others."""

    lines = LINES


class SubmittedQuoteFactory(DraftQuoteFactory):
    """Out with the customer, its content frozen, its PDF still to be made."""

    status = Status.SUBMITTED
    submitted_at = factory.LazyFunction(timezone.now)


class AcceptedQuoteFactory(SubmittedQuoteFactory):
    """Accepted by the customer; primary, as an accepted quote is. An order can be made from it."""

    status = Status.ACCEPTED
    is_primary = True
    answered_at = factory.LazyFunction(timezone.now)
    answered_by = "Greta Hofer"


def put_line(quote, code, quantity, billing_period, discount="0", *, position=1):
    """A line of a product at the prices that hold today."""
    product = Product.objects.get(code=code)
    tier, today = quote.partner.tier, this_day()
    price = prices(product, billing_period=billing_period, currency=quote.currency, tier=tier, on=today, quantity=quantity)
    line = QuoteLine(
        partner=quote.partner,
        quote=quote,
        position=position,
        product=product,
        family=product.family,
        name=product.name,
        quantity=quantity,
        billing_period=billing_period,
        discount=Decimal(discount),
    )
    line.take(price)
    amounts = price_line(line.priced(quote.currency), commitment=quote.commitment)
    line.line_total, line.monthly = amounts.line_total, amounts.monthly
    line.save()
    return line
