"""What every template knows: the shell's tabs, the Create menu, the person's theme and density."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Tab:
    """A tab of the shell. `key` is its letter after `g`; the addresses are those of the public list of pages."""

    name: str
    label: str | Promise
    url: str
    icon: str
    key: str = ""
    permission: str = ""


TABS = (
    Tab("home", _("Home"), "/", "house", "h"),
    Tab("leads", _("Leads"), "/leads/", "person-plus", "l", "leads.view_lead"),
    Tab("accounts", _("Accounts"), "/accounts/", "building", "a", "accounts.view_account"),
    Tab("projects", _("Projects"), "/projects/", "briefcase", "p", "projects.view_project"),
    Tab("contacts", _("Contacts"), "/contacts/", "person-vcard", "n", "accounts.view_contact"),
    Tab("quotes", _("Quotes"), "/quotes/", "file-earmark-text", "q", "quotes.view_quote"),
    Tab("orders", _("Orders"), "/orders/", "box-seam", "o", "orders.view_order"),
    Tab("cases", _("Cases"), "/cases/", "life-preserver", "s", "cases.view_case"),
    Tab("tasks", _("Tasks"), "/tasks/", "check2-square", "t", "tasks.view_task"),
    Tab("reports", _("Reports"), "/reports/", "bar-chart", "r", "reports.view_report"),
)
MORE = (
    Tab("pricing", _("Price book"), "/pricing/", "tags", "", "catalog.view_pricebook"),
    Tab("news", _("News"), "/news/", "megaphone", "", "partners.view_news"),
    Tab("team", _("Team"), "/team/", "people", "", "partners.view_team"),
    Tab("wmp", _("WMP"), "/wmp/", "hdd-network"),
)
FOR_VENDOR = (
    Tab("mailbox", _("Mailbox"), "/mailbox/", "envelope", "", "core.view_storedmail"),
    Tab("admin", _("Administration"), "/admin/", "gear", "", ""),
)
CREATE = (
    Tab("pipeline", _("New Fast Pipeline"), "/pipeline/new/", "lightning-charge", "", "projects.add_project"),
    Tab("lead", _("Lead"), "/leads/new/", "person-plus", "", "leads.add_lead"),
    Tab("account", _("Account"), "/accounts/new/", "building", "", "accounts.add_account"),
    Tab("contact", _("Contact"), "/contacts/new/", "person-vcard", "", "accounts.add_contact"),
    Tab("project", _("Project"), "/projects/new/", "briefcase", "", "projects.add_project"),
    Tab("case", _("Submit a Case"), "/cases/new/", "life-preserver", "", "cases.add_case"),
    Tab("task", _("Task"), "/tasks/new/", "check2-square", "", "tasks.add_task"),
    Tab("stock", _("Order to stock"), "/orders/new/", "box-seam", "", "orders.add_order"),
)
# Pages of later apps that the shell and the activity lead to; the shell need not know who serves them.
AT = {
    "search": "/search/",
    "notices": "/notifications/",
    "profile": "/profile/",
    "help": "/help/",
    "sign_out": "/auth/logout/",
    "new_task": "/tasks/new/",
    "log_call": "/tasks/calls/new/",
    "submit_case": "/cases/new/",
}
PHONE_TABS = ("home", "leads", "projects", "tasks")

# Refused moves and invalid forms bring their own answer to show.
HTMX_CONFIG = (
    '{"allowEval":false,"allowScriptTags":false,"includeIndicatorStyles":false,"historyCacheSize":0,"refreshOnHistoryMiss":true,"selfRequestsOnly":true,"scrollIntoViewOnBoost":false,'
    '"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"4(03|09|22)","swap":true,"error":true},{"code":"[45]..","swap":false,"error":true}]}'
)


def portal(request: HttpRequest) -> dict[str, Any]:
    """The vendor's name for every page, and the shell for whoever is signed in."""
    person = getattr(request, "user", None)
    common = {"vendor_name": settings.VENDOR_NAME, "is_demo": settings.DEMO, "htmx_config": HTMX_CONFIG, "at": AT}
    if person is None or not person.is_authenticated:
        return common | {"theme": "auto", "density": "comfortable"}
    return common | {
        "theme": person.theme,
        "density": person.density,
        "keys": person.keys,
        "tabs": [tab for tab in TABS if _may(person, tab)],
        "more_tabs": [tab for tab in MORE if _may(person, tab)] + [tab for tab in FOR_VENDOR if person.is_staff and _may(person, tab)],
        "create_menu": [tab for tab in CREATE if _may(person, tab)],
        "phone_tabs": [tab for tab in TABS if tab.name in PHONE_TABS and _may(person, tab)],
    }


def _may(person: Any, tab: Tab) -> bool:
    return not tab.permission or person.has_perm(tab.permission)
