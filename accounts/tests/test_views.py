import re

import pytest
from django.urls import reverse

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ActiveAccountFactory, ContactFactory, ResellerAccountFactory
from partnerportal.tests.counting import assert_post_queries, assert_queries

HTMX = {"HTTP_HX_REQUEST": "true"}
ACCOUNT = {"name": "Hotel Alpenblick", "record_type": "customer", "phone": "0471 123456", "email": "info@alpenblick.it"}
CONTACT = {"last_name": "Hofer", "first_name": "Greta", "email": "greta@alpenblick.it"}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def titles(response):
    """The names in the rows of a list."""
    return re.findall(r'class="title"[^>]*>([^<]+)<', response.content.decode())


# --- accounts -------------------------------------------------------------------------------


@pytest.fixture
def accounts(anna, alex, carla):
    AccountFactory(owner=anna, name="Hotel Alpenblick", city="Merano")
    ActiveAccountFactory(owner=alex, name="Kanton Uri", city="Altdorf")
    ResellerAccountFactory(owner=anna, name="Resale Srl", city="Roma")
    AccountFactory(owner=carla, name="Of another partner")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Resale Srl", "Kanton Uri", "Hotel Alpenblick"]),
        ({"view": "mine"}, ["Resale Srl", "Hotel Alpenblick"]),
        ({"view": "active"}, ["Kanton Uri"]),
        ({"view": "prospects", "sort": "name"}, ["Hotel Alpenblick", "Resale Srl"]),
        ({"record_type": "reseller"}, ["Resale Srl"]),
        ({"q": "merano"}, ["Hotel Alpenblick"]),
    ],
)
def test_lists_of_accounts(query, names, as_anna, accounts):
    assert titles(as_anna.get("/accounts/", query)) == names


@pytest.mark.parametrize("row_count", [1, 30])
def test_list_of_accounts_costs_eight_queries(row_count, as_anna, anna):
    AccountFactory.create_batch(row_count, owner=anna)

    assert_queries(as_anna, "/accounts/", at_most=8)


def test_new_account_with_name_phone_and_mail(as_anna, anna):
    response = as_anna.post("/accounts/new/", ACCOUNT)

    account = Account.objects.visible_to(anna).get()
    assert (response.status_code, response.url) == (302, f"/accounts/{account.pk}/")
    assert (account.name, account.phone.as_e164, account.email, account.owner) == (
        "Hotel Alpenblick",
        "+390471123456",
        "info@alpenblick.it",
        anna,
    )


@pytest.mark.parametrize("field", ["name", "phone", "email"])
def test_new_account_needs(field, as_anna, anna):
    response = as_anna.post("/accounts/new/", {**ACCOUNT, field: ""})

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert not Account.objects.visible_to(anna).exists()


def test_new_account_takes_no_public_address(as_anna, anna):
    response = as_anna.post("/accounts/new/", {**ACCOUNT, "email": "hotel@GMAIL.com"})

    assert response.status_code == 422
    assert "gmail.com is a public mail service" in response.content.decode()
    assert not Account.objects.visible_to(anna).exists()


def test_save_and_new_account(as_anna, anna):
    response = as_anna.post("/accounts/new/", {**ACCOUNT, "then": "new"})

    assert (response.status_code, response.url) == (302, "/accounts/new/")
    assert Account.objects.visible_to(anna).count() == 1


def test_new_account_shows_one_like_it_and_asks(as_anna, anna, alex, carla):
    known = AccountFactory(owner=alex, name="HOTEL Alpenblick GmbH", email="office@alpenblick.com")
    AccountFactory(owner=carla, name="Hotel Alpenblick")

    asked = as_anna.post("/accounts/new/", ACCOUNT)
    assert asked.status_code == 422
    assert set(re.findall(r'href="(/accounts/\d+/)"', asked.content.decode())) == {known.get_absolute_url()}
    assert Account.objects.visible_to(anna).count() == 1
    made = as_anna.post("/accounts/new/", {**ACCOUNT, "is_another": "on"})

    assert made.status_code == 302
    assert Account.objects.visible_to(anna).count() == 2


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ({"vat_number": "IT 00743110157"}, {"vat_number": "00743110157", "country": "IT"}),
        ({"phone": "+390471123456"}, {}),
        ({"website": "https://www.alpenblick.it"}, {}),
    ],
)
def test_new_account_asks_about_one_under_another_name(known, typed, as_anna, anna, carla):
    told = {"name": "Zirbelhof", "email": "office@zirbelhof.com", "phone": "+39045987654", **known}
    there = AccountFactory(owner=anna, **told)
    AccountFactory(owner=carla, **told)

    asked = as_anna.post("/accounts/new/", ACCOUNT | typed)

    assert asked.status_code == 422
    assert set(re.findall(r'href="(/accounts/\d+/)"', asked.content.decode())) == {there.get_absolute_url()}
    assert list(Account.objects.visible_to(anna)) == [there]
    assert as_anna.post("/accounts/new/", ACCOUNT | typed | {"is_another": "on"}).status_code == 302


def test_new_account_asks_when_all_else_is_right(as_anna, anna):
    AccountFactory(owner=anna, name="Hotel Alpenblick")

    refused = as_anna.post("/accounts/new/", {**ACCOUNT, "phone": "12"})

    assert list(refused.context["form"].errors) == ["phone"]
    assert "is_another" not in refused.context["form"].fields


def test_another_partners_account_is_no_duplicate(as_anna, anna, carla):
    AccountFactory(owner=carla, name="Hotel Alpenblick", email="info@alpenblick.it")

    assert as_anna.post("/accounts/new/", ACCOUNT).status_code == 302


def test_new_account_costs_ten_queries(as_anna):
    as_anna.get("/accounts/new/")

    assert_post_queries(as_anna, "/accounts/new/", ACCOUNT, at_most=10)


def test_clone_of_an_account_says_so(as_anna, anna):
    account = AccountFactory(owner=anna, name="Hotel Alpenblick")

    assert as_anna.get(f"/accounts/{account.pk}/clone/").context["form"]["name"].value() == "Hotel Alpenblick (copy)"


def test_edit_account(as_anna, anna):
    account = AccountFactory(owner=anna)

    response = as_anna.post(f"/accounts/{account.pk}/edit/", {**ACCOUNT, "city": "Bolzano"})

    account.refresh_from_db()
    assert (response.status_code, account.city, account.name) == (302, "Bolzano", "Hotel Alpenblick")


@pytest.mark.parametrize("factory", [AccountFactory, ActiveAccountFactory, ResellerAccountFactory])
def test_record_of_an_account_costs_twelve_queries(factory, as_anna, anna):
    account = factory(owner=anna)
    ContactFactory.create_batch(3, account=account)

    assert_queries(as_anna, account.get_absolute_url(), at_most=12)


def test_contacts_of_an_account_are_a_panel(as_anna, anna, carla):
    account = AccountFactory(owner=anna)
    ContactFactory(account=account, first_name="Greta", last_name="Hofer")
    ContactFactory(owner=anna, last_name="Elsewhere")
    address = reverse("contacts:for_account", args=[account.pk])

    assert f'hx-get="{address}"' in as_anna.get(account.get_absolute_url()).content.decode()
    for headers in ({}, HTMX):
        response = as_anna.get(address, **headers)
        assert titles(response) == ["Greta Hofer"]
        assert f"/contacts/new/?account={account.pk}" in response.content.decode()

    as_anna.force_login(carla)
    assert as_anna.get(address).status_code == 404


def test_change_of_owner_takes_contacts_along(as_anna, anna, alex):
    contact = ContactFactory(account=AccountFactory(owner=anna))

    response = as_anna.post(f"/accounts/{contact.account_id}/owner/", {"owner": alex.pk})

    contact.refresh_from_db()
    assert (response.status_code, contact.owner, contact.account.owner) == (302, alex, alex)


def test_an_account_is_handed_to_no_stranger(as_anna, anna, carla):
    account = AccountFactory(owner=anna)

    response = as_anna.post(f"/accounts/{account.pk}/owner/", {"owner": carla.pk})

    account.refresh_from_db()
    assert (response.status_code, account.owner) == (422, anna)


def test_an_account_with_contacts_is_not_deleted(as_anna, anna):
    contact = ContactFactory(account=AccountFactory(owner=anna))

    response = as_anna.post(f"/accounts/{contact.account_id}/delete/", **HTMX)

    contact.account.refresh_from_db()
    assert (response.status_code, contact.account.deleted_at) == (422, None)
    assert "it still has contacts" in response.content.decode()


@pytest.mark.parametrize("page", ["", "edit/", "clone/", "history/", "owner/", "delete/", "panels/activity/", "panels/files/"])
@pytest.mark.parametrize("kind", ["accounts", "contacts"])
def test_pages_of_another_partner_do_not_exist(kind, page, client, anna, carla):
    contact = ContactFactory(account=AccountFactory(owner=anna))
    record = contact if kind == "contacts" else contact.account
    client.force_login(carla)

    assert client.get(f"/{kind}/{record.pk}/{page}").status_code == 404


@pytest.mark.parametrize("action", ["edit/", "follow/", "notes/", "owner/", "delete/", "restore/", "files/"])
@pytest.mark.parametrize("kind", ["accounts", "contacts"])
def test_actions_on_another_partners_records_do_not_exist(kind, action, client, anna, carla):
    contact = ContactFactory(account=AccountFactory(owner=anna))
    record = contact if kind == "contacts" else contact.account
    client.force_login(carla)

    response = client.post(f"/{kind}/{record.pk}/{action}", {**ACCOUNT, **CONTACT, "text": "x", "owner": carla.pk})

    record.refresh_from_db()
    assert response.status_code == 404
    assert (record.owner, record.deleted_at, record.history.count(), record.notes.count()) == (anna, None, 1, 0)


@pytest.mark.parametrize("action", ["edit/", "owner/", "delete/"])
def test_a_colleague_is_told_who_may(action, client, anna, alex):
    account = AccountFactory(owner=anna)
    client.force_login(alex)

    response = client.post(f"/accounts/{account.pk}/{action}", {**ACCOUNT, "owner": alex.pk})

    account.refresh_from_db()
    assert response.status_code == 403
    assert "Anna Conti" in response.content.decode()
    assert (account.owner, account.deleted_at, account.history.count()) == (anna, None, 1)


@pytest.mark.parametrize("page", ["", "new/", "export/"])
@pytest.mark.parametrize("kind", ["accounts", "contacts"])
def test_support_works_with_cases_only(kind, page, client, tariq):
    client.force_login(tariq)

    assert client.get(f"/{kind}/{page}").status_code == 403


# --- contacts -------------------------------------------------------------------------------


@pytest.fixture
def contacts(anna, alex, carla):
    ContactFactory(owner=anna, account=AccountFactory(owner=anna, name="Kanton Uri"), first_name="Greta", last_name="Hofer")
    ContactFactory(
        owner=alex, account=AccountFactory(owner=alex, name="Studio Verdi"), first_name="Paolo", last_name="Greco", job_title="cfo"
    )
    ContactFactory(owner=carla, last_name="Stranger")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Paolo Greco", "Greta Hofer"]),
        ({"view": "mine"}, ["Greta Hofer"]),
        ({"sort": "account"}, ["Greta Hofer", "Paolo Greco"]),
        ({"q": "uri"}, ["Greta Hofer"]),
        ({"job_title": "cfo"}, ["Paolo Greco"]),
    ],
)
def test_lists_of_contacts(query, names, as_anna, contacts):
    assert titles(as_anna.get("/contacts/", query)) == names


def test_contacts_of_one_account_are_a_list(as_anna, anna, contacts, carla):
    account = Account.objects.visible_to(anna).get(name="Kanton Uri")
    foreign = Account.objects.visible_to(carla).get()

    assert titles(as_anna.get("/contacts/", {"account": account.pk})) == ["Greta Hofer"]
    assert as_anna.get("/contacts/", {"account": foreign.pk}).status_code == 422


def test_the_filters_of_contacts_list_no_accounts(as_anna, anna, contacts):
    account = Account.objects.visible_to(anna).get(name="Kanton Uri")

    editor = as_anna.get("/contacts/views/", {"account": account.pk}).content.decode()
    page = as_anna.get("/contacts/", {"account": account.pk})

    assert f'type="hidden" name="g0-account" value="{account.pk}"' in editor
    assert [name in editor for name in ("Studio Verdi", "<option")] == [False, True]
    assert [(chip.label, chip.value) for chip in page.context["filterset"].chips] == [("Account", "Kanton Uri")]


@pytest.mark.parametrize("row_count", [1, 30])
def test_list_of_contacts_costs_eight_queries(row_count, as_anna, anna):
    ContactFactory.create_batch(row_count, owner=anna)

    assert_queries(as_anna, "/contacts/", at_most=8)


def test_new_contact_of_an_account(as_anna, anna):
    account = AccountFactory(owner=anna)
    page = as_anna.get(f"/contacts/new/?account={account.pk}")
    assert page.context["form"]["account"].value() == str(account.pk)

    response = as_anna.post("/contacts/new/", {**CONTACT, "account": account.pk})

    contact = Contact.objects.visible_to(anna).get()
    assert (response.status_code, response.url) == (302, f"/contacts/{contact.pk}/")
    assert (contact.full_name, contact.account, contact.owner) == ("Greta Hofer", account, anna)


@pytest.mark.parametrize("field", ["last_name", "email", "account"])
def test_new_contact_needs(field, as_anna, anna):
    account = AccountFactory(owner=anna)

    response = as_anna.post("/contacts/new/", {**CONTACT, "account": account.pk, field: ""})

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert not Contact.objects.visible_to(anna).exists()


def test_new_contact_knows_no_account_of_another_partner(as_anna, anna, carla):
    foreign = AccountFactory(owner=carla, name="Zebra of Nordlicht")

    response = as_anna.post("/contacts/new/", {**CONTACT, "account": foreign.pk})

    assert response.status_code == 422
    assert "Zebra" not in response.content.decode()
    assert not Contact.objects.for_partner(carla.partner).exists()
    assert not Contact.objects.visible_to(anna).exists()


def test_new_contact_costs_ten_queries(as_anna, anna):
    account = AccountFactory(owner=anna)
    as_anna.get("/contacts/new/")

    assert_post_queries(as_anna, "/contacts/new/", {**CONTACT, "account": account.pk}, at_most=10)


def test_new_contact_shows_who_is_there_and_asks_once(as_anna, anna, carla):
    account = AccountFactory(owner=anna)
    known = ContactFactory(account=account, **CONTACT)
    ContactFactory(account=AccountFactory(owner=carla), **CONTACT)
    ContactFactory(account=account, first_name="Peter", last_name="Huber", email="p.huber@alpenblick.it")
    posted = {**CONTACT, "account": account.pk}

    asked = as_anna.post("/contacts/new/", posted)

    assert asked.status_code == 422
    assert set(re.findall(r'href="(/contacts/\d+/)"', asked.content.decode())) == {known.get_absolute_url()}
    assert Contact.objects.visible_to(anna).count() == 2
    assert as_anna.post("/contacts/new/", posted | {"is_another": "on"}).status_code == 302


def test_a_clone_of_a_contact_and_an_edit_ask_nothing(as_anna, anna):
    contact = ContactFactory(account=AccountFactory(owner=anna), **CONTACT)

    cloned = as_anna.post(f"/contacts/{contact.pk}/clone/", {**CONTACT, "account": contact.account_id})
    edited = as_anna.post(f"/contacts/{contact.pk}/edit/", {**CONTACT, "department": "IT"})

    assert (cloned.status_code, edited.status_code) == (302, 302)
    assert Contact.objects.visible_to(anna).count() == 2


def test_save_and_new_contact_keeps_the_account(as_anna, anna):
    account = AccountFactory(owner=anna)

    response = as_anna.post(f"/contacts/new/?account={account.pk}", {**CONTACT, "account": account.pk, "then": "new"})

    assert response.url == f"/contacts/new/?account={account.pk}"


def test_edit_contact(as_anna, anna):
    contact = ContactFactory(owner=anna)
    account = contact.account

    as_anna.post(f"/contacts/{contact.pk}/edit/", {**CONTACT, "department": "IT", "account": AccountFactory(owner=anna).pk})

    contact.refresh_from_db()
    assert (contact.full_name, contact.department, contact.account) == ("Greta Hofer", "IT", account)


def test_record_of_a_contact_costs_twelve_queries(as_anna, anna):
    assert_queries(as_anna, ContactFactory(owner=anna).get_absolute_url(), at_most=12)
