"""Leads that the vendor hands out: each has no partner yet, and goes out as offers to one partner, to one person, or to a pool."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.candidates import HostKey, MatchKey, candidates, candidates_each
from accounts.matching import Profile
from accounts.names import distinctive_parts
from catalog.fields import TermKey
from catalog.models import Term
from leads.models.lead import Lead, LeadQuerySet
from leads.models.prospect import Prospect
from partnerportal.core.addresses import address_of
from partnerportal.core.history import tracked
from partnerportal.core.scoping import NOTHING, PartnerManager, PartnerOwned, PartnerQuerySet, partner_scope
from partnerportal.core.sentences import in_english, read, said

if TYPE_CHECKING:
    from partners.models import User

LONGEST_REASON = 500


class VendorLeadQuerySet(models.QuerySet["VendorLead"]):
    def visible_to(self, user: User) -> VendorLeadQuerySet:
        """The queue is common to the account managers; what is handed out is seen by who did it and whose partners have it now.

        A partner's people see offers, never the vendor's leads themselves.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_vendor_admin:
            return self
        if not user.is_account_manager:
            return self.none()
        theirs = LeadOffer.objects.visible_to(user).filter(state__in=[LeadOffer.State.OPEN, LeadOffer.State.ACCEPTED]).values("vendor_lead")
        return self.filter(Q(state=VendorLead.State.QUEUED) | Q(assigned_by=user) | Q(pk__in=theirs))

    def like(self, wanted: Profile) -> VendorLeadQuerySet:
        """The rows that may be this company, the nearest first; `matching.compare` decides."""
        return candidates(self, wanted, text=wanted.name, **LeadQuerySet.compared_by)  # type: ignore[return-value]

    def like_each(self, wanted: Sequence[Profile]) -> list[list[VendorLead]]:
        """The same for many at once: a list for each."""
        return candidates_each(self, wanted, texts=[distinctive_parts(one.named) for one in wanted], **LeadQuerySet.compared_by)


class VendorLead(Prospect):
    """A prospect of the vendor's. Its state is written by the services of distribution alone."""

    class State(models.TextChoices):
        QUEUED = "queued", _("To be assigned")
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")

    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    job_title = TermKey(_("job title"), kind=Term.Kind.JOB_TITLE, default="other")
    power = TermKey(_("power"), kind=Term.Kind.POWER, default="unknown")
    source = TermKey(_("lead source"), kind=Term.Kind.LEAD_SOURCE, default="vendor-assigned")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED, editable=False)
    queued_because = models.CharField(_("why it is in the queue"), max_length=LONGEST_REASON, blank=True, editable=False)
    queued_told = models.JSONField(default=list, db_default=[], editable=False)  # The same as sentences, where the portal has written it.
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("assigned by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    history = tracked(excluded_fields=["queued_told"])

    objects = VendorLeadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("vendor lead")
        verbose_name_plural = _("vendor leads")
        indexes = [
            models.Index(fields=["state", "-created_at"], name="vendor_lead_by_state"),
            GinIndex(OpClass(MatchKey("company"), name="gin_trgm_ops"), name="vendor_lead_match_name"),
            models.Index(OpClass(HostKey("email"), name="text_pattern_ops"), name="vendor_lead_match_email"),
            models.Index(OpClass(HostKey("website"), name="text_pattern_ops"), name="vendor_lead_match_website"),
            models.Index(fields=["phone"], opclasses=["varchar_pattern_ops"], name="vendor_lead_match_phone"),
            models.Index(fields=["mobile"], opclasses=["varchar_pattern_ops"], name="vendor_lead_match_mobile"),
        ]
        constraints = [models.CheckConstraint(condition=Q(state__in=["queued", "offered", "accepted"]), name="vendor_lead_state_known")]

    @property
    def queued_words(self) -> str:
        """Why it is in the queue, in the language of whoever reads now; what a person has written stays as it is. Empty without a reason.

        The text counts: sentences that say something else were left behind by a release that does not know them.
        """
        because = read(self.queued_told)
        if because and in_english(because)[:LONGEST_REASON] == self.queued_because:
            return said(self.queued_told)
        return _now(self.queued_because) if self.queued_because else ""


class LeadOfferQuerySet(PartnerQuerySet):
    def open(self) -> LeadOfferQuerySet:
        """Still to be answered; the deadline is not asked here."""
        return self.filter(state=LeadOffer.State.OPEN)

    def running(self, now: datetime) -> LeadOfferQuerySet:
        """Open, with time left."""
        return self.open().filter(deadline__gt=now)

    def overdue(self, now: datetime) -> LeadOfferQuerySet:
        """Open, with no time left: to be taken back."""
        return self.open().filter(deadline__lte=now)


class LeadOffer(PartnerOwned):
    """A lead of the vendor, offered to one partner. Of a pool, each partner has an offer of its own and sees no other."""

    class Mode(models.TextChoices):
        PARTNER = "partner", _("One partner")
        PERSON = "person", _("One person")
        POOL = "pool", _("Pool of partners")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        LOST = "lost", _("No longer available")

    vendor_lead = models.ForeignKey(VendorLead, on_delete=models.PROTECT, related_name="offers", verbose_name=_("vendor lead"))
    mode = models.CharField(_("offered to"), max_length=10, choices=Mode.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    deadline = models.DateTimeField(_("answer until"))
    reason = models.CharField(_("reason of the choice"), max_length=500)
    message = models.TextField(_("message to the partner"), max_length=2000, blank=True)
    is_withdrawn = models.BooleanField(_("taken back by the vendor"), default=False)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("offered by"))
    created_at = models.DateTimeField(_("offered"), auto_now_add=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    decline_reason = models.CharField(_("reason"), max_length=500, blank=True)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, null=True, blank=True, related_name="offers", verbose_name=_("lead"))
    history = tracked()

    objects = PartnerManager.from_queryset(LeadOfferQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["deadline", "pk"]
        verbose_name = _("lead offer")
        verbose_name_plural = _("lead offers")
        indexes = [
            models.Index(fields=["partner", "-created_at"], name="lead_offer_by_created"),
            models.Index(fields=["deadline"], condition=Q(state="open"), name="lead_offer_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["partner", "vendor_lead"], condition=Q(state="open"), name="lead_offer_open_once"),
            # Over all partners, and written as an expression: no form ever checks it, so no message tells of another's offer.
            models.UniqueConstraint(F("vendor_lead"), condition=Q(state="accepted"), name="lead_offer_accepted_once"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "accepted", "declined", "expired", "lost"]), name="lead_offer_state_known"
            ),
            models.CheckConstraint(
                condition=Q(mode="person", person__isnull=False) | (~Q(mode="person") & Q(person__isnull=True)),
                name="lead_offer_person_when_named",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", lead__isnull=False) | ~Q(state="accepted"), name="lead_offer_accepted_has_lead"
            ),
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(decline_reason=""), name="lead_offer_declined_has_reason"),
        ]

    def __str__(self) -> str:
        return self.vendor_lead.company

    def get_absolute_url(self) -> str:
        return address_of("offers:detail", self.pk)

    @classmethod
    def visibility(cls, user: User) -> Q:
        """Those of the own company; where a rep sees only own records, an offer to a colleague is not among them."""
        rows = partner_scope(user)
        if user.is_authenticated and user.sees_only_own_records:
            rows &= Q(person=None) | Q(person=user.pk)
        return rows

    @classmethod
    def editability(cls, user: User) -> Q:
        """Anybody of the company answers what is offered to it; what is offered to a person, that person and the managers."""
        if not user.is_authenticated or not user.partner_id:
            return NOTHING
        return Q() if user.manages_company else Q(person=None) | Q(person=user.pk)

    def who_may_change(self) -> str:
        """A sentence for a person who may see this offer but not answer it."""
        if self.person is None:
            return _now("Only the people of %(partner)s answer this offer.") % {"partner": self.partner.name}
        return _now("This lead was offered to %(person)s. Only %(person)s and the managers of %(partner)s answer it.") % {
            "person": self.person.get_full_name(),
            "partner": self.partner.name,
        }

    @property
    def is_running(self) -> bool:
        """Whether it can be answered now."""
        return self.state == self.State.OPEN and self.deadline > timezone.now()

    @property
    def shows_contact(self) -> bool:
        """Whether the partner may read who the prospect is: names, mail, telephone, street and the prospect's own words.

        In a pool only when it has won; and no longer once it has said no.
        """
        return self.state == self.State.ACCEPTED or (self.mode != self.Mode.POOL and self.is_running)

    @property
    def time_left(self) -> str:
        """How long it can still be answered, in words; empty when it cannot."""
        if not self.is_running:
            return ""
        minutes = max(1, int((self.deadline - timezone.now()).total_seconds() // 60))
        if minutes < 60:
            return ngettext("%(count)s minute left", "%(count)s minutes left", minutes) % {"count": minutes}
        return ngettext("%(count)s hour left", "%(count)s hours left", minutes // 60) % {"count": minutes // 60}

    @property
    def is_urgent(self) -> bool:
        """Whether it is time for the reminder."""
        return self.is_running and self.deadline - timezone.now() <= timedelta(hours=settings.OFFER_REMIND_HOURS)
