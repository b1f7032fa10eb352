"""Customer companies and the people there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import CombinedExpression
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from accounts.candidates import HostKey, MatchKey, TaxKey, candidates, candidates_each
from accounts.matching import ALIKE, Profile, compare, profile
from accounts.names import distinctive_parts
from catalog.fields import TermKey
from catalog.models import Term
from partnerportal.core.addresses import address_of
from partnerportal.core.history import tracked
from partnerportal.core.models import Subject
from partnerportal.core.scoping import PartnerManager, PartnerOwned, PartnerQuerySet
from tasks.models import Taskable

if TYPE_CHECKING:
    from partners.models import User


# A person's name in an index and in a comparison. Without `Concat`, whose casts no index may have.
FULL_NAME = CombinedExpression(CombinedExpression(F("first_name"), "||", Value(" ")), "||", F("last_name"), output_field=models.TextField())


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
    compared_by: dict[str, Any] = {"name": "name", "hosts": ("email", "website"), "phones": ("phone",), "tax": "vat_number"}

    def like(self, wanted: Profile) -> AccountQuerySet:
        """The rows that may be this company, the nearest first; `matching.compare` decides."""
        return candidates(self, wanted, text=wanted.name, **self.compared_by)  # type: ignore[type-var,return-value]

    def like_each(self, wanted: Sequence[Profile]) -> list[list[Account]]:
        """The same for many at once: a list for each."""
        return candidates_each(self, wanted, texts=[distinctive_parts(one.named) for one in wanted], **self.compared_by)

    def similar_to(self, *, name: str, email: str) -> list[Account]:
        """Up to five accounts that may be the same company, as its name and a mail address tell: worth offering; the surest first."""
        wanted = profile(name, emails=[email])
        found = [(compare(wanted, one.profile), one) for one in self.like(wanted)]  # type: ignore[attr-defined]
        alike = [(match.score, one) for match, one in found if match.score >= ALIKE]
        return [one for _score, one in sorted(alike, key=lambda pair: (-pair[0], pair[1].name, pair[1].pk))][:5]


class ContactQuerySet(PartnerQuerySet):
    compared_by: dict[str, Any] = {"name": FULL_NAME, "hosts": ("email",), "phones": ("phone", "mobile")}

    def like(self, wanted: Profile) -> ContactQuerySet:
        """The rows that may be this person, the nearest first; `matching.compare_people` decides."""
        return candidates(self, wanted, text=wanted.person, **self.compared_by)  # type: ignore[type-var,return-value]

    def like_each(self, wanted: Sequence[Profile]) -> list[list[Contact]]:
        """The same for many at once: a list for each."""
        return candidates_each(self, wanted, texts=[[one.person] for one in wanted], **self.compared_by)


class Account(Taskable):
    """A company that the partner sells to."""

    name = models.CharField(_("account name"), max_length=200)
    record_type = models.CharField(_("kind"), max_length=10, choices=AccountKind.choices, default=AccountKind.CUSTOMER)
    status = models.CharField(_("status"), max_length=10, choices=AccountStatus.choices, default=AccountStatus.PROSPECT, editable=False)
    phone = PhoneNumberField(_("phone"))
    email = models.EmailField(_("e-mail"))
    website = models.URLField(_("website"), blank=True)
    industry = TermKey(_("industry"), kind=Term.Kind.INDUSTRY, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    vat_number = models.CharField(_("tax number"), max_length=40, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=100, blank=True)
    country = CountryField(_("country"), blank=True)
    description = models.TextField(_("description"), blank=True, max_length=10_000)
    history = tracked()
    heard = ("owner", "name")

    objects = PartnerManager.from_queryset(AccountQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["partner", "name", "id"], name="account_by_name"),
            models.Index(fields=["partner", "-created_at", "-id"], name="account_by_created"),
            GinIndex(F("partner"), OpClass(MatchKey("name"), name="gin_trgm_ops"), name="account_match_name"),
            # What is looked up comes before the partner: the vendor's account managers look among all partners.
            models.Index(OpClass(HostKey("email"), name="text_pattern_ops"), F("partner"), name="account_match_email"),
            models.Index(OpClass(HostKey("website"), name="text_pattern_ops"), F("partner"), name="account_match_website"),
            models.Index(fields=["phone", "partner"], opclasses=["varchar_pattern_ops", "int8_ops"], name="account_match_phone"),
            models.Index(TaxKey("vat_number"), F("partner"), name="account_match_tax"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(record_type__in=AccountKind.values), name="account_kind_known"),
            models.CheckConstraint(condition=Q(status__in=AccountStatus.values), name="account_status_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("accounts:detail", self.pk)

    @classmethod
    def visibility(cls, user: User) -> Q:
        """As every record; support reads accounts, since cases are about them."""
        return Q(deleted_at__isnull=True) if _is_support(user) else super().visibility(user)

    @property
    def profile(self) -> Profile:
        """The account in comparable form."""
        return profile(
            self.name,
            emails=[self.email],
            website=self.website,
            phones=[str(self.phone)],
            tax_number=self.vat_number,
            city=self.city,
            country=self.country.code or "",  # type: ignore[attr-defined]
        )

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
    job_title = TermKey(_("job title"), kind=Term.Kind.JOB_TITLE, blank=True)
    power = TermKey(_("power"), kind=Term.Kind.POWER, blank=True)
    department = models.CharField(_("department"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=10_000)
    history = tracked()

    objects = PartnerManager.from_queryset(ContactQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        indexes = [
            models.Index(fields=["partner", "last_name", "id"], name="contact_by_name"),
            models.Index(fields=["partner", "-created_at", "-id"], name="contact_by_created"),
            GinIndex(F("partner"), OpClass(MatchKey(FULL_NAME), name="gin_trgm_ops"), name="contact_match_name"),
            models.Index(F("partner"), OpClass(HostKey("email"), name="text_pattern_ops"), name="contact_match_email"),
            models.Index(fields=["partner", "phone"], opclasses=["int8_ops", "varchar_pattern_ops"], name="contact_match_phone"),
            models.Index(fields=["partner", "mobile"], opclasses=["int8_ops", "varchar_pattern_ops"], name="contact_match_mobile"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def profile(self) -> Profile:
        """The contact in comparable form; `account` is loaded."""
        phones = [str(self.phone), str(self.mobile)]
        return profile(
            self.account.name,
            emails=[self.email],
            phones=phones,
            country=self.account.country.code or "",  # type: ignore[attr-defined]
            person=self.full_name,
        )

    def get_absolute_url(self) -> str:
        return address_of("contacts:detail", self.pk)

    @classmethod
    def visibility(cls, user: User) -> Q:
        """As every record; support reads contacts, since cases are about them."""
        return Q(deleted_at__isnull=True) if _is_support(user) else super().visibility(user)

    def deletion_refusal(self) -> str:
        """Why it cannot be deleted; empty when it can."""
        return _what_stands_on(self)


class Merge(PartnerOwned):
    """Records that were made one: what it chose and moved, so that it can be undone. Written by `accounts.merging` alone."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+", editable=False)
    object_id = models.PositiveBigIntegerField(help_text=_("The record that stayed."))
    title = models.CharField(max_length=200)
    absorbed = models.JSONField(help_text=_("Keys and names of those that went into it."))
    values = models.JSONField(help_text=_("What changed in the record that stayed: field, before, after."))
    moved = models.JSONField(help_text=_("What hangs on it now: kind, link, keys, and where it came from."))
    joined = models.JSONField(
        default=list, db_default=[], help_text=_("What was written into rows that hang on it: kind, key, field, before, after.")
    )
    stayed = models.JSONField(
        default=list, db_default=[], help_text=_("What could not come along, since the record that stayed has the same.")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["content_type", "object_id", "-at"], name="merge_of_record")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("merge", args=[self.pk])

    def may_be_undone(self, now: datetime) -> bool:
        """Whether the time for it has not run out, and nobody did it before."""
        return self.undone_at is None and now < self.at + timedelta(days=settings.RESTORE_DAYS)


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
