"""Twenty claims of a pool, twenty conversions, an import and merges at once: nothing doubled or lost, a sentence for every loser."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.merging import MergeRefused, merge_accounts, merge_contacts
from accounts.models import Account, Contact, Merge
from accounts.tests.factories import AccountFactory, ContactFactory
from leads.imports import LEADS
from leads.merging import merge_leads
from leads.models import Lead, LeadOffer, QualificationAnswer
from leads.services import OfferGone, answer_questions
from leads.tests.factories import ConvertedLeadFactory, QualifiedLeadFactory, VendorLeadFactory, offered
from partnerportal.core import attached, outbox
from partnerportal.core.actors import service
from partnerportal.core.imports import services as imports
from partnerportal.core.models import Note
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partnerportal.core.submissions import once
from partnerportal.tests.days import this_day
from partnerportal.tests.racing import Beside, at_once, contend
from projects import services
from projects.models import Conversion, Project
from projects.tests.factories import ProjectFactory
from tasks.models import Task
from tasks.tests.factories import TaskFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference"), pytest.mark.timeout(300)]

LEADS_THERE, LINES, CLAIMS = 10, 30, 20
SENTENCES = (IllegalMove, MergeRefused, NotYours, ValidationError)
GONE = "Somebody has merged, moved or deleted %s meanwhile. Please try again."
VALUES = {
    "name": "Headquarters",
    "close_date": this_day() + timedelta(days=30),
    "opportunity_type": "new_business",
    "product_of_interest": "collaboration",
    "interested_solutions": ["license"],
    "total_users": 40,
}


def company(number):
    """Names and domains that are not alike."""
    word = "".join(chr(97 + (number * step) % 26) for step in (3, 7, 11, 17, 5, 23, 19, 9))
    return f"{word.title()} {number}", f"info@{word}-{number}.it", f"+39049827{number:04}"


def worked_lead(rep, number):
    name, address, phone = company(number)
    lead = QualifiedLeadFactory(owner=rep, company=name, email=address, phone=phone)
    attached.add_note(lead, f"Note of {name}", by=rep)
    TaskFactory(owner=rep, related=lead)
    answer_questions(lead, answers={"budget": name}, by=rep)
    return lead


def rehearsed(rep, lines):
    text = io.StringIO()
    csv.writer(text).writerows([("Company", "First name", "Last name", "E-mail", "Phone"), *lines])
    batch = imports.start(LEADS, SimpleUploadedFile("fair.csv", text.getvalue().encode()), by=rep)
    constants = {"job_title": "ceo-owner", "source": "website", "power": "unknown", "status": "new"}
    imports.rehearse(batch, mapping=batch.mapping, constants=constants, policy="skip", by=rep)
    outbox.deliver_due()
    batch.refresh_from_db()
    return batch


def everything(model, person):
    return model.objects.for_partner(person.partner_id)


def test_claims_conversions_an_import_and_merges_at_once_lose_nothing(anna, alex, ben, dora, carla, otto, aurora, nordlicht):
    leads = [worked_lead(anna, number) for number in range(LEADS_THERE)]
    kept, absorbed = worked_lead(anna, 100), worked_lead(anna, 101)
    account, heir = AccountFactory(owner=anna, name="A group"), AccountFactory(owner=anna, name="The group that it went into")
    strangers = [company(number) for number in range(200, 200 + LINES)]
    lines = [(name, "Paolo", "Greco", address, phone) for name, address, phone in strangers]
    batch = imports.run(rehearsed(anna, [*lines, *[(*lead_line(lead),) for lead in leads[:5]]]), by=anna)
    notes = everything(Note, anna).count()
    pool = VendorLeadFactory(company="Hotel Miramare")
    ours, theirs = offered(pool, aurora, nordlicht, by=otto)

    def claim(number):
        offer, person = ((ours, anna), (theirs, carla), (ours, alex), (theirs, carla), (ours, ben), (theirs, carla), (ours, dora))[
            number % 7
        ]
        return lambda: services.accept_offer(offer, by=person)

    def convert(number):
        chosen = {"account": account} if number % 2 else {}
        return lambda: services.convert_lead(leads[number], values=VALUES, by=anna, **chosen)

    answers = at_once(
        *[convert(number) for number in range(LEADS_THERE)] * 2,
        outbox.deliver_due,
        lambda: merge_leads(kept, [absorbed], chosen={}, by=anna),
        lambda: merge_leads(leads[0], [leads[1]], chosen={}, by=anna),
        lambda: services.convert_lead(absorbed, values=VALUES, by=anna),
        lambda: merge_accounts(heir, [account], chosen={}, by=anna),
        *[claim(number) for number in range(CLAIMS)],
    )
    outbox.deliver_due()
    batch.refresh_from_db()

    # Of twenty claims one won, in its company alone, and the others were told so.
    claims, answers = answers[-CLAIMS:], answers[:-CLAIMS]
    won = [one for one in claims if isinstance(one, Project)]
    assert (len(won), {type(one) for one in claims if one not in won}) == (1, {OfferGone})
    assert all(str(one) for one in claims if one not in won)
    pool.refresh_from_db()
    offers = [LeadOffer.objects.for_partner(partner).get(vendor_lead=pool) for partner in (aurora, nordlicht)]
    winner = next(offer for offer in offers if offer.partner_id == won[0].partner_id)
    assert (pool.state, sorted(offer.state for offer in offers)) == ("accepted", ["accepted", "lost"])
    assert (winner.state, winner.lead_id) == ("accepted", Conversion.objects.for_partner(winner.partner_id).get(project=won[0]).lead_id)
    is_ours = winner.partner_id == aurora.pk
    assert [model.objects.for_partner(nordlicht).count() for model in (Lead, Project, Account, Contact)] == [0 if is_ours else 1] * 4

    lost = [one for one in answers if isinstance(one, Exception)]
    gone = [one for one in lost if isinstance(one, services.LeadGone)]
    late = [one for one in lost if isinstance(one, ValidationError)]
    assert {sentence for one in late for sentence in one.messages} <= {GONE % account.name}
    assert [one for one in lost if not isinstance(one, SENTENCES)] == []
    assert all(str(one) for one in lost)
    [of_accounts] = everything(Merge, anna).filter(content_type__model="account")
    merges = list(everything(Merge, anna).filter(content_type__model="lead"))
    assert len(gone) <= 2 * len(merges)
    took = {pk for merge in merges for pk in (one["pk"] for one in merge.absorbed)}

    # Each lead is converted once, unless it went into another, or its account did before; what was made is there once.
    converted = set(everything(Lead, anna).filter(status="converted").values_list("pk", flat=True))
    conversions = list(everything(Conversion, anna))
    assert sorted(one.lead_id for one in conversions) == sorted(converted)
    assert converted & took == set()
    too_late = {
        lead.pk for number, lead in enumerate(leads) if {type(answers[number + of]) for of in (0, LEADS_THERE)} == {ValidationError}
    }
    assert {lead.pk for lead in leads} - converted - took == too_late - took
    assert set(everything(Lead, anna).filter(pk__in=too_late - took).values_list("status", flat=True)) <= {"qualification"}
    assert (winner.lead_id in converted) is is_ours
    assert everything(Project, anna).count() == len(converted)
    own_account = [one for one in conversions if "account" in one.made]
    assert (everything(Account, anna).count(), everything(Contact, anna).count()) == (2 + len(own_account), len(converted))
    assert [one["pk"] for one in of_accounts.absorbed] == [account.pk]
    assert [model for model in (Project, Contact, Conversion) if everything(model, anna).filter(account=account).exists()] == []

    # The import made each of its new lines once, and left what was there.
    assert batch.state == "done"
    assert sorted(everything(Lead, anna).filter(origin="import").values_list("company", flat=True)) == sorted(line[0] for line in lines)

    # All that hung on the leads hangs on a record that is there.
    assert everything(Note, anna).count() == notes
    for model, of in ((Note, "object_id"), (Task, "object_id")):
        places = {(row.content_type.model, getattr(row, of)) for row in everything(model, anna).select_related("content_type")}
        there = {("project", one.project_id) for one in conversions}
        there |= {("lead", one.pk) for one in everything(Lead, anna).filter(deleted_at=None).exclude(status="converted")}
        assert places <= there
    assert everything(QualificationAnswer, anna).count() == LEADS_THERE + 2


def lead_line(lead):
    return lead.company, lead.first_name, lead.last_name, lead.email, str(lead.phone)


def test_who_converts_a_lead_that_was_merged_away_meanwhile_gets_a_sentence(client, anna, monkeypatch):
    lead, other = worked_lead(anna, 1), worked_lead(anna, 2)
    client.force_login(anna)
    convert = services.convert_lead

    def late(*args, **options):
        merge_leads(other, [lead], chosen={}, by=anna)
        return convert(*args, **options)

    monkeypatch.setattr(services, "convert_lead", late)
    answer = client.post(f"/leads/{lead.pk}/convert/", VALUES | {"close_date": VALUES["close_date"].isoformat(), "currency": "EUR"})

    assert answer.status_code == 409
    assert "has merged or deleted this lead meanwhile" in answer.content.decode()
    assert everything(Project, anna).count() == 0


@pytest.mark.parametrize("kind", ["account", "contact", "project"])
def test_who_converts_into_what_is_taken_away_at_this_moment_gets_a_sentence(kind, anna):
    lead, account = worked_lead(anna, 1), AccountFactory(owner=anna)
    contact = ContactFactory(account=account)
    project = ProjectFactory(account=account, contact=contact, owner=anna)
    take_away = {
        "account": lambda: merge_accounts(AccountFactory(owner=anna), [account], chosen={}, by=anna),
        "contact": lambda: merge_contacts(ContactFactory(account=account), [contact], chosen={}, by=anna),
        "project": lambda: attached.delete_record(project, by=anna),
    }
    chosen = {"account": account, "contact": contact, "project": project}

    outcome = contend(take_away[kind], lambda: services.convert_lead(lead, values=VALUES, by=anna, **chosen))

    lead.refresh_from_db()
    assert outcome.contender.messages == [GONE % chosen[kind]]
    assert (outcome.has_waited, lead.status, everything(Conversion, anna).count()) == (True, "qualification", 0)


def test_who_converts_into_an_account_that_is_gone_sees_the_form_with_a_sentence(client, anna, monkeypatch):
    lead, account = worked_lead(anna, 1), AccountFactory(owner=anna, name=company(1)[0])
    client.force_login(anna)
    convert = services.convert_lead

    def late(*args, **options):
        merge_accounts(AccountFactory(owner=anna), [account], chosen={}, by=anna)
        return convert(*args, **options)

    monkeypatch.setattr(services, "convert_lead", late)
    values = VALUES | {"close_date": VALUES["close_date"].isoformat(), "currency": "EUR", "account": account.pk}
    answer = client.post(f"/leads/{lead.pk}/convert/", values)

    assert answer.status_code == 422
    assert GONE % account.name in answer.content.decode()
    assert everything(Project, anna).count() == 0


def test_who_accepts_a_company_whose_account_is_merged_away_at_this_moment_gets_a_sentence(client, anna, aurora, otto):
    vendor_lead = VendorLeadFactory(company="Hotel Miramare")
    account = AccountFactory(owner=anna, name="Hotel Miramare", email=vendor_lead.email)
    [offer] = offered(vendor_lead, aurora, by=otto)
    client.force_login(anna)

    outcome = contend(
        lambda: merge_accounts(AccountFactory(owner=anna), [account], chosen={}, by=anna),
        lambda: client.post(f"/leads/offers/{offer.pk}/accept/"),
    )

    offer.refresh_from_db()
    assert outcome.contender.status_code == 422
    assert GONE % account.name in outcome.contender.content.decode()
    assert (outcome.has_waited, offer.state, everything(Lead, anna).count()) == (True, "open", 0)


@pytest.mark.parametrize("has_token", [False, True])
def test_of_two_that_wait_for_each_other_both_are_done(has_token, anna):
    account, heir = AccountFactory(owner=anna), AccountFactory(owner=anna)
    lead = ConvertedLeadFactory(owner=anna, account=account)
    came = []

    @service
    def lead_before_account(*, by):
        """The order of a conversion and of its undoing, with a merge of the accounts between the two."""
        everything(Lead, by).select_for_update().get(pk=lead.pk)
        if not came:
            came.append(Beside(lambda: merge_accounts(heir, [account], chosen={}, by=by)))
        everything(Account, by).select_for_update().get(pk=account.pk)
        return "/"

    token = str(uuid4()) if has_token else ""
    answer = once(token, by=anna, act=lambda: lead_before_account(by=anna))

    [merge] = came
    assert (answer, type(merge.answer())) == ("/", Merge)
    lead.refresh_from_db()
    assert lead.account == heir
