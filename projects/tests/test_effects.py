"""What another average price would do to the open projects: shown before it is saved, and no project moves with it."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest

from catalog.models import AveragePrice
from projects import services
from projects.models import MrrSource, Project
from projects.mrr import Price, estimate, with_price
from projects.tests.factories import IntroProject, LostProject

TODAY = date(2026, 3, 2)
OLD = date(2025, 1, 1)
LICENSE, FLAT = Price("license", Decimal("9.00"), "EUR", OLD), Price("classound", Decimal("6.00"), "EUR", OLD)


@pytest.fixture
def at_work(client, vendor_admin):
    client.force_login(vendor_admin)
    return client


def price(amount, **facts):
    return AveragePrice(**{"family": "license", "currency": "EUR", "amount": Decimal(amount), "valid_from": TODAY, **facts})


def test_an_estimate_takes_another_price_and_keeps_the_others():
    kept = estimate(users=40, solutions=["license", "classound"], currency="EUR", prices={"license": LICENSE, "classound": FLAT})

    assert with_price(kept, "license", Price("license", Decimal("10.00"), "EUR", TODAY)).amount == Decimal("640.00")
    assert with_price(kept, "license", None).missing == ("license",)
    assert with_price(with_price(kept, "license", None), "license", LICENSE).amount == kept.amount


def amounts():
    rows = Project.objects.across_partners(reason="test").order_by("pk")
    return list(rows.values("expected_mrr", "mrr", "weighted_pipeline", "pipeline_mrr", "estimate", "updated_at"))


def test_the_effect_counts_open_projects_that_are_estimated_with_the_family(anna, carla):
    mine = IntroProject(owner=anna, total_users=40, interested_solutions=["license", "classound"])
    theirs = IntroProject(owner=carla, total_users=10, interested_solutions=["license"])
    IntroProject(owner=anna, total_users=10, interested_solutions=["classound"])
    LostProject(owner=anna, total_users=1000, interested_solutions=["license"])
    quoted = IntroProject(owner=anna, total_users=5, interested_solutions=["license"])
    services.take_mrr_from(quoted, quote_number="Q-2026-00001 v1", mrr=Decimal("77.00"), by=anna)
    before = amounts()

    [effect] = services.effect_of_price(price("10.00"), today=TODAY)

    assert (mine.mrr, theirs.mrr) == (Decimal("600.00"), Decimal("90.00"))
    assert (effect.currency, effect.touched, effect.quoted) == ("EUR", 2, 1)
    assert effect.mrr == (Decimal("827.00"), Decimal("877.00"))
    assert effect.difference == Decimal("50.00")
    assert effect.weighted == (Decimal("82.70"), Decimal("87.70"))
    assert amounts() == before
    quoted.refresh_from_db()
    assert quoted.mrr_source == MrrSource.QUOTE


def test_a_price_that_begins_later_is_shown_as_of_its_first_day_and_a_past_one_may_count_no_more(anna):
    IntroProject(owner=anna, total_users=40, interested_solutions=["license"])

    assert services.effect_of_price(price("10.00", valid_from=TODAY + timedelta(days=90)), today=TODAY)[0].difference == Decimal("40.00")
    assert services.effect_of_price(price("10.00", valid_from=date(2024, 1, 1)), today=TODAY)[0].difference == Decimal("0.00")


def test_a_row_moved_to_another_currency_shows_both(anna):
    IntroProject(owner=anna, total_users=40, interested_solutions=["license"])
    row = AveragePrice.objects.get(family="license", currency="EUR")
    row.currency, row.valid_from = "USD", TODAY

    effects = {effect.currency: effect for effect in services.effect_of_price(row, today=TODAY)}

    assert set(effects) == {"EUR", "USD"}
    assert effects["EUR"].without == (0, 1)
    assert effects["EUR"].mrr == (Decimal("360.00"), Decimal("0.00"))


def test_a_first_price_gives_an_amount_to_those_without(anna):
    AveragePrice.objects.filter(family="license", currency="CHF").delete()
    project = IntroProject(owner=anna, currency="EUR", total_users=40, interested_solutions=["license"])
    project = services.edit_project(project, values={"currency": "CHF"}, by=anna)
    assert project.mrr is None

    [effect] = services.effect_of_price(price("9.50", currency="CHF"), today=TODAY)

    assert (effect.without, effect.mrr) == ((1, 0), (Decimal("0.00"), Decimal("380.00")))


POSTED = {"family": "license", "currency": "EUR", "amount": "10.00", "valid_from": "2026-03-02", "_save": "Save"}


def test_a_price_is_saved_after_its_effect_was_seen(at_work, anna):
    IntroProject(owner=anna, total_users=40, interested_solutions=["license"])
    before, count = amounts(), AveragePrice.objects.count()

    preview = at_work.post("/admin/catalog/averageprice/add/", POSTED)

    assert preview.status_code == 200
    for words in ("€360.00", "€400.00", "€40.00", "Saving changes no project"):
        assert words in preview.text
    assert AveragePrice.objects.count() == count
    seen = preview.context["seen"]
    saved = at_work.post("/admin/catalog/averageprice/add/", {**POSTED, "seen": seen})
    assert saved.status_code == 302
    assert AveragePrice.objects.filter(family="license", currency="EUR", valid_from=TODAY, amount="10.00").count() == 1
    assert amounts() == before


def test_what_was_seen_is_for_those_values_alone(at_work, reference):
    seen = at_work.post("/admin/catalog/averageprice/add/", POSTED).context["seen"]
    count = AveragePrice.objects.count()

    again = at_work.post("/admin/catalog/averageprice/add/", {**POSTED, "amount": "11.00", "seen": seen})

    assert "Saving changes no project" in again.text
    assert AveragePrice.objects.count() == count


def test_a_changed_row_shows_its_effect_too(at_work, anna):
    IntroProject(owner=anna, total_users=40, interested_solutions=["license"])
    row = AveragePrice.objects.get(family="license", currency="EUR")
    address = f"/admin/catalog/averageprice/{row.pk}/change/"
    posted = {**POSTED, "valid_from": "2025-01-01"}

    preview = at_work.post(address, posted)

    row.refresh_from_db()
    assert row.amount == Decimal("9.00")
    at_work.post(address, {**posted, "seen": preview.context["seen"]})
    row.refresh_from_db()
    assert row.amount == Decimal("10.00")


def inputs(page):
    """What stands in the form of a price."""
    chosen = {
        name: re.search(rf'<select name="{name}".*?<option value="(\w+)" selected', page, re.DOTALL)[1] for name in ("family", "currency")
    }
    return chosen | {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("amount", "valid_from")}


@pytest.mark.parametrize("is_new", [True, False], ids=["a new price", "a row that exists"])
def test_back_from_the_effect_keeps_what_was_typed(at_work, reference, is_new):
    row, count = AveragePrice.objects.get(family="license", currency="EUR"), AveragePrice.objects.count()
    address = "/admin/catalog/averageprice/add/" if is_new else f"/admin/catalog/averageprice/{row.pk}/change/?_changelist_filters=q%3D1"
    typed = {"family": "hwaas", "currency": "CHF", "amount": "7.35", "valid_from": "2026-04-01"}

    preview = at_work.post(address, typed)
    back = unescape(re.search(r'class="closelink" href="([^"]+)"', preview.text)[1])
    form = at_work.get(back)

    assert form.status_code == 200
    assert inputs(form.text) == typed
    assert ("_changelist_filters" in back) is not is_new
    assert AveragePrice.objects.count() == count
    row.refresh_from_db()
    assert (row.family, row.amount) == ("license", Decimal("9.00"))
    again = at_work.post(back, typed | {"amount": "7.45"})
    assert "Saving changes no project" in again.text
    assert at_work.post(back, {**typed, "amount": "7.45", "seen": again.context["seen"]}).status_code == 302
    saved = AveragePrice.objects.get(family="hwaas", currency="CHF", valid_from=date(2026, 4, 1))
    assert (saved.amount, saved.pk == row.pk) == (Decimal("7.45"), not is_new)


def test_a_value_that_is_refused_has_no_preview(at_work, reference):
    answer = at_work.post("/admin/catalog/averageprice/add/", {**POSTED, "amount": "-1"})

    assert answer.status_code == 200
    assert "Saving changes no project" not in answer.text


def test_an_account_manager_neither_sees_effects_nor_saves(client, otto, reference):
    client.force_login(otto)
    count = AveragePrice.objects.count()

    assert client.post("/admin/catalog/averageprice/add/", POSTED).status_code == 403
    assert AveragePrice.objects.count() == count


def test_the_list_says_until_when_a_price_holds(at_work, reference):
    price("10.00").save()

    page = at_work.get("/admin/catalog/averageprice/?family=license&currency=EUR").text

    assert "2 Mar 2026" in page
