"""Quotes in the back office: looked at, and the account manager's word on a discount."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from partnerportal.core.admin import ObjectAction, PartnerOwnedAdmin, PartnerOwnedInline, VisibleChoicesFilter
from quotes import services
from quotes.models import Quote, QuoteLine
from quotes.stages import Approval


def is_asked(quote: Quote) -> bool:
    """Whether somebody waits for a word on this quote's discount."""
    return quote.is_draft and quote.approval == Approval.REQUESTED


def highest_of(quote: Quote) -> str:
    """The highest discount among the lines of a quote, as a fraction."""
    return str(services.highest_discount(services.lines_of(quote)))


class QuoteLineInline(PartnerOwnedInline):
    model = QuoteLine
    fields = readonly_fields = (
        "name",
        "quantity",
        "billing_period",
        "list_price",
        "unit_price",
        "unit_cost",
        "discount",
        "line_total",
        "monthly",
    )


@admin.register(Quote)
class QuoteAdmin(PartnerOwnedAdmin):
    list_display = ("__str__", "partner", "account", "status", "approval", "currency", "net", "mrr", "owner", "created_at")
    list_filter = ("approval", "status", ("partner", VisibleChoicesFilter), "created_at")
    list_select_related = ("partner", "account", "owner")
    search_fields = ("number", "name", "account__name")
    exclude = ("token", "content", "pdf", "former", "consent")
    readonly_fields = ("approval_asked_by", "highest_asked", "tier_limit")
    inlines = (QuoteLineInline,)
    object_actions = (
        ObjectAction(
            "grant",
            _("Grant the discount"),
            run=services.grant_discount,
            permission="quotes.grant_discount",
            when=is_asked,
            shows=highest_of,
        ),
        ObjectAction(
            "refuse",
            _("Refuse the discount"),
            run=services.refuse_discount,
            permission="quotes.grant_discount",
            asks="reason",
            question=_("Why is the discount refused?"),
            is_required=True,
            when=is_asked,
        ),
    )

    @admin.display(description=_("highest discount asked"))
    def highest_asked(self, quote: Quote) -> str:
        return services.in_percent(Decimal(highest_of(quote)))

    @admin.display(description=_("limit of the tier"))
    def tier_limit(self, quote: Quote) -> str:
        return f"{services.in_percent(services.discount_limit(quote.partner))} ({quote.partner.get_tier_display()})"
