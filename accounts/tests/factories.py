"""Customers and their people for tests."""

import factory

from accounts.models import Account, AccountKind, AccountStatus, Contact
from partners.tests.factories import OwnedFactory


class AccountFactory(OwnedFactory):
    """A customer that has not bought yet."""

    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Hotel Alpenblick {n}")
    phone = "+390471123456"
    email = factory.Sequence(lambda n: f"info@alpenblick-{n}.it")
    street = "Via Bolzano 5"
    postal_code = "39012"
    city = "Merano"
    country = "IT"


class ActiveAccountFactory(AccountFactory):
    """A customer whose first order is confirmed."""

    status = AccountStatus.ACTIVE


class ResellerAccountFactory(AccountFactory):
    """A company that sells on."""

    record_type = AccountKind.RESELLER


class ContactFactory(OwnedFactory):
    """A person at an account, of the account's partner and owner."""

    class Meta:
        model = Contact

    _parent = "account"
    account = factory.SubFactory(AccountFactory, partner=factory.SelfAttribute("..partner"), owner=factory.SelfAttribute("..owner"))
    first_name = "Greta"
    last_name = factory.Sequence(lambda n: f"Hofer{n}")
    email = factory.Sequence(lambda n: f"greta.hofer{n}@alpenblick.it")
    phone = "+390471123457"
    job_title = "it-manager"
    power = "decision-maker"
