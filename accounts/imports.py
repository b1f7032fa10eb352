"""What tables of accounts and contacts are made of. See `partnerportal.core.imports`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import F, FloatField, Func, Value
from django.utils.translation import gettext as _

from accounts.asking import NOT_ASKED
from accounts.candidates import MatchKey
from accounts.duplicates import Duplicate, accounts_like_each, contacts_like_each, told
from accounts.forms import AccountEditForm, AccountForm, ContactEditForm, ContactForm
from accounts.marks import as_json, company_marks, company_sought, from_json, person_marks
from accounts.matching import Match, Profile, compare, compare_people
from accounts.merging import hanging_on, merges_into
from accounts.models import Account, Contact
from accounts.names import company_key
from accounts.services import add_accounts, add_contacts, edit_account, edit_contact, new_account, new_contact
from partnerportal.core.imports.kinds import Evidence, ImportKind, Likeness, how_alike, register
from partnerportal.core.models import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import Q

    from partners.models import User

    Words = Callable[[Profile], frozenset[str]]

# Headings of address books and of other programs, English and German; the words of the forms are known anyway.
PERSON = {
    "salutation": ("title", "prefix", "Anrede"),
    "first_name": ("given name", "forename", "firstname", "Vorname"),
    "last_name": ("surname", "family name", "lastname", "Nachname", "Name", "Familienname"),
    "job_title": ("position", "role", "function", "job", "Funktion", "Position", "Stellung"),
    "email": ("e-mail address", "email address", "mail", "email", "E-Mail-Adresse", "Mailadresse"),
    "phone": ("telephone", "tel", "phone number", "business phone", "Telefon", "Telefonnummer", "Tel.", "Rufnummer"),
    "mobile": ("mobile phone", "cell", "cell phone", "Handy", "Mobil", "Mobiltelefon", "Mobilnummer"),
    "description": ("notes", "note", "comment", "remarks", "Notiz", "Notizen", "Bemerkung", "Kommentar"),
}
COMPANY = {
    "website": ("web", "url", "homepage", "site", "Webseite", "Internet"),
    "industry": ("sector", "branch", "Branche"),
    "employees": ("number of employees", "headcount", "staff", "Mitarbeiter", "Mitarbeiterzahl", "Anzahl Mitarbeiter"),
    "street": ("address", "street address", "Strasse", "Straße", "Adresse", "Anschrift"),
    "postal_code": ("zip", "zip code", "postcode", "PLZ", "Postleitzahl"),
    "city": ("town", "place", "Ort", "Stadt"),
    "state": ("province", "region", "county", "Bundesland", "Kanton"),
    "country": ("country code", "nation", "Land", "Staat"),
}
CAME_WITH = ("core.follow:", "core.mute:", "core.stagemove:")  # What hangs on a record from its beginning, or asks nothing of it.
LOOKED_AT = 200  # Of accounts whose names are like the one in a cell, the likest.


def likenesses(found: Iterable[Duplicate]) -> list[Likeness]:
    """What may be the same, as an import takes it."""
    return [Likeness(one.record, how_alike(one.score, one.reasons), one.is_same) for one in found]


def _evidence(marks: Words, sought: Words, judge: Callable[[Profile, Profile], Match]) -> Evidence:
    def why(left: dict[str, object], right: dict[str, object]) -> str:
        match = judge(from_json(left), from_json(right))
        return how_alike(match.score, [told(reason) for reason in match.reasons]) if match.is_same else ""

    return Evidence(
        read=lambda record: record.profile,
        facts=as_json,
        marks=lambda facts: marks(from_json(facts)),
        sought=lambda facts: sought(from_json(facts)),
        why=why,
    )


COMPANY_EVIDENCE = _evidence(company_marks, company_sought, compare)
PERSON_EVIDENCE = _evidence(person_marks, person_marks, compare_people)


def account_named(name: str, by: User) -> str:
    """The key of the one account with a name, its legal form aside. Raises ValidationError."""
    rows, key = Account.objects.visible_to(by), company_key(name)
    alike = rows.alias(match_key=MatchKey("name")).filter(match_key__trigram_similar=MatchKey(Value(name)))
    near = Func(F("match_key"), MatchKey(Value(name)), function="similarity", output_field=FloatField())
    known = [one for one in alike.order_by(near.desc(), "pk")[:LOOKED_AT] if company_key(one.name) == key]
    named = [one for one in known if one.name.casefold() == name.casefold()]
    found = named or known or list(rows.filter(name__iexact=name)[:2])  # A name without letters has nothing to be found by.
    if len(found) == 1:
        return str(found[0].pk)
    if found:
        raise ValidationError(_("There are several accounts “%(name)s”.") % {"name": name})
    raise ValidationError(_("There is no account “%(name)s”. Import the accounts first.") % {"name": name})


def _accounts_like(wanted: Sequence[Profile], by: User, others: Q) -> list[list[Likeness]]:
    found = accounts_like_each(wanted, Account.objects.searched_by(by).filter(others))
    return [likenesses(one) for one in found]


def _contacts_like(wanted: Sequence[Profile], by: User, others: Q) -> list[list[Likeness]]:
    found = contacts_like_each(wanted, Contact.objects.searched_by(by).filter(others))
    return [likenesses(one) for one in found]


def came_since(record: Subject) -> list[str]:
    """What people have hung on a record, and did not come with it: answers, enquiries, plans, projects it is a person of; and merges.

    What was merged into it is gone with it. Its status is compared as a field.
    """
    hung = [one for one in hanging_on(record) if not one.startswith(CAME_WITH)]
    return [*hung, *(f"accounts.merge:{merge.pk}" for merge in merges_into(record))]


def _came_besides_records(record: Subject) -> list[str]:
    """The same without records that name it: deleted ones hold nothing, and of others `deletion_refusal` says what they are."""
    return [one for one in came_since(record) if not issubclass(apps.get_model(one.partition(":")[0]), Subject)]


ACCOUNTS = register(
    ImportKind(
        name="accounts",
        model=Account,
        add_form=AccountForm,
        edit_form=AccountEditForm,
        make=new_account,
        add=add_accounts,
        edit=edit_account,
        duplicates=_accounts_like,
        evidence=COMPANY_EVIDENCE,
        keys=("email", "phone", "vat_number"),
        aliases={
            **{name: PERSON[name] for name in ("email", "phone", "description")},
            **COMPANY,
            "name": (
                "company",
                "company name",
                "account",
                "customer",
                "organisation",
                "organization",
                "Firma",
                "Firmenname",
                "Kunde",
                "Unternehmen",
            ),
            "vat_number": ("vat", "vat id", "vat no", "tax id", "USt-IdNr", "USt-ID", "Umsatzsteuer-ID", "Steuernummer", "Partita IVA"),
            "record_type": ("type", "Art", "Typ"),
        },
        came_since=_came_besides_records,
        always=NOT_ASKED,
    )
)
CONTACTS = register(
    ImportKind(
        name="contacts",
        model=Contact,
        add_form=ContactForm,
        edit_form=ContactEditForm,
        make=new_contact,
        add=add_contacts,
        edit=edit_contact,
        duplicates=_contacts_like,
        evidence=PERSON_EVIDENCE,
        keys=("email", "phone", "mobile"),
        aliases={
            **PERSON,
            "account": ("account name", "company", "company name", "customer", "Firma", "Firmenname", "Kunde", "Unternehmen"),
            "department": ("division", "Abteilung"),
            "language": ("Sprache", "lang"),
        },
        lookups={"account": account_named},
        came_since=_came_besides_records,
        always=NOT_ASKED,
    )
)
