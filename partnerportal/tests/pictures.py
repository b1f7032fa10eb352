"""Pictures of every page of a running demo, for looking at: `bin/pictures`.

Signs in by the form as each person, opens the fixed pages and the first record of every list, and writes
`pictures/<width>-<scheme>/<person>-<page>.png`; lists also with nothing in them and with rows selected, forms also with what they
refuse, and what `partnerportal.tests.poses` does to a page: dialogs, a choice of three, a card in hand. Says at the end which page
answered with an error, breached the content security policy, or scrolled sideways.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from partnerportal.tests.browser import ARGUMENTS, QUIET, candidates
from partnerportal.tests.days import HOME
from partnerportal.tests.poses import POSES

PASSWORD = "partner-demo"  # noqa: S105 (the demo prints it)
PEOPLE = ("anna@aurora-telecom.com", "ben@aurora-telecom.com", "carla@nordlicht-systems.com", "admin@vendor.com")
FOLDER = Path("pictures")
NOW = datetime.now(tz=HOME)
LISTS = ("leads", "accounts", "contacts", "projects", "quotes", "orders", "cases", "tasks")
PAGES = {
    "home": "/",
    "search": "/search/?q=a",
    "fast-pipeline": "/pipeline/new/",
    **{name: f"/{name}/" for name in LISTS},
    **{f"{name}-new": f"/{name}/new/" for name in LISTS if name != "quotes"},
    "leads-split": "/leads/?display=split",
    "leads-board": "/leads/board/",
    "leads-board-nothing": "/leads/board/?q=zzzzzzzz",
    "projects-board": "/projects/board/",
    "projects-board-nothing": "/projects/board/?q=zzzzzzzz",
    "search-nothing": "/search/?q=zzzzzzzz",
    "search-more": "/search/?q=a&kind=leads.lead",
    "tasks-calendar": "/tasks/calendar/?view=all",
    "tasks-calendar-week": f"/tasks/calendar/?view=all&week={NOW:%G-W%V}",
    "tasks-calendar-day": f"/tasks/calendar/?view=all&day={NOW:%Y-%m-%d}",
    "tasks-calendar-nothing": "/tasks/calendar/?month=2020-02",
    "tasks-calendar-no-match": "/tasks/calendar/?q=zzzzzzzz",
    "reports": "/reports/",
    "pricing": "/pricing/",
    "news": "/news/",
    "team": "/team/",
    "profile": "/profile/",
    "notifications": "/notifications/",
    "wmp": "/wmp/",
    "help": "/help/",
    "not-found": "/nothing/",
    **{f"{name}-nothing": f"/{name}/?q=zzzzzzzz" for name in LISTS},
}
SELECTED = {f"{name}-selected": f"/{name}/" for name in LISTS}
REFUSED = {f"{name}-refused": f"/{name}/new/" for name in LISTS if name not in ("quotes", "orders", "cases")}
OUTSIDE = {"sign-in": "/auth/login/", "reset": "/auth/password/reset/"}
VENDOR = {"mailbox": "/mailbox/", "admin": "/admin/"}
REFUSALS = ("Failed to load resource", "Response Status Error Code")  # What the browser writes of an answer such as 422.
HEIGHTS = {1440: 1000, 390: 844}
TALLEST = 3000


def sign_in(page: Page, email: str) -> None:
    """By the form, as a person does."""
    page.goto("/auth/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.locator("form button[type=submit], form button:not([type])").first.click()
    page.wait_for_load_state("networkidle")


def records(page: Page) -> Iterator[tuple[str, str]]:
    """The first record of every list, with its edit form and history."""
    for name in LISTS:
        page.goto(f"/{name}/")
        found = page.locator("a.title").first
        if not found.count():
            continue
        address = found.get_attribute("href") or "/"
        yield f"{name}-record", address
        page.goto(address)
        if page.locator("[data-edit]").count():
            yield f"{name}-edit", f"{address}edit/"
        if name in ("leads", "projects"):
            yield f"{name}-history", f"{address}history/"


class Camera:
    """Takes pictures in one window and collects complaints."""

    def __init__(self, context: BrowserContext, folder: Path, person: str) -> None:
        self.page = context.new_page()
        self.folder, self.person = folder, person
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))

    def _console(self, message: object) -> None:
        text = str(getattr(message, "text", ""))
        if getattr(message, "type", "") == "error" and not any(words in text for words in REFUSALS):
            self.complaints.append(f"{self.page.url}: {text[:200]}")

    def take(self, name: str, address: str) -> None:
        """Open a page, wait for its panels, bring it to where its name says, and write the picture."""
        answer = self.page.goto(address, wait_until="networkidle")
        self.page.wait_for_function("!document.querySelector('[hx-trigger=load] > .loading > a')", timeout=30_000)
        status = answer.status if answer else 0
        if status >= 400 and name != "not-found":
            self.complaints.append(f"{address}: {status}")
        self._bring(name)
        if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self.complaints.append(f"{address}: scrolls sideways at {self.page.viewport_size}")
        # The window grows to the page, so that what sticks to its lower edge stands below the content.
        window = self.page.viewport_size or {"width": 1440, "height": 1000}
        whole = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": window["width"], "height": max(window["height"], min(whole, TALLEST))})
        self.page.screenshot(path=self.folder / f"{self.person}-{name}.png")
        self.page.set_viewport_size(window)

    def _bring(self, name: str) -> None:
        """Select the first rows, or send the empty form."""
        boxes = self.page.locator("input[name=ids]") if name in SELECTED else None
        for index in range(min(boxes.count(), 2) if boxes else 0):
            boxes.nth(index).check()  # type: ignore[union-attr]
        if name in REFUSED:
            self.page.locator("[data-save]").last.click()
            self.page.locator(".is-invalid").first.wait_for()
        if name in POSES:
            POSES[name][1](self.page)
            self.page.wait_for_load_state("networkidle")


def main(arguments: list[str]) -> int:
    """Take all pictures; 1 when a page complained."""
    parser = argparse.ArgumentParser(description="Pictures of every page of a running demo.")
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--only", default="", help="pages whose name begins so, or so: leads,search")
    parser.add_argument("--widths", default="1440,390")
    parser.add_argument("--schemes", default="light,dark")
    parser.add_argument("--as", dest="people", default=",".join(PEOPLE))
    chosen = parser.parse_args(arguments)
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=next(iter(candidates()), None), args=[*ARGUMENTS, *QUIET])
        for width in map(int, chosen.widths.split(",")):
            for scheme in chosen.schemes.split(","):
                folder = FOLDER / f"{width}-{scheme}"
                folder.mkdir(parents=True, exist_ok=True)
                for email in chosen.people.split(","):
                    context = browser.new_context(
                        base_url=chosen.address,
                        viewport={"width": width, "height": HEIGHTS.get(width, 900)},
                        color_scheme=scheme,  # type: ignore[arg-type]
                        locale="en-GB",
                    )
                    complaints += _round(context, folder, email, tuple(chosen.only.split(",")))
                    context.close()
        browser.close()
    for line in dict.fromkeys(complaints):
        print(line)
    print(f"{sum(1 for _ in FOLDER.rglob('*.png'))} pictures in {FOLDER}/, {len(set(complaints))} complaints")
    return 1 if complaints else 0


def _round(context: BrowserContext, folder: Path, email: str, only: tuple[str, ...]) -> list[str]:
    person = email.split("@")[0]
    camera = Camera(context, folder, person)
    is_first = person == "anna"
    outside = OUTSIDE if is_first else {}
    for name, address in outside.items():
        if name.startswith(only):
            camera.take(name, address)
    sign_in(camera.page, email)
    pages = PAGES if email.split("@")[1] != "vendor.com" else {"home": "/", **VENDOR}
    if not is_first:  # The others' pages differ where their rights do.
        pages = {name: address for name, address in pages.items() if name in {"home", "leads", "projects", "team", *VENDOR}}
    posed = [(name, address) for name, (address, _pose) in POSES.items()]
    for name, address in [*pages.items(), *([*SELECTED.items(), *REFUSED.items(), *posed, *records(camera.page)] if is_first else ())]:
        if name.startswith(only):
            camera.take(name, address)
    return camera.complaints


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
