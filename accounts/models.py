"""Customer companies and the people there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from accounts.matching import company_key, mail_domain
from partnerportal.core.history import tracked
from partnerportal.core.models import Subject
from partnerportal.core.scoping import PartnerManager, PartnerQuerySet
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


class AccountQuerySet(PartnerQuerySet):
    def similar_to(self, *, name: str, email: str) -> list[Account]:
        """Up to five accounts that may be the same company: by the domain of the address, or by the name without its legal form."""
        key = company_key(name)
        first = key.split(" ")[0] if key else ""
        is_candidate = Q(email__iendswith=f"@{mail_domain(email)}") if mail_domain(email) else Q(pk__in=())
        if first:
            is_candidate |= Q(name__unaccent__icontains=first)
        found = self.filter(is_candidate).order_by("name", "pk")[:200]
        return [  # type: ignore[return-value]
            one
            for one in found
            if company_key(one.name) == key or (mail_domain(email) and mail_domain(one.email) == mail_domain(email))  # type: ignore[attr-defined]
        ][:5]


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

    objects = PartnerManager.from_queryset(AccountQuerySet)()  # type: ignore[misc]

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

    @property
    def is_customer(self) -> bool:
        """Whether change orders are for it, by its kind; a reseller buys for others."""
        return self.record_type == AccountKind.CUSTOMER

    def deletion_refusal(self) -> str:
        """Why it cannot be deleted; empty when it can."""
        return _what_stands_on(self)


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
        return self.full_name

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_absolute_url(self) -> str:
        return reverse("contacts:detail", args=[self.pk])

    @classmethod
    def visibility(cls, user: User) -> Q:
        """As every record; support reads contacts, since cases are about them."""
        return Q(deleted_at__isnull=True) if _is_support(user) else super().visibility(user)

    def deletion_refusal(self) -> str:
        """Why it cannot be deleted; empty when it can."""
        return _what_stands_on(self)


def _what_stands_on(record: Subject) -> str:
    """A sentence that names the kinds of records that hold this one and are not deleted; later apps' records too, by their foreign keys."""
    holders = [link for link in record._meta.related_objects if issubclass(link.related_model, Subject)]
    held_by = [
        str(link.related_model._meta.verbose_name_plural)
        for link in holders
        if link.related_model._default_manager.for_partner(record.partner_id).filter(deleted_at=None, **{link.field.name: record}).exists()  # type: ignore[attr-defined]
    ]
    if not held_by:
        return ""
    kinds = ", ".join(dict.fromkeys(held_by))
    return _now("%(record)s cannot be deleted: it still has %(kinds)s.") % {"record": record, "kinds": kinds}


def _is_support(user: User) -> bool:
    return user.is_authenticated and user.is_active and user.is_support
