"""The list of cases, and the cases on the page of an account."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Contact
from cases.filters import CaseFilter
from cases.models import Case
from cases.sla import ANSWERED, ANSWERED_LATE, DUE, OVERDUE
from cases.stages import OPEN, Status
from partnerportal.core import display
from partnerportal.core.panels import RelatedPanel
from partnerportal.core.tables import Column, choice, label, owner_avatar, person
from partnerportal.core.views import LATELY, ListView, RecordList, owned

CALM = {ANSWERED: "green", ANSWERED_LATE: "amber", DUE: "blue", OVERDUE: "red"}


def response_badge(case: Case) -> SafeString:
    """Whether the first answer came in time, or when it is due."""
    state = case.response.state(timezone.now())
    texts = {
        ANSWERED: _("Answered in time"),
        ANSWERED_LATE: _("Answered late"),
        OVERDUE: _("Overdue"),
        DUE: _("Due %(when)s") % {"when": display.moment(case.response_due_at)},
    }
    if state in (DUE, OVERDUE) and case.status not in OPEN:
        return display.NOTHING
    return display.badge(texts[state], CALM[state])


def response_cell(value: Any, case: Case) -> SafeString:
    return response_badge(case)


class CaseList(RecordList):
    model, permission, add_permission = Case, "cases.view_case", "cases.add_case"
    filterset_class = CaseFilter
    icon, add_label = "life-preserver", gettext_lazy("Submit a Case")
    empty_text = gettext_lazy("Questions to the vendor stand here, with every answer.")
    related = ("owner", "account", "agent", "partner")
    views = (
        ListView("my_open", gettext_lazy("My open cases"), lambda rows, user: rows.open().filter(Q(owner=user) | Q(agent=user))),
        ListView("open", gettext_lazy("All open cases"), lambda rows, user: rows.open()),
        ListView(
            "waiting",
            gettext_lazy("Waiting for us"),
            lambda rows, user: rows.filter(status=Status.WAITING) if user.partner_id else rows.open().exclude(status=Status.WAITING),
        ),
        ListView("closed", gettext_lazy("Closed cases"), lambda rows, user: rows.filter(status__in=(Status.RESOLVED, Status.CLOSED))),
        ListView("all", gettext_lazy("All cases"), lambda rows, user: rows),
        owned("mine", gettext_lazy("My cases")),
        *LATELY,
    )
    columns = (
        Column(gettext_lazy("Subject"), "subject", sort="subject", is_title=True),
        Column(gettext_lazy("Number"), "number", sort="number"),
        Column(gettext_lazy("Type"), "type", render=choice),
        Column(gettext_lazy("Status"), "status", render=choice),
        Column(gettext_lazy("First answer"), "response_due_at", sort="response_due_at", render=response_cell),
        Column(gettext_lazy("Account"), "account.name", sort="account__name"),
        Column(gettext_lazy("Agent"), "agent", render=person),
        Column(gettext_lazy("Created"), "created_at", sort="created_at"),
        Column(gettext_lazy("Owner"), "owner", render=owner_avatar, sort="owner__last_name"),
        Column(gettext_lazy("Class"), "service_class", render=label, is_optional=True),
        Column(gettext_lazy("Partner"), "partner.name", is_optional=True),
    )


class CasesOf(RelatedPanel):
    """Cases on another record's page."""

    is_block = True
    permission, add_permission, model = "cases.view_case", "cases.add_case", Case
    label, add_label = gettext_lazy("Cases"), gettext_lazy("Submit")
    columns = (Column(gettext_lazy("Case"), "subject", is_title=True), Column(gettext_lazy("Status"), "status", render=choice))


class CasesOfAccount(CasesOf):
    parent_model, parent_field = Account, "account"


class CasesOfContact(CasesOf):
    parent_model, parent_field = Contact, "contact"

    def add_url(self, parent: Contact) -> str:
        """Submit one, with account and contact filled in."""
        return f"{reverse('cases:add')}?account={parent.account_id}&contact={parent.pk}"
