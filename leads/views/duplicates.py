"""Records that may be the same: while a new one is typed, and by a button on a record. Only what the person may see is compared."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.duplicates import Duplicate
from accounts.matching import Profile, profile
from accounts.merging import refusal_of
from accounts.models import Account, Contact
from leads.duplicates import duplicates_of
from leads.models import Lead
from partnerportal.core import display
from partnerportal.core.views.base import Guarded, RecordView


class DuplicatesWhileTyping(Guarded):
    """What the form posts while it is filled in; the answer is a part of its page."""

    is_block = True
    model: ClassVar[type[Lead | Account | Contact]]
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = self.typed()
        found = duplicates_of(wanted, self.model, request.user) if wanted.has_evidence else []
        return self.page("leads/_duplicates.html", {"found": found})

    def typed(self) -> Profile:
        """The fields in comparable form."""
        told = {name: self.request.POST.get(name, "").strip()[:200] for name in self.request.POST}
        own = self.request.user.partner.country.code if self.request.user.partner else ""
        return profile(
            self.company(told),
            emails=[told.get("email", "")],
            website=told.get("website", ""),
            phones=[told.get("phone", ""), told.get("mobile", "")],
            tax_number=told.get("vat_number", ""),
            city=told.get("city", ""),
            country=told.get("country", "") or own,
            person=f"{told.get('first_name', '')} {told.get('last_name', '')}".strip(),
        )

    def company(self, told: dict[str, str]) -> str:
        """The name of the company, as far as it is typed."""
        return told.get("company") or told.get("name", "")


class DuplicatesOfNewLead(DuplicatesWhileTyping):
    is_block = False
    model, permission = Lead, "leads.add_lead"


class DuplicatesOfNewAccount(DuplicatesWhileTyping):
    is_block = False
    model, permission = Account, "accounts.add_account"


class DuplicatesOfNewContact(DuplicatesWhileTyping):
    is_block = False
    model, permission = Contact, "accounts.add_contact"

    def company(self, told: dict[str, str]) -> str:
        """The account that was chosen, if the person may see it."""
        key = told.get("account", "")
        account = Account.objects.visible_to(self.request.user).filter(pk=key).first() if key.isdecimal() else None
        return account.name if account else ""


class DuplicatesOfRecord(RecordView):
    """The button on a record: what it may be the same as."""

    is_block = True
    tab: ClassVar[str]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = duplicates_of(self.record.profile, self.model, request.user, but=self.record.pk)  # type: ignore[arg-type]
        context: dict[str, Any] = {
            "record": self.record,
            "tab": self.tab,
            "kind": display.kind(self.model),
            "heading": _("Duplicates of %(record)s") % {"record": self.record},
            "found": found,
            "mergeable": self._mergeable(found),
            "merge_url": reverse(f"merge_{self.tab}", args=[self.record.pk]),
        }
        return self.page("leads/duplicates.html", context)

    def _mergeable(self, found: list[Duplicate]) -> list[Any]:
        """Those of the same kind that the person may change, if this one too, and that can be made one with it."""
        same = [one.record.pk for one in found if isinstance(one.record, self.model)]
        rows = self.model._default_manager.editable_by(self.request.user).filter(pk__in=[self.record.pk, *same])  # type: ignore[attr-defined]
        editable = list(rows) if same else []
        others = [one for one in editable if one != self.record and not refusal_of([self.record, one])]
        return others if self.record in editable else []


class DuplicatesOfLead(DuplicatesOfRecord):
    is_block = False
    model, permission, tab = Lead, "leads.view_lead", "leads"


class DuplicatesOfAccount(DuplicatesOfRecord):
    is_block = False
    model, permission, tab = Account, "accounts.view_account", "accounts"


class DuplicatesOfContact(DuplicatesOfRecord):
    is_block = False
    model, permission, tab = Contact, "accounts.view_contact", "contacts"
    related = ("owner", "partner", "account")
