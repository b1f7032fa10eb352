"""Who follows a record hears of its changes: owner, moves, and the fields that its model names. Once, and never of one's own."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext_noop

from accounts import services as accounts
from accounts.tests.factories import AccountFactory, ContactFactory
from cases import services as cases
from cases.tests.factories import CaseFactory, RunningCaseFactory
from leads import services as leads
from leads.tests.factories import LeadFactory
from orders import services as orders
from orders.tests.factories import AnsweredOrderFactory, ConfirmedOrderFactory, RunningOrderFactory
from partnerportal.core import attached
from partnerportal.core.actors import Actor
from partnerportal.core.models import Notification
from partnerportal.tests.days import this_day
from partners.tests.factories import UserFactory
from projects import services as projects
from projects.tests.factories import DemoDoneProject, IntroProject, ProposalProject
from quotes import services as quotes
from quotes.tests.factories import DraftQuoteFactory, SubmittedQuoteFactory


def heard(person, about=None):
    rows = Notification.objects.filter(user=person).order_by("pk")
    return [(one.kind, one.told) for one in rows if about is None or one.about == about]


def kinds(person, about=None):
    return [kind for kind, _text in heard(person, about)]


@pytest.fixture
def followed(alex):
    """Make Alex follow a record, and answer it."""

    def follow(record):
        attached.follow(record, by=alex)
        return record

    return follow


# --- owner ----------------------------------------------------------------------------


def test_followers_and_both_owners_hear_of_a_new_owner(anna, alex, ben, dora, followed):
    lead = followed(LeadFactory(owner=anna, company="Brenner"))

    attached.change_owner(lead, to=dora, by=ben)

    assert heard(dora) == [("owner", "Ben Marino handed you Brenner")]
    assert heard(alex) == heard(anna) == [("handed", f"Ben Marino handed Brenner to {dora.get_full_name()}")]
    assert heard(ben) == []


def test_who_hands_a_record_over_or_has_muted_it_hears_nothing(anna, alex, ben, dora, followed):
    lead = followed(LeadFactory(owner=anna))
    attached.mute(lead, by=alex)
    attached.change_owner(lead, to=dora, by=anna)
    attached.mute(lead, by=dora)
    attached.change_owner(lead, to=ben, by=ben)

    assert (heard(anna), heard(alex), heard(ben)) == ([], [], [])
    assert kinds(dora) == ["owner"]


def test_followers_hear_of_what_goes_along_with_an_account(anna, alex, ben, dora, followed):
    account = AccountFactory(owner=anna)
    contact = followed(ContactFactory(account=account, owner=anna))

    projects.hand_over_customer(account, to=dora, by=ben)

    assert heard(alex, contact) == [("handed", f"Ben Marino handed {contact} to {dora.get_full_name()}")]


# --- fields ---------------------------------------------------------------------------


def test_followers_hear_of_the_fields_that_the_model_names(anna, alex, ben, followed):
    lead = followed(LeadFactory(owner=anna, company="Brenner"))
    account = followed(AccountFactory(owner=anna, name="Hotel Post"))
    project = followed(IntroProject(owner=anna, name="New PBX"))

    leads.edit_lead(lead, values={"company": "Brenner AG", "city": "Linz"}, by=anna)
    accounts.edit_account(account, values={"name": "Hotel Poste"}, by=anna)
    projects.edit_project(project, values={"close_date": date(2030, 5, 2)}, by=anna)

    assert heard(alex, lead) == [("field.company", "Brenner AG: company is now Brenner AG (Anna Conti)")]
    assert heard(alex, account) == [("field.name", "Hotel Poste: account name is now Hotel Poste (Anna Conti)")]
    assert heard(alex, project) == [("field.close_date", "New PBX: close date is now 2 May 2030 (Anna Conti)")]
    assert heard(anna) == []


def test_a_day_is_written_as_its_reader_does(anna, alex, followed):
    project = followed(IntroProject(owner=anna, name="New PBX"))
    projects.edit_project(project, values={"close_date": date(2030, 5, 2)}, by=anna)

    with translation.override("de"):
        assert "02.05.2030" in heard(alex, project)[0][1]


def test_what_nobody_changed_is_not_told(anna, alex, followed):
    lead = followed(LeadFactory(owner=anna))

    leads.edit_lead(lead, values={"company": lead.company, "city": "Linz"}, by=anna)

    assert heard(alex) == []


def test_the_owner_hears_of_a_colleagues_change_and_the_muted_do_not(anna, alex, ben, followed):
    lead = followed(LeadFactory(owner=anna))
    attached.mute(lead, by=alex)

    leads.edit_lead(lead, values={"company": "Brenner AG"}, by=ben)

    assert kinds(anna) == ["field.company"]
    assert heard(alex) == []


def test_of_one_field_only_the_newest_value_waits_for_its_reader(anna, alex, followed):
    project = followed(IntroProject(owner=anna, name="New PBX"))

    for day in (2, 3, 4):
        projects.edit_project(project, values={"close_date": date(2030, 5, day)}, by=anna)

    assert heard(alex, project) == [("field.close_date", "New PBX: close date is now 4 May 2030 (Anna Conti)")]


def test_followers_of_project_and_quotes_hear_of_the_primary_one_and_of_the_mrr(anna, alex, reference, followed):
    project = followed(ProposalProject(owner=anna, name="New PBX"))
    first, second = (followed(DraftQuoteFactory(project=project, is_primary=is_first)) for is_first in (True, False))

    quotes.make_primary(second, by=anna)

    assert kinds(alex, first) == kinds(alex, second) == ["field.is_primary"]
    with translation.override("de"):
        assert heard(alex, second)[0][1].endswith("Ja (Anna Conti)")
    project.refresh_from_db()
    ((kind, text),) = heard(alex, project)
    assert kind == "field.mrr"
    assert f"{project.mrr:,.2f}" in text
    assert isinstance(project.mrr, Decimal)


def test_followers_hear_of_the_decision_on_a_bonus(anna, alex, otto, followed):
    project = followed(DemoDoneProject(owner=anna, name="New PBX"))

    projects.decide_bonus(project, answer="yes", by=otto)

    assert [text for _kind, text in heard(alex, project)] == ["The demo bonus of New PBX was granted."]
    assert kinds(anna, project) == ["bonus.decided"]


# --- moves ----------------------------------------------------------------------------


def test_followers_of_a_quote_hear_of_its_moves(anna, alex, reference, followed):
    quote = followed(SubmittedQuoteFactory(project=ProposalProject(owner=anna)))
    other = followed(SubmittedQuoteFactory(project=quote.project))

    quotes.accept_quote(quote, by=Actor.customer("Greta Hofer"), consent="Yes", today=this_day())

    assert heard(alex, quote)[0] == heard(anna, quote)[0] == ("quote.accepted", f"Greta Hofer accepted {quote} for {quote.account.name}.")
    assert ("quote.moved", f"{other} for {other.account.name} is now: Cancelled") in heard(alex, other)


@pytest.mark.parametrize("verb", ["cancelled", "expired", "declined"])
def test_each_end_of_a_quote_is_told_but_not_to_its_author(anna, alex, ben, reference, followed, verb):
    quote = followed(SubmittedQuoteFactory(project=ProposalProject(owner=anna)))

    if verb == "cancelled":
        quotes.cancel_quote(quote, by=ben)
    elif verb == "expired":
        quotes.expire_quote(quote, by=Actor.system(), today=quote.valid_until + timedelta(days=1))
    else:
        quotes.decline_quote(quote, by=Actor.customer("Greta Hofer"), reason="No", today=this_day())

    kind = "quote.moved" if verb == "cancelled" else f"quote.{verb}"
    assert kinds(alex, quote) == kinds(anna, quote) == [kind]
    assert heard(ben) == []


def test_a_muted_quote_is_silent_and_sends_its_owner_no_mail(anna, reference, deliver, mailoutbox):
    quote = SubmittedQuoteFactory(project=ProposalProject(owner=anna))
    attached.mute(quote, by=anna)

    quotes.decline_quote(quote, by=Actor.customer("Greta Hofer"), reason="No", today=this_day())
    deliver()

    assert heard(anna, quote) == []
    assert mailoutbox == []


def test_followers_of_an_order_hear_of_its_moves(anna, alex, otto, reference, followed):
    order = followed(ConfirmedOrderFactory(owner=anna, number="O-2026-00001"))

    orders.start_order(order, by=otto)
    orders.hold_order(order, reason="Papers", by=otto)
    orders.release_order(order, by=otto)

    told = ["Order O-2026-00001 is now: In progress", "Order O-2026-00001 is on hold.", "Order O-2026-00001 is now: In progress"]
    assert [text for _kind, text in heard(alex, order)] == [text for _kind, text in heard(anna, order)] == told


def test_who_confirms_the_own_order_hears_by_mail_alone(anna, alex, reference, deliver, mailoutbox, followed):
    order = followed(AnsweredOrderFactory(owner=anna))

    orders.confirm_order(order, by=anna)
    deliver()

    assert (heard(anna, order), kinds(alex, order)) == ([], ["order"])
    assert [mail.to for mail in mailoutbox] == [[f"Anna Conti <{anna.email}>"]]


def test_a_muted_order_is_silent(anna, otto, reference, deliver, mailoutbox):
    order = RunningOrderFactory(owner=anna)
    attached.mute(order, by=anna)

    orders.hold_order(order, reason="Papers", by=otto)
    deliver()

    assert heard(anna, order) == []
    assert mailoutbox == []


def test_followers_of_a_case_hear_of_comments_and_status(anna, alex, ben, tariq, followed):
    case = followed(CaseFactory(owner=anna, number="C-1", subject="No sound"))

    cases.take_case(case, by=tariq)
    cases.comment_on_case(case, "Any news?", by=ben)
    cases.resolve_case(case, seen="in_progress", by=ben)

    assert [text for _kind, text in heard(alex, case)] == [
        "Case C-1 is now: In progress",
        "Ben Marino commented on case C-1: No sound",
        "Case C-1 is resolved: No sound",
    ]
    assert kinds(alex, case)[0] == "case.moved"
    assert heard(ben) == []


def test_an_answer_is_told_once_and_not_again_as_a_status(anna, alex, tariq, followed):
    case = followed(RunningCaseFactory(owner=anna, agent=tariq))

    cases.answer_case(case, "Try again", to="waiting", by=tariq)

    assert kinds(alex, case) == kinds(anna, case) == ["case.answered"]


# --- for how many, and for whom -----------------------------------------------------


def test_any_number_of_followers_costs_the_same_queries(anna, ben):
    lead = LeadFactory(owner=anna)

    def cost():
        with CaptureQueriesContext(connection) as sent:
            attached.tell_followers(lead, gettext_noop("%(lead)s is now: %(status)s"), values={"lead": 1, "status": 2}, kind="lead", but=[])
        return len(sent)

    attached.follow(lead, by=ben)
    few = cost()
    for person in UserFactory.create_batch(8, partner=anna.partner):
        attached.follow(lead, by=person)
    assert cost() == few <= 5
    assert Notification.objects.count() == 2 + 10


def test_who_no_longer_sees_the_record_is_not_told(anna, otto, olga):
    lead = LeadFactory(owner=anna)
    manager = anna.partner.account_manager
    attached.follow(lead, by=manager)
    anna.partner.account_manager = olga if manager == otto else otto
    anna.partner.save()

    leads.edit_lead(lead, values={"company": "Brenner AG"}, by=anna)

    assert heard(manager) == []
