import io
import json
import logging

import pytest
import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from django.test import Client
from django.urls import path

from leads.tests.factories import LeadFactory
from partnerportal import urls as portal_urls
from partnerportal.core import logs

handler400, handler403, handler404, handler500 = (
    portal_urls.handler400,
    portal_urls.handler403,
    portal_urls.handler404,
    portal_urls.handler500,
)


def failing(error):
    def view(request):
        raise error

    view.login_required = False
    return view


urlpatterns = [
    path("bug/", failing(ZeroDivisionError("secret detail"))),
    path("away/", failing(OperationalError("server closed the connection"))),
    path("sense/", failing(SuspiciousOperation("no"))),
    path("closed/", failing(PermissionDenied("Only Anna may change this."))),
    path("nothing/", failing(Http404())),
    *portal_urls.urlpatterns,
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture
def browser():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("address", "status"), [("bug", 500), ("away", 503), ("sense", 400), ("closed", 403), ("nothing", 404)])
def test_error_pages_name_the_request_and_no_detail(browser, address, status):
    response = browser.get(f"/{address}/")

    page = response.content.decode()
    assert response.status_code == status
    assert len(response["X-Request-ID"]) == 32
    assert response["X-Request-ID"] in page
    assert "secret detail" not in page
    assert "Traceback" not in page
    assert "style=" not in page


def test_database_away_says_when_to_come_back(browser):
    assert browser.get("/away/")["Retry-After"] == "5"


def test_refusal_says_who_may(browser):
    assert "Only Anna may change this." in browser.get("/closed/").content.decode()


def test_request_id_is_never_the_callers(browser):
    response = browser.get("/healthz", headers={"X-Request-ID": "evil\\n"})

    assert response["X-Request-ID"] != "evil\\n"


@pytest.mark.parametrize("evil", ["a\nb", "a\r\nb", "\x1b[31mred", "\u2028", 'x"}\n{"forged": 1'])
def test_one_line_of_json_an_event(evil):
    logs.configure()
    handler = next(known for known in logging.getLogger().handlers if known.get_name() == "portal")
    stream = handler.setStream(io.StringIO())
    try:
        structlog.get_logger("trial").error(evil, name=evil)
        logging.getLogger("trial").error("library %s", evil)
        written = handler.stream.getvalue()
    finally:
        handler.setStream(stream)

    events = [json.loads(line) for line in written.splitlines()]
    assert [event["event"] for event in events] == [evil, f"library {evil}"]


def test_secrets_do_not_reach_the_log():
    assert logs._without_secrets(None, "", {"password": "x", "reset_token": "y", "user": 3}) == {
        "password": "…",
        "reset_token": "…",
        "user": 3,
    }


@pytest.mark.parametrize(
    ("step", "above"), [("/leads/{pk}/move/", "/leads/{pk}/"), ("/leads/{pk}/notes/1/pin/", "/leads/{pk}/"), ("/pins/", "/")]
)
def test_an_address_that_is_a_step_leads_back_to_its_page(client, anna, step, above):
    lead = LeadFactory(owner=anna)
    client.force_login(anna)

    response = client.get(step.format(pk=lead.pk))

    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")
    assert f'<a class="btn btn-primary" href="{above.format(pk=lead.pk)}">' in response.content.decode()
    assert client.get(step.format(pk=lead.pk), HTTP_HX_REQUEST="true").content == b""
