import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.tests.factories import AccountFactory, ContactFactory
from catalog import words
from catalog.models import StageText
from leads import services
from leads.models import Lead
from leads.stages import Status
from leads.tests.factories import ConvertedLeadFactory, LeadFactory, NotInTargetLeadFactory, QualifiedLeadFactory
from partnerportal.tests.counting import assert_post_queries, assert_queries
from partnerportal.tests.days import this_day
from tasks.models import Task

HTMX = {"HTTP_HX_REQUEST": "true"}
VALUES = {
    "company": "Clinica San Marco",
    "status": "new",
    "first_name": "Paolo",
    "last_name": "Greco",
    "job_title": "cio-cto",
    "power": "influencer",
    "source": "blue-box",
    "email": "p.greco@sanmarco.it",
}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def titles(response):
    """The names in the rows of a list."""
    return re.findall(r'class="title"[^>]*>([^<]+)<', response.content.decode())


def cards(response):
    """The names on the cards of a board."""
    return re.findall(r'class="t"[^>]*>([^<]+)<', response.content.decode())


# --- list ---------------------------------------------------------------------------------


@pytest.fixture
def leads(anna, alex, carla):
    """Leads of every situation. The day is Wednesday, 4 March 2026, in Rome."""
    with time_machine.travel(datetime(2026, 2, 20, 9, tzinfo=UTC)):
        LeadFactory(owner=anna, company="Old new")
        QualifiedLeadFactory(owner=alex, company="Old qualified of Alex")
        NotInTargetLeadFactory(owner=anna, company="Put aside")
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        LeadFactory(owner=anna, company="Of Monday")
        LeadFactory(owner=carla, company="Of another partner")
    with time_machine.travel(datetime(2026, 3, 3, 23, 30, tzinfo=UTC)):
        LeadFactory(owner=alex, company="After midnight in Rome")
        ConvertedLeadFactory(owner=anna, company="Converted")


@pytest.mark.parametrize(
    ("view", "companies"),
    [
        ("", ["After midnight in Rome", "Of Monday", "Put aside", "Old qualified of Alex", "Old new"]),
        ("recent", ["After midnight in Rome", "Of Monday", "Put aside", "Old qualified of Alex", "Old new"]),
        ("my_open", ["Of Monday", "Old new"]),
        ("all_open", ["After midnight in Rome", "Of Monday", "Old qualified of Alex", "Old new"]),
        ("new_today", ["After midnight in Rome"]),
        ("new_this_week", ["After midnight in Rome", "Of Monday"]),
        ("not_in_target", ["Put aside"]),
    ],
)
def test_standard_views(view, companies, as_anna, leads):
    with time_machine.travel(datetime(2026, 3, 4, 8, tzinfo=UTC)):
        response = as_anna.get("/leads/", {"view": view} if view else {})

    assert titles(response) == companies


def test_incoming_leads_are_the_offers_of_the_vendor(as_anna, leads):
    assert '<a href="/leads/offers/" >Incoming leads</a>' in as_anna.get("/leads/").content.decode()
    for page in ("/leads/", "/leads/board/"):
        response = as_anna.get(page, {"view": "incoming"})
        assert (response.status_code, response["Location"]) == (302, "/leads/offers/")


@pytest.mark.parametrize(
    ("query", "companies"),
    [
        ({"status": "qualification"}, ["Old qualified of Alex"]),
        ({"status": ["new", "not_in_target"], "created_before": "2026-02-28"}, ["Put aside", "Old new"]),
        ({"q": "monday"}, ["Of Monday"]),
        ({"source": "blue-box"}, []),
        ({"sort": "company", "view": "my_open"}, ["Of Monday", "Old new"]),
    ],
)
def test_filters(query, companies, as_anna, leads):
    assert titles(as_anna.get("/leads/", query)) == companies


def test_list_filters_by_a_colleague_but_not_by_a_stranger(as_anna, leads, alex, carla):
    assert titles(as_anna.get("/leads/", {"owner": alex.pk})) == ["After midnight in Rome", "Old qualified of Alex"]

    refused = as_anna.get("/leads/", {"owner": carla.pk})
    assert refused.status_code == 422
    assert titles(refused) == []


def test_list_refuses_a_filter_that_it_does_not_know(as_anna, leads):
    response = as_anna.get("/leads/", {"stage": "demo"})

    assert response.status_code == 422
    assert titles(response) == []


def test_list_answers_htmx_with_its_part(as_anna, leads):
    part = as_anna.get("/leads/", {"view": "my_open"}, HTTP_HX_TARGET="records", **HTMX)

    assert "<html" not in part.content.decode()
    assert titles(part) == ["Of Monday", "Old new"]


def test_export_has_the_vendors_words(as_anna, leads):
    text = b"".join(as_anna.get("/leads/export/", {"view": "my_open"})).decode("utf-8-sig")

    assert "Email campaign" in text
    assert "Of another partner" not in text
    assert "Converted" not in text


@pytest.mark.parametrize("row_count", [1, 30])
def test_list_costs_eight_queries_however_many_rows(row_count, as_anna, anna):
    LeadFactory.create_batch(row_count, owner=anna)

    assert_queries(as_anna, "/leads/", at_most=8)


# --- board --------------------------------------------------------------------------------


def test_board_has_a_lane_for_each_status(as_anna, leads):
    response = as_anna.get("/leads/board/")

    assert re.findall(r'data-lane="(\w+)"', response.content.decode()) == ["new", "qualification", "not_in_target", "converted"]
    assert cards(response) == ["After midnight in Rome", "Of Monday", "Old new", "Old qualified of Alex", "Put aside"]


@pytest.mark.parametrize("row_count", [1, 30])
def test_board_costs_eight_queries_however_many_cards(row_count, as_anna, anna):
    LeadFactory.create_batch(row_count, owner=anna)

    assert_queries(as_anna, "/leads/board/", at_most=8)


# --- new, clone, edit -----------------------------------------------------------------------


def test_new_lead(as_anna, anna):
    response = as_anna.post("/leads/new/", VALUES)

    lead = Lead.objects.visible_to(anna).get()
    assert (response.status_code, response.url) == (302, f"/leads/{lead.pk}/")
    assert (lead.company, lead.status, lead.owner, lead.partner) == ("Clinica San Marco", "new", anna, anna.partner)
    assert [(entry.author_name, entry.channel) for entry in lead.history.all()] == [("Anna Conti", "form")]


def test_save_and_new_opens_an_empty_form(as_anna, anna):
    response = as_anna.post("/leads/new/", {**VALUES, "then": "new"}, follow=True)

    assert response.redirect_chain == [("/leads/new/", 302)]
    assert "Clinica San Marco was created." in response.content.decode()
    assert response.context["form"]["company"].value() is None
    assert Lead.objects.visible_to(anna).count() == 1


def test_a_form_sent_twice_makes_one_lead(as_anna, anna):
    token = as_anna.get("/leads/new/").context["submission"]

    first, second = (as_anna.post("/leads/new/", {**VALUES, "submission": token}) for _time in range(2))

    assert first.url == second.url
    assert Lead.objects.visible_to(anna).count() == 1


@pytest.mark.parametrize("field", ["company", "status", "first_name", "last_name", "job_title", "power", "source", "email"])
def test_new_lead_needs_each_mandatory_field(field, as_anna, anna):
    response = as_anna.post("/leads/new/", {**VALUES, field: ""})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Lead.objects.visible_to(anna).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "greco@gmail.com"),
        ("email", "test@sanmarco.it"),
        ("status", "converted"),
        ("source", "made-up"),
        ("phone", "12"),
        ("total_users", "-1"),
    ],
)
def test_new_lead_refuses_and_keeps_what_was_typed(field, value, as_anna, anna):
    response = as_anna.post("/leads/new/", {**VALUES, field: value})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"]["company"].value() == "Clinica San Marco"
    assert not Lead.objects.visible_to(anna).exists()


@pytest.mark.parametrize(
    "make",
    [
        lambda owner: LeadFactory(owner=owner, company="Clinica San Marco S.r.l.", email="office@sanmarco.it"),
        lambda owner: AccountFactory(owner=owner, name="Anything", email="office@sanmarco.it"),
        lambda owner: ContactFactory(account=AccountFactory(owner=owner), email="P.Greco@sanmarco.it"),
    ],
)
def test_new_lead_shows_what_is_surely_the_same_and_asks_once(make, as_anna, anna, carla):
    known = make(anna)
    make(carla)

    asked = as_anna.post("/leads/new/", VALUES)

    form = asked.context["form"]
    assert (asked.status_code, list(form.errors)) == (422, ["is_another"])
    assert re.findall(r'href="(/[a-z]+/\d+/)"', str(form.errors["is_another"])) == [known.get_absolute_url()]
    assert "It is not the same: save it all the same" in asked.content.decode()
    summary = " ".join(re.sub(r"<[^>]+>", "", re.search(r"<div[^>]* data-summary>.*?</div>", asked.content.decode(), re.DOTALL)[0]).split())
    assert re.fullmatch(
        r"This cannot be saved yet: There is already one like this: .+ \(.+\)\. It is not the same: save it all the same", summary
    )
    assert '<a href="#id_is_another">It is not the same: save it all the same</a>' in asked.content.decode()
    assert not Lead.objects.visible_to(anna).filter(company=VALUES["company"]).exists()
    assert as_anna.post("/leads/new/", VALUES | {"is_another": "on"}).status_code == 302


@pytest.mark.parametrize(
    ("alike", "carlas"),
    [
        ({"company": "Anything Else", "email": "a@elsewhere.it", "phone": "+390412345678"}, {}),
        ({"company": "Zirbelhof", "email": "a@zirbelhof.it"}, {"company": "Clinica San Marco", "email": "p.greco@sanmarco.it"}),
    ],
)
def test_new_lead_asks_nothing_about_what_is_only_alike_or_another_partners(alike, carlas, as_anna, anna, carla):
    LeadFactory(owner=anna, **alike)
    LeadFactory(owner=carla, **carlas)

    assert as_anna.post("/leads/new/", VALUES | {"phone": "041 234 5678"}).status_code == 302


def test_a_clone_of_a_lead_and_an_edit_ask_nothing(as_anna, anna):
    lead = LeadFactory(owner=anna, **VALUES)
    known = LeadFactory(owner=anna, company="Orto", email="info@orto.it")

    cloned = as_anna.post(f"/leads/{lead.pk}/clone/", VALUES)
    edited = as_anna.post(f"/leads/{lead.pk}/edit/", VALUES | {"company": known.company, "email": known.email})

    assert (cloned.status_code, edited.status_code) == (302, 302)
    assert Lead.objects.visible_to(anna).count() == 3


def test_a_national_number_is_of_the_partners_country(as_anna, anna):
    as_anna.post("/leads/new/", {**VALUES, "phone": "041 234 5678", "website": "sanmarco.it"})

    lead = Lead.objects.visible_to(anna).get()
    assert (lead.phone.as_e164, lead.website) == ("+390412345678", "https://sanmarco.it")


def test_new_lead_costs_ten_queries(as_anna):
    as_anna.get("/leads/new/")

    assert_post_queries(as_anna, "/leads/new/", VALUES, at_most=10)


def test_clone_begins_anew(as_anna, anna):
    lead = ConvertedLeadFactory(owner=anna, company="Converted")

    response = as_anna.get(f"/leads/{lead.pk}/clone/")

    form = response.context["form"]
    assert (form["company"].value(), form["status"].value(), form["interested_solutions"].value()) == (
        "Converted",
        "new",
        ["license", "classound"],
    )


def test_edit_lead(as_anna, anna):
    lead = LeadFactory(owner=anna)
    page = as_anna.get(f"/leads/{lead.pk}/edit/")

    response = as_anna.post(f"/leads/{lead.pk}/edit/", {**VALUES, "base": page.context["base"], "interested_solutions": ["hwaas"]})

    lead.refresh_from_db()
    assert (response.status_code, response.url) == (302, f"/leads/{lead.pk}/")
    assert (lead.company, lead.interested_solutions, lead.status) == ("Clinica San Marco", ["hwaas"], "new")


def test_an_edit_keeps_what_others_saved_meanwhile(as_anna, anna, ben):
    lead = LeadFactory(owner=anna, city="Verona")
    form = as_anna.get(f"/leads/{lead.pk}/edit/").context
    seen = {name: form["form"][name].value() or "" for name in VALUES if name in form["form"].fields}
    services.edit_lead(lead, values={"city": "Padova"}, by=ben)

    response = as_anna.post(f"/leads/{lead.pk}/edit/", {**seen, "city": "Verona", "company": "Clinica San Marco", "base": form["base"]})

    lead.refresh_from_db()
    assert response.status_code == 302
    assert (lead.city, lead.company) == ("Padova", "Clinica San Marco")


def test_a_withdrawn_word_stays_on_offer_where_it_is(as_anna, anna):
    lead = LeadFactory(owner=anna, source="fax-campaign")

    response = as_anna.get(f"/leads/{lead.pk}/edit/")

    assert "fax-campaign" in dict(response.context["form"].fields["source"].choices)
    assert "fax-campaign" not in dict(as_anna.get("/leads/new/").context["form"].fields["source"].choices)


# --- record ---------------------------------------------------------------------------------


@pytest.mark.parametrize("factory", [LeadFactory, QualifiedLeadFactory, NotInTargetLeadFactory, ConvertedLeadFactory])
def test_record_costs_twelve_queries(factory, as_anna, anna):
    lead = factory(owner=anna)

    assert_queries(as_anna, f"/leads/{lead.pk}/", at_most=12)


@pytest.mark.parametrize(
    ("factory", "said", "unsaid"),
    [
        (LeadFactory, ["Mark Status as Complete", "Edit"], ["/convert/"]),
        (QualifiedLeadFactory, ["Mark Status as Complete", "/convert/"], ["Back to Qualification"]),
        (NotInTargetLeadFactory, ["Back to Qualification", "No budget"], ["Mark Status as Complete", "/convert/"]),
        (
            ConvertedLeadFactory,
            ["This lead is converted", "/accounts/", "/convert/undo/"],
            ["Mark Status as Complete", '/convert/"', "/edit/"],
        ),
    ],
)
def test_record_offers_what_the_status_allows(factory, said, unsaid, as_anna, anna):
    text = as_anna.get(factory(owner=anna).get_absolute_url()).content.decode()

    assert [word for word in said if word not in text] == []
    assert [word for word in unsaid if word in text] == []


def test_record_of_a_colleague_can_be_read_only(client, anna, alex):
    lead = LeadFactory(owner=anna)
    client.force_login(alex)

    text = client.get(lead.get_absolute_url()).content.decode()

    assert "Only Anna Conti and the managers of Aurora Telecom may change this." in text
    assert "Mark Status as Complete" not in text


# --- moves ------------------------------------------------------------------------------------


def move(client, lead, to, seen=None, **more):
    """Post a move; what begins with HTTP is a header, the rest are fields."""
    headers = {name: value for name, value in more.items() if name.startswith("HTTP")}
    fields = {name: value for name, value in more.items() if name not in headers}
    return client.post(f"/leads/{lead.pk}/move/", {"to": to, "seen": seen or lead.status, **fields}, **headers)


@pytest.mark.parametrize("to", ["complete", "qualification"])
def test_mark_status_as_complete_qualifies(to, as_anna, anna):
    lead = LeadFactory(owner=anna)

    response = move(as_anna, lead, to)

    lead.refresh_from_db()
    assert (response.status_code, response.url, lead.status) == (302, f"/leads/{lead.pk}/", Status.QUALIFICATION)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_completing_qualification_asks_which_way(headers, as_anna, anna):
    lead = QualifiedLeadFactory(owner=anna)

    response = move(as_anna, lead, "complete", **headers)

    lead.refresh_from_db()
    text = response.content.decode()
    assert (response.status_code, lead.status) == (422, Status.QUALIFICATION)
    assert f"/leads/{lead.pk}/convert/" in text
    assert 'value="not_in_target"' in text
    assert ("<html" in text) == (not headers)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_not_in_target_asks_why(headers, as_anna, anna):
    lead = LeadFactory(owner=anna)

    asked = move(as_anna, lead, "not_in_target", **headers)
    refused = move(as_anna, lead, "not_in_target", asked="1", reason="", **headers)
    lead.refresh_from_db()
    assert (asked.status_code, refused.status_code, lead.status) == (422, 422, Status.NEW)
    done = move(as_anna, lead, "not_in_target", asked="1", reason="no-budget", revisit_on="2099-09-01", **headers)

    lead.refresh_from_db()
    assert done.status_code == (204 if headers else 302)
    assert (lead.status, lead.not_in_target_reason) == (Status.NOT_IN_TARGET, "no-budget")
    assert [task.related for task in Task.objects.visible_to(anna)] == [lead]


def test_not_in_target_refuses_a_day_that_has_passed(as_anna, anna):
    lead = LeadFactory(owner=anna)

    response = move(as_anna, lead, "not_in_target", asked="1", reason="no-budget", revisit_on="2020-01-01")

    lead.refresh_from_db()
    assert (response.status_code, lead.status) == (422, Status.NEW)


def test_back_to_qualification(as_anna, anna):
    lead = NotInTargetLeadFactory(owner=anna)

    move(as_anna, lead, "qualification")

    lead.refresh_from_db()
    assert (lead.status, lead.not_in_target_reason) == (Status.QUALIFICATION, "")


def test_a_lead_dropped_on_converted_opens_its_page(as_anna, anna):
    lead = QualifiedLeadFactory(owner=anna)

    dropped = move(as_anna, lead, "converted", **{"from": "board"}, **HTMX)
    plain = move(as_anna, lead, "converted")

    lead.refresh_from_db()
    assert (dropped.status_code, dropped["HX-Redirect"]) == (204, f"/leads/{lead.pk}/convert/")
    assert (plain.status_code, plain.url) == (302, f"/leads/{lead.pk}/convert/")
    assert lead.status == Status.QUALIFICATION


@pytest.mark.parametrize("factory", [LeadFactory, NotInTargetLeadFactory])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_converting_unqualified_is_refused_with_a_sentence(factory, headers, as_anna, anna):
    lead = factory(owner=anna)
    before = lead.status

    response = move(as_anna, lead, "converted", **headers)

    lead.refresh_from_db()
    assert (response.status_code, lead.status) == (422, before)
    assert "only a lead in Qualification can be converted" in response.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_move_that_was_overtaken_is_409(headers, as_anna, anna):
    lead = QualifiedLeadFactory(owner=anna)

    response = move(as_anna, lead, "not_in_target", seen="new", asked="1", reason="no-budget", **headers)

    lead.refresh_from_db()
    assert (response.status_code, lead.status, lead.stage_moves.count()) == (409, Status.QUALIFICATION, 0)


def test_a_move_on_the_board_answers_card_and_heads(as_anna, anna):
    lead = LeadFactory(owner=anna, company="Brenner Logistik")

    response = move(as_anna, lead, "qualification", **{"from": "board"}, HTTP_HX_CURRENT_URL="http://testserver/leads/board/", **HTMX)

    text = response.content.decode()
    assert response.status_code == 200
    assert 'hx-swap-oob="afterbegin:#lane-qualification"' in text
    assert re.findall(r'id="lane-head-(\w+)"', text) == ["new", "qualification"]


@pytest.mark.parametrize(
    ("factory", "to", "more"),
    [
        (LeadFactory, "qualification", {}),
        (LeadFactory, "not_in_target", {"asked": "1", "reason": "no-budget"}),
        (QualifiedLeadFactory, "not_in_target", {"asked": "1", "reason": "no-budget"}),
    ],
)
def test_a_step_is_taken_back_from_the_toast_of_the_board(as_anna, anna, factory, to, more):
    lead = factory(owner=anna)
    was = lead.status
    at = {"HTTP_HX_CURRENT_URL": "http://testserver/leads/board/", **HTMX}
    told = move(as_anna, lead, to, **{"from": "board"}, **more, **at).content.decode()
    assert f'name="to" value="{was}"' in told
    assert f'name="seen" value="{to}"' in told

    as_anna.post(f"/leads/{lead.pk}/move/", {"to": was, "seen": to, "undo": "1", "from": "board"}, **at)

    lead.refresh_from_db()
    assert (lead.status, lead.not_in_target_reason) == (was, "")
    assert [(one.from_stage, one.to_stage, one.reason) for one in lead.stage_moves.order_by("pk")][1:] == [(to, was, "Undo")]


def test_a_step_with_a_revisit_date_has_no_way_back(as_anna, anna):
    lead = LeadFactory(owner=anna)
    day = (this_day() + timedelta(days=30)).isoformat()

    told = move(as_anna, lead, "not_in_target", **{"from": "board", "asked": "1", "reason": "no-budget", "revisit_on": day}, **HTMX)

    assert told.status_code == 200
    assert 'name="undo"' not in told.content.decode()


def test_new_is_reached_by_taking_back_only(as_anna, anna, ben):
    lead = LeadFactory(owner=anna)
    services.set_status(lead, to="qualification", seen="new", by=ben)

    by_hand = move(as_anna, lead, "new", seen="qualification", **HTMX)
    of_another = as_anna.post(f"/leads/{lead.pk}/move/", {"to": "new", "seen": "qualification", "undo": "1"}, **HTMX)

    assert (by_hand.status_code, of_another.status_code) == (422, 422)
    lead.refresh_from_db()
    assert (lead.status, lead.stage_moves.count()) == ("qualification", 1)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_colleague_is_told_who_may_move(headers, client, anna, alex):
    lead = LeadFactory(owner=anna)
    client.force_login(alex)

    response = move(client, lead, "qualification", **headers)

    lead.refresh_from_db()
    assert (response.status_code, lead.status) == (403, Status.NEW)
    assert "Anna Conti" in response.content.decode()


# --- everything of another partner ----------------------------------------------------------


@pytest.mark.parametrize("page", ["", "edit/", "clone/", "history/", "owner/", "delete/", "panels/activity/", "panels/files/"])
def test_pages_of_another_partners_lead_do_not_exist(page, client, anna, carla):
    lead = LeadFactory(owner=anna)
    client.force_login(carla)

    assert client.get(f"/leads/{lead.pk}/{page}").status_code == 404


@pytest.mark.parametrize("action", ["move/", "edit/", "follow/", "notes/", "owner/", "delete/", "restore/", "files/"])
def test_actions_on_another_partners_lead_do_not_exist(action, client, anna, carla):
    lead = LeadFactory(owner=anna)
    client.force_login(carla)

    response = client.post(f"/leads/{lead.pk}/{action}", {"to": "qualification", "seen": "new", "text": "x", "owner": carla.pk, **VALUES})

    lead.refresh_from_db()
    assert response.status_code == 404
    assert (lead.status, lead.owner, lead.deleted_at, lead.history.count(), lead.notes.count()) == (Status.NEW, anna, None, 1, 0)


@pytest.mark.parametrize("page", ["", "board/", "new/", "export/"])
def test_support_has_no_leads(page, client, tariq):
    client.force_login(tariq)

    assert client.get(f"/leads/{page}").status_code == 403


# --- what every record can do -----------------------------------------------------------------


def test_owner_changes_and_open_tasks_go_along(as_anna, anna, alex):
    from_lead = LeadFactory(owner=anna)
    as_anna.post(
        f"/tasks/new/?about=leads.lead:{from_lead.pk}",
        {"subject": "Call", "kind": "call", "assigned_to": anna.pk, "priority": "normal", "status": "not_started"},
    )

    response = as_anna.post(f"/leads/{from_lead.pk}/owner/", {"owner": alex.pk})

    from_lead.refresh_from_db()
    assert (response.status_code, from_lead.owner) == (302, alex)
    assert [task.assigned_to for task in Task.objects.visible_to(anna)] == [alex]


def test_delete_and_restore(as_anna, anna):
    lead = LeadFactory(owner=anna)

    as_anna.post(f"/leads/{lead.pk}/delete/")
    assert as_anna.get(lead.get_absolute_url()).status_code == 404
    as_anna.post(f"/leads/{lead.pk}/restore/")

    assert as_anna.get(lead.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("action", ["delete/", "owner/", "edit/", "move/"])
def test_a_converted_lead_is_read_only(action, client, anna, ben, alex):
    lead = ConvertedLeadFactory(owner=anna)
    client.force_login(ben)

    response = client.post(f"/leads/{lead.pk}/{action}", {**VALUES, "owner": alex.pk, "to": "qualification", "seen": "converted"})

    lead.refresh_from_db()
    assert response.status_code == 403
    assert "This lead is converted" in response.content.decode()
    assert (lead.status, lead.owner, lead.deleted_at, lead.history.count()) == (Status.CONVERTED, anna, None, 1)


def test_note_and_history(as_anna, anna):
    lead = LeadFactory(owner=anna)

    as_anna.post(f"/leads/{lead.pk}/notes/", {"text": "Wants a call in spring"})

    assert "Wants a call in spring" in as_anna.get(f"/leads/{lead.pk}/panels/activity/").content.decode()
    assert as_anna.get(reverse("leads:history", args=[lead.pk])).status_code == 200


def test_week_begins_on_monday_of_the_reader(as_anna, anna):
    with time_machine.travel(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)):  # Monday, half past midnight, in Rome.
        LeadFactory(owner=anna, company="Of Monday")
    with time_machine.travel(datetime(2026, 3, 1, 22, 30, tzinfo=UTC)):
        LeadFactory(owner=anna, company="Of Sunday")

    with time_machine.travel(datetime(2026, 3, 1, 23, 30, tzinfo=UTC) + timedelta(days=6)):
        assert titles(as_anna.get("/leads/", {"view": "new_this_week"})) == ["Of Monday"]


def test_the_last_line_counts_what_has_a_value(client, anna):
    client.force_login(anna)
    for users in (5, None, 7):
        LeadFactory(owner=anna, total_users=users)

    def line(totals):
        page = client.get(f"/leads/?columns=company,total_users&totals={totals}")
        return [sums for column, sums in page.context["totals"] if column.name == "total_users"]

    assert (line("count"), line(""), line("average")) == ([["2"]], [["12"]], [["6"]])
    assert 'value="count" selected' in client.get("/leads/views/?part=columns&to=list&totals=count").text


def test_a_status_that_the_vendor_has_renamed_is_called_so_everywhere(as_anna, anna, reference):
    StageText.objects.filter(process="lead", stage="qualification").update(label="In talks")
    words.forget()
    lead = LeadFactory(owner=anna)
    services.set_status(lead, to=Status.QUALIFICATION, seen=Status.NEW, by=anna)

    addresses = [reverse("leads:list"), reverse("leads:board"), reverse("leads:add")]
    addresses += [lead.get_absolute_url(), reverse("leads:history", args=[lead.pk])]
    pages = {address: as_anna.get(address).content.decode() for address in addresses}

    assert [address for address, page in pages.items() if "In talks" not in page] == []
    assert re.findall(r"<(?!h2)[^<]*>Qualification<", " ".join(pages.values())) == []  # The heading is of the questions.


def test_history_and_timeline_say_the_vendors_words_for_what_was_chosen(as_anna, anna, reference):
    lead = LeadFactory(owner=anna, power="unknown", industry="")
    services.edit_lead(lead, values={"power": "decision-maker", "industry": "health-care"}, by=anna)

    timeline, history = (as_anna.get(reverse(f"leads:{page}", args=[lead.pk])).text for page in ("panel_activity", "history"))

    assert "Changed power from Unknown to Decision maker" in timeline
    assert "Set industry to Health care" in timeline
    assert [word for word in ("decision-maker", "health-care") if word in timeline + history] == []
    assert "Health care" in history
