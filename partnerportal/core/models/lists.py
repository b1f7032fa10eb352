"""What a person keeps of the portal's pages: views of lists, pins, what was opened last, and forms that were sent."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerportal.core.scoping import NOTHING, PartnerOwned

if TYPE_CHECKING:
    from partners.models import User

LONGEST_STATE = 2000  # Of an address that a list can be opened with; browsers, proxies and servers take more.


class Pin(models.Model):
    """The view that a list opens with for one person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=200)
    query = models.CharField(max_length=LONGEST_STATE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="one_pin_per_list")]

    def __str__(self) -> str:
        return f"{self.page}?{self.query}"


class SavedView(PartnerOwned):
    """A list's filters, columns and order under a name: for one person, for a company, or published by the vendor for everybody.

    It never widens access: its rows are those of whoever looks. `query` is what an address says, without `view`.
    """

    class Sharing(models.TextChoices):
        """Who may open the view."""

        PRIVATE = "private", _("Only I")
        COMPANY = "company", _("Everybody in my company")
        PUBLISHED = "published", _("Everybody, published by the vendor")

    page = models.CharField(_("list"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    partner = models.ForeignKey(  # type: ignore[assignment]
        "partners.Partner", on_delete=models.CASCADE, related_name="+", null=True, blank=True, editable=False
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", null=True, editable=False)
    sharing = models.CharField(_("who may open it"), max_length=10, choices=Sharing.choices, default=Sharing.PRIVATE)
    query = models.CharField(_("filters, columns and order"), max_length=LONGEST_STATE)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name, verbose_name_plural = _("list view"), _("list views")
        indexes = [models.Index(fields=["page", "sharing"], name="saved_view_by_page")]
        constraints = [
            models.UniqueConstraint(fields=["partner", "owner", "page", "name"], name="one_view_per_name"),
            models.CheckConstraint(
                condition=Q(sharing="published", partner=None, owner=None) | Q(~Q(sharing="published"), owner__isnull=False),
                name="saved_view_has_its_reader",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visibility(cls, user: User) -> Q:
        """The own ones, those of the company, and the published ones."""
        if not user.is_authenticated or not user.is_active:
            return NOTHING
        shared = Q(sharing=cls.Sharing.PUBLISHED)
        if user.partner_id:
            shared |= Q(sharing=cls.Sharing.COMPANY, partner=user.partner_id)
        return Q(owner=user.pk) | shared

    @classmethod
    def editability(cls, user: User) -> Q:
        """Private ones their person, those of a company its managers. What the vendor publishes is changed in the back office."""
        if not user.is_authenticated or not user.is_active:
            return NOTHING
        own = Q(owner=user.pk, sharing=cls.Sharing.PRIVATE)
        return own | Q(sharing=cls.Sharing.COMPANY, partner=user.partner_id) if user.partner_id and user.manages_company else own

    def is_editable_by(self, user: User) -> bool:
        """`editability` for a view in hand."""
        if self.sharing == self.Sharing.PRIVATE:
            return self.owner_id == user.pk
        return (
            self.sharing == self.Sharing.COMPANY and bool(user.partner_id) and self.partner_id == user.partner_id and user.manages_company
        )

    def who_may_change(self) -> str:
        """A sentence for a person who may open this view but not change it."""
        if self.sharing == self.Sharing.PUBLISHED:
            return str(_("Only the vendor may change a view that it published."))
        return str(_("Only managers may change a view of the whole company."))

    @property
    def word(self) -> str:
        """The view in an address."""
        return f"v{self.pk}"

    @property
    def mark(self) -> str:
        """A mark of what the view shows, by which a person who changes it is told when somebody else did so meanwhile."""
        return hashlib.sha256(self.query.encode()).hexdigest()[:8]


class OpenedRecord(models.Model):
    """When a person opened a record last."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    opened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "content_type", "object_id"], name="opened_once_per_record")]
        indexes = [models.Index(fields=["opened_at"], name="opened_by_age")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.content_type_id} {self.object_id}"


class Submission(models.Model):
    """A form that was sent once. The same token again gets the first answer."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    answer = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="submission_by_age")]

    def __str__(self) -> str:
        return str(self.token)
