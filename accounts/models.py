"""Customer companies and the people there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from partnerportal.core.history import tracked
from tasks.models import Taskable

if TYPE_CHECKING:
    from partners.models import User


class Salutation(models.TextChoices):
    MR = "mr", _("Mr.")
    MS = "ms", _("Ms.")
    MRS = "mrs", _("Mrs.")
    DR = "dr", _("Dr.")
    PROF = "prof", _("Prof.")


class AccountKind(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    RESELLER = "reseller", _("Reseller")


class AccountStatus(models.TextChoices):
    PROSPECT = "prospect", _("Prospect")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    FORMER = "former", _("Former")


class Account(Taskable):
    """A company that the partner sells to."""

    name = models.CharField(_("account name"), max_length=200)
    record_type = models.CharField(_("kind"), max_length=10, choices=AccountKind.choices, default=AccountKind.CUSTOMER)
    status = models.CharField(_("status"), max_length=10, choices=AccountStatus.choices, default=AccountStatus.PROSPECT, editable=False)
    phone = PhoneNumberField(_("phone"))
    email = models.EmailField(_("e-mail"))
    website = models.URLField(_("website"), blank=True)
    industry = models.CharField(_("industry"), max_length=40, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    vat_number = models.CharField(_("tax number"), max_length=40, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=100, blank=True)
    country = CountryField(_("country"), blank=True)
    description = models.TextField(_("description"), blank=True, max_length=10_000)
    history = tracked()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["partner", "name", "id"], name="account_by_name"),
            models.Index(fields=["partner", "-created_at", "-id"], name="account_by_created"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(record_type__in=AccountKind.values), name="account_kind_known"),
            models.CheckConstraint(condition=Q(status__in=AccountStatus.values), name="account_status_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("accounts:detail", args=[self.pk])

    @classmethod
    def visibility(cls, user: User) -> Q:
        """As every record; support reads accounts, since cases are about them."""
        return Q(deleted_at__isnull=True) if _is_support(user) else super().visibility(user)


class Contact(Taskable):
    """A person at an account with whom business is possible."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("account"))
    salutation = models.CharField(_("salutation"), max_length=5, choices=Salutation.choices, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100)
    email = models.EmailField(_("e-mail"))
    phone = PhoneNumberField(_("phone"), blank=True)
    mobile = PhoneNumberField(_("mobile"), blank=True)
    job_title = models.CharField(_("job title"), max_length=40, blank=True)
    power = models.CharField(_("power"), max_length=40, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=10_000)
    history = tracked()

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        indexes = [
            models.Index(fields=["partner", "last_name", "id"], name="contact_by_name"),
            models.Index(fields=["partner", "-created_at", "-id"], name="contact_by_created"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_absolute_url(self) -> str:
        return reverse("contacts:detail", args=[self.pk])

    @classmethod
    def visibility(cls, user: User) -> Q:
        """As every record; support reads contacts, since cases are about them."""
        return Q(deleted_at__isnull=True) if _is_support(user) else super().visibility(user)


def _is_support(user: User) -> bool:
    return user.is_authenticated and user.is_active and user.is_support
