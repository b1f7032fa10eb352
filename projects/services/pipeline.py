"""Account, contact and project in one go: the fast pipeline, and a new project for a new customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account, Contact
from accounts.services import create_account, create_contact
from catalog.models import ProductOfInterest
from partnerportal.core import attached
from partnerportal.core.actors import service
from partners.models import User
from projects.models import Project
from projects.services.records import create_project

PERSON_FIELDS = ("salutation", "first_name", "last_name", "email", "phone", "mobile", "job_title", "power")


@service
def fast_pipeline(*, values: Mapping[str, Any], by: User, account: Account | None = None) -> Project:
    """Account, contact and project together, or none of them, from the two screens of the fast pipeline.

    `values` holds company, email, phone, salutation, first_name, last_name and the fields of the project; `notes` become a note
    on it. With `account`, that one of the own company is used, and its contact with the same e-mail, if there is one.
    Raises ValidationError by field.
    """
    account = account_for(values, by=by, existing=account)
    contact = contact_for(account, values, by=by)
    product = ProductOfInterest(values["product_of_interest"]).label
    name = values.get("name") or _("%(company)s – %(product)s") % {"company": account.name, "product": product}
    project = create_project(values={**values, "name": name, "account": account, "contact": contact}, by=by)
    if values.get("notes", "").strip():
        attached.add_note(project, values["notes"].strip(), by=by)
    return project


@service
def start_project(*, values: Mapping[str, Any], by: User) -> Project:
    """A new project for the account and contact in `values`, or for new ones from the customer's fields. Raises ValidationError."""
    account = account_for(values, by=by, existing=values.get("account"))
    contact = contact_for(account, values, by=by, existing=values.get("contact"))
    return create_project(values={**values, "account": account, "contact": contact}, by=by)


def account_for(values: Mapping[str, Any], *, by: User, existing: Account | None) -> Account:
    """The chosen account of the own company, or a new one from `company`, `email` and `phone`."""
    if existing is not None:
        return Account.objects.visible_to(by).get(pk=existing.pk)
    facts = {name: values[name] for name in ("email", "phone")} | {"name": values["company"]}
    return create_account(values=facts, by=by)


def contact_for(account: Account, values: Mapping[str, Any], *, by: User, existing: Contact | None = None) -> Contact:
    """The chosen contact, the one at the account with the same e-mail, or a new one."""
    if existing is not None:
        return existing
    people = Contact.objects.visible_to(by).filter(account=account)
    found = people.filter(email__iexact=values["email"], last_name__iexact=values["last_name"]).first()
    if found is not None:
        return found
    facts = {name: values[name] for name in PERSON_FIELDS if name in values}
    return create_contact(values={**facts, "account": account}, by=by)
