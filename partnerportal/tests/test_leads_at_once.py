"""Twenty claims of a pool, twenty conversions, an import and merges at once: nothing doubled or lost, a sentence for every loser."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.merging import MergeRefused
from accounts.models import Account, Contact, Merge
from accounts.tests.factories import AccountFactory
from leads.imports import LEADS
from leads.merging import merge_leads
from leads.models import Lead, LeadOffer, QualificationAnswer
from leads.services import OfferGone, answer_questions
from leads.tests.factories import QualifiedLeadFactory, VendorLeadFactory, offered
from partnerportal.core import attached, outbox
from partnerportal.core.imports import services as imports
from partnerportal.core.models import Note
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from partnerportal.tests.days import this_day
from partnerportal.tests.racing import at_once
from projects import services
from projects.models import Conversion, Project
from tasks.models import Task
from tasks.tests.factories import TaskFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference"), pytest.mark.timeout(300)]

LEADS_THERE, LINES, CLAIMS = 10, 30, 20
SENTENCES = (IllegalMove, MergeRefused, NotYours)
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
    account = AccountFactory(owner=anna, name="A group")
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
    assert [one for one in lost if not isinstance(one, SENTENCES)] == []
    assert all(str(one) for one in lost)
    merges = list(everything(Merge, anna))
    assert len(gone) <= 2 * len(merges)
    took = {pk for merge in merges for pk in (one["pk"] for one in merge.absorbed)}

    # Each lead is converted once, unless it went into another; what was made is there once.
    converted = set(everything(Lead, anna).filter(status="converted").values_list("pk", flat=True))
    conversions = list(everything(Conversion, anna))
    assert sorted(one.lead_id for one in conversions) == sorted(converted)
    assert converted & took == set()
    assert {lead.pk for lead in leads} <= converted | took
    assert (winner.lead_id in converted) is is_ours
    assert everything(Project, anna).count() == len(converted)
    own_account = [one for one in conversions if "account" in one.made]
    assert (everything(Account, anna).count(), everything(Contact, anna).count()) == (1 + len(own_account), len(converted))

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
