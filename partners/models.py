"""The tenant: partner companies, their people, invitations, and the vendor's news."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from phonenumber_field.modelfields import PhoneNumberField

from partnerportal.core.fields import Currency, MoneyField
from partnerportal.core.history import tracked
from partnerportal.core.scoping import PartnerOwned
from partners.roles import PARTNER_ROLES, PARTNERS_OWN, VENDOR_ROLES, Role, permissions

BRAND_COLOUR = "#0b5fcc"
PNG_ADDRESS = "data:image/png;base64,"


class Tier(models.TextChoices):
    """What a partner has reached with the vendor. Decides on price book, discount limit and support."""

    PLATINUM = "platinum", _("Platinum")
    GOLD = "gold", _("Gold")
    SILVER = "silver", _("Silver")
    BRONZE = "bronze", _("Bronze")
    RESELLER = "reseller", _("Reseller")


class PartnerQuerySet(models.QuerySet["Partner"]):
    def visible_to(self, user: User) -> PartnerQuerySet:
        """The own partner, those of the portfolio, or all for the vendor admin and support."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.partner_id:
            return self.filter(pk=user.partner_id)
        return self.filter(account_manager=user) if user.is_account_manager else self


class Partner(models.Model):
    """A company that sells for the vendor: our tenant."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")

    class Visibility(models.TextChoices):
        COMPANY = "company", _("Everybody sees all records of the company")
        OWNER = "owner", _("Reps see only what they own, follow or were given a task on")

    name = models.CharField(_("name"), max_length=200)
    tier = models.CharField(_("tier"), max_length=10, choices=Tier.choices)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="resellers", verbose_name=_("partner of this reseller")
    )
    account_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="portfolio", verbose_name=_("account manager")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    record_visibility = models.CharField(_("record visibility"), max_length=10, choices=Visibility.choices, default=Visibility.COMPANY)
    is_certified = models.BooleanField(_("has certified staff"), default=False)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/Rome")
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    mrr_goal = MoneyField(_("MRR goal of a quarter"), null=True, blank=True)
    pool_limit = models.PositiveSmallIntegerField(
        _("leads from pools in seven days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("So many leads that other partners are offered, too, it can take in seven days. Empty: as many as it likes."),
    )
    pool_pause = models.PositiveSmallIntegerField(
        _("pause after a lead from a pool"), default=0, help_text=_("For so many hours it leaves the next lead of a pool to others.")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=100, blank=True)
    country = CountryField(_("country"))
    quote_terms = models.TextField(_("terms on quotes"), blank=True)
    tax_rate = models.DecimalField(_("tax rate on quotes"), max_digits=5, decimal_places=4, default=0)
    logo = models.ForeignKey(
        "Logo", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name=_("logo on quotes")
    )
    brand_colour = models.CharField(
        _("colour on quotes"),
        max_length=7,
        default=BRAND_COLOUR,
        validators=[RegexValidator(r"^#[0-9a-f]{6}\Z", _("Write the colour like #0b5fcc."))],
        help_text=_("Lines of the letterhead and the total, like #0b5fcc."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked()

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="partner_name_once"),
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lte=1), name="partner_tax_rate_is_fraction"),
        ]

    def __str__(self) -> str:
        return self.name

    def today(self, now: datetime | None = None) -> date:
        """The day that it is at the partner's, now or at an aware moment."""
        return (now or timezone.now()).astimezone(ZoneInfo(self.time_zone)).date()


class Logo(PartnerOwned):
    """A picture that a partner has had on its documents. A row never changes: what was sent keeps the logo that it was sent with."""

    png = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.partner_id} {self.created_at:%Y-%m-%d}"

    @property
    def address(self) -> str:
        """The picture as an address that holds it whole, so that no document has to fetch anything."""
        return PNG_ADDRESS + b64encode(self.png).decode()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user with a lower-case e-mail; vendor roles get the admin, the vendor admin all of it."""
        user = self.model(email=email.lower(), **fields)
        user.is_superuser = user.role == Role.VENDOR_ADMIN
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A vendor admin."""
        return self.create_user(email, password, role=Role.VENDOR_ADMIN, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        """The user of an e-mail address, in whatever case it was typed."""
        return self.get(email=(email or "").lower())

    def visible_to(self, user: User) -> models.QuerySet[User]:
        """The people one may pick and read of: colleagues for a partner; for vendor users their portfolio's and the vendor's."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.partner_id:
            return self.filter(partner_id=user.partner_id)
        if user.is_account_manager:
            return self.filter(Q(partner__account_manager=user) | Q(partner=None))
        return self.all()


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in: of a partner, or of the vendor (then without partner)."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        COMFORTABLE = "comfortable", _("Comfortable")
        COMPACT = "compact", _("Compact")

    class Keys(models.TextChoices):
        """Whether a key alone does something: who speaks to the machine may not want it."""

        ON = "on", _("On")
        OFF = "off", _("Off")

    class PageSize(models.IntegerChoices):
        """How many rows a page of a list may have."""

        FEW = 25
        USUAL = 50
        MANY = 100

    email = models.EmailField(_("e-mail"), unique=True)
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("partner"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/Rome")
    theme = models.CharField(_("theme"), max_length=10, choices=Theme.choices, default=Theme.AUTO)
    density = models.CharField(_("density"), max_length=12, choices=Density.choices, default=Density.COMFORTABLE)
    keys = models.CharField(_("shortcuts of one key"), max_length=3, choices=Keys.choices, default=Keys.ON)
    per_page = models.PositiveSmallIntegerField(_("rows per page"), choices=PageSize.choices, null=True, blank=True)  # None: not chosen.
    is_active = models.BooleanField(_("may sign in"), default=True)
    session_version = models.PositiveIntegerField(default=0, editable=False)  # One more ends every session of the person.
    date_joined = models.DateTimeField(auto_now_add=True)
    history = tracked(excluded_fields=["password", "last_login", "session_version"])

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        ordering = ["first_name", "last_name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__isnull=False, role__in=sorted(PARTNER_ROLES)) | Q(partner__isnull=True, role__in=sorted(VENDOR_ROLES)),
                name="user_role_fits_side",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
            models.CheckConstraint(condition=Q(is_superuser=False) | Q(role=Role.VENDOR_ADMIN), name="user_superuser_is_vendor_admin"),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        return salted_hmac(
            "partners.User.session", f"{self.password}:{self.session_version}", secret=secret, algorithm="sha256"
        ).hexdigest()

    @property
    def is_staff(self) -> bool:
        """Whether the admin's door is open: to every vendor user."""
        return self.role in VENDOR_ROLES

    @property
    def is_vendor_admin(self) -> bool:
        return self.role == Role.VENDOR_ADMIN

    @property
    def is_account_manager(self) -> bool:
        return self.role == Role.ACCOUNT_MANAGER

    @property
    def is_support(self) -> bool:
        return self.role == Role.SUPPORT_AGENT

    @property
    def manages_company(self) -> bool:
        """Whether she may change every record of her company."""
        return self.role in (Role.PARTNER_MANAGER, Role.PARTNER_ADMIN)

    @property
    def sees_only_own_records(self) -> bool:
        """Whether her partner shows a rep only own, followed and task-assigned records. Needs `partner` loaded."""
        return self.role == Role.PARTNER_USER and self.partner is not None and self.partner.record_visibility == Partner.Visibility.OWNER

    @property
    def may_sign_in(self) -> bool:
        """Whether the portal is open to the person: neither switched off, nor of a suspended partner. Needs `partner` loaded."""
        return self.is_active and (self.partner is None or self.partner.status == Partner.Status.ACTIVE)

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Whether the role holds the permission. Which records: `visible_to` and `editable_by`."""
        return self.is_active and (perm in permissions(self.role) or (self.is_vendor_admin and perm not in PARTNERS_OWN))

    def has_perms(self, perm_list: Any, obj: models.Model | None = None) -> bool:
        return all(self.has_perm(perm) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and (self.is_vendor_admin or any(perm.startswith(f"{app_label}.") for perm in permissions(self.role)))


class Invitation(PartnerOwned):
    """An invitation by e-mail to join a partner. The link holds the token; only its hash is kept."""

    email = models.EmailField(_("e-mail"))
    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100)
    role = models.CharField(_("role"), max_length=20, choices=[(role.value, role.label) for role in Role if role in PARTNER_ROLES])
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "email"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_open_once",
            )
        ]

    def __str__(self) -> str:
        return self.email

    def open_at(self, now: datetime) -> bool:
        """Whether the link still works at a moment."""
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at


class NewsQuerySet(models.QuerySet["News"]):
    def visible_to(self, user: User) -> NewsQuerySet:
        """Published news for the person's tier; vendor users see all of it."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.partner is None:
            return self
        return self.filter(published_on__isnull=False).filter(Q(tiers=[]) | Q(tiers__contains=[user.partner.tier]))


class News(models.Model):
    """Something the vendor tells its partners, on Home and on its own page."""

    class Kind(models.TextChoices):
        PRODUCT = "product", _("Product")
        PRICING = "pricing", _("Pricing")
        EVENT = "event", _("Event")
        SERVICE = "service", _("Service")

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PRODUCT)
    summary = models.CharField(_("summary"), max_length=300)
    text = models.TextField(_("text"), blank=True, help_text=_("Simple HTML: paragraphs, lists, bold, links."))
    tiers = ArrayField(
        models.CharField(max_length=10, choices=Tier.choices), default=list, blank=True, verbose_name=_("only for these tiers")
    )
    published_on = models.DateField(_("published on"), null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False)
    history = tracked()

    objects = NewsQuerySet.as_manager()

    class Meta:
        ordering = ["-published_on", "-pk"]
        verbose_name_plural = _("news")

    def __str__(self) -> str:
        return self.title
