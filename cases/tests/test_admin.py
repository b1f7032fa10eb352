"""The support agent works on cases in the back office."""

import pytest
from django.core import mail
from django.urls import reverse

from cases.models import Case, Comment
from cases.tests.factories import CaseFactory, ClosedCaseFactory, FeatureRequestFactory, RunningCaseFactory, WaitingCaseFactory

LIST = "/admin/cases/case/"
TELLING = "The wording of this is secret: 4711"


def everything(model):
    return model._default_manager.across_partners(reason="test")


def page(case):
    return f"{LIST}{case.pk}/change/"


def do(case, action):
    return reverse("admin:cases_case_do", args=[case.pk, action])


@pytest.fixture
def as_tariq(client, tariq):
    client.force_login(tariq)
    return client


@pytest.mark.parametrize(("action", "status"), [("answer", "in_progress"), ("ask", "waiting"), ("resolve", "resolved")])
def test_the_reply_goes_to_the_owner_by_mail_and_bell_with_a_link(as_tariq, anna, deliver, settings, action, status):
    case = CaseFactory(owner=anna)

    response = as_tariq.post(do(case, action), {"text": "Which company?"}, follow=True)

    deliver()
    case.refresh_from_db()
    assert "done" in response.content.decode()
    assert case.status == status
    assert anna.notifications.get().url == f"/cases/{case.pk}/"
    assert f"{settings.SITE_URL}/cases/{case.pk}/" in mail.outbox[0].body
    assert mail.outbox[0].to == ["Anna Conti <anna@aurora-telecom.com>"]


def test_an_internal_comment_stays_with_the_vendor(as_tariq, client, anna, deliver):
    case = CaseFactory(owner=anna)

    as_tariq.post(do(case, "comment"), {"text": TELLING})

    deliver()
    assert TELLING in as_tariq.get(page(case)).content.decode()
    assert (mail.outbox, anna.notifications.count()) == ([], 0)
    client.force_login(anna)
    assert TELLING not in client.get(case.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("factory", "actions"),
    [
        (CaseFactory, ["answer", "ask", "resolve", "comment", "take"]),
        (WaitingCaseFactory, ["ask", "resolve", "comment", "take"]),
        (FeatureRequestFactory, ["answer", "ask", "resolve", "comment", "take", "review", "plan", "release", "decline"]),
        (ClosedCaseFactory, ["comment", "reopen"]),
    ],
)
def test_each_status_offers_what_can_be_done(as_tariq, anna, factory, actions):
    case = factory(owner=anna)
    html = as_tariq.get(page(case)).content.decode()
    names = ("answer", "ask", "resolve", "comment", "take", "review", "plan", "release", "decline", "reopen")

    assert [name for name in names if do(case, name) in html] == actions


@pytest.mark.parametrize(
    ("action", "verdict"), [("review", "under_review"), ("plan", "planned"), ("release", "released"), ("decline", "declined")]
)
def test_a_request_gets_its_verdict(as_tariq, anna, action, verdict):
    case = FeatureRequestFactory(owner=anna)

    as_tariq.post(do(case, action), {"text": "In spring"})

    case.refresh_from_db()
    assert (case.verdict, case.comments.get().text) == (verdict, "In spring")


def test_take_and_reopen(as_tariq, anna, tariq):
    new, closed = CaseFactory(owner=anna), ClosedCaseFactory(owner=anna)

    as_tariq.post(do(new, "take"))
    as_tariq.post(do(closed, "reopen"), {"text": "It is back"})

    new.refresh_from_db()
    closed.refresh_from_db()
    assert (new.agent, new.status, closed.status) == (tariq, "in_progress", "in_progress")


def test_a_refusal_is_explained(as_tariq, anna):
    case = ClosedCaseFactory(owner=anna)

    response = as_tariq.post(do(case, "ask"), {"text": "One more thing"}, follow=True)

    assert "This case is closed. Reopen it to go on" in response.content.decode()
    assert not everything(Comment).exists()


def test_words_are_asked(as_tariq, anna):
    case = CaseFactory(owner=anna)

    assert as_tariq.post(do(case, "answer"), {"text": " "}).status_code == 422
    assert not everything(Comment).exists()


def test_the_list_shows_cases_of_every_partner(as_tariq, anna, carla):
    cases = [CaseFactory(owner=anna), CaseFactory(owner=carla)]
    html = as_tariq.get(LIST).content.decode()

    assert [case.number in html for case in cases] == [True, True]


def test_an_account_manager_reads_the_portfolio_and_answers_nothing(client, anna, otto, olga):
    case = RunningCaseFactory(owner=anna)
    client.force_login(otto)
    seen = case.subject in client.get(LIST).content.decode()
    refused = client.post(do(case, "answer"), {"text": "Me"}).status_code
    client.force_login(olga)

    assert (seen, refused) == (True, 403)
    assert case.subject not in client.get(LIST).content.decode()
    assert client.post(do(case, "answer"), {"text": "Me"}).status_code == 404
    assert not everything(Comment).exists()


@pytest.mark.parametrize("who", ["anna", "dora", "carla"])
def test_a_partner_has_no_back_office(request, client, anna, who):
    case = CaseFactory(owner=anna)
    client.force_login(request.getfixturevalue(who))

    assert client.get(page(case)).status_code in (302, 403)
    assert client.post(do(case, "comment"), {"text": "x"}).status_code in (302, 403)
    assert not everything(Comment).exists()


def test_nothing_is_edited_by_hand(client, anna, vendor_admin):
    case = CaseFactory(owner=anna)
    client.force_login(vendor_admin)

    client.post(page(case), {"status": "closed", "subject": "x"})

    assert everything(Case).get().status == "new"
