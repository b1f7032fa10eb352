"""New and changed projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Case, CharField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Account, AccountStatus, Contact
from accounts.services import require_partner
from catalog import words
from leads.models import Lead
from partnerportal.core.actors import Actor, service
from partnerportal.core.moves import record_move
from partnerportal.core.stages import IllegalMove
from partners.models import User
from projects import bonus
from projects.models import BonusEntry, MrrSource, Project, ProjectContact
from projects.services.amounts import AMOUNT_FIELDS, estimate_anew, today_of
from projects.services.moves import add_entry, await_decision, locked_for, require_open
from projects.services.running import check_reduction, keep_running
from projects.stages import PATHS, RecordType

# What a form, a cell, a bulk change or an import may write. Everything else is a service's.
FIELDS = (
    "name",
    "contact",
    "close_date",
    "opportunity_type",
    "product_of_interest",
    "interested_solutions",
    "total_users",
    "currency",
    "poc_users",
    "amount_mrr",
    "amount_capex",
    "forecast_category",
    "competitor",
    "next_step",
    "next_step_on",
    "description",
)
ESTIMATED_FROM = ("total_users", "interested_solutions", "currency")


@service
def create_project(*, values: Mapping[str, Any], by: User) -> Project:
    """A new project of an account and a contact of the own company, in the first stage of its kind, with its estimate.

    `values` holds `record_type`, `account` and what `FIELDS` names; the currency is the partner's unless it is given.
    Raises DoesNotExist for an account or contact that the person may not see, ChangeOrderOpen for a second open change order of the
    account, ValidationError by field otherwise.
    """
    return new_project(values=values, by=by)


def new_project(*, values: Mapping[str, Any], by: User, lead: Lead | None = None) -> Project:
    """`create_project`, inside the transaction in hand; `lead` is what it comes from."""
    require_partner(by)
    project = Project(partner=by.partner, owner=by, lead=lead, currency=by.partner.currency)  # type: ignore[union-attr]
    project.record_type = values.get("record_type") or RecordType.BUSINESS_PLAN
    project.account = Account.objects.visible_to(by).get(pk=values["account"].pk)
    project.contact = Contact.objects.visible_to(by).get(pk=values["contact"].pk)
    _take(project, {name: value for name, value in values.items() if name != "contact"})
    _check_new(project)
    project.stage = PATHS[RecordType(project.record_type)].steps[0]
    told = words.stage(project.record_type, project.stage)
    project.probability, project.forecast_category = told.probability, told.forecast
    keep_running(project)
    check_reduction(project)
    estimate_anew(project)
    project.save()
    record_move(project, was="", to=project.stage, by=Actor.of(by))
    return project


@service
def edit_project(project: Project, *, values: Mapping[str, Any], by: User) -> Project:
    """Change fields of an open project. Users, solutions or currency change the estimate, with the prices of today.

    Raises NotYours, ProjectClosed, or ValidationError by field.
    """
    project = locked_for(project, by)
    require_open(project)
    before = {name: getattr(project, name) for name in ESTIMATED_FROM}
    currency_stays = project.currency_refusal()
    was_eligible = bonus.is_eligible(project.record_type, project.opportunity_type)
    if "contact" in values:
        project.contact = Contact.objects.visible_to(by).get(pk=values["contact"].pk)
    changed = _take(project, {name: value for name, value in values.items() if name != "contact"})
    if currency_stays and project.currency != before["currency"]:
        raise ValidationError({"currency": currency_stays})
    _check(project)
    if any(getattr(project, name) != value for name, value in before.items()):
        if project.currency != before["currency"]:
            keep_running(project)
        check_reduction(project)
        estimate_anew(project)
    project.save(update_fields=[*changed, *(["contact"] if "contact" in values else []), *AMOUNT_FIELDS, "updated_at"])
    _follow_eligibility(project, was_eligible=was_eligible)
    return project


class FollowsQuote(IllegalMove):
    """The MRR of the project is that of its primary quote, so no estimate moves it. The message is for the person."""


@service
def estimate_with_prices_of_today(project: Project, *, by: User) -> Project:
    """Estimate an open project anew because a person asks for it; a price list moves no project by itself.

    Where nothing differs, nothing is written. What was fixed with the demo stays. Raises NotYours, ProjectClosed or FollowsQuote.
    """
    project = locked_for(project, by)
    require_open(project)
    if project.mrr_source == MrrSource.QUOTE:
        sentence = _("The MRR of this project is that of quote %(quote)s, so today's prices do not change it.")
        raise FollowsQuote(sentence % {"quote": project.mrr_quote}, stage=project.stage)
    before = project.estimate
    estimate_anew(project)
    if project.estimate != before:
        project.save(update_fields=[*AMOUNT_FIELDS, "updated_at"])
    return project


def _follow_eligibility(project: Project, *, was_eligible: bool) -> None:
    """The ledger of an undecided bonus says when the project becomes eligible, and when it is so no longer."""
    is_eligible = bonus.is_eligible(project.record_type, project.opportunity_type)
    if not project.demo_done or project.approved_by_am or is_eligible == was_eligible:
        return
    if is_eligible:
        await_decision(project)
    else:
        add_entry(project, BonusEntry.State.LAPSED)


def people_of(project: Project, user: User) -> QuerySet[Contact]:
    """The people on a project whom a person may see, the primary contact first; `part` says what each one is."""
    on_it = ProjectContact.objects.for_partner(project.partner_id).filter(project=project)
    role = on_it.filter(contact=OuterRef("pk")).values("role")[:1]
    people = Contact.objects.visible_to(user).filter(Q(pk=project.contact_id) | Q(pk__in=on_it.values("contact")))
    primary = When(pk=project.contact_id, then=Value(_("Primary")))
    part = Case(primary, default=Coalesce(Subquery(role), Value("")), output_field=CharField())
    return people.annotate(part=part, rank=Case(When(pk=project.contact_id, then=0), default=1)).order_by("rank", "last_name", "pk")


def _take(project: Project, values: Mapping[str, Any]) -> list[str]:
    taken = [name for name in FIELDS if name in values]
    for name in taken:
        setattr(project, name, values[name])
    if "interested_solutions" in taken:
        project.interested_solutions = list(values["interested_solutions"])
    return taken


def _check_new(project: Project) -> None:
    if project.close_date and project.close_date < today_of(project.partner):
        raise ValidationError({"close_date": _("This day has passed.")})
    if project.is_change_order and project.account.status not in (AccountStatus.ACTIVE, AccountStatus.SUSPENDED):
        raise ValidationError(
            {"account": _("A change order is for a customer; %(account)s is not one yet.") % {"account": project.account}}
        )
    _check(project)


def _check(project: Project) -> None:
    if not project.interested_solutions:
        raise ValidationError({"interested_solutions": _("Choose at least one solution.")})
    project.clean_fields(exclude=["partner", "owner", "account", "contact", "lead", "expected_mrr", "mrr", "weighted_pipeline"])
    project.clean()
