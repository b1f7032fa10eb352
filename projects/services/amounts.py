"""The amounts of a project: the estimate, the MRR that follows a primary quote, the weighted pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.models import AveragePrice
from partnerportal.core.actors import Actor, service
from partners.models import Partner
from projects import mrr
from projects.models import MrrSource, Project
from projects.mrr import difference

AMOUNT_FIELDS = ("expected_mrr", "estimate", "mrr", "mrr_source", "mrr_quote", "weighted_pipeline", "running_mrr", "running_basis")


def today_of(partner: Partner) -> date:
    """The day that it is at the partner's, now."""
    return partner.today()


def prices_on(day: date, currency: str) -> dict[str, mrr.Price]:
    """By family, the average price in a currency that counts on a day; one query."""
    rows = AveragePrice.objects.on(day).filter(currency=currency)
    newest: dict[str, mrr.Price] = {}
    for row in rows:
        newest.setdefault(row.family, mrr.Price(row.family, row.amount, row.currency, row.valid_from))
    return newest


def estimate_of_today(project: Project) -> mrr.Estimate:
    """The estimate of a project as it would be with the prices of today; one query, and nothing is changed."""
    prices = prices_on(today_of(project.partner), project.currency)
    return mrr.estimate(users=project.total_users, solutions=project.interested_solutions, currency=project.currency, prices=prices)


def estimate_anew(project: Project) -> None:
    """Compute the expected MRR with the prices of today and keep them with it. The caller saves `AMOUNT_FIELDS`."""
    found = estimate_of_today(project)
    project.expected_mrr, project.estimate = found.amount, mrr.as_json(found)
    follow_estimate(project)


def follow_estimate(project: Project) -> None:
    """Let MRR follow the estimate unless it follows a quote, and weigh it anew."""
    if project.mrr_source != MrrSource.QUOTE:
        project.mrr = project.expected_mrr
        project.mrr_source = MrrSource.NOT_AVAILABLE if project.expected_mrr is None else MrrSource.ESTIMATE
    weigh(project)


def basis_of(project: Project) -> dict[str, Any]:
    """What the present MRR is computed from, as it is kept: the sum of the primary quote, or the estimate."""
    return {"quote": project.mrr_quote, **project.mrr_basis} if project.mrr_source == MrrSource.QUOTE else dict(project.estimate)


def weigh(project: Project) -> None:
    """Weighted pipeline from the present MRR and probability. The caller saves it."""
    project.weighted_pipeline = mrr.weighted_pipeline(project.mrr, project.probability)


@service
def take_mrr_from(
    project: Project, *, quote_number: str, mrr: Decimal | None, by: Actor, basis: Mapping[str, Any] | None = None
) -> Project:
    """Let the project's MRR follow its primary quote; quotes call this whenever the primary one, its lines or its status changes.

    `quote_number` is number and version, such as "Q-2026-00412 v2", and empty when no quote is primary any more. `mrr` is the
    quote's MRR (0 with one-off lines only) and None while it has no line: then, and without a primary quote, the estimate counts
    again. A change order takes what it adds to the running MRR that it keeps. `basis` is the quote's sum as it is kept
    (`QuoteSum.as_json`). From the first quote on, the project's currency is fixed.
    """
    project = Project.objects.for_partner(project.partner_id).select_for_update(of=("self",)).get(pk=project.pk)
    project.has_quote = project.has_quote or bool(quote_number)
    if quote_number and mrr is not None:
        project.mrr = difference(mrr, project.running_mrr if project.is_change_order else None)
        project.mrr_source, project.mrr_quote = MrrSource.QUOTE, quote_number
        project.mrr_basis = dict(basis or {})
        weigh(project)
    else:
        project.mrr_source, project.mrr_quote, project.mrr_basis = MrrSource.ESTIMATE, "", {}
        follow_estimate(project)
    project.save(update_fields=["has_quote", "mrr", "mrr_source", "mrr_quote", "mrr_basis", "weighted_pipeline", "updated_at"])
    return project
