"""What `bin/pictures` does to a page before its picture: a dialog, a cell with an error, a choice of three, a card in hand, a preview.

Each pose waits until it can be seen, and changes nothing that is kept; the preview of a bulk change stays a preview.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

LEADS = "/leads/?view=all_open&owner=me"
BASE_OF = """async (address) => {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[name=base]").value;
}"""


def _press(page: Page, selector: str) -> None:
    """Press what may stand in a closed menu, or only be shown under the pointer."""
    page.locator(selector).first.evaluate("one => one.click()")


def filter_dialog(page: Page) -> None:
    """The filters of a list."""
    _press(page, ".list-bar a.act")
    page.locator("#dialog[open] form").wait_for()


def column_dialog(page: Page) -> None:
    """The columns of a list."""
    _press(page, ".list-bar a.columns")
    page.locator("#dialog[open] form").wait_for()


def _open_first(page: Page) -> None:
    page.goto(page.locator("tr[data-record]").first.get_attribute("data-record") or "/", wait_until="networkidle")


def owner_dialog(page: Page) -> None:
    """A question about a record."""
    _open_first(page)
    _press(page, "[hx-get$='/owner/']")
    page.locator("#dialog[open] form").wait_for()


def delete_dialog(page: Page) -> None:
    """A question before something is deleted."""
    _open_first(page)
    _press(page, "[hx-get$='/delete/']")
    page.locator("#dialog[open] .btn-danger").wait_for()


def palette(page: Page) -> None:
    """The command palette with what was typed in it."""
    page.keyboard.press("Control+k")
    page.locator("#palette[open]").wait_for()
    page.keyboard.type("le")
    page.locator("#palette [role=option]").first.wait_for()


def cell_error(page: Page) -> None:
    """A cell that was refused."""
    _press(page, "td[data-cell=email] .pencil")
    page.locator(".cell-form [name=email]").fill("nonsense")
    page.keyboard.press("Enter")
    page.locator(".cell-errors").wait_for()


def conflict(page: Page) -> None:
    """The choice of three: the editor of one record is sent as if it had been opened when the record was called like another one."""
    other = page.locator("tr[data-record]:has(td[data-cell=company])").nth(1).get_attribute("data-record")
    _press(page, "td[data-cell=company] .pencil")
    page.locator(".cell-form [name=company]").fill("Hotel Sonne")
    base = page.evaluate(BASE_OF, f"{other}cell/company/")
    page.locator(".cell-form [name=base]").evaluate("(one, value) => { one.value = value; }", base)
    page.keyboard.press("Enter")
    page.locator(".cell-form .clashes").wait_for()


def lifted_card(page: Page) -> None:
    """A card in hand, and the lanes that it may not go to."""
    page.locator(".deal .t").first.focus()
    page.keyboard.press("Space")
    page.locator(".deal.lifted").wait_for()


def move_menu(page: Page) -> None:
    """Where a card may go."""
    page.locator(".deal .t").first.focus()
    page.keyboard.press("m")
    page.locator("#move-menu[open]").wait_for()


def bulk_dialog(page: Page) -> None:
    """What is asked before many records change."""
    for index in range(2):
        page.locator("input[name=ids]").nth(index).check()
    page.locator("#bulk [formaction*='/owner/']").click()
    page.locator("#dialog[open] select[name=owner]").wait_for()


def bulk_preview(page: Page) -> None:
    """What will and what will not change; the worker makes it."""
    bulk_dialog(page)
    page.locator("#dialog select[name=owner]").select_option(index=1)
    page.locator("#dialog [data-save], #dialog form .btn-primary").last.click()
    page.wait_for_url("**/bulk/*/")
    page.locator("main form .btn-primary").wait_for()


POSES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "leads-filter-dialog": (LEADS, filter_dialog),
    "leads-column-dialog": (LEADS, column_dialog),
    "leads-owner-dialog": (LEADS, owner_dialog),
    "leads-delete-dialog": (LEADS, delete_dialog),
    "leads-palette": (LEADS, palette),
    "leads-cell-error": (LEADS, cell_error),
    "leads-conflict": (LEADS, conflict),
    "leads-bulk-dialog": (LEADS, bulk_dialog),
    "leads-bulk-preview": (LEADS, bulk_preview),
    "leads-board-lifted": ("/leads/board/", lifted_card),
    "projects-board-lifted": ("/projects/board/", lifted_card),
    "projects-board-menu": ("/projects/board/", move_menu),
    "projects-filter-dialog": ("/projects/", filter_dialog),
}
