"""A real browser for tests: Chromium on a live server, signed in as anybody, strict about errors.

    @pytest.mark.browser
    def test_a_lead_is_made_by_hand(page_as, anna):
        page = page_as(anna)
        page.goto("/leads/new/")
        …
        assert violations(page) == []

Every page fails its test when the browser reports a script error or a breach of the content security policy.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from partnerportal.tests.browser import ARGUMENTS, QUIET, candidates

expect.set_options(timeout=60_000)  # As above.

HANG_SECONDS = 30  # A guard against hanging, not a measure.

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=next(iter(candidates()), None), args=[*ARGUMENTS, *QUIET])
        yield browser
        browser.close()


class Watched:
    """Collects what a browser reports against a page."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.expected: list[str] = [
            "Failed to load resource",
            "Response Status Error Code",
            "htmx:sendError",
            "htmx:sendAbort",
            "htmx:afterRequest",
        ]

    def console(self, message: ConsoleMessage) -> None:
        """An error on the console, but for answers such as 422 that a page handles, and requests that a later one replaced."""
        if message.type == "error" and not any(words in message.text for words in self.expected):
            self.errors.append(message.text)

    def failure(self, error: Any) -> None:
        """An exception that no script caught."""
        self.errors.append(str(error))


def _session_cookie(user: Any, url: str) -> Any:
    client = Client()
    client.force_login(user)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": url}


@pytest.fixture
def page_as(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """A page of the live server, signed in as a person (None: nobody): `page_as(anna, width=390, script=False, scheme="dark")`."""
    contexts: list[BrowserContext] = []
    watched = Watched()

    def open_page(
        user: Any, *, width: int = 1440, height: int = 1000, script: bool = True, scheme: str = "light", touch: bool = False
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            has_touch=touch,
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="en-GB",
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies([_session_cookie(user, live_server.url)])
        page = context.new_page()
        page.set_default_timeout(60_000)  # A guard against hanging, not a measure.
        page.on("console", watched.console)
        page.on("pageerror", watched.failure)
        return page

    yield open_page
    for context in contexts:
        context.close()
    let_the_server_finish()
    assert watched.errors == []


def let_the_server_finish() -> None:
    """Wait for requests in hand, and for those that come as pages close: they would write into the tables that the test's end empties."""
    quiet, until_when = 0, time.monotonic() + HANG_SECONDS
    while quiet < 3 and time.monotonic() < until_when:
        busy = [thread for thread in threading.enumerate() if "process_request_thread" in thread.name]
        for thread in busy:
            thread.join(HANG_SECONDS)
        quiet = 0 if busy else quiet + 1
        time.sleep(0.02)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA on a page: rule, impact and the first places."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']} ({one['impact']}): " + "; ".join(str(node["target"][0]) for node in one["nodes"][:3]) for one in found]


def is_wider_than_its_window(page: Page) -> bool:
    """Whether the page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def settled(page: Page) -> Page:
    """The page, when its parts have been loaded and what was asked of the server has been answered and drawn."""
    page.wait_for_load_state("networkidle")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)
    return page


def follow(page: Page, press: Callable[[], object]) -> Page:
    """Press what leads to another page; it has loaded, its scripts, too. A form asks whether the session is there before it leaves."""
    with page.expect_navigation():
        press()
    return page


def until(page: Page, fact: Callable[[], object]) -> None:
    """Wait for what only the test sees, such as a request that it holds back."""
    for _step in range(1200):
        if fact():
            return
        page.wait_for_timeout(50)
    raise AssertionError("What the test waits for has not come.")


def drafts(page: Page) -> list[str]:
    """The keys of the drafts that the browser keeps, of any form. A dialog fills in its draft a moment after it is shown:
    an empty field does not yet tell that there is none."""
    return list(page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))"))
