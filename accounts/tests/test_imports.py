"""Tables of accounts and contacts: what is there already, what is filled, what goes back, and whose records are looked at."""

import pytest

from accounts.imports import ACCOUNTS, CONTACTS
from accounts.merging import merge_accounts, merge_contacts, undo_merge
from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from leads.tests.test_imports import WORKED_ON, results, table, upload
from partnerportal.core import outbox
from partnerportal.core.attached import delete_record
from partnerportal.core.imports import services
from projects.services import add_contact
from projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db

ACCOUNT_HEADINGS = ["Name", "E-mail", "Phone", "City", "Website"]
CONTACT_HEADINGS = ["Account name", "First name", "Last name", "E-mail", "Phone", "Department"]
GIVEN = {"job_title": "ceo-owner", "record_type": "customer"}


def done(kind, by, *lines, headings, policy):
    """An import of accounts or contacts, rehearsed and run: what was promised, and the import."""
    batch = services.start(kind, upload(table(*lines, headings=headings)), by=by)
    services.rehearse(batch, mapping=batch.mapping, constants=GIVEN, policy=policy, by=by)
    outbox.deliver_due()
    promised = results(batch)
    batch.refresh_from_db()
    services.run(batch, by=by)
    outbox.deliver_due()
    batch.refresh_from_db()
    return promised, batch


def accounts_in(by, *lines, policy="skip"):
    return done(ACCOUNTS, by, *lines, headings=ACCOUNT_HEADINGS, policy=policy)


def contacts_in(by, *lines, policy="skip"):
    return done(CONTACTS, by, *lines, headings=CONTACT_HEADINGS, policy=policy)


ORTO = ["Orto GmbH", "info@orto.it", "+390471123450", "Bozen", "https://orto.it"]


@pytest.mark.parametrize(
    ("policy", "result", "city", "number"), [("skip", "duplicate", "", 1), ("fill", "update", "Bozen", 1), ("create", "create", "", 2)]
)
def test_an_account_that_is_there_is_left_filled_or_made_again(anna, policy, result, city, number):
    there = AccountFactory(owner=anna, name="Orto", email="office@orto.it", city="", website="https://www.orto.it")

    promised, batch = accounts_in(anna, ORTO, policy=policy)

    there.refresh_from_db()
    assert [one for _n, one, *_ in promised] == [one for _n, one, *_ in results(batch)] == [result]
    assert (there.city, there.website, there.email) == (city, "https://www.orto.it", "office@orto.it")
    assert Account.objects.visible_to(anna).count() == number


def test_what_an_import_of_accounts_made_and_filled_goes_back(anna):
    there = AccountFactory(owner=anna, name="Orto", email="office@orto.it", city="")
    _promised, batch = accounts_in(anna, ORTO, ["Zimmerei Gschnitzer", "a@gschnitzer.at", "+4352721234", "Telfs", ""], policy="fill")
    assert Account.objects.visible_to(anna).count() == 2

    services.revert(batch, by=anna)
    outbox.deliver_due()

    there.refresh_from_db()
    assert [one for _n, one, *_ in results(batch)] == ["back", "back"]
    assert list(Account.objects.visible_to(anna)) == [there]
    assert there.city == ""


def test_what_an_import_of_contacts_made_and_filled_goes_back(anna):
    account = AccountFactory(owner=anna, name="Orto", email="info@orto.it")
    there = ContactFactory(account=account, owner=anna, first_name="Pia", last_name="Rossi", email="pia@orto.it", department="")
    lines = ["Orto", "Pia", "Rossi", "pia@orto.it", "", "Sales"], ["Orto GmbH", "Paolo", "Greco", "greco@orto.it", "", "IT"]

    promised, batch = contacts_in(anna, *lines, policy="fill")

    there.refresh_from_db()
    assert [one for _n, one, *_ in promised] == [one for _n, one, *_ in results(batch)] == ["update", "create"]
    assert (there.department, Contact.objects.visible_to(anna).get(last_name="Greco").account) == ("Sales", account)
    services.revert(batch, by=anna)
    outbox.deliver_due()
    there.refresh_from_db()
    assert list(Contact.objects.visible_to(anna)) == [there]
    assert there.department == ""


def test_taking_back_leaves_contacts_that_a_project_or_a_merge_has_used_since(anna):
    account = AccountFactory(owner=anna, name="Orto", email="info@orto.it")
    there = ContactFactory(account=account, owner=anna, first_name="Ugo", last_name="Moser", email="moser@orto.it")
    people = (("Pia", "Rossi"), ("Paolo", "Greco"), ("Marta", "Huber"), ("Lena", "Prantl"))
    _promised, batch = contacts_in(anna, *(["Orto", first, last, f"{last.lower()}@orto.it", "", ""] for first, last in people))
    further, merged, parted, untouched = Contact.objects.visible_to(anna).exclude(pk=there.pk).order_by("pk")
    project = ProjectFactory(owner=anna, account=account)
    add_contact(project, contact=further, role="", by=anna)
    undo_merge(merge_contacts(parted, [there], chosen={}, by=anna), by=anna)
    merge_contacts(merged, [there], chosen={}, by=anna)

    services.revert(batch, by=anna)
    outbox.deliver_due()

    said = [("left", WORKED_ON), ("left", WORKED_ON), ("back", ""), ("back", "")]
    assert [(result, note) for _n, result, _errors, note in results(batch)] == said
    assert set(Contact.objects.visible_to(anna)) == {further, merged, project.contact}
    parted.refresh_from_db()
    untouched.refresh_from_db()
    assert None not in (parted.deleted_at, untouched.deleted_at)


def test_taking_back_leaves_accounts_that_others_were_merged_into_since(anna):
    there = AccountFactory(owner=anna, name="Bergbahn", email="info@bergbahn.it")
    lines = (["Orto GmbH", "info@orto.it", "+390471123450", "", ""], ["Lunaria", "info@lunaria.it", "+390471123451", "", ""])
    _promised, batch = accounts_in(anna, *lines)
    merged, emptied = Account.objects.visible_to(anna).exclude(pk=there.pk).order_by("pk")
    delete_record(ContactFactory(account=emptied, owner=anna), by=anna)
    merge_accounts(merged, [there], chosen={}, by=anna)

    services.revert(batch, by=anna)
    outbox.deliver_due()

    assert [(result, note) for _n, result, _errors, note in results(batch)] == [("left", WORKED_ON), ("back", "")]
    assert list(Account.objects.visible_to(anna)) == [merged]


def test_a_contact_that_is_there_is_left_alone(anna):
    account = AccountFactory(owner=anna, name="Orto", email="info@orto.it")
    there = ContactFactory(account=account, owner=anna, first_name="Pia", last_name="Rossi", email="pia@orto.it", department="")

    promised, batch = contacts_in(anna, ["Orto", "Pia", "Rossi", "PIA@orto.it", "", "Sales"])

    there.refresh_from_db()
    assert [one for _n, one, *_ in promised] == [one for _n, one, *_ in results(batch)] == ["duplicate"]
    assert (there.department, Contact.objects.visible_to(anna).count()) == ("", 1)


def test_a_contact_needs_the_one_account_of_its_name(anna, carla):
    for city in ("Bozen", "Trento"):
        AccountFactory(owner=anna, name="Hotel Post", city=city)
    AccountFactory(owner=carla, name="Fremdling")
    lines = [[name, "Pia", "Rossi", f"pia{number}@orto.it", "", ""] for number, name in enumerate(("Unbekannt", "Hotel Post", "Fremdling"))]

    promised, batch = contacts_in(anna, *lines)

    assert [one for _n, one, *_ in promised] == [one for _n, one, *_ in results(batch)] == ["error"] * 3
    sentences = [errors[0][1] for _n, _result, errors, _note in promised]
    assert sentences == [
        "There is no account “Unbekannt”. Import the accounts first.",
        "There are several accounts “Hotel Post”.",
        "There is no account “Fremdling”. Import the accounts first.",
    ]
    assert not Contact.objects.across_partners(reason="test").exists()


@pytest.mark.parametrize("policy", ["skip", "fill"])
def test_accounts_and_contacts_of_another_partner_are_none_of_ours(anna, carla, policy):
    theirs = AccountFactory(owner=carla, name="Orto", email="info@orto.it", phone="+390471123450", city="")
    person = ContactFactory(account=theirs, owner=carla, first_name="Pia", last_name="Rossi", email="pia@orto.it", department="")

    promised, _batch = accounts_in(anna, ORTO, policy=policy)
    people, _batch = contacts_in(anna, ["Orto GmbH", "Pia", "Rossi", "pia@orto.it", "", "Sales"], policy=policy)

    assert [one for _n, one, *_ in promised + people] == ["create", "create"]
    assert all("Orto" not in str(note) for *_rest, note in promised)
    for record in (theirs, person):
        record.refresh_from_db()
    assert (theirs.city, person.department) == ("", "")
    assert Contact.objects.visible_to(anna).get().account == Account.objects.visible_to(anna).get()


def test_a_colleagues_account_is_not_filled_by_who_may_not_change_it(anna, alex):
    there = AccountFactory(owner=alex, name="Orto", email="office@orto.it", city="")

    promised, _batch = accounts_in(anna, ORTO, policy="fill")

    there.refresh_from_db()
    assert promised[0][1] == "error"
    assert "Alex Rossi" in promised[0][2][0][1]
    assert (there.city, Account.objects.visible_to(anna).count()) == ("", 1)
