"""New to stock: CAPEX products for the partner's own shelves."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import BillingPeriod, Family, Product
from catalog.services import price_table
from orders import services
from orders.forms import Offer, StockForm, quantities
from orders.models import Order, OrderKind
from orders.stock import total_of
from partnerportal.core.submissions import lasting, once
from partnerportal.core.toasts import say
from partnerportal.core.views import Guarded
from partners.models import Partner


class NewToStock(Guarded):
    permission = "orders.add_order"

    @property
    def partner(self) -> Partner:
        partner = self.request.user.partner
        if partner is None:
            raise PermissionDenied
        return partner

    @property
    def today(self) -> date:
        """The day at the partner's, whose prices hold."""
        return self.partner.today()

    def offers(self) -> list[Offer]:
        """What can be ordered to stock today, at this partner's prices."""
        products = list(Product.objects.filter(family=Family.CAPEX, is_active=True).order_by("name"))
        prices = price_table(products, currency=self.partner.currency, tier=self.partner.tier, on=self.today)
        keys = [(product, (product.pk, BillingPeriod.ONE_OFF)) for product in products]
        return [Offer(product, prices[key].costs) for product, key in keys if key in prices]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form; what the address asks for is filled in, and htmx gets the sum alone."""
        form = StockForm(self.asked(request), offers=self.offers(), user=request.user)
        if self.wants_part:
            return self.page("orders/_stock_sum.html", self.sums(form))
        return self.show(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StockForm(request.POST, offers=self.offers(), user=request.user)
        if not form.is_valid():
            return self.show(form, status=422)

        def act() -> str:
            order = services.place_stock_order(form.wanted, reference=form.cleaned_data["reference"], by=request.user)
            say(request, _("%(order)s was made. Confirm it to send it to the vendor.") % {"order": order})
            return reverse("orders:confirm", args=[order.pk])

        try:
            return HttpResponseRedirect(once(request.POST.get("submission", ""), by=request.user, act=act))
        except services.StockRefused as refusal:
            form.add_error(None, str(refusal))
            return self.show(form, status=422)

    def asked(self, request: HttpRequest) -> Any:
        """What the address fills in: quantities, or those of an earlier order that the person sees."""
        again = request.GET.get("again", "")
        if not again:
            return request.GET or None
        order = get_object_or_404(Order.objects.visible_to(request.user), pk=again if again.isdecimal() else 0, record_type=OrderKind.STOCK)
        return quantities(order.lines.values_list("product", "quantity"))

    def sums(self, form: StockForm) -> dict[str, Any]:
        """The total of what is typed, and which packs it opens."""
        form.is_valid()
        try:
            lines = services.stock_lines(self.partner, form.wanted, on=self.today) if form.is_bound else []
        except services.StockRefused:
            lines = []
        return {
            "total": total_of(lines),
            "currency": self.partner.currency,
            "pieces": sum(line.quantity for line in lines),
            "opened": [line for line in lines if line.to_full_packs],
        }

    def show(self, form: StockForm, *, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "tab": "orders",
            "kind": _("Order"),
            "heading": _("New order to stock"),
            "partner": self.partner,
            **lasting(self.request),
            "list_url": reverse("orders:list"),
            **self.sums(form),
        }
        return self.page("orders/order_stock.html", context, status=status)
