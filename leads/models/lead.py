"""A lead: an unqualified chance of a sale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.candidates import HostKey, MatchKey, candidates, candidates_each
from accounts.matching import Profile
from accounts.models import Account
from accounts.names import distinctive_parts
from catalog import words
from catalog.fields import TermKey
from catalog.models import StageText, Term
from leads.models.prospect import Prospect
from leads.score import Facts, Score, score
from leads.stages import OPEN, Status
from partnerportal.core.addresses import address_of
from partnerportal.core.history import tracked
from partnerportal.core.scoping import PartnerManager, PartnerQuerySet
from partnerportal.core.totals import Totals
from tasks.models import Taskable, quiet_since

if TYPE_CHECKING:
    from partners.models import User


class LeadQuerySet(PartnerQuerySet):
    compared_by: dict[str, Any] = {"name": "company", "hosts": ("email", "website"), "phones": ("phone", "mobile")}

    def open(self) -> LeadQuerySet:
        """New or in qualification."""
        return self.filter(status__in=OPEN)

    def untouched_since(self, moment: datetime) -> LeadQuerySet:
        """Open leads on which nobody has done anything since: no change, no note, no task or call."""
        return self.open().filter(quiet_since(Lead, moment))

    def to_revisit(self, first: date, last: date) -> LeadQuerySet:
        """Leads that were put aside until one of these days, and whose owner has not been told of it."""
        aside = self.filter(status=Status.NOT_IN_TARGET, revisit_on__range=(first, last), deleted_at=None)
        return aside.exclude(revisit_told_on=F("revisit_on"))

    def silent(self) -> LeadQuerySet:
        """What is on the radar: untouched for `LEAD_SILENT_DAYS`."""
        return self.untouched_since(timezone.now() - timedelta(days=settings.LEAD_SILENT_DAYS))

    def like(self, wanted: Profile) -> LeadQuerySet:
        """The rows that may be this company, converted ones left out, the nearest first; `matching.compare` decides."""
        return candidates(self.exclude(status=Status.CONVERTED), wanted, text=wanted.name, **self.compared_by)  # type: ignore[type-var,return-value]

    def like_each(self, wanted: Sequence[Profile]) -> list[list[Lead]]:
        """The same for many at once: a list for each."""
        return candidates_each(
            self.exclude(status=Status.CONVERTED), wanted, texts=[distinctive_parts(one.named) for one in wanted], **self.compared_by
        )


class Lead(Prospect, Taskable):
    """A company and a person who may become a customer. After conversion it is read-only and leaves the lists."""

    class Origin(models.TextChoices):
        PARTNER = "partner", _("Partner")
        VENDOR = "vendor", _("Vendor")
        IMPORT = "import", _("Import")
        WEB = "web", _("Web form")

    status = models.CharField(_("lead status"), max_length=15, choices=Status.choices, default=Status.NEW)
    power = TermKey(_("power"), kind=Term.Kind.POWER)
    source = TermKey(_("lead source"), kind=Term.Kind.LEAD_SOURCE)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices, default=Origin.PARTNER, editable=False)
    not_in_target_reason = TermKey(_("reason"), kind=Term.Kind.NOT_IN_TARGET, blank=True)
    revisit_on = models.DateField(_("revisit on"), null=True, blank=True)
    revisit_told_on = models.DateField(null=True, blank=True, editable=False)  # The revisit date that the owner was told of.
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(_("score"), default=0, editable=False)  # Kept by `save`.
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="leads", editable=False)
    converted_at = models.DateTimeField(_("converted"), null=True, blank=True, editable=False)
    history = tracked(excluded_fields=["score", "revisit_told_on"])
    heard = ("owner", "company")
    answered = "answers"

    objects = PartnerManager.from_queryset(LeadQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["partner", "-created_at", "-id"], name="lead_by_created"),
            models.Index(fields=["partner", "company", "id"], name="lead_by_company"),
            models.Index(fields=["partner", "status", "-created_at"], name="lead_by_status"),
            models.Index(fields=["partner", "-updated_at"], name="lead_by_change"),
            GinIndex(F("partner"), OpClass(MatchKey("company"), name="gin_trgm_ops"), name="lead_match_name"),
            # What is looked up comes before the partner: the vendor's account managers look among all partners.
            models.Index(OpClass(HostKey("email"), name="text_pattern_ops"), F("partner"), name="lead_match_email"),
            models.Index(OpClass(HostKey("website"), name="text_pattern_ops"), F("partner"), name="lead_match_website"),
            models.Index(fields=["phone", "partner"], opclasses=["varchar_pattern_ops", "int8_ops"], name="lead_match_phone"),
            models.Index(fields=["mobile", "partner"], opclasses=["varchar_pattern_ops", "int8_ops"], name="lead_match_mobile"),
            # The lanes of the board and their counts, from the index alone.
            models.Index(fields=["partner", "status", "-updated_at", "-id"], condition=Q(deleted_at__isnull=True), name="lead_by_lane"),
            # What comes back on its day.
            models.Index(fields=["revisit_on"], condition=Q(status="not_in_target", revisit_on__isnull=False), name="lead_to_revisit"),
            # What waits for a person, which every page counts.
            models.Index(fields=["owner"], condition=Q(status="new", origin="vendor", deleted_at__isnull=True), name="lead_from_vendor"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="lead_status_known"),
            models.CheckConstraint(
                condition=~Q(status="not_in_target") | ~Q(not_in_target_reason=""), name="lead_not_in_target_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(status="converted", converted_at__isnull=False) | ~Q(status="converted"), name="lead_converted_has_time"
            ),
        ]

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Every save brings the score up to date."""
        self.score = self.get_score().points
        if update_fields is not None:
            update_fields = {*update_fields, "score"}
        super().save(*args, update_fields=update_fields, **options)

    def get_absolute_url(self) -> str:
        return address_of("leads:detail", self.pk)

    @staticmethod
    def stage_words() -> dict[str, str]:
        """The vendor's words for every status, in their order."""
        return {status: words.stage(StageText.Process.LEAD, status).label for status in Status}

    def get_status_display(self) -> str:  # type: ignore[no-redef]
        """The vendor's word for the status."""
        return words.stage(StageText.Process.LEAD, self.status).label

    def get_score(self, *, answers: int | None = None) -> Score:
        """The points as they are now, with their reasons; how many questions are answered is read unless it is given."""
        if answers is None:
            answers = self.answers.count() if self.pk else 0  # type: ignore[attr-defined]
        return score(
            Facts(
                power=self.power,
                source=self.source,
                users=self.total_users or 0,
                product=self.product_of_interest,
                solutions=tuple(self.interested_solutions),
                has_phone=bool(self.phone or self.mobile),
                has_next_step=bool(self.next_step_on),
                answers=answers,
            )
        )

    @classmethod
    def editability(cls, user: User) -> Q:
        """As every record, until it is converted: then nobody changes it."""
        return super().editability(user) & ~Q(status=Status.CONVERTED)

    def who_may_change(self) -> str:
        """Nobody, once it is converted."""
        if self.status == Status.CONVERTED:
            return _now("This lead is converted and can only be read. The work goes on in account, contact and project.")
        return super().who_may_change()


class LeadTotal(Totals):
    """How many leads somebody has in a status."""

    of = Lead

    status = models.CharField(max_length=15, choices=Status.choices)

    objects = PartnerManager.from_queryset(LeadQuerySet)()  # type: ignore[misc]

    def __str__(self) -> str:
        return f"{self.status}: {self.number}"
