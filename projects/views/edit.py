"""New, clone and edit of a project."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _now

from accounts.models import Account, Contact
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partnerportal.core.views import RecordAdd, RecordEdit
from partnerportal.core.views.base import Guarded
from partners.models import User
from projects import services
from projects.forms import EditProjectForm, NewProjectForm
from projects.models import OpportunityType, Project
from projects.stages import RecordType, Stage
from projects.views.refusals import sentences_of


class Refused(Exception):
    """A service's ValidationError, with a sentence a field."""

    def __init__(self, error: ValidationError, user: User) -> None:
        super().__init__(" ".join(error.messages))
        self.errors = sentences_of(error, user)


def start_project(*, values: dict[str, Any], by: User) -> Project:
    """The service, its refusals by field."""
    try:
        return services.start_project(values=values, by=by)
    except ValidationError as error:
        raise Refused(error, by) from error


def edit_project(project: Project, *, values: dict[str, Any], by: User) -> Project:
    """The service, its refusals by field."""
    try:
        return services.edit_project(project, values=values, by=by)
    except ValidationError as error:
        raise Refused(error, by) from error


class ProjectAdd(RecordAdd):
    model, permission = Project, "projects.add_project"
    form_class = NewProjectForm
    template_name = "projects/project_form.html"
    service = staticmethod(start_project)
    errors = (Refused, IllegalMove)
    duplicates = "duplicates_of_new_account"
    compared = ("company", "email", "phone")
    icon = "briefcase"

    def get_initial(self) -> dict[str, Any]:
        """Of the clone: its fields, with the name marked. Of a button on an account: that account and its customer's kind."""
        if hasattr(self, "record"):
            return super().get_initial() | {"name": _now("%(name)s (copy)") % {"name": self.record.name}}
        initial = {"currency": self.request.user.partner.currency, "record_type": RecordType.BUSINESS_PLAN} | super().get_initial()
        account = self._one(Account, "account")
        contact = self._one(Contact, "contact")
        initial |= {"account": account, "contact": contact or self._only_contact(account)}
        if initial["record_type"] == RecordType.CHANGE_ORDER:
            initial.setdefault("opportunity_type", OpportunityType.EXISTING_BUSINESS)
        if account is not None:
            initial.setdefault("name", account.name)
        return initial

    def _one(self, model: Any, name: str) -> Any:
        pk = self.request.GET.get(name, "")
        return get_object_or_404(model.objects.visible_to(self.request.user), pk=pk) if pk.isdecimal() and len(pk) < 19 else None

    def _only_contact(self, account: Account | None) -> Contact | None:
        people = Contact.objects.visible_to(self.request.user).filter(account=account)[:2] if account else []
        return people[0] if len(people) == 1 else None


class ProjectEdit(RecordEdit):
    model, permission = Project, "projects.change_project"
    related = ("owner", "partner", "contact", "account")
    form_class = EditProjectForm
    service = staticmethod(edit_project)
    errors = (Refused, IllegalMove)
    open_to_change = ~Q(stage=Stage.CLOSED)
    icon = "briefcase"

    def check(self) -> None:
        if not self.record.is_open:
            raise NotYours(_now("This project is closed and can only be read. A manager can reopen a lost one."))


class ContactChoices(Guarded):
    """The contacts of an account as options, when the account of a form changes."""

    permission = "projects.add_project"

    def get(self, request: HttpRequest) -> HttpResponse:
        pk = request.GET.get("account", "")
        people = Contact.objects.visible_to(request.user).filter(account=int(pk)) if pk.isdecimal() and len(pk) < 19 else []
        return self.page("projects/_contact_options.html", {"people": people})
