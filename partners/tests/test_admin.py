import pytest
from django.urls import reverse

from partnerportal.core.models import OutboxMessage
from partners import services
from partners.models import Invitation, News, Partner, User
from partners.roles import Role
from partners.services import Invitee

FIRST = {"first_name": "Gero", "last_name": "Lund", "email": "Gero@nordlicht-systems.com", "role": "partner_admin"}


def do(client, model, record, action, **data):
    return client.post(reverse(f"admin:partners_{model}_do", args=[record.pk, action]), data, follow=True)


@pytest.fixture
def admin_client(client, vendor_admin):
    client.force_login(vendor_admin)
    return client


@pytest.mark.parametrize("model", ["partner", "user", "news", "invitation"])
def test_every_list_and_form_opens(admin_client, model, anna):
    assert admin_client.get(reverse(f"admin:partners_{model}_changelist")).status_code == 200
    assert admin_client.get(reverse(f"admin:partners_{model}_add")).status_code == 200


def test_the_vendor_admin_invites_a_partners_first_admin(admin_client, nordlicht):
    response = admin_client.post(reverse("admin:partners_invitation_add"), {**FIRST, "company": nordlicht.pk})

    invitation = Invitation.objects.for_partner(nordlicht).get()
    assert response.status_code == 302
    assert (invitation.email, invitation.role, invitation.invited_by.email) == (
        "gero@nordlicht-systems.com",
        "partner_admin",
        "admin@vendor.com",
    )
    assert OutboxMessage.objects.get().kind == "partners.invitation"
    page = admin_client.get(reverse("admin:partners_invitation_change", args=[invitation.pk])).content.decode()
    assert invitation.token_hash not in page
    assert services.token(invitation) not in page


def test_a_second_invitation_is_refused_with_what_was_typed(admin_client, nordlicht):
    admin_client.post(reverse("admin:partners_invitation_add"), {**FIRST, "company": nordlicht.pk})

    page = admin_client.post(reverse("admin:partners_invitation_add"), {**FIRST, "company": nordlicht.pk})

    assert "is invited already" in page.content.decode()
    assert Invitation.objects.for_partner(nordlicht).count() == 1


def test_invitations_are_sent_again_and_withdrawn(admin_client, dora):
    invitation = services.invite(Invitee("nina@aurora-telecom.com", "Nina", "Serra", Role.PARTNER_USER), partner=dora.partner, by=dora)

    do(admin_client, "invitation", invitation, "resend")
    do(admin_client, "invitation", invitation, "withdraw")

    invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None
    assert OutboxMessage.objects.count() == 2
    assert "accepted or withdrawn" in do(admin_client, "invitation", invitation, "resend").content.decode()


def test_people_are_switched_off_and_given_roles(admin_client, anna):
    do(admin_client, "user", anna, "make-partner-manager")
    do(admin_client, "user", anna, "switch-off")

    anna.refresh_from_db()
    assert (anna.role, anna.is_active) == ("partner_manager", False)
    assert [row.channel for row in anna.history.all()[:2]] == ["admin", "admin"]


def test_the_last_admin_is_told(admin_client, dora):
    page = do(admin_client, "user", dora, "switch-off").content.decode()

    assert "is the last admin" in page
    dora.refresh_from_db()
    assert dora.is_active


def test_an_account_manager_changes_nobody(client, otto, anna, aurora):
    client.force_login(otto)

    assert do(client, "user", anna, "switch-off").status_code == 403
    assert client.get(reverse("admin:partners_user_add")).status_code == 403
    assert client.get(reverse("admin:partners_invitation_add")).status_code == 403
    assert client.post(reverse("admin:partners_partner_change", args=[aurora.pk]), {"tier": "platinum"}).status_code == 403
    anna.refresh_from_db(), aurora.refresh_from_db()
    assert (anna.is_active, aurora.tier) == (True, "gold")


def test_an_account_manager_reaches_no_foreign_person(client, olga, anna):
    client.force_login(olga)

    assert do(client, "user", anna, "switch-off").status_code == 404
    assert client.get(reverse("admin:partners_user_history", args=[anna.pk])).status_code == 404


def test_the_admin_changes_nothing_that_is_shown_read_only(admin_client, anna, nordlicht):
    before = anna.password
    form = {"email": anna.email, "first_name": "Anna", "last_name": "C.", "language": "en", "time_zone": "Europe/Rome"}
    evil = {"role": "vendor_admin", "partner": nordlicht.pk, "is_superuser": "on", "is_active": "", "password": "x", "session_version": "7"}

    admin_client.post(reverse("admin:partners_user_change", args=[anna.pk]), {**form, **evil})

    anna.refresh_from_db()
    assert (anna.last_name, anna.role, anna.partner.name, anna.is_active, anna.password) == (
        "C.",
        "partner_user",
        "Aurora Telecom",
        True,
        before,
    )


def test_the_admin_never_shows_a_password_hash(admin_client, anna):
    for address in (reverse("admin:partners_user_change", args=[anna.pk]), reverse("admin:partners_user_history", args=[anna.pk])):
        page = admin_client.get(address).content.decode()

        assert anna.email in page or "Anna" in page
        assert anna.password not in page
        assert anna.password.split("$")[-1] not in page
        assert 'name="password"' not in page


def test_a_new_address_ends_sessions_and_is_the_one_to_sign_in_with(admin_client, anna):
    form = {
        "email": "Anna.New@aurora-telecom.com",
        "first_name": "Anna",
        "last_name": "Conti",
        "language": "en",
        "time_zone": "Europe/Rome",
    }

    admin_client.post(reverse("admin:partners_user_change", args=[anna.pk]), form)

    anna.refresh_from_db()
    assert (anna.email, anna.session_version) == ("anna.new@aurora-telecom.com", 1)


def test_a_vendor_user_is_made(admin_client):
    admin_client.post(
        reverse("admin:partners_user_add"),
        {"email": "nora@vendor.com", "first_name": "Nora", "last_name": "Neu", "role": "account_manager"},
    )

    assert User.objects.get(email="nora@vendor.com").role == "account_manager"
    assert OutboxMessage.objects.get().kind == "partners.password_reset"


def test_news_know_their_author(client, otto):
    client.force_login(otto)
    form = {"title": "New", "kind": "product", "summary": "s", "text": "", "tiers": ["gold", "silver"], "published_on": "2026-11-20"}

    client.post(reverse("admin:partners_news_add"), form)

    news = News.objects.get()
    assert (news.author, news.tiers) == (otto, ["gold", "silver"])


def test_support_sees_no_partners_and_no_people(client, tariq, anna):
    client.force_login(tariq)

    for model in ("partner", "user", "invitation"):
        assert client.get(reverse(f"admin:partners_{model}_changelist")).status_code == 403


def test_a_dead_message_is_tried_again(admin_client, db):
    message = OutboxMessage.objects.create(
        kind="x", key="x:1", state="dead", attempts=8, available_at="2026-01-01T00:00Z", last_error="Error: boom"
    )
    assert "boom" in admin_client.get(reverse("admin:core_outboxmessage_changelist")).content.decode()

    admin_client.post(reverse("admin:core_outboxmessage_changelist"), {"action": "retry", "_selected_action": [message.pk]})

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("pending", 0)


def test_kept_mail_is_read_only(admin_client, db):
    assert admin_client.get(reverse("admin:core_storedmail_changelist")).status_code == 200
    assert admin_client.get(reverse("admin:core_storedmail_add")).status_code == 403


def test_the_form_of_a_partner_is_saved_with_history(admin_client, aurora):
    page = admin_client.get(reverse("admin:partners_partner_change", args=[aurora.pk]))
    form = {name: field.value() or "" for name, field in ((f.name, f) for f in page.context["adminform"].form)}
    phone, country = form.pop("phone"), form.pop("country")

    response = admin_client.post(
        reverse("admin:partners_partner_change", args=[aurora.pk]),
        {**form, "phone": str(phone), "country": str(country), "tier": "platinum", "pool_pause": "0"},
    )

    assert response.status_code == 302
    assert Partner.objects.get(pk=aurora.pk).tier == "platinum"
    assert (aurora.history.first().author_name, aurora.history.first().channel) == ("Ada Admin", "admin")


@pytest.mark.parametrize("guess", ["password__startswith=argon2", "password__regex=.", "session_version__gt=0", "owner__password__regex=."])
def test_nobody_guesses_what_the_list_does_not_offer_as_a_filter(client, otto, guess):
    client.force_login(otto)

    assert client.get(f"/admin/partners/user/?{guess}").status_code == 400
    assert client.get("/admin/partners/user/?role__exact=sales_rep").status_code == 200
    assert client.get("/admin/quotes/quote/?token__startswith=A").status_code == 400
