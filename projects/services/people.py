"""The people of a customer on a project: who is on it besides the primary contact, and in which role."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Contact
from partnerportal.core.actors import service
from partnerportal.core.stages import IllegalMove
from partners.models import User
from projects.models import Project, ProjectContact
from projects.services.moves import locked_for, require_open


@service
def add_contact(project: Project, *, contact: Contact, role: str, by: User) -> ProjectContact:
    """Put one more person of the account on an open project; who is on it already stays as she is.

    Raises NotYours, ProjectClosed, DoesNotExist for a contact that the person may not see, ValidationError for one of another account.
    """
    project = _open(project, by)
    contact = Contact.objects.visible_to(by).get(pk=contact.pk)
    if contact.account_id != project.account_id:
        raise ValidationError({"contact": _("This person does not belong to the account.")})
    if contact.pk == project.contact_id:
        raise ValidationError({"contact": _("%(contact)s is the primary contact.") % {"contact": contact}})
    people = ProjectContact.objects.for_partner(project.partner_id)
    return people.get_or_create(partner_id=project.partner_id, project=project, contact=contact, defaults={"role": role.strip()})[0]


@service
def change_role(on_project: ProjectContact, *, role: str, by: User) -> ProjectContact:
    """Change the role of a person on an open project. Raises NotYours, ProjectClosed, or IllegalMove for the primary contact."""
    row = _further(on_project, by)
    row.role = role.strip()
    row.save(update_fields=["role"])
    return row


@service
def remove_contact(on_project: ProjectContact, *, by: User) -> None:
    """Take a person off an open project; the contact itself stays. Raises as `change_role` does."""
    _further(on_project, by).delete()


def _open(project: Project, by: User) -> Project:
    project = locked_for(project, by)
    require_open(project)
    return project


def _further(on_project: ProjectContact, by: User) -> ProjectContact:
    """The row of a person who is not the primary contact, its open project locked."""
    project = _open(on_project.project, by)
    row = ProjectContact.objects.for_partner(project.partner_id).get(pk=on_project.pk)
    if row.contact_id == project.contact_id:
        sentence = _("%(contact)s is the primary contact. Edit the project to choose another one first.")
        raise IllegalMove(sentence % {"contact": row.contact}, stage=project.stage)
    return row
