"""Every text field of every record holds an attack; every page that shows it is opened in a real browser. Nothing of it runs."""

import itertools

import pytest
from django.contrib.admin import site
from django.db import models
from django.urls import reverse
from phonenumber_field.modelfields import PhoneNumberField

from partnerportal.tests.pages import settled
from partnerportal.tests.world import KEPT, build
from projects.reference import load_questions

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1200), pytest.mark.no_cover]

# Each leaves `pwned` on the window, an element with the attribute x-pwned, or a request to a foreign host, if it is not inert.
PAYLOADS = (
    "<script>window.pwned=1</script>",
    "</title><script>window.pwned=1</script>",
    '"><img src=//evil.test/a x-pwned onerror=window.pwned=1>',
    "'><svg/onload=window.pwned=1 x-pwned>",
    '" autofocus onfocus=window.pwned=1 x-pwned="',
    "' x-pwned onmouseover='window.pwned=1",
    "</textarea><script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "<iframe x-pwned srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<a x-pwned href=javascript:window.pwned=1>x</a>",
    "<style>@import '//evil.test/b'</style><b x-pwned>x</b>",
    "<link x-pwned rel=stylesheet href=//evil.test/c>",
    "<base x-pwned href=//evil.test/>",
    "<form x-pwned action=//evil.test/><button>x",
    "<math x-pwned><mtext></table><img src=x onerror=window.pwned=1>",
    "<b x-pwned hx-get=//evil.test/d hx-trigger=load>x</b>",
    "<div x-pwned hx-on::load=window.pwned=1>x</div>",
    "{{7*7}}{% debug %}<i x-pwned>x</i>",
    "--><!--><img x-pwned src=//evil.test/e>",
    "<dialog x-pwned open>x</dialog>",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;<u x-pwned>x",
    "\u202e<script>window.pwned=1</script>\u2028<s x-pwned>",
)
PAGES = (
    "/",
    "/leads/",
    "/leads/board/",
    "/accounts/",
    "/contacts/",
    "/projects/",
    "/projects/board/",
    "/quotes/",
    "/orders/",
    "/cases/",
    "/tasks/",
)
PAGES += (
    "/reports/",
    "/reports/pipeline/",
    "/reports/leads/",
    "/reports/quotes/",
    "/search/?q=script",
    "/search/suggest/?q=script",
    "/team/",
    "/profile/",
)
PAGES += ("/news/", "/notifications/", "/pipeline/new/", "/leads/new/", "/projects/new/", "/cases/new/", "/tasks/new/")


def poison(rows):
    """Put one attack after the other into every text field that has room for it, through `save`, so that the history has it too."""
    attacks, count = itertools.cycle(PAYLOADS), 0
    for row in rows:
        fields = [one for one in row._meta.concrete_fields if takes_text(one)]
        for one in fields:
            setattr(row, one.attname, next(attack for attack in attacks if len(attack) <= (one.max_length or 1000)))
        if fields:
            row.save()
            count += len(fields)
    return count


def takes_text(one):
    if one.name in KEPT or one.choices or one.primary_key or one.unique or not isinstance(one, models.CharField | models.TextField):
        return False
    special = isinstance(one, PhoneNumberField | models.EmailField | models.URLField | models.FileField)
    return not special and type(one).__name__ != "CountryField" and (one.max_length or 1000) >= 40


@pytest.fixture
def world(reference, aurora):
    load_questions()
    return build("opfer", partner=aurora)


def own_pages(world):
    yield from PAGES
    for record in world.records.values():
        place = record.get_absolute_url()
        yield from (place, f"{place}edit/", f"{place}history/")


def pages_of_the_vendor(world):
    yield from ("/", "/mailbox/", "/admin/")
    registered = {model._meta.label_lower for model in site._registry}
    for label in sorted(registered):
        yield reverse(f"admin:{label.replace('.', '_')}_changelist")
    for record in [world.partner, world.rep, *world.records.values()]:
        if record._meta.label_lower in registered:
            yield reverse(f"admin:{record._meta.label_lower.replace('.', '_')}_change", args=[record.pk])


def what_ran(page, addresses):
    """Where something of an attack was alive, dialogs, requests to foreign hosts; and on how many pages an attack could be read."""
    dialogs, foreign, alive, shown = [], [], [], 0
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: foreign.append(request.url) if "evil" in request.url else None)
    for address in addresses:
        if page.goto(address).status == 200:
            settled(page)
            shown += "pwned" in page.inner_text("html")
            if page.evaluate("window.pwned === 1 || document.querySelector('[x-pwned]') !== null"):
                alive.append(address)
    return (alive, dialogs, foreign), shown


def test_nothing_that_people_wrote_runs_on_a_page_of_the_partner(world, page_as):
    assert poison(world.text_rows()) > 100

    ran, shown = what_ran(page_as(world.rep), own_pages(world))

    assert ran == ([], [], [])
    assert shown >= 25


def test_nothing_that_people_wrote_runs_in_the_admin(world, page_as, vendor_admin):
    assert poison(world.text_rows()) > 100

    ran, shown = what_ran(page_as(vendor_admin), pages_of_the_vendor(world))

    assert ran == ([], [], [])
    assert shown >= 15
