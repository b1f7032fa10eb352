"""Who may do what. Roles are data in code: reviewed, tested, and free of database rows.

A permission opens a kind of page; which records it shows is `visibility` of the model, and which may be changed `editability`.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The roles: three of a partner, three of the vendor. Source: the product's brief."""

    PARTNER_USER = "partner_user", _("Sales rep")
    PARTNER_MANAGER = "partner_manager", _("Manager")
    PARTNER_ADMIN = "partner_admin", _("Partner admin")
    ACCOUNT_MANAGER = "account_manager", _("Account manager")
    SUPPORT_AGENT = "support_agent", _("Support agent")
    VENDOR_ADMIN = "vendor_admin", _("Vendor admin")


PARTNER_ROLES = frozenset({Role.PARTNER_USER, Role.PARTNER_MANAGER, Role.PARTNER_ADMIN})
VENDOR_ROLES = frozenset(set(Role) - PARTNER_ROLES)

OBJECTS = (
    "leads.lead",
    "accounts.account",
    "accounts.contact",
    "projects.project",
    "quotes.quote",
    "orders.order",
    "cases.case",
    "tasks.task",
)


def _permissions(verb: str, objects: tuple[str, ...] = OBJECTS) -> frozenset[str]:
    return frozenset(f"{app}.{verb}_{model}" for app, model in (name.split(".") for name in objects))


READS = _permissions("view") | {"leads.view_leadoffer", "reports.view_report", "catalog.view_pricebook", "partners.view_team"}
WRITES = _permissions("add") | _permissions("change") | _permissions("delete") | {"leads.answer_offer"}

# Records are made by partners alone; not even the vendor's admin has a company to make them for.
PARTNERS_OWN = _permissions("add") | {"leads.answer_offer"}
EVERYBODY = frozenset(
    {
        "core.search",
        "core.bulk",
        "core.export",
        "reports.view_home",
        "partners.view_profile",
        "partners.view_notices",
        "partners.view_news",
        "partners.view_wmp",
        "partners.view_help",
    }
)

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.PARTNER_USER: EVERYBODY | READS | WRITES,
    Role.PARTNER_MANAGER: EVERYBODY | READS | WRITES | {"core.restore_record", "projects.view_bonusstatement"},
    Role.PARTNER_ADMIN: EVERYBODY | READS | WRITES | {"core.restore_record", "partners.manage_team", "projects.view_bonusstatement"},
    Role.ACCOUNT_MANAGER: EVERYBODY
    | READS
    | {
        "partners.view_partner",
        "partners.view_user",
        "partners.view_invitation",
        "partners.add_news",
        "partners.change_news",
        "projects.decide_bonus",
        "projects.view_bonusdecision",
        "projects.view_bonusentry",
        "projects.view_bonusstatement",
        "quotes.grant_discount",
        "quotes.change_quote",
        "orders.change_order",
        "leads.assign_lead",
        "leads.view_vendorlead",
        "leads.add_vendorlead",
        "leads.change_vendorlead",
        "leads.view_webform",
        "catalog.view_product",
    },
    Role.SUPPORT_AGENT: EVERYBODY | {"cases.view_case", "cases.change_case", "cases.add_comment", "cases.view_comment"},
    Role.VENDOR_ADMIN: EVERYBODY | READS,  # And everything in the admin, as a superuser.
}


def permissions(role: str) -> frozenset[str]:
    """What a role may do, as Django's permission names. Raises KeyError for an unknown role."""
    return PERMISSIONS[role]
