"""Leads for tests, one factory a situation."""

from datetime import UTC, datetime
from uuid import uuid4

import factory
from django.utils import timezone

from accounts.tests.factories import AccountFactory
from leads.models import Lead, LeadOffer, VendorLead, WebEnquiry, WebForm
from leads.services import Choice, assign
from leads.stages import Status
from partners.models import Partner, User
from partners.tests.factories import OwnedFactory


class LeadFactory(OwnedFactory):
    """A new lead."""

    class Meta:
        model = Lead

    company = factory.Sequence(lambda n: f"Clinica San Marco {n}")
    first_name = "Paolo"
    last_name = factory.Sequence(lambda n: f"Greco{n}")
    job_title = "cio-cto"
    power = "influencer"
    source = "email-campaign"
    email = factory.Sequence(lambda n: f"p.greco{n}@sanmarco.it")
    phone = "+390412345678"


class QualifiedLeadFactory(LeadFactory):
    """A lead in qualification, with what a project needs; it can be converted."""

    status = Status.QUALIFICATION
    product_of_interest = "collaboration"
    interested_solutions = factory.LazyFunction(lambda: ["license", "classound"])
    total_users = 40


class NotInTargetLeadFactory(LeadFactory):
    """A lead that was put aside."""

    status = Status.NOT_IN_TARGET
    not_in_target_reason = "no-budget"


class ConvertedLeadFactory(QualifiedLeadFactory):
    """A converted lead with its account. The project belongs to a later app and is not made here."""

    status = Status.CONVERTED
    converted_at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    account = factory.SubFactory(AccountFactory, partner=factory.SelfAttribute("..partner"), owner=factory.SelfAttribute("..owner"))


class VendorLeadFactory(factory.django.DjangoModelFactory):
    """A lead in the vendor's queue, with all that an offer needs."""

    class Meta:
        model = VendorLead

    company = factory.Sequence(lambda n: f"Hotel Miramare {n}")
    first_name = "Giulia"
    last_name = factory.Sequence(lambda n: f"Marchetti{n}")
    job_title = "cio-cto"
    email = factory.Sequence(lambda n: f"g.marchetti{n}@miramare{n}.it")
    phone = factory.Sequence(lambda n: f"+39041555{n:04d}")
    website = factory.LazyAttribute(lambda lead: f"https://www.{lead.email.partition('@')[2]}")
    street = "Lungomare 7"
    postal_code = "47921"
    city = "Rimini"
    country = "IT"
    product_of_interest = "collaboration"
    interested_solutions = factory.LazyFunction(lambda: ["license", "classound"])
    total_users = 40
    description = "Please call me on my private number."


def offered(lead: VendorLead, *partners: Partner, by: User, person: User | None = None, hours: int = 48) -> list[LeadOffer]:
    """The open offers of a lead that an account manager has handed out; more than one partner is a pool."""
    return assign(lead, choice=Choice(partners=list(partners), person=person, reason="Nearest by.", hours=hours), by=by)


def enquiry_about(lead, *, text=""):
    """What somebody sent through the web form of the lead's company."""
    form, _is_new = WebForm.objects.get_or_create(partner=lead.partner)
    facts = {"name": lead.full_name, "email": lead.email, "text": text, "consent_text": "I agree.", "language": "en"}
    return WebEnquiry.objects.create(partner=lead.partner, form=form, lead=lead, submission=uuid4(), consent_at=timezone.now(), **facts)
