"""Pages of projects as people see them, with and without htmx."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ActiveAccountFactory, ContactFactory
from leads.tests.factories import LeadFactory, QualifiedLeadFactory
from partnerportal.core.models import OutboxMessage, StageMove
from partnerportal.core.views import lists
from partnerportal.tests.counting import assert_queries, queries_of
from partnerportal.tests.days import this_day
from projects.models import Project, ProjectContact
from projects.tests.factories import (
    AgreedProject,
    ChangeOrderProject,
    ContractOutProject,
    DemoDoneProject,
    DemoProject,
    IntroProject,
    LostProject,
    PresentationProject,
    ProposalProject,
    WonProject,
    answer_all,
)

HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def browse(client):
    """A client signed in as a person."""

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def text(response):
    return " ".join(response.content.decode().split())


def projects_of(partner):
    return Project.objects.for_partner(partner)


# --- list and board ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "view, names",
    [
        ("mine", ["P-Intro", "P-Later"]),
        ("all", ["P-Alex", "P-Change", "P-Intro", "P-Later"]),
        ("closing", ["P-Alex", "P-Intro"]),
        ("awaiting", ["P-Alex"]),
        ("change_orders", ["P-Change"]),
        ("won", ["P-Won"]),
        ("lost", ["P-Lost"]),
        ("every", ["P-Alex", "P-Change", "P-Intro", "P-Later", "P-Lost", "P-Won"]),
    ],
)
def test_the_standard_views_show_what_they_say(browse, anna, alex, carla, view, names):
    today = this_day()
    IntroProject(owner=anna, name="P-Intro", close_date=today)
    IntroProject(owner=anna, name="P-Later", close_date=today + timedelta(days=70))
    DemoDoneProject(owner=alex, name="P-Alex", close_date=today.replace(day=1))
    ChangeOrderProject(owner=alex, name="P-Change", close_date=today + timedelta(days=70))
    WonProject(owner=anna, name="P-Won")
    LostProject(owner=anna, name="P-Lost")
    IntroProject(owner=carla, name="P-Carla")

    response = browse(anna).get(reverse("projects:list"), {"view": view})

    listed = [
        name for name in ("P-Alex", "P-Carla", "P-Change", "P-Intro", "P-Later", "P-Lost", "P-Won") if f">{name}</a>" in text(response)
    ]
    assert listed == names


@pytest.mark.parametrize("page", ["list", "board"])
def test_the_vendor_begins_with_what_all_own(browse, anna, otto, page):
    IntroProject(owner=anna, name="P-Intro")

    assert "P-Intro" in text(browse(anna.partner.account_manager).get(reverse(f"projects:{page}")))


def test_projects_are_found_by_the_day_of_their_next_step(browse, anna):
    IntroProject(owner=anna, name="Soon", next_step_on=date(2026, 3, 4))
    IntroProject(owner=anna, name="Later", next_step_on=date(2026, 4, 4))
    IntroProject(owner=anna, name="Never")

    page = text(browse(anna).get("/projects/", {"next_step_on_before": "2026-03-31"}))

    assert re.findall(r'class="title"[^>]*>([^<]+)<', page) == ["Soon"]


def test_the_list_adds_up_per_currency(browse, anna):
    IntroProject(owner=anna)
    IntroProject(owner=anna, currency="USD")

    page = text(browse(anna).get(reverse("projects:list")))

    assert "€600.00" in page
    assert "US$600.00" in page
    assert "1,200.00" not in page


def test_a_card_names_the_account_and_what_is_late_before_what_is_agreed(browse, anna):
    day = this_day()
    calm = ProposalProject(owner=anna, account=AccountFactory(owner=anna, name="Hotel Sonne"), verbal_agreement=True)
    late = ProposalProject(owner=anna, verbal_agreement=True, next_step="Call", next_step_on=day - timedelta(days=3))
    coming = ProposalProject(owner=anna, next_step="Send the quote", next_step_on=day)
    bare = ProposalProject(owner=anna, name="Hotel Post, new desk", account=AccountFactory(owner=anna, name="Hotel Post"))

    page = text(browse(anna).get(reverse("projects:board"), {"view": "all"}))

    cards = {int(pk): card for pk, card in re.findall(r'id="card-(\d+)"(.*?)</article>', page, re.S)}
    assert '<div class="s">Hotel Sonne · ' in cards[calm.pk]
    assert "Verbal agreement" in cards[calm.pk]
    assert "Overdue 3 d" in cards[late.pk]
    assert "Next: Send the quote" in cards[coming.pk]
    assert "No next step" in cards[bare.pk]
    assert '<div class="s">Hotel Post' not in cards[bare.pk]  # Its name says it.


def test_the_board_greys_automatic_lanes_and_says_why(browse, anna):
    ContractOutProject(owner=anna)

    page = text(browse(anna).get(reverse("projects:board")))

    assert 'data-lane="contract_out" data-automatic="By itself: when the verbal agreement is recorded and a quote is submitted."' in page
    assert 'data-lane="closed"' not in page
    assert 'data-lane="intro" data-closed-from="closed contract_out order_management"' in page


@pytest.mark.parametrize("name", ["projects:list", "projects:board"])
def test_list_and_board_cost_the_same_for_one_row_and_for_thirty(browse, anna, name):
    IntroProject(owner=anna)
    client = browse(anna)
    one = len(queries_of(client, reverse(name)))
    for factory in (IntroProject, DemoProject, ProposalProject):
        factory.create_batch(10, owner=anna)

    assert assert_queries(client, reverse(name), at_most=8) == one


# --- record --------------------------------------------------------------------------------


def test_the_record_shows_the_expected_mrr_as_its_sum(browse, anna):
    project = DemoProject(owner=anna)

    page = text(browse(anna).get(project.get_absolute_url()))

    assert "40 users × (9.00 License + 6.00 CLASSOUND) = €600.00 · price table of 1 Jan 2025" in page
    assert "€600.00 × 30% = €180.00" in page


def test_the_record_says_why_an_amount_is_not_available(browse, anna):
    estimate = {"users": 40, "currency": "CHF", "prices": [], "missing": ["hwaas"]}
    project = IntroProject(
        owner=anna, currency="CHF", expected_mrr=None, mrr=None, mrr_source="not_available", weighted_pipeline=None, estimate=estimate
    )

    page = text(browse(anna).get(project.get_absolute_url()))

    assert "Not available: there is no average price in CHF for HWaaS." in page
    assert "CHF0.00" not in page.replace(" ", "")


def test_the_record_says_that_mrr_follows_the_primary_quote(browse, anna):
    project = ProposalProject(owner=anna, mrr=Decimal("1284.00"), mrr_source="quote", mrr_quote="Q-2026-00412 v2")

    page = text(browse(anna).get(project.get_absolute_url()))

    assert "that of the primary quote Q-2026-00412 v2: €1,284.00" in page
    assert "Quote Q-2026-00412 v2" in page


def test_the_bonus_panel_shows_each_condition(browse, anna):
    project = DemoDoneProject(owner=anna)
    answer_all(project)

    page = text(browse(anna).get(project.get_absolute_url()))

    assert "Bonus: awaiting approval" in page
    assert "€60.00 indicative" in page
    assert "Demo answers 7 of 7" in page
    assert "Demo done · 2 Mar 2026" in page
    assert "Pipeline MRR fixed · €600.00" in page
    assert "Approved by account manager – Otto Keller" in page


def test_the_record_costs_the_same_whatever_hangs_on_it(browse, anna):
    project = DemoProject(owner=anna)
    client = browse(anna)
    bare = len(queries_of(client, project.get_absolute_url()))
    answer_all(project)
    for _number in range(30):
        project.notes.create(partner=project.partner, text="Called", author=anna)

    assert assert_queries(client, project.get_absolute_url(), at_most=12) == bare


@pytest.mark.parametrize("factory, following", [(IntroProject, "demo"), (DemoProject, "presentation"), (PresentationProject, "proposal")])
def test_the_path_completes_the_stage(browse, anna, factory, following):
    project = factory(owner=anna)

    page = text(browse(anna).get(project.get_absolute_url()))

    assert f'<input type="hidden" name="to" value="{following}"> <button class="btn btn-primary">' in page


@pytest.mark.parametrize("factory", [ContractOutProject, WonProject, LostProject])
def test_the_path_offers_nothing_behind_proposal(browse, anna, factory):
    project = factory(owner=anna)

    page = text(browse(anna).get(project.get_absolute_url()))

    assert "Mark Stage as Complete" not in page
    assert f'action="{reverse("projects:move", args=[project.pk])}"' not in page


@pytest.mark.parametrize("person, sees", [("anna", True), ("alex", False), ("ben", True)])
def test_who_may_change_gets_the_actions(request, browse, anna, person, sees):
    project = DemoProject(owner=anna)

    page = text(browse(request.getfixturevalue(person)).get(project.get_absolute_url()))

    assert ("Mark Stage as Complete" in page) is sees
    assert (reverse("projects:close", args=[project.pk]) in page) is sees


# --- moves -----------------------------------------------------------------------------------


def move(client, project, to, *, seen=None, htmx=True, **fields):
    return client.post(
        reverse("projects:move", args=[project.pk]), {"to": to, "seen": seen or project.stage, **fields}, **(HTMX if htmx else {})
    )


@pytest.mark.parametrize("htmx", [True, False])
def test_leaving_intro_without_users_of_poc_is_asked_for_in_the_same_dialog(browse, anna, htmx):
    project = IntroProject(owner=anna)
    client = browse(anna)

    refused = move(client, project, "demo", htmx=htmx)

    assert refused.status_code == 422
    assert "Users of POC: how many users already use the product?" in text(refused)
    assert 'name="poc_users"' in text(refused)
    project.refresh_from_db()
    assert project.stage == "intro"

    moved = move(client, project, "demo", htmx=htmx, fill="poc_users", poc_users="5")
    project.refresh_from_db()
    assert (moved.status_code, project.stage, project.poc_users) == (204 if htmx else 302, "demo", 5)


def test_a_refusal_in_the_dialog_keeps_everything_as_it_was(browse, anna):
    project = IntroProject(owner=anna)

    refused = move(browse(anna), project, "demo", fill="poc_users", poc_users="41")

    project.refresh_from_db()
    assert (refused.status_code, project.stage, project.poc_users) == (422, "intro", None)
    assert "There cannot be more users of POC than total users (40)." in text(refused)


def test_leaving_demo_warns_of_missing_answers_and_asks_for_the_amount_in_one_dialog(browse, anna):
    project = DemoProject(owner=anna)
    answer_all(project, but=("pains",))
    client = browse(anna)

    warned = move(client, project, "presentation")
    assert warned.status_code == 422
    assert "What hurts them most today?" in text(warned)
    assert 'name="amount_mrr"' in text(warned)

    moved = move(client, project, "presentation", asked="1", fill="amount_mrr,amount_capex", amount_mrr="580.00", amount_capex="")
    project.refresh_from_db()
    assert (moved.status_code, project.stage, project.amount_mrr, project.demo_done) == (204, "presentation", Decimal("580.00"), False)


def test_leaving_demo_with_all_answers_fixes_the_demo(browse, anna):
    project = DemoProject(owner=anna, amount_mrr=Decimal("580.00"))
    answer_all(project)

    moved = move(browse(anna), project, "presentation")

    project.refresh_from_db()
    assert (moved.status_code, project.demo_done, project.pipeline_mrr) == (204, True, Decimal("600.00"))


def test_a_question_of_the_vendor_is_never_read_as_a_template(browse, anna):
    project = DemoProject(owner=anna, amount_mrr=1)
    question = answer_all(project, but=("pains",)) and project.demo_answers.model.question.field.related_model.objects.get(key="pains")
    question.text = "{{ request.user.email }}<b>"
    question.save()

    warned = text(move(browse(anna), project, "presentation"))

    assert "{{ request.user.email }}&lt;b&gt;" in warned


@pytest.mark.parametrize("to", ["contract_out", "order_management", "closed"])
@pytest.mark.parametrize(
    "more", [{}, {"from": "board"}, {"asked": "1", "reason": "x"}, {"fill": "stage,outcome", "stage": "closed", "outcome": "won"}]
)
def test_an_automatic_stage_cannot_be_posted(browse, anna, to, more):
    project = ProposalProject(owner=anna)

    refused = move(browse(anna), project, to, **more)

    project.refresh_from_db()
    assert (refused.status_code, project.stage, project.outcome) == (422, "proposal", "")
    assert "This stage is reached automatically, by the quote and the order, and cannot be chosen." in text(refused)


def test_no_form_takes_a_stage(browse, anna):
    project = IntroProject(owner=anna, poc_users=5)
    client = browse(anna)
    page = text(client.get(reverse("projects:edit", args=[project.pk])))
    assert 'name="stage"' not in page

    client.post(reverse("projects:edit", args=[project.pk]), {**edited(project), "stage": "closed", "probability": "100", "mrr": "1.00"})

    project.refresh_from_db()
    assert (project.stage, project.probability, project.mrr) == ("intro", 10, Decimal("600.00"))


def test_going_back_asks_for_a_reason(browse, anna):
    project = PresentationProject(owner=anna)
    client = browse(anna)

    asked = move(client, project, "demo")
    assert (asked.status_code, 'name="reason"' in text(asked)) == (422, True)

    moved = move(client, project, "demo", asked="1", reason="Second demo")
    project.refresh_from_db()
    assert (moved.status_code, project.stage) == (204, "demo")


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("choice", "stage", "moves"), [("theirs", "presentation", 0), ("mine", "intro", 1), ("was", "demo", 1)])
def test_who_was_overtaken_chooses_between_the_stages(choice, stage, moves, htmx, browse, anna):
    project = PresentationProject(owner=anna)
    client, typed = browse(anna), {"asked": "1", "reason": "Budget is gone", "submission": "5f0c6f0e-6f0e-4b0c-8f0e-5f0c6f0e4b0c"}

    asked = move(client, project, "intro", seen="demo", htmx=htmx, **typed)

    assert asked.status_code == 409
    assert "it is in Project Presentation now" in text(asked)
    project.refresh_from_db()
    assert (project.stage, project.stage_moves.count()) == ("presentation", 0)

    sent = dict(re.findall(r'<input type="hidden" name="(to|seen|was|asked|reason|submission)" value="([^"]*)">', text(asked)))
    chosen = client.post(f"/projects/{project.pk}/move/", {**sent, "choice-stage": choice}, **(HTMX if htmx else {}))

    assert chosen.status_code == (204 if htmx else 302)
    project.refresh_from_db()
    assert (project.stage, project.stage_moves.count()) == (stage, moves)
    assert not moves or project.stage_moves.first().reason == "Budget is gone"


def test_two_who_move_to_the_same_stage_are_asked_nothing(browse, anna):
    project = PresentationProject(owner=anna)

    again = move(browse(anna), project, "presentation", seen="demo")

    assert again.status_code == 204
    project.refresh_from_db()
    assert (project.stage, project.stage_moves.count()) == ("presentation", 0)


def test_a_drop_on_the_board_answers_with_card_and_lanes(browse, anna):
    project = IntroProject(owner=anna, poc_users=5)
    board = reverse("projects:board")

    moved = browse(anna).post(
        reverse("projects:move", args=[project.pk]),
        {"to": "demo", "seen": "intro", "from": "board"},
        headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{board}"},
    )

    assert moved.status_code == 200
    assert f'id="card-{project.pk}"' in text(moved)
    assert "MRR €600.00" in text(moved)


def test_a_new_customer_is_compared_with_those_who_are_there_while_typing(browse, anna):
    account = AccountFactory(owner=anna, name="Hotel Alpenblick")
    client = browse(anna)

    form = client.get(reverse("projects:add")).text
    (place,) = re.findall(r'id="duplicates" hx-post="([^"]+)" hx-trigger="([^"]+)"', form)
    assert re.findall(r"from:#id_(\w+)", place[1]) == ["company", "email", "phone"]

    found = client.post(place[0], {"company": "Hotel Alpenblick GmbH", "record_type": "business_plan"}).text
    assert f'href="{account.get_absolute_url()}"' in found


def test_the_history_writes_money_with_its_currency(browse, anna):
    project = IntroProject(owner=anna, amount_mrr=Decimal("1200.00"))
    project.amount_mrr = Decimal("1280.50")
    project.save(update_fields=["amount_mrr"])

    page = text(browse(anna).get(reverse("projects:history", args=[project.pk])))

    assert "€1,200.00" in page
    assert "€1,280.50" in page


@pytest.mark.parametrize("person, status", [("alex", 403), ("otto", 403), ("carla", 404), ("olga", 404), ("tariq", 404)])
@pytest.mark.parametrize(
    "action", ["move", "agreement", "withdraw", "close", "reopen", "next_step", "demo", "add_contact", "edit", "delete"]
)
def test_what_one_may_not_do_changes_nothing(request, browse, anna, person, status, action):
    project = DemoProject(owner=anna, amount_mrr=1)
    was = projects_of(anna.partner).filter(pk=project.pk).values().get()
    data = {
        "to": "presentation",
        "seen": "demo",
        "verbal_agreement_on": "2026-01-01",
        "verbal_agreement_by": "x",
        "lost_reason": "price",
        "reason": "x",
    }

    response = browse(request.getfixturevalue(person)).post(reverse(f"projects:{action}", args=[project.pk]), data)

    assert response.status_code == status
    assert projects_of(anna.partner).filter(pk=project.pk).values().get() == was
    assert (project.history.count(), project.stage_moves.count(), OutboxMessage.objects.count()) == (1, 0, 0)


# --- agreement, loss, reopening -----------------------------------------------------------------


@pytest.mark.parametrize("htmx", [True, False])
def test_record_agreement_brings_a_quoted_project_out(browse, anna, htmx):
    project = ProposalProject(owner=anna, quotes_out=1, has_quote=True)
    client, url = browse(anna), reverse("projects:agreement", args=[project.pk])
    assert 'name="verbal_agreement_by"' in text(client.get(url, **(HTMX if htmx else {})))

    done = client.post(url, {"verbal_agreement_on": "2026-03-02", "verbal_agreement_by": "Greta Hofer"}, **(HTMX if htmx else {}))

    project.refresh_from_db()
    assert (done.status_code, project.stage, project.verbal_agreement_by) == (204 if htmx else 302, "contract_out", "Greta Hofer")


def test_mark_as_complete_in_proposal_says_that_a_quote_is_missing(browse, anna):
    project = AgreedProject(owner=anna)

    page = text(browse(anna).get(reverse("projects:agreement", args=[project.pk]), **HTMX))

    assert "A submitted quote: as soon as one is submitted" in page


def test_close_as_lost_needs_a_reason_and_says_what_happened(browse, anna):
    project = ProposalProject(owner=anna)
    client, url = browse(anna), reverse("projects:close", args=[project.pk])

    refused = client.post(url, {"lost_reason": "", "seen": "proposal"}, **HTMX)
    assert refused.status_code == 422

    done = client.post(url, {"lost_reason": "competitor", "competitor": "Rivalphone", "seen": "proposal"}, **HTMX)
    project.refresh_from_db()
    assert (done.status_code, project.outcome, project.competitor) == (204, "lost", "Rivalphone")
    assert "Lost: Competitor, Rivalphone" in text(client.get(project.get_absolute_url()))


def test_close_as_lost_refuses_a_page_that_was_overtaken(browse, anna):
    project = ProposalProject(owner=anna)

    refused = browse(anna).post(reverse("projects:close", args=[project.pk]), {"lost_reason": "price", "seen": "demo"}, **HTMX)

    project.refresh_from_db()
    assert (refused.status_code, project.stage) == (409, "proposal")


def test_reopen_is_offered_to_managers_only(browse, anna, ben):
    project = LostProject(owner=anna)
    client = browse(anna)
    assert "Reopen" not in text(client.get(project.get_absolute_url()))
    assert client.post(reverse("projects:reopen", args=[project.pk]), {"reason": "x"}).status_code == 403

    client = browse(ben)
    assert "Reopen" in text(client.get(project.get_absolute_url()))
    done = client.post(reverse("projects:reopen", args=[project.pk]), {"reason": "They called back"})

    project.refresh_from_db()
    assert (done.status_code, project.stage) == (302, "intro")


@pytest.mark.parametrize("factory", [WonProject, LostProject])
def test_a_closed_project_is_not_edited(browse, ben, anna, factory):
    project = factory(owner=anna)
    client = browse(ben)

    page = client.get(reverse("projects:edit", args=[project.pk]))
    posted = client.post(reverse("projects:edit", args=[project.pk]), {**edited(project), "name": "Changed"})

    project.refresh_from_db()
    assert (page.status_code, posted.status_code) == (403, 422)
    assert project.name != "Changed"


# --- new, edit, clone ----------------------------------------------------------------------------


def edited(project, **changes):
    return {
        "name": project.name,
        "contact": project.contact_id,
        "close_date": project.close_date.isoformat(),
        "opportunity_type": project.opportunity_type,
        "product_of_interest": project.product_of_interest,
        "interested_solutions": project.interested_solutions,
        "total_users": project.total_users,
        "currency": project.currency,
        "poc_users": project.poc_users or "",
        "amount_mrr": "",
        "amount_capex": "",
        **changes,
    }


NEW = {
    "record_type": "business_plan",
    "name": "Headquarters",
    "close_date": (this_day() + timedelta(days=30)).isoformat(),
    "opportunity_type": "new_business",
    "product_of_interest": "collaboration",
    "currency": "EUR",
    "interested_solutions": ["license", "classound"],
    "total_users": "40",
}
CUSTOMER = {
    "company": "Kanton Uri",
    "email": "info@uri.ch",
    "phone": "+41418752211",
    "salutation": "ms",
    "first_name": "Vreni",
    "last_name": "Arnold",
}


def test_a_project_is_made_for_a_customer_who_is_there(browse, anna):
    contact = ContactFactory(owner=anna)
    client = browse(anna)
    page = text(client.get(reverse("projects:add"), {"account": contact.account_id}))
    assert f'<option value="{contact.account_id}" selected>' in page
    assert f'<option value="{contact.pk}" selected>' in page

    response = client.post(reverse("projects:add"), {**NEW, "account": contact.account_id, "contact": contact.pk})

    project = projects_of(anna.partner).get()
    assert response.url == project.get_absolute_url()
    assert (project.account, project.contact, project.stage, project.probability) == (contact.account, contact, "intro", 10)
    assert (project.expected_mrr, project.mrr, project.weighted_pipeline) == (Decimal("600.00"), Decimal("600.00"), Decimal("60.00"))


def test_a_project_is_made_with_a_new_customer(browse, anna):
    response = browse(anna).post(reverse("projects:add"), {**NEW, **CUSTOMER, "account": "", "contact": ""})

    project = projects_of(anna.partner).get()
    assert response.url == project.get_absolute_url()
    assert (project.account.name, project.account.owner, project.contact.last_name) == ("Kanton Uri", anna, "Arnold")


def test_without_a_customer_nothing_is_made(browse, anna):
    response = browse(anna).post(reverse("projects:add"), {**NEW, "account": "", "contact": ""})

    assert response.status_code == 422
    assert not projects_of(anna.partner).exists()
    assert not Account.objects.for_partner(anna.partner).exists()


def test_what_is_wrong_is_told_in_the_order_of_the_page(browse, anna):
    page = text(browse(anna).post(reverse("projects:add"), {**NEW, "name": "", "total_users": "", "account": "", "contact": ""}))

    summary = page.partition("data-summary")[2].partition("</ul>")[0]
    controls = re.findall(r'href="#id_(\w+)"', summary)
    assert controls == ["company", "first_name", "last_name", "email", "phone", "name", "total_users"]
    assert controls == sorted(controls, key=lambda name: page.index(f'name="{name}"'))


def test_the_customer_of_another_partner_is_no_choice(browse, anna, carla):
    contact = ContactFactory(owner=carla)
    client = browse(anna)

    refused = client.post(reverse("projects:add"), {**NEW, "account": contact.account_id, "contact": contact.pk})

    assert refused.status_code == 422
    assert client.get(reverse("projects:add"), {"account": contact.account_id}).status_code == 404
    assert contact.last_name not in text(client.get(reverse("projects:contact_choices"), {"account": contact.account_id}))
    assert not projects_of(anna.partner).exists()


def test_the_contacts_follow_the_account(browse, anna):
    contact, other = ContactFactory(owner=anna), ContactFactory(owner=anna)

    page = text(browse(anna).get(reverse("projects:contact_choices"), {"account": contact.account_id}, **HTMX))

    assert f'<option value="{contact.pk}">{contact}</option>' in page
    assert str(other) not in page


def test_a_change_order_begins_in_presentation_and_is_for_customers_only(browse, anna):
    customer = ContactFactory(account=ActiveAccountFactory(owner=anna))
    prospect = ContactFactory(owner=anna)
    client = browse(anna)
    change = {**NEW, "record_type": "change_order", "opportunity_type": "existing_business", "total_users": "-10"}

    refused = client.post(reverse("projects:add"), {**change, "account": prospect.account_id, "contact": prospect.pk})
    assert refused.status_code == 422
    assert "A change order is for a customer" in text(refused)

    client.post(reverse("projects:add"), {**change, "account": customer.account_id, "contact": customer.pk})
    project = projects_of(anna.partner).get()
    assert (project.stage, project.probability, project.expected_mrr, project.weighted_pipeline) == (
        "presentation",
        50,
        Decimal("-150.00"),
        Decimal("-75.00"),
    )


def test_a_new_project_sent_twice_is_made_once(browse, anna):
    contact = ContactFactory(owner=anna)
    data = {**NEW, "account": contact.account_id, "contact": contact.pk, "submission": "0b0e9d3c-6f0f-4a6a-8d5f-1c2d3e4f5a6b"}
    client = browse(anna)

    answers = [client.post(reverse("projects:add"), data).url for _time in range(2)]

    assert answers == [projects_of(anna.partner).get().get_absolute_url()] * 2


def test_edit_recomputes_the_estimate(browse, anna):
    project = IntroProject(owner=anna)

    browse(anna).post(
        reverse("projects:edit", args=[project.pk]),
        edited(project, total_users="85", interested_solutions=["license", "hwaas", "classound"]),
    )

    project.refresh_from_db()
    assert (project.expected_mrr, project.mrr, project.weighted_pipeline) == (Decimal("1657.50"), Decimal("1657.50"), Decimal("165.75"))


def test_edit_offers_only_contacts_of_the_account(browse, anna):
    project, other = IntroProject(owner=anna), ContactFactory(owner=anna)

    refused = browse(anna).post(reverse("projects:edit", args=[project.pk]), edited(project, contact=other.pk))

    assert refused.status_code == 422


def test_clone_begins_anew(browse, anna):
    project = DemoDoneProject(owner=anna, name="Museo Civico", mrr=Decimal("1.00"), mrr_source="quote", mrr_quote="Q-1")
    client, url = browse(anna), reverse("projects:clone", args=[project.pk])
    page = text(client.get(url))
    assert 'value="Museo Civico (copy)"' in page

    client.post(url, {**NEW, "name": "Museo Civico (copy)", "account": project.account_id, "contact": project.contact_id})

    clone = projects_of(anna.partner).exclude(pk=project.pk).get()
    assert (clone.stage, clone.demo_done, clone.demo_date, clone.pipeline_mrr, clone.mrr_source) == ("intro", False, None, None, "estimate")
    assert (clone.poc_users, clone.amount_mrr, clone.approved_by_am) == (None, None, "")


# --- demo answers, contacts, next step -------------------------------------------------------------


def test_demo_answers_are_kept_one_by_one(browse, anna):
    project = DemoProject(owner=anna)
    client, url = browse(anna), reverse("projects:demo", args=[project.pk])

    client.post(url, {"pains": "Calls get lost", "competitors": " "})
    client.post(url, {"pains": "Calls get lost", "competitors": "Rivalphone"})
    client.post(url, {"pains": "", "competitors": "Rivalphone"})

    assert list(project.demo_answers.values_list("question__key", "text", "answered_by__first_name")) == [
        ("competitors", "Rivalphone", "Anna")
    ]
    assert "Demo answers 1 of 7" in text(client.get(project.get_absolute_url()))


def test_contacts_are_added_to_a_project(browse, anna):
    project = IntroProject(owner=anna)
    second = ContactFactory(account=project.account, first_name="Tom")
    stranger = ContactFactory(owner=anna)
    client = browse(anna)

    assert client.post(reverse("projects:add_contact", args=[project.pk]), {"contact": stranger.pk}).status_code == 422
    client.post(reverse("projects:add_contact", args=[project.pk]), {"contact": second.pk, "role": "IT"})

    assert list(ProjectContact.objects.for_partner(anna.partner).values_list("contact", "role")) == [(second.pk, "IT")]
    panel = text(client.get(reverse("projects:contacts", args=[project.pk]), **HTMX))
    assert panel.index(str(project.contact)) < panel.index("Tom")
    assert "Primary" in panel


def test_the_next_step_is_set_in_a_dialog(browse, anna):
    project = IntroProject(owner=anna)

    browse(anna).post(reverse("projects:next_step", args=[project.pk]), {"next_step": "Send offer", "next_step_on": "2026-12-01"}, **HTMX)

    project.refresh_from_db()
    assert (project.next_step, project.next_step_on) == ("Send offer", date(2026, 12, 1))


@pytest.mark.parametrize("name, of", [("projects:for_account", "account_id"), ("projects:for_contact", "contact_id")])
def test_panels_list_the_projects_of_account_and_contact(browse, anna, carla, name, of):
    project = IntroProject(owner=anna, name="Museo Civico")
    client = browse(anna)

    panel = client.get(reverse(name, args=[getattr(project, of)]), **HTMX)

    assert "Museo Civico" in text(panel)
    assert f"?account={project.account_id}" in text(panel)
    assert browse(carla).get(reverse(name, args=[getattr(project, of)])).status_code == 404


# --- fast pipeline ---------------------------------------------------------------------------------

SECOND = {
    "interested_solutions": ["license", "classound"],
    "opportunity_type": "new_business",
    "product_of_interest": "collaboration",
    "total_users": "40",
    "close_date": (this_day() + timedelta(days=60)).isoformat(),
    "notes": "Wants a demo soon",
}
TOKEN = "7d7f2f5e-0f6a-4f5d-9a54-4a6f9c1c2b3d"


def first(client, **changes):
    return client.post(reverse("projects:pipeline"), {**CUSTOMER, "draft": TOKEN, "step": "1", **changes})


def second(client, **changes):
    return client.post(reverse("projects:pipeline"), {**SECOND, "draft": TOKEN, "step": "2", **changes})


def test_the_fast_pipeline_makes_all_three_and_lands_on_the_project(browse, anna):
    client = browse(anna)
    assert client.get(reverse("projects:pipeline")).status_code == 200

    next_screen = first(client)
    assert "Kanton Uri" in text(client.get(next_screen.url))
    landed = second(client)

    project = projects_of(anna.partner).get()
    assert landed.url == project.get_absolute_url()
    assert (project.name, project.stage, project.currency) == ("Kanton Uri – Collaboration", "intro", "EUR")
    assert (project.account.name, project.account.email, str(project.contact), project.contact.salutation) == (
        "Kanton Uri",
        "info@uri.ch",
        "Vreni Arnold",
        "ms",
    )
    assert (project.expected_mrr, project.notes.get().text) == (Decimal("600.00"), "Wants a demo soon")
    assert "40 users × (9.00 License + 6.00 CLASSOUND) = €600.00" in text(client.get(landed.url))


def test_back_keeps_what_was_typed_on_both_screens(browse, anna):
    client = browse(anna)
    first(client)

    back = second(client, back="1", total_users="77")
    first_again = text(client.get(back.url))
    assert 'value="Kanton Uri"' in first_again
    assert 'value="Arnold"' in first_again

    second_again = text(client.get(first(client).url))
    assert 'value="77"' in second_again
    assert "Wants a demo soon" in second_again
    assert not projects_of(anna.partner).exists()


def test_a_second_click_makes_nothing_twice(browse, anna):
    client = browse(anna)
    first(client)

    answers = [second(client).url for _time in range(2)]

    assert answers == [projects_of(anna.partner).get().get_absolute_url()] * 2
    assert (Account.objects.for_partner(anna.partner).count(), Contact.objects.for_partner(anna.partner).count()) == (1, 1)


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"company": ""}, "This field is required."),
        ({"phone": "12"}, "valid phone number"),
        ({"email": "info@gmail.com"}, "gmail.com is a public mail service"),
        ({"last_name": ""}, "This field is required."),
    ],
)
def test_the_first_screen_says_what_is_wrong(browse, anna, changes, sentence):
    refused = first(browse(anna), **changes)

    assert refused.status_code == 422
    assert sentence in text(refused)


@pytest.mark.parametrize(
    "changes", [{"total_users": "0"}, {"interested_solutions": []}, {"close_date": "2020-01-01"}, {"opportunity_type": ""}]
)
def test_the_second_screen_refuses_and_makes_nothing(browse, anna, changes):
    client = browse(anna)
    first(client)

    refused = second(client, **changes)

    assert refused.status_code == 422
    assert not projects_of(anna.partner).exists()
    assert not Account.objects.for_partner(anna.partner).exists()


def test_the_second_screen_without_the_first_begins_again(browse, anna):
    client = browse(anna)

    assert second(client).url == reverse("projects:pipeline")
    assert "step" in text(client.get(reverse("projects:pipeline"), {"step": "2", "draft": TOKEN}))
    assert not projects_of(anna.partner).exists()


def test_an_account_that_is_there_is_offered_and_can_be_used(browse, anna, alex, carla):
    there = AccountFactory(owner=alex, name="Kanton Uri AG", email="zentrale@uri.ch")
    AccountFactory(owner=carla, name="Kanton Uri Secret")
    client = browse(anna)

    offered = first(client)
    assert offered.status_code == 422
    assert "Kanton Uri AG" in text(offered)
    assert "Kanton Uri Secret" not in text(offered)

    first(client, asked="1", account=str(there.pk))
    second(client)
    project = projects_of(anna.partner).get()
    assert (project.account, project.owner) == (there, anna)


def test_an_account_of_another_partner_cannot_be_smuggled_in(browse, anna, carla):
    foreign = AccountFactory(owner=carla)

    refused = first(browse(anna), asked="1", account=str(foreign.pk))

    assert refused.status_code == 422


def test_the_choice_of_a_new_account_is_taken(browse, anna):
    AccountFactory(owner=anna, name="Kanton Uri", email="info@uri.ch")
    client = browse(anna)

    first(client, asked="1", account="")
    second(client)

    assert Account.objects.for_partner(anna.partner).count() == 2


def test_vendor_users_have_no_fast_pipeline(browse, otto):
    assert browse(otto).get(reverse("projects:pipeline")).status_code == 403


# --- conversion ------------------------------------------------------------------------------------


def conversion(lead, **changes):
    return {
        "account": "",
        "contact": "",
        "name": lead.company,
        "close_date": (this_day() + timedelta(days=90)).isoformat(),
        "opportunity_type": "new_business",
        "product_of_interest": "collaboration",
        "interested_solutions": ["license", "classound"],
        "total_users": "40",
        "currency": "EUR",
        **changes,
    }


def test_convert_shows_what_becomes_of_the_lead_and_does_it(browse, anna):
    lead = QualifiedLeadFactory(owner=anna)
    lead.notes.create(partner=lead.partner, text="Called", author=anna)
    client, url = browse(anna), reverse("projects:convert", args=[lead.pk])

    page = text(client.get(url))
    assert lead.company in page
    assert "1 notes" in page
    landed = client.post(url, conversion(lead))

    project = projects_of(anna.partner).get()
    lead.refresh_from_db()
    assert landed.url == project.get_absolute_url()
    assert (project.lead, lead.status, lead.account) == (lead, "converted", project.account)


def test_convert_asks_for_what_the_lead_does_not_say(browse, anna):
    lead = QualifiedLeadFactory(owner=anna, phone="", total_users=None, interested_solutions=[], product_of_interest="")

    refused = browse(anna).post(
        reverse("projects:convert", args=[lead.pk]), conversion(lead, total_users="", interested_solutions=[], product_of_interest="")
    )

    assert refused.status_code == 422
    assert "A new account needs a phone number." in text(refused)
    assert not projects_of(anna.partner).exists()


def test_convert_offers_accounts_of_the_own_company_only(browse, anna, alex, carla):
    lead = QualifiedLeadFactory(owner=anna, company="Museo Civico", email="info@museocivico.it")
    there = AccountFactory(owner=alex, name="Museo Civico", phone="+390471999999", city="")
    AccountFactory(owner=carla, name="Museo Civico Geheim", email="x@museocivico.it")
    client, url = browse(anna), reverse("projects:convert", args=[lead.pk])
    page = text(client.get(url))
    assert f'<option value="{there.pk}">Museo Civico – 64% · Same name: “Museo Civico”</option>' in page
    assert "Geheim" not in page

    client.post(url, conversion(lead, account=there.pk))

    assert projects_of(anna.partner).get().account == there
    assert Account.objects.for_partner(anna.partner).count() == 1


def test_a_second_conversion_is_refused_and_shows_the_project(browse, anna):
    lead = QualifiedLeadFactory(owner=anna)
    client, url = browse(anna), reverse("projects:convert", args=[lead.pk])
    client.post(url, conversion(lead))
    project = projects_of(anna.partner).get()

    answers = [client.get(url), client.post(url, conversion(lead))]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert all(project.get_absolute_url() in text(answer) for answer in answers)
    assert projects_of(anna.partner).count() == 1


def test_a_conversion_sent_twice_lands_twice_on_the_same_project(browse, anna):
    lead = QualifiedLeadFactory(owner=anna)
    client, data = browse(anna), conversion(lead, submission="0b0e9d3c-6f0f-4a6a-8d5f-1c2d3e4f5a6b")

    answers = [client.post(reverse("projects:convert", args=[lead.pk]), data).url for _time in range(2)]

    assert answers == [projects_of(anna.partner).get().get_absolute_url()] * 2


def test_a_new_lead_is_not_converted(browse, anna):
    lead = LeadFactory(owner=anna)
    client, url = browse(anna), reverse("projects:convert", args=[lead.pk])

    assert [client.get(url).status_code, client.post(url, conversion(lead)).status_code] == [422, 422]
    assert not projects_of(anna.partner).exists()


@pytest.mark.parametrize("person, status", [("alex", 403), ("ben", 200), ("carla", 404), ("otto", 403), ("tariq", 404)])
def test_convert_is_for_whoever_may_change_the_lead(request, browse, anna, person, status):
    lead = QualifiedLeadFactory(owner=anna)
    client, url = browse(request.getfixturevalue(person)), reverse("projects:convert", args=[lead.pk])

    assert client.get(url).status_code == status
    assert client.post(url, conversion(lead)).status_code == (302 if status == 200 else status)
    assert projects_of(anna.partner).count() == (1 if status == 200 else 0)
    assert StageMove.objects.for_partner(anna.partner).filter(to_stage="converted").count() == (1 if status == 200 else 0)


def test_convert_keeps_its_queries(browse, anna):
    lead = QualifiedLeadFactory(owner=anna, company="Museo Civico", email="info@museocivico.it")
    for number in range(5):
        ContactFactory(account=AccountFactory(owner=anna, name="Museo Civico", email=f"a{number}@museocivico.it"))

    assert_queries(browse(anna), reverse("projects:convert", args=[lead.pk]), at_most=18)


def test_a_lost_project_shows_how_far_it_came(browse, anna):
    project = ProposalProject(owner=anna)
    client = browse(anna)
    client.post(reverse("projects:close", args=[project.pk]), {"lost_reason": "price", "seen": "proposal"})

    page = client.get(project.get_absolute_url())

    assert [(step.value, step.state) for step in page.context["path"].steps] == [
        ("intro", "passed"),
        ("demo", "passed"),
        ("presentation", "passed"),
        ("proposal", "passed"),
        ("contract_out", "never"),
        ("order_management", "never"),
        ("closed", "lost"),
    ]


def test_a_long_list_says_up_to_how_many_rows_there_are_totals(client, anna, monkeypatch):
    client.force_login(anna)
    monkeypatch.setattr(lists, "COUNT_CAP", 2)
    said = "Totals are there for up to 2 rows. Narrow the list to see them."
    for _number in range(2):
        IntroProject(owner=anna)
    assert said not in text(client.get("/projects/"))
    assert "<tfoot>" in text(client.get("/projects/"))

    IntroProject(owner=anna)

    assert said in text(client.get("/projects/"))
    assert "<tfoot>" not in text(client.get("/projects/"))
    assert said not in text(client.get("/projects/?totals=none"))
    assert said not in text(client.get("/projects/?columns=name,stage"))
