from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from catalog.models import PriceBookEntry, Product
from catalog.services import PriceMissing
from partnerportal.core.models import OutboxMessage, StageMove
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import ExitConditionMissing, IllegalMove
from partnerportal.tests.days import this_day
from partners.models import Tier
from projects.tests.factories import LostProject, ProjectFactory, ProposalProject
from quotes import services
from quotes.models import Quote, QuoteLine, ShippingType
from quotes.services import LineInput, QuoteTooLarge
from quotes.stages import Approval, Status
from quotes.tests.factories import AcceptedQuoteFactory, DraftQuoteFactory, EmptyQuoteFactory, SubmittedQuoteFactory


def product(code="UC-BUSINESS"):
    return Product.objects.get(code=code)


def line(code="UC-BUSINESS", quantity=12, billing_period="yearly", discount="0.10"):
    return LineInput(product(code), quantity, billing_period, Decimal(discount))


def everything(quote):
    """All that a refusal must leave alone."""
    quote = Quote.objects.across_partners(reason="test").get(pk=quote.pk)
    facts = {field.attname: getattr(quote, field.attname) for field in Quote._meta.concrete_fields}
    lines = list(quote.lines.order_by("pk").values())
    project = {field.attname: getattr(quote.project, field.attname) for field in quote.project._meta.concrete_fields}
    return facts, lines, project, OutboxMessage.objects.count(), StageMove.objects.across_partners(reason="test").count()


# --- create ---------------------------------------------------------------------------


def test_create_quote_takes_over_what_the_project_and_the_partner_say(anna):
    project = ProjectFactory(owner=anna)

    quote = services.create_quote(project, by=anna, today=date(2026, 3, 2))

    assert (quote.number, quote.version, quote.status, quote.is_primary) == ("Q-2026-00001", 1, Status.DRAFT, True)
    assert (quote.account, quote.contact, quote.currency) == (project.account, project.contact, "EUR")
    assert (quote.tax_rate, quote.terms) == (Decimal("0.2200"), anna.partner.quote_terms)
    assert (quote.owner, quote.partner, quote.name) == (anna, anna.partner, project.name)
    assert quote.valid_until == date(2026, 4, 1)
    assert (quote.ship_company, quote.ship_street, quote.ship_city) == (project.account.name, "Via Bolzano 5", "Merano")
    assert quote.lines.count() == 0
    assert [move.to_stage for move in quote.stage_moves.all()] == [Status.DRAFT]


def test_an_empty_primary_quote_leaves_the_estimate_as_mrr(anna):
    project = ProjectFactory(owner=anna)

    services.create_quote(project, by=anna, today=this_day())

    project.refresh_from_db()
    assert (project.mrr, project.mrr_source, project.has_quote) == (Decimal("600.00"), "estimate", True)


def test_the_second_quote_of_a_project_is_an_alternative(anna):
    project = ProjectFactory(owner=anna)
    first = services.create_quote(project, by=anna, today=this_day())

    second = services.create_quote(project, by=anna, today=this_day())

    first.refresh_from_db()
    assert (first.is_primary, second.is_primary) == (True, False)
    assert second.name == f"{project.name} (2)"
    assert int(second.number[-5:]) == int(first.number[-5:]) + 1


def test_numbers_are_counted_for_each_partner(anna, carla):
    first = services.create_quote(ProjectFactory(owner=anna), by=anna, today=date(2026, 3, 2))
    other = services.create_quote(ProjectFactory(owner=carla), by=carla, today=date(2026, 3, 2))

    assert (first.number, other.number) == ("Q-2026-00001", "Q-2026-00001")


def test_create_quote_refuses_on_a_colleagues_project(anna, alex):
    project = ProjectFactory(owner=anna)

    with pytest.raises(NotYours):
        services.create_quote(project, by=alex, today=this_day())

    assert not Quote.objects.across_partners(reason="test").exists()


def test_a_manager_quotes_for_the_owner(anna, ben):
    quote = services.create_quote(ProjectFactory(owner=anna), by=ben, today=this_day())

    assert quote.owner == anna


def test_create_quote_does_not_find_another_partners_project(anna, carla):
    project = ProjectFactory(owner=anna)

    with pytest.raises(type(project).DoesNotExist):
        services.create_quote(project, by=carla, today=this_day())


def test_create_quote_refuses_on_a_lost_project(anna):
    project = LostProject(owner=anna)

    with pytest.raises(services.QuoteProjectClosed):
        services.create_quote(project, by=anna, today=this_day())

    assert not Quote.objects.across_partners(reason="test").exists()


# --- lines ----------------------------------------------------------------------------


def test_the_first_line_brings_prices_totals_and_the_projects_mrr(anna):
    project = ProjectFactory(owner=anna)
    quote = services.create_quote(project, by=anna, today=this_day())

    row = services.add_line(quote, line(), by=anna, today=this_day())

    quote.refresh_from_db()
    project.refresh_from_db()
    # 12 × 108.00 × 0.9 = 1166.40 a year; the Gold partner pays 64.80.
    assert (row.list_price, row.unit_price, row.unit_cost) == (Decimal("108.00"), Decimal("108.00"), Decimal("64.80"))
    assert (row.line_total, row.monthly, row.family, row.name) == (Decimal("1166.40"), Decimal("97.20"), "license", "UC Business")
    assert (quote.net, quote.mrr, quote.capex_total, quote.recurring_total) == (
        Decimal("1166.40"),
        Decimal("97.20"),
        Decimal("0.00"),
        Decimal("1166.40"),
    )
    assert (quote.tax, quote.gross, quote.cost) == (Decimal("256.61"), Decimal("1423.01"), Decimal("777.60"))
    assert (project.mrr, project.mrr_source, project.mrr_quote) == (Decimal("97.20"), "quote", str(quote))
    assert project.mrr_basis == {"quote": str(quote), "key": quote.pk, "parts": ["97.20"], "count": 1}


def test_a_silver_partner_pays_the_silver_price(carla):
    quote = services.create_quote(ProjectFactory(owner=carla), by=carla, today=this_day())

    row = services.add_line(quote, line(), by=carla, today=this_day())

    assert (row.unit_price, row.unit_cost) == (Decimal("108.00"), Decimal("73.44"))


def test_one_off_lines_only_make_an_mrr_of_zero(anna):
    project = ProjectFactory(owner=anna)
    quote = services.create_quote(project, by=anna, today=this_day())

    services.add_line(quote, line("CX-PHONE-M", 5, "one_off", "0"), by=anna, today=this_day())

    project.refresh_from_db()
    assert (project.mrr, project.mrr_source) == (Decimal("0.00"), "quote")


def test_a_commitment_counts_at_once(anna):
    quote = services.create_quote(ProjectFactory(owner=anna), by=anna, today=this_day())
    row = services.add_line(quote, line(), by=anna, today=this_day())

    quote = services.edit_quote(quote, by=anna, changes={"commitment": 3})

    row.refresh_from_db()
    quote.project.refresh_from_db()
    assert (row.line_total, row.monthly) == (Decimal("991.44"), Decimal("82.62"))
    assert (quote.net, quote.mrr, quote.project.mrr) == (Decimal("991.44"), Decimal("82.62"), Decimal("82.62"))


def test_edit_and_remove_line_count_anew(anna):
    quote = services.create_quote(ProjectFactory(owner=anna), by=anna, today=this_day())
    row = services.add_line(quote, line(), by=anna, today=this_day())
    other = services.add_line(quote, line("CX-PHONE-M", 5, "one_off", "0"), by=anna, today=this_day())

    row = services.edit_line(row, line(quantity=10, billing_period="monthly", discount="0"), by=anna, today=this_day())
    quote = services.remove_line(other, by=anna)

    assert (row.unit_price, row.line_total) == (Decimal("10.00"), Decimal("100.00"))
    assert (quote.net, quote.mrr, quote.lines.count()) == (Decimal("100.00"), Decimal("100.00"), 1)


def test_without_a_line_again_the_estimate_counts_again(anna):
    project = ProjectFactory(owner=anna)
    quote = services.create_quote(project, by=anna, today=this_day())
    row = services.add_line(quote, line(), by=anna, today=this_day())

    services.remove_line(row, by=anna)

    project.refresh_from_db()
    assert (project.mrr, project.mrr_source) == (Decimal("600.00"), "estimate")


def test_add_line_takes_the_price_of_the_day(anna):
    old = PriceBookEntry.objects.get(book__kind="end_user", product=product(), currency="EUR", billing_period="yearly")
    old.valid_to = this_day()
    old.save()
    PriceBookEntry.objects.create(
        book=old.book, product=old.product, currency="EUR", billing_period="yearly", price="120.00", valid_from=this_day()
    )
    quote = services.create_quote(ProjectFactory(owner=anna), by=anna, today=this_day())

    yesterday = services.add_line(quote, line(), by=anna, today=this_day() - timedelta(days=1))
    today = services.add_line(quote, line(), by=anna, today=this_day())

    assert (yesterday.unit_price, today.unit_price) == (Decimal("108.00"), Decimal("120.00"))


@pytest.mark.parametrize("book", ["end_user", "gold"])
def test_add_line_refuses_without_a_price(anna, book):
    quote = services.create_quote(ProjectFactory(owner=anna), by=anna, today=this_day())
    PriceBookEntry.objects.filter(book__kind=book, product=product(), currency="EUR", billing_period="yearly").delete()
    before = everything(quote)

    with pytest.raises(PriceMissing, match="UC Business has no price in EUR, billed yearly"):
        services.add_line(quote, line(), by=anna, today=this_day())

    assert everything(quote) == before


def test_a_line_whose_price_has_ended_is_not_available_with_its_reason(client, anna):
    quote = DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "yearly", "0"), ("UC-PREMIUM", 2, "yearly", "0")])
    rows = PriceBookEntry.objects.filter(book__kind="gold", currency="EUR", billing_period="yearly")
    rows.filter(product=product()).update(valid_to=this_day())
    rows.filter(product=product("UC-PREMIUM")).update(price="1.00")
    client.force_login(anna)
    before = everything(quote)
    reason = (
        f"UC Business has no price in EUR, billed yearly, that holds on {this_day().isoformat()}. "
        "Choose another billing period, or ask your account manager for a price."
    )

    with pytest.raises(ExitConditionMissing) as refusal:
        services.submit_quote(quote, by=anna, today=this_day())
    page = client.get(quote.get_absolute_url()).text

    assert [one.sentence for one in refusal.value.missing] == [
        f"Not available: {reason}",
        "Prices: the price list has changed for UC Premium, too. That can be taken over once every line has a price.",
    ]
    assert f'<span class="unavailable">Not available</span>: {reason}' in page
    assert reverse("quotes:refresh_prices", args=[quote.pk]) not in page
    assert everything(quote) == before


def test_a_line_below_the_first_band_is_not_available_with_its_reason(anna):
    quote = DraftQuoteFactory(owner=anna)
    PriceBookEntry.objects.filter(product=product(), currency="EUR", billing_period="yearly").update(min_quantity=50)

    lines = services.lines_of(quote)
    found = services.without_price(lines, services.tariffs_of(quote, lines, today=this_day()), currency="EUR", on=this_day())

    assert list(found.values()) == ["UC Business is sold from a quantity of 50."]


def test_add_line_refuses_a_product_that_is_no_longer_offered(anna):
    quote = services.create_quote(ProjectFactory(owner=anna), by=anna, today=this_day())
    Product.objects.filter(code="UC-BUSINESS").update(is_active=False)
    before = everything(quote)

    with pytest.raises(PriceMissing):
        services.add_line(quote, line(), by=anna, today=this_day())

    assert everything(quote) == before


def test_an_amount_beyond_all_bounds_is_refused(anna):
    quote = DraftQuoteFactory(owner=anna)
    before = everything(quote)

    with pytest.raises(QuoteTooLarge):
        services.add_line(quote, line("CX-GATEWAY", 30_000_000, "one_off", "0"), by=anna, today=this_day())

    assert everything(quote) == before


@pytest.mark.parametrize("factory", [SubmittedQuoteFactory, AcceptedQuoteFactory])
def test_a_quote_that_was_submitted_no_longer_changes(anna, factory):
    quote = factory(owner=anna)
    row = quote.lines.first()
    before = everything(quote)

    for change in (
        lambda: services.add_line(quote, line(), by=anna, today=this_day()),
        lambda: services.edit_line(row, line(), by=anna, today=this_day()),
        lambda: services.remove_line(row, by=anna),
        lambda: services.edit_quote(quote, by=anna, changes={"terms": "Other"}),
        lambda: services.refresh_prices(quote, by=anna, today=this_day()),
        lambda: services.request_approval(quote, by=anna, reason="A competitor offers less."),
    ):
        with pytest.raises(IllegalMove):
            change()

    assert everything(quote) == before


def test_nobody_but_owner_and_managers_change_a_quote(anna, alex, ben, carla):
    quote = DraftQuoteFactory(owner=anna)
    before = everything(quote)

    with pytest.raises(NotYours):
        services.add_line(quote, line(), by=alex, today=this_day())
    with pytest.raises(Quote.DoesNotExist):
        services.add_line(quote, line(), by=carla, today=this_day())
    assert everything(quote) == before

    services.add_line(quote, line(), by=ben, today=this_day())
    assert quote.lines.count() == 4


def test_edit_quote_refuses_what_is_not_on_the_form(anna):
    quote = DraftQuoteFactory(owner=anna)

    with pytest.raises(ValueError, match="net"):
        services.edit_quote(quote, by=anna, changes={"net": Decimal(1)})


def test_refresh_prices_takes_todays(anna):
    quote = DraftQuoteFactory(owner=anna)
    PriceBookEntry.objects.filter(book__kind="gold", product=product(), currency="EUR", billing_period="yearly").update(price="70.00")

    lines = services.lines_of(quote)
    assert [found.product.code for found in services.outdated(lines, services.tariffs_of(quote, lines, today=this_day()))] == [
        "UC-BUSINESS"
    ]
    services.refresh_prices(quote, by=anna, today=this_day())

    lines = services.lines_of(quote)
    assert services.outdated(lines, services.tariffs_of(quote, lines, today=this_day())) == []
    assert quote.lines.first().unit_cost == Decimal("70.00")


@pytest.mark.parametrize(
    ("kind", "company", "street"),
    [
        (ShippingType.END_USER, "account", "Via Bolzano 5"),
        (ShippingType.PARTNER, "Aurora Telecom", "Via Roma 1"),
        (ShippingType.RESELLER, "", ""),
    ],
)
def test_the_shipping_address_follows_its_type(anna, kind, company, street):
    quote = DraftQuoteFactory(owner=anna)

    fields = services.address(kind, account=quote.account, contact=quote.contact, partner=quote.partner)

    assert fields["ship_company"] == (quote.account.name if company == "account" else company)
    assert (fields["shipping_type"], fields["ship_street"]) == (kind, street)


# --- discount -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tier", "discount", "needs"),
    [
        (Tier.PLATINUM, "0.20", False),
        (Tier.GOLD, "0.20", False),
        (Tier.GOLD, "0.2001", True),
        (Tier.SILVER, "0.10", False),
        (Tier.SILVER, "0.1001", True),
        (Tier.BRONZE, "0.11", True),
        (Tier.RESELLER, "0.05", False),
        (Tier.RESELLER, "0.06", True),
    ],
)
def test_the_limit_follows_the_tier(anna, tier, discount, needs):
    anna.partner.tier = tier
    anna.partner.save()
    quote = DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "yearly", discount)])

    assert services.needs_approval(quote, services.lines_of(quote)) is needs


def too_much(anna, discount="0.35"):
    return DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "yearly", discount)])


def test_the_account_manager_grants_a_discount(anna, otto):
    quote = too_much(anna)
    services.request_approval(quote, by=anna, reason="A competitor offers less.")

    quote = services.grant_discount(quote, by=otto, seen="0.35")

    assert (quote.approval, quote.approval_by, quote.approved_discount) == (Approval.GRANTED, otto, Decimal("0.3500"))
    assert services.needs_approval(quote, services.lines_of(quote)) is False
    assert [notice.kind for notice in anna.notifications.all()] == ["quote.discount"]


def test_a_higher_discount_than_granted_asks_again(anna, otto):
    quote = too_much(anna)
    services.request_approval(quote, by=anna, reason="A competitor offers less.")
    services.grant_discount(quote, by=otto, seen="0.35")
    row = quote.lines.get()

    services.edit_line(row, line(discount="0.30"), by=anna, today=this_day())
    quote.refresh_from_db()
    assert quote.approval == Approval.GRANTED

    services.edit_line(row, line(discount="0.36"), by=anna, today=this_day())
    quote.refresh_from_db()
    assert (quote.approval, quote.approved_discount) == (Approval.NONE, None)
    assert services.needs_approval(quote, services.lines_of(quote)) is True


def test_a_refusal_says_why(anna, otto):
    quote = too_much(anna)
    services.request_approval(quote, by=anna, reason="A competitor offers less.")

    with pytest.raises(IllegalMove):
        services.refuse_discount(quote, by=otto, reason=" ")
    quote = services.refuse_discount(quote, by=otto, reason="Too low for this size.")

    assert (quote.approval, quote.approval_reason) == (Approval.REFUSED, "Too low for this size.")
    assert [notice.text for notice in anna.notifications.all()] == [
        f"The discount of {quote} for {quote.account.name} is refused: Too low for this size."
    ]


def test_only_the_own_account_manager_decides(anna, ben, olga, tariq):
    quote = too_much(anna)
    services.request_approval(quote, by=anna, reason="A competitor offers less.")
    before = everything(quote)

    for person in (anna, ben, tariq):
        with pytest.raises(NotYours):
            services.grant_discount(quote, by=person, seen="0.35")
    with pytest.raises(Quote.DoesNotExist):
        services.grant_discount(quote, by=olga, seen="0.35")

    assert everything(quote) == before


def test_nothing_is_decided_that_nobody_asked_for(anna, otto):
    quote = too_much(anna)
    before = everything(quote)

    for decide in (
        lambda: services.grant_discount(quote, by=otto, seen="0.35"),
        lambda: services.refuse_discount(quote, by=otto, reason="No"),
    ):
        with pytest.raises(IllegalMove):
            decide()

    assert everything(quote) == before


def test_request_approval_refuses_when_none_is_needed(anna):
    quote = DraftQuoteFactory(owner=anna)
    before = everything(quote)

    with pytest.raises(IllegalMove):
        services.request_approval(quote, by=anna, reason="A competitor offers less.")

    assert everything(quote) == before


# --- primary and versions -------------------------------------------------------------


def test_make_primary_moves_the_mrr(anna):
    project = ProjectFactory(owner=anna)
    first = DraftQuoteFactory(project=project, is_primary=True)
    second = DraftQuoteFactory(project=project, lines=[("UC-PREMIUM", 10, "monthly", "0")])

    services.make_primary(second, by=anna)

    first.refresh_from_db()
    second.refresh_from_db()
    project.refresh_from_db()
    assert (first.is_primary, second.is_primary) == (False, True)
    assert (project.mrr, project.mrr_quote) == (Decimal("140.00"), str(second))


def test_a_primary_quote_that_the_person_has_not_seen_stays(anna):
    project = ProjectFactory(owner=anna)
    present = DraftQuoteFactory(project=project, is_primary=True)
    other = DraftQuoteFactory(project=project)

    for seen in ("", "0", str(other.pk)):
        with pytest.raises(services.PrimaryChanged, match=f"Meanwhile {present} was made the primary quote"):
            services.make_primary(other, by=anna, seen=seen)
    present.refresh_from_db()
    assert present.is_primary

    assert services.make_primary(present, by=anna, seen="0").is_primary
    assert services.make_primary(other, by=anna, seen=str(present.pk)).is_primary


def test_the_page_asks_for_the_primary_quote_that_it_shows(client, anna):
    project = ProjectFactory(owner=anna)
    present = DraftQuoteFactory(project=project, is_primary=True)
    other = DraftQuoteFactory(project=project)
    client.force_login(anna)

    assert f'<input type="hidden" name="seen" value="{present.pk}">' in client.get(other.get_absolute_url()).text


@pytest.mark.parametrize("status", [Status.REJECTED, Status.EXPIRED, Status.SUPERSEDED, Status.CANCELLED, Status.ORDERED])
def test_a_quote_that_is_over_does_not_become_primary(anna, status):
    quote = SubmittedQuoteFactory(owner=anna, status=status)
    before = everything(quote)

    with pytest.raises(IllegalMove):
        services.make_primary(quote, by=anna)

    assert everything(quote) == before


def test_the_database_holds_one_primary_quote_a_project(anna):
    project = ProjectFactory(owner=anna)
    EmptyQuoteFactory(project=project, is_primary=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        EmptyQuoteFactory(project=project, is_primary=True)


def test_new_version_copies_lines_and_leaves_the_former_with_the_customer(anna):
    former = SubmittedQuoteFactory(owner=anna, is_primary=True, commitment=3, message="Hello", project=ProposalProject(owner=anna))

    draft = services.new_version(former, by=anna, today=this_day())

    former.refresh_from_db()
    assert (former.status, former.is_primary) == (Status.SUBMITTED, True)
    assert (draft.number, draft.version, draft.former, draft.status, draft.is_primary) == (former.number, 2, former, Status.DRAFT, False)
    assert (draft.commitment, draft.message, draft.net, draft.pdf, draft.content) == (3, "Hello", former.net, None, None)
    assert draft.token != former.token
    assert [(row.product.code, row.quantity) for row in services.lines_of(draft)] == [
        ("UC-BUSINESS", 12),
        ("CS-FLAT", 12),
        ("CX-PHONE-M", 5),
    ]
    assert former.lines.count() == 3


def test_new_version_takes_todays_prices(anna):
    former = SubmittedQuoteFactory(owner=anna)
    PriceBookEntry.objects.filter(book__kind="end_user", product=product(), currency="EUR", billing_period="yearly").update(price="120.00")

    draft = services.new_version(former, by=anna, today=this_day())

    assert [row.unit_price for row in services.lines_of(draft)] == [Decimal("120.00"), Decimal("6.00"), Decimal("129.00")]
    assert [row.unit_price for row in services.lines_of(former)] == [Decimal("108.00"), Decimal("6.00"), Decimal("129.00")]


def test_new_version_follows_the_latest_one(anna):
    first = SubmittedQuoteFactory(owner=anna)
    second = services.new_version(first, by=anna, today=this_day())
    services.cancel_quote(second, by=anna)

    third = services.new_version(first, by=anna, today=this_day())

    assert (third.version, third.former) == (3, second)


def test_new_version_refuses_a_second_draft(anna):
    first = SubmittedQuoteFactory(owner=anna)
    services.new_version(first, by=anna, today=this_day())

    with pytest.raises(IllegalMove, match="v2 is a draft already"):
        services.new_version(first, by=anna, today=this_day())

    assert Quote.objects.for_partner(anna.partner).count() == 2


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.ORDERED])
def test_new_version_refuses_once_accepted(anna, status):
    quote = AcceptedQuoteFactory(owner=anna, status=status)
    before = everything(quote)

    with pytest.raises(IllegalMove):
        services.new_version(quote, by=anna, today=this_day())

    assert everything(quote) == before


def test_lines_have_the_partner_of_their_quote(anna):
    quote = services.create_quote(ProjectFactory(owner=anna), by=anna, today=this_day())
    services.add_line(quote, line(), by=anna, today=this_day())

    assert [row.partner for row in QuoteLine.objects.across_partners(reason="test")] == [anna.partner]


# --- volume bands --------------------------------------------------------------------------


def flat(quantity):
    return services.LineInput(Product.objects.get(code="CS-FLAT"), quantity, "monthly", Decimal(0))


def test_a_line_takes_the_band_of_its_quantity_and_keeps_it(anna):
    quote = EmptyQuoteFactory(owner=anna)

    row = services.add_line(quote, flat(50), by=anna, today=this_day())

    assert (row.list_price, row.unit_price, row.unit_cost) == (Decimal("5.40"), Decimal("5.40"), Decimal("3.24"))
    assert (row.list_band, row.cost_band, row.price_date) == (50, 50, date(2025, 1, 1))
    assert row.line_total == Decimal("270.00")


def test_another_quantity_is_another_band(anna):
    quote = EmptyQuoteFactory(owner=anna)
    row = services.add_line(quote, flat(50), by=anna, today=this_day())

    row = services.edit_line(row, flat(49), by=anna, today=this_day())
    assert (row.unit_price, row.list_band) == (Decimal("6.00"), 1)
    row = services.edit_line(row, flat(200), by=anna, today=this_day())
    assert (row.unit_price, row.list_band) == (Decimal("4.80"), 200)


def test_the_band_price_is_no_discount_that_needs_approval(anna):
    quote = EmptyQuoteFactory(owner=anna)

    services.add_line(quote, flat(200), by=anna, today=this_day())

    quote.refresh_from_db()
    assert not services.needs_approval(quote, services.lines_of(quote))


def test_a_changed_band_makes_the_lines_in_it_outdated_and_no_other(anna):
    quote = EmptyQuoteFactory(owner=anna)
    for quantity in (49, 50, 200):
        services.add_line(quote, flat(quantity), by=anna, today=this_day())
    PriceBookEntry.objects.filter(book__kind="end_user", product__code="CS-FLAT", min_quantity=50).update(price="5.00")

    lines = services.lines_of(quote)
    changed = services.outdated(lines, services.tariffs_of(quote, lines, today=this_day()))

    assert [line.quantity for line in changed] == [50]


def test_below_the_first_band_a_line_is_refused(anna):
    quote = EmptyQuoteFactory(owner=anna)
    PriceBookEntry.objects.filter(book__kind="end_user", product__code="CS-FLAT", min_quantity=1).delete()

    with pytest.raises(PriceMissing, match="from a quantity of 50"):
        services.add_line(quote, flat(49), by=anna, today=this_day())
    with pytest.raises(services.BadRows, match="from a quantity of 50"):
        services.paste_lines(quote, "CS-FLAT\t49", by=anna, today=this_day())

    assert quote.lines.count() == 0
