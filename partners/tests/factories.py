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


class OwnedFactory(factory.django.DjangoModelFactory):
    """A record of a partner. Give `owner` (its partner is the record's), `partner` (somebody there owns it), or neither.

    A subclass names its `_parent`, whose partner and owner a child takes unless it is told otherwise.
    """

    class Meta:
        abstract = True

    _parent = ""
    partner = factory.SubFactory(PartnerFactory)
    owner = factory.SubFactory(UserFactory, partner=factory.SelfAttribute("..partner"))

    @classmethod
    def _generate(cls, strategy, params):
        parent = params.get(cls._parent) if cls._parent else None
        if "owner" in params:
            params.setdefault("partner", params["owner"].partner)
        elif parent is not None and "partner" not in params:
            params |= {"partner": parent.partner, "owner": parent.owner}
        return super()._generate(strategy, params)
