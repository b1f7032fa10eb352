"""What may be done with a lead: make, change, move. Converting belongs to `projects`, which ends in `mark_converted` here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.addresses import check_new_address
from accounts.models import Account
from accounts.services import require_partner
from catalog import words
from catalog.models import StageText, Term
from leads.models import Lead, LeadPlan, PlanRun, QualificationAnswer, QualificationQuestion
from leads.schedule import due_days
from leads.stages import CONVERTIBLE, MOVES, OPEN, UNDO, Status
from partnerportal.core.actors import Actor, service
from partnerportal.core.attached import tell_followers
from partnerportal.core.history import create_with_history
from partnerportal.core.models import Notification
from partnerportal.core.moves import check_undo, record_beginnings, record_move
from partnerportal.core.notifications import notify
from partnerportal.core.scoping import require_editable
from partnerportal.core.stages import IllegalMove, check_fresh
from partners.models import User
from tasks.models import Task
from tasks.services import create_task, give_back_tasks, withdraw_tasks

# What is told of anybody who may become a customer; a lead of the vendor hands it on to the lead of who accepts it.
PROSPECT_FIELDS = (
    "company",
    "power",
    "source",
    "salutation",
    "first_name",
    "last_name",
    "job_title",
    "email",
    "phone",
    "mobile",
    "website",
    "industry",
    "employees",
    "street",
    "postal_code",
    "city",
    "state",
    "country",
    "product_of_interest",
    "interested_solutions",
    "total_users",
    "description",
)
# What a form, a cell, a bulk change or an import may write. Everything else is a service's.
FIELDS = (*PROSPECT_FIELDS, "next_step", "next_step_on")
FIELDS_OF_A_STEP = ("subject", "kind", "due_on", "status", "priority", "comments")
FIRST = (Status.NEW, Status.QUALIFICATION)
REVISITS_LATE = timedelta(days=7)


def new_lead(*, values: Mapping[str, Any], by: User, origin: str = Lead.Origin.PARTNER) -> Lead:
    """A lead that is not saved, of the person's company, owned by her, as New or in Qualification.

    Raises ValidationError for an address that is no company's, IllegalMove for any other status.
    """
    require_partner(by)
    check_new_address(values["email"], former="", by=by)
    status = values.get("status") or Status.NEW
    if status not in FIRST:
        raise IllegalMove(_("A lead begins as New or in Qualification."), to=status)
    lead = Lead(partner_id=by.partner_id, owner=by, status=status, origin=origin)  # type: ignore[misc]
    _take(lead, values)
    return lead


@service
def create_lead(*, values: Mapping[str, Any], by: User, origin: str = Lead.Origin.PARTNER) -> Lead:
    """Make and save a lead. Raises as `new_lead`."""
    lead = new_lead(values=values, by=by, origin=origin)
    lead.save()
    record_move(lead, was="", to=lead.status, by=Actor.of(by))
    return lead


@service
def add_leads(leads: Sequence[Lead], *, by: User) -> None:
    """Save leads that `new_lead` made, all at once, as `create_lead` saves one."""
    for lead in leads:
        lead.score = lead.get_score(answers=0).points
    create_with_history(leads)
    record_beginnings([(lead, lead.status) for lead in leads], by=Actor.of(by))


@service
def edit_lead(lead: Lead, *, values: Mapping[str, Any], by: User) -> Lead:
    """Change fields of a lead; its status moves by `set_status`. Raises NotYours for a converted one, ValidationError for an address."""
    lead = _locked(lead, by)
    check_new_address(values.get("email", lead.email), former=lead.email, by=by)
    changed = _take(lead, values)
    if changed:
        lead.save(update_fields=[*changed, "updated_at"])
    return lead


@service
def set_status(
    lead: Lead, *, to: str, seen: str, by: User, reason: str = "", revisit_on: date | None = None, is_undo: bool = False
) -> Lead:
    """Move a lead by hand. Not in Target needs a `reason` (a term's key) and ends a plan; a revisit date makes a task for the owner.

    Where the owner is no active colleague any more, the task is for whoever puts the lead aside.

    `is_undo` takes the person's own last step back, also to New, where no other arrow leads.

    Raises NotYours, StaleMove, IllegalMove or ValidationError, and then changes nothing. Converted is reached only by converting.
    """
    lead = _locked(lead, by)
    check_fresh(lead.status, seen)
    if to == Status.CONVERTED:
        raise IllegalMove(_("A lead is converted with Convert, which makes account, contact and project."), stage=lead.status, to=to)
    (UNDO if is_undo else MOVES).check(lead.status, to)
    undone = check_undo(lead, to=to, by=Actor.of(by)) if is_undo else ""
    if to == Status.NOT_IN_TARGET:
        _check_reason(reason)
        _check_revisit(revisit_on)
    else:
        reason, revisit_on = "", None
    was, lead.status, lead.not_in_target_reason, lead.revisit_on = lead.status, to, reason, revisit_on
    lead.save(update_fields=["status", "not_in_target_reason", "revisit_on", "updated_at"])
    if to == Status.NOT_IN_TARGET:
        _end_plan(lead)
    record_move(lead, was=was, to=to, by=Actor.of(by), reason=words.label(Term.Kind.NOT_IN_TARGET, reason) if reason else undone)
    if revisit_on:
        create_task(
            values={
                "subject": _("Look again at %(lead)s") % {"lead": lead},
                "due_on": revisit_on,
                "assigned_to": _who_looks_again(lead, by),
            },
            on=lead,
            by=by,
        )
    _tell(lead, by)
    return lead


@service
def remind_of_revisit(lead_id: int, *, now: datetime, by: Actor) -> bool:
    """Tell the owner, once, that the day has come to look at a lead again that was put aside. False when there is nothing to tell.

    The day is the partner's. What is some days late, since nothing ran, is told all the same.
    """
    leads = Lead.objects.across_partners(reason="schedule: the job names the lead alone").filter(pk=lead_id)
    lead = leads.select_related("owner", "partner").select_for_update(of=("self",)).first()
    if lead is None:
        return False
    today = lead.partner.today(now)
    if not leads.to_revisit(today - REVISITS_LATE, today).exists():  # type: ignore[attr-defined]
        return False
    leads.update(revisit_told_on=lead.revisit_on)  # Not in the history, and no change of the lead.
    sentence = gettext_noop("%(lead)s was put aside until %(day)s: look at it again.")
    values = {"lead": lead, "day": lead.revisit_on}
    notify(lead.owner, sentence, values=values, kind="lead.revisit", about=lead, reason=Notification.Reason.OWNER)
    return True


@service
def mark_converted(lead: Lead, *, account: Account, by: User, convertible: Collection[str] = CONVERTIBLE) -> Lead:
    """The last step of a conversion, in the transaction that makes account, contact and project. The lead is read-only from here on.

    Its plan ends: steps that nobody has touched go, the others stay with what else is to be done.
    Raises NotYours for one who may not change it, and IllegalMove unless it is in Qualification, or where `convertible` says.
    """
    lead = _locked(lead, by)
    if lead.status not in convertible:
        raise IllegalMove(_("Only a lead in Qualification can be converted."), stage=lead.status, to=Status.CONVERTED)
    was, lead.status, lead.account, lead.converted_at = lead.status, Status.CONVERTED, account, timezone.now()
    lead.save(update_fields=["status", "account", "converted_at", "updated_at"])
    _end_plan_untouched(lead, at=lead.converted_at)
    record_move(lead, was=was, to=lead.status, by=Actor.of(by))
    _tell(lead, by)
    return lead


@service
def answer_questions(lead: Lead, *, answers: Mapping[str, str], by: User) -> Lead:
    """Write the answers to qualification questions, by the questions' keys; an empty text takes an answer away.

    Raises NotYours for one who may not change the lead.
    """
    lead = _locked(lead, by)
    questions = QualificationQuestion.objects.filter(key__in=answers)
    present = {answer.question_id: answer for answer in QualificationAnswer.objects.for_partner(lead.partner_id).filter(lead=lead)}
    changes = [_write(lead, question, present.get(question.pk), answers[question.key].strip(), by) for question in questions]
    if any(changes):
        lead.save(update_fields=["updated_at"])
    return lead


@service
def start_plan(lead: Lead, *, plan: LeadPlan, by: User) -> PlanRun:
    """Make the steps of a plan tasks of the person, from today on.

    Raises NotYours, and IllegalMove for a lead that is not open or while a plan is running.
    """
    lead = _locked(lead, by)
    if lead.status not in OPEN:
        raise IllegalMove(_("A plan is for an open lead."), stage=lead.status)
    current = _current_plan(lead)
    if current is not None and current.open_tasks.exists():
        raise IllegalMove(_("“%(plan)s” is running on this lead. Stop it first.") % {"plan": current}, stage=lead.status)
    _end(current)
    run = PlanRun.objects.create(partner_id=lead.partner_id, lead=lead, plan=plan, started_by=by)
    steps = list(plan.steps.all())
    for step, day in zip(steps, due_days(timezone.localdate(), [step.day for step in steps]), strict=True):
        values = {"subject": words.said(step.subject), "kind": step.kind, "due_on": day, "assigned_to": by}
        run.tasks.add(create_task(values=values, on=lead, by=by))
    return run


@service
def stop_plan(lead: Lead, *, by: User) -> int:
    """End the plan of a lead: its open tasks are taken away, what was done stays. How many tasks went.

    Raises NotYours, and IllegalMove where no plan is running.
    """
    lead = _locked(lead, by)
    if _current_plan(lead) is None:
        raise IllegalMove(_("No plan is running on this lead."), stage=lead.status)
    return _end_plan(lead)


def take_back_conversion(lead: Lead, *, account: Account | None, by: User) -> Lead:
    """The last step of undoing a conversion, in the transaction in hand, with the lead locked: it is in Qualification again.

    The plan that had ended with the conversion goes on, with the steps that it took away.
    """
    _resume_plan(lead)
    was, lead.status, lead.account, lead.converted_at = lead.status, Status.QUALIFICATION, account, None
    lead.save(update_fields=["status", "account", "converted_at", "updated_at"])
    record_move(lead, was=was, to=lead.status, by=Actor.of(by), reason=_("The conversion was undone."))
    _tell(lead, by)
    return lead


def _tell(lead: Lead, by: User) -> None:
    values = {"lead": lead, "status": words.stage_label_lazy(StageText.Process.LEAD, lead.status)}
    tell_followers(lead, gettext_noop("%(lead)s is now: %(status)s"), values=values, kind="lead", but=[by])


def _locked(lead: Lead, by: User) -> Lead:
    lead = Lead.objects.visible_to(by).select_related("owner", "partner").select_for_update(of=("self",)).get(pk=lead.pk)
    require_editable(lead, by)
    return lead


def _who_looks_again(lead: Lead, by: User) -> User:
    is_there = lead.owner.is_active and lead.owner.partner_id == lead.partner_id
    return lead.owner if is_there else by


def _current_plan(lead: Lead) -> PlanRun | None:
    return PlanRun.objects.for_partner(lead.partner_id).filter(lead=lead, ended_at=None).select_related("plan").first()


def _end_plan(lead: Lead) -> int:
    current = _current_plan(lead)
    if current is None:
        return 0
    withdrawn = withdraw_tasks(current.open_tasks)
    _end(current)
    return withdrawn


def _end(run: PlanRun | None) -> None:
    if run is not None:
        run.ended_at = timezone.now()
        run.save(update_fields=["ended_at"])


def _end_plan_untouched(lead: Lead, *, at: datetime) -> None:
    """End the plan and take away its open tasks that are as they were made. By this moment `_resume_plan` knows them again."""
    current = _current_plan(lead)
    if current is None:
        return
    untouched = [task.pk for task in current.open_tasks if _is_as_made(task)]
    withdraw_tasks(current.open_tasks.filter(pk__in=untouched), at=at)
    current.ended_at = at
    current.save(update_fields=["ended_at"])


def _is_as_made(task: Task) -> bool:
    """Whether a step is what the plan made; who is to do it may have changed with the owner of the lead."""
    made = task.history.last()
    is_same = made is not None and all(getattr(made, name) == getattr(task, name) for name in FIELDS_OF_A_STEP)
    return is_same and not task.notes.exists() and not task.attachments.filter(deleted_at=None).exists()


def _resume_plan(lead: Lead) -> None:
    """Let the plan go on that ended with the conversion; a converted lead has started no other meanwhile."""
    run = PlanRun.objects.for_partner(lead.partner_id).filter(lead=lead, ended_at=lead.converted_at).first()
    if run is None:
        return
    run.ended_at = None
    run.save(update_fields=["ended_at"])
    give_back_tasks(Task.objects.for_partner(lead.partner_id).filter(pk__in=run.tasks.values("pk"), deleted_at=lead.converted_at))


def _write(lead: Lead, question: QualificationQuestion, answer: QualificationAnswer | None, text: str, by: User) -> bool:
    """Whether the answer is another one now."""
    if (answer.text if answer else "") == text:
        return False
    if answer is None:
        asked = {"question": question, "question_text": question.text}
        QualificationAnswer.objects.create(partner_id=lead.partner_id, lead=lead, text=text, answered_by=by, **asked)
    elif not text:
        answer.delete()
    else:
        answer.text, answer.question_text, answer.answered_by = text, question.text, by
        answer.save(update_fields=["text", "question_text", "answered_by", "updated_at"])
    return True


def _take(lead: Lead, values: Mapping[str, Any]) -> list[str]:
    changed = [name for name in FIELDS if name in values and getattr(lead, name) != values[name]]
    for name in changed:
        setattr(lead, name, values[name])
    return changed


def _check_reason(reason: str) -> None:
    if reason not in dict(words.choices(Term.Kind.NOT_IN_TARGET)):
        raise ValidationError({"reason": _("Please choose a reason.")})


def _check_revisit(revisit_on: date | None) -> None:
    if revisit_on and revisit_on < timezone.localdate():
        raise ValidationError({"revisit_on": _("This day has passed.")})
