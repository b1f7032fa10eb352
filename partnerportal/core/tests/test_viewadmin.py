import pytest

from leads.tests.factories import LeadFactory
from partnerportal.core.models import SavedView

ADD = "/admin/core/savedview/add/"


@pytest.fixture
def as_vendor(client, vendor_admin, reference):
    client.force_login(vendor_admin)
    return client


def test_a_view_is_published_from_an_address_and_opens_for_a_partner(as_vendor, client, anna):
    LeadFactory(owner=anna, company="Seen")
    address = "https://portal/leads/?view=all_open&status=new&or=owner%3Dme&sort=-created_at&q=hotel&after=x"

    as_vendor.post(ADD, {"page": "leads", "name": "Call first", "query": address})

    view = SavedView.objects.across_partners(reason="test").get()
    assert (view.name, view.sharing, view.owner, view.partner) == ("Call first", "published", None, None)
    assert view.query == "status=new&or=owner%3Dme&sort=-created_at&base=all_open"
    client.force_login(anna)
    page = client.get(f"/leads/?view={view.word}").content.decode()
    assert "Seen" in page
    assert "Published views" in page


@pytest.mark.parametrize("query", ["view=nobody", "view=all_open&colour=red", "view=v999", "view=all_open&sort=owner__password"])
def test_what_the_list_does_not_understand_is_not_published(as_vendor, query):
    answer = as_vendor.post(ADD, {"page": "leads", "name": "Wrong", "query": query})

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not SavedView.objects.across_partners(reason="test").exists()


def test_views_of_partners_are_not_in_the_back_office(as_vendor, ben):
    view = SavedView.objects.create(page="leads", name="Bens", sharing="company", partner=ben.partner, owner=ben, query="base=all_open")

    assert "Bens" not in as_vendor.get("/admin/core/savedview/").content.decode()
    assert as_vendor.get(f"/admin/core/savedview/{view.pk}/change/").status_code == 302


def test_an_account_manager_does_not_publish(client, otto):
    client.force_login(otto)

    assert client.post(ADD, {"page": "leads", "name": "Mine", "query": "view=all_open"}).status_code == 403
    assert not SavedView.objects.across_partners(reason="test").exists()
