"""The two processes of a project, as data. Words, guidance and probabilities are rows of `catalog.StageText`."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerportal.core.stages import Missing, Path, Refusals


class Stage(models.TextChoices):
    INTRO = "intro", _("Intro / Qualification")
    DEMO = "demo", _("Demo")
    PRESENTATION = "presentation", _("Project Presentation")
    PROPOSAL = "proposal", _("Proposal")
    CONTRACT_OUT = "contract_out", _("Contract out")
    ORDER_MANAGEMENT = "order_management", _("Order Management")
    CLOSED = "closed", _("Closed")


class RecordType(models.TextChoices):
    BUSINESS_PLAN = "business_plan", _("Business Plan")
    CHANGE_ORDER = "change_order", _("Change Order")


AUTOMATIC = (Stage.CONTRACT_OUT, Stage.ORDER_MANAGEMENT, Stage.CLOSED)


def users_of_poc(project: Any) -> Missing | None:
    """Intro / Qualification is left with the number of users who already use the product."""
    if project.poc_users is None:
        return Missing(Stage.INTRO, ("poc_users",), str(_("Users of POC: how many users already use the product?")))
    return None


def own_figure(project: Any) -> Missing | None:
    """Demo is left with the rep's own figure: MRR or CAPEX."""
    if project.amount_mrr is None and project.amount_capex is None:
        return Missing(Stage.DEMO, ("amount_mrr", "amount_capex"), str(_("Amount MRR or Amount CAPEX: what is the project worth?")))
    return None


def verbal_agreement(project: Any) -> Missing | None:
    """Proposal is left with the customer's word."""
    if not project.verbal_agreement:
        return Missing(
            Stage.PROPOSAL,
            ("verbal_agreement", "verbal_agreement_on", "verbal_agreement_by"),
            str(_("Verbal agreement: who said yes, and when?")),
        )
    return None


def quote_is_out(project: Any) -> Missing | None:
    """Proposal is left when a quote is with the customer."""
    if not project.quotes_out:
        return Missing(Stage.PROPOSAL, (), str(_("A submitted quote: create the quote and submit it.")))
    return None


TO_LEAVE = {Stage.INTRO: (users_of_poc,), Stage.DEMO: (own_figure,), Stage.PROPOSAL: (verbal_agreement, quote_is_out)}

REFUSALS = Refusals(
    unknown=_("There is no such step to go to."),
    automatic=_("This stage is reached automatically, by the quote and the order, and cannot be chosen."),
    from_automatic=_("From here on the project moves with its quote and its order."),
)

PATHS = {
    RecordType.BUSINESS_PLAN: Path(
        steps=(Stage.INTRO, Stage.DEMO, Stage.PRESENTATION, Stage.PROPOSAL, *AUTOMATIC),
        automatic=frozenset(AUTOMATIC),
        to_leave=TO_LEAVE,
        refusals=REFUSALS,
    ),
    RecordType.CHANGE_ORDER: Path(
        steps=(Stage.PRESENTATION, Stage.PROPOSAL, *AUTOMATIC),
        automatic=frozenset(AUTOMATIC),
        to_leave={Stage.PROPOSAL: (verbal_agreement, quote_is_out)},
        refusals=REFUSALS,
    ),
}
