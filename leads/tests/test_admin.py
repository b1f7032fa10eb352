import pytest

from accounts.tests.factories import AccountFactory, ContactFactory
from leads.tests.factories import LeadFactory
from tasks.tests.factories import TaskFactory

FACTORIES = {"leads/lead": LeadFactory, "accounts/account": AccountFactory, "accounts/contact": ContactFactory, "tasks/task": TaskFactory}


@pytest.mark.parametrize("page", FACTORIES)
def test_an_account_manager_reads_the_own_portfolio(page, client, anna, otto, olga):
    record = FACTORIES[page](owner=anna)

    answers = []
    for person in (otto, olga):
        client.force_login(person)
        changelist, change = client.get(f"/admin/{page}/"), client.get(f"/admin/{page}/{record.pk}/change/", follow=True)
        answers.append((str(record) in changelist.content.decode(), f"/admin/{page}/{record.pk}/change/" == change.request["PATH_INFO"]))

    assert answers == [(True, True), (False, False)]


@pytest.mark.parametrize("page", FACTORIES)
def test_an_account_manager_changes_nothing(page, client, anna, otto):
    record = FACTORIES[page](owner=anna)
    client.force_login(otto)

    for address in (f"/admin/{page}/{record.pk}/change/", f"/admin/{page}/{record.pk}/delete/", f"/admin/{page}/add/"):
        assert client.post(address, {"email": "x@y.com", "post": "yes"}).status_code == 403

    record.refresh_from_db()
    assert record.history.count() == 1


def test_the_vendor_admin_may_let_an_address_in(client, anna, vendor_admin):
    lead = LeadFactory(owner=anna)
    client.force_login(vendor_admin)

    response = client.post(f"/admin/leads/lead/{lead.pk}/change/", {"email": "greco@gmail.com", "status": "converted"})

    lead.refresh_from_db()
    assert (response.status_code, lead.email, lead.status) == (302, "greco@gmail.com", "new")
    assert [(entry.author_name, entry.channel) for entry in lead.history.order_by("-history_id")[:1]] == [("Ada Admin", "admin")]
