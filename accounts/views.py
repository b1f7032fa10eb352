"""Pages of accounts and contacts. Related lists of later apps come from their own addresses."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.filters import AccountFilter, ContactFilter
from accounts.forms import AccountEditForm, AccountForm, ContactEditForm, ContactForm
from accounts.kept import MergeableDetail
from accounts.models import Account, AccountStatus, Contact
from partnerportal.core import display, tables
from partnerportal.core.forms import PartnerModelForm
from partnerportal.core.panels import RelatedPanel
from partnerportal.core.tables import Column, choice, email, label, link, owner_avatar, phone
from partnerportal.core.views import LATELY, Action, Fact, ListView, Panel, RecordAdd, RecordEdit, RecordList


def address(name: str, *args: Any, query: str = "") -> str:
    """The address of a page of a later app, empty while there is none."""
    try:
        return reverse(name, args=args) + query
    except NoReverseMatch:
        return ""


def find_duplicates(name: str, pk: int) -> Action:
    """The button that looks for records which are the same; what finds them is a later app's."""
    return Action(_("Find duplicates"), address(name, pk), "intersect", is_in_menu=True)


# --- accounts ---------------------------------------------------------------------------


class AccountList(RecordList):
    model, permission = Account, "accounts.view_account"
    filterset_class = AccountFilter
    icon = "building"
    add_label, add_permission = _("New account"), "accounts.add_account"
    ordering = "-created_at"
    empty_text = _("An account is a company that you sell to. It comes from a lead, from the fast pipeline, or from here.")
    views = (
        ListView("recent", _("Recently created"), lambda rows, user: rows),
        ListView("mine", _("My accounts"), lambda rows, user: rows.filter(owner=user)),
        ListView("all", _("All accounts"), lambda rows, user: rows),
        ListView("active", _("Active customers"), lambda rows, user: rows.filter(status=AccountStatus.ACTIVE)),
        ListView("prospects", _("Prospects"), lambda rows, user: rows.filter(status=AccountStatus.PROSPECT)),
        *LATELY,
    )
    columns = (
        Column(_("Account name"), "name", sort="name", is_title=True),
        Column(_("Status"), "status", render=choice, sort="status"),
        Column(_("Kind"), "record_type", render=label),
        Column(_("Phone"), "phone", render=phone),
        Column(_("E-mail"), "email", render=email),
        Column(_("City"), "city", sort="city"),
        Column(_("Industry"), "industry", render=label, is_optional=True),
        Column(_("Employees"), "employees", sort="employees", total=True, is_optional=True),
        Column(_("Country"), "country.name", is_optional=True),
        Column(_("Created"), "created_at", sort="created_at"),
        Column(_("Owner"), "owner", render=owner_avatar, sort="owner__last_name"),
    )


class AccountAdd(RecordAdd):
    model, permission = Account, "accounts.add_account"
    form_class = AccountForm
    service = staticmethod(services.create_account)
    icon = "building"
    duplicates = "duplicates_of_new_account"
    compared = ("name", "email", "phone", "website", "vat_number")

    def get_initial(self) -> dict[str, Any]:
        """A clone says so in its name."""
        initial = super().get_initial()
        return initial | {"name": _now("%(name)s (copy)") % {"name": self.record.name}} if hasattr(self, "record") else initial


class AccountEdit(RecordEdit):
    model, permission = Account, "accounts.change_account"
    form_class = AccountEditForm
    service = staticmethod(services.edit_account)
    icon = "building"


# Name in the address of the later app, label, icon; `<app>:for_account` is its panel.
PANELS = (
    ("contacts", _("Contacts"), "person-vcard"),
    ("projects", _("Projects"), "briefcase"),
    ("quotes", _("Quotes"), "file-earmark-text"),
    ("orders", _("Orders"), "box-seam"),
    ("cases", _("Cases"), "life-preserver"),
)


class AccountDetail(MergeableDetail):
    model, permission = Account, "accounts.view_account"
    icon, tone = "building", "green"
    details = (
        "record_type",
        "website",
        "industry",
        "employees",
        "vat_number",
        "street",
        "postal_code",
        "city",
        "state",
        "country",
        "description",
    )

    def get_badges(self) -> list[Any]:
        return [display.choice_badge(self.record, "status")]

    def get_facts(self) -> list[Fact]:
        account = self.record
        return [
            Fact(_("Phone"), display.phone(account.phone)),
            Fact(_("E-mail"), display.email(account.email)),
            Fact(_("City"), account.city or display.NOTHING),
            Fact(_("Owner"), display.person(account.owner)),
            Fact(_("Created"), display.day(account.created_at)),
        ]

    def get_actions(self) -> list[Action]:
        find = find_duplicates("duplicates_of_account", self.record.pk)
        if not self.request.user.has_perm("projects.add_project"):
            return [find]
        about = f"?account={self.record.pk}"
        new = Action(_("New project"), address("projects:add", query=about), "briefcase", is_primary=True)
        change = Action(_("Change Order"), address("projects:add", query=f"{about}&record_type=change_order"), "arrow-repeat")
        return [new, change, find] if self.record.is_customer and self.record.status == AccountStatus.ACTIVE else [new, find]

    def get_panels(self) -> list[Panel]:
        found = [Panel(name, title, address(f"{name}:for_account", self.record.pk), sign) for name, title, sign in PANELS]
        return [panel for panel in [*found, *self.task_panels()] if panel.url]


# --- contacts ---------------------------------------------------------------------------


class ContactList(RecordList):
    model, permission = Contact, "accounts.view_contact"
    filterset_class = ContactFilter
    related = ("owner", "account")
    icon = "person-vcard"
    add_label, add_permission = _("New contact"), "accounts.add_contact"
    empty_text = _("A contact is a person at one of your accounts.")
    views = (
        ListView("recent", _("Recently created"), lambda rows, user: rows),
        ListView("mine", _("My contacts"), lambda rows, user: rows.filter(owner=user)),
        ListView("all", _("All contacts"), lambda rows, user: rows),
        *LATELY,
    )
    columns = (
        Column(_("Name"), "full_name", sort="last_name", is_title=True),
        Column(_("Account"), "account", render=link, sort="account__name"),
        Column(_("Job title"), "job_title", render=label),
        Column(_("Power"), "power", render=label),
        Column(_("E-mail"), "email", render=email),
        Column(_("Phone"), "phone", render=phone),
        Column(_("Mobile"), "mobile", render=phone, is_optional=True),
        Column(_("Department"), "department", is_optional=True),
        Column(_("Created"), "created_at", sort="created_at"),
        Column(_("Owner"), "owner", render=owner_avatar, sort="owner__last_name"),
    )


class ContactAdd(RecordAdd):
    model, permission = Contact, "accounts.add_contact"
    form_class = ContactForm
    service = staticmethod(services.create_contact)
    icon = "person-vcard"
    duplicates = "duplicates_of_new_contact"
    compared = ("last_name", "email", "phone", "mobile")

    def get_form(self, data: Any = None, files: Any = None, **options: Any) -> PartnerModelForm:
        """A clone is not asked about what it was cloned from."""
        return super().get_form(data, files, copied=getattr(self, "record", None), **options)


class ContactEdit(RecordEdit):
    model, permission = Contact, "accounts.change_contact"
    form_class = ContactEditForm
    service = staticmethod(services.edit_contact)
    icon = "person-vcard"


class ContactDetail(MergeableDetail):
    model, permission = Contact, "accounts.view_contact"
    related = ("owner", "partner", "account")
    icon, tone = "person-vcard", "violet"
    details = ("email", "phone", "mobile", "department", "language", "description")

    def get_eyebrow(self) -> list[Any]:
        return [display.record_link(self.record.account)]

    def get_facts(self) -> list[Fact]:
        contact = self.record
        return [
            Fact(_("Salutation"), contact.get_salutation_display() or display.NOTHING),
            Fact(_("Job title"), display.field_value(contact, "job_title")),
            Fact(_("Power"), display.field_value(contact, "power")),
            Fact(_("E-mail"), display.email(contact.email)),
            Fact(_("Phone"), display.phone(contact.phone)),
            Fact(_("Owner"), display.person(contact.owner)),
        ]

    def get_actions(self) -> list[Action]:
        find = find_duplicates("duplicates_of_contact", self.record.pk)
        if not self.request.user.has_perm("projects.add_project"):
            return [find]
        query = f"?account={self.record.account_id}&contact={self.record.pk}"
        return [Action(_("New project"), address("projects:add", query=query), "briefcase", is_primary=True), find]

    def get_panels(self) -> list[Panel]:
        found = [Panel(name, title, address(f"{name}:for_contact", self.record.pk), sign) for name, title, sign in PANELS]
        return [panel for panel in [*found, *self.task_panels()] if panel.url]


class ContactsOfAccount(RelatedPanel):
    permission = "accounts.view_contact"
    parent_model, model, parent_field = Account, Contact, "account"
    label = _("Contacts")
    ordering = ("last_name", "first_name", "pk")
    columns = (Column(_("Name"), "full_name", is_title=True), Column(_("Job title"), "job_title", render=tables.label))
    add_permission = "accounts.add_contact"
