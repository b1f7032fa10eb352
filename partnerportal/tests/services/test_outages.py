"""What a person sees while the database or the broker is away, and after."""

import time
import urllib.request
from urllib.error import HTTPError, URLError

import pytest

from partnerportal.tests.services.servers import wait_until

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]


def get(portal, path):
    """Status, headers and seconds of a request that has a session; status 0 when nobody answers."""
    began = time.monotonic()
    request = urllib.request.Request(
        f"http://127.0.0.1:{portal.port}{path}", headers={"Cookie": "portal_session=0123456789abcdef0123456789abcdef"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.headers, time.monotonic() - began
    except HTTPError as error:
        with error:
            return error.code, error.headers, time.monotonic() - began
    except (URLError, OSError):
        return 0, {}, time.monotonic() - began


def test_web_survives_database_and_broker(portal):
    portal.manage("collectstatic", "--noinput", "-v0")
    portal.start("web")
    wait_until(lambda: get(portal, "/healthz")[0] == 200, 120, "the web server answers")
    pid = portal.pid("web")

    portal.servers.kill_database()
    health, _, _ = get(portal, "/healthz")
    page, headers, seconds = get(portal, "/auth/login/")
    portal.servers.revive()
    began = time.monotonic()
    wait_until(lambda: get(portal, "/healthz")[0] == 200, 50, "the web server recovers")
    recovered = time.monotonic() - began

    assert health == 503
    assert (page, headers["Retry-After"]) == (503, "5")
    assert headers["X-Request-ID"]
    print(f"\nDatabase killed: page answered {page} in {seconds:.2f} s (gate 5); well again {recovered:.1f} s after (gate 10)")

    portal.servers.kill_broker()
    page, _, seconds = get(portal, "/auth/login/")
    strict = get(portal, "/readyz")[0]
    portal.servers.revive()

    assert page == 200
    assert strict == 503
    assert portal.pid("web") == pid
    print(f"Broker killed: page answered {page} in {seconds:.2f} s (gate 2.5)")
