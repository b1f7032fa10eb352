"""New, record page, edit, preview and document of a quote."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerportal.core import display
from partnerportal.core.stages import IllegalMove
from partnerportal.core.views import Action, Fact, Panel, RecordAdd, RecordDetail, RecordEdit, RecordView
from partners.models import User
from projects import services as projects
from projects.mrr import difference
from quotes import documents, services
from quotes.forms import QuoteForm, QuoteStartForm
from quotes.models import Quote
from quotes.services import QuoteTooLarge
from quotes.stages import Approval, Status
from quotes.views.sections import Lines, context_of_lines, document_state, today_of

RELATED = ("owner", "partner", "account", "contact", "project", "pdf", "former")


def create(*, values: dict[str, Any], by: User) -> Quote:
    """A new quote for the chosen project; that of a change order with what the customer has."""
    project = values["project"]
    return services.begin_quote(project, by=by, today=projects.today_of(project.partner))


class QuoteAdd(RecordAdd):
    model, permission, form_class = Quote, "quotes.add_quote", QuoteStartForm
    template_name = "quotes/quote_add.html"
    service = staticmethod(create)
    can_save_and_new = False
    heading = gettext_lazy("New quote")


class QuoteDetail(RecordDetail):
    model, permission, related = Quote, "quotes.view_quote", RELATED
    template_name = "quotes/quote_detail.html"
    icon, tone, can_clone = "file-earmark-text", "violet", False

    def get_queryset(self) -> QuerySet[Quote]:
        """With what the page needs besides, in the same query: the customer's hardware, the primary quote of the project, the limit."""
        return services.with_discount_limit(services.with_primary(services.with_applied_hardware(super().get_queryset())))  # type: ignore[arg-type]

    def get_eyebrow(self) -> list[SafeString | str]:
        return [display.record_link(self.record.project), display.record_link(self.record.account)]

    def get_badges(self) -> list[SafeString]:
        badges = [display.choice_badge(self.record, "status")]
        if self.record.is_primary:
            badges.append(display.badge(_("Primary"), "blue"))
        if self.record.approval != Approval.NONE:
            label = _("Discount: %(state)s") % {"state": self.record.get_approval_display()}
            badges.append(display.badge(label, display.tone_of(self.record.approval)))
        return badges

    def _change(self) -> str:
        """In a change order, what the quote adds to what the customer pays already."""
        project = self.record.project
        if not project.is_change_order or project.running_mrr is None:
            return ""
        change = display.money(difference(self.record.mrr, project.running_mrr), self.record.currency)
        return f"· {_('%(amount)s to what runs') % {'amount': change}}"

    def get_facts(self) -> list[Fact]:
        quote = self.record
        is_out = quote.status == Status.SUBMITTED
        return [
            Fact(_("MRR"), display.money(quote.mrr, quote.currency), self._change()),
            Fact(_("One-off, net"), display.money(quote.capex_total, quote.currency)),
            Fact(_("First bill with tax"), display.money(quote.gross, quote.currency)),
            Fact(_("Valid until"), display.due(quote.valid_until) if is_out else display.day(quote.valid_until)),
            Fact(_("Contact"), display.record_link(quote.contact)),
            Fact(_("Owner"), display.person(quote.owner)),
        ]

    def get_details(self) -> list[Fact]:
        quote = self.record
        facts = [
            Fact(_("Name"), quote.name),
            Fact(_("Commitment"), quote.get_commitment_display()),
            Fact(_("Billing frequency"), quote.get_billing_frequency_display() or _("Each line by itself")),
            Fact(_("Hardware type"), quote.get_hardware_type_display() or display.NOTHING),
            Fact(_("Additional configuration"), display.field_value(quote, "additional")),
            Fact(_("Language of the document"), quote.get_language_display()),
            Fact(_("Tax rate"), display.rate(quote.tax_rate)),
            Fact(_("Shipping address type"), quote.get_shipping_type_display()),
            Fact(_("Ship to"), display.words(self._address()) or display.NOTHING),
        ]
        if quote.former:
            facts.append(Fact(_("Former version"), display.record_link(quote.former)))
        if quote.answered_at:
            facts.append(Fact(_("Answered"), f"{quote.answered_by}, {display.moment(quote.answered_at)}"))
        if quote.approval_reason:
            facts.append(Fact(_("Why the discount was refused"), quote.approval_reason))
        if quote.answer_note:
            facts.append(Fact(_("Note on the answer"), quote.answer_note))
        return facts

    def _address(self) -> list[str]:
        quote = self.record
        town = f"{quote.ship_postal_code} {quote.ship_city}".strip()
        parts = (quote.ship_company, quote.ship_contact_name, quote.ship_street, town, quote.ship_state, str(quote.ship_country.name))
        return [part for part in parts if part]

    @cached_property
    def section(self) -> Lines:
        """The lines with their sums."""
        known = {"applied": self.record.applied or "", "limit": self.record.limit or Decimal(0)}
        return Lines(self.record, is_editable=self.is_editable, today=today_of(self.record), **known)

    def get_actions(self) -> list[Action]:
        compare = Action(_("Compare"), self.link("compare"), "layout-split")
        clone = Action(_("Clone with its lines"), self.link("copy"), "copy", method="post", is_in_menu=True)
        files = [
            Action(_("Lines as CSV"), self.link("export_lines"), "filetype-csv", is_in_menu=True),
            Action(_("Lines as XLSX"), f"{self.link('export_lines')}?format=xlsx", "filetype-xlsx", is_in_menu=True),
        ]
        if not self.is_editable:
            return [Action(_("Preview"), self.link("preview"), "eye"), compare, *files]
        by_status = {Status.DRAFT: self._draft_actions, Status.SUBMITTED: self._out_actions, Status.ACCEPTED: self._accepted_actions}
        actions = by_status.get(self.record.status, list)() + self._link_actions()
        if self.record.status in (Status.SUBMITTED, Status.REJECTED, Status.EXPIRED, Status.CANCELLED):
            actions.append(Action(_("New version"), self.link("new_version"), "files", method="post"))
        if self.record.former_id:
            actions.append(compare)
        actions += [clone, *files]
        if not self.record.is_primary and self.record.status in (Status.DRAFT, Status.SUBMITTED) and self.record.project.is_open:
            seen = {"seen": str(self.record.primary or "")}
            actions.append(Action(_("Make primary"), self.link("make_primary"), "pin-angle", method="post", values=seen))
        if self.record.status in (Status.DRAFT, Status.SUBMITTED):
            actions.append(
                Action(_("Cancel the quote"), self.link("cancel"), "x-circle", method="dialog", is_in_menu=True, is_dangerous=True)
            )
        return actions

    def _draft_actions(self) -> list[Action]:
        actions = [Action(_("Preview"), self.link("preview"), "eye")]
        if self.section.needs_approval and self.record.approval != Approval.REQUESTED:
            return [
                *actions,
                Action(_("Ask for approval"), self.link("request_approval"), "hand-thumbs-up", method="dialog", is_primary=True),
            ]
        actions.append(Action(_("Write and send"), self.link("compose"), "envelope-paper"))
        return [*actions, Action(_("Submit"), self.link("submit"), "send", method="post", is_primary=not self.section.missing)]

    def _out_actions(self) -> list[Action]:
        return [
            Action(_("Record acceptance"), self.link("accept"), "check-lg", method="dialog", is_primary=True),
            Action(_("Send again"), self.link("resend"), "envelope", method="post"),
            Action(_("Write to the customer"), self.link("compose"), "envelope-paper", is_in_menu=True),
            Action(_("Remind the customer"), self.link("remind"), "alarm", method="post", is_in_menu=True),
        ]

    def _link_actions(self) -> list[Action]:
        """Whatever went out has a private link, over or not: it can be withdrawn and given back."""
        if self.record.content is None:
            return []
        if self.record.is_revoked:
            return [Action(_("Restore the private link"), self.link("restore_link"), "link-45deg", method="post", is_in_menu=True)]
        return [Action(_("Withdraw the private link"), self.link("revoke"), "link-45deg", method="post", is_in_menu=True)]

    def _accepted_actions(self) -> list[Action]:
        """The order belongs to the later app; its address is all that is known of it here."""
        return [Action(_("Create order"), reverse("orders:place", args=[self.record.pk]), "box-seam", method="post", is_primary=True)]

    def get_panels(self) -> list[Panel]:
        if self.record.status != Status.ORDERED:
            return self.task_panels()
        order = Panel("order", _("Order"), url=reverse("orders:for_quote", args=[self.record.pk]), icon="box-seam")
        return [order, *self.task_panels()]

    def get_context(self) -> dict[str, Any]:
        versions = Quote.objects.visible_to(self.request.user).filter(project=self.record.project_id).exclude(pk=self.record.pk)
        context = super().get_context()
        own = context["buttons"]
        return {
            **context,
            "buttons": [action for action in own if action.icon != "pencil"] if not self.record.is_draft else own,
            **context_of_lines(self.section),
            "document": document_state(self.record),
            "private_link": services.private_link(self.record) if self.record.content and self.is_editable else "",
            "events": list(self.record.customer_events.all()[:20]),
            "others": list(versions.order_by("-is_primary", "-created_at")[:8]),
        }


class QuoteEdit(RecordEdit):
    model, permission, form_class = Quote, "quotes.change_quote", QuoteForm
    related = RELATED
    template_name = "quotes/quote_form.html"
    errors = (IllegalMove, QuoteTooLarge)
    open_to_change = Q(status=Status.DRAFT)

    @staticmethod
    def service(record: Quote, *, values: dict[str, Any], by: User) -> Quote:
        """Save the head; the address follows a new shipping type unless another one was written."""
        changes = dict(values)
        names = [name for name in changes if name.startswith("ship_")]
        if changes["shipping_type"] != record.shipping_type and all(changes[name] == getattr(record, name) for name in names):
            contact = changes.get("contact", record.contact)
            changes |= services.address(changes["shipping_type"], account=record.account, contact=contact, partner=record.partner)
        return services.edit_quote(record, by=by, changes=changes)


class AddressFields(RecordView):
    """The address of a shipping type, for the form that is open."""

    model, permission, related = Quote, "quotes.change_quote", RELATED
    must_be_editable = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        kind = request.GET.get("shipping_type", "")
        if kind not in dict(Quote._meta.get_field("shipping_type").flatchoices):
            kind = self.record.shipping_type
        values = services.address(kind, account=self.record.account, contact=self.record.contact, partner=self.record.partner)
        form = QuoteForm(user=request.user, instance=self.record, initial=values)
        return self.page("quotes/_address.html", {"fields": [form[name] for name in values if name.startswith("ship_")]})


class QuotePreview(RecordView):
    """The quote as the customer reads it."""

    model, permission, related = Quote, "quotes.view_quote", RELATED

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        quote = self.record
        document = documents.of(quote) if quote.content else documents.preview(quote, services.lines_of(quote), on=today_of(quote))
        context = {"document": document, "paper": documents.as_part(document), "record": quote, "tab": "quotes"}
        return render(request, "quotes/preview.html", context)


class QuoteDocument(RecordView):
    """Where the PDF and the mail stand; the page asks again until both are there."""

    model, permission, related = Quote, "quotes.view_quote", RELATED

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = {
            "document": document_state(self.record),
            "record": self.record,
            "heading": _("Document"),
            "component": "quotes/_document.html",
        }
        return self.page("quotes/_document.html" if self.wants_part else "layouts/panel.html", context)
