"""Demo bonuses of the demo: what leaving Demo fixes, the decision, and a correction."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from projects import bonus
from projects.models import Approval, BonusEntry, Project
from projects.services import basis_of
from reports.demo.setting import Setting

RATE = Decimal("0.1000")


def demo_done(setting: Setting, project: Project, *, at: datetime) -> None:
    """The facts that leaving Demo writes once, the bonus that waits, and the account manager's answer."""
    fixed: dict[str, Any] = {"pipeline_mrr": project.mrr, "pipeline_basis": basis_of(project)}
    setting.chronicle.change(project, at=at, by=project.owner, demo_done=True, demo_date=at.date(), **fixed)
    if not bonus.is_eligible(project.record_type, project.opportunity_type):
        return
    facts = {
        "project": project,
        "basis": project.pipeline_mrr,
        "rate": RATE,
        "amount": bonus.amount(project.pipeline_mrr, RATE),  # type: ignore[arg-type]
        "currency": project.currency,
    }
    setting.chronicle.add(BonusEntry(partner=setting.partner, state=BonusEntry.State.AWAITING, **facts), at=at, by=project.owner)
    decided_at = at + timedelta(days=setting.rng.randrange(1, 12))
    if at > setting.now - timedelta(days=20) or decided_at > setting.now:
        return
    is_granted = setting.rng.random() < 0.8
    state = BonusEntry.State.GRANTED if is_granted else BonusEntry.State.REFUSED
    reason = "" if is_granted else "The answers do not say who was there. Please add the attendees."
    setting.chronicle.add(
        BonusEntry(partner=setting.partner, state=state, reason=reason, decided_by=setting.account_manager, **facts),
        at=decided_at,
        by=setting.account_manager,
    )
    setting.chronicle.change(
        project, at=decided_at, by=setting.account_manager, reason=reason, approved_by_am=Approval.YES if is_granted else Approval.NO
    )
    if is_granted:
        _corrected(setting, facts, at=decided_at + timedelta(days=9))


def _corrected(setting: Setting, facts: dict[str, Any], *, at: datetime) -> None:
    """Once a partner, a tenth of a bonus that was granted long ago is taken back."""
    state = BonusEntry.State.CORRECTED
    if at > setting.now - timedelta(days=100):
        return
    if any(one.state == state and one.partner == setting.partner for one in setting.chronicle.rows(BonusEntry)):
        return
    less = -bonus.amount(facts["basis"], RATE / 10)
    reason = "A tenth of the users were users of a test, so a tenth of the bonus goes back."
    entry = BonusEntry(partner=setting.partner, state=state, reason=reason, decided_by=setting.account_manager, **{**facts, "amount": less})
    setting.chronicle.add(entry, at=at, by=setting.account_manager)
