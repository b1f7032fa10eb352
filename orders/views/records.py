"""List and record of orders, the actions on them, and orders on other records' pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Contact
from cases.models import Case
from catalog.converted import OneNumber
from orders import services
from orders.filters import OrderFilter
from orders.forms import OrderForm
from orders.models import Order
from orders.stages import Status
from partnerportal.core import display
from partnerportal.core.forms import ReasonForm
from partnerportal.core.panels import RelatedPanel
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partnerportal.core.submissions import lasting, once
from partnerportal.core.tables import Column, amount, choice, link, owner_avatar
from partnerportal.core.toasts import say, warn
from partnerportal.core.views import (
    LATELY,
    Action,
    Fact,
    ListView,
    Panel,
    PathBar,
    RecordDetail,
    RecordEdit,
    RecordList,
    RecordView,
    Step,
    steps_of,
)
from partners.models import User
from projects.models import Project
from quotes.models import Quote

UNDER_WAY = (Status.CONFIRMED, Status.IN_PROGRESS, Status.SHIPPED, Status.ON_HOLD)
WITH_IT = gettext_lazy(
    "The quote is cancelled with it; a new version can be made. The project goes back to Proposal, unless another order of it goes on."
)


class OrderList(RecordList):
    converter = OneNumber
    model, permission, add_permission = Order, "orders.view_order", "orders.add_order"
    filterset_class = OrderFilter
    icon, add_label = "box-seam", gettext_lazy("New to stock")
    empty_text = gettext_lazy("An order begins with an accepted quote. Devices for your own stock you order here.")
    related = ("owner", "account", "partner")
    views = (
        ListView("my_open", gettext_lazy("My open orders"), lambda rows, user: rows.open().filter(owner=user), is_own=True),
        ListView("open", gettext_lazy("All open orders"), lambda rows, user: rows.open()),
        ListView("to_confirm", gettext_lazy("To be confirmed"), lambda rows, user: rows.filter(status=Status.DRAFT)),
        ListView("under_way", gettext_lazy("Under way"), lambda rows, user: rows.filter(status__in=UNDER_WAY)),
        ListView("completed", gettext_lazy("Completed"), lambda rows, user: rows.filter(status=Status.COMPLETED)),
        ListView("all", gettext_lazy("All orders"), lambda rows, user: rows),
        *LATELY,
    )
    columns = (
        Column(gettext_lazy("Number"), "number", sort="number", is_title=True),
        Column(gettext_lazy("Account"), "account", render=link, sort="account__name"),
        Column(gettext_lazy("Kind"), "record_type", render=choice),
        Column(gettext_lazy("Status"), "status", render=choice, sort="status"),
        Column(gettext_lazy("MRR"), "mrr", render=amount, sort="mrr", total=True),
        Column(gettext_lazy("One-off"), "capex_total", render=amount, sort="capex_total", total=True),
        Column(gettext_lazy("Confirmed"), "confirmed_at", sort="confirmed_at"),
        Column(gettext_lazy("Created"), "created_at", sort="created_at"),
        Column(gettext_lazy("Owner"), "owner", render=owner_avatar, sort="owner__last_name"),
        Column(gettext_lazy("Reference"), "reference", is_optional=True),
        Column(gettext_lazy("Desired date"), "desired_on", is_optional=True),
        Column(gettext_lazy("Tracking"), "tracking", is_optional=True),
        Column(gettext_lazy("Partner"), "partner.name", is_optional=True),
    )


def path_of(order: Order) -> list[Step]:
    """The road of an order: what was passed, where it stands (also while on hold), and what is to come."""
    stations = [Status.DRAFT, Status.CONFIRMED, Status.IN_PROGRESS, *([Status.SHIPPED] if order.ships else []), Status.COMPLETED]
    now = order.held_from if order.status == Status.ON_HOLD else order.status
    if order.status == Status.CANCELLED:
        stations = [Status.DRAFT, *([Status.CONFIRMED] if order.confirmed_at else []), Status.CANCELLED]
    steps = [(status.value, status.label) for status in stations]
    return steps_of(steps, now=now, is_lost=order.status == Status.CANCELLED)


class OrderDetail(RecordDetail):
    model, permission = Order, "orders.view_order"
    template_name = "orders/order_detail.html"
    icon, tone, can_clone = "box-seam", "amber", False
    related = ("owner", "partner", "account", "contact", "project", "quote", "case", "confirmed_by")

    def get_eyebrow(self) -> list[SafeString | str]:
        parent = [display.record_link(self.record.account)] if self.record.account else []
        return [self.record.get_record_type_display(), *parent]

    def get_badges(self) -> list[SafeString]:
        return [display.choice_badge(self.record, "status")]

    def get_facts(self) -> list[Fact]:
        order = self.record
        money = [Fact(_("MRR"), display.money(order.mrr, order.currency))] if not order.is_stock else []
        return [
            *money,
            Fact(_("One-off, net"), display.money(order.capex_total, order.currency)),
            Fact(_("Confirmed"), display.day(order.confirmed_at) or display.NOTHING),
            *([Fact(_("Tracking"), order.tracking)] if order.tracking else []),
            Fact(_("Owner"), display.person(order.owner)),
            Fact(_("Created"), display.ago(order.created_at)),
        ]

    def get_path(self) -> PathBar:
        guidance = {
            Status.DRAFT: _("Confirm the order to send it to the vendor."),
            Status.ON_HOLD: _("On hold: %(reason)s") % {"reason": self._last_reason()},
            Status.CANCELLED: _("Cancelled: %(reason)s") % {"reason": self._last_reason()},
        }.get(self.record.status, _("The vendor moves the order on and tells you each time."))
        if self.record.status == Status.COMPLETED:
            guidance = ""
        return PathBar(path_of(self.record), seen=self.record.status, move_url="", is_editable=False, guidance=guidance)

    def _last_reason(self) -> str:
        if self.record.status not in (Status.ON_HOLD, Status.CANCELLED):
            return ""
        return self.record.stage_moves.filter(to_stage=self.record.status).order_by("-at").values_list("reason", flat=True).first() or ""

    def get_details(self) -> list[Fact]:
        """What stands beside the customer, then what the confirmation has brought."""
        lines = [] if self.record.is_stock else self._facts("quote", "project", "account", "contact")
        lines += self._answered("commitment", "pbx_name", "pbx_platform", "pbx_region")
        if self.record.has_telephony:
            lines += self._answered("number_count", "is_porting", "emergency_address")
        return [*lines, *self._answered("reference", "desired_on", "confirmed_by")]

    def _answered(self, *names: str) -> list[Fact]:
        return self._facts(*(name for name in names if getattr(self.record, name)))

    def _facts(self, *names: str) -> list[Fact]:
        return [fact_of(self.record, name) for name in names]

    def get_panels(self) -> list[Panel]:
        return self.task_panels()

    def own_actions(self) -> list[Action]:
        """What every record can do, and the same products once more; the quote of a customer has one order."""
        found = super().own_actions()
        if not self.record.is_stock or not self.request.user.has_perm("orders.add_order"):
            return found
        again = Action(_("Clone"), f"{reverse('orders:add')}?again={self.record.pk}", "copy", hint=_("The same products once more"))
        return [*found, again]

    def get_actions(self) -> list[Action]:
        if not (self.is_editable and self.record.is_draft):
            return []
        return [
            Action(_("Confirm order"), self.link("confirm"), "check2-circle", is_primary=True),
            Action(_("Cancel order"), self.link("cancel"), "x-lg", method="dialog", is_in_menu=True, is_dangerous=True),
        ]

    def get_context(self) -> dict[str, Any]:
        lines = self.record.lines.select_related("product").order_by("position", "pk")
        return super().get_context() | {"lines": lines, "shows_cost": bool(self.request.user.partner_id)}


def fact_of(order: Order, name: str) -> Fact:
    """A field of an order with its label, as the record and the review show it."""
    words = str(order._meta.get_field(name).verbose_name)
    return Fact(words[:1].upper() + words[1:], display.field_value(order, name))


class PlaceOrder(RecordView):
    """Make the order of an accepted quote: a button on the quote's page posts here. A second click finds the same order."""

    model, permission, must_be_editable = Quote, "orders.add_order", True
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            order = services.place_from_quote(self.record, by=request.user)
        except IllegalMove as refusal:
            warn(request, refusal)
            return self.lead_to(self.record.get_absolute_url())
        say(request, _("%(order)s was made from %(quote)s. Confirm it to send it to the vendor.") % {"order": order, "quote": self.record})
        return self.lead_to(order.get_absolute_url())


class OrderEdit(RecordEdit):
    """The partner's own words on a draft."""

    model, permission, form_class = Order, "orders.change_order", OrderForm
    open_to_change = Q(status=Status.DRAFT)

    def check(self) -> None:
        if not self.record.is_draft:
            raise NotYours(
                _("This order is with the vendor and can only be read. Your account manager can tell you what is still possible.")
            )

    @staticmethod
    def service(record: Order, *, values: dict[str, Any], by: User) -> Order:
        return services.edit_order(record, values=values, by=by)


class CancelOrder(RecordView):
    """Cancel a draft, with a reason."""

    model, permission, must_be_editable = Order, "orders.change_order", True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.ask(ReasonForm(user=request.user))

    def ask(self, form: ReasonForm, *, status: int = 200) -> HttpResponse:
        context = {
            "record": self.record,
            "tab": "orders",
            "form": form,
            "heading": _("Cancel %(order)s?") % {"order": self.record},
            "text": WITH_IT if self.record.project_id else "",
            "action": self.request.path,
            "button": _("Cancel the order"),
            "is_dangerous": True,
            **lasting(self.request),
        }
        return self.dialog(context, status=status)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = ReasonForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.ask(form, status=422)

        def act() -> str:
            services.cancel_order(self.record, reason=form.cleaned_data["reason"], by=request.user)
            say(request, _("%(order)s was cancelled.") % {"order": self.record})
            return self.record.get_absolute_url()

        try:
            address = once(request.POST.get("submission", ""), by=request.user, act=act)
        except IllegalMove as refusal:
            form.add_error(None, str(refusal))
            return self.ask(form, status=422)
        return self.lead_to(address)


class OrdersOf(RelatedPanel):
    """Orders on another record's page."""

    is_block = True
    permission = "orders.view_order"
    model, label = Order, gettext_lazy("Orders")
    columns = (
        Column(gettext_lazy("Order"), "number", is_title=True),
        Column(gettext_lazy("Status"), "status", render=choice),
        Column(gettext_lazy("MRR"), "mrr", render=amount),
    )


class OrdersOfAccount(OrdersOf):
    parent_model, parent_field = Account, "account"


class OrdersOfContact(OrdersOf):
    parent_model, parent_field = Contact, "contact"


class OrdersOfProject(OrdersOf):
    parent_model, parent_field = Project, "project"


class OrderOfCase(OrdersOf):
    """The order that a case was opened for."""

    parent_model, parent_field, label = Case, "case", gettext_lazy("Order")


class OrderOfQuote(OrdersOf):
    """The order that was made from a quote."""

    parent_model, parent_field, label = Quote, "quote", gettext_lazy("Order")
