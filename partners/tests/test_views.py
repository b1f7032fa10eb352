import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from leads.tests.factories import LeadFactory
from partnerportal.core.models import Notification, OutboxMessage, StoredMail
from partnerportal.core.notifications import notify
from partners import guide, services
from partners.models import Invitation, News, User
from partners.roles import Role
from partners.services import Invitee
from partners.tests.factories import UserFactory

NINA = {"first_name": "Nina", "last_name": "Serra", "email": "Nina@aurora-telecom.com", "role": "partner_user"}


@pytest.fixture
def invitation(dora):
    return services.invite(Invitee("nina@aurora-telecom.com", "Nina", "Serra", Role.PARTNER_USER), partner=dora.partner, by=dora)


@pytest.fixture
def foreign_invitation(nordlicht):
    gero = UserFactory(partner=nordlicht, role=Role.PARTNER_ADMIN)
    return services.invite(Invitee("mia@nordlicht-systems.com", "Mia", "Falk", Role.PARTNER_USER), partner=nordlicht, by=gero)


@pytest.fixture
def mailbox(settings):
    settings.EMAIL_BACKEND = "partnerportal.core.mailbox.MailboxBackend"


def page(client, user, url, **query):
    client.force_login(user)
    response = client.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


# --- team --------------------------------------------------------------------------


def test_the_team_shows_colleagues_and_nobody_else(client, anna, alex, carla):
    text = page(client, anna, "/team/")

    assert "Alex Rossi" in text
    assert "Carla" not in text
    assert "Invite a colleague" not in text


def test_the_admin_sees_open_invitations(client, dora, invitation, foreign_invitation):
    text = page(client, dora, "/team/")

    assert "nina@aurora-telecom.com" in text
    assert "mia@nordlicht-systems.com" not in text
    assert "Invite a colleague" in text


def test_a_rep_does_not_see_invitations(client, anna, invitation):
    assert "nina@aurora-telecom.com" not in page(client, anna, "/team/")


def test_vendor_people_see_their_own_team(client, otto, olga, anna):
    text = page(client, otto, "/team/")

    assert "Olga Novak" in text
    assert "Anna" not in text


def test_inviting_from_the_page_to_the_first_page_of_the_new_colleague(client, dora, deliver, mailbox):
    client.force_login(dora)
    assert client.post("/team/invite/", NINA).status_code == 302
    deliver()
    kept = StoredMail.objects.get()
    link = re.search(r"http://\S+/auth/invitation/\S+/", kept.text).group()
    assert kept.to == ["Nina Serra <nina@aurora-telecom.com>"]
    client.logout()

    path = link.removeprefix("http://localhost:8000")
    assert "Aurora Telecom" in client.get(path).content.decode()
    response = client.post(path, {"password1": "a-good-one-42", "password2": "a-good-one-42"})

    nina = User.objects.get(email="nina@aurora-telecom.com")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(nina.pk)
    assert (nina.partner, nina.role) == (dora.partner, "partner_user")
    client.logout()
    assert client.get(path).status_code == 410
    assert client.post(path, {"password1": "other-good-43", "password2": "other-good-43"}).status_code == 410
    assert User.objects.get(pk=nina.pk).check_password("a-good-one-42")


@pytest.mark.parametrize(
    "change", [{"email": "no address"}, {"role": "vendor_admin"}, {"first_name": ""}, {"email": "dora@aurora-telecom.com"}]
)
def test_a_bad_invitation_is_refused_with_what_was_typed(client, dora, change):
    client.force_login(dora)

    response = client.post("/team/invite/", {**NINA, **change})

    assert response.status_code == 422
    assert "Serra" in response.content.decode()
    assert not Invitation.objects.across_partners(reason="test").exists()


@pytest.mark.parametrize("person", ["anna", "ben"])
def test_only_the_admin_invites(client, db, person, request):
    client.force_login(request.getfixturevalue(person))

    assert client.get("/team/invite/").status_code == 403
    assert client.post("/team/invite/", NINA).status_code == 403
    assert not Invitation.objects.across_partners(reason="test").exists()


def test_an_invitation_is_sent_again_and_withdrawn(client, dora, invitation):
    client.force_login(dora)

    client.post(reverse("partners:resend", args=[invitation.pk]))
    assert OutboxMessage.objects.filter(kind="partners.invitation").count() == 2

    client.post(reverse("partners:withdraw", args=[invitation.pk]))
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None


@pytest.mark.parametrize("verb", ["resend", "withdraw"])
def test_another_partners_invitation_does_not_exist(client, dora, foreign_invitation, verb):
    client.force_login(dora)

    assert client.post(reverse(f"partners:{verb}", args=[foreign_invitation.pk])).status_code == 404
    foreign_invitation.refresh_from_db()
    assert foreign_invitation.withdrawn_at is None
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize("verb", ["person", "role", "deactivate", "reactivate"])
def test_another_partners_person_does_not_exist(client, dora, carla, verb):
    client.force_login(dora)
    url = reverse(f"partners:{verb}", args=[carla.pk])

    response = client.get(url) if verb == "person" else client.post(url, {"role": "partner_admin"})

    assert response.status_code == 404
    carla.refresh_from_db()
    assert (carla.role, carla.is_active) == ("partner_user", True)


@pytest.mark.parametrize("verb", ["role", "deactivate", "reactivate"])
def test_a_rep_may_not_manage_a_colleague(client, anna, alex, verb):
    client.force_login(anna)

    response = client.post(reverse(f"partners:{verb}", args=[alex.pk]), {"role": "partner_admin"})

    assert response.status_code == 403
    alex.refresh_from_db()
    assert (alex.role, alex.is_active) == ("partner_user", True)


def test_the_admin_changes_a_role_and_the_access(client, dora, alex):
    client.force_login(dora)

    client.post(reverse("partners:role", args=[alex.pk]), {"role": "partner_manager"})
    client.post(reverse("partners:deactivate", args=[alex.pk]))

    alex.refresh_from_db()
    assert (alex.role, alex.is_active) == ("partner_manager", False)
    client.post(reverse("partners:reactivate", args=[alex.pk]))
    alex.refresh_from_db()
    assert alex.is_active


def test_a_refusal_is_said(client, dora):
    client.force_login(dora)

    response = client.post(reverse("partners:deactivate", args=[dora.pk]), follow=True)

    assert "Ask another admin" in response.content.decode()


# --- the invitation's page -----------------------------------------------------------


def accept_url(invitation):
    return reverse("accept_invitation", args=[services.token(invitation)])


@pytest.mark.parametrize(
    "first, second",
    [
        ("short", "short"),
        ("a-good-one-42", "another-one-42"),
        ("1234567890123", "1234567890123"),
        ("nina@aurora-telecom.com", "nina@aurora-telecom.com"),
        ("", ""),
    ],
)
def test_a_bad_password_is_refused(client, invitation, first, second):
    response = client.post(accept_url(invitation), {"password1": first, "password2": second})

    assert response.status_code == 422
    assert not User.objects.filter(email=invitation.email).exists()


@pytest.mark.parametrize("secret", ["x", "a" * 43, "%00", "ä"])
def test_no_link_of_ours_is_404(client, db, secret):
    assert client.get(f"/auth/invitation/{secret}/").status_code == 404


def test_whoever_is_signed_in_is_asked_to_sign_out_first(client, invitation, anna):
    client.force_login(anna)

    response = client.post(accept_url(invitation), {"password1": "a-good-one-42", "password2": "a-good-one-42"})

    assert response.status_code == 409
    assert not User.objects.filter(email=invitation.email).exists()


def test_mass_assignment_changes_nothing_else(client, invitation, nordlicht):
    facts = {"role": "vendor_admin", "partner": nordlicht.pk, "is_superuser": "on", "email": "evil@vendor.com"}

    client.post(accept_url(invitation), {"password1": "a-good-one-42", "password2": "a-good-one-42", **facts})

    nina = User.objects.get(first_name="Nina")
    assert (nina.email, nina.role, nina.partner, nina.is_superuser) == (
        "nina@aurora-telecom.com",
        "partner_user",
        invitation.partner,
        False,
    )


# --- profile ---------------------------------------------------------------------------

PROFILE = {
    "first_name": "Anna",
    "last_name": "Conti",
    "job_title": "",
    "phone": "",
    "language": "de",
    "time_zone": "Europe/Berlin",
    "theme": "dark",
    "density": "compact",
}


def test_the_profile_is_saved_and_its_change_told(client, anna):
    client.force_login(anna)

    assert client.post("/profile/", PROFILE).status_code == 302

    anna.refresh_from_db()
    assert (anna.language, anna.time_zone, anna.theme, anna.density) == ("de", "Europe/Berlin", "dark", "compact")
    assert anna.history.first().author_name == "Anna Conti"


def test_the_profile_changes_nothing_but_its_fields(client, anna, nordlicht):
    client.force_login(anna)
    more = {
        "role": "partner_admin",
        "partner": nordlicht.pk,
        "email": "x@x.com",
        "is_active": "",
        "is_superuser": "on",
        "session_version": 9,
        "password": "x",
    }

    client.post("/profile/", {**PROFILE, **more})

    before = (anna.role, anna.partner_id, anna.email, anna.is_active, anna.is_superuser, anna.session_version, anna.password)
    anna.refresh_from_db()
    assert (anna.role, anna.partner_id, anna.email, anna.is_active, anna.is_superuser, anna.session_version, anna.password) == before


@pytest.mark.parametrize("change", [{"time_zone": "Mars/Base"}, {"language": "xx"}, {"phone": "no"}, {"last_name": ""}])
def test_a_bad_profile_is_refused(client, anna, change):
    client.force_login(anna)

    assert client.post("/profile/", {**PROFILE, **change}).status_code == 422

    anna.refresh_from_db()
    assert anna.language == "en"


# --- notices ---------------------------------------------------------------------------


def notice(user, **facts):
    return Notification.objects.create(user=user, text="Project approved", kind="test", **facts)


def test_notices_are_those_of_the_person(client, anna, alex):
    notice(anna)
    Notification.objects.create(user=alex, text="Only for Alex", kind="test")

    text = page(client, anna, "/notifications/")

    assert "Project approved" in text
    assert "Only for Alex" not in text
    assert "Project approved" in page(client, anna, "/notifications/", bell=1)


def test_opening_a_notice_reads_it_and_goes_there(client, anna):
    one = notice(anna, url="/projects/5/")
    client.force_login(anna)

    response = client.post(reverse("partners:open_notice", args=[one.pk]))

    assert response["Location"] == "/projects/5/"
    one.refresh_from_db()
    assert one.read_at is not None


@pytest.mark.parametrize("url", ["https://evil.test/", "//evil.test/", "javascript:alert(1)", ""])
def test_a_notice_leads_to_no_other_site(client, anna, url):
    one = notice(anna, url=url)
    client.force_login(anna)

    assert client.post(reverse("partners:open_notice", args=[one.pk]))["Location"] == "/notifications/"


@pytest.mark.parametrize("verb", ["open_notice", "read_notice"])
def test_anothers_notice_does_not_exist(client, anna, alex, verb):
    one = notice(alex)
    client.force_login(anna)

    assert client.post(reverse(f"partners:{verb}", args=[one.pk])).status_code == 404
    one.refresh_from_db()
    assert one.read_at is None


def test_all_notices_are_read_at_once_but_nobody_elses(client, anna, alex):
    notice(anna), notice(anna), notice(alex)
    client.force_login(anna)

    client.post("/notifications/read/")

    assert Notification.objects.filter(read_at=None).values_list("user__first_name", flat=True).get() == "Alex"
    assert "Project approved" not in client.get("/notifications/", {"show": "unread"}).content.decode()


# --- news --------------------------------------------------------------------------------


def test_news_are_those_for_the_tier_and_published(client, anna):
    News.objects.create(title="For all", summary="s", published_on=timezone.now().date())
    News.objects.create(title="For gold", summary="s", tiers=["gold"], published_on=timezone.now().date())
    hidden = News.objects.create(title="For silver", summary="s", tiers=["silver"], published_on=timezone.now().date())
    draft = News.objects.create(title="A draft", summary="s")

    text = page(client, anna, "/news/")

    assert [title in text for title in ("For all", "For gold", "For silver", "A draft")] == [True, True, False, False]
    assert [client.get(f"/news/{news.pk}/").status_code for news in (hidden, draft)] == [404, 404]


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<p style="x">',
        "<iframe src=/>",
        '<p hx-get="/x">',
    ],
)
def test_news_hold_only_harmless_markup(client, anna, bad):
    news = News.objects.create(title="N", summary="s", text=f"<p>Good <b>news</b></p>{bad}", published_on=timezone.now().date())

    text = page(client, anna, f"/news/{news.pk}/").split("<article")[1].split("</article>")[0]

    assert "<b>news</b>" in text
    assert not re.search(r"<script|onerror|javascript:|style=|<iframe|hx-get|<img", text)


# --- WMP, mailbox, help --------------------------------------------------------------------


def test_without_an_address_the_wmp_page_explains(client, anna):
    text = page(client, anna, "/wmp/")

    assert "<iframe" not in text
    assert "not connected" in text


def test_with_an_address_the_wmp_is_framed(client, anna, settings):
    settings.WMP_URL = "https://wmp.vendor.com/start"

    assert 'src="https://wmp.vendor.com/start"' in page(client, anna, "/wmp/")


@pytest.fixture
def kept_mail(dora, deliver, mailbox):
    services.invite(Invitee("nina@aurora-telecom.com", "Nina", "Serra", Role.PARTNER_USER), partner=dora.partner, by=dora)
    deliver()
    return StoredMail.objects.get()


def test_the_vendor_admin_reads_the_kept_mail(client, vendor_admin, kept_mail):
    assert kept_mail.subject in page(client, vendor_admin, "/mailbox/", q="nina")
    assert "/auth/invitation/" in page(client, vendor_admin, f"/mailbox/{kept_mail.pk}/")
    client.force_login(vendor_admin)
    html = client.get(f"/mailbox/{kept_mail.pk}/html/")
    assert "Nina" in html.content.decode()
    assert html["Content-Security-Policy"].split("; ").count("sandbox") == 1
    assert "default-src 'none'" in html["Content-Security-Policy"]
    assert client.get(f"/mailbox/{kept_mail.pk}/files/0/").status_code == 404


@pytest.mark.parametrize("person", ["anna", "dora", "otto", "tariq"])
def test_nobody_else_reads_the_kept_mail(client, person, kept_mail, request):
    client.force_login(request.getfixturevalue(person))

    for path in ("/mailbox/", f"/mailbox/{kept_mail.pk}/", f"/mailbox/{kept_mail.pk}/html/", f"/mailbox/{kept_mail.pk}/files/0/"):
        assert client.get(path).status_code == 403


def test_an_attachment_is_served_as_a_file_and_nothing_else(client, vendor_admin, mailbox):
    message = mail.EmailMultiAlternatives("With a file", "text", "a@b.com", ["c@d.com"], headers={"Message-ID": "<1@x>"})
    message.attach("angebot.html", b"<script>alert(1)</script>", "text/html")
    message.send()
    client.force_login(vendor_admin)

    response = client.get(f"/mailbox/{StoredMail.objects.get().pk}/files/0/")

    assert response.content == b"<script>alert(1)</script>"
    assert response["Content-Disposition"] == 'attachment; filename="angebot.html"'
    assert "sandbox" in response["Content-Security-Policy"]


def test_help_is_there(client, anna):
    assert "Keyboard" in page(client, anna, "/help/")


def test_help_shows_the_guide_with_its_pictures(client, anna):
    text = page(client, anna, "/help/")

    pictures = re.findall(r'<img src="(/help/[a-z-]+\.png)" alt="[^"]+"', text)
    assert len(pictures) >= 10
    for address in pictures:
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"], b"".join(answer.streaming_content)[:4]) == (200, "image/png", b"\x89PNG")
    assert client.get("/help/nonsense.png").status_code == 404
    assert "<h3>1. Sign in</h3>" in text
    assert "**" not in text


def test_the_guide_obeys_no_html(tmp_path, monkeypatch):
    (tmp_path / "README.md").write_text("# Title\n\n## One\n\n<script>alert(1)</script> ![x](../../secret.png) [y](javascript:alert)\n")
    monkeypatch.setattr(guide, "FOLDER", tmp_path)

    text = guide.guide.__wrapped__()

    assert "<script" not in text
    assert 'href="javascript' not in text
    assert "<h3>One</h3>" in text


def test_a_mention_stays_visible_above_what_is_newer_until_it_is_read(client, anna, alex):
    lead = LeadFactory(owner=alex, company="Hotel Brenner")
    told = {"values": {"who": "Alex Rossi", "record": str(lead)}, "about": lead}
    for number in range(2):
        notify(anna, f"%(who)s mentioned you on %(record)s, word {number}", kind="mention", **told)
    for number in range(8):
        notify(anna, f"%(who)s wrote note {number} on %(record)s", kind="note", **told)
    client.force_login(anna)

    for address in ("/notifications/", "/notifications/?bell=1"):
        shown = client.get(address).content.decode()
        head = re.search(r"<button>.*?</button>", shown, re.S)[0]
        assert "Alex Rossi mentioned you on Hotel Brenner, word 1" in head
        assert "Alex Rossi mentioned you on Hotel Brenner, word 0" in head
    group = client.get("/notifications/").context["page"].object_list[0]
    client.post(f"/notifications/{group[0].pk}/open/", {"newest": group.newest})

    assert not Notification.objects.filter(user=anna, read_at=None).exists()
    assert "wrote note 7" in re.search(r"<button>.*?</button>", client.get("/notifications/").content.decode(), re.S)[0]


def test_what_came_after_the_page_was_shown_stays_unread(client, anna, alex):
    lead = LeadFactory(owner=alex)
    first, second = (notify(anna, f"Word {number}", kind="note", about=lead, values={}) for number in range(2))
    client.force_login(anna)

    client.post(f"/notifications/{first.pk}/read/", {"newest": "nonsense"})

    assert list(Notification.objects.filter(user=anna, read_at=None)) == [second]
