"""A project: what a customer may buy, from the first talk to the completed order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from catalog import words
from catalog.fields import TermKey
from catalog.models import SOLUTIONS, Forecast, ProductOfInterest, Term
from leads.models import MOST_USERS, Lead
from partnerportal.core.addresses import address_of
from partnerportal.core.fields import Currency, MoneyField
from partnerportal.core.history import tracked
from partnerportal.core.money import ZERO
from partnerportal.core.scoping import PartnerManager, PartnerQuerySet
from partnerportal.core.stages import Path
from partnerportal.core.totals import AddedUp, Totals
from projects import bonus, mrr
from projects.stages import AUTOMATIC, PATHS, RecordType, Stage
from projects.statement import held_after
from tasks.models import Taskable, quiet_since

CLOSE_IN_DAYS = 90  # A project that comes from a lead is expected to close so many days later, unless somebody knows better.


class OpportunityType(models.TextChoices):
    NEW_BUSINESS = "new_business", _("New Business")
    EXISTING_BUSINESS = "existing_business", _("Existing Business")
    EXISTING_NOT_WITH_VENDOR = "existing_not_with_vendor", _("Existing not with vendor")


class Outcome(models.TextChoices):
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class MrrSource(models.TextChoices):
    ESTIMATE = "estimate", _("Estimate")
    QUOTE = "quote", _("Primary quote")
    NOT_AVAILABLE = "not_available", _("Not available")


class Approval(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")


# `bonus.is_eligible` in the database, and what waits for the account manager.
BONUS_ELIGIBLE = Q(record_type=bonus.ELIGIBLE_KIND, opportunity_type__in=bonus.ELIGIBLE_TYPES)
AWAITING_BONUS = BONUS_ELIGIBLE & Q(demo_done=True, approved_by_am="")


# In the database: an account has one change order that is not closed.
ONE_CHANGE_ORDER = "project_one_open_change_order"
COUNTS_AS_OPEN = Q(record_type=RecordType.CHANGE_ORDER, deleted_at__isnull=True) & ~Q(stage=Stage.CLOSED)
DECIDES_IT = frozenset({"account", "account_id", "record_type", "stage", "deleted_at"})


class ChangeOrderOpen(ValidationError):
    """The account has an open change order already: `other`, which not everybody may see. At the field of the account."""

    def __init__(self, account: Account, other: Project | None) -> None:
        words = {"account": account, "owner": other.owner.get_full_name() if other else "–"}
        sentence = gettext("%(account)s has an open change order already (%(owner)s). Go on with that one, or close it first.")
        super().__init__({"account": sentence % words})
        self.other = other


def silent_since() -> datetime:
    """A project that nobody has touched since then is silent."""
    return timezone.now() - timedelta(days=settings.PROJECT_SILENT_DAYS)


def why_unavailable(found: mrr.Estimate | None) -> str:
    """Why an estimate has no amount: the solutions without a price in its currency. Empty where there is one, and without an estimate."""
    if found is None or not found.missing:
        return ""
    return no_average_price(found.currency, found.missing)


def no_average_price(currency: str, families: Iterable[str]) -> str:
    """That solutions have no average price in a currency."""
    names = ", ".join(str(dict(SOLUTIONS)[family]) for family in families)
    return gettext("there is no average price in %(currency)s for %(solutions)s") % {"currency": currency, "solutions": names}


class ProjectQuerySet(PartnerQuerySet):
    def open(self) -> ProjectQuerySet:
        """Not closed."""
        return self.exclude(stage=Stage.CLOSED)

    def won(self) -> ProjectQuerySet:
        """Closed with a completed order."""
        return self.filter(outcome=Outcome.WON)

    def lost(self) -> ProjectQuerySet:
        """Closed without one."""
        return self.filter(outcome=Outcome.LOST)

    def without_next_step(self) -> ProjectQuerySet:
        """Open, moved by hand, and nobody has said what comes next."""
        return self.open().exclude(stage__in=AUTOMATIC).filter(next_step="")

    def silent(self) -> ProjectQuerySet:
        """Open, and untouched for `PROJECT_SILENT_DAYS`."""
        return self.open().filter(quiet_since(Project, silent_since()))

    def on_radar(self, *, today: date) -> ProjectQuerySet:
        """What is about to go stale: silent, without a next step or with one that is overdue, or past the day on which it was to close."""
        late = Q(next_step_on__lt=today) | Q(close_date__lt=today)
        aimless = Q(next_step="") & ~Q(stage__in=AUTOMATIC)
        return self.open().filter(late | aimless | quiet_since(Project, silent_since()))

    def closing_between(self, first: date, last: date) -> ProjectQuerySet:
        """Open, and expected to close on one of these days."""
        return self.open().filter(close_date__range=(first, last))

    def awaiting_approval(self) -> ProjectQuerySet:
        """Demo done, eligible for the bonus, and not decided by the account manager."""
        return self.filter(AWAITING_BONUS, deleted_at__isnull=True)

    def earning_bonus(self) -> ProjectQuerySet:
        """Eligible for the bonus, not decided by the account manager, and open; or closed with the demo done, which awaits a decision."""
        return self.filter(BONUS_ELIGIBLE, ~Q(stage=Stage.CLOSED) | Q(demo_done=True), approved_by_am="")


class Project(Taskable):
    """One deal. Stage, probability and all computed amounts are written by `projects.services` alone."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="projects", verbose_name=_("account"))
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="projects", verbose_name=_("primary contact"))
    lead = models.OneToOneField(Lead, on_delete=models.PROTECT, null=True, blank=True, related_name="project", editable=False)
    record_type = models.CharField(_("kind"), max_length=15, choices=RecordType.choices, default=RecordType.BUSINESS_PLAN)
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices, default=Stage.INTRO, editable=False)
    probability = models.PositiveSmallIntegerField(_("probability"), default=0, editable=False)
    outcome = models.CharField(_("outcome"), max_length=5, choices=Outcome.choices, blank=True, editable=False)
    forecast_category = models.CharField(_("forecast category"), max_length=10, choices=Forecast.choices, default=Forecast.PIPELINE)
    stage_since = models.DateTimeField(_("in this stage since"), default=timezone.now, editable=False)
    won_reason = TermKey(_("reason of the win"), kind=Term.Kind.WON, blank=True, editable=False)
    lost_reason = TermKey(_("reason of the loss"), kind=Term.Kind.LOST, blank=True, editable=False)
    competitor = models.CharField(_("competitor"), max_length=100, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    name = models.CharField(_("project name"), max_length=200)
    close_date = models.DateField(_("close date"))
    opportunity_type = models.CharField(_("opportunity type"), max_length=30, choices=OpportunityType.choices)
    product_of_interest = models.CharField(_("product of interest"), max_length=15, choices=ProductOfInterest.choices)
    interested_solutions = ArrayField(
        models.CharField(max_length=12, choices=SOLUTIONS), default=list, verbose_name=_("interested solution")
    )
    total_users = models.IntegerField(_("total users"), validators=[MinValueValidator(-MOST_USERS), MaxValueValidator(MOST_USERS)])
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=10_000)

    poc_users = models.PositiveIntegerField(_("users of POC"), null=True, blank=True)
    amount_mrr = MoneyField(_("amount MRR"), null=True, blank=True, validators=[MinValueValidator(0)])
    amount_capex = MoneyField(_("amount CAPEX"), null=True, blank=True, validators=[MinValueValidator(0)])
    verbal_agreement = models.BooleanField(_("verbal agreement"), default=False)
    verbal_agreement_on = models.DateField(_("agreed on"), null=True, blank=True)
    verbal_agreement_by = models.CharField(_("agreed by"), max_length=200, blank=True)

    has_quote = models.BooleanField(default=False, editable=False, help_text=_("Once a quote exists, the currency is fixed."))
    quotes_out = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text=_("Quotes that are submitted or accepted; the quotes keep it.")
    )

    currency = models.CharField(_("project currency"), max_length=3, choices=Currency.choices)
    expected_mrr = MoneyField(_("expected MRR (calculated)"), null=True, editable=False)
    estimate = models.JSONField(
        default=dict, editable=False, help_text=_("The prices that the expected MRR was computed with, and their dates.")
    )
    mrr = MoneyField(_("MRR"), null=True, editable=False)
    mrr_source = models.CharField(
        _("source of the MRR"), max_length=15, choices=MrrSource.choices, default=MrrSource.NOT_AVAILABLE, editable=False
    )
    mrr_quote = models.CharField(_("primary quote"), max_length=30, blank=True, editable=False, help_text=_("Its number and version."))
    mrr_basis = models.JSONField(
        default=dict, db_default={}, editable=False, help_text=_("What the MRR of the primary quote is the sum of.")
    )
    running_mrr = MoneyField(_("running MRR"), null=True, editable=False)
    running_basis = models.JSONField(
        default=dict, db_default={}, editable=False, help_text=_("The customer's running orders that a change order is compared with.")
    )
    weighted_pipeline = MoneyField(_("weighted pipeline"), null=True, editable=False)
    pipeline_mrr = MoneyField(_("pipeline MRR"), null=True, blank=True, editable=False)
    pipeline_basis = models.JSONField(
        default=dict,
        db_default={},
        editable=False,
        help_text=_("What the pipeline MRR was computed from on the day of the demo: an estimate or a quote."),
    )

    demo_done = models.BooleanField(_("demo done"), default=False, editable=False)
    demo_date = models.DateField(_("demo date"), null=True, blank=True, editable=False)
    approved_by_am = models.CharField(_("approved by account manager"), max_length=3, choices=Approval.choices, blank=True, editable=False)
    history = tracked()
    heard = ("owner", "close_date", "mrr")
    answered = "demo_answers"

    objects = PartnerManager.from_queryset(ProjectQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["close_date", "pk"]
        indexes = [
            models.Index(fields=["partner", "close_date", "id"], name="project_by_close_date"),
            models.Index(fields=["partner", "-created_at", "-id"], name="project_by_created"),
            models.Index(fields=["partner", "stage", "close_date"], name="project_by_stage"),
            models.Index(fields=["partner", "-updated_at"], name="project_by_change"),
            # What Home adds up, together with those that close this month.
            models.Index(fields=["partner", "closed_at"], condition=Q(outcome="won"), name="project_won"),
            models.Index(fields=["partner"], condition=Q(demo_done=True, approved_by_am=""), name="project_awaiting"),
            models.Index(fields=["partner", "stage"], condition=Q(mrr=None), name="project_without_mrr"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="project_stage_known"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="project_probability_is_percent"),
            models.CheckConstraint(condition=~Q(stage="closed") | Q(outcome__in=Outcome.values), name="project_closed_has_outcome"),
            models.CheckConstraint(condition=Q(outcome="") | Q(stage="closed"), name="project_outcome_only_closed"),
            models.CheckConstraint(
                condition=Q(demo_done=False, demo_date=None, pipeline_mrr=None)
                | Q(demo_done=True, demo_date__isnull=False, pipeline_mrr__isnull=False),
                name="project_demo_facts_together",
            ),
            models.CheckConstraint(condition=Q(record_type="change_order") | Q(total_users__gte=1), name="project_users_positive"),
            models.CheckConstraint(condition=Q(approved_by_am="") | Q(demo_done=True), name="project_approval_after_demo"),
            models.CheckConstraint(
                condition=Q(poc_users__isnull=True) | Q(record_type="change_order") | Q(poc_users__lte=F("total_users")),
                name="project_poc_within_total",
            ),
            models.CheckConstraint(
                condition=Q(record_type="business_plan") | Q(stage__in=[*PATHS[RecordType.CHANGE_ORDER].steps]),
                name="project_stage_of_its_path",
            ),
            models.UniqueConstraint(fields=["account"], condition=COUNTS_AS_OPEN, name=ONE_CHANGE_ORDER),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row. Raises ChangeOrderOpen for a second open change order of an account, whichever way it comes about.

        Each says what the customer is to have afterwards, so two of them would undo one another. The database holds it: a new one, one that
        is reopened or restored, one that comes along when accounts are merged (which is therefore refused until one of the two is
        closed), and two people at once are answered alike.
        """
        written = kwargs.get("update_fields")
        if not self.is_change_order or (written is not None and DECIDES_IT.isdisjoint(written)):
            super().save(*args, **kwargs)
            return
        try:
            with transaction.atomic():
                super().save(*args, **kwargs)
        except IntegrityError as error:
            if ONE_CHANGE_ORDER not in str(error):
                raise
            raise ChangeOrderOpen(self.account, self._other_change_order()) from error

    def _other_change_order(self) -> Project | None:
        rows = Project.objects.for_partner(self.partner_id).filter(COUNTS_AS_OPEN, account=self.account_id)
        return rows.exclude(pk=self.pk).select_related("owner").first()

    def undo_refusal(self, names: set[str]) -> str:
        """Why a bulk move cannot be taken back, or nothing: what the end of the demo has fixed stays: its bonus stands on it."""
        if self.demo_done and "demo_done" in names:
            return gettext("The demo is done: what was fixed with it stays.")
        return ""

    def get_absolute_url(self) -> str:
        return address_of("projects:detail", self.pk)

    def get_stage_display(self) -> str:  # type: ignore[no-redef]
        """The vendor's word for the stage, by the kind of project."""
        return words.stage(self.record_type, self.stage).label

    def stage_words(self) -> dict[str, str]:
        """The vendor's words for all stages of this kind of project, in their order."""
        return {step: words.stage(self.record_type, step).label for step in self.path.steps}

    @property
    def path(self) -> Path:
        """The process that this kind of project follows."""
        return PATHS[RecordType(self.record_type)]

    @property
    def is_change_order(self) -> bool:
        return self.record_type == RecordType.CHANGE_ORDER

    @property
    def is_open(self) -> bool:
        return self.stage != Stage.CLOSED

    @property
    def why_unavailable(self) -> str:
        """Why there is no estimate: the solutions without a price in the project's currency. Empty where there is one."""
        return why_unavailable(self.kept_estimate)

    @property
    def kept_estimate(self) -> mrr.Estimate | None:  # type: ignore[name-defined]
        """What the expected MRR was computed with; None before the first computation."""
        return mrr.from_json(self.estimate)

    @property
    def kept_running(self) -> mrr.Running | None:  # type: ignore[name-defined]
        """What a change order is compared with; None for a business plan, and where none was kept."""
        return mrr.running_from_json(self.running_basis)

    def currency_refusal(self) -> str:
        """Why the currency may not be changed; empty when it may. Amounts that are fixed in it stay what they are."""
        if self.has_quote:
            return gettext("A quote exists in %(currency)s, so the currency stays.") % {"currency": self.currency}
        if self.demo_done:
            return gettext("The pipeline MRR was fixed in %(currency)s with the demo, so the currency stays.") % {"currency": self.currency}
        return ""

    def bonus_held(self) -> Decimal:
        """What the ledger of the demo bonus has granted and not taken back; one query."""
        ledger = self.bonus_entries.order_by("pk").values_list("state", "amount")
        return reduce(lambda held, line: held_after(held, *line), ledger, ZERO)

    def clean(self) -> None:
        """What one project must be like, whoever fills it in. Raises ValidationError by field."""
        errors = {}
        if self.total_users is not None and not self.is_change_order:
            if self.total_users < 1:
                errors["total_users"] = gettext("A business plan has at least one user.")
            elif self.poc_users is not None and self.poc_users > self.total_users:
                errors["poc_users"] = gettext("There cannot be more users of POC than total users (%(total)s).") % {
                    "total": self.total_users
                }
        if self.contact_id and self.account_id and self.contact.account_id != self.account_id:
            errors["contact"] = gettext("This person does not belong to the account.")
        if self.is_open and self.forecast_category == Forecast.CLOSED:
            errors["forecast_category"] = gettext("An open project is not closed in the forecast.")
        if errors:
            raise ValidationError(errors)

    def deletion_refusal(self) -> str:
        """Why this project may not be deleted, and what to do instead; empty when it may. Quotes are asked by their foreign key."""
        if self.stage_moves.filter(to_stage=Stage.ORDER_MANAGEMENT).exists():
            return gettext("An order was made for this project, so it stays.")
        if self.bonus_held() > 0:
            return gettext("The demo bonus of this project is granted, so it stays. The account manager can take the bonus back first.")
        quotes: Any = self.quotes.filter(deleted_at=None).select_related("owner")
        accepted = quotes.won().first()
        if accepted:
            return gettext("The customer has accepted %(quote)s, so the project stays.") % {"quote": self._named(accepted)}
        with_customer = {"quotes": ", ".join(map(self._named, quotes.out()))}
        if with_customer["quotes"] and self.stage in AUTOMATIC:
            return gettext("With the customer: %(quotes)s. Cancel this first; then the project can be closed as lost.") % with_customer
        if with_customer["quotes"]:
            return gettext("With the customer: %(quotes)s. Close the project as lost instead; that cancels it.") % with_customer
        if self.stage in AUTOMATIC and self.outcome != Outcome.LOST:
            return gettext("A quote or an order of this project is on its way, so it cannot be deleted.")
        return ""

    def _named(self, quote: Any) -> str:
        """A quote by its number; one that the owner of the project need not see, by whose it is."""
        if quote.owner_id == self.owner_id:
            return str(quote)
        return gettext("a quote of %(owner)s") % {"owner": quote.owner.get_full_name()}


class ProjectTotal(Totals):
    """How many projects somebody has in a stage, and what they come to in a currency."""

    of = Project

    stage = models.CharField(max_length=20, choices=Stage.choices)
    currency = models.CharField(max_length=3, choices=Currency.choices)
    mrr = AddedUp()
    weighted_pipeline = AddedUp()

    objects = PartnerManager.from_queryset(ProjectQuerySet)()  # type: ignore[misc]

    def __str__(self) -> str:
        return f"{self.stage}: {self.number}"
