"""Partners and people for tests."""

import factory

from partners.models import Partner, Tier, User
from partners.roles import Role

PASSWORD = "partner-demo"


class VendorUserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"vendor{n}@vendor.com")
    first_name = "Vera"
    last_name = factory.Sequence(lambda n: f"Vendor{n}")
    role = Role.ACCOUNT_MANAGER
    partner = None

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(*args, password=kwargs.pop("password", PASSWORD), **kwargs)


class PartnerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Partner

    name = factory.Sequence(lambda n: f"Partner {n}")
    tier = Tier.GOLD
    currency = "EUR"
    country = "IT"
    time_zone = "Europe/Rome"
    account_manager = factory.SubFactory(VendorUserFactory)


class UserFactory(VendorUserFactory):
    """A rep of a new partner; give `partner` and `role` for others."""

    email = factory.Sequence(lambda n: f"rep{n}@partner.com")
    first_name = "Rita"
    last_name = factory.Sequence(lambda n: f"Rep{n}")
    role = Role.PARTNER_USER
    partner = factory.SubFactory(PartnerFactory)
