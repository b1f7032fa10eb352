"""From a lead to account, contact and project."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.merging import hanging_on
from accounts.models import Account, Contact
from accounts.services import create_account, create_contact
from leads.models import Lead, QualificationAnswer
from leads.services import mark_converted
from leads.stages import CONVERTIBLE, Status
from partnerportal.core.actors import service
from partnerportal.core.attached import move_attached
from partnerportal.core.scoping import require_editable
from partnerportal.core.stages import IllegalMove
from partners.models import User
from projects.models import Conversion, Project, ProjectContact
from projects.services.moves import require_open
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

DEAL = {name: name for name in ("description", "next_step", "next_step_on")}
Chosen = TypeVar("Chosen", Account, Contact, Project)
ATTACHED = ("notes", "attachments", "followers", "mutes")


@dataclass(frozen=True)
class Becomes:
    """What a conversion will do to one of the three: `record` is the one that is there, None for a new one.

    Field names are those of the account, contact or project; `says` has what the lead says of each. `filled` are written, `kept` say
    something else already and stay as they are.
    """

    kind: str
    record: Account | Contact | Project | None
    says: Mapping[str, str]
    filled: tuple[str, ...]
    kept: tuple[str, ...] = ()


class AlreadyConverted(IllegalMove):
    """The lead was converted before. `project` is what it became, if the person may see it."""

    def __init__(self, project: Project | None) -> None:
        super().__init__(_("This lead has been converted already."), stage=Status.CONVERTED)
        self.project = project


class LeadGone(IllegalMove):
    """The lead was merged or deleted while somebody was about to convert it."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has merged or deleted this lead meanwhile."), to=Status.CONVERTED)


@service
def convert_lead(
    lead: Lead,
    *,
    values: Mapping[str, Any],
    by: User,
    account: Account | None = None,
    contact: Contact | None = None,
    project: Project | None = None,
) -> Project:
    """Make account, contact and project of a qualified lead, all or none; the lead is read-only afterwards.

    `values` are the fields of the project, and `phone` of the company where the lead has none. An existing account, contact or open
    project of the own company can be given: then the lead's words fill only what is blank there, as far as the person may change it.
    Notes, files, followers and tasks of the lead go to the project, which shows its answers too. Raises AlreadyConverted, LeadGone,
    IllegalMove, ProjectClosed, NotYours, ValidationError.
    """
    lead = _locked(lead, by)
    if lead.status == Status.CONVERTED:
        raise AlreadyConverted(project_of(lead, by))
    require_editable(lead, by)
    if lead.status not in CONVERTIBLE:
        raise IllegalMove(_("Only a lead in Qualification can be converted."), stage=lead.status, to=Status.CONVERTED)
    return turn_into_project(lead, values=values, by=by, account=account, contact=contact, project=project)


def turn_into_project(
    lead: Lead,
    *,
    values: Mapping[str, Any],
    by: User,
    account: Account | None,
    contact: Contact | None,
    project: Project | None = None,
    convertible: Collection[str] = CONVERTIBLE,
) -> Project:
    """`convert_lead` for a locked lead in one of the statuses `convertible`, inside the transaction in hand."""
    account = account or (project.account if project else None)
    was_account, is_new = lead.account, {"account": account is None, "contact": contact is None, "project": project is None}
    account, of_account = _account(lead, account, by, phone=values.get("phone") or lead.phone)
    contact, of_contact = _contact(lead, account, contact, by)
    project, of_project = _project(lead, project, account=account, contact=contact, values=values, by=by)
    mark_converted(lead, account=account, by=by, convertible=convertible)  # Before its followers go to the project.
    carried = _carry(lead, project)
    if not is_new["project"]:
        carried["people"] = _introduce(contact, project, role=lead.power)
    made: dict[str, Account | Contact | Project] = {"account": account, "contact": contact, "project": project}
    Conversion.objects.create(
        partner_id=lead.partner_id,
        lead=lead,
        was_account=was_account,
        made={name: beginning_of(record) for name, record in made.items() if is_new[name]},
        filled=[
            [name, *one] for name, filled in (("account", of_account), ("contact", of_contact), ("project", of_project)) for one in filled
        ],
        carried=carried,
        by=by,
        **made,
    )
    return project


def preview_conversion(
    lead: Lead, *, by: User, account: Account | None = None, contact: Contact | None = None, project: Project | None = None
) -> list[Becomes]:
    """What converting with these choices would make, link and fill: account, contact, project. Nothing is written."""
    account = account or (project.account if project else None)
    parts = (("account", account, COMPANY), ("contact", contact, PERSON), ("project", project, DEAL))
    return [_becomes(kind, record, _said(lead, names), names, by) for kind, record, names in parts]


def contact_of(lead: Lead, account: Account, people: QuerySet[Contact]) -> Contact | None:
    """Who among `people` has the lead's e-mail address at this account, somebody of the same name first."""
    if not lead.email:
        return None
    found = people.filter(account=account, email__iexact=lead.email).select_related("account").order_by("pk")
    return min(found, key=lambda one: one.last_name.casefold() != lead.last_name.casefold(), default=None)


def project_of(lead: Lead, user: User) -> Project | None:
    """The project that a lead was converted into, as far as the person may see it."""
    conversions = Conversion.objects.for_partner(lead.partner_id).filter(lead=lead, undone_at=None)
    return Project.objects.visible_to(user).filter(Q(lead=lead) | Q(pk__in=conversions.values("project"))).first()


def converted_leads(project: Project, user: User) -> QuerySet[Lead]:
    """The leads that became this project, or were converted into it, as far as the person may see them."""
    return Lead.objects.visible_to(user).filter(pk__in=_leads_of(project))


def origin_of(project: Project, user: User) -> list[tuple[Lead, bool]]:
    """Every lead that became this project, or was converted into it, and whether the person may see it. One query."""
    is_seen = Exists(Lead.objects.visible_to(user).filter(pk=OuterRef("pk")))
    leads = Lead.objects.for_partner(project.partner_id).filter(pk__in=_leads_of(project)).annotate(is_seen=is_seen)
    return [(lead, lead.is_seen) for lead in leads.order_by("converted_at", "pk")]


def found_out(project: Project) -> QuerySet[QualificationAnswer]:
    """The answers of the leads that became this project, or were converted into it."""
    answers = QualificationAnswer.objects.for_partner(project.partner_id).filter(lead__in=_leads_of(project))
    return answers.select_related("question", "answered_by").order_by("lead", "question__position", "pk")


def _leads_of(project: Project) -> QuerySet[Any]:
    """Their keys, for a query."""
    conversions = Conversion.objects.for_partner(project.partner_id).filter(project=project, undone_at=None)
    leads = Lead.objects.for_partner(project.partner_id)
    return leads.filter(Q(pk=project.lead_id) | Q(pk__in=conversions.values("lead"))).values("pk")


def beginning_of(record: Account | Contact | Project) -> dict[str, Any]:
    """How often a record was saved and what hangs on it, followers left out: both grow when somebody works on it."""
    rows = (one for one in hanging_on(record) if not one.startswith(("core.follow:", "projects.conversion:")))
    return {"changes": record.history.count(), "rows": sorted(rows)}


def _locked(lead: Lead, by: User) -> Lead:
    try:
        return Lead.objects.visible_to(by).select_for_update(of=("self",)).get(pk=lead.pk)
    except Lead.DoesNotExist:
        if by.partner_id and Lead.objects.for_partner(by.partner_id).filter(pk=lead.pk, deleted_at__isnull=False).exists():
            raise LeadGone from None
        raise


def _account(lead: Lead, account: Account | None, by: User, *, phone: Any) -> tuple[Account, list[list[str]]]:
    if account is None:
        return create_account(values=_said(lead, COMPANY) | {"phone": phone}, by=by, known_email=lead.email), []
    account = _still_there(account, Account.objects.visible_to(by), lead.partner_id)
    return account, _fill_blanks(account, _said(lead, COMPANY), by)


def _contact(lead: Lead, account: Account, contact: Contact | None, by: User) -> tuple[Contact, list[list[str]]]:
    if contact is None:
        return create_contact(values=_said(lead, PERSON) | {"account": account}, by=by, known_email=lead.email), []
    contact = _still_there(contact, Contact.objects.visible_to(by).filter(account=account), lead.partner_id)
    return contact, _fill_blanks(contact, _said(lead, PERSON), by)


def _still_there(chosen: Chosen, rows: QuerySet[Any], partner: int) -> Chosen:
    """What was chosen, locked. Raises ValidationError where a colleague took it away meanwhile, DoesNotExist for another partner's."""
    found = rows.select_for_update(of=("self",)).filter(pk=chosen.pk).first()
    if found is None:
        type(chosen).objects.for_partner(partner).get(pk=chosen.pk)
        raise ValidationError(_("Somebody has merged, moved or deleted %(record)s meanwhile. Please try again.") % {"record": chosen})
    return found


def _said(lead: Lead, names: Mapping[str, str]) -> dict[str, Any]:
    return {theirs: getattr(lead, ours) for ours, theirs in names.items() if getattr(lead, ours) not in (None, "")}


def _project(
    lead: Lead, project: Project | None, *, account: Account, contact: Contact, values: Mapping[str, Any], by: User
) -> tuple[Project, list[list[str]]]:
    if project is None:
        return new_project(values={**_said(lead, DEAL), **values, "account": account, "contact": contact}, by=by, lead=lead), []
    project = _still_there(project, Project.objects.visible_to(by), lead.partner_id)
    require_open(project)
    if project.account_id != account.pk:
        raise ValidationError({"project": _("This project belongs to another account.")})
    return project, _fill_blanks(project, _said(lead, DEAL), by)


def _introduce(contact: Contact, project: Project, *, role: str) -> list[str]:
    """Put the lead's person on a project that was there, unless she is on it: the key of what was written."""
    people = ProjectContact.objects.for_partner(project.partner_id).filter(project=project, contact=contact)
    if project.contact_id == contact.pk or people.exists():
        return []
    return [str(ProjectContact.objects.create(partner_id=project.partner_id, project=project, contact=contact, role=role).pk)]


def _becomes(kind: str, record: Any, said: Mapping[str, Any], names: Mapping[str, str], by: User) -> Becomes:
    says = {theirs: ours for ours, theirs in names.items() if theirs in said}
    if record is None:
        return Becomes(kind, None, says, tuple(said))
    may_fill = type(record).objects.editable_by(by).filter(pk=record.pk).exists()
    blank = _blank(record, said) if may_fill else []
    return Becomes(
        kind, record, says, tuple(blank), tuple(name for name in said if name not in blank and getattr(record, name) != said[name])
    )


def _blank(record: Account | Contact | Project, said: Mapping[str, Any]) -> list[str]:
    return [name for name in said if getattr(record, name) in (None, "")]


def _fill_blanks(record: Account | Contact | Project, said: Mapping[str, Any], by: User) -> list[list[str]]:
    """Write what the lead says where the record says nothing: (field, value) of what was filled.

    Nothing is overwritten, nor changed for one who may not change it.
    """
    if not type(record).objects.editable_by(by).filter(pk=record.pk).exists():
        return []
    blank = _blank(record, said)
    for name in blank:
        setattr(record, name, said[name])
    if blank:
        record.save(update_fields=[*blank, "updated_at"])
    return [[name, str(getattr(record, name))] for name in blank]


def _carry(lead: Lead, project: Project) -> dict[str, list[str]]:
    """Hand over what hangs on the lead: the keys of what went, kind by kind."""
    before = {name: set(getattr(lead, name).values_list("pk", flat=True)) for name in ATTACHED}
    move_attached(lead, project)
    tasks = list(lead.tasks.select_for_update(of=("self",)))
    for task in tasks:
        task.related = project
        task.save(update_fields=["content_type", "object_id", "updated_at"])
    carried = {
        name: sorted(str(pk) for pk in keys - set(getattr(lead, name).values_list("pk", flat=True))) for name, keys in before.items()
    }
    return carried | {"tasks": [str(task.pk) for task in tasks]}
