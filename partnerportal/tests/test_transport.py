"""What holds for every address: tokens on unsafe requests, headers on every answer, and links that lead nowhere else."""

import re
import uuid
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from partnerportal.core.models import Notification
from partners.tests.factories import PASSWORD

VALUES = {"int": "1", "slug": "x", "str": "x", "path": "1", "uuid": str(uuid.UUID(int=1))}
SAFE_PREFIXES = ("healthz", "readyz")


def example(route: str) -> str:
    """A path that a route matches: each converter by a value, each group of a regular expression by its first choice or a 1."""
    path = re.sub(r"\(\?P<\w+>((?:[^()]|\([^()]*\))*)\)", lambda found: found[1].split("|")[0] if "|" in found[1] else "1", route)
    path = re.sub(r"<(?:(\w+):)?\w+>", lambda found: VALUES[found[1] or "str"], path)
    return re.sub(r"[\^$\\]|Z$", "", path)


def patterns(resolver=None, prefix=""):
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry
        else:
            yield from patterns(entry, route)


def all_paths():
    return sorted({"/" + example(route) for route, _ in patterns()})


def fingerprint():
    """The contents of every table of ours, sessions aside."""
    with connection.cursor() as cursor:
        prints = {}
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and model._meta.app_label != "sessions":
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"SELECT count(*), md5(coalesce(string_agg(row::text, '|' ORDER BY row::text), '')) FROM {table} AS row")
                prints[table] = cursor.fetchone()
    return prints


def test_every_address_is_walked():
    paths = all_paths()

    assert len(paths) > 100
    assert not [path for path in paths if set("<>()^$") & set(path)]


@pytest.mark.parametrize("person, methods", [("dora", ("post", "put", "patch", "delete")), ("vendor_admin", ("post",))])
def test_no_unsafe_request_goes_without_a_token(person, methods, db, request, capsys):
    client = Client(enforce_csrf_checks=True)
    client.force_login(request.getfixturevalue(person))
    before, answers = fingerprint(), {}

    for path in all_paths():
        for method in methods:
            answers[method, path] = getattr(client, method)(path).status_code

    with capsys.disabled():
        print(f"\n  {len(answers)} unsafe requests without a token as {person}")
    refused = {"post": 403}  # Whatever else could change something is served nowhere.
    assert {
        (method, path): status
        for (method, path), status in answers.items()
        if status != refused.get(method, 405) and not path.lstrip("/").startswith(SAFE_PREFIXES)
    } == {}
    assert fingerprint() == before


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "a" * 64, "é"])
def test_a_token_that_is_none_is_refused(anna, token):
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    client.get("/profile/")

    response = client.post("/profile/", {"csrfmiddlewaretoken": token, "first_name": "X"})

    assert response.status_code == 403
    anna.refresh_from_db()
    assert anna.first_name == "Anna"


def test_a_token_from_another_origin_is_refused(anna):
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    page = client.get("/profile/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1)

    response = client.post("/auth/logout/", {"csrfmiddlewaretoken": token}, HTTP_ORIGIN="https://evil.test")

    assert response.status_code == 403
    assert client.get("/profile/").status_code == 200


# --- headers -----------------------------------------------------------------------------

KINDS = {
    "page": ("anna", "/profile/", 200),
    "fragment": ("anna", "/notifications/?bell=1", 200),
    "list": ("anna", "/leads/", 200),
    "back office": ("vendor_admin", "/admin/", 200),
    "sign-in": (None, "/auth/login/", 200),
    "redirect": (None, "/profile/", 302),
    "not found": ("anna", "/leads/999999/", 404),
    "no such page": ("anna", "/nowhere/", 404),
    "not permitted": ("anna", "/team/invite/", 403),
    "health": (None, "/healthz", 200),
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_has_its_headers(client, db, kind, request):
    person, path, status = KINDS[kind]
    if person:
        client.force_login(request.getfixturevalue(person))

    response = client.get(path)

    assert response.status_code == status
    assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS
    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert {policy[name] for name in ("frame-ancestors", "base-uri", "object-src")} == {"'none'"}
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "Server" not in response.headers
    if person:
        assert "no-store" in response["Cache-Control"]


def test_a_static_file_is_not_sniffed(client, db):
    response = client.get("/static/css/tokens.css")
    response.close()

    assert response.status_code == 200
    assert (response["X-Content-Type-Options"], response["Content-Type"]) == ("nosniff", 'text/css; charset="utf-8"')


def test_a_server_error_tells_nothing(anna, settings, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(anna)
    monkeypatch.setattr("partners.views.profile.ProfileForm", None)

    response = client.get("/profile/")

    assert response.status_code == 500
    text = response.content.decode()
    assert not re.search(r"Traceback|NoneType|site-packages|Django", text)
    assert response["X-Request-ID"] in text
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_over_https_browsers_are_told_to_stay_there(client, db, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True

    response = client.get("/auth/login/", secure=True)

    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_the_session_cookie_is_out_of_reach_of_scripts(client, anna):
    client.post("/auth/login/", {"login": anna.email, "password": PASSWORD})

    cookie = client.cookies["portal_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


# --- links that lead nowhere else -----------------------------------------------------------

EVIL = "evil.test"
NEXT = [
    f"//{EVIL}",
    f"///{EVIL}",
    f"////{EVIL}",
    f"/\\{EVIL}",
    f"\\\\{EVIL}",
    f"\\/{EVIL}",
    f"/\\/{EVIL}",
    f"\\{EVIL}",
    f"/\t/{EVIL}",
    f"/\n/{EVIL}",
    f"/\r/{EVIL}",
    f"\t//{EVIL}",
    f" //{EVIL}",
    f"//{EVIL}/",
    f"//{EVIL}/%2e%2e",
    f"http://{EVIL}",
    f"https://{EVIL}",
    f"HTTPS://{EVIL}",
    f"hTTp://{EVIL}",
    f"http:/{EVIL}",
    f"http:///{EVIL}",
    f"http:{EVIL}",
    f"https:{EVIL}",
    f"https:/\\{EVIL}",
    f"http:\\\\{EVIL}",
    f"ftp://{EVIL}",
    f"ws://{EVIL}",
    f"javascript:alert('{EVIL}')",
    f"JaVaScRiPt:alert('{EVIL}')",
    f"java\tscript:alert('{EVIL}')",
    f"data:text/html,{EVIL}",
    f"vbscript:{EVIL}",
    f"file:///{EVIL}",
    f"mailto:a@{EVIL}",
    f"tel:{EVIL}",
    f"http://localhost@{EVIL}",
    f"http://localhost:8000@{EVIL}",
    f"http://localhost%00@{EVIL}",
    f"http://localhost.{EVIL}",
    f"http://{EVIL}#localhost",
    f"http://{EVIL}?localhost",
    f"http://{EVIL}\\localhost",
    f"http://{EVIL}/localhost",
    f"//localhost@{EVIL}",
    f"//localhost:8000@{EVIL}",
    f"//{EVIL}#@localhost",
    f"//{EVIL}\\@localhost",
    "http://xn--80ak6aa92e.com",
    "//xn--80ak6aa92e.com",
    f"/%09/{EVIL}",
    f"/%2f/{EVIL}",
    f"/%2f%2f{EVIL}",
    f"%2f%2f{EVIL}",
    f"/%5c{EVIL}",
    f"/%5c%5c{EVIL}",
    f"/.//{EVIL}",
    f"/..//{EVIL}",
    f"/;//{EVIL}",
    f"/\u2028/{EVIL}",
    f"/\u00a0/{EVIL}",
    f"\u3000//{EVIL}",
    f"//\u3002{EVIL}",
    f"／／{EVIL}",
    f"/\x00/{EVIL}",
    f"http://[::1]@{EVIL}",
    f"//[::ffff:7f00:1]@{EVIL}",
]


def lands_on_this_site(location):
    """Where a browser goes: it drops tabs and line ends, and reads a backslash as a slash."""
    seen = re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")
    target = urlsplit(urljoin("http://testserver/auth/login/", seen))
    return target.scheme == "http" and target.netloc == "testserver"


def test_there_are_sixty_forms_of_next():
    assert len(set(NEXT)) >= 60
    assert not lands_on_this_site(f"/\t/{EVIL}")
    assert lands_on_this_site("/leads/?next=//evil.test")


def answers_to(target, number, anna):
    """Where each page goes that takes an address, from an address of its own, since attempts are counted."""
    client = Client(REMOTE_ADDR=f"10.1.{number // 250}.{number % 250 + 1}")
    notice = Notification.objects.create(user=anna, text="x", kind="x", url=target.replace("\x00", ""))
    yield "sign-in", client.post("/auth/login/", {"login": anna.email, "password": PASSWORD, "next": target})
    yield "sign-in again", client.get("/auth/login/", {"next": target})
    yield "look", client.post(reverse("core:look"), {"theme": "dark", "back": target})
    yield "notice", client.post(reverse("partners:open_notice", args=[notice.pk]))
    yield "confirm", client.post("/auth/reauthenticate/", {"password": PASSWORD, "next": target})
    yield "sign-out", client.post("/auth/logout/", {"next": target})
    yield "back office", client.get("/admin/login/", {"next": target})


def test_no_page_leads_to_another_site(anna):
    strayed = {}
    for number, target in enumerate(NEXT):
        cache.clear()
        for name, answer in answers_to(target, number, anna):
            if answer.status_code != 302 or not lands_on_this_site(answer["Location"]):
                strayed[target, name] = (answer.status_code, answer.headers.get("Location"))

    assert strayed == {}


def test_a_page_of_ours_is_where_signing_in_leads(client, anna):
    response = client.post("/auth/login/", {"login": anna.email, "password": PASSWORD, "next": "/leads/?view=mine"})

    assert response["Location"] == "/leads/?view=mine"


HOSTS = [
    EVIL,
    f"{EVIL}:80",
    f"localhost.{EVIL}",
    f"{EVIL}.localhost.",
    f"localhost@{EVIL}",
    f"localhost:8000@{EVIL}",
    f"localhost#{EVIL}",
    f"localhost/{EVIL}",
    f"localhost?{EVIL}",
    f"localhost\\{EVIL}",
    f"localhost {EVIL}",
    f"localhost\t{EVIL}",
    f"localhost,{EVIL}",
    f"{EVIL},localhost",
    f"[{EVIL}]",
    "255.255.255.255",
    "127.0.0.1.evil.test",
    "2130706433",
    "0x7f000001",
    "*",
    ".",
    "..",
    "-",
    "localhost..",
    "xn--80ak6aa92e.com",
    "[::]",
    "[::2]",
    "localhost:port",
    "локалхост",
    "",
]


def test_a_host_that_is_not_ours_gets_nothing(client, anna, settings, deliver, mailoutbox):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    answered = {}

    for host in HOSTS:
        response = client.post("/auth/password/reset/", {"email": anna.email}, HTTP_HOST=host)
        if response.status_code != 400 or EVIL in response.content.decode():
            answered[host] = response.status_code
    deliver()

    assert answered == {}
    assert mailoutbox == []


FORWARDED = [
    {"HTTP_X_FORWARDED_HOST": EVIL},
    {"HTTP_X_FORWARDED_SERVER": EVIL},
    {"HTTP_FORWARDED": f"host={EVIL};proto=https"},
    {"HTTP_X_HOST": EVIL},
    {"HTTP_X_ORIGINAL_HOST": EVIL},
    {"HTTP_X_REWRITE_URL": f"//{EVIL}/"},
    {"HTTP_X_ORIGINAL_URL": f"//{EVIL}/"},
    {"HTTP_X_FORWARDED_PROTO": "https"},
    {"HTTP_X_FORWARDED_PORT": "9999"},
    {"HTTP_X_FORWARDED_PREFIX": f"//{EVIL}"},
    {"HTTP_REFERER": f"https://{EVIL}/"},
    {"SCRIPT_NAME": f"//{EVIL}"},
]


@pytest.mark.parametrize("header", FORWARDED)
def test_what_a_client_says_of_the_way_moves_no_link(client, anna, header, deliver, mailoutbox):
    response = client.post("/auth/password/reset/", {"email": anna.email}, **header)
    deliver()

    assert lands_on_this_site(response.headers.get("Location", "/"))
    assert EVIL not in response.content.decode()
    for sent in mailoutbox:
        assert set(re.findall(r"https?://[^/\s]+", sent.body)) == {"http://localhost:8000"}
