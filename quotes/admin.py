"""Quotes in the back office: looked at, and the account manager's word on a discount."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import admin
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from partnerportal.core import display
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


def _compared(quote: Quote, name: str) -> str:
    """An amount of the totals as it is asked for, and as it would be within the limit; empty where the cost is not known."""
    effect = services.effect_of_discounts(quote, services.lines_of(quote), limit=services.discount_limit(quote.partner))
    asked, within = getattr(effect.asked, name), getattr(effect.within, name)
    if asked is None or within is None:
        return display.NOTHING
    words = [display.money(amount, quote.currency) for amount in (asked, within, asked - within)]
    return _now("%(asked)s; within the limit %(within)s (%(difference)s)") % dict(
        zip(("asked", "within", "difference"), words, strict=True)
    )


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
    readonly_fields = (
        "approval_asked_by",
        "why_asked",
        "highest_asked",
        "tier_limit",
        "mrr_effect",
        "margin_effect",
        "monthly_margin_effect",
    )
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

    @admin.display(description=_("why it is asked for"))
    def why_asked(self, quote: Quote) -> str:
        asked = services.last_asked(quote)
        return asked.text if asked else display.NOTHING

    @admin.display(description=_("MRR with the discount"))
    def mrr_effect(self, quote: Quote) -> str:
        return _compared(quote, "mrr")

    @admin.display(description=_("partner's margin with the discount, first bill"))
    def margin_effect(self, quote: Quote) -> str:
        return _compared(quote, "margin")

    @admin.display(description=_("partner's margin with the discount, a month"))
    def monthly_margin_effect(self, quote: Quote) -> str:
        return _compared(quote, "monthly_margin")

    @admin.display(description=_("limit of the tier"))
    def tier_limit(self, quote: Quote) -> str:
        return f"{services.in_percent(services.discount_limit(quote.partner))} ({quote.partner.get_tier_display()})"
