"""Two people at one record, each with a browser: who is editing is shown to the other, and what was saved meanwhile."""

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.tests.pages import is_wider_than_its_window, settled, violations

pytestmark = pytest.mark.browser
ROUNDS = 200  # A guard against hanging, not a measure: longer than an editor is remembered.


@pytest.fixture
def lead(anna):
    cache.clear()
    return LeadFactory(owner=anna, company="Brenner Logistik", city="Bozen")


def opened(page, lead, part=""):
    page.goto(f"{lead.get_absolute_url()}{part}")
    return settled(page)


def line(page):
    return " ".join(page.locator("#presence").inner_text().split())


def hears(page, words):
    """Whether the page comes to say this when it asks; it does so every few seconds, and when somebody turns to it."""
    for _round in range(ROUNDS):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_timeout(260)  # Fewer than the 240 questions a minute that one person may ask.
        found = line(page)
        if found == words or (words and words in found):
            return True
    return False


def spoken(page):
    """Wait until the page has said that it is editing."""
    with page.expect_response(lambda answer: answer.url.endswith("/presence/") and answer.request.method == "POST"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_who_has_the_form_open_is_shown_until_he_leaves(page_as, anna, ben, lead, width, scheme):
    his, hers = page_as(ben), page_as(anna, width=width, scheme=scheme)
    opened(his, lead, "edit/")
    spoken(his)

    opened(hers, lead)
    assert line(hers) == "BM Ben Marino is editing"
    assert violations(hers) == []
    assert not is_wider_than_its_window(hers)
    assert hers.locator("[data-toast]").count() == 0
    spoken(his)
    expect(his.locator("#presence")).to_have_text("")

    opened(hers, lead, "edit/")
    assert hears(hers, "Ben Marino is editing")
    assert violations(hers) == []
    assert hears(his, "Anna Conti is editing")

    his.get_by_role("link", name="Cancel").click()
    his.wait_for_url(f"**{lead.get_absolute_url()}")
    assert hears(hers, "")
    assert hers.locator("#presence-said").inner_text() == ""


def test_a_field_under_edit_on_the_record_page_counts_until_it_is_closed(page_as, anna, ben, lead):
    his, hers = opened(page_as(ben), lead), opened(page_as(anna), lead)
    assert line(hers) == ""

    his.locator("dd[data-cell=city] .pencil").click()
    his.locator(".cell-form input[name=city]").wait_for()
    assert hears(hers, "Ben Marino is editing")

    his.keyboard.press("Escape")
    assert hears(hers, "")


def test_beside_a_list_each_record_says_who_is_editing_it(page_as, anna, ben, lead):
    other = LeadFactory(owner=anna, company="Alpenblick")
    his, hers = page_as(ben), page_as(anna)
    hers.goto(f"/leads/?view=all_open&display=split&open={other.pk}")
    settled(hers)
    hers.locator("#side dd[data-cell=city] .pencil").click()
    hers.locator("#side .cell-form input[name=city]").wait_for()
    opened(his, other)
    assert hears(his, "Anna Conti is editing")

    hers.locator("a.peek", has_text="Brenner").click()
    hers.wait_for_url(f"**open={lead.pk}**")
    assert hears(his, "")
    opened(his, lead, "edit/")
    spoken(his)
    assert hears(hers, "Ben Marino is editing")
    assert violations(hers) == []


def test_what_was_saved_meanwhile_is_offered_and_takes_nothing_away(page_as, anna, ben, lead):
    his, hers = opened(page_as(ben), lead, "edit/"), opened(page_as(anna), lead)
    hers.locator("dd[data-cell=city] .pencil").click()
    field = hers.locator(".cell-form input[name=city]")
    field.fill("Meran")

    his.get_by_label("Company").fill("Brenner AG")
    his.get_by_role("button", name="Save", exact=True).click()
    his.get_by_text("was saved.").wait_for()

    assert hears(hers, "Changed by Ben Marino")
    assert "reload" not in line(hers)
    expect(field).to_have_value("Meran")
    hers.keyboard.press("Escape")
    assert violations(hers) == []
    hers.get_by_role("link", name="reload").click()
    hers.get_by_role("heading", name="Brenner AG").wait_for()
    assert line(hers) == ""
    assert Lead.objects.across_partners(reason="test").get(pk=lead.pk).city == "Bozen"


def test_the_form_tells_of_a_change_and_keeps_what_is_typed(page_as, anna, ben, lead):
    his, hers = opened(page_as(ben), lead, "edit/"), opened(page_as(anna), lead, "edit/")
    hers.get_by_label("City").fill("Meran")
    his.get_by_label("Company").fill("Brenner AG")
    his.get_by_role("button", name="Save", exact=True).click()
    his.get_by_text("was saved.").wait_for()

    assert hears(hers, "When you save, both changes are brought together.")
    hers.get_by_role("button", name="Save", exact=True).click()
    hers.get_by_text("both changes are kept.").wait_for()

    found = Lead.objects.across_partners(reason="test").get(pk=lead.pk)
    assert (found.company, found.city) == ("Brenner AG", "Meran")
