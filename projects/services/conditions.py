"""What the demo bonus of a project still needs, in words: the same on its page and on Home; and whose bonuses are still to come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Round
from django.utils.translation import gettext as _

from partnerportal.core import display
from partners.models import User
from projects import bonus
from projects.models import BonusEntry, DemoAnswer, DemoQuestion, Project
from projects.services.moves import bonus_facts


@dataclass(frozen=True)
class ConditionLine:
    """One condition of the bonus in words. `state` is met, open (waits for somebody) or missing."""

    text: str
    state: str


@dataclass(frozen=True)
class Earning:
    """A project that can still earn its bonus: what is met and what is missing, and the amount as it stands; None without an MRR."""

    project: Project
    lines: tuple[ConditionLine, ...]
    amount: Decimal | None


@dataclass(frozen=True)
class BonusSum:
    """What somebody's bonuses come to in a currency: `expected` of `count` undecided ones, `unpriced` of them without an amount."""

    currency: str
    count: int
    unpriced: int
    expected: Decimal
    granted: Decimal


def condition_lines(project: Project, facts: bonus.Facts) -> tuple[ConditionLine, ...]:
    """Each condition of the bonus of a project, in words, in the order in which a project meets them."""
    return tuple(ConditionLine(_text(one.key, project, facts), _state(one)) for one in bonus.conditions(facts))


def _state(condition: bonus.Condition) -> str:
    return "met" if condition.is_met else "open" if condition.is_open else "missing"


def _text(key: str, project: Project, facts: bonus.Facts) -> str:
    if key == "eligible":
        return _("%(type)s, Business Plan") % {"type": project.get_opportunity_type_display()}
    if key == "answers":
        return _("Demo answers %(given)s of %(asked)s") % {"given": len(facts.required & facts.answered), "asked": len(facts.required)}
    if key == "demo_done":
        met = facts.demo_done
        return _("Demo done · %(day)s") % {"day": display.day(project.demo_date)} if met else _("Demo done: leave Demo with all answers")
    return _fixed(project, facts) if key == "pipeline_mrr" else _approval(project)


def _fixed(project: Project, facts: bonus.Facts) -> str:
    if facts.pipeline_mrr is not None:
        return _("Pipeline MRR fixed · %(amount)s") % {"amount": display.money(facts.pipeline_mrr, project.currency)}
    return _("Pipeline MRR is fixed with the demo") if facts.has_mrr else _("An MRR is missing: it is not available yet")


def _approval(project: Project) -> str:
    if project.approved_by_am == "no":
        return _("Refused by the account manager")
    return _("Approved by account manager – %(name)s") % {"name": project.partner.account_manager.get_full_name()}


def bonuses_to_earn(user: User, *, limit: int) -> list[Earning]:
    """The person's own projects that can still earn the bonus, the nearest to close first; one query, whatever there is.

    Those that are closed and await the decision come last: nothing is left to do for them.
    """
    answers = DemoAnswer.objects.for_partner(user.partner_id).exclude(text="")  # type: ignore[arg-type]
    required = DemoQuestion.objects.filter(is_active=True, is_required=True)
    rows = _own(user).earning_bonus().order_by(F("closed_at").asc(nulls_first=True), "close_date", "pk")
    found = rows.annotate(
        answered=ArraySubquery(answers.filter(project=OuterRef("pk")).values("question__key")),
        required=ArraySubquery(required.values("key")),
    )
    return [_earning(project, user) for project in found.defer("description")[:limit]]


def _earning(project: Any, user: User) -> Earning:
    project.partner = user.partner
    facts = bonus_facts(project, answered=frozenset(project.answered), required=frozenset(project.required))
    basis = project.pipeline_mrr if project.pipeline_mrr is not None else project.mrr
    amount = None if basis is None else bonus.amount(basis, Decimal(settings.BONUS_RATE))
    return Earning(project, condition_lines(project, facts), amount)


def bonus_sums(user: User) -> list[BonusSum]:
    """By currency, what the person's own projects can still earn, and what the ledger has granted for own projects; one query.

    Expected is the sum of the amounts of `bonuses_to_earn` without its limit. A grant counts while it is the last decision on it,
    with its corrections.
    """
    basis = Coalesce("pipeline_mrr", "mrr")
    none = Value(0)
    earning = _own(user).earning_bonus().order_by().values("currency")
    expected = earning.annotate(
        count=Count("pk"),
        unpriced=Count("pk", filter=Q(pipeline_mrr=None, mrr=None)),
        expected=Sum(Round(basis * Decimal(settings.BONUS_RATE), precision=2), default=Decimal(0)),
        granted=Value(Decimal(0)),
    )
    granted = (
        _standing_grants(user).values("currency").annotate(count=none, unpriced=none, expected=Value(Decimal(0)), granted=Sum("amount"))
    )
    return _by_currency(expected.union(granted, all=True))


def _own(user: User) -> Any:
    return Project.objects.visible_to(user).filter(owner=user)


def _standing_grants(user: User) -> QuerySet[BonusEntry]:
    decided = BonusEntry.objects.for_partner(user.partner_id).exclude(decided_by=None)  # type: ignore[arg-type]
    later = decided.filter(project=OuterRef("project"), pk__gt=OuterRef("pk")).exclude(state=BonusEntry.State.CORRECTED)
    given = (BonusEntry.State.GRANTED, BonusEntry.State.CORRECTED)
    granted = decided.filter(state__in=given, project__owner=user, project__deleted_at=None)
    return granted.exclude(Exists(later)).order_by()


def _by_currency(rows: Iterable[dict[str, Any]]) -> list[BonusSum]:
    found: dict[str, BonusSum] = {}
    for row in rows:
        one = BonusSum(**row)
        so_far = found.get(one.currency, BonusSum(one.currency, 0, 0, Decimal(0), Decimal(0)))
        found[one.currency] = BonusSum(
            one.currency,
            so_far.count + one.count,
            so_far.unpriced + one.unpriced,
            so_far.expected + one.expected,
            so_far.granted + one.granted,
        )
    return [found[currency] for currency in sorted(found)]
