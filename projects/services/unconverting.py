"""Take the conversion of a lead back, as long as nobody has worked on what it made."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.models import Lead
from leads.services import take_back_conversion
from leads.stages import Status
from partnerportal.core.actors import service
from partnerportal.core.attached import move_attached
from partnerportal.core.models import Follow
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partners.models import User
from projects.models import Conversion, Project
from projects.services.conversion import ATTACHED, beginning_of


@service
def undo_conversion(lead: Lead, *, by: User) -> Lead:
    """Make the lead what it was: in Qualification, with its notes, files, followers and tasks. What the conversion made is deleted softly.

    What it filled in an existing account or contact is emptied again, unless somebody has changed it since. Raises IllegalMove when the
    lead is not converted, or when somebody has worked on what was made; NotYours for anybody but the owner and the managers.
    """
    lead = Lead.objects.visible_to(by).select_related("owner", "partner").select_for_update(of=("self",)).get(pk=lead.pk)
    if not _is_theirs(lead, by):
        raise NotYours(_("Only the owner of the lead and the managers may undo its conversion."))
    conversions = Conversion.objects.for_partner(lead.partner_id).filter(lead=lead, undone_at=None)
    conversion = conversions.select_for_update(of=("self",)).first()
    if lead.status != Status.CONVERTED or conversion is None:
        raise IllegalMove(_("This lead is not converted, or its conversion cannot be undone."), stage=lead.status)
    records = {name: _locked(getattr(conversion, name)) for name in ("account", "contact", "project")}
    _require_untouched(conversion, records)
    _carry_back(conversion, records["project"], lead)
    _empty_again(conversion, records)
    take_back_conversion(lead, account=conversion.was_account, by=by)
    for name in ("project", "contact", "account"):
        if name in conversion.made:
            _take_away(records[name])
    Follow.objects.for_partner(lead.partner_id).filter(pk__in=conversion.carried.get("follows", ())).delete()
    conversion.undone_at = timezone.now()
    conversion.save(update_fields=["undone_at"])
    return lead


def conversion_to_undo(project: Project, by: User) -> Conversion | None:
    """The conversion that made this project, while this person may take it back and nobody has worked on what it made."""
    if project.lead_id is None:
        return None
    conversions = Conversion.objects.for_partner(project.partner_id).filter(project=project, lead=project.lead_id, undone_at=None)
    conversion = conversions.select_related("lead", "account", "contact").first()
    if conversion is None or "project" not in conversion.made or not _is_theirs(conversion.lead, by):
        return None
    records = {"project": project, "account": conversion.account, "contact": conversion.contact}
    return None if _touched(conversion, records) else conversion


def _is_theirs(lead: Lead, by: User) -> bool:
    return by.partner_id == lead.partner_id and (by.manages_company or lead.owner_id == by.pk)


def _locked(record: Any) -> Any:
    return type(record).objects.for_partner(record.partner_id).select_for_update(of=("self",)).get(pk=record.pk)


def _require_untouched(conversion: Conversion, records: dict[str, Any]) -> None:
    touched = _touched(conversion, records)
    if touched is not None:
        raise IllegalMove(
            _("Somebody has worked on %(record)s since, so the conversion stays.") % {"record": touched}, stage=Status.CONVERTED
        )


def _touched(conversion: Conversion, records: dict[str, Any]) -> Any:
    """The first of what was made that somebody has worked on since; None while all are as they were made."""
    for name in sorted(conversion.made, reverse=True):  # The project first: it is where people work.
        record, began = records[name], conversion.made[name]
        present = beginning_of(record)
        if present["changes"] != began["changes"] or set(present["rows"]) - set(began["rows"]) or record.deleted_at:
            return record
    return None


def _carry_back(conversion: Conversion, project: Project, lead: Lead) -> None:
    """All that hangs on a project that was made; of one that was there before, what had come from the lead."""
    tasks = project.tasks.order_by("pk")
    if "project" in conversion.made:
        move_attached(project, lead)
    else:
        tasks = tasks.filter(pk__in=conversion.carried["tasks"])
        link = {"content_type": ContentType.objects.get_for_model(lead), "object_id": lead.pk}
        for name in ATTACHED:
            getattr(project, name).filter(pk__in=conversion.carried[name]).update(**link)
        project.project_contacts.filter(pk__in=conversion.carried["people"]).delete()
    for task in tasks.select_for_update(of=("self",)):
        task.related = lead
        task.save(update_fields=["content_type", "object_id", "updated_at"])


def _empty_again(conversion: Conversion, records: dict[str, Any]) -> None:
    for name, field, value in conversion.filled:
        record = records[name]
        if str(getattr(record, field)) == value:
            setattr(record, field, record._meta.get_field(field).get_default() if not record._meta.get_field(field).null else None)
            record.save(update_fields=[field, "updated_at"])


def _take_away(record: Any) -> None:
    record.deleted_at = timezone.now()
    changed = ["deleted_at", "updated_at"]
    if isinstance(record, Project):
        record.lead = None
        changed.append("lead")
    record.save(update_fields=changed)
