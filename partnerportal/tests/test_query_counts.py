"""Queries per page, all of them counted: session, person, bell and badges too; the same for one related row and for thirty."""

import pytest
from django.test import Client

from accounts.tests.factories import ContactFactory
from cases.tests.factories import CaseFactory
from leads.tests.factories import LeadFactory, VendorLeadFactory, offered
from partnerportal.core import attached
from partnerportal.tests.counting import assert_queries
from partnerportal.tests.world import build
from projects.reference import load_questions
from projects.tests.factories import ProjectFactory
from tasks.tests.factories import TaskFactory

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

LISTS = ("leads", "accounts", "contacts", "projects", "quotes", "orders", "cases", "tasks")
RECORDS = {
    "leads": "leads.lead",
    "accounts": "accounts.account",
    "contacts": "accounts.contact",
    "projects": "projects.project",
    "quotes": "quotes.quote",
    "orders": "orders.order",
    "cases": "cases.case",
    "tasks": "tasks.task",
}


@pytest.fixture
def world(reference, aurora):
    load_questions()
    return build("kanaria", partner=aurora)


def grow(world):
    """Thirty more of what lists and records show."""
    account = world.get("accounts.account")
    for _number in range(30):
        ContactFactory(account=account)
        ProjectFactory(account=account, contact=world.get("accounts.contact"))
        LeadFactory(owner=world.rep)
        CaseFactory(owner=world.rep, account=account)
        TaskFactory(owner=world.rep, assigned_to=world.rep)
        offered(VendorLeadFactory(), world.partner, by=world.partner.account_manager)
    for label in RECORDS.values():
        for number in range(10):
            attached.add_note(world.get(label), f"Note {number}", by=world.colleague)


def test_pages_cost_what_is_promised_and_no_more_with_more_rows(world, capsys):
    client = Client()
    client.force_login(world.rep)
    promised = {f"/{place}/": 8 for place in LISTS}
    promised |= {"/leads/board/": 8, "/projects/board/": 8, "/tasks/calendar/": 9}
    promised |= {f"/{place}/{world.get(label).pk}/": 12 for place, label in RECORDS.items()}
    promised |= {f"/{place}/?display=split&open={world.get(label).pk}": 17 for place, label in RECORDS.items()}
    promised |= {"/leads/offers/": 8, f"/leads/offers/{world.extra['offer']}/": 8}
    promised |= {"/search/?q=kanaria": 4, "/reports/pipeline/": 6, "/reports/leads/": 6, "/reports/quotes/": 6, "/": 13}

    few = {address: assert_queries(client, address, at_most=limit) for address, limit in promised.items()}
    grow(world)
    many = {address: assert_queries(client, address, at_most=limit) for address, limit in promised.items()}

    with capsys.disabled():
        print("\n" + ", ".join(f"{address} {count}" for address, count in sorted(many.items())))
    assert {address: count for address, count in many.items() if count > few[address] + 1} == {}
