"""Hardware of a customer's system: HWaaS or rental, never both; rental with a commitment; fixed by the first order."""

from dataclasses import dataclass

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Product
from partnerportal.core.stages import ExitConditionMissing, IllegalMove
from partnerportal.tests.days import this_day
from partnerportal.tests.racing import at_once
from projects.tests.factories import ContractOutProject, ProjectFactory
from quotes import services
from quotes.models import Quote
from quotes.rules import Configuration, breaches
from quotes.stages import Status
from quotes.tests.factories import AcceptedQuoteFactory, DraftQuoteFactory, SubmittedQuoteFactory

LICENCES = ("UC-BUSINESS", 12, "yearly", "0")
AS_A_SERVICE, RENTED, BOUGHT = ("HW-DECT", 2, "monthly", "0"), ("RN-DECT", 2, "monthly", "0"), ("CX-DECT", 10, "one_off", "0")


@dataclass
class Row:
    family: str
    billing_period: str = "monthly"

    @property
    def name(self):
        return self.family


def refused(*lines, **asked):
    """Fields and sentences of what contradicts a configuration."""
    rows = [line if isinstance(line, Row) else Row(line, "one_off" if line == "capex" else "monthly") for line in lines]
    return [(one.fields, one.sentence) for one in breaches(rows, [row.family for row in rows], Configuration(**asked))]


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (["hwaas", "capex", "license"], {}),
        (["hwaas", "capex"], {"hardware_type": "hwaas"}),
        (["rental", "capex"], {"hardware_type": "rental", "commitment": 3}),
        (["rental"], {"commitment": 5}),
        (["capex", "license"], {"hardware_type": "capex"}),
        (["capex", "license"], {"hardware_type": "hwaas"}),
        (["rental", Row("rental", "yearly")], {"hardware_type": "rental", "commitment": 5}),
        (["hwaas", "capex"], {"hardware_type": "hwaas", "applied": "hwaas"}),
        (["rental"], {"commitment": 3, "applied": "rental"}),
        (["license"], {"applied": "rental"}),
    ],
    ids=str,
)
def test_what_goes_together(lines, asked):
    assert refused(*lines, **asked) == []


@pytest.mark.parametrize(
    ("lines", "asked", "field", "sentence"),
    [
        (["hwaas", "rental"], {"commitment": 3}, "hardware_type", "do not stand together on one system: hwaas, rental."),
        (["hwaas"], {"hardware_type": "rental"}, "hardware_type", "hwaas do not go with “Rental”."),
        (["rental"], {"hardware_type": "hwaas", "commitment": 3}, "hardware_type", "rental do not go with “As a service (HWaaS)”."),
        (["rental"], {"hardware_type": "capex", "commitment": 5}, "hardware_type", "rental do not go with “Bought (CAPEX only)”."),
        (["rental"], {"hardware_type": "rental"}, "commitment", "rented hardware needs 3 or 5 years: rental."),
        ([Row("rental", "five_years")], {"commitment": 5}, "lines", "rented hardware is billed monthly or yearly: rental."),
        ([Row("hwaas", "five_years")], {}, "lines", "billed every month or year, not every five years."),
        ([Row("classound", "five_years")], {}, "lines", "classound are billed every month or year, not every five years."),
        ([Row("rental", "one_off")], {"commitment": 5}, "lines", "rented hardware is billed monthly or yearly: rental."),
        (["capex"], {"hardware_type": "rental", "applied": "hwaas"}, "hardware_type", "has “As a service (HWaaS)” by an order. It cannot"),
        (["capex"], {"hardware_type": "capex", "applied": "rental"}, "hardware_type", "has “Rental” by an order. It cannot be changed."),
        (["rental"], {"commitment": 3, "applied": "hwaas"}, "hardware_type", "rental do not go with “As a service (HWaaS)”."),
    ],
    ids=str,
)
def test_what_does_not_go_together(lines, asked, field, sentence):
    [(fields, found)] = refused(*lines, **asked)

    assert fields == (field,)
    assert sentence in found


def test_rented_hardware_beside_five_year_licences_is_billed_monthly_or_yearly():
    licences = Row("license", "five_years")

    assert refused(licences, "rental", frequency="five_years", commitment=5) == []
    assert refused(licences, Row("rental", "yearly"), frequency="five_years", commitment=5) == []


def test_rented_hardware_goes_out_with_a_commitment_and_costs_less_than_as_a_service(anna):
    quote = DraftQuoteFactory(owner=anna, lines=[LICENCES, RENTED, BOUGHT], hardware_type="rental", additional=["items"])

    with pytest.raises(ExitConditionMissing, match="needs 3 or 5 years: DECT handset, rented"):
        services.submit_quote(quote, by=anna, today=this_day())
    assert Quote.objects.visible_to(anna).get().status == Status.DRAFT
    quote = services.edit_quote(quote, by=anna, changes={"commitment": 3})

    assert services.submit_quote(quote, by=anna, today=this_day()).status == Status.SUBMITTED
    service = DraftQuoteFactory(owner=anna, lines=[AS_A_SERVICE], commitment=3).lines.get()
    assert quote.lines.get(family="rental").monthly < service.monthly


def test_an_accessory_is_never_rented(reference):
    phone = Product.objects.get(code="RN-DECT")
    phone.hardware_class = "accessory"

    with pytest.raises(IntegrityError, match="product_no_accessory_is_rented"), transaction.atomic():
        phone.save()

    phone.refresh_from_db()
    assert phone.hardware_class == "dect"


@pytest.fixture
def served(anna):
    """A customer who has hardware as a service by an order, and a further project."""
    first = AcceptedQuoteFactory(owner=anna, status=Status.ORDERED, lines=[LICENCES, AS_A_SERVICE])
    return ProjectFactory(owner=anna, account=first.account, contact=first.contact)


def test_a_new_quote_has_what_an_order_has_brought_and_keeps_it(anna, served):
    quote = services.create_quote(served, by=anna, today=this_day())
    assert quote.hardware_type == "hwaas"

    for other in ("rental", "capex", ""):
        with pytest.raises(IllegalMove, match="has “As a service .HWaaS.” by an order. It cannot be changed"):
            services.edit_quote(quote, by=anna, changes={"hardware_type": other, "name": "Another"})
    quote = Quote.objects.visible_to(anna).get(pk=quote.pk)
    assert (quote.hardware_type, quote.name) == ("hwaas", served.name)

    services.paste_lines(quote, "RN-DECT\t2", by=anna, today=this_day())
    services.edit_quote(quote, by=anna, changes={"commitment": 3, "hardware_type": "hwaas"})
    with pytest.raises(ExitConditionMissing, match="DECT handset, rented do not go with"):
        services.submit_quote(quote, by=anna, today=this_day())


def test_versions_and_clones_of_older_quotes_get_what_the_order_has_brought(anna, served):
    old = SubmittedQuoteFactory(owner=anna, project=served, account=served.account, contact=served.contact, hardware_type="capex")

    assert services.new_version(old, by=anna, today=this_day()).hardware_type == "hwaas"
    assert services.clone_quote(old, by=anna, today=this_day()).hardware_type == "hwaas"


def test_only_what_was_ordered_fixes_it(anna):
    offered = SubmittedQuoteFactory(owner=anna, lines=[RENTED], commitment=3)
    bought = AcceptedQuoteFactory(owner=anna, status=Status.ORDERED, lines=[LICENCES, BOUGHT])
    over = AcceptedQuoteFactory(owner=anna, status=Status.CANCELLED, is_primary=False, lines=[AS_A_SERVICE])

    assert [services.applied_hardware(quote.account) for quote in (offered, bought, over)] == ["", "", ""]


def test_an_order_of_other_hardware_is_refused(anna, served):
    quote = AcceptedQuoteFactory(
        owner=anna, project=served, account=served.account, contact=served.contact, lines=[LICENCES, RENTED], commitment=3
    )

    with pytest.raises(IllegalMove, match="by another order, and no other hardware beside it"):
        services.mark_ordered(quote, by=anna)

    quote.refresh_from_db()
    assert quote.status == Status.ACCEPTED


def test_the_form_shows_what_is_fixed_and_why(client, anna, served):
    quote = services.create_quote(served, by=anna, today=this_day())
    client.force_login(anna)

    text = client.get(f"/quotes/{quote.pk}/edit/").text

    select = text[text.index('name="hardware_type"') - 10 :].split("</select>")[0]
    assert "disabled" in select
    assert '<option value="hwaas" selected' in select
    assert "The customer has it by an order" in text
    free = DraftQuoteFactory(owner=anna)
    text = client.get(f"/quotes/{free.pk}/edit/").text
    assert '<option value="rental"' in text
    assert "Rental needs 3 or 5 years of commitment" in text


@pytest.mark.django_db(transaction=True)
def test_two_orders_at_once_leave_one_kind_of_hardware(anna):
    first = AcceptedQuoteFactory(owner=anna, project=ContractOutProject(owner=anna), lines=[LICENCES, AS_A_SERVICE])
    other = ContractOutProject(owner=anna, account=first.account, contact=first.contact)
    second = AcceptedQuoteFactory(owner=anna, project=other, lines=[LICENCES, RENTED], commitment=3)

    answers = at_once(lambda: services.mark_ordered(first, by=anna), lambda: services.mark_ordered(second, by=anna))

    [loser] = [answer for answer in answers if isinstance(answer, IllegalMove)]
    assert "and no other hardware beside it" in str(loser)
    statuses = Quote.objects.visible_to(anna).values_list("status", flat=True)
    assert sorted(statuses) == [Status.ACCEPTED, Status.ORDERED]
