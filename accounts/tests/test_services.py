import pytest
from django.core.exceptions import ValidationError

from accounts import services
from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from partnerportal.core.models import Notification
from partnerportal.core.scoping import NotYours
from tasks.tests.factories import CompletedTaskFactory, TaskFactory

ACCOUNT = {"name": "Hotel Alpenblick", "phone": "+390471123456", "email": "info@alpenblick.it", "record_type": "customer"}
CONTACT = {"last_name": "Hofer", "first_name": "Greta", "email": "greta@alpenblick.it"}


def test_create_account_is_the_persons_own(anna):
    account = services.create_account(values=ACCOUNT, by=anna)

    account.refresh_from_db()
    assert (account.name, account.partner, account.owner, account.status) == ("Hotel Alpenblick", anna.partner, anna, "prospect")
    assert [entry.history_user for entry in account.history.all()] == [anna]


def test_create_account_takes_no_partner_or_owner_from_the_values(anna, carla):
    account = services.create_account(values={**ACCOUNT, "partner": carla.partner, "owner": carla, "status": "active"}, by=anna)

    account.refresh_from_db()
    assert (account.partner, account.owner, account.status) == (anna.partner, anna, "prospect")


def test_create_account_refuses_a_public_address(anna):
    with pytest.raises(ValidationError) as refusal:
        services.create_account(values={**ACCOUNT, "email": "hotel@gmail.com"}, by=anna)

    assert list(refusal.value.error_dict) == ["email"]
    assert not Account.objects.visible_to(anna).exists()


def test_create_account_is_not_for_vendor_users(otto):
    with pytest.raises(NotYours):
        services.create_account(values=ACCOUNT, by=otto)

    assert not Account.objects.visible_to(otto).exists()


def test_edit_account_writes_what_differs(anna):
    account = AccountFactory(owner=anna)

    services.edit_account(account, values={"city": "Bolzano", "name": account.name}, by=anna)

    account.refresh_from_db()
    assert account.city == "Bolzano"
    assert account.history.count() == 2


def test_edit_account_without_a_change_writes_nothing(anna):
    account = AccountFactory(owner=anna)

    services.edit_account(account, values={"city": account.city, "name": account.name, "email": account.email}, by=anna)

    assert account.history.count() == 1


def test_edit_account_keeps_an_address_that_the_vendor_let_in(anna):
    account = AccountFactory(owner=anna, email="hotel@gmail.com")

    services.edit_account(account, values={"email": "hotel@gmail.com", "city": "Bolzano"}, by=anna)

    account.refresh_from_db()
    assert account.city == "Bolzano"


def test_edit_account_refuses_a_colleague(anna, alex):
    account = AccountFactory(owner=anna)

    with pytest.raises(NotYours):
        services.edit_account(account, values={"city": "Bolzano"}, by=alex)

    account.refresh_from_db()
    assert (account.city, account.history.count()) == ("Merano", 1)


def test_edit_account_of_another_partner_does_not_exist(anna, carla):
    account = AccountFactory(owner=anna)

    with pytest.raises(Account.DoesNotExist):
        services.edit_account(account, values={"city": "Bolzano"}, by=carla)

    assert account.history.count() == 1


def test_create_contact_has_its_accounts_partner(anna, alex):
    account = AccountFactory(owner=alex)

    contact = services.create_contact(values={**CONTACT, "account": account}, by=anna)

    contact.refresh_from_db()
    assert (contact.full_name, contact.account, contact.partner, contact.owner) == ("Greta Hofer", account, anna.partner, anna)


def test_create_contact_refuses_another_partners_account(anna, carla):
    account = AccountFactory(owner=carla)

    with pytest.raises(Account.DoesNotExist):
        services.create_contact(values={**CONTACT, "account": account}, by=anna)

    assert not Contact.objects.for_partner(account.partner).exists()
    assert not Contact.objects.visible_to(anna).exists()


def test_create_contact_refuses_a_blocked_word(anna):
    account = AccountFactory(owner=anna)

    with pytest.raises(ValidationError):
        services.create_contact(values={**CONTACT, "account": account, "email": "test@alpenblick.it"}, by=anna)

    assert not Contact.objects.visible_to(anna).exists()


def test_edit_contact_leaves_the_account(anna):
    contact = ContactFactory(owner=anna)
    account = contact.account

    services.edit_contact(contact, values={"department": "IT", "account": AccountFactory(owner=anna)}, by=anna)

    contact.refresh_from_db()
    assert (contact.department, contact.account) == ("IT", account)


def test_hand_over_account_takes_contacts_and_open_tasks_along(anna, alex, ben):
    account = AccountFactory(owner=anna)
    own, others = ContactFactory(account=account), ContactFactory(account=account, owner=ben)
    on_account, on_contact = TaskFactory(owner=anna, related=account), TaskFactory(owner=anna, related=own)
    done = CompletedTaskFactory(owner=anna, related=account)
    bens = TaskFactory(owner=anna, assigned_to=ben, related=account)
    elsewhere = TaskFactory(owner=anna, related=AccountFactory(owner=anna))

    services.hand_over_account(account, to=alex, by=anna)

    for record in (account, own, others, on_account, on_contact, done, bens, elsewhere):
        record.refresh_from_db()
    assert [record.owner for record in (account, own, others)] == [alex, alex, ben]
    assert [task.assigned_to for task in (on_account, on_contact, done, bens, elsewhere)] == [alex, alex, anna, ben, anna]
    assert [notice.user for notice in Notification.objects.all()] == [alex]


def test_hand_over_account_refuses_a_stranger_and_changes_nothing(anna, alex, carla):
    account = AccountFactory(owner=anna)
    contact, task = ContactFactory(account=account), TaskFactory(owner=anna, related=account)
    alex.is_active = False
    alex.save(update_fields=["is_active"])

    for stranger in (carla, alex):
        with pytest.raises(NotYours):
            services.hand_over_account(account, to=stranger, by=anna)

    for record in (account, contact, task):
        record.refresh_from_db()
    assert (account.owner, contact.owner, task.assigned_to) == (anna, anna, anna)
    assert not Notification.objects.exists()


def test_hand_over_account_is_for_those_who_may_change_it(anna, alex, ben):
    account = AccountFactory(owner=anna)

    with pytest.raises(NotYours):
        services.hand_over_account(account, to=ben, by=alex)
    services.hand_over_account(account, to=alex, by=ben)

    account.refresh_from_db()
    assert account.owner == alex
