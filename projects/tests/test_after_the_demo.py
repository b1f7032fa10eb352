"""What the demo has fixed stands: the currency of its amounts, the project of a granted bonus, the answers that it was counted with."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from partnerportal.core.attached import NotDeletable, delete_record
from partnerportal.core.models import BulkChange
from partnerportal.core.stages import IllegalMove
from partnerportal.tests.pages import settled, violations
from projects import services
from projects.models import DemoQuestion, Project
from projects.services.moves import await_decision
from projects.tests.factories import ChangeOrderProject, DemoDoneProject, DemoProject, ProposalProject, answer_all
from projects.tests.test_views import edited

pytestmark = pytest.mark.usefixtures("reference")
HTMX = {"HX-Request": "true"}
STAYS = "The pipeline MRR was fixed in EUR with the demo, so the currency stays."
QUOTED = "A quote exists in EUR, so the currency stays."
GRANTED = "The demo bonus of this project is granted, so it stays. The account manager can take the bonus back first."
KEPT = "The demo is done with this answer: it can be changed, but not taken away."


def browser(person):
    client = Client()
    client.force_login(person)
    return client


def decide(project, answer, by, reason="Because"):
    return services.decide_bonus(project, answer=answer, reason=reason, by=by)


def row_of(project):
    return Project.objects.across_partners(reason="test").filter(pk=project.pk).values().get()


def ledger_of(project):
    return list(project.bonus_entries.order_by("pk").values_list("state", "basis", "amount", "currency"))


@pytest.fixture
def done(anna):
    """Anna's project whose bonus waits for Otto, with all its answers."""
    project = DemoDoneProject(owner=anna)
    answer_all(project)
    await_decision(project)
    return project


# --- currency ------------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", ["", "yes", "no"])
def test_the_currency_stays_whatever_became_of_the_bonus(done, anna, otto, decision):
    if decision:
        decide(done, decision, otto)
    row, ledger = row_of(done), ledger_of(done)

    with pytest.raises(ValidationError) as refusal:
        services.edit_project(done, values={"name": "Other", "currency": "USD"}, by=anna)

    assert refusal.value.message_dict == {"currency": [STAYS]}
    assert (row_of(done), ledger_of(done)) == (row, ledger)
    assert services.edit_project(done, values={"name": "Other", "currency": "EUR"}, by=anna).name == "Other"


def test_the_currency_stays_with_the_pipeline_mrr_of_a_project_that_earns_no_bonus(anna):
    project = DemoDoneProject(owner=anna, opportunity_type="existing_business")

    with pytest.raises(ValidationError, match=STAYS):
        services.edit_project(project, values={"currency": "USD"}, by=anna)

    assert row_of(project)["currency"] == "EUR"


fixed = pytest.mark.parametrize(
    "make, sentence",
    [(DemoDoneProject, STAYS), (lambda owner: ProposalProject(owner=owner, has_quote=True), QUOTED)],
    ids=["demo done", "quoted"],
)


@fixed
def test_the_form_shows_that_the_currency_stays_and_why(anna, make, sentence):
    project = make(owner=anna)
    hers, url = browser(anna), reverse("projects:edit", args=[project.pk])

    page = hers.get(url)
    answer = hers.post(url, edited(project, name="Other", currency="USD"))

    assert page.context["form"].fields["currency"].disabled
    assert sentence in page.text
    assert answer.status_code == 302
    assert (row_of(project)["name"], row_of(project)["currency"]) == ("Other", "EUR")


@fixed
def test_the_cell_says_why_the_currency_stays(anna, make, sentence):
    project = make(owner=anna)
    hers, url = browser(anna), f"/projects/{project.pk}/cell/currency/"

    page = hers.get(url, headers=HTMX)
    answer, plain = (hers.post(url, {"currency": "USD"}, headers=headers) for headers in (HTMX, {}))

    assert [page.status_code, answer.status_code, plain.status_code] == [200, 422, 302]
    for one in (page, answer):
        assert sentence in one.text
        assert "data-save" not in one.text
    assert row_of(project)["currency"] == "EUR"


@pytest.mark.browser
def test_a_cell_that_says_why_it_stays_is_left_by_the_keyboard_and_holds_no_other_one_up(page_as, anna):
    project = DemoDoneProject(owner=anna)
    page = settled(page_as(anna))
    page.goto(project.get_absolute_url())
    currency, category = (page.locator(f"dd[data-cell={name}]") for name in ("currency", "forecast_category"))

    before = violations(page)
    currency.locator(".pencil").click()
    currency.get_by_text(STAYS).wait_for()
    expect(currency.get_by_role("button", name="Cancel")).to_be_focused()
    assert violations(page) == before
    page.keyboard.press("Escape")
    expect(currency.locator("form")).to_have_count(0)

    currency.locator(".pencil").click()
    currency.get_by_text(STAYS).wait_for()
    category.locator(".pencil").click()
    expect(category.get_by_role("combobox")).to_be_focused()
    expect(currency.locator("form")).to_have_count(0)


@fixed
def test_the_change_of_many_says_why_the_currency_stays(anna, deliver, make, sentence):
    project, free = make(owner=anna), DemoProject(owner=anna)
    asked = {"ids": [project.pk, free.pk], "asked": "1", "change": ["currency"], "currency": "USD"}
    hers = browser(anna)

    preview = hers.post("/projects/bulk/fields/", asked, follow=True)
    hers.post(f"{preview.redirect_chain[-1][0]}run/")
    deliver()

    assert sentence in preview.text
    assert [row_of(one)["currency"] for one in (project, free)] == ["EUR", "USD"]


def test_the_change_of_many_leaves_a_currency_that_is_there_already(anna):
    project = DemoDoneProject(owner=anna)

    browser(anna).post("/projects/bulk/fields/", {"ids": [project.pk], "asked": "1", "change": ["currency"], "currency": "EUR"})

    assert list(BulkChange.objects.latest("pk").rows.values_list("state", "reason")) == [("unchanged", "")]


# --- deletion ------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["page", "bulk"])
def test_a_project_whose_bonus_is_granted_is_not_deleted(done, anna, otto, deliver, way):
    decide(done, "yes", otto)
    hers = browser(anna)

    if way == "page":
        said = hers.post(reverse("projects:delete", args=[done.pk]), follow=True).text
    else:
        hers.post("/projects/bulk/delete/", {"ids": [done.pk]})
        change = BulkChange.objects.latest("pk")
        said = change.rows.get().reason
        hers.post(f"/bulk/{change.pk}/run/")
        deliver()

    assert GRANTED in said
    assert row_of(done)["deleted_at"] is None
    assert Project.objects.visible_to(otto).filter(pk=done.pk).exists()


def test_a_bonus_that_was_taken_back_keeps_no_project(done, anna, otto):
    decide(done, "yes", otto)
    with pytest.raises(NotDeletable, match=GRANTED):
        delete_record(done, by=anna)

    decide(done, "no", otto)

    assert delete_record(done, by=anna).deleted_at is not None


def test_what_a_correction_leaves_still_keeps_the_project(done, anna, otto):
    decide(done, "yes", otto)
    for difference in ("-59.99", "-0.01"):
        assert done.deletion_refusal() == GRANTED
        last = done.bonus_entries.latest("pk")
        services.correct_bonus(done, difference=Decimal(difference), reason="Counted twice", seen=str(last.pk), by=otto)

    assert done.deletion_refusal() == ""


def test_what_waits_keeps_no_project(done):
    assert done.deletion_refusal() == ""


# --- refusal of what is no longer eligible -------------------------------------------------------


def test_a_granted_bonus_that_turned_out_ineligible_is_refused_and_not_granted_again(done, anna, otto):
    decide(done, "yes", otto)
    services.edit_project(done, values={"opportunity_type": "existing_business"}, by=anna)

    decide(done, "no", otto, "The customer had the system already")

    assert [(state, amount) for state, _basis, amount, _currency in ledger_of(done)] == [
        ("awaiting", Decimal("60.00")),
        ("granted", Decimal("60.00")),
        ("refused", Decimal("60.00")),
    ]
    assert done.bonus_held() == 0
    with pytest.raises(IllegalMove, match="does not meet the conditions"):
        decide(done, "yes", otto)
    assert row_of(done)["approved_by_am"] == "no"


@pytest.mark.parametrize("factory", [DemoProject, ChangeOrderProject])
def test_without_a_demo_there_is_nothing_to_refuse(anna, otto, factory):
    project = factory(owner=anna)

    with pytest.raises(IllegalMove):
        decide(project, "no", otto)

    assert (row_of(project)["approved_by_am"], ledger_of(project)) == ("", [])


def test_the_back_office_offers_the_refusal_of_what_is_not_eligible_and_no_grant(anna, otto):
    project = DemoDoneProject(owner=anna, opportunity_type="existing_business")
    his = browser(otto)
    grant, refuse = (reverse("admin:projects_bonusdecision_do", args=[project.pk, name]) for name in ("grant", "refuse"))

    page = his.get(reverse("admin:projects_bonusdecision_change", args=[project.pk])).text
    his.post(refuse, {"text": "The customer had the system already"})

    assert (grant in page, refuse in page) == (False, True)
    assert [line[0] for line in ledger_of(project)] == ["refused"]


# --- answers -------------------------------------------------------------------------------------


def answers_of(project):
    return dict(project.demo_answers.values_list("question__key", "text"))


def test_a_required_answer_is_changed_after_the_demo_and_not_taken_away(done, anna):
    DemoQuestion.objects.filter(key="competitors").update(is_required=False)
    before = answers_of(done)

    with pytest.raises(ValidationError) as refusal:
        services.answer_demo(done, answers={"attendees": "Two", "pains": " ", "next-step": ""}, by=anna)
    assert refusal.value.message_dict == {"pains": [KEPT], "next-step": [KEPT]}
    assert answers_of(done) == before

    services.answer_demo(done, answers={"pains": "Calls get lost", "competitors": ""}, by=anna)
    assert answers_of(done) == {key: text for key, text in before.items() if key != "competitors"} | {"pains": "Calls get lost"}


def test_a_question_that_became_required_later_may_stay_open(done, anna):
    done.demo_answers.filter(question__key="pains").delete()

    services.answer_demo(done, answers={"pains": "", "attendees": "Two"}, by=anna)

    assert answers_of(done)["attendees"] == "Two"


def test_the_form_says_at_the_question_that_its_answer_stays_and_keeps_the_others(done, anna):
    hers, url = browser(anna), reverse("projects:demo", args=[done.pk])
    before, base = answers_of(done), hers.get(url).context["base"]

    refused = hers.post(url, {**before, "pains": "", "attendees": "Two", "base": base})

    form = refused.context["form"]
    assert (refused.status_code, dict(form.errors)) == (422, {"pains": [KEPT]})
    assert KEPT in refused.text
    assert (form["attendees"].value(), form["pains"].value()) == ("Two", "")
    assert answers_of(done) == before

    saved = hers.post(url, {**before, "pains": "Calls get lost", "attendees": "Two", "base": refused.context["base"]})

    assert saved.status_code == 302
    assert answers_of(done) == before | {"pains": "Calls get lost", "attendees": "Two"}


def test_of_two_people_the_one_who_empties_an_answer_is_told_so_and_loses_nothing(done, anna, ben):
    hers, his, url = browser(anna), browser(ben), reverse("projects:demo", args=[done.pk])
    before, base = answers_of(done), hers.get(url).context["base"]
    his.post(url, {**before, "pains": "His", "base": base})
    sent = {**before, "pains": "", "attendees": "Two", "base": base}
    asked = hers.post(url, sent)
    assert asked.status_code == 409

    chosen = {**sent, "base": asked.context["base"], "clash": asked.context["asked"], "choice-pains": "mine"}
    refused = hers.post(url, chosen)

    form = refused.context["form"]
    assert (refused.status_code, dict(form.errors)) == (422, {"pains": [KEPT]})
    assert form["attendees"].value() == "Two"
    assert answers_of(done) == before | {"pains": "His"}

    hers.post(url, {**before, "pains": "Hers", "attendees": "Two", "base": refused.context["base"]})
    assert answers_of(done) == before | {"pains": "Hers", "attendees": "Two"}
