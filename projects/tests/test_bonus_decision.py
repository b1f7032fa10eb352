"""The account manager's decision: who may, what it writes, whom it tells; the answers before it; the mail after it."""

import html
import re
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from partnerportal.core.display import NOTHING, money
from partnerportal.core.models import Notification, OutboxMessage
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partners.models import User
from projects import jobs, services
from projects.models import BonusEntry, DemoQuestion, Project
from projects.tests.factories import ChangeOrderProject, DemoDoneProject, DemoProject, LostProject, answer_all


@pytest.fixture
def waiting(anna):
    """Anna's project that waits for Otto."""
    project = DemoDoneProject(owner=anna, pipeline_mrr=Decimal("1120.00"))
    answer_all(project)
    return project


def nothing_happened(project):
    project.refresh_from_db()
    assert project.approved_by_am == ""
    assert (project.bonus_entries.count(), Notification.objects.count(), OutboxMessage.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("answer, state, reason", [("yes", "granted", ""), ("no", "refused", "The demo was online only")])
def test_decide_bonus_writes_the_ledger_and_tells_the_owner(waiting, anna, otto, answer, state, reason):
    entry = services.decide_bonus(waiting, answer=answer, reason=reason, by=otto)

    waiting.refresh_from_db()
    assert waiting.approved_by_am == answer
    assert (entry.state, entry.basis, entry.rate, entry.amount, entry.currency, entry.decided_by, entry.reason) == (
        state,
        Decimal("1120.00"),
        Decimal("0.1000"),
        Decimal("112.00"),
        "EUR",
        otto,
        reason,
    )
    assert list(Notification.objects.values_list("user", "kind", "url")) == [(anna.pk, "bonus.decided", waiting.get_absolute_url())]
    assert list(OutboxMessage.objects.values_list("kind", "key", "payload")) == [
        ("bonus.decided", f"bonus.decided:{entry.pk}", {"entry_id": entry.pk})
    ]
    assert waiting.history.first().author_name == "Otto Keller"


def test_the_history_tells_the_answers_about_a_demo_in_the_words_that_were_asked(client, anna):
    project = DemoDoneProject(owner=anna)
    question = DemoQuestion.objects.first()
    asked = question.text
    services.answer_demo(project, answers={question.key: "Two of five"}, by=anna)
    question.text = "Something else"
    question.save()
    services.answer_demo(project, answers={question.key: "All five"}, by=anna)
    client.force_login(anna)

    page = client.get(f"/projects/{project.pk}/history/")

    told = [(one.change.author, *field) for one in page.context["changes"] for field in one.fields]
    assert [(who, label, old, new) for who, label, old, new in told if new in ("Two of five", "All five")] == [
        ("Anna Conti", "Something else", "Two of five", "All five"),
        ("Anna Conti", asked, NOTHING, "Two of five"),
    ]


@pytest.mark.parametrize("person", ["anna", "ben", "dora"])
def test_decide_bonus_is_not_the_partners(request, waiting, person):
    with pytest.raises(NotYours):
        services.decide_bonus(waiting, answer="yes", by=request.getfixturevalue(person))

    nothing_happened(waiting)


@pytest.mark.parametrize("person", ["olga", "tariq", "carla"])
def test_decide_bonus_does_not_know_the_project_of_another_portfolio(request, waiting, person):
    with pytest.raises(Project.DoesNotExist):
        services.decide_bonus(waiting, answer="yes", by=request.getfixturevalue(person))

    nothing_happened(waiting)


def test_decide_bonus_asks_the_vendor_admin_for_a_reason(waiting, vendor_admin):
    with pytest.raises(ValidationError):
        services.decide_bonus(waiting, answer="yes", by=vendor_admin)
    nothing_happened(waiting)

    assert services.decide_bonus(waiting, answer="yes", reason="Otto is ill", by=vendor_admin).reason == "Otto is ill"


@pytest.mark.parametrize("answer, reason", [("no", " "), ("maybe", "x"), ("", "x")])
def test_decide_bonus_needs_an_answer_and_a_reason_for_a_refusal(waiting, otto, answer, reason):
    with pytest.raises(ValidationError):
        services.decide_bonus(waiting, answer=answer, reason=reason, by=otto)

    nothing_happened(waiting)


@pytest.mark.parametrize(
    "make",
    [
        lambda owner: DemoProject(owner=owner),
        lambda owner: DemoDoneProject(owner=owner, opportunity_type="existing_business"),
        lambda owner: ChangeOrderProject(owner=owner),
    ],
)
def test_decide_bonus_refuses_what_does_not_meet_the_conditions(anna, otto, make):
    project = make(anna)

    with pytest.raises(IllegalMove):
        services.decide_bonus(project, answer="yes", by=otto)

    nothing_happened(project)


def test_a_correction_is_a_new_line_with_a_reason(waiting, otto):
    services.decide_bonus(waiting, answer="no", reason="Online only", by=otto)
    with pytest.raises(IllegalMove):
        services.decide_bonus(waiting, answer="no", reason="Again", by=otto)
    with pytest.raises(ValidationError):
        services.decide_bonus(waiting, answer="yes", by=otto)

    services.decide_bonus(waiting, answer="yes", reason="It was on site", by=otto)

    assert list(waiting.bonus_entries.order_by("pk").values_list("state", "reason")) == [
        ("refused", "Online only"),
        ("granted", "It was on site"),
    ]


def test_an_owner_never_decides_on_the_own_record(waiting, otto):
    Project.objects.for_partner(waiting.partner_id).filter(pk=waiting.pk).update(owner=otto)

    with pytest.raises(NotYours):
        services.decide_bonus(waiting, answer="yes", by=otto)

    nothing_happened(waiting)


# --- answers ---------------------------------------------------------------------------------


def test_answer_demo_is_refused_after_the_decision_and_for_closed_and_change_orders(waiting, anna, otto):
    services.decide_bonus(waiting, answer="yes", by=otto)
    lost, change = LostProject(owner=anna), ChangeOrderProject(owner=anna)

    for project in (waiting, lost, change):
        with pytest.raises(IllegalMove):
            services.answer_demo(project, answers={"pains": "Changed"}, by=anna)

    assert waiting.demo_answers.get(question__key="pains").text == "Answer to pains"
    assert not lost.demo_answers.exists()
    assert not change.demo_answers.exists()


def test_answer_demo_keeps_who_answered_and_the_history(anna, ben):
    project = DemoProject(owner=anna)
    services.answer_demo(project, answers={"pains": "Calls get lost", "no-such-question": "x"}, by=anna)

    services.answer_demo(project, answers={"pains": "Calls get lost, often"}, by=ben)

    answer = project.demo_answers.get()
    assert (answer.text, answer.answered_by, answer.history.count()) == ("Calls get lost, often", ben, 2)


def test_a_question_that_is_not_needed_does_not_hold_the_bonus_back(anna):
    DemoQuestion.objects.filter(key="pains").update(is_required=False)
    DemoQuestion.objects.filter(key="competitors").update(is_active=False)
    project = DemoProject(owner=anna, amount_mrr=1)
    answer_all(project, but=("pains", "competitors"))

    moved = services.move_project(project, to="presentation", seen="demo", by=anna)

    assert moved.demo_done


# --- mail ------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer, word", [("yes", "granted"), ("no", "refused")])
def test_the_owner_gets_one_mail_with_reason_amount_and_link(waiting, anna, otto, deliver, answer, word, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    services.decide_bonus(waiting, answer=answer, reason="Well <done>", by=otto)

    deliver()
    deliver()

    sent = mail.outbox
    assert [message.to for message in sent] == [["Anna Conti <anna@aurora-telecom.com>"]]
    assert sent[0].subject == f"Demo bonus {word}: {waiting.name}"
    for part in ("Well <done>", "€112.00", "€1,120.00", waiting.get_absolute_url()):
        assert part in sent[0].body
    html = sent[0].alternatives[0][0]
    assert "Well &lt;done&gt;" in html


def test_the_mail_of_a_decision_is_the_same_message_twice(waiting, otto, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    entry = services.decide_bonus(waiting, answer="yes", by=otto)

    jobs.mail_decision(entry_id=entry.pk)
    jobs.mail_decision(entry_id=entry.pk)

    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1


# --- the queue in the admin --------------------------------------------------------------------


QUEUE = "admin:projects_bonusdecision_changelist"


@pytest.mark.parametrize("person, sees", [("otto", True), ("vendor_admin", True), ("olga", False)])
def test_the_queue_shows_the_own_portfolio(request, client, waiting, person, sees):
    client.force_login(request.getfixturevalue(person))

    page = client.get(reverse(QUEUE))

    assert page.status_code == 200
    assert (waiting.name in page.content.decode()) is sees


@pytest.mark.parametrize("person", ["anna", "dora", "tariq"])
def test_the_queue_is_closed_to_others(request, client, waiting, person):
    client.force_login(request.getfixturevalue(person))

    assert client.get(reverse(QUEUE)).status_code in (302, 403)
    assert client.post(reverse("admin:projects_bonusdecision_do", args=[waiting.pk, "grant"]), {"text": "x"}).status_code in (302, 403, 404)
    nothing_happened(waiting)


def test_olga_cannot_decide_by_address(client, waiting, olga):
    client.force_login(olga)

    assert client.post(reverse("admin:projects_bonusdecision_do", args=[waiting.pk, "grant"]), {"text": "x"}).status_code == 404
    nothing_happened(waiting)


def test_the_page_of_a_decision_shows_the_evidence(client, waiting, otto):
    client.force_login(otto)

    page = client.get(reverse("admin:projects_bonusdecision_change", args=[waiting.pk])).content.decode()

    assert "Answer to pains" in page
    assert "€112.00 (10 %)" in page
    assert "Grant the bonus" in page
    assert 'name="_save"' not in page


def test_after_a_decision_comes_the_next_one_and_then_the_queue(client, waiting, anna, otto):
    second = DemoDoneProject(owner=anna)
    client.force_login(otto)

    first_answer = client.post(reverse("admin:projects_bonusdecision_do", args=[waiting.pk, "grant"]), {"text": ""})
    second_answer = client.post(reverse("admin:projects_bonusdecision_do", args=[second.pk, "refuse"]), {"text": "No demo was held"})

    assert first_answer.url == reverse("admin:projects_bonusdecision_change", args=[second.pk])
    assert second_answer.url == reverse(QUEUE)
    assert sorted(BonusEntry.objects.for_partner(anna.partner).values_list("state", flat=True)) == ["granted", "refused"]


def test_a_refusal_without_a_reason_is_asked_for_it(client, waiting, otto):
    client.force_login(otto)

    answer = client.post(reverse("admin:projects_bonusdecision_do", args=[waiting.pk, "refuse"]), {"text": " "})

    assert answer.status_code == 422
    nothing_happened(waiting)


def test_the_bonus_of_the_vendor_admin_without_a_reason_is_refused_in_words(client, waiting, vendor_admin):
    client.force_login(vendor_admin)

    page = client.post(reverse("admin:projects_bonusdecision_do", args=[waiting.pk, "grant"]), {"text": ""}, follow=True)

    assert "Give a reason." in page.content.decode()
    nothing_happened(waiting)


def test_demo_questions_are_the_vendor_admins(client, otto, vendor_admin, waiting):
    question = DemoQuestion.objects.get(key="pains")
    client.force_login(otto)
    assert client.get(reverse("admin:projects_demoquestion_changelist")).status_code == 403

    client.force_login(vendor_admin)
    page = client.get(reverse("admin:projects_demoquestion_change", args=[question.pk])).content.decode()
    assert "What hurts them most today?" in page
    assert client.post(reverse("admin:projects_demoquestion_delete", args=[question.pk]), {"post": "yes"}).status_code == 403


# --- a question that the vendor rewords --------------------------------------------------------


def test_an_answer_keeps_the_question_that_it_was_given_to(client, waiting, anna, otto):
    project = DemoProject(owner=anna)
    services.answer_demo(project, answers={"pains": "Calls get lost"}, by=anna)
    services.decide_bonus(waiting, answer="yes", by=otto)
    asked = DemoQuestion.objects.get(key="pains").text
    DemoQuestion.objects.filter(key="pains").update(text="Does it hurt?")
    client.force_login(anna)

    for one in (project, waiting):
        page = html.unescape(client.get(one.get_absolute_url()).text)
        assert (page.count(f"<dt>{asked}"), page.count("Does it hurt?")) == (1, 0)
    client.force_login(otto)
    decision = html.unescape(client.get(reverse("admin:projects_bonusdecision_change", args=[waiting.pk])).text)
    assert asked in decision
    assert "Does it hurt?" not in decision


def test_another_answer_is_one_to_the_question_as_it_stands(anna):
    project = DemoProject(owner=anna)
    services.answer_demo(project, answers={"pains": "Calls get lost", "competitors": "None"}, by=anna)
    kept = DemoQuestion.objects.get(key="competitors").text
    for key in ("pains", "competitors"):
        DemoQuestion.objects.filter(key=key).update(text=f"New words of {key}")

    services.answer_demo(project, answers={"pains": "Calls get lost, often", "competitors": "None"}, by=anna)

    assert dict(project.demo_answers.values_list("question__key", "question_text")) == {
        "pains": "New words of pains",
        "competitors": kept,
    }


def test_the_migration_fills_what_was_answered_before(anna):
    project = DemoProject(owner=anna)
    services.answer_demo(project, answers={"pains": "Calls get lost"}, by=anna)
    answer = project.demo_answers.get()
    answer.history.update(question_text="")
    project.demo_answers.update(question_text="")

    import_module("projects.migrations.0018_keep_the_question_with_its_answer").take_todays_words(apps, None)

    asked = DemoQuestion.objects.get(key="pains").text
    assert project.demo_answers.get().question_text == answer.history.get().question_text == asked


# --- the amount is corrected ----------------------------------------------------------------


@pytest.fixture
def granted(waiting, otto):
    services.decide_bonus(waiting, answer="yes", by=otto)
    waiting.refresh_from_db()
    return waiting


def last_line(project):
    return str(project.bonus_entries.order_by("pk").values_list("pk", flat=True).last() or "")


def correct(project, difference, by, reason="A licence was counted twice"):
    return services.correct_bonus(project, difference=Decimal(difference), reason=reason, seen=last_line(project), by=by)


def lines_of(project):
    return list(project.bonus_entries.order_by("pk").values_list("state", "amount", "reason"))


def test_a_correction_of_the_amount_is_a_new_line_and_the_old_ones_stay(granted, anna, ben, otto, client, deliver, mailoutbox):
    first = granted.bonus_entries.get()
    amount = first.amount
    client.force_login(anna)

    entry = correct(granted, "-12.50", otto)
    correct(granted, "0.01", otto, "Rounding")
    while deliver():
        pass

    assert (entry.basis, entry.rate, entry.currency, entry.decided_by) == (first.basis, first.rate, first.currency, otto)
    assert lines_of(granted) == [
        ("granted", amount, ""),
        ("corrected", Decimal("-12.50"), "A licence was counted twice"),
        ("corrected", Decimal("0.01"), "Rounding"),
    ]
    assert Project.objects.visible_to(otto).get(pk=granted.pk).approved_by_am == "yes"
    left = amount - Decimal("12.49")
    quarter = services.quarters_of(anna.partner)[0]
    assert services.statement_for(anna, anna.partner, quarter).sums[0].total == left
    [of_home] = services.bonus_sums(anna)
    assert of_home.granted == left
    paper = services.statement_html(services.make_statement(anna.partner, quarter, by=ben))
    page, ledger = client.get(granted.get_absolute_url()).text, client.get("/bonus/").text
    for text in (paper, page, ledger):
        assert "Corrected" in text
        assert "-€12.50" in text
        assert "A licence was counted twice" in text
    assert f"€{amount} + -€12.50 + €0.01 = €{left}" in re.sub(r"<[^>]+>", "", page).replace("\xa0", " ")
    assert "The demo bonus of" in anna.notifications.order_by("pk").last().text
    assert mailoutbox[1].subject.strip() == f"Demo bonus corrected: {granted.name}"
    assert "A licence was counted twice" in mailoutbox[1].body


def test_a_refusal_takes_back_what_the_corrections_left(granted, anna, otto):
    correct(granted, "-12.50", otto)
    services.decide_bonus(granted, answer="no", reason="Not met", by=otto)

    quarter = services.quarters_of(anna.partner)[0]
    assert services.statement_for(anna, anna.partner, quarter).sums[0].total == 0
    assert services.bonus_sums(anna) == []
    before = lines_of(granted)
    with pytest.raises(IllegalMove):
        correct(granted, "5.00", otto)
    assert lines_of(granted) == before


@pytest.mark.parametrize(
    ("difference", "reason"),
    [("0", "x"), ("-5000.00", "x"), ("0.001", "x"), ("5.00", " ")],
    ids=["nothing", "too much", "less than a cent", "no reason"],
)
def test_what_is_no_correction_is_refused(granted, otto, difference, reason):
    before = lines_of(granted)

    with pytest.raises(ValidationError):
        correct(granted, difference, otto, reason)

    assert lines_of(granted) == before


@pytest.mark.parametrize(("person", "refusal"), [("anna", NotYours), ("dora", NotYours), ("olga", Project.DoesNotExist)])
def test_only_who_decides_corrects(request, granted, person, refusal):
    before = lines_of(granted)

    with pytest.raises(refusal):
        correct(granted, "-1.00", request.getfixturevalue(person))

    assert lines_of(granted) == before


def test_what_waits_has_no_amount_to_correct(waiting, otto):
    with pytest.raises(IllegalMove):
        correct(waiting, "1.00", otto)

    nothing_happened(waiting)


def test_the_back_office_corrects_the_amount(client, granted, otto):
    client.force_login(otto)
    address = reverse("admin:projects_bonusdecision_do", args=[granted.pk, "correct"])
    assert f'href="{address}"' in client.get(reverse("admin:projects_bonusdecision_change", args=[granted.pk])).text
    assert 'name="difference"' in client.get(address).text
    before = lines_of(granted)

    for wrong in ({"difference": "", "text": "x"}, {"difference": "1.005", "text": "x"}, {"difference": "1.00", "text": ""}):
        assert client.post(address, wrong).status_code == 422
    assert lines_of(granted) == before
    sent = {"difference": "-12.50", "text": "A licence was counted twice", "seen": last_line(granted)}
    assert f'name="seen" value="{sent["seen"]}"' in client.get(address).text
    twice = [client.post(address, sent), client.post(address, sent, follow=True)][1]

    assert "Meanwhile this bonus has a new line." in twice.text
    assert money(lines_of(granted)[0][1] - Decimal("12.50"), "EUR") in twice.text
    assert lines_of(granted)[1:] == [("corrected", Decimal("-12.50"), "A licence was counted twice")]


def test_a_correction_that_is_refused_says_so_at_its_field_and_keeps_what_was_typed(client, granted, otto):
    client.force_login(otto)

    response = client.post(
        reverse("admin:projects_bonusdecision_do", args=[granted.pk, "correct"]),
        {"difference": "-5000", "text": "Counted twice", "seen": last_line(granted)},
    )

    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (422, ["difference"])
    assert "A correction takes back" in form.errors["difference"][0]
    assert (form["difference"].value(), form["text"].value()) == ("-5000", "Counted twice")
    assert len(lines_of(granted)) == 1


def test_a_correction_is_told_as_its_reader_writes_amounts(granted, anna, otto):
    User.objects.filter(pk=anna.pk).update(language="de")

    with translation.override("en"):
        correct(granted, "-12.50", otto)

    notice = anna.notifications.filter(sentence__contains="corrected").get()
    assert "-12,50\xa0€" in notice.text
