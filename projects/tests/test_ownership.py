"""Change of an account's owner: what goes along, what stays, who may, and what the dialog says."""

import pytest
from django.urls import reverse

from accounts.tests.factories import AccountFactory, ContactFactory
from partnerportal.core.models import Notification
from partnerportal.core.scoping import NotYours
from projects import services
from projects.tests.factories import IntroProject, LostProject, ProposalProject, WonProject
from tasks.tests.factories import CompletedTaskFactory, TaskFactory

HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def customer(reference, anna, ben):
    """Anna's account with hers, Ben's and what is closed: record by name."""
    account = AccountFactory(owner=anna, name="Hotel Alpenblick")
    contact = ContactFactory(account=account)
    found = {
        "account": account,
        "contact": contact,
        "open": IntroProject(account=account, contact=contact),
        "later": ProposalProject(account=account, contact=contact),
        "won": WonProject(account=account, contact=contact),
        "lost": LostProject(account=account, contact=contact),
        "bens": IntroProject(account=account, contact=contact, owner=ben),
        "bens_contact": ContactFactory(account=account, owner=ben),
        "elsewhere": IntroProject(owner=anna),
    }
    found["task"] = TaskFactory(owner=anna, related=found["open"])
    found["done"] = CompletedTaskFactory(owner=anna, related=found["open"])
    found["bens_task"] = TaskFactory(owner=ben, related=found["bens"])
    return found


def holders(customer):
    """Whose everything is now; a task's is who is to do it."""
    for record in customer.values():
        record.refresh_from_db()
    return {name: getattr(record, "assigned_to", record.owner).first_name for name, record in customer.items()}


STAYS = {"won": "Anna", "lost": "Anna", "bens": "Ben", "bens_contact": "Ben", "bens_task": "Ben", "done": "Anna", "elsewhere": "Anna"}
GOES = {"account": "Alex", "contact": "Alex", "open": "Alex", "later": "Alex", "task": "Alex"}
CLOSED = {"won": "Alex", "lost": "Alex"}
OTHERS = {"bens": "Alex", "bens_contact": "Alex", "bens_task": "Alex"}


@pytest.mark.parametrize(
    "choices, expected",
    [
        ({}, {}),
        ({"closed_too": True}, CLOSED),
        ({"others_too": True}, OTHERS),
        ({"closed_too": True, "others_too": True}, CLOSED | OTHERS),
    ],
)
def test_what_goes_along_with_an_account(customer, alex, ben, choices, expected):
    services.hand_over_customer(customer["account"], to=alex, by=ben, **choices)

    assert holders(customer) == STAYS | GOES | expected
    assert [notice.about for notice in Notification.objects.filter(user=alex)] == [customer["account"]]
    lost = [name for name in ("account", "contact", "open", "later", "won", "lost") if holders(customer)[name] == "Alex"]
    assert {notice.about for notice in Notification.objects.filter(user__first_name="Anna")} == {customer[name] for name in lost}


def test_what_the_new_owner_already_has_stays_as_it_is(customer, alex, ben):
    own = IntroProject(account=customer["account"], contact=customer["contact"], owner=alex)
    versions = own.history.count()

    services.hand_over_customer(customer["account"], to=alex, by=ben, others_too=True)

    own.refresh_from_db()
    assert (own.owner, own.history.count()) == (alex, versions)


def test_a_deleted_project_stays(customer, alex, anna):
    gone = IntroProject(account=customer["account"], contact=customer["contact"], deleted_at="2026-01-01T00:00:00Z")

    services.hand_over_customer(customer["account"], to=alex, by=anna)

    gone.refresh_from_db()
    assert gone.owner == anna


def test_records_of_colleagues_are_the_managers_to_give(customer, alex, anna):
    before = holders(customer)

    with pytest.raises(NotYours):
        services.hand_over_customer(customer["account"], to=alex, by=anna, others_too=True)

    assert holders(customer) == before
    assert not Notification.objects.exists()


def test_a_stranger_gets_nothing(customer, carla, anna):
    before = holders(customer)

    with pytest.raises(NotYours):
        services.hand_over_customer(customer["account"], to=carla, by=anna)

    assert holders(customer) == before


def test_the_history_says_who_gave_it(customer, alex, ben):
    services.hand_over_customer(customer["account"], to=alex, by=ben)

    assert customer["open"].history.first().history_user == ben


@pytest.mark.parametrize("person, has_others", [("anna", False), ("ben", True)])
def test_the_dialog_offers_what_one_may_choose(request, client, customer, person, has_others):
    client.force_login(request.getfixturevalue(person))

    page = client.get(f"/accounts/{customer['account'].pk}/owner/", **HTMX).content.decode()

    assert 'name="closed_too"' in page
    assert ('name="others_too"' in page) is has_others
    assert "open projects and open tasks here go along" in page


@pytest.mark.parametrize("htmx", [True, False])
def test_the_page_hands_over_and_says_so(client, customer, alex, anna, htmx):
    client.force_login(anna)
    address = reverse("accounts:owner", args=[customer["account"].pk])

    answer = client.post(address, {"owner": alex.pk, "closed_too": "on", "others_too": "on"}, **(HTMX if htmx else {}))

    assert answer.status_code == (204 if htmx else 302)
    assert holders(customer) == STAYS | GOES | CLOSED
    assert "Hotel Alpenblick belongs to Alex" in client.get(customer["account"].get_absolute_url()).content.decode()


@pytest.mark.parametrize("person, status", [("alex", 403), ("otto", 403), ("carla", 404), ("olga", 404)])
def test_whose_it_is_not_changes_nothing(request, client, customer, alex, person, status):
    before = holders(customer)
    client.force_login(request.getfixturevalue(person))

    answer = client.post(f"/accounts/{customer['account'].pk}/owner/", {"owner": alex.pk})

    assert answer.status_code == status
    assert holders(customer) == before
    assert not Notification.objects.exists()


def test_a_choice_of_a_stranger_is_refused(client, customer, anna, carla):
    before = holders(customer)
    client.force_login(anna)

    answer = client.post(f"/accounts/{customer['account'].pk}/owner/", {"owner": carla.pk})

    assert answer.status_code == 422
    assert holders(customer) == before


def test_selected_accounts_go_with_their_projects(client, customer, alex, anna, deliver):
    client.force_login(anna)

    preview = client.post("/accounts/bulk/owner/", {"ids": [customer["account"].pk], "owner": alex.pk, "asked": "1"})
    assert holders(customer)["account"] == "Anna"
    client.post(f"{preview.url}run/")
    deliver()

    assert holders(customer) == STAYS | GOES


def test_a_project_goes_with_its_open_tasks(client, customer, alex, anna):
    client.force_login(anna)

    client.post(reverse("projects:owner", args=[customer["open"].pk]), {"owner": alex.pk})

    found = holders(customer)
    assert (found["open"], found["task"], found["done"], found["account"]) == ("Alex", "Alex", "Anna", "Anna")
