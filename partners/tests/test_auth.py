"""Signing in, staying in and being out: what ASVS asks of passwords, sessions and second factors."""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse

from partnerportal.core.models import OutboxMessage
from partners import services
from partners.models import Partner, User
from partners.roles import Role
from partners.sessions import device
from partners.tests.factories import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)


def sign_in(client, email, password=PASSWORD, **more):
    return client.post("/auth/login/", {"login": email, "password": password}, **more)


def is_in(client):
    return client.get("/profile/").status_code == 200


def code_now():
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


@pytest.fixture
def second_factor(anna):
    TOTP.activate(anna, SECRET)
    return RecoveryCodes.activate(anna).get_unused_codes()


@pytest.fixture
def reset_link(client, anna, deliver):
    client.post("/auth/password/reset/", {"email": anna.email})
    deliver()
    return re.search(r"http://localhost:8000(/auth/password/reset/key/\S+)", mail.outbox[-1].body).group(1)


# --- signing in ------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["anna@aurora-telecom.com", "Anna@Aurora-Telecom.COM", "  anna@aurora-telecom.com "])
def test_the_address_may_be_typed_in_any_case(client, anna, typed):
    assert sign_in(client, typed)["Location"] == "/"
    assert is_in(client)


@pytest.mark.parametrize("email, password", [("anna@aurora-telecom.com", "wrong-password"), ("nobody@aurora-telecom.com", PASSWORD)])
def test_a_failed_sign_in_does_not_tell_whether_there_is_an_account(client, anna, email, password):
    response = sign_in(client, email, password)

    assert response.status_code == 422
    assert (
        '<div class="alert alert-danger" role="alert">The e-mail address or the password is not right.</div>' in response.content.decode()
    )


def test_no_account_can_be_made(client, db):
    assert client.get("/auth/signup/").status_code in (302, 404)
    assert client.post("/auth/signup/", {"email": "x@y.com", "password1": "a-good-one-42"}).status_code in (302, 404)
    assert not User.objects.exists()


def test_five_failures_lock_however_the_address_is_typed(client, anna):
    for typed in (
        "anna@aurora-telecom.com",
        "ANNA@aurora-telecom.com",
        " anna@aurora-telecom.com",
        "anna@Aurora-Telecom.com ",
        "Anna@aurora-telecom.com",
    ):
        assert sign_in(client, typed, "wrong-password").status_code == 422

    response = sign_in(client, "aNNa@aurora-telecom.com")

    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == ["Too many failed attempts. Wait a quarter of an hour, or reset your password."]
    assert not is_in(client)


def test_the_lock_is_not_dodged_by_another_host_name_or_a_forwarded_address(anna):
    for number in range(5):
        sign_in(
            Client(),
            anna.email,
            "wrong-password",
            HTTP_HOST=["localhost", "127.0.0.1"][number % 2],
            HTTP_X_FORWARDED_FOR=f"10.0.0.{number}",
        )

    client = Client()
    sign_in(client, anna.email, HTTP_HOST="127.0.0.1", HTTP_X_FORWARDED_FOR="10.9.9.9")

    assert not is_in(client)


def test_the_lock_is_one_persons(client, anna, alex):
    for _ in range(6):
        sign_in(client, anna.email, "wrong-password")

    sign_in(client, alex.email)

    assert is_in(client)


def test_the_lock_ends_after_a_quarter_of_an_hour(client, anna):
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(6):
            sign_in(client, anna.email, "wrong-password")
        clock.shift(timedelta(minutes=15, seconds=1))

        sign_in(client, anna.email)

        assert is_in(client)


def test_a_victim_gets_in_by_reset(client, anna, reset_link):
    for _ in range(6):
        sign_in(client, anna.email, "wrong-password")

    form = client.get(reset_link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": "a-good-one-42", "password2": "a-good-one-42"})
    sign_in(client, anna.email, "a-good-one-42")

    assert is_in(client)


@pytest.mark.parametrize("url", ["/auth/login/", "/auth/password/reset/"])
def test_while_attempts_cannot_be_counted_nobody_may_try(client, anna, settings, url):
    signed_in = Client()
    signed_in.force_login(anna)
    settings.CACHES = {
        "default": {
            "BACKEND": "partnerportal.core.cache.PatientRedisCache",
            "LOCATION": "unix:///nowhere/valkey.sock",
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }

    response = client.post(url, {"login": anna.email, "password": PASSWORD, "email": anna.email})

    assert response.status_code == 503
    assert "not possible right now" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert not OutboxMessage.objects.exists()
    assert is_in(signed_in)


def test_a_disabled_person_and_one_of_a_suspended_partner_do_not_get_in(client, anna, carla):
    User.objects.filter(pk=anna.pk).update(is_active=False)
    Partner.objects.filter(pk=carla.partner_id).update(status=Partner.Status.SUSPENDED)

    for person in (anna, carla):
        assert sign_in(client, person.email)["Location"] == "/auth/inactive/"
        assert not is_in(client)


# --- sessions --------------------------------------------------------------------------


def test_the_session_has_a_new_key_after_signing_in(client, anna):
    client.get("/auth/login/")
    client.session["planted"] = 1
    session = client.session
    session.save()
    client.cookies["portal_session"] = session.session_key
    before = session.session_key

    sign_in(client, anna.email)

    assert client.session.session_key != before
    assert not client.session.exists(before)


def test_a_planted_key_is_not_taken(client, anna):
    client.cookies["portal_session"] = "a" * 32

    sign_in(client, anna.email)

    assert client.session.session_key != "a" * 32


def test_signing_out_ends_the_session_on_the_server(client, anna):
    sign_in(client, anna.email)
    key = client.session.session_key

    client.post("/auth/logout/")

    thief = Client()
    thief.cookies["portal_session"] = key
    assert not is_in(thief)


def test_signing_out_needs_a_post(client, anna):
    client.force_login(anna)

    client.get("/auth/logout/")

    assert is_in(client)


def two_sessions(person):
    clients = Client(), Client()
    for client in clients:
        client.force_login(person)
        assert is_in(client)
    return clients


def test_a_new_password_ends_the_other_sessions_and_gives_this_one_a_new_key(anna, deliver):
    here, there = two_sessions(anna)
    before = here.session.session_key

    here.post("/auth/password/change/", {"oldpassword": PASSWORD, "password1": "a-good-one-42", "password2": "a-good-one-42"})

    assert (is_in(here), is_in(there)) == (True, False)
    assert here.session.session_key != before
    deliver()
    assert "password has been changed" in mail.outbox[-1].body


def test_a_new_password_needs_the_present_one(client, anna):
    client.force_login(anna)

    response = client.post("/auth/password/change/", {"oldpassword": "wrong", "password1": "a-good-one-42", "password2": "a-good-one-42"})

    assert response.status_code == 422
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_the_others_can_be_ended_from_the_profile(anna):
    here, there = two_sessions(anna)

    here.post(reverse("partners:end_sessions"))

    assert (is_in(here), is_in(there)) == (True, False)


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0"


def signed_in_with(person, user_agent):
    client = Client(headers={"user-agent": user_agent})
    assert client.post("/auth/login/", {"login": person.email, "password": PASSWORD}).status_code == 302
    return client


def test_the_profile_lists_the_own_sessions_and_ends_one(anna, carla):
    here, there = signed_in_with(anna, FIREFOX), signed_in_with(anna, IPHONE)
    strangers = signed_in_with(carla, FIREFOX)

    listed = here.get("/profile/").context["sessions"]
    assert [(one.device, one.is_current, one.ip) for one in listed] == [
        ("Firefox · Windows", True, "127.0.0.1"),
        ("Safari · iPhone", False, "127.0.0.1"),
    ]
    answer = here.post(reverse("partners:end_session", args=[listed[1].pk]), follow=True)

    assert "That session is signed out." in answer.content.decode()
    assert [one.is_current for one in answer.context["sessions"]] == [True]
    assert (is_in(here), is_in(there), is_in(strangers)) == (True, False, True)


def test_nobody_ends_the_session_of_another_nor_this_one(anna, carla):
    here, strangers = signed_in_with(anna, FIREFOX), signed_in_with(carla, FIREFOX)
    theirs, own = (client.get("/profile/").context["sessions"][0].pk for client in (strangers, here))

    for pk in (theirs, own):
        assert here.post(reverse("partners:end_session", args=[pk])).status_code == 404

    assert (is_in(here), is_in(strangers)) == (True, True)


def test_sessions_that_are_over_leave_the_list(anna):
    here, there = signed_in_with(anna, FIREFOX), signed_in_with(anna, IPHONE)

    here.post(reverse("partners:end_sessions"))

    assert [one.is_current for one in here.get("/profile/").context["sessions"]] == [True]
    assert not is_in(there)
    assert UserSession.objects.count() == 1


@pytest.mark.parametrize(
    "user_agent, said",
    [(FIREFOX, "Firefox · Windows"), (IPHONE, "Safari · iPhone"), (EDGE, "Edge · Windows"), ("curl/8.14", "curl/8.14"), ("", "–")],
)
def test_a_device_is_named_as_a_person_calls_it(user_agent, said):
    assert device(user_agent) == said


@pytest.mark.django_db(transaction=True)
def test_a_second_factor_ends_the_other_sessions_and_gives_this_one_a_new_key(anna):
    with time_machine.travel(NOON, tick=False):
        here, there = two_sessions(anna)
        here.post("/auth/reauthenticate/", {"password": PASSWORD})
        secret = here.get("/auth/2fa/totp/activate/").context["form"].secret
        before = here.session.session_key

        here.post("/auth/2fa/totp/activate/", {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))})

        assert Authenticator.objects.filter(user=anna).count() == 2
        assert (is_in(here), is_in(there)) == (True, False)
        assert here.session.session_key != before


def revoke_by_role(anna, dora):
    services.change_role(anna, role=Role.PARTNER_MANAGER, by=dora)


def revoke_by_access(anna, dora):
    services.deactivate(anna, by=dora)


def revoke_by_suspension(anna, dora):
    Partner.objects.filter(pk=anna.partner_id).update(status=Partner.Status.SUSPENDED)


@pytest.mark.parametrize("revoke", [revoke_by_role, revoke_by_access, revoke_by_suspension])
def test_whose_rights_change_is_out_at_the_next_request(client, anna, dora, revoke):
    client.force_login(anna)
    assert is_in(client)

    revoke(anna, dora)

    response = client.get("/profile/")
    assert (response.status_code, response["Location"]) == (302, "/auth/login/?next=/profile/")


def test_a_session_that_is_left_alone_ends(client, anna):
    with time_machine.travel(NOON, tick=False) as clock:
        client.force_login(anna)
        clock.shift(timedelta(hours=1, minutes=59))
        assert is_in(client)
        clock.shift(timedelta(hours=1, minutes=59))
        assert is_in(client)
        clock.shift(timedelta(hours=2, minutes=1))
        assert not is_in(client)


def test_a_session_ends_after_twelve_hours_however_busy(client, anna):
    with time_machine.travel(NOON, tick=False) as clock:
        client.force_login(anna)
        for _ in range(12):
            clock.shift(timedelta(minutes=59))
            assert is_in(client)
        clock.shift(timedelta(minutes=13))
        assert not is_in(client)


def test_a_session_without_our_marks_is_not_ours(client, anna):
    client.force_login(anna)
    session = client.session
    del session["started_at"]
    session.save()

    assert not is_in(client)


# --- reset -----------------------------------------------------------------------------


def test_reset_answers_the_same_for_known_and_unknown_addresses_and_sends_nothing_itself(client, anna):
    known = client.post("/auth/password/reset/", {"email": anna.email}, follow=True)
    unknown = client.post("/auth/password/reset/", {"email": "nobody@aurora-telecom.com"}, follow=True)

    assert known.redirect_chain == unknown.redirect_chain == [("/auth/password/reset/done/", 302)]
    token = rb"[A-Za-z0-9]{64}"
    assert re.sub(token, b"", known.content) == re.sub(token, b"", unknown.content)
    assert [message.kind for message in OutboxMessage.objects.all()] == ["partners.password_reset"]
    assert mail.outbox == []


def test_no_secret_waits_in_the_outbox(client, anna):
    client.post("/auth/password/reset/", {"email": anna.email})

    assert sorted(OutboxMessage.objects.get().payload) == ["message_key", "user_id"]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost:9999"])
def test_the_link_stands_on_the_configured_site(client, anna, deliver, host):
    client.post("/auth/password/reset/", {"email": anna.email}, HTTP_HOST=host, HTTP_X_FORWARDED_HOST="evil.test")
    deliver()

    assert set(re.findall(r"https?://[^/\s]+", mail.outbox[-1].body)) == {"http://localhost:8000"}


def set_password(client, link, password="a-good-one-42"):
    response = client.get(link, follow=True)
    form = response.redirect_chain[-1][0] if response.redirect_chain else link
    return client.post(form, {"password1": password, "password2": password})


@pytest.fixture
def signed_in(anna):
    """A session that was there before anybody asked for a reset; a later sign-in makes the link worthless."""
    client = Client()
    client.force_login(anna)
    return client


def test_a_reset_link_works_once_and_ends_every_session(signed_in, client, anna, reset_link):
    assert set_password(client, reset_link)["Location"] == "/auth/password/reset/key/done/"
    anna.refresh_from_db()
    assert anna.check_password("a-good-one-42")
    assert not is_in(signed_in)
    assert not is_in(client)

    set_password(Client(), reset_link, "another-one-43")
    anna.refresh_from_db()
    assert anna.check_password("a-good-one-42")


def test_a_reset_link_dies_with_the_next_sign_in(client, anna, reset_link):
    sign_in(Client(), anna.email)

    set_password(client, reset_link)

    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_a_reset_link_does_not_stand_in_the_address_of_the_form(client, reset_link):
    response = client.get(reset_link, follow=True)

    assert response.redirect_chain[-1][0].endswith("-set-password/")


def test_a_reset_link_dies_after_an_hour(anna, client, deliver):
    with time_machine.travel(NOON, tick=False) as clock:
        client.post("/auth/password/reset/", {"email": anna.email})
        deliver()
        link = re.search(r"(/auth/password/reset/key/\S+)", mail.outbox[-1].body).group(1)
        clock.shift(timedelta(hours=1, seconds=1))

        set_password(client, link)

    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_a_reset_link_dies_with_the_address_it_went_to(client, anna, reset_link, vendor_admin):
    services.change_email(anna, email="anna.new@aurora-telecom.com", by=vendor_admin)

    set_password(client, reset_link)

    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


@pytest.mark.parametrize("weak", ["short", "1234567890123", "password12", "anna@aurora-telecom"])
def test_a_weak_new_password_is_refused(client, anna, reset_link, weak):
    assert set_password(client, reset_link, weak).status_code == 422

    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_whoever_may_not_sign_in_gets_no_link(client, anna, carla, deliver):
    User.objects.filter(pk=anna.pk).update(is_active=False)
    Partner.objects.filter(pk=carla.partner_id).update(status=Partner.Status.SUSPENDED)

    for person in (anna, carla):
        client.post("/auth/password/reset/", {"email": person.email})
    deliver()

    assert mail.outbox == []


# --- second factor -----------------------------------------------------------------------


def test_with_a_second_factor_the_password_alone_lets_nobody_in(client, anna, second_factor):
    assert sign_in(client, anna.email)["Location"].startswith("/auth/2fa/authenticate/")
    assert not is_in(client)
    assert client.get("/admin/", follow=True).redirect_chain[0][0].startswith("/admin/login/")


def test_a_code_lets_in_once(anna, second_factor):
    with time_machine.travel(NOON, tick=False):
        first, second = Client(), Client()
        code = code_now()
        sign_in(first, anna.email)
        first.post("/auth/2fa/authenticate/", {"code": code})
        sign_in(second, anna.email)
        again = second.post("/auth/2fa/authenticate/", {"code": code})

        assert (is_in(first), is_in(second)) == (True, False)
        assert again.status_code == 422


def test_a_recovery_code_lets_in_once(anna, second_factor):
    first, second = Client(), Client()
    sign_in(first, anna.email)
    first.post("/auth/2fa/authenticate/", {"code": second_factor[0]})
    sign_in(second, anna.email)
    second.post("/auth/2fa/authenticate/", {"code": second_factor[0]})

    assert (is_in(first), is_in(second)) == (True, False)


@pytest.mark.parametrize("data", [{"code": "000000"}, {"code": ""}, {}, {"credential": "{}"}])
def test_a_wrong_code_lets_nobody_in(client, anna, second_factor, data):
    sign_in(client, anna.email)

    assert client.post("/auth/2fa/authenticate/", data).status_code in (302, 422)
    assert not is_in(client)


def test_codes_cannot_be_tried_without_end(client, anna, second_factor):
    with time_machine.travel(NOON, tick=False):
        sign_in(client, anna.email)
        wrong = "111111" if code_now() != "111111" else "222222"
        for _ in range(8):
            client.post("/auth/2fa/authenticate/", {"code": wrong})

        client.post("/auth/2fa/authenticate/", {"code": code_now()})

        assert not is_in(client)


def test_the_session_has_a_new_key_after_the_second_factor(client, anna, second_factor):
    with time_machine.travel(NOON, tick=False):
        sign_in(client, anna.email)
        before = client.session.session_key
        client.post("/auth/2fa/authenticate/", {"code": code_now()})

        assert is_in(client)
        assert client.session.session_key != before


@pytest.mark.parametrize("url", ["/auth/2fa/totp/deactivate/", "/auth/2fa/recovery-codes/generate/"])
def test_a_change_of_the_second_factor_asks_who_it_is(anna, second_factor, url):
    client = Client()
    with time_machine.travel(NOON, tick=False):
        client.force_login(anna)

        response = client.post(url)

    assert response["Location"].startswith("/auth/reauthenticate/")
    assert Authenticator.objects.filter(user=anna).count() == 2


def test_recovery_codes_are_shown_once(client, anna):
    with time_machine.travel(NOON, tick=False):
        client.force_login(anna)
        client.post("/auth/reauthenticate/", {"password": PASSWORD})
        secret = client.get("/auth/2fa/totp/activate/").context["form"].secret
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        client.post("/auth/2fa/totp/activate/", {"code": code})
        shown = client.get("/auth/2fa/recovery-codes/").content.decode()
        codes = RecoveryCodes(Authenticator.objects.get(user=anna, type="recovery_codes")).get_unused_codes()

        assert all(one in shown for one in codes)
        assert not any(one in client.get("/auth/2fa/").content.decode() for one in codes)


def test_a_page_that_asks_by_itself_does_not_keep_the_session_awake(client, anna):
    with time_machine.travel("2026-03-04 09:00+0000", tick=False) as clock:
        client.force_login(anna)
        for _minute in range(0, 115, 5):
            clock.shift(timedelta(minutes=5))
            assert client.get("/leads/board/?since=2026-03-04T09:00:00Z", headers={"X-Unattended": "1"}).status_code in (200, 204)
        clock.shift(timedelta(minutes=6))

        assert client.get("/leads/board/?since=2026-03-04T09:00:00Z", headers={"X-Unattended": "1"}).status_code == 302
