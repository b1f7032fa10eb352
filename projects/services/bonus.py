"""The demo bonus: the rep's answers, the account manager's decision, the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partnerportal.core import display, outbox
from partnerportal.core.actors import service
from partnerportal.core.attached import tell_followers
from partnerportal.core.money import round_money
from partnerportal.core.notifications import Money
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partners.models import User
from projects import bonus
from projects.models import Approval, BonusEntry, DemoAnswer, DemoQuestion, Project
from projects.services.moves import add_entry, locked_for, require_open


@service
def answer_demo(project: Project, *, answers: Mapping[str, str], by: User) -> Project:
    """Write the answers to demo questions, by the questions' keys; an empty text takes an answer away.

    With the demo done, an answer that it needed can be changed and not taken away; once the account manager has decided, all of them
    stand. Raises NotYours, ProjectClosed, IllegalMove, or ValidationError by the questions' keys.
    """
    project = locked_for(project, by)
    require_open(project)
    if project.is_change_order:
        raise IllegalMove(_("A change order has no demo."), stage=project.stage)
    if project.approved_by_am:
        raise IllegalMove(_("The account manager has decided on these answers, so they stand."), stage=project.stage)
    questions = {question.key: question for question in DemoQuestion.objects.filter(key__in=answers, is_active=True)}
    present = {answer.question_id: answer for answer in project.demo_answers.all()}
    if project.demo_done:
        _require_kept(questions, present, answers)
    for key, question in questions.items():
        _write(project, question, present.get(question.pk), answers[key].strip(), by)
    return project


def _require_kept(questions: Mapping[str, DemoQuestion], present: Mapping[int, DemoAnswer], answers: Mapping[str, str]) -> None:
    """Raise ValidationError for answers to required questions that would be taken away."""
    needed = [key for key, question in questions.items() if question.is_required and question.pk in present]
    emptied = [key for key in needed if not answers[key].strip()]
    if emptied:
        sentence = _("The demo is done with this answer: it can be changed, but not taken away.")
        raise ValidationError(dict.fromkeys(emptied, sentence))


def _write(project: Project, question: DemoQuestion, answer: DemoAnswer | None, text: str, by: User) -> None:
    if answer is None:
        if text:
            asked = {"question": question, "question_text": question.text}
            DemoAnswer.objects.create(partner_id=project.partner_id, project=project, text=text, answered_by=by, **asked)
        return
    if answer.text == text:
        return
    if not text:
        answer.delete()
        return
    answer.text, answer.question_text, answer.answered_by = text, question.text, by
    answer.save(update_fields=["text", "question_text", "answered_by", "updated_at"])


@service
def decide_bonus(project: Project, *, answer: str, reason: str = "", by: User) -> BonusEntry:
    """Grant ("yes") or refuse ("no") the demo bonus of a project, and tell its owner by bell and mail.

    By the account manager of that partner, or the vendor admin, who gives a reason; never on an own record. A refusal and a
    correction need a reason. What is not eligible, or is so no longer, can be refused but not granted. Each decision is a new line of
    the ledger. Raises NotYours, IllegalMove or ValidationError.
    """
    rows = Project.objects.visible_to(by).select_for_update(of=("self",)).select_related("partner", "owner")
    project = rows.get(pk=project.pk)
    _require_decider(project, by)
    if answer not in Approval.values:
        raise ValidationError({"answer": _("Choose yes or no.")})
    if not can_become(project, answer):
        raise IllegalMove(_("This project does not meet the conditions of the demo bonus."), stage=project.stage)
    if project.approved_by_am == answer:
        raise IllegalMove(_("This has been decided so already."), stage=project.stage)
    if not reason.strip() and (by.is_vendor_admin or answer == Approval.NO or project.approved_by_am):
        raise ValidationError({"reason": _("Give a reason.")})
    project.approved_by_am = answer
    project._change_reason = reason.strip()[:100]  # type: ignore[attr-defined]
    project.save(update_fields=["approved_by_am", "updated_at"])
    state = BonusEntry.State.GRANTED if answer == Approval.YES else BonusEntry.State.REFUSED
    entry = add_entry(project, state, by=by, reason=reason.strip())
    _tell(project, entry, by=by)
    return entry


@service
def correct_bonus(project: Project, *, difference: Decimal, reason: str, seen: str, by: User) -> BonusEntry:
    """Correct the amount of a granted bonus by a difference, with its sign, in a new line of the ledger; tell its owner by bell and mail.

    By whoever may decide, with a reason; at most what is held is taken back. `seen` is the key of the last line that the person was
    looking at, so that nothing is corrected twice. Raises NotYours, IllegalMove or ValidationError.
    """
    rows = Project.objects.visible_to(by).select_for_update(of=("self",)).select_related("partner", "owner")
    project = rows.get(pk=project.pk)
    _require_decider(project, by)
    if project.approved_by_am != Approval.YES:
        raise IllegalMove(_("Only a bonus that is granted can be corrected in its amount."), stage=project.stage)
    if not reason.strip():
        raise ValidationError({"reason": _("Give a reason.")})
    if difference == 0 or difference != round_money(difference):
        raise ValidationError({"difference": _("Give a difference that is not zero.")})
    held, last = project.bonus_held(), project.bonus_entries.latest("pk")
    if seen != str(last.pk):
        raise IllegalMove(_("Meanwhile this bonus has a new line. Look at it before you correct it."), stage=project.stage)
    if held + difference < 0:
        words = {"granted": display.money(held, last.currency)}
        raise ValidationError({"difference": _("A correction takes back %(granted)s at most.") % words})
    facts = {"basis": last.basis, "rate": last.rate, "currency": last.currency}
    entry = BonusEntry.objects.for_partner(project.partner_id).create(
        partner_id=project.partner_id,
        project=project,
        state=BonusEntry.State.CORRECTED,
        amount=difference,
        reason=reason.strip(),
        decided_by=by,
        **facts,
    )
    sentence = gettext_noop("The demo bonus of %(project)s was corrected: %(amount)s.")
    values = {"project": project.name, "amount": Money(difference, entry.currency)}
    tell_followers(project, sentence, values=values, kind="bonus.decided", but=[by])
    outbox.promise("bonus.decided", key=f"bonus.decided:{entry.pk}", entry_id=entry.pk)
    return entry


def can_become(project: Project, answer: str) -> bool:
    """Whether a bonus meets the conditions of an answer: the demo is done, and what is granted is eligible."""
    return project.demo_done and (answer == Approval.NO or bonus.is_eligible(project.record_type, project.opportunity_type))


def may_decide(project: Project, by: User) -> bool:
    """Whether this vendor user decides on the bonus of this project."""
    is_own = project.owner_id == by.pk
    return not is_own and (by.is_vendor_admin or (by.is_account_manager and project.partner.account_manager_id == by.pk))


def _require_decider(project: Project, by: User) -> None:
    if not may_decide(project, by):
        manager = project.partner.account_manager
        raise NotYours(
            _("Only %(manager)s, the account manager of this partner, decides on the bonus.") % {"manager": manager.get_full_name()}
        )


def _tell(project: Project, entry: BonusEntry, *, by: User) -> None:
    sentence = (
        gettext_noop("The demo bonus of %(project)s was granted.")
        if entry.state == BonusEntry.State.GRANTED
        else gettext_noop("The demo bonus of %(project)s was refused.")
    )
    tell_followers(project, sentence, values={"project": project.name}, kind="bonus.decided", but=[by])
    outbox.promise("bonus.decided", key=f"bonus.decided:{entry.pk}", entry_id=entry.pk)
