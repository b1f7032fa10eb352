"""Home, for partners and for the vendor's people."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cases.models import Case
from catalog.converted import OneNumber
from leads.models import LeadOffer, VendorLead
from partnerportal.core.views import Guarded
from partners.models import News, Partner, User
from projects.models import Project
from quotes.models import Quote
from reports import home, metrics
from tasks.about import attach_about

NEWS_SHOWN = 3
ROWS_SHOWN = 8


class Home(Guarded):
    """The first page: what to do, the numbers, the news, and whom to ask."""

    permission = "reports.view_home"

    def get(self, request: HttpRequest) -> HttpResponse:
        common = {"tab": "home", "greeting": home.greeting(timezone.localtime().hour), "today": timezone.localdate(), "news": self._news()}
        if request.user.partner:
            return self.page("reports/home.html", common | self._partner(request.user))
        return self.page("reports/home_vendor.html", common | self._vendor(request.user))

    def _news(self) -> list[News]:
        return list(News.objects.visible_to(self.request.user).filter(published_on__lte=timezone.localdate())[:NEWS_SHOWN])

    def _partner(self, user: User) -> dict[str, Any]:
        """Numbers of one's own records for a rep, of the company for a manager; the other is one click away."""
        today = timezone.localdate()
        scope = self.request.GET.get("of") or ("company" if user.manages_company else "me")
        owner = user if scope != "company" else None
        found, stages = home.month_numbers(user, owner, today=today)
        goal = metrics.goal_percent(found.won_mrr, user.partner.mrr_goal, user.partner.currency) if owner is None else None
        tasks, overdue = metrics.tasks_of_today(user, today=today)
        attach_about(tasks, user)
        silent, silent_count = metrics.silent_leads(user, owner)
        return {
            "scope": "me" if owner else "company",
            "tiles": home.tiles(found, owner=owner, currency=user.partner.currency, goal=goal, today=today),
            "bars": home.stage_bars(stages, owner=owner),
            "unpriced": found.unpriced,
            "in_one": OneNumber(user)((one.currency, one.value) for one in found.pipeline),
            "bonuses": home.bonuses(user, is_for_company=owner is None),
            "offers": list(self._offers(user)),
            "tasks": tasks,
            "overdue": overdue,
            "silent": silent,
            "silent_count": f"{metrics.SILENT_CAP}+" if silent_count > metrics.SILENT_CAP else str(silent_count),
            "silent_url": metrics.address("leads", view="silent", owner=owner.pk if owner else None),
            "manager": user.partner.account_manager,
            "mailto": mailto(user.partner),
        }

    def _offers(self, user: User) -> QuerySet[LeadOffer]:
        """What the vendor offers and one may answer, the nearest deadline first."""
        rows = LeadOffer.objects.editable_by(user).running(timezone.now())
        return rows.select_related("vendor_lead", "person").order_by("deadline", "pk")[:ROWS_SHOWN]

    def _vendor(self, user: User) -> dict[str, Any]:
        """What waits for an account manager or an agent, within what they see."""
        context: dict[str, Any] = {}
        if user.has_perm("projects.decide_bonus"):
            awaiting = Project.objects.visible_to(user).awaiting_approval().select_related("partner", "owner", "account")
            context["awaiting"] = list(awaiting.order_by("demo_date", "pk")[:ROWS_SHOWN])
            context["awaiting_count"] = awaiting.count()
            context["portfolio"] = portfolio = metrics.portfolio(user, Partner.objects.visible_to(user))
            context["in_one"] = OneNumber(user)((one.currency, one.value) for line in portfolio for one in line.pipeline)
        if user.has_perm("quotes.grant_discount"):
            discounts = Quote.objects.visible_to(user).awaiting_approval().select_related("partner", "account", "approval_asked_by")
            context["discounts"] = list(discounts.order_by("updated_at", "pk")[:ROWS_SHOWN])
            context["discount_count"] = discounts.count()
        if user.has_perm("leads.assign_lead"):
            queue = VendorLead.objects.visible_to(user).filter(state=VendorLead.State.QUEUED)
            context["queue"] = list(queue.order_by("created_at", "pk")[:ROWS_SHOWN])
            context["queue_count"] = queue.count()
        if user.has_perm("cases.change_case"):
            cases = Case.objects.visible_to(user).open().select_related("partner", "owner", "agent")
            context["cases"] = list(cases.order_by("response_due_at", "pk")[:ROWS_SHOWN])
            context["case_count"] = cases.count()
        return context


def mailto(partner: Partner) -> str:
    """The link that writes to the account manager."""
    return f"mailto:{partner.account_manager.email}?subject={quote(partner.name)}"
