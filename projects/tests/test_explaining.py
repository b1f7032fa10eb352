"""What changed an amount of a project last: when, who, which input, from what to what."""

from datetime import timedelta
from decimal import Decimal

from catalog.models import AveragePrice
from partnerportal.tests.days import this_day
from projects import services
from projects.tests.factories import DemoDoneProject, IntroProject
from projects.views.explaining import what_changed


def told(project, user):
    project.refresh_from_db()
    return {one.label: one for one in what_changed(project, user)}


def edit(project, by, **values):
    return services.edit_project(project, values=values, by=by)


def test_a_new_project_has_no_former_value(anna):
    project = IntroProject(owner=anna)

    assert what_changed(project, anna) == []


def test_other_users_change_estimate_mrr_and_weighted_pipeline(anna, ben):
    project = IntroProject(owner=anna, total_users=40, interested_solutions=["license"])

    edit(project, ben, total_users=50)

    found = told(project, anna)
    assert [*found] == ["Expected MRR (calculated)", "MRR", "Weighted pipeline"]
    expected = found["Expected MRR (calculated)"]
    assert (expected.old, expected.new, expected.author) == ("€360.00", "€450.00", ben.get_full_name())
    assert expected.inputs == ["Total users: 40 → 50"]
    assert found["MRR"].inputs == ["Expected MRR (calculated): €360.00 → €450.00"]
    assert found["Weighted pipeline"].inputs == ["MRR: €360.00 → €450.00"]


def test_a_newer_price_is_named_with_its_day(anna):
    project = IntroProject(owner=anna, total_users=40, interested_solutions=["license"])
    AveragePrice.objects.create(family="license", currency="EUR", amount="10.00", valid_from=this_day() - timedelta(days=1))

    edit(project, anna, total_users=50)

    [users, price] = told(project, anna)["Expected MRR (calculated)"].inputs
    assert users == "Total users: 40 → 50"
    assert price.startswith("Average price of License: €9.00 → €10.00 (price table of ")


def test_a_stage_changes_the_weight(anna):
    project = IntroProject(owner=anna, poc_users=5, total_users=40, interested_solutions=["license"])

    services.move_project(project, to="demo", seen="intro", by=anna)

    found = told(project, anna)
    assert [*found] == ["Weighted pipeline"]
    assert (found["Weighted pipeline"].old, found["Weighted pipeline"].new) == ("€36.00", "€108.00")
    assert found["Weighted pipeline"].inputs == ["Probability: 10% → 30%"]


def test_a_quote_becomes_the_source_and_then_changes(anna):
    project = IntroProject(owner=anna, total_users=40, interested_solutions=["license"])

    services.take_mrr_from(project, quote_number="Q-2026-00001 v1", mrr=Decimal("97.20"), by=anna)
    first = told(project, anna)["MRR"]
    services.take_mrr_from(project, quote_number="Q-2026-00001 v1", mrr=Decimal("82.62"), by=anna)
    second = told(project, anna)["MRR"]

    assert (first.old, first.new) == ("€360.00", "€97.20")
    assert first.inputs == ["Source of the MRR: Estimate → Primary quote", "Primary quote: – → Q-2026-00001 v1"]
    assert (second.old, second.new, second.inputs) == ("€97.20", "€82.62", ["the lines of the primary quote"])


def test_another_currency_is_told_in_both(anna):
    project = IntroProject(owner=anna, total_users=40, interested_solutions=["license"])

    edit(project, anna, currency="USD")
    edit(project, anna, description="Two sites")

    expected = told(project, anna)["Expected MRR (calculated)"]
    assert (expected.old, expected.new) == ("€360.00", "US$396.00")


def test_the_page_shows_sums_and_what_changed(client, anna):
    project = DemoDoneProject(owner=anna)
    edit(project, anna, total_users=41)
    client.force_login(anna)

    page = client.get(project.get_absolute_url()).text

    assert "the MRR on the day of the demo" in page
    assert "Total users: 40 → 41" in page
