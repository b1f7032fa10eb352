"""Pages of cases: what people see and what changes, with htmx and without."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import AccountFactory, ContactFactory
from cases import services
from cases.models import Case, Comment
from cases.stages import Status
from cases.tests.factories import (
    CaseFactory,
    ClosedCaseFactory,
    CommentFactory,
    FeatureRequestFactory,
    ResolvedCaseFactory,
    RunningCaseFactory,
    TechCaseFactory,
    WaitingCaseFactory,
)
from partnerportal.core.models import Follow, Note, OutboxMessage
from partnerportal.tests.counting import assert_queries, queries_of
from partnerportal.tests.days import this_day

HTMX = {"HTTP_HX_REQUEST": "true"}
TELLING = "The wording of this is secret: 4711"
NEW = {"topic": "billing", "subject": "Wrong invoice", "description": "It names the wrong company."}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def as_tariq(client, tariq):
    client.force_login(tariq)
    return client


def everything(model):
    return model._default_manager.across_partners(reason="test")


def titles(response):
    return re.findall(r'class="title" href="[^"]*">([^<]*)<', response.content.decode())


def to(name, case):
    return reverse(f"cases:{name}", args=[case.pk])


# --- list ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "found"),
    [
        ("", ["waiting", "running", "new"]),
        ("open", ["colleague", "waiting", "running", "new"]),
        ("waiting", ["waiting"]),
        ("closed", ["closed", "resolved"]),
        ("all", ["closed", "resolved", "colleague", "waiting", "running", "new"]),
    ],
)
def test_the_standard_views(as_anna, anna, alex, view, found):
    made = {
        "new": CaseFactory(owner=anna),
        "running": RunningCaseFactory(owner=anna),
        "waiting": WaitingCaseFactory(owner=anna),
        "colleague": CaseFactory(owner=alex),
        "resolved": ResolvedCaseFactory(owner=anna),
        "closed": ClosedCaseFactory(owner=anna),
    }

    response = as_anna.get("/cases/", {"view": view} if view else {})

    assert titles(response) == [made[name].subject for name in found]


def test_support_sees_the_cases_of_all_partners_and_its_own_first(as_tariq, anna, carla, tariq):
    mine, other, waiting = RunningCaseFactory(owner=anna, agent=tariq), CaseFactory(owner=carla), WaitingCaseFactory(owner=carla)

    assert titles(as_tariq.get("/cases/")) == [mine.subject]
    assert titles(as_tariq.get("/cases/?view=open")) == [waiting.subject, other.subject, mine.subject]
    assert titles(as_tariq.get("/cases/?view=waiting")) == [other.subject, mine.subject]


def test_another_partner_finds_nothing(client, anna, carla):
    case = CaseFactory(owner=anna)
    client.force_login(carla)

    assert titles(client.get("/cases/?view=all")) == []
    for name in ("detail", "edit", "reopen", "decide", "history", "panel_activity", "panel_files"):
        assert client.get(to(name, case)).status_code == 404, name
    for name in ("comment", "answer", "internal", "take", "resolve", "reopen", "decide", "notes", "files", "follow"):
        assert client.post(to(name, case), {"text": "x"}).status_code == 404, name
    assert not everything(Comment).exists()


def test_search_finds_no_internal_comment(as_anna, anna, tariq):
    case = RunningCaseFactory(owner=anna, agent=tariq, subject="Wrong invoice")
    services.comment_internally(case, TELLING, by=tariq)

    assert titles(as_anna.get("/cases/", {"view": "all", "q": "4711"})) == []
    assert "Wrong invoice" not in as_anna.get("/search/", {"q": "4711"}).content.decode()
    assert "Wrong invoice" in as_anna.get("/search/", {"q": "Wrong invoice"}).content.decode()


# --- submit ---------------------------------------------------------------------------------


def test_the_type_comes_first_and_what_is_not_open_is_explained(as_anna):
    page = as_anna.get("/cases/new/").content.decode()

    assert re.findall(r'href="\?type=(\w+)"', page) == ["customer_care", "feature_request", "rma_capex", "hwaas"]
    assert "Tech Support is open to partners with certified staff." in page


def test_a_certified_partner_is_offered_tech_support(client, anna):
    anna.partner.is_certified = True
    anna.partner.save()
    client.force_login(anna)

    assert re.findall(r'href="\?type=(\w+)"', client.get("/cases/new/").content.decode()) == [
        "customer_care",
        "tech_support",
        "feature_request",
        "rma_capex",
        "hwaas",
    ]


@pytest.mark.parametrize(
    ("case_type", "asked"),
    [
        ("customer_care", {"topic", "subject", "description", "account", "contact", "file"}),
        ("tech_support", {"service_class", "subject", "description", "account", "contact", "file"}),
        ("feature_request", {"subject", "description", "account", "contact", "file"}),
        ("rma_capex", {"account", "contact", "device", "bought_on", "subject", "description", "file"}),
        ("hwaas", {"account", "contact", "wish", "device", "subject", "description", "file"}),
    ],
)
def test_each_type_asks_its_fields(client, anna, case_type, asked):
    anna.partner.is_certified = True
    anna.partner.save()
    client.force_login(anna)

    assert set(client.get("/cases/new/", {"type": case_type}).context["form"].fields) == asked


def test_a_case_is_submitted_with_a_file_and_a_link_to_it(as_anna, anna):
    account = AccountFactory(owner=anna)
    file = SimpleUploadedFile("log.txt", b"12:00 lost", content_type="text/plain")

    response = as_anna.post("/cases/new/?type=customer_care", NEW | {"account": account.pk, "file": file}, follow=True)

    case = everything(Case).get()
    assert response.redirect_chain[0][0] == case.get_absolute_url()
    assert (case.type, case.topic, case.account, case.owner) == ("customer_care", "billing", account, anna)
    assert case.attachments.get().name == "log.txt"
    assert case.number in response.content.decode()


RMA = {"device": "DaySky base, SN 4711", "subject": "Does not start", "description": "No light at all."}


def test_a_faulty_device_is_sent_with_what_the_vendor_must_know(as_anna, anna):
    account, bought = AccountFactory(owner=anna), this_day() - timedelta(days=30)

    answer = as_anna.post("/cases/new/?type=rma_capex", {**RMA, "account": account.pk, "bought_on": bought.isoformat()})

    case = Case.objects.visible_to(anna).get()
    assert answer.url == case.get_absolute_url()
    assert (case.type, case.account, case.subject) == ("rma_capex", account, "Does not start")
    assert case.description == f"Device: DaySky base, SN 4711\nBought on: {bought:%Y-%m-%d}\n\nNo light at all."


@pytest.mark.parametrize(
    "bought_on, field", [("2099-01-01", "bought_on"), ("2023-01-10", "bought_on"), ("2015-01-10", "bought_on"), ("2022-06-30", "file")]
)
def test_what_is_not_covered_is_refused_at_its_field(as_anna, anna, bought_on, field):
    account = AccountFactory(owner=anna)

    with time_machine.travel("2026-11-20 12:00+00:00", tick=False):
        answer = as_anna.post("/cases/new/?type=rma_capex", {**RMA, "account": account.pk, "bought_on": bought_on})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not everything(Case).exists()


def test_rented_devices_are_named_with_the_wish(as_anna, anna):
    account = AccountFactory(owner=anna)

    as_anna.post("/cases/new/?type=hwaas", {**RMA, "account": account.pk, "wish": "cancel"})

    case = Case.objects.visible_to(anna).get()
    assert (case.type, case.description.splitlines()[:2]) == ("hwaas", ["Wish: Cancel devices", "Device: DaySky base, SN 4711"])


@pytest.mark.parametrize("case_type", ["rma_capex", "hwaas"])
def test_hardware_stands_at_a_customer(as_anna, case_type):
    answer = as_anna.post(f"/cases/new/?type={case_type}", {**RMA, "bought_on": "2026-01-01", "wish": "other"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["account"]
    assert not everything(Case).exists()


def test_a_file_that_is_refused_submits_nothing_and_keeps_what_was_typed(as_anna):
    response = as_anna.post("/cases/new/?type=customer_care", NEW | {"file": SimpleUploadedFile("run.exe", b"MZ")})

    assert response.status_code == 422
    assert "It names the wrong company." in response.content.decode()
    assert not everything(Case).exists()


def test_the_same_form_sent_twice_submits_once(as_anna):
    token = as_anna.get("/cases/new/?type=customer_care").context["submission"]
    sent = [as_anna.post("/cases/new/?type=customer_care", NEW | {"submission": token}).url for _ in range(2)]

    assert sent[0] == sent[1]
    assert everything(Case).count() == 1


def test_what_is_missing_is_said(as_anna):
    response = as_anna.post("/cases/new/?type=customer_care", {"subject": "Wrong invoice"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"topic", "description"}
    assert not everything(Case).exists()


def test_tech_support_cannot_be_had_by_a_crafted_post(as_anna):
    response = as_anna.post("/cases/new/?type=tech_support", NEW | {"service_class": "critical"})

    assert "certified staff" in response.content.decode()
    assert not everything(Case).exists()


def test_the_choices_end_at_the_own_company(as_anna, anna, carla):
    mine, foreign = AccountFactory(owner=anna), AccountFactory(owner=carla)
    page = as_anna.get("/cases/new/?type=customer_care").content.decode()

    assert (mine.name in page, foreign.name in page) == (True, False)
    assert as_anna.post("/cases/new/?type=customer_care", NEW | {"account": foreign.pk}).status_code == 422
    assert not everything(Case).exists()


def test_a_contact_of_another_account_is_refused_at_its_field(as_anna, anna):
    contact = ContactFactory(account=AccountFactory(owner=anna))

    response = as_anna.post("/cases/new/?type=customer_care", NEW | {"account": AccountFactory(owner=anna).pk, "contact": contact.pk})

    assert response.context["form"].errors == {"contact": ["This contact belongs to another account."]}


def test_the_account_is_filled_in_on_the_way_from_its_page(as_anna, anna):
    account = AccountFactory(owner=anna)

    types = as_anna.get("/cases/new/", {"account": account.pk}).content.decode()
    form = as_anna.get("/cases/new/", {"type": "customer_care", "account": account.pk}).context["form"]

    assert f"?account={account.pk}&amp;type=customer_care" in types
    assert str(form.initial["account"]) == str(account.pk)


@pytest.mark.parametrize("who", ["otto", "tariq"])
def test_the_vendor_submits_no_case(request, client, reference, who):
    client.force_login(request.getfixturevalue(who))

    assert client.get("/cases/new/").status_code == 403
    assert client.post("/cases/new/?type=customer_care", NEW).status_code == 403


# --- the case and its conversation ------------------------------------------------------------


def test_the_partner_reads_the_conversation_without_internal_words(client, anna, alex, ben, dora, tariq):
    case = RunningCaseFactory(owner=anna, agent=tariq, description="It names the wrong company.")
    CommentFactory(case=case, author=tariq, text="Which company?")
    services.comment_internally(case, TELLING, by=tariq)

    for person in (anna, alex, ben, dora):
        client.force_login(person)
        for address in (case.get_absolute_url(), to("panel_activity", case), to("history", case), to("panel_files", case)):
            assert TELLING not in client.get(address).content.decode()
        page = client.get(case.get_absolute_url()).content.decode()
        assert ("It names the wrong company." in page, "Which company?" in page) == (True, True)
    client.force_login(tariq)
    assert TELLING in client.get(case.get_absolute_url()).content.decode()


def test_followers_hear_of_no_internal_comment(client, anna, alex, tariq):
    case = RunningCaseFactory(owner=anna, agent=tariq)
    Follow.objects.create(partner=anna.partner, user=alex, subject=case)
    services.comment_internally(case, TELLING, by=tariq)
    client.force_login(alex)

    assert alex.notifications.count() == 0
    assert TELLING not in client.get("/notifications/").content.decode()


def test_words_are_escaped(as_anna, anna, tariq):
    case = RunningCaseFactory(owner=anna, description="<script>alert(1)</script>")
    CommentFactory(case=case, author=tariq, text="<b>bold</b>")

    page = as_anna.get(case.get_absolute_url()).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


def test_a_comment_lets_the_work_go_on(as_anna, anna):
    case = WaitingCaseFactory(owner=anna)

    response = as_anna.post(to("comment", case), {"text": "Here it is"}, follow=True)

    case.refresh_from_db()
    assert response.redirect_chain[0][0] == f"{case.get_absolute_url()}#conversation"
    assert (case.status, case.comments.get().text) == ("in_progress", "Here it is")
    assert "Here it is" in response.content.decode()


def test_the_same_comment_sent_twice_stands_once(as_anna, anna):
    case = WaitingCaseFactory(owner=anna)
    token = as_anna.get(case.get_absolute_url()).context["submission"]
    for _ in range(2):
        as_anna.post(to("comment", case), {"text": "Here it is", "submission": token})

    assert case.comments.count() == 1


def test_an_empty_comment_is_refused(as_anna, anna):
    case = WaitingCaseFactory(owner=anna)

    response = as_anna.post(to("comment", case), {"text": "  "})

    assert response.status_code == 422
    assert (case.comments.count(), everything(Case).get().status) == (0, "waiting")


def test_a_comment_on_a_closed_case_is_refused_and_kept(as_anna, anna):
    case = ClosedCaseFactory(owner=anna)

    response = as_anna.post(to("comment", case), {"text": "One more thing"})

    assert response.status_code == 422
    assert case.comments.count() == 0


def test_a_colleague_reads_and_may_not_write(client, anna, alex):
    case = WaitingCaseFactory(owner=anna)
    client.force_login(alex)

    assert "Send comment" not in client.get(case.get_absolute_url()).content.decode()
    response = client.post(to("comment", case), {"text": "Me too"})
    assert response.status_code == 403
    assert "Only Anna Conti and the managers of Aurora Telecom may change this." in response.content.decode()
    assert case.comments.count() == 0


def test_an_agent_answers_from_the_portal(as_tariq, anna, tariq):
    case = CaseFactory(owner=anna)

    page = as_tariq.get(case.get_absolute_url()).content.decode()
    as_tariq.post(to("answer", case), {"text": "Which company?", "to": "waiting"})

    case.refresh_from_db()
    assert "Answer the partner" in page
    assert (case.status, case.agent, case.comments.get().is_internal) == ("waiting", tariq, False)
    assert OutboxMessage.objects.get().kind == "case.answered"


def test_an_agent_comments_internally_from_the_portal(as_tariq, anna):
    case = CaseFactory(owner=anna)

    as_tariq.post(to("internal", case), {"text": TELLING, "to": "waiting"})

    case.refresh_from_db()
    assert (case.status, case.comments.get().is_internal) == ("new", True)
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("name", ["answer", "internal", "take", "decide"])
@pytest.mark.parametrize("who", ["anna", "ben", "dora", "otto"])
def test_only_support_speaks_for_the_vendor(request, client, anna, name, who):
    case = FeatureRequestFactory(owner=anna)
    client.force_login(request.getfixturevalue(who))

    response = client.post(to(name, case), {"text": "x", "to": "waiting", "verdict": "planned", "answer": "x"})

    case.refresh_from_db()
    assert response.status_code == 403
    assert (case.status, case.verdict, case.comments.count()) == ("new", "new", 0)


def test_the_vendor_writes_no_note_on_a_case(as_tariq, anna):
    case = CaseFactory(owner=anna)

    assert "Add note" not in as_tariq.get(to("panel_activity", case)).content.decode()
    assert as_tariq.post(to("notes", case), {"text": TELLING}).status_code == 403
    assert not everything(Note).exists()


def test_the_partner_writes_a_note_on_a_case(as_anna, anna):
    case = CaseFactory(owner=anna)

    as_anna.post(to("notes", case), {"text": "Ask Gino"})

    assert everything(Note).get().text == "Ask Gino"


@pytest.mark.parametrize(("headers", "status"), [({}, 302), (HTMX, 204)])
def test_the_owner_resolves(as_anna, anna, headers, status):
    case = CaseFactory(owner=anna)

    response = as_anna.post(to("resolve", case), {"seen": "new"}, **headers)

    case.refresh_from_db()
    assert (response.status_code, case.status) == (status, "resolved")


def test_resolving_what_has_moved_meanwhile_is_refused(as_anna, anna):
    case = WaitingCaseFactory(owner=anna)

    page = as_anna.post(to("resolve", case), {"seen": "new"}, follow=True).content.decode()

    assert "moved meanwhile" in page
    assert everything(Case).get().status == "waiting"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_reopening_asks_for_a_reason(as_anna, anna, headers):
    case = ClosedCaseFactory(owner=anna)

    assert "Reopen this case?" in as_anna.get(to("reopen", case), **headers).content.decode()
    assert as_anna.post(to("reopen", case), {"reason": " "}, **headers).status_code == 422
    as_anna.post(to("reopen", case), {"reason": "It is back"}, **headers)

    case.refresh_from_db()
    assert (case.status, case.stage_moves.get().reason) == ("in_progress", "It is back")


def test_after_fourteen_days_reopening_is_neither_offered_nor_done(as_anna, anna):
    case = ClosedCaseFactory(owner=anna, closed_at=timezone.now() - timedelta(days=15))

    assert to("reopen", case) not in as_anna.get(case.get_absolute_url()).content.decode()
    page = as_anna.post(to("reopen", case), {"reason": "It is back"}, follow=True).content.decode()
    assert "more than 14 days ago" in page
    assert everything(Case).get().status == "closed"


def test_an_agent_takes_a_case_and_answers_a_request(as_tariq, anna, tariq):
    case = FeatureRequestFactory(owner=anna)

    as_tariq.post(to("take", case))
    as_tariq.post(to("decide", case), {"verdict": "planned", "answer": "In spring"}, **HTMX)

    case.refresh_from_db()
    assert (case.agent, case.verdict, case.comments.get().text) == (tariq, "planned", "In spring")


def test_the_path_says_where_it_waits(client, anna, tariq):
    case = WaitingCaseFactory(owner=anna)
    labels = {}
    for person in (anna, tariq):
        client.force_login(person)
        labels[person.first_name] = [
            str(step.label) for step in client.get(case.get_absolute_url()).context["path"].steps if step.state == "now"
        ]

    assert labels == {"Anna": ["Waiting for you"], "Tariq": ["Waiting for partner"]}


@pytest.mark.parametrize(
    ("hours", "answered", "words"), [(2, None, "Due "), (-2, None, "Overdue"), (-2, -3, "Answered in time"), (-3, -2, "Answered late")]
)
def test_the_response_time_is_shown(as_anna, anna, hours, answered, words):
    now = timezone.now()
    first = now + timedelta(hours=answered) if answered else None
    case = CaseFactory(owner=anna, response_due_at=now + timedelta(hours=hours), first_answered_at=first)

    assert words in as_anna.get(case.get_absolute_url()).content.decode()
    assert words in as_anna.get("/cases/").content.decode()


def test_support_edits_a_case_within_its_partner(as_tariq, anna, carla):
    case, mine, foreign = CaseFactory(owner=anna), AccountFactory(owner=anna), AccountFactory(owner=carla)
    page = as_tariq.get(to("edit", case)).content.decode()

    refused = as_tariq.post(to("edit", case), {"subject": "New", "topic": "billing", "account": foreign.pk})
    as_tariq.post(to("edit", case), {"subject": "New", "topic": "billing", "account": mine.pk})

    case.refresh_from_db()
    assert (foreign.name in page, refused.status_code, case.account, case.subject) == (False, 422, mine, "New")


def test_support_does_not_choose_an_owner(as_tariq, anna):
    assert "Change owner" not in as_tariq.get(CaseFactory(owner=anna).get_absolute_url()).content.decode()


# --- panels, queries ----------------------------------------------------------------------------


def test_cases_stand_on_the_page_of_their_account(as_anna, client, anna, carla):
    case = TechCaseFactory(owner=anna, account=AccountFactory(owner=anna))
    CaseFactory(owner=anna)
    address = reverse("cases:for_account", args=[case.account.pk])

    assert titles(as_anna.get(address, **HTMX)) == [case.subject]
    assert titles(as_anna.get(address)) == [case.subject]
    client.force_login(carla)
    assert client.get(address).status_code == 404


def test_the_list_costs_the_same_whatever_its_length(as_anna, anna, tariq):
    RunningCaseFactory(owner=anna, agent=tariq, account=AccountFactory(owner=anna))
    short = len(queries_of(as_anna, "/cases/"))
    for _ in range(6):
        RunningCaseFactory(owner=anna, agent=tariq, account=AccountFactory(owner=anna))

    assert len(queries_of(as_anna, "/cases/")) == short


def test_a_case_costs_the_same_whatever_was_said(as_anna, anna, tariq):
    case = RunningCaseFactory(owner=anna, agent=tariq)
    CommentFactory(case=case, author=tariq)
    short = assert_queries(as_anna, case.get_absolute_url(), at_most=14)
    for _ in range(6):
        CommentFactory(case=case, author=anna)

    assert len(queries_of(as_anna, case.get_absolute_url())) == short


def test_every_status_has_a_page(as_anna, anna):
    for status in Status.values:
        assert as_anna.get(CaseFactory(owner=anna, status=status, resolved_at=timezone.now()).get_absolute_url()).status_code == 200


def test_the_activity_names_the_agent_who_took_the_case(client, anna, tariq):
    case = services.take_case(CaseFactory(owner=anna), by=tariq)
    client.force_login(anna)

    page = client.get(reverse("cases:panel_activity", args=[case.pk]), headers={"HX-Request": "true"}).content.decode()

    assert "Set agent to Tariq Aziz" in page


# --- clone --------------------------------------------------------------------------------------


def test_a_case_is_submitted_again_from_an_earlier_one(as_anna, anna):
    case = ClosedCaseFactory(owner=anna, subject="Wrong invoice")
    page = as_anna.get(case.get_absolute_url()).content.decode()
    assert to("clone", case) in page

    form = as_anna.get(to("clone", case)).context["form"]
    assert (form["subject"].value(), form["description"].value()) == (case.subject, case.description)
    answer = as_anna.post(to("clone", case), NEW | {"subject": "Wrong invoice again"})

    made = everything(Case).exclude(pk=case.pk).get()
    assert answer.url == made.get_absolute_url()
    assert (made.type, made.subject, made.status) == (case.type, "Wrong invoice again", Status.NEW)


def test_a_colleague_copies_what_she_may_only_read(client, alex, anna):
    case = CaseFactory(owner=anna)
    client.force_login(alex)

    page = client.get(case.get_absolute_url()).content.decode()

    assert to("clone", case) in page
    assert to("delete", case) not in page
