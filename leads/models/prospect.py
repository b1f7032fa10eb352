"""A company and a person who may become a customer: what a lead says, whoever it belongs to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from accounts.matching import Profile, profile
from accounts.models import Salutation
from catalog.fields import TermKey
from catalog.models import SOLUTIONS, ProductOfInterest, Term

# No company has more; a slip of the finger that would overflow every amount.
MOST_USERS = 1_000_000


class Prospect(models.Model):
    """The fields that a partner's lead and a lead of the vendor share."""

    company = models.CharField(_("company"), max_length=200)
    salutation = models.CharField(_("salutation"), max_length=5, choices=Salutation.choices, blank=True)
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    job_title = TermKey(_("job title"), kind=Term.Kind.JOB_TITLE)
    email = models.EmailField(_("e-mail"))
    phone = PhoneNumberField(_("phone"), blank=True)
    mobile = PhoneNumberField(_("mobile"), blank=True)
    website = models.URLField(_("website"), blank=True)
    industry = TermKey(_("industry"), kind=Term.Kind.INDUSTRY, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=100, blank=True)
    country = CountryField(_("country"), blank=True)
    product_of_interest = models.CharField(_("product of interest"), max_length=15, choices=ProductOfInterest.choices, blank=True)
    interested_solutions = ArrayField(
        models.CharField(max_length=12, choices=SOLUTIONS), default=list, blank=True, verbose_name=_("interested solution")
    )
    total_users = models.PositiveIntegerField(_("total users"), null=True, blank=True, validators=[MaxValueValidator(MOST_USERS)])
    description = models.TextField(_("description"), blank=True, max_length=10_000)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.company

    @property
    def full_name(self) -> str:
        """The person's name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def profile(self) -> Profile:
        """The company and the person in comparable form."""
        return profile(
            self.company,
            emails=[self.email],
            website=self.website,
            phones=[str(self.phone), str(self.mobile)],
            city=self.city,
            country=self.country.code or "",  # type: ignore[attr-defined]
            person=self.full_name,
        )
