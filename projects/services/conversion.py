"""From a lead to account, contact and project."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.merging import hanging_on
from accounts.models import Account, Contact
from accounts.services import create_account, create_contact
from leads.models import Lead
from leads.services import mark_converted
from leads.stages import CONVERTIBLE, Status
from partnerportal.core.actors import service
from partnerportal.core.attached import move_attached
from partnerportal.core.scoping import require_editable
from partnerportal.core.stages import IllegalMove
from partners.models import User
from projects.models import Conversion, Project
from projects.services.records import new_project

# What a lead says of its company and of its person: field of the lead → field of the account or contact.
COMPANY = {
    "company": "name",
    "phone": "phone",
    "email": "email",
    "website": "website",
    "industry": "industry",
    "employees": "employees",
    "street": "street",
    "postal_code": "postal_code",
    "city": "city",
    "state": "state",
    "country": "country",
}
PERSON = {name: name for name in ("salutation", "first_name", "last_name", "email", "phone", "mobile", "job_title", "power")}


class AlreadyConverted(IllegalMove):
    """The lead was converted before. `project` is what it became, if the person may see it."""

    def __init__(self, project: Project | None) -> None:
        super().__init__(_("This lead has been converted already."), stage=Status.CONVERTED)
        self.project = project


@service
def convert_lead(
    lead: Lead, *, values: Mapping[str, Any], by: User, account: Account | None = None, contact: Contact | None = None
) -> Project:
    """Make account, contact and project of a qualified lead, all or none; the lead is read-only afterwards.

    `values` are the fields of the project, and `phone` of the company where the lead has none. An existing account or contact of
    the own company can be given: then the lead's words fill only what is blank there, as far as the person may change it. Notes,
    files, followers and tasks of the lead go to the project. Raises AlreadyConverted, IllegalMove, NotYours, ValidationError.
    """
    lead = Lead.objects.visible_to(by).select_for_update(of=("self",)).get(pk=lead.pk)
    if lead.status == Status.CONVERTED:
        raise AlreadyConverted(Project.objects.visible_to(by).filter(lead=lead).first())
    require_editable(lead, by)
    if lead.status not in CONVERTIBLE:
        raise IllegalMove(_("Only a lead in Qualification can be converted."), stage=lead.status, to=Status.CONVERTED)
    return turn_into_project(lead, values=values, by=by, account=account, contact=contact)


def turn_into_project(
    lead: Lead,
    *,
    values: Mapping[str, Any],
    by: User,
    account: Account | None,
    contact: Contact | None,
    convertible: Collection[str] = CONVERTIBLE,
) -> Project:
    """`convert_lead` for a locked lead in one of the statuses `convertible`, inside the transaction in hand."""
    was_account, is_new = lead.account, {"account": account is None, "contact": contact is None, "project": True}
    account, filled = _account(lead, account, by, phone=values.get("phone") or lead.phone)
    contact, filled_too = _contact(lead, account, contact, by)
    project = new_project(values={**values, "account": account, "contact": contact}, by=by, lead=lead)
    _carry(lead, project)
    mark_converted(lead, account=account, by=by, convertible=convertible)
    made: dict[str, Account | Contact | Project] = {"account": account, "contact": contact, "project": project}
    Conversion.objects.create(
        partner_id=lead.partner_id,
        lead=lead,
        was_account=was_account,
        made={name: beginning_of(record) for name, record in made.items() if is_new[name]},
        filled=[["account", *one] for one in filled] + [["contact", *one] for one in filled_too],
        by=by,
        **made,
    )
    return project


def beginning_of(record: Account | Contact | Project) -> dict[str, Any]:
    """How often a record was saved and what hangs on it, followers left out: both grow when somebody works on it."""
    rows = (one for one in hanging_on(record) if not one.startswith(("core.follow:", "projects.conversion:")))
    return {"changes": record.history.count(), "rows": sorted(rows)}


def _account(lead: Lead, account: Account | None, by: User, *, phone: Any) -> tuple[Account, list[list[str]]]:
    if account is None:
        return create_account(values=_said(lead, COMPANY) | {"phone": phone}, by=by, known_email=lead.email), []
    account = Account.objects.visible_to(by).select_for_update(of=("self",)).get(pk=account.pk)
    return account, _fill_blanks(account, _said(lead, COMPANY), by)


def _contact(lead: Lead, account: Account, contact: Contact | None, by: User) -> tuple[Contact, list[list[str]]]:
    if contact is None:
        return create_contact(values=_said(lead, PERSON) | {"account": account}, by=by, known_email=lead.email), []
    contact = Contact.objects.visible_to(by).select_for_update(of=("self",)).get(pk=contact.pk, account=account)
    return contact, _fill_blanks(contact, _said(lead, PERSON), by)


def _said(lead: Lead, names: Mapping[str, str]) -> dict[str, Any]:
    return {theirs: getattr(lead, ours) for ours, theirs in names.items() if getattr(lead, ours) not in (None, "")}


def _fill_blanks(record: Account | Contact, said: Mapping[str, Any], by: User) -> list[list[str]]:
    """Write what the lead says where the record says nothing: (field, value) of what was filled.

    Nothing is overwritten, nor changed for one who may not change it.
    """
    if not type(record).objects.editable_by(by).filter(pk=record.pk).exists():
        return []
    blank = [name for name in said if getattr(record, name) in (None, "")]
    for name in blank:
        setattr(record, name, said[name])
    if blank:
        record.save(update_fields=[*blank, "updated_at"])
    return [[name, str(getattr(record, name))] for name in blank]


def _carry(lead: Lead, project: Project) -> None:
    move_attached(lead, project)
    for task in lead.tasks.select_for_update(of=("self",)):
        task.related = project
        task.save(update_fields=["content_type", "object_id", "updated_at"])
