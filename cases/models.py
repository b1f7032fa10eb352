"""Support cases and their comments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from cases.sla import Response
from cases.stages import OPEN, Status
from catalog.fields import TermKey
from catalog.models import Term
from partnerportal.core.addresses import address_of
from partnerportal.core.history import tracked
from partnerportal.core.scoping import PartnerManager, PartnerOwned, PartnerQuerySet
from tasks.models import Taskable

if TYPE_CHECKING:
    from partners.models import User


CLOSES_AFTER = timedelta(days=7)  # From resolved. Source: the product's brief.
REOPENS_WITHIN = timedelta(days=14)  # From closed. Source: the product's brief.


class CaseType(models.TextChoices):
    CUSTOMER_CARE = "customer_care", _("Customer Care")
    TECH_SUPPORT = "tech_support", _("Tech Support")
    FEATURE_REQUEST = "feature_request", _("Feature request")
    RMA_CAPEX = "rma_capex", "RMA CAPEX"
    HWAAS = "hwaas", "HWaaS"


class CaseQuerySet(PartnerQuerySet):
    def open(self) -> CaseQuerySet:
        """Not yet resolved."""
        return self.filter(status__in=OPEN)

    def to_close(self, now: datetime) -> CaseQuerySet:
        """Resolved so long ago that nobody comes back: they close by themselves."""
        return self.filter(status=Status.RESOLVED, resolved_at__lte=now - CLOSES_AFTER)


class Case(Taskable):
    """A question to the vendor, with an owner at the partner and an agent at the vendor."""

    class Service(models.TextChoices):
        STANDARD = "standard", _("Standard")
        CRITICAL = "critical", _("Critical")

    class Verdict(models.TextChoices):
        NEW = "new", _("New")
        UNDER_REVIEW = "under_review", _("Under review")
        PLANNED = "planned", _("Planned")
        RELEASED = "released", _("Released")
        DECLINED = "declined", _("Declined")

    number = models.CharField(_("number"), max_length=20, editable=False)
    type = models.CharField(_("type"), max_length=20, choices=CaseType.choices)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.NEW, editable=False)
    topic = TermKey(_("topic"), kind=Term.Kind.CASE_TOPIC, blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    description = models.TextField(_("description"), max_length=20_000)
    service_class = models.CharField(_("class of service"), max_length=10, choices=Service.choices, default=Service.STANDARD)
    verdict = models.CharField(_("answer to the request"), max_length=15, choices=Verdict.choices, blank=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("account"))
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("contact"))
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agent"), editable=False
    )
    response_due_at = models.DateTimeField(_("first answer due"), editable=False)
    first_answered_at = models.DateTimeField(_("first answered"), null=True, blank=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    history = tracked()

    objects = PartnerManager.from_queryset(CaseQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["partner", "-created_at", "-id"], name="case_by_created")]
        constraints = [
            models.UniqueConstraint(fields=["partner", "number"], name="case_number_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="case_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return address_of("cases:detail", self.pk)

    @classmethod
    def visibility(cls, user: User) -> Q:
        """As every record; a support agent sees the cases of all partners."""
        if user.is_authenticated and user.is_active and user.is_support:
            return Q(deleted_at__isnull=True)
        return super().visibility(user)

    @classmethod
    def editability(cls, user: User) -> Q:
        """As every record; a support agent works on every case."""
        if user.is_authenticated and user.is_active and user.is_support:
            return Q()
        return super().editability(user)

    @property
    def named_people(self) -> frozenset[int]:
        """The agent."""
        return frozenset() if self.agent_id is None else frozenset({self.agent_id})

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_feature_request(self) -> bool:
        return self.type == CaseType.FEATURE_REQUEST

    @property
    def response(self) -> Response:
        """When the first answer was due, and when it came."""
        return Response(self.response_due_at, self.first_answered_at)

    def deletion_refusal(self) -> str:
        """Why it cannot be deleted: what the vendor has worked on stays."""
        return "" if self.status == Status.NEW else str(_("A case that the vendor works on stays. Resolve it instead."))

    def reopenable_at(self, now: datetime) -> bool:
        """Whether the case may be taken up again: resolved, or closed for no more than 14 days."""
        return self.status == Status.RESOLVED or (self.closed_at is not None and now <= self.closed_at + REOPENS_WITHIN)


class Comment(PartnerOwned):
    """A word in a case: public, or internal and then only for the vendor."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    text = models.TextField(_("comment"), max_length=20_000)
    is_internal = models.BooleanField(_("internal: only the vendor reads it"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["case", "created_at", "id"], name="comment_of_case")]

    def __str__(self) -> str:
        return self.text[:60]

    @classmethod
    def visibility(cls, user: User) -> Q:
        """Comments of visible cases; internal ones only for vendor users."""
        rows = Q(case__in=Case.objects.visible_to(user))
        return rows & Q(is_internal=False) if user.is_authenticated and user.partner_id else rows
