"""Many lines at once, a clone, and two quotes side by side."""

from decimal import Decimal

import pytest

from accounts.tests.factories import ContactFactory
from catalog.models import Bundle, PriceBookEntry, Product
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import ExitConditionMissing, IllegalMove
from partnerportal.tests.days import this_day
from projects.tests.factories import ProjectFactory
from quotes import services
from quotes.differences import Side, compare
from quotes.models import Quote
from quotes.pasting import read
from quotes.services import BadRows, QuoteTooLarge
from quotes.tests.factories import DraftQuoteFactory, EmptyQuoteFactory, SubmittedQuoteFactory
from quotes.tests.test_drafting import everything


def rows_of(quote):
    return [(line.product.code, line.quantity, line.billing_period, line.discount) for line in quote.lines.select_related("product")]


# --- reading --------------------------------------------------------------------------


def test_a_paste_is_read_row_by_row():
    rows, bad = read("Code\tQuantity\tDiscount\nUC-BUSINESS\t12\t10\n\nCS-FLAT\t3\nCX-PHONE-M;5;2,5 %;One-off\n")

    assert not bad
    assert [(row.number, row.code, row.quantity, row.discount, row.billing_period) for row in rows] == [
        (2, "UC-BUSINESS", 12, Decimal("0.1"), ""),
        (4, "CS-FLAT", 3, Decimal(0), ""),
        (5, "CX-PHONE-M", 5, Decimal("0.025"), "one_off"),
    ]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("\t12\t10", "code is missing"),
        ("UC-BUSINESS", "no whole number"),
        ("UC-BUSINESS\t1.5", "no whole number"),
        ("UC-BUSINESS\t-3", "no whole number"),
        ("UC-BUSINESS\t0", "from 1 to 100000"),
        ("UC-BUSINESS\t100001", "from 1 to 100000"),
        ("UC-BUSINESS\t1\t101", "no percent"),
        ("UC-BUSINESS\t1\t-5", "no percent"),
        ("UC-BUSINESS\t1\t0.005", "no percent"),
        ("UC-BUSINESS\t1\tlots", "no percent"),
        ("UC-BUSINESS\t1\t5\tweekly", "no billing"),
        ("UC-BUSINESS\t1\t5\tyearly\tmore", "More than four"),
        ("UC-BUSINESS\t٣", "no whole number"),
    ],
)
def test_a_bad_row_is_named(line, sentence):
    rows, bad = read(f"CS-FLAT\t1\n{line}")

    assert [row.code for row in rows] == ["CS-FLAT"]
    [one] = bad
    assert (one.number, sentence in one.sentence) == (2, True), one.sentence


# --- adding ----------------------------------------------------------------------------


def test_thirty_rows_become_thirty_lines_with_todays_prices(anna):
    quote = EmptyQuoteFactory(owner=anna, is_primary=True)
    text = "\n".join(f"{'uc-business' if number % 2 else 'CX-DECT'}\t{number + 1}\t{number % 4}" for number in range(30))

    assert services.paste_lines(quote, text, by=anna, today=this_day()) == 30

    quote.refresh_from_db()
    lines = list(quote.lines.select_related("product"))
    assert [line.position for line in lines] == list(range(1, 31))
    assert [line.quantity for line in lines] == list(range(1, 31))
    assert {(line.product.code, line.billing_period, line.unit_price) for line in lines} == {
        ("UC-BUSINESS", "yearly", Decimal("108.00")),
        ("CX-DECT", "one_off", Decimal("98.00")),
    }
    assert quote.net == sum(line.line_total for line in lines) > 0
    quote.project.refresh_from_db()
    assert quote.project.mrr == quote.mrr == sum(line.monthly for line in lines)


def test_one_bad_row_keeps_all_out_and_each_is_named(anna):
    quote = EmptyQuoteFactory(owner=anna)
    before = everything(quote)

    with pytest.raises(BadRows) as refusal:
        services.paste_lines(quote, "UC-BUSINESS\t1\nNO-SUCH\t1\nCS-FLAT\tmany\nCX-DECT\t1\t0\tyearly", by=anna, today=this_day())

    assert [(row.number, row.sentence) for row in refusal.value.rows] == [
        (2, "There is no product “NO-SUCH”."),
        (3, "The quantity is no whole number: “many”."),
        (4, "DECT handset has no price in EUR, billed yearly."),
    ]
    assert everything(quote) == before


def test_the_billing_frequency_of_the_quote_decides_how_pasted_rows_are_billed(anna):
    quote = EmptyQuoteFactory(owner=anna, billing_frequency="monthly")

    services.paste_lines(quote, "UC-BUSINESS\t1\nCX-DECT\t1", by=anna, today=this_day())

    assert [row[2] for row in rows_of(quote)] == ["monthly", "one_off"]


def test_no_more_lines_than_a_quote_holds(anna):
    quote = DraftQuoteFactory(owner=anna)

    with pytest.raises(QuoteTooLarge):
        services.paste_lines(quote, "UC-BUSINESS\t1\n" * 499, by=anna, today=this_day())
    with pytest.raises(BadRows):
        services.paste_lines(quote, "UC-BUSINESS\t1\n" * 501, by=anna, today=this_day())
    with pytest.raises(BadRows):
        services.paste_lines(quote, " \n ", by=anna, today=this_day())
    assert quote.lines.count() == 3


def test_a_bundle_is_put_on_a_draft(anna):
    quote = EmptyQuoteFactory(owner=anna)

    assert services.take_bundle(quote, Bundle.objects.get(name="Office for 10"), by=anna, today=this_day()) == 4

    assert rows_of(quote)[0] == ("UC-BUSINESS", 10, "yearly", Decimal(0))


def test_a_bundle_with_something_that_is_not_sold_is_refused(anna):
    quote = EmptyQuoteFactory(owner=anna)
    Product.objects.filter(code="SV-SETUP").update(is_active=False)

    with pytest.raises(BadRows, match="no longer offered"):
        services.take_bundle(quote, Bundle.objects.get(name="Office for 10"), by=anna, today=this_day())
    assert not quote.lines.exists()


def test_lines_of_another_quote_come_at_todays_prices(anna, ben):
    source = SubmittedQuoteFactory(owner=ben)
    PriceBookEntry.objects.filter(book__kind="end_user", product__code="UC-BUSINESS", currency="EUR", billing_period="yearly").update(
        price="120.00"
    )
    quote = EmptyQuoteFactory(owner=anna)

    services.take_lines_of(quote, source, by=anna, today=this_day())

    assert [row[:3] for row in rows_of(quote)] == [row[:3] for row in rows_of(source)]
    assert quote.lines.first().unit_price == Decimal("120.00")
    assert source.lines.first().unit_price == Decimal("108.00")


def test_nobody_takes_lines_from_or_to_what_is_not_theirs(anna, alex, carla):
    quote, foreign = EmptyQuoteFactory(owner=anna), DraftQuoteFactory(owner=carla)
    before = everything(quote)

    with pytest.raises(Quote.DoesNotExist):
        services.take_lines_of(quote, foreign, by=anna, today=this_day())
    with pytest.raises(NotYours):
        services.paste_lines(quote, "UC-BUSINESS\t1", by=alex, today=this_day())
    with pytest.raises(Quote.DoesNotExist):
        services.paste_lines(quote, "UC-BUSINESS\t1", by=carla, today=this_day())
    with pytest.raises(IllegalMove):
        services.paste_lines(SubmittedQuoteFactory(owner=anna), "UC-BUSINESS\t1", by=anna, today=this_day())
    assert everything(quote) == before


def test_a_clone_is_a_draft_of_its_own(anna):
    source = SubmittedQuoteFactory(owner=anna, commitment=3, terms="Ours", hardware_type="hwaas", shipping_type="partner")
    before = everything(source)

    clone = services.clone_quote(source, by=anna, today=this_day())

    assert (clone.status, clone.version, clone.former, clone.number != source.number) == ("draft", 1, None, True)
    assert (clone.commitment, clone.terms, clone.hardware_type, clone.shipping_type) == (3, "Ours", "hwaas", "partner")
    assert rows_of(clone) == rows_of(source)
    assert (clone.net, clone.token != source.token, clone.content) == (source.net, True, None)
    assert everything(source)[:2] == before[:2]


# --- rules of the configuration -----------------------------------------------------------


RESELLER = {"ship_company": "Rete S.r.l.", "ship_street": "Via Po 3", "ship_city": "Torino", "ship_country": "IT"}


@pytest.mark.parametrize(
    ("facts", "lines", "sentence"),
    [
        ({"billing_frequency": "monthly"}, [("UC-BUSINESS", 1, "yearly")], "UC Business are not billed Monthly"),
        ({"billing_frequency": "yearly"}, [("UC-BUSINESS", 1, "yearly"), ("CX-DECT", 1, "one_off")], ""),
        ({"billing_frequency": "five_years"}, [("UC-BUSINESS", 1, "five_years"), ("CS-FLAT", 1, "monthly")], ""),
        ({"billing_frequency": "five_years"}, [("UC-BUSINESS", 1, "yearly")], "not billed Every 5 years"),
        ({"hardware_type": "capex"}, [("HW-DECT", 1, "monthly")], "DECT handset, as a service do not go with “Bought"),
        ({"hardware_type": "hwaas"}, [("HW-DECT", 1, "monthly"), ("CX-DECT", 1, "one_off")], ""),
        ({"additional": ["classound"]}, [("UC-BUSINESS", 1, "yearly")], "no line for CLASSOUND"),
        ({"additional": ["cds", "classound"]}, [("CDS-10", 1, "yearly"), ("CS-FLAT", 1, "monthly")], ""),
        ({"additional": ["items"]}, [("UC-BUSINESS", 1, "yearly")], "no line for Additional items"),
        ({"additional": ["items"]}, [("CX-DECT", 1, "one_off")], ""),
        ({"additional": ["upgrade", "other"]}, [("UC-PREMIUM", 1, "yearly"), ("SV-SETUP", 1, "one_off")], ""),
        ({"additional": ["upgrade"]}, [("SV-SETUP", 1, "one_off")], "no line for Licence upgrade"),
        ({"additional": ["other"]}, [("UC-PREMIUM", 1, "yearly")], "no line for Miscellaneous items"),
        ({"shipping_type": "reseller", "ship_street": ""}, [("CX-DECT", 1, "one_off")], "write the reseller's address"),
        ({"shipping_type": "reseller", **RESELLER, "ship_city": ""}, [("HW-DECT", 1, "monthly")], "write the reseller's address"),
        ({"shipping_type": "reseller", **RESELLER}, [("HW-DECT", 1, "monthly")], ""),
        ({"shipping_type": "reseller", "ship_street": ""}, [("UC-BUSINESS", 1, "yearly")], ""),
    ],
)
def test_the_configuration_is_held_against_the_lines_before_a_quote_goes_out(anna, facts, lines, sentence):
    quote = DraftQuoteFactory(owner=anna, lines=[(*line, "0") for line in lines], **facts)

    if not sentence:
        assert services.submit_quote(quote, by=anna, today=this_day()).status == "submitted"
        return
    with pytest.raises(ExitConditionMissing, match=sentence):
        services.submit_quote(quote, by=anna, today=this_day())


# --- side by side -----------------------------------------------------------------------


def side(code="A", quantity=1, period="yearly", price="10.00", total="10.00", monthly="0.83"):
    return Side(code, code, period, period, quantity, Decimal(price), Decimal(0), Decimal(total), Decimal(monthly))


def test_lines_are_added_removed_changed_or_the_same():
    found = compare([side("A"), side("B"), side("C")], [side("C"), side("B", quantity=2, total="20.00", monthly="1.67"), side("D")])

    assert [(one.line.code, one.kind) for one in found] == [("C", "same"), ("B", "changed"), ("D", "added"), ("A", "removed")]
    assert [one.changes for one in found] == [(), ("quantity", "line_total", "monthly"), (), ()]
    assert [one.mrr for one in found] == [Decimal(0), Decimal("0.84"), Decimal("0.83"), Decimal("-0.83")]


def test_the_same_product_twice_is_compared_in_order():
    found = compare([side("A", 1), side("A", 2)], [side("A", 1), side("A", 3)])

    assert [one.kind for one in found] == ["same", "changed"]


def test_the_page_shows_what_changed_between_versions(client, anna):
    first = SubmittedQuoteFactory(owner=anna)
    second = services.new_version(first, by=anna, today=this_day())
    services.remove_line(second.lines.first(), by=anna)
    services.paste_lines(second, "UC-PREMIUM\t2", by=anna, today=this_day())
    client.force_login(anna)

    text = client.get(f"/quotes/{second.pk}/compare/").text

    assert f"{first} and {second}" in text
    assert text.count('<tr class="added">') == text.count('<tr class="removed">') == 1
    assert text.count('<tr class="same">') == 2
    second.refresh_from_db()
    assert f"€{second.net:,.2f}" in text
    assert client.get(f"/quotes/{second.pk}/compare/?with=999999").status_code == 404


def test_another_partners_quote_is_no_choice(client, anna, carla):
    mine, foreign = DraftQuoteFactory(owner=anna), DraftQuoteFactory(owner=carla)
    client.force_login(anna)

    assert client.get(f"/quotes/{mine.pk}/compare/?with={foreign.pk}").status_code == 404
    assert client.get(f"/quotes/{foreign.pk}/compare/").status_code == 404
    assert client.post(f"/quotes/{mine.pk}/lines/take/", {"source": foreign.pk}).status_code == 422
    assert "no other quote" in client.get(f"/quotes/{mine.pk}/compare/").text


# --- pages --------------------------------------------------------------------------------


def test_pasting_on_the_page(client, anna):
    quote = EmptyQuoteFactory(owner=anna)
    client.force_login(anna)
    address = f"/quotes/{quote.pk}/lines/paste/"

    refused = client.post(address, {"rows": "UC-BUSINESS\t1\nNO-SUCH\t1"})
    assert refused.status_code == 422
    assert "Row 2" in refused.text
    assert "NO-SUCH\t1</textarea>" in refused.text
    assert not quote.lines.exists()

    taken = client.post(address, {"rows": "UC-BUSINESS\t1\nCX-DECT\t1"}, headers={"HX-Request": "true"})
    assert taken.status_code == 200
    assert "2 lines were added" in taken.text
    assert quote.lines.count() == 2


def test_bundles_sections_and_clone_on_the_page(client, anna):
    quote = EmptyQuoteFactory(owner=anna, additional=["classound"], project=ProjectFactory(owner=anna))
    client.force_login(anna)

    page = client.get(f"/quotes/{quote.pk}/").text
    assert "Office for 10" in client.get(f"/quotes/{quote.pk}/lines/fill/").text
    assert "Add CLASSOUND flat, per user" in page
    bundle = Bundle.objects.get(name="Office for 10")
    assert client.post(f"/quotes/{quote.pk}/lines/bundle/", {"bundle": bundle.pk}).status_code == 302
    assert client.post(f"/quotes/{quote.pk}/lines/bundle/", {"bundle": "x"}).status_code == 422
    response = client.post(f"/quotes/{quote.pk}/copy/")
    clone = Quote.objects.visible_to(anna).exclude(pk=quote.pk).get()
    assert response.url == clone.get_absolute_url()
    assert rows_of(clone) == rows_of(quote)


def test_compare_shows_contact_hardware_configuration_and_shipping(client, anna):
    first = DraftQuoteFactory(owner=anna)
    other = ContactFactory(account=first.account, owner=anna, first_name="Jonas", last_name="Brenner")
    second = DraftQuoteFactory(
        project=first.project,
        contact=other,
        hardware_type="rental",
        additional=["cds", "upgrade"],
        shipping_type="reseller",
        ship_company="Reseller & Co",
        ship_street="Via Nuova 7",
    )
    client.force_login(anna)

    page = client.get(f"/quotes/{second.pk}/compare/?with={first.pk}")

    head = {label: (str(one), str(two)) for label, one, two in page.context["head"]}
    assert head["Contact"][1].endswith(">Jonas Brenner</a>")
    assert str(first.contact) in head["Contact"][0]
    assert head["Hardware type"][1] == "Rental"
    assert head["Additional configuration"][1] == "Company data storage, Licence upgrade"
    assert head["Shipping address type"] == ("End user", "Reseller")
    assert head["Company"][1] == "Reseller &amp; Co"
    assert head["Street"][1] == "Via Nuova 7"
    assert "Reseller &amp;amp; Co" not in page.text
    assert "Tax rate" not in head
