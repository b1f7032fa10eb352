"""The people on a project: the panel, and the dialogs that add one, change a role and take one off."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from partnerportal.core import display
from partnerportal.core.panels import RelatedPanel
from partnerportal.core.tables import Column, email
from projects import services
from projects.forms import ProjectContactForm, RoleForm
from projects.models import Project, ProjectContact
from projects.views.moves import ProjectDialog

CHANGE = (
    '<a class="quiet" href="{url}" hx-get="{url}" hx-target="#dialog" title="{label}" aria-label="{label}">'
    '<i class="bi bi-{sign}" aria-hidden="true"></i></a>'
)


class AddProjectContact(ProjectDialog):
    is_block = False
    heading = _("Add a contact to the project")
    permission = "projects.change_project"

    def get_form(self, data: Any = None) -> ProjectContactForm:
        return ProjectContactForm(data, user=self.request.user, project=self.record)

    def act(self, values: dict[str, Any]) -> None:
        services.add_contact(self.record, contact=values["contact"], role=values["role"], by=self.request.user)

    def done(self) -> str:
        return _now("The contact was added.")


class PersonDialog(ProjectDialog):
    """A question about one person on the project; who is not on it is not there."""

    is_block = True
    permission = "projects.change_project"

    def get(self, request: HttpRequest, pk: int, contact: int) -> HttpResponse:  # type: ignore[override]
        self.on_project  # noqa: B018 - not there is 404 before anything is asked
        return super().get(request, pk)

    def post(self, request: HttpRequest, pk: int, contact: int) -> HttpResponse:  # type: ignore[override]
        self.on_project  # noqa: B018
        return super().post(request, pk)

    @cached_property
    def on_project(self) -> ProjectContact:
        """The person on the project."""
        return get_object_or_404(self.record.project_contacts.select_related("contact", "project"), contact=self.kwargs["contact"])

    def get_text(self) -> str:
        return str(self.on_project.contact)


class ChangeRole(PersonDialog):
    is_block = False
    heading = _("Role on the project")
    permission = "projects.change_project"

    def get_form(self, data: Any = None) -> RoleForm:
        return RoleForm(data, user=self.request.user, initial={"role": self.on_project.role})

    def act(self, values: dict[str, Any]) -> None:
        services.change_role(self.on_project, role=values["role"], by=self.request.user)

    def done(self) -> str:
        return _now("The role was saved.")


class RemoveProjectContact(PersonDialog):
    is_block = False
    heading, button, is_dangerous = _("Take this person off the project?"), _("Take off"), True
    permission = "projects.change_project"

    def act(self, values: dict[str, Any]) -> None:
        services.remove_contact(self.on_project, by=self.request.user)

    def done(self) -> str:
        return _now("%(contact)s is not on the project any more.") % {"contact": self.on_project.contact}


def _changes(project: int, contact: Contact) -> SafeString | str:
    """What may be done to a person on the project: nothing to the primary contact, nor where `project` is 0."""
    if not project or contact.rank == 0:  # type: ignore[attr-defined]
        return ""
    words = {"contact": contact}
    offered = (
        ("contact_role", "pencil", _now("Change the role of %(contact)s") % words),
        ("remove_contact", "x-lg", _now("Take %(contact)s off the project") % words),
    )
    links = [
        format_html(CHANGE, url=reverse(f"projects:{name}", args=[project, contact.pk]), label=label, sign=sign)
        for name, sign, label in offered
    ]
    return format_html("{} {}", *links)


class ContactsOfProject(RelatedPanel):
    """The primary contact first, then everybody else on the project."""

    parent_model, model, parent_field, permission = Project, Contact, "project", "projects.view_project"
    label, add_permission, add_label = _("Contacts"), "projects.change_project", _("Add")
    columns = (
        Column(_("Name"), "pk", render=lambda value, contact: display.record_link(contact)),
        Column(_("Role"), "part", render=lambda value, contact: value),
        Column(_("E-mail"), "email", render=email),
        Column(_("Change"), "changed_in", render=_changes),
    )
    limit = 20

    def get_rows(self, parent: Project) -> Any:
        return services.people_of(parent, self.request.user).annotate(changed_in=Value(parent.pk if self._may_change(parent) else 0))

    def _may_change(self, parent: Project) -> bool:
        """Whether the person may change the people on the project, which is open."""
        if not hasattr(self, "_is_mine"):
            is_mine = Project.objects.editable_by(self.request.user).filter(pk=parent.pk).exists()
            self._is_mine = parent.is_open and is_mine and self.request.user.has_perm(self.add_permission)
        return self._is_mine

    def add_url(self, parent: Project) -> str:
        """Only where the person may change the project."""
        return reverse("projects:add_contact", args=[parent.pk]) if self._may_change(parent) else ""

    def all_url(self, parent: Project) -> str:
        return f"{reverse('contacts:list')}?account={parent.account_id}"
