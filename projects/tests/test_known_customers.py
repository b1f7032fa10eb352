"""A lead of a company that is known: one click on Convert doubles neither the account nor the contact."""

from html.parser import HTMLParser

import pytest

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from leads.tests.factories import QualifiedLeadFactory
from projects.models import Project

pytestmark = pytest.mark.usefixtures("reference")


class Rendered(HTMLParser):
    """What a browser sends when nobody has changed anything: name → values."""

    def __init__(self):
        super().__init__()
        self.sent, self.select, self.first = {}, "", None

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        name, value = found.get("name"), found.get("value") or ""
        if tag == "select":
            self.select, self.first = name, None
        elif tag == "option":
            self.first = value if self.first is None else self.first
            if "selected" in found:
                self.sent[self.select] = [value]
        elif tag == "input" and name and (found.get("type") not in ("checkbox", "radio", "submit") or "checked" in found):
            self.sent.setdefault(name, []).append(value)

    def handle_endtag(self, tag):
        if tag == "select":
            self.sent.setdefault(self.select, [self.first or ""])


def as_rendered(client, lead):
    """The page, and what its form sends as it stands."""
    page = client.get(f"/leads/{lead.pk}/convert/").content.decode()
    form = page[page.index("<form", page.index("<main")) :]
    parser = Rendered()
    parser.feed(form[: form.index("</form>")])
    return page, parser.sent


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def lead(anna):
    return QualifiedLeadFactory(
        owner=anna, company="Brenner Logistik", email="a.rossi@brenner.de", first_name="Anna", last_name="Rossi", total_users=40
    )


def counts(user):
    return [model.objects.visible_to(user).count() for model in (Account, Contact, Project)]


def test_the_form_as_it_stands_takes_the_account_and_the_contact_that_are_known(as_anna, anna, lead):
    account = AccountFactory(owner=anna, name="Brenner Logistik GmbH", email="info@brenner.de")
    ContactFactory(account=account, email="A.Rossi@brenner.de", last_name="Bianchi")
    contact = ContactFactory(account=account, email="A.Rossi@brenner.de", last_name="Rossi")

    page, sent = as_rendered(as_anna, lead)
    answer = as_anna.post(f"/leads/{lead.pk}/convert/", sent)

    project = Project.objects.visible_to(anna).get()
    assert answer.url == project.get_absolute_url()
    assert (project.account, project.contact, counts(anna)) == (account, contact, [1, 2, 1])
    assert "Brenner Logistik GmbH – 98% · Same mail domain brenner.de" in page
    assert "Same e-mail address A.Rossi@brenner.de" in page


def test_the_account_that_a_lead_was_matched_to_comes_first(as_anna, anna, lead):
    AccountFactory(owner=anna, name="Brenner Logistik GmbH", email="info@brenner.de")
    lead.account = AccountFactory(owner=anna, name="Brenner Holding", email="info@brenner-holding.de")
    lead.save()

    _page, sent = as_rendered(as_anna, lead)

    assert sent["account"] == [str(lead.account_id)]
    assert sent["contact"] == [""]


def test_an_account_that_is_only_worth_a_look_is_shown_and_not_chosen(as_anna, anna, lead):
    other = AccountFactory(owner=anna, name="Brenner Logistik", email="info@brenner-transporte.at", city="Graz")
    ContactFactory(account=other, email="k.huber@brenner-transporte.at")

    page, sent = as_rendered(as_anna, lead)
    as_anna.post(f"/leads/{lead.pk}/convert/", sent)

    assert (sent["account"], sent["contact"]) == ([""], [""])
    assert counts(anna) == [2, 2, 1]
    assert "Most alike: Brenner Logistik, 64% · Same name" in page


def test_the_account_of_a_colleague_that_one_does_not_see_is_not_chosen(as_anna, anna, alex, aurora, lead):
    aurora.record_visibility = "owner"
    aurora.save()
    AccountFactory(owner=alex, name="Brenner Logistik GmbH", email="info@brenner.de")

    page, sent = as_rendered(as_anna, lead)

    assert sent["account"] == [""]
    assert "Brenner Logistik GmbH" not in page


def test_the_name_of_an_account_is_text(as_anna, anna, lead):
    AccountFactory(owner=anna, name="Brenner Logistik <i>GmbH</i>", email="info@brenner.de")

    page, _sent = as_rendered(as_anna, lead)

    assert "Most alike: Brenner Logistik &lt;i&gt;GmbH&lt;/i&gt;, " in page
    assert "<i>GmbH" not in page
