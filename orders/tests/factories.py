"""Orders for tests, one factory a situation. Each stands on an accepted quote and a project in Order Management."""

from decimal import Decimal

import factory
from django.utils import timezone

from catalog.models import Product
from orders.handover import hand_over
from orders.models import Order, OrderKind, OrderLine
from orders.stages import Status
from partners.tests.factories import OwnedFactory
from projects.tests.factories import ContractOutProject, OrderProject
from quotes.stages import Status as QuoteStatus
from quotes.tests.factories import AcceptedQuoteFactory

LICENCES = (("UC-BUSINESS", 12, "yearly", "0.10"),)
TELEPHONY = (*LICENCES, ("CS-FLAT", 12, "monthly", "0"))
DEVICES = (*LICENCES, ("CX-PHONE-M", 5, "one_off", "0"))
EVERYTHING = (*TELEPHONY, ("CX-PHONE-M", 5, "one_off", "0"))

ANSWERS = {
    "pbx_name": "alpenblick",
    "pbx_platform": "cloud",
    "pbx_region": "europe",
    "devices_confirmed": True,
    "number_count": 10,
    "emergency_address": "Via Bolzano 5, 39012 Merano",
    "address_is_confirmed": True,
    "terms_accepted": True,
}


class ReadyQuoteFactory(AcceptedQuoteFactory):
    """An accepted quote whose project is in Contract out: the next step is the order. `lines` takes others."""

    lines = EVERYTHING
    project = factory.SubFactory(ContractOutProject, partner=factory.SelfAttribute("..partner"), owner=factory.SelfAttribute("..owner"))


class OrderFactory(OwnedFactory):
    """A draft, nothing of its confirmation answered. `lines` are those of its quote; needs the fixture `reference`."""

    class Meta:
        model = Order
        exclude = ("quoted",)

    quoted = EVERYTHING
    number = factory.Sequence(lambda n: f"O-2025-{n + 1:05d}")
    quote = factory.SubFactory(
        AcceptedQuoteFactory,
        partner=factory.SelfAttribute("..partner"),
        owner=factory.SelfAttribute("..owner"),
        status=QuoteStatus.ORDERED,
        lines=factory.SelfAttribute("..quoted"),
        project=factory.SubFactory(OrderProject, partner=factory.SelfAttribute("..partner"), owner=factory.SelfAttribute("..owner")),
    )

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        quote = kwargs["quote"]
        handover = hand_over(quote, quote.lines.all(), project_kind=quote.project.record_type)
        order = model_class.objects.create(*args, **{**vars(handover.facts), **kwargs})
        for line in handover.lines:
            OrderLine.objects.create(partner=order.partner, order=order, **vars(line))
        return order


class AnsweredOrderFactory(OrderFactory):
    """A draft with every step answered: it can be confirmed."""

    pbx_name = ANSWERS["pbx_name"]
    pbx_platform = ANSWERS["pbx_platform"]
    pbx_region = ANSWERS["pbx_region"]
    devices_confirmed = True
    number_count = ANSWERS["number_count"]
    emergency_address = ANSWERS["emergency_address"]
    address_is_confirmed = True
    terms_accepted = True


class ConfirmedOrderFactory(AnsweredOrderFactory):
    """With the vendor, who has not begun."""

    status = Status.CONFIRMED
    confirmed_at = factory.LazyFunction(timezone.now)
    confirmed_by = factory.SelfAttribute("owner")


class RunningOrderFactory(ConfirmedOrderFactory):
    """The vendor works on it."""

    status = Status.IN_PROGRESS


class ShippedOrderFactory(RunningOrderFactory):
    """On its way."""

    status = Status.SHIPPED
    tracking = "TRK123456789"
    shipped_at = factory.LazyFunction(timezone.now)


class HeldOrderFactory(RunningOrderFactory):
    """Stopped while the vendor worked on it."""

    status = Status.ON_HOLD
    held_from = Status.IN_PROGRESS


class CompletedOrderFactory(ShippedOrderFactory):
    """Delivered."""

    status = Status.COMPLETED
    completed_at = factory.LazyFunction(timezone.now)


class CancelledOrderFactory(OrderFactory):
    """Cancelled as a draft."""

    status = Status.CANCELLED
    quote__status = QuoteStatus.CANCELLED
    quote__is_primary = False


class StockOrderFactory(OwnedFactory):
    """A draft of ten phones for the partner's shelves."""

    class Meta:
        model = Order

    number = factory.Sequence(lambda n: f"O-2024-{n + 1:05d}")
    record_type = OrderKind.STOCK
    families = factory.LazyFunction(lambda: ["capex"])
    currency = "EUR"
    capex_total = Decimal("378.00")
    cost = Decimal("378.00")
    shipping_type = "partner"
    ship_street = "Via Roma 1"
    ship_postal_code = "00184"
    ship_city = "Roma"
    ship_country = "IT"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        order = model_class.objects.create(*args, **kwargs)
        OrderLine.objects.create(
            partner=order.partner,
            order=order,
            product=Product.objects.get(code="CX-PHONE-M"),
            family="capex",
            name="Desk phone M",
            quantity=10,
            billing_period="one_off",
            unit_price=Decimal("37.80"),
            unit_cost=Decimal("37.80"),
            line_total=Decimal("378.00"),
        )
        return order
