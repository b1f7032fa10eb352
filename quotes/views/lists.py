"""The list of quotes, and their panels on projects and accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Contact
from catalog.converted import OneNumber
from partnerportal.core import display, tables
from partnerportal.core.panels import RelatedPanel
from partnerportal.core.tables import Column
from partnerportal.core.views import LATELY, ListView, RecordList, owned
from projects.models import Project
from quotes.filters import QuoteFilter
from quotes.models import Quote, QuoteLine
from quotes.stages import Status

EXPIRES_SOON = timedelta(days=7)


def _expiring(rows: Any, user: Any) -> Any:
    today = timezone.localdate()
    return rows.out().filter(valid_until__gte=today, valid_until__lt=today + EXPIRES_SOON)


def number_and_primary(value: Any, quote: Quote) -> Any:
    """The number and version; the primary one says so."""
    sign = display.badge(_("Primary"), "blue") if quote.is_primary else ""
    return format_html("{} {}", quote, sign)


class QuoteList(RecordList):
    converter = OneNumber
    model, permission, filterset_class = Quote, "quotes.view_quote", QuoteFilter
    related = ("owner", "account", "project")
    views = (
        ListView("drafts", gettext_lazy("My drafts"), lambda rows, user: rows.filter(status=Status.DRAFT, owner=user), is_own=True),
        ListView("out", gettext_lazy("Out with customers"), lambda rows, user: rows.out()),
        ListView("accepted", gettext_lazy("Accepted"), lambda rows, user: rows.filter(status=Status.ACCEPTED)),
        ListView("expiring", gettext_lazy("Expiring this week"), _expiring),
        ListView("all", gettext_lazy("All quotes"), lambda rows, user: rows),
        owned("mine", gettext_lazy("My quotes")),
        *LATELY,
    )
    columns = (
        Column(gettext_lazy("Quote"), "number", sort="number", render=number_and_primary, is_title=True, export=str),
        Column(gettext_lazy("Name"), "name", sort="name"),
        Column(gettext_lazy("Account"), "account", render=tables.link, sort="account__name"),
        Column(gettext_lazy("Project"), "project", render=tables.link, is_optional=True),
        Column(gettext_lazy("Status"), "status", render=tables.choice, sort="status"),
        Column(gettext_lazy("Valid until"), "valid_until", sort="valid_until", render=lambda value, quote: _validity(quote)),
        Column(gettext_lazy("MRR"), "mrr", render=tables.amount, sort="mrr", total=True),
        Column(gettext_lazy("One-off"), "capex_total", render=tables.amount, sort="capex_total", total=True),
        Column(gettext_lazy("Recurring"), "recurring_total", render=tables.amount, is_optional=True, total=True),
        Column(gettext_lazy("Net"), "net", render=tables.amount, sort="net", is_optional=True, total=True),
        Column(gettext_lazy("Tax"), "tax", render=tables.amount, is_optional=True, total=True),
        Column(gettext_lazy("Gross"), "gross", render=tables.amount, is_optional=True, total=True),
        Column(gettext_lazy("Owner"), "owner", render=tables.owner_avatar),
        Column(gettext_lazy("Discount approval"), "approval", render=tables.choice, is_optional=True),
        Column(gettext_lazy("Submitted"), "submitted_at", sort="submitted_at", is_optional=True),
        Column(gettext_lazy("Answered"), "answered_at", sort="answered_at", is_optional=True),
        Column(gettext_lazy("Created"), "created_at", sort="created_at", is_optional=True),
    )
    add_permission, add_label = "quotes.add_quote", gettext_lazy("New quote")
    icon = "file-earmark-text"
    empty_text = gettext_lazy("Quotes are offers to customers. They are made from a project.")


def _validity(quote: Quote) -> Any:
    return display.due(quote.valid_until) if quote.status == Status.SUBMITTED else display.day(quote.valid_until)


class QuotesOfProject(RelatedPanel):
    parent_model, model, parent_field, permission = Project, Quote, "project", "quotes.view_quote"
    label, add_permission, add_label = gettext_lazy("Quotes"), "quotes.add_quote", gettext_lazy("New")
    ordering = ("-is_primary", "-created_at", "-pk")
    columns = (
        Column(gettext_lazy("Quote"), "number", render=number_and_primary, is_title=True),
        Column(gettext_lazy("Status"), "status", render=tables.choice),
        Column(gettext_lazy("MRR"), "mrr", render=tables.amount),
    )


class QuotesOfAccount(RelatedPanel):
    parent_model, model, parent_field, permission = Account, Quote, "account", "quotes.view_quote"
    label = gettext_lazy("Quotes")
    columns = QuotesOfProject.columns


class QuotesOfContact(RelatedPanel):
    parent_model, model, parent_field, permission = Contact, Quote, "contact", "quotes.view_quote"
    label = gettext_lazy("Quotes")
    columns = QuotesOfProject.columns


class ProductsOfProject(RelatedPanel):
    """What the primary quote of a project holds: products are read here and changed on the quote."""

    parent_model, model, parent_field, permission = Project, QuoteLine, "quote__project", "quotes.view_quote"
    label, namespace = gettext_lazy("Products"), "quotes"
    limit = 8
    columns = (
        Column(gettext_lazy("Product"), "name"),
        Column(gettext_lazy("Quantity"), "quantity"),
        Column(gettext_lazy("Billed"), "billing_period", render=tables.label),
        Column(gettext_lazy("Net per period"), "line_total", render=lambda value, line: display.money(value, line.quote.currency)),
    )

    def get_rows(self, parent: Project) -> Any:
        primary = Quote.objects.visible_to(self.request.user).filter(project=parent, is_primary=True)
        rows = QuoteLine.objects.visible_to(self.request.user).filter(quote__in=primary)
        return rows.select_related("quote").order_by("position", "pk")

    def all_url(self, parent: Project) -> str:
        """The quotes of the project, the primary one first."""
        return f"{reverse('quotes:list')}?view=all&project={parent.pk}"
