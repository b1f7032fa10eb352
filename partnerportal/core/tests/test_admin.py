import pytest
from django.contrib import admin
from django.urls import reverse

from partnerportal.core.adminsite import PortalAdminSite


def test_the_admin_is_ours():
    assert isinstance(admin.site, PortalAdminSite)


def test_anonymous_is_sent_to_the_one_sign_in_page(client, db):
    response = client.get("/admin/partners/partner/", follow=True)

    assert response.redirect_chain[-1][0] == "/auth/login/?next=/admin/partners/partner/"


def test_the_admin_has_no_sign_in_of_its_own(client, otto):
    response = client.post("/admin/login/", {"username": "otto@vendor.com", "password": "partner-demo"})

    assert response.status_code == 302
    assert response["Location"].startswith("/auth/login/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)"])
def test_the_admin_sign_in_leads_to_no_other_site(client, vendor_admin, target):
    client.force_login(vendor_admin)

    response = client.get("/admin/login/", {"next": target})

    assert response["Location"] == "/admin/"


def test_a_partner_does_not_enter_the_admin(client, dora):
    client.force_login(dora)

    assert client.get("/admin/login/").status_code == 403


def test_an_account_manager_sees_the_own_portfolio_only(client, otto, aurora, harbour):
    client.force_login(otto)

    page = client.get(reverse("admin:partners_partner_changelist"))

    assert [partner.name for partner in page.context["cl"].result_list] == ["Aurora Telecom"]
    assert client.get(reverse("admin:partners_partner_change", args=[harbour.pk])).status_code == 302
    assert client.get(reverse("admin:partners_partner_history", args=[harbour.pk])).status_code == 404


def test_the_filter_by_partner_names_no_foreign_partner(client, otto, anna, harbour):
    client.force_login(otto)

    page = client.get(reverse("admin:partners_user_changelist"))

    assert "Aurora Telecom" in page.content.decode()
    assert "Harbour Voice" not in page.content.decode()


def test_the_history_names_who_changed_what(client, vendor_admin, anna):
    client.force_login(vendor_admin)
    form = {
        "email": anna.email,
        "first_name": "Annalisa",
        "last_name": "Conti",
        "job_title": "",
        "phone": "",
        "language": "en",
        "time_zone": "Europe/Rome",
    }

    response = client.post(reverse("admin:partners_user_change", args=[anna.pk]), form)

    assert response.status_code == 302
    latest = anna.history.first()
    assert (latest.first_name, latest.author_name, latest.channel) == ("Annalisa", "Ada Admin", "admin")
    page = client.get(reverse("admin:partners_user_history", args=[anna.pk])).content.decode()
    assert "Anna → Annalisa" in page
