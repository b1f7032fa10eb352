import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory, ResellerAccountFactory


def test_a_contact_has_its_accounts_partner_and_owner(anna):
    contact = ContactFactory(account=AccountFactory(owner=anna))

    assert (contact.partner, contact.owner) == (anna.partner, anna)


def test_colleagues_see_and_other_partners_do_not(anna, alex, carla, otto, olga):
    contact = ContactFactory(owner=anna)

    for model, record in ((Account, contact.account), (Contact, contact)):
        assert [model.objects.visible_to(one).filter(pk=record.pk).count() for one in (anna, alex, carla, otto, olga)] == [1, 1, 0, 1, 0]


def test_support_reads_accounts_and_contacts(anna, tariq):
    contact = ContactFactory(owner=anna)

    assert Account.objects.visible_to(tariq).get() == contact.account
    assert Contact.objects.visible_to(tariq).get() == contact
    assert not Account.objects.editable_by(tariq).exists()


def test_the_kind_of_an_account_is_known(anna):
    account = ResellerAccountFactory(owner=anna)
    account.record_type = "stock"

    with pytest.raises(IntegrityError), transaction.atomic():
        account.save(update_fields=["record_type"])


def test_similar_accounts_share_a_domain_or_a_name(anna, alex, carla):
    by_domain = AccountFactory(owner=alex, name="Albergo Sole", email="a@alpenblick.it")
    by_name = AccountFactory(owner=anna, name="Hôtel ALPENBLICK GmbH", email="b@elsewhere.it")
    AccountFactory(owner=anna, name="Hotel Bellevue", email="c@bellevue.it")
    AccountFactory(owner=carla, name="Hotel Alpenblick", email="d@alpenblick.it")

    assert Account.objects.visible_to(anna).similar_to(name="Hotel Alpenblick", email="info@alpenblick.it") == [by_domain, by_name]
    assert Account.objects.visible_to(anna).similar_to(name="Nordwind", email="info@nordwind.de") == []


def test_the_same_name_at_another_domain_is_worth_offering(anna):
    brenner = AccountFactory(owner=anna, name="Brenner Logistik GmbH", email="info@brenner.de")

    assert Account.objects.visible_to(anna).similar_to(name="Brenner Logistik GmbH", email="j.brenner@post.it") == [brenner]


def test_what_others_stand_on_is_not_deleted(anna):
    contact = ContactFactory(account=AccountFactory(owner=anna))

    assert contact.account.deletion_refusal() == f"{contact.account} cannot be deleted: it still has contacts."
    assert contact.deletion_refusal() == ""

    contact.deleted_at = contact.created_at
    contact.save(update_fields=["deleted_at"])
    assert contact.account.deletion_refusal() == ""
