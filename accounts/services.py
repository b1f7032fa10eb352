"""What may be done with accounts and contacts: make, change, hand over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from accounts.addresses import check_new_address
from accounts.models import Account, Contact
from partnerportal.core import attached
from partnerportal.core.actors import service
from partnerportal.core.history import create_with_history
from partnerportal.core.scoping import NotYours, require_editable
from partners.models import User
from tasks.services import hand_over_tasks

Record = TypeVar("Record", Account, Contact)

# What a form, a cell, a bulk change or an import may write. Everything else is a service's.
ACCOUNT_FIELDS = (
    "name",
    "record_type",
    "phone",
    "email",
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
CONTACT_FIELDS = (
    "salutation",
    "first_name",
    "last_name",
    "email",
    "phone",
    "mobile",
    "job_title",
    "power",
    "department",
    "language",
    "description",
)


def new_account(*, values: Mapping[str, Any], by: User, known_email: str = "") -> Account:
    """An account that is not saved, of the person's company, owned by her. Raises ValidationError for an address that is no company's.

    `known_email` was let in before, on the lead that it comes from.
    """
    require_partner(by)
    check_new_address(values["email"], former=known_email, by=by)
    account = Account(partner_id=by.partner_id, owner=by)  # type: ignore[misc]
    _take(account, values, ACCOUNT_FIELDS)
    return account


@service
def create_account(*, values: Mapping[str, Any], by: User, known_email: str = "") -> Account:
    """Make and save an account. Raises as `new_account`."""
    account = new_account(values=values, by=by, known_email=known_email)
    account.save()
    return account


@service
def add_accounts(accounts: Sequence[Account], *, by: User) -> None:
    """Save accounts that `new_account` made, all at once, as `create_account` saves one."""
    create_with_history(accounts)


@service
def edit_account(account: Account, *, values: Mapping[str, Any], by: User) -> Account:
    """Change fields of an account. Raises ValidationError for a new address that is no company's."""
    account = Account.objects.visible_to(by).select_for_update(of=("self",)).get(pk=account.pk)
    require_editable(account, by)
    return _change(account, values, ACCOUNT_FIELDS, by)


def new_contact(*, values: Mapping[str, Any], by: User, known_email: str = "") -> Contact:
    """A person at an account, not saved. Raises as `new_account`."""
    require_partner(by)
    check_new_address(values["email"], former=known_email, by=by)
    account = values["account"]
    contact = Contact(partner_id=account.partner_id, owner=by, account=account)
    _take(contact, values, CONTACT_FIELDS)
    return contact


@service
def create_contact(*, values: Mapping[str, Any], by: User, known_email: str = "") -> Contact:
    """Make and save a person at an account that one sees. Raises as `new_account`, and DoesNotExist for another account."""
    contact = new_contact(values=values, by=by, known_email=known_email)
    _require_visible([contact], by)
    contact.save()
    return contact


@service
def add_contacts(contacts: Sequence[Contact], *, by: User) -> None:
    """Save contacts that `new_contact` made, all at once, as `create_contact` saves one. Raises DoesNotExist for an account not seen."""
    _require_visible(contacts, by)
    create_with_history(contacts)


@service
def edit_contact(contact: Contact, *, values: Mapping[str, Any], by: User) -> Contact:
    """Change fields of a contact; the account stays. Raises ValidationError for a new address that is no company's."""
    contact = Contact.objects.visible_to(by).select_for_update(of=("self",)).get(pk=contact.pk)
    require_editable(contact, by)
    return _change(contact, values, CONTACT_FIELDS, by)


@service
def hand_over_account(account: Account, *, to: User, by: User, others_too: bool = False) -> Account:
    """Change the owner of an account. The former owner's contacts there, and open tasks on all of these, go along.

    Other people's contacts go along when `others_too`, which is for managers; completed tasks stay. Projects belong to a later
    app, which hands over its own. Raises NotYours.
    """
    if others_too:
        require_manager(by)
    former = account.owner
    account = attached.change_owner(account, to=to, by=by)  # type: ignore[assignment]
    contacts = account.contacts.filter(deleted_at=None).select_related("owner").select_for_update(of=("self",))
    give_along([*contacts], former=former, to=to, others_too=others_too)
    hand_over_tasks([account], former=former, to=to)
    return account


def give_along(records: Iterable[Any], *, former: User, to: User, others_too: bool) -> None:
    """Give locked records of an account that changes hands to its new owner, with their owners' open tasks on them.

    Only `former`'s, unless `others_too`. Part of the change of an account's owner: the caller's transaction, author and notice.
    """
    given = [record for record in records if record.owner_id != to.pk and (others_too or record.owner_id == former.pk)]
    for record in given:
        before = record.owner
        record.owner = to
        record.save(update_fields=["owner", "updated_at"])
        hand_over_tasks([record], former=before, to=to)


def require_manager(by: User) -> None:
    """Raise NotYours unless the person may hand over the records of colleagues."""
    if not by.manages_company:
        raise NotYours(_("Only the managers of %(partner)s may hand over the records of colleagues.") % {"partner": by.partner or ""})


def require_partner(by: User) -> None:
    """Raise NotYours for a vendor user: the records of the portal's pages are made by the partners' people."""
    if by.partner_id is None:
        raise NotYours(_("New records are made by the people of a partner."))


def _require_visible(contacts: Sequence[Contact], by: User) -> None:
    """Raise DoesNotExist unless one sees the accounts of new contacts."""
    wanted = {contact.account_id for contact in contacts}
    if Account.objects.visible_to(by).filter(pk__in=wanted).count() < len(wanted):
        raise Account.DoesNotExist


def _take(record: Account | Contact, values: Mapping[str, Any], fields: tuple[str, ...]) -> list[str]:
    changed = [name for name in fields if name in values and getattr(record, name) != values[name]]
    for name in changed:
        setattr(record, name, values[name])
    return changed


def _change(record: Record, values: Mapping[str, Any], fields: tuple[str, ...], by: User) -> Record:
    check_new_address(values.get("email", record.email), former=record.email, by=by)
    changed = _take(record, values, fields)
    if changed:
        record.save(update_fields=[*changed, "updated_at"])  # type: ignore[has-type]
    return record
