"""What many records of each object can have done to them at once, and taken back."""

import pytest

from accounts.tests.factories import AccountFactory, ContactFactory
from cases.tests.factories import CaseFactory
from leads.tests.factories import LeadFactory
from orders.tests.factories import AnsweredOrderFactory
from partnerportal.core.bulk.verbs import Scene, offered
from partnerportal.core.models import BulkChange
from projects.tests.factories import IntroProject
from quotes.tests.factories import DraftQuoteFactory
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.usefixtures("reference")
MADE = {
    "leads": LeadFactory,
    "accounts": AccountFactory,
    "contacts": ContactFactory,
    "projects": IntroProject,
    "quotes": DraftQuoteFactory,
    "orders": AnsweredOrderFactory,
    "cases": CaseFactory,
    "tasks": TaskFactory,
}


OFFERED = {
    "leads": ["owner", "stage", "fields", "task", "delete"],
    "accounts": ["owner", "fields", "task", "delete"],
    "contacts": ["owner", "fields", "task", "delete"],
    "projects": ["owner", "stage", "fields", "task", "delete"],
    "quotes": ["owner", "fields", "task", "delete"],
    "orders": ["owner", "fields", "task", "delete"],
    "cases": ["owner", "fields", "task", "delete"],
    "tasks": ["owner", "fields", "delete"],
}


def test_each_object_offers_what_its_pages_can_do(anna, carla, tariq):
    assert {page: [verb.name for verb in offered(Scene(page), anna)] for page in MADE} == OFFERED
    assert {page for page in MADE if offered(Scene(page), tariq)} == {"cases"}


@pytest.mark.parametrize("page", MADE)
def test_the_owner_of_many_changes_and_comes_back(client, anna, alex, carla, deliver, page):
    client.force_login(anna)
    hers, his, strange = [MADE[page](owner=anna) for _number in range(2)], MADE[page](owner=alex), MADE[page](owner=carla)
    model = type(his)

    def owners():
        rows = model.objects.across_partners(reason="test")
        return [rows.get(pk=one.pk).owner for one in (*hers, his, strange)]

    client.post(f"/{page}/bulk/owner/", {"ids": [one.pk for one in (*hers, his, strange)], "asked": "1", "owner": alex.pk})
    change = BulkChange.objects.latest("pk")
    assert owners() == [anna, anna, alex, carla]
    assert list(change.rows.order_by("object_id").values_list("object_id", flat=True)) == sorted(one.pk for one in (*hers, his))
    client.post(f"/bulk/{change.pk}/run/")
    deliver()
    assert owners() == [alex, alex, alex, carla]

    client.post(f"/bulk/{change.pk}/undo/")
    deliver()

    assert owners() == [anna, anna, alex, carla]


@pytest.mark.parametrize("page", MADE)
def test_many_are_deleted_by_the_rule_of_each_and_come_back(client, anna, alex, carla, deliver, page):
    client.force_login(anna)
    hers, his, strange = [MADE[page](owner=anna) for _number in range(2)], MADE[page](owner=alex), MADE[page](owner=carla)
    model = type(his)
    refusals = [one.deletion_refusal() if hasattr(one, "deletion_refusal") else "" for one in hers]

    def present():
        rows = model.objects.across_partners(reason="test").filter(deleted_at=None)
        return [rows.filter(pk=one.pk).exists() for one in (*hers, his, strange)]

    client.post(f"/{page}/bulk/delete/", {"ids": [one.pk for one in (*hers, his, strange)]})
    change = BulkChange.objects.latest("pk")
    said = dict(change.rows.values_list("object_id", "reason"))
    assert present() == [True] * 4
    assert [said[one.pk] for one in hers] == refusals
    assert said[his.pk].startswith("Not yours to change")
    assert strange.pk not in said
    client.post(f"/bulk/{change.pk}/run/")
    deliver()
    assert present() == [*map(bool, refusals), True, True]

    client.post(f"/bulk/{change.pk}/undo/")
    deliver()

    assert present() == [True] * 4
