import html
import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from partnerportal.core.models import BulkChange, OutboxMessage, StageMove
from partnerportal.tests.days import this_day
from projects.tests.factories import LostProject, ProjectFactory, ProposalProject
from quotes import services
from quotes.models import Quote
from quotes.stages import Approval, Status
from quotes.tests.factories import AcceptedQuoteFactory, DraftQuoteFactory, EmptyQuoteFactory, SubmittedQuoteFactory
from quotes.tests.test_drafting import everything

HTMX = {"HX-Request": "true"}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def address(name, quote, *args):
    return reverse(f"quotes:{name}", args=[quote.pk, *args])


def reread(quote):
    return Quote.objects.across_partners(reason="test").get(pk=quote.pk)


# --- list and panels ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("drafts", ["draft"]),
        ("out", ["out", "soon"]),
        ("accepted", ["accepted"]),
        ("expiring", ["soon"]),
        ("all", ["draft", "others", "out", "soon", "accepted"]),
    ],
)
def test_the_standard_views_show_what_they_say(as_anna, anna, alex, view, shown):
    quotes = {
        "draft": DraftQuoteFactory(owner=anna),
        "others": DraftQuoteFactory(owner=alex),
        "out": SubmittedQuoteFactory(owner=anna),
        "soon": SubmittedQuoteFactory(owner=anna, valid_until=this_day() + timedelta(days=3)),
        "accepted": AcceptedQuoteFactory(owner=anna),
    }

    text = as_anna.get(reverse("quotes:list"), {"view": view}).text

    assert [name for name, quote in quotes.items() if f'href="{quote.get_absolute_url()}"' in text] == shown


def test_the_list_adds_up_per_currency(as_anna, anna):
    DraftQuoteFactory(owner=anna)
    DraftQuoteFactory(owner=anna, currency="USD")

    text = as_anna.get(reverse("quotes:list"), {"view": "all"}).text

    assert "<div>€169.20</div><div>US$186.12</div>" in "".join(text.split("\n"))


def test_another_partner_sees_nothing(client, carla, anna):
    quote = SubmittedQuoteFactory(owner=anna)
    client.force_login(carla)

    assert quote.number not in client.get(reverse("quotes:list"), {"view": "all"}).text
    for name in ("detail", "edit", "preview", "document", "preview_line", "history", "cancel", "accept"):
        assert client.get(address(name, quote)).status_code == 404
    for name in (
        "submit",
        "resend",
        "revoke",
        "make_primary",
        "new_version",
        "add_line",
        "cancel",
        "accept",
        "request_approval",
        "refresh_prices",
    ):
        assert client.post(address(name, quote)).status_code == 404
    assert client.get(reverse("quotes:for_project", args=[quote.project_id])).status_code == 404
    assert client.get(reverse("quotes:for_account", args=[quote.account_id])).status_code == 404


def test_a_colleague_reads_and_does_not_change(client, alex, anna):
    quote = DraftQuoteFactory(owner=anna)
    client.force_login(alex)
    before = everything(quote)

    page = client.get(quote.get_absolute_url())
    assert page.status_code == 200
    assert "Only Anna Conti and the managers of Aurora Telecom may change this." in page.text
    assert "line-new" not in page.text
    for name in ("submit", "make_primary", "add_line", "cancel", "request_approval"):
        assert client.post(address(name, quote)).status_code == 403
    assert everything(quote) == before


def test_the_panel_of_the_project_shows_its_quotes(as_anna, anna):
    quote = SubmittedQuoteFactory(owner=anna, is_primary=True)
    other = SubmittedQuoteFactory(owner=anna)

    part = as_anna.get(reverse("quotes:for_project", args=[quote.project_id]), headers=HTMX).text
    same = as_anna.get(reverse("quotes_of_project", args=[quote.project_id]), headers=HTMX).text

    assert part == same
    assert str(quote) in part
    assert "Primary" in part
    assert str(other) not in part
    assert f"{reverse('quotes:add')}?project={quote.project_id}" in part


@pytest.mark.parametrize("about", ["project", "account"])
def test_view_all_of_a_panel_leads_to_every_quote_whoever_owns_it_and_whatever_became_of_it(as_anna, anna, about):
    quotes = [SubmittedQuoteFactory(owner=anna)]
    parent = getattr(quotes[0], about)
    quotes += [SubmittedQuoteFactory(owner=anna, **{"project": quotes[0].project}) for _number in range(5)]
    part = as_anna.get(reverse(f"quotes:for_{about}", args=[parent.pk]), headers=HTMX).text

    page = as_anna.get(html.unescape(re.search(r'panel-more"><a href="([^"]+)"', part)[1])).text

    assert all(str(one) in page for one in quotes)


def test_pages_cost_the_same_queries_however_much_there_is(as_anna, anna, django_assert_max_num_queries):
    quote = DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", number, "yearly", "0") for number in range(1, 26)])
    for _number in range(5):
        SubmittedQuoteFactory(project=quote.project)
    as_anna.get(quote.get_absolute_url())

    with django_assert_max_num_queries(24):
        as_anna.get(quote.get_absolute_url())
    with django_assert_max_num_queries(16):
        as_anna.get(reverse("quotes:list"), {"view": "all"})


# --- new and edit ---------------------------------------------------------------------


def test_new_from_the_project(as_anna, anna):
    project = ProjectFactory(owner=anna)
    page = as_anna.get(reverse("quotes:add"), {"project": project.pk})
    assert f'<option value="{project.pk}" selected>' in page.text

    response = as_anna.post(reverse("quotes:add"), {"project": project.pk, "submission": page.context["submission"]})
    again = as_anna.post(reverse("quotes:add"), {"project": project.pk, "submission": page.context["submission"]})

    quote = Quote.objects.for_partner(anna.partner).get()
    assert response["Location"] == again["Location"] == quote.get_absolute_url()
    assert (quote.project, quote.is_primary) == (project, True)


def test_new_offers_only_open_projects_that_one_may_change(as_anna, anna, alex, carla):
    mine, closed = ProjectFactory(owner=anna), LostProject(owner=anna)
    others, foreign = ProjectFactory(owner=alex), ProjectFactory(owner=carla)

    text = as_anna.get(reverse("quotes:add")).text

    assert f'value="{mine.pk}"' in text
    for project in (closed, others, foreign):
        assert f'value="{project.pk}"' not in text
        assert as_anna.post(reverse("quotes:add"), {"project": project.pk}).status_code == 422
    assert not Quote.objects.across_partners(reason="test").exists()


def values(quote, **changes):
    names = ("name", "language", "commitment", "message", "terms", "shipping_type", "ship_company", "ship_street", "ship_postal_code")
    names += ("ship_city", "ship_state", "ship_contact_name", "ship_contact_phone")
    found = {name: getattr(quote, name) for name in names}
    found |= {
        "contact": quote.contact_id,
        "valid_until": quote.valid_until.isoformat(),
        "tax_rate": "22",
        "ship_country": quote.ship_country.code,
    }
    return {**found, **changes}


def test_edit_saves_the_head_and_counts_anew(as_anna, anna):
    quote = DraftQuoteFactory(owner=anna, is_primary=True)

    response = as_anna.post(address("edit", quote), values(quote, commitment="3", tax_rate="19,5", message="Hello"))

    assert response.status_code == 302
    quote = reread(quote)
    assert (quote.commitment, quote.message, quote.tax_rate, quote.net) == (3, "Hello", Decimal("0.1950"), Decimal("1697.64"))
    assert quote.tax == Decimal("331.04")


def test_the_address_follows_its_type_without_script(as_anna, anna):
    quote = DraftQuoteFactory(owner=anna)

    as_anna.post(address("edit", quote), values(quote, shipping_type="partner"))
    quote = reread(quote)
    assert (quote.shipping_type, quote.ship_company, quote.ship_street) == ("partner", "Aurora Telecom", "Via Roma 1")

    as_anna.post(address("edit", quote), values(quote, shipping_type="reseller", ship_company="Rete S.r.l.", ship_street="Via Po 3"))
    quote = reread(quote)
    assert (quote.shipping_type, quote.ship_company, quote.ship_street) == ("reseller", "Rete S.r.l.", "Via Po 3")


def test_the_address_follows_its_type_as_a_part(as_anna, anna):
    quote = DraftQuoteFactory(owner=anna)

    text = as_anna.get(address("address", quote), {"shipping_type": "partner"}, headers=HTMX).text

    assert 'value="Aurora Telecom"' in text
    assert 'value="Via Roma 1"' in text
    assert "<html" not in text


def test_edit_offers_only_contacts_of_the_account(as_anna, anna):
    quote, other = DraftQuoteFactory(owner=anna), DraftQuoteFactory(owner=anna)
    before = everything(quote)

    assert as_anna.post(address("edit", quote), values(quote, contact=other.contact_id)).status_code == 422
    assert everything(quote) == before


def test_edit_writes_no_amount(as_anna, anna):
    quote = DraftQuoteFactory(owner=anna)

    as_anna.post(address("edit", quote), values(quote, net="1", mrr="1", status="accepted", is_primary="on", approval="granted", cost="0"))

    after = reread(quote)
    assert (after.net, after.mrr, after.status, after.is_primary, after.approval) == (
        quote.net,
        quote.mrr,
        Status.DRAFT,
        False,
        Approval.NONE,
    )


def test_a_submitted_quote_is_not_edited(as_anna, anna):
    quote = SubmittedQuoteFactory(owner=anna)
    before = everything(quote)

    response = as_anna.post(address("edit", quote), values(quote, terms="Mine"))

    assert response.status_code == 422
    assert "has been submitted" in response.text
    assert everything(quote) == before


# --- lines ----------------------------------------------------------------------------

NEW = {"new-product": "UC-BUSINESS", "new-quantity": "12", "new-billing_period": "yearly", "new-discount": "10"}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_add_a_line(as_anna, anna, headers):
    quote = EmptyQuoteFactory(owner=anna, is_primary=True)

    response = as_anna.post(address("add_line", quote), NEW, headers=headers)

    row = reread(quote).lines.get()
    assert (row.line_total, row.discount, row.unit_cost) == (Decimal("1166.40"), Decimal("0.1000"), Decimal("64.80"))
    if headers:
        assert response.status_code == 200
        assert 'id="lines"' in response.text
        assert 'id="record-head" hx-swap-oob="true"' in response.text
        assert "€1,166.40" in response.text
        assert "<html" not in response.text
    else:
        assert response["Location"] == f"{quote.get_absolute_url()}#lines"


@pytest.mark.parametrize("word", ["uc-business", "UC Business", " UC-BUSINESS "])
def test_a_product_is_found_by_code_or_name(as_anna, anna, word):
    quote = EmptyQuoteFactory(owner=anna)

    as_anna.post(address("add_line", quote), {**NEW, "new-product": word})

    assert reread(quote).lines.get().product.code == "UC-BUSINESS"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"new-product": "NOTHING"}, "There is no product “NOTHING”."),
        ({"new-product": ""}, "This field is required."),
        ({"new-quantity": "0"}, "greater than or equal to 1"),
        ({"new-quantity": "1000000"}, "less than or equal to 100000"),
        ({"new-quantity": "x"}, "Enter a whole number."),
        ({"new-discount": "101"}, "less than or equal to 100"),
        ({"new-discount": "-1"}, "greater than or equal to 0"),
        ({"new-discount": "NaN"}, "Enter a number."),
        ({"new-billing_period": "weekly"}, "Select a valid choice."),
        ({"new-billing_period": "three_years"}, "UC Business has no price in EUR"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_a_line_that_cannot_be_is_refused_in_words(as_anna, anna, changes, sentence, headers):
    quote = EmptyQuoteFactory(owner=anna)
    before = everything(quote)

    response = as_anna.post(address("add_line", quote), {**NEW, **changes}, headers=headers)

    assert response.status_code == 422
    assert sentence in response.text
    assert everything(quote) == before


def test_change_and_remove_a_line(as_anna, anna):
    quote = DraftQuoteFactory(owner=anna)
    row = quote.lines.first()
    name = f"line-{row.pk}"

    typed = {f"{name}-product": "UC-BUSINESS", f"{name}-quantity": "10", f"{name}-billing_period": "monthly", f"{name}-discount": "5,5"}
    part = as_anna.post(address("edit_line", quote, row.pk), typed, headers=HTMX)
    row.refresh_from_db()
    assert (row.quantity, row.billing_period, row.discount, row.line_total) == (10, "monthly", Decimal("0.0550"), Decimal("94.50"))
    assert "€94.50" in part.text

    as_anna.post(address("remove_line", quote, row.pk), headers=HTMX)
    assert reread(quote).lines.count() == 2


def test_a_line_of_another_quote_is_not_found(as_anna, anna, carla):
    mine, other, foreign = DraftQuoteFactory(owner=anna), DraftQuoteFactory(owner=anna), DraftQuoteFactory(owner=carla)

    for quote in (other, foreign):
        row = quote.lines.first()
        assert as_anna.post(address("remove_line", mine, row.pk)).status_code == 404
        assert as_anna.post(address("edit_line", mine, row.pk), {}).status_code == 404


def test_the_preview_of_a_line_says_what_it_would_come_to(as_anna, anna):
    quote = EmptyQuoteFactory(owner=anna, commitment=3)

    text = as_anna.get(address("preview_line", quote), NEW, headers=HTMX).text

    assert "€108.00 each, €991.44 per period, €82.62 a month" in text
    assert '<option value="yearly" selected>' in text
    assert "three_years" not in text
    assert not reread(quote).lines.exists()


# --- the record -----------------------------------------------------------------------


def test_the_page_says_that_the_mrr_follows_the_primary_quote(as_anna, anna):
    primary = DraftQuoteFactory(owner=anna, is_primary=True)
    other = DraftQuoteFactory(project=primary.project)

    assert "the project&#x27;s MRR follows it and is €169.20" in as_anna.get(primary.get_absolute_url()).text
    assert "does not follow it" in as_anna.get(other.get_absolute_url()).text


def test_the_page_shows_each_amount_as_its_sum(as_anna, anna):
    text = as_anna.get(DraftQuoteFactory(owner=anna, commitment=3).get_absolute_url()).text

    assert "12 × €108.00 × (1 − 10 %) × (1 − 15 %) = €991.44, that is €82.62 a month" in text


def test_the_page_says_what_is_missing_before_submit(as_anna, anna):
    text = as_anna.get(EmptyQuoteFactory(owner=anna).get_absolute_url()).text

    assert "Lines: add at least one product." in text


def test_preview_never_shows_cost_or_margin(as_anna, anna):
    quote = DraftQuoteFactory(owner=anna)

    text = as_anna.get(address("preview", quote)).text

    assert "€1,883.40" in text
    for leak in ("64.80", "777.60", "1,207.80", "675.60"):
        assert leak not in text


def test_submit_and_watch_the_document(as_anna, anna, deliver):
    quote = DraftQuoteFactory(project=ProposalProject(owner=anna), is_primary=True)

    assert as_anna.post(address("submit", quote))["Location"] == quote.get_absolute_url()
    waiting = as_anna.get(address("document", quote), headers=HTMX).text
    assert 'hx-trigger="every 2s"' in waiting
    assert "The PDF is being made" in waiting
    deliver()
    done = as_anna.get(address("document", quote), headers=HTMX).text

    pdf = reread(quote).pdf
    assert "hx-trigger" not in done
    assert pdf.sha256 in done
    assert f'href="{reverse("core:file", args=[pdf.pk])}"' in done
    assert f"E-mailed to {quote.contact.email}" in done


def test_a_pdf_that_cannot_be_made_is_said(as_anna, anna):
    quote = DraftQuoteFactory(owner=anna)
    services.submit_quote(quote, by=anna, today=this_day())
    OutboxMessage.objects.update(state=OutboxMessage.State.DEAD)

    text = as_anna.get(address("document", quote), headers=HTMX).text

    assert "The PDF could not be made." in text
    assert "hx-trigger" not in text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_submit_says_what_is_missing(as_anna, anna, headers):
    quote = EmptyQuoteFactory(owner=anna)
    before = everything(quote)

    response = as_anna.post(address("submit", quote), headers=headers)

    assert response.status_code == 422
    assert "Lines: add at least one product." in response.text
    assert everything(quote) == before


@pytest.mark.parametrize(
    ("name", "factory", "after"),
    [
        ("make_primary", DraftQuoteFactory, {"is_primary": True}),
        ("revoke", SubmittedQuoteFactory, {"is_revoked": True}),
        ("restore_link", SubmittedQuoteFactory, {"is_revoked": False}),
        ("refresh_prices", DraftQuoteFactory, {"status": Status.DRAFT}),
    ],
)
def test_verbs_without_a_question(as_anna, anna, name, factory, after):
    quote = factory(owner=anna)

    response = as_anna.post(address(name, quote))

    assert response["Location"] == quote.get_absolute_url()
    assert {field: getattr(reread(quote), field) for field in after} == after
    assert len(list(get_messages(response.wsgi_request))) == 1
    assert as_anna.get(address(name, quote)).status_code == 405


@pytest.mark.parametrize("status", [one for one in Status.values if one != "draft"])
def test_the_link_of_whatever_went_out_is_withdrawn_and_restored(client, as_anna, anna, status):
    quote = SubmittedQuoteFactory(owner=anna, status=status)
    page = as_anna.get(quote.get_absolute_url()).text
    assert (address("revoke", quote) in page, address("restore_link", quote) in page) == (True, False)

    as_anna.post(address("revoke", quote))
    assert reread(quote).is_revoked
    assert client.get(reverse("customer_quote", args=[quote.token])).status_code == 410
    page = as_anna.get(quote.get_absolute_url()).text
    assert (address("revoke", quote) in page, address("restore_link", quote) in page) == (False, True)

    as_anna.post(address("restore_link", quote))
    assert not reread(quote).is_revoked
    assert client.get(reverse("customer_quote", args=[quote.token])).status_code == 200


def test_a_draft_has_no_link_to_withdraw(as_anna, anna):
    quote = DraftQuoteFactory(owner=anna)

    assert address("revoke", quote) not in as_anna.get(quote.get_absolute_url()).text


def test_new_version_goes_to_the_draft(as_anna, anna):
    quote = SubmittedQuoteFactory(owner=anna)

    response = as_anna.post(address("new_version", quote), headers=HTMX)

    draft = Quote.objects.for_partner(anna.partner).get(version=2)
    assert response["HX-Redirect"] == draft.get_absolute_url()


def test_ask_for_approval(as_anna, anna):
    quote = DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "yearly", "0.35")])
    assert address("request_approval", quote) in as_anna.get(quote.get_absolute_url()).text
    assert 'name="reason"' in as_anna.get(address("request_approval", quote)).text

    assert as_anna.post(address("request_approval", quote), {"reason": " "}).status_code == 422
    assert reread(quote).approval == Approval.NONE
    as_anna.post(address("request_approval", quote), {"reason": "A competitor offers less."})

    assert reread(quote).approval == Approval.REQUESTED
    assert reread(quote).discount_events.get().text == "A competitor offers less."


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_record_an_acceptance(as_anna, anna, headers):
    quote = SubmittedQuoteFactory(owner=anna)
    question = as_anna.get(address("accept", quote), headers=headers).text
    assert 'name="note"' in question
    assert ("<html" in question) is (not headers)

    assert as_anna.post(address("accept", quote), {"name": "Greta"}, headers=headers).status_code == 422
    as_anna.post(address("accept", quote), {"name": "Greta", "note": "By phone"}, headers=headers)

    assert (reread(quote).status, reread(quote).answered_by) == (Status.ACCEPTED, "Greta")


def test_cancel_asks_first(as_anna, anna):
    quote = SubmittedQuoteFactory(owner=anna)
    assert "nobody can accept it any more" in as_anna.get(address("cancel", quote), headers=HTMX).text
    assert reread(quote).status == Status.SUBMITTED

    as_anna.post(address("cancel", quote), {"reason": "New plans"})

    assert reread(quote).status == Status.CANCELLED


def test_a_refused_verb_says_why(as_anna, anna):
    quote = AcceptedQuoteFactory(owner=anna)
    before = everything(quote)

    assert as_anna.post(address("cancel", quote), {"reason": ""}, headers=HTMX).status_code == 422
    assert as_anna.post(address("resend", quote)).status_code == 422
    assert everything(quote) == before


def test_a_quote_that_stands_is_not_deleted(as_anna, anna):
    for factory in (DraftQuoteFactory, SubmittedQuoteFactory, AcceptedQuoteFactory):
        quote = factory(owner=anna)
        as_anna.post(address("delete", quote))
        assert reread(quote).deleted_at is None
    over = DraftQuoteFactory(owner=anna, status=Status.CANCELLED)
    as_anna.post(address("delete", over))
    assert reread(over).deleted_at is not None


@pytest.mark.parametrize("status", [Status.SUPERSEDED, Status.REJECTED, Status.EXPIRED, Status.CANCELLED])
def test_what_was_submitted_stays_for_the_customer_and_the_refusal_says_what_to_do(as_anna, anna, deliver, status):
    quote = SubmittedQuoteFactory(owner=anna, status=status)
    sentence = "The customer has this quote, so it stays. Withdraw its private link if it is to be read no more."

    refused = as_anna.post(address("delete", quote), headers=HTMX)
    as_anna.post("/quotes/bulk/delete/", {"ids": [quote.pk]})
    change = BulkChange.objects.latest("pk")
    as_anna.post(f"/bulk/{change.pk}/run/")
    deliver()

    assert sentence in refused.text
    assert list(change.rows.values_list("reason", flat=True)) == [sentence]
    assert reread(quote).deleted_at is None
    link = reverse("customer_quote", args=[quote.token])
    assert Client().get(link).status_code == 200
    as_anna.post(address("revoke", quote))
    assert Client().get(link).status_code == 410


def test_the_back_office_deletes_no_quote(client, anna, vendor_admin):
    quote = SubmittedQuoteFactory(owner=anna, status=Status.EXPIRED)
    client.force_login(vendor_admin)
    chosen = {"action": "delete_selected", "_selected_action": [quote.pk], "post": "yes"}

    assert client.post(reverse("admin:quotes_quote_delete", args=[quote.pk]), {"post": "yes"}).status_code == 403
    client.post(reverse("admin:quotes_quote_changelist"), chosen)

    assert reread(quote).deleted_at is None


def test_the_buttons_of_the_page_carry_the_forms_token(anna):
    quote = DraftQuoteFactory(owner=anna)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(anna)
    page = strict.get(quote.get_absolute_url()).text
    form = page[page.index(f'action="{address("submit", quote)}"') :]
    token = form[form.index('name="csrfmiddlewaretoken" value="') + 34 :].split('"')[0]

    assert strict.post(address("submit", quote)).status_code == 403
    assert strict.post(address("submit", quote), {"csrfmiddlewaretoken": token}).status_code == 302


def test_the_account_manager_decides_in_the_back_office(client, otto, olga, anna):
    quote = DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "yearly", "0.35")])
    services.request_approval(quote, by=anna, reason="A competitor offers less.")
    change = reverse("admin:quotes_quote_change", args=[quote.pk])
    grant = reverse("admin:quotes_quote_do", args=[quote.pk, "grant"])

    client.force_login(olga)
    assert str(quote) not in client.get(reverse("admin:quotes_quote_changelist")).text
    assert client.post(grant).status_code == 404
    client.force_login(otto)
    assert "Grant the discount" in client.get(change).text
    client.post(change, {"status": "accepted", "net": "1"})
    client.post(grant, {"seen": "0.3500"})

    after = reread(quote)
    assert (after.approval, after.approval_by, after.status, after.net) == (Approval.GRANTED, otto, Status.DRAFT, quote.net)
    assert not StageMove.objects.across_partners(reason="test").filter(to_stage="accepted").exists()


def test_the_vendor_changes_nothing_in_the_portals_pages(client, otto, anna):
    quote = DraftQuoteFactory(owner=anna)
    client.force_login(otto)

    assert client.get(quote.get_absolute_url()).status_code == 200
    assert client.post(address("submit", quote)).status_code == 403
    assert client.get(reverse("quotes:add")).status_code == 403


def test_the_project_shows_the_products_of_its_primary_quote(as_anna, anna, carla):
    primary = DraftQuoteFactory(owner=anna, is_primary=True)
    DraftQuoteFactory(project=primary.project, lines=[("UC-PREMIUM", 3, "monthly", "0")])
    foreign = DraftQuoteFactory(owner=carla, is_primary=True)

    assert reverse("quotes:products_for_project", args=[primary.project_id]) in as_anna.get(primary.project.get_absolute_url()).text
    panel = as_anna.get(reverse("quotes:products_for_project", args=[primary.project_id])).text

    for words in ("UC Business", "CLASSOUND flat, per user", "Desk phone M", "€1,166.40"):
        assert words in panel
    assert "UC Premium" not in panel
    assert as_anna.get(reverse("quotes:products_for_project", args=[foreign.project_id])).status_code == 404


# --- lines as a file --------------------------------------------------------------------------


def test_the_lines_of_a_quote_come_as_a_sheet(client, anna, carla):
    quote = DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "yearly", "0.10"), ("CX-PHONE-M", 5, "one_off", "0")])
    address = reverse("quotes:export_lines", args=[quote.pk])
    client.force_login(anna)
    assert address in client.get(quote.get_absolute_url()).text

    answer = client.get(f"{address}?format=xlsx")
    sheet, about = load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets
    heads, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]

    assert heads[:4] == ["Position", "Code", "Description", "Quantity"]
    assert [(row[1], row[3], row[8]) for row in rows] == [
        (line.product.code, line.quantity, float(line.line_total)) for line in quote.lines.all()
    ]
    assert about["B1"].value == str(quote)
    client.force_login(carla)
    assert client.get(address).status_code == 404
