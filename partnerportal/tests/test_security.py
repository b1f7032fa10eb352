"""What every answer carries, and what no request gets past: headers, CSRF, foreign hosts and redirects."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from structlog.testing import capture_logs

from partnerportal.core.limits import is_too_often
from partners.models import User

pytestmark = pytest.mark.django_db

HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CLOSED = {"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "object-src": "'none'", "base-uri": "'none'"}
CLOSED |= {"frame-ancestors": "'none'", "form-action": "'self'", "connect-src": "'self'", "font-src": "'self'"}


def policy(response):
    return dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))


def plain_paths(patterns=None, prefix=""):
    """Every address that needs no argument, by walking the resolver."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        place = prefix + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            yield from plain_paths(pattern.url_patterns, place)
        elif isinstance(pattern, URLPattern) and not re.search(r"[<(\\]", place):
            yield f"/{place}"


@pytest.mark.parametrize("path", ["/", "/auth/login/", "/healthz", "/nothing/here/", "/leads/", "/admin/"])
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_every_kind_of_answer_has_the_headers(client, anna, path, is_signed_in):
    if is_signed_in:
        client.force_login(anna)

    response = client.get(path)

    assert {name: response[name] for name in HEADERS} == HEADERS
    assert {name: sources for name, sources in policy(response).items() if name in CLOSED} == CLOSED
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "camera=()" in response["Permissions-Policy"]
    assert "Server" not in response


def test_pages_of_a_person_are_not_stored(client, anna):
    client.force_login(anna)

    assert "no-store" in client.get("/leads/")["Cache-Control"]


def test_no_page_answers_with_an_error_of_ours(client, anna):
    """Each address without arguments, as Anna: whatever it is, it is no 500."""
    client.force_login(anna)
    paths = sorted(set(plain_paths()))

    statuses = {path: client.get(path).status_code for path in paths}

    assert len(paths) > 40
    assert {path: status for path, status in statuses.items() if status >= 500 and path != "/readyz"} == {}
    print(f"Addresses without arguments: {len(paths)}, server errors: 0")


def test_no_change_without_a_token(anna):
    """POST to each address without arguments, with a session but no token: refused before anything happens."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    paths = sorted(set(plain_paths()))

    statuses = {path: client.post(path).status_code for path in paths}

    assert {path: status for path, status in statuses.items() if status not in {403, 404, 405}} == {}
    assert sum(status == 403 for status in statuses.values()) > 30


def test_a_refused_form_says_so_kindly(anna):
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)

    response = client.post("/leads/new/", {"company": "x"})

    assert response.status_code == 403
    assert "nothing was changed" in response.content.decode()


@pytest.mark.parametrize(
    "host", ["evil.org", "evil.org:80", "localhost.evil.org", "localhost@evil.org", "", " ", "localhost, evil.org", "[::2]"]
)
def test_foreign_hosts_are_refused(client, host):
    assert client.get("/auth/login/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Original-Host", "Forwarded", "X-Host"])
def test_forwarded_hosts_are_ignored(client, anna, header):
    response = client.get("/leads/", headers={header: "evil.org"})

    assert response.status_code == 302
    assert response["Location"].startswith("/auth/login/")


TARGETS = ["https://evil.org", "//evil.org", "///evil.org", "\\\\evil.org", "/\\evil.org", "http:evil.org", "javascript:alert(1)"]
TARGETS += ["data:text/html,x", "https://localhost@evil.org", "https:/evil.org", "//evil.org%2F..", "https://evil.org/?localhost"]
TARGETS += ["//\\evil.org", "//localhost@evil.org"]


@pytest.mark.parametrize("target", [*TARGETS, "\thttps://evil.org", "\x00//evil.org", " //evil.org"])
def test_sign_in_stays_on_the_site(client, anna, target):
    response = client.post("/auth/login/", {"login": anna.email, "password": "partner-demo", "next": target})

    assert response.status_code == 302
    assert response["Location"] == "/"


def test_session_cookie_is_closed_and_new_at_sign_in(client, anna):
    client.get("/auth/login/")
    before = client.session.session_key

    response = client.post("/auth/login/", {"login": anna.email, "password": "partner-demo"})

    cookie = response.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert client.session.session_key != before


def doors(patterns=None, prefix=""):
    """Every address that holds a secret, with one filled in: (route, path)."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(one.pattern).lstrip("^").rstrip("$")
        if isinstance(one, URLResolver):
            if one.namespace != "admin":
                yield from doors(one.url_patterns, route)
        elif re.search(r"<(str:token|str:secret|key|uidb36)>", route):
            yield route, re.sub(r"<[^>]+>", "SeCrEt", re.sub(r"\(\?P(<\w+>)(\[[^]]+\]|\.)\+\)", r"\1", route))


def test_no_secret_of_an_address_stands_in_the_log(client, db):
    paths = dict(doors())

    with capture_logs() as lines:
        for path in paths.values():
            client.get(f"/{path}")
            client.get(f"/{path}more/")

    assert len(paths) >= 8
    assert len([line for line in lines if line["event"] == "request"]) == 2 * len(paths)
    assert [line for line in lines if "SeCrEt" in str(line)] == []


def test_what_is_too_large_is_refused_before_it_is_read(client, anna):
    def send(size):
        return client.generic("POST", "/leads/imports/", b"", CONTENT_LENGTH=str(size), content_type="multipart/form-data; boundary=x")

    assert send(2 * 1024 * 1024).status_code == 413
    client.force_login(anna)
    refusal = send(settings.UPLOAD_MAX_BYTES + 2 * 1024 * 1024)
    assert (refusal.status_code, "The file is larger than 25 MB." in refusal.text) == (413, True)
    User.objects.filter(pk=anna.pk).update(language="de")
    refusal = send(settings.UPLOAD_MAX_BYTES + 2 * 1024 * 1024)
    assert ("Die Datei ist größer als 25 MB." in refusal.text, refusal.headers["Cache-Control"]) == (True, "no-store")
    assert send(2 * 1024 * 1024).status_code != 413


def test_those_of_one_ipv6_network_are_counted_together(rf):
    def ask(address):
        return is_too_often(rf.get("/", REMOTE_ADDR=address), "test", {"GET": 1})

    assert [ask("2001:db8::1"), ask("2001:db8::2"), ask("2001:db8:0:1::1")] == [False, True, False]
    assert not any(ask(one) for one in ("192.0.2.1", "192.0.2.2", "::ffff:192.0.2.3", "::ffff:192.0.2.4"))
