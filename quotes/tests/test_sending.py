import hashlib
from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.models import PriceBookEntry
from partnerportal.core.actors import Actor
from partnerportal.core.models import Attachment, OutboxMessage
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import ExitConditionMissing, IllegalMove
from partnerportal.tests.days import this_day
from projects.stages import Stage
from projects.tests.factories import AgreedProject, DemoProject, LostProject, ProposalProject
from quotes import documents, jobs, services
from quotes.models import Quote
from quotes.stages import Approval, Status
from quotes.tests.factories import AcceptedQuoteFactory, DraftQuoteFactory, EmptyQuoteFactory, SubmittedQuoteFactory
from quotes.tests.test_drafting import everything


def submit(quote, by):
    return services.submit_quote(quote, by=by, today=this_day())


def missing(error):
    return [one.fields for one in error.value.missing]


def test_submit_freezes_the_quote_and_promises_the_pdf(anna):
    quote = DraftQuoteFactory(owner=anna, is_primary=True, commitment=3)

    quote = submit(quote, anna)

    quote.refresh_from_db()
    # 991.44 a year, 12 × 6.00 × 0.85 = 61.20 a month, 645.00 once.
    assert (quote.status, quote.net, quote.mrr, quote.capex_total) == (
        Status.SUBMITTED,
        Decimal("1697.64"),
        Decimal("143.82"),
        Decimal("645.00"),
    )
    assert quote.submitted_at is not None
    document = documents.of(quote)
    assert (document.net, document.gross, document.mrr) == (Decimal("1697.64"), Decimal("2071.12"), Decimal("143.82"))
    assert [(line.name, line.line_total) for line in document.lines] == [
        ("UC Business", Decimal("991.44")),
        ("CLASSOUND flat, per user", Decimal("61.20")),
        ("Desk phone M", Decimal("645.00")),
    ]
    assert list(OutboxMessage.objects.values_list("kind", "key", "payload")) == [
        ("quote.pdf", f"quote.pdf:{quote.pk}", {"quote_id": quote.pk})
    ]
    assert [(move.from_stage, move.to_stage, move.by) for move in quote.stage_moves.all()] == [("draft", "submitted", anna)]
    quote.project.refresh_from_db()
    assert (quote.project.mrr, quote.project.mrr_quote) == (Decimal("143.82"), str(quote))


def test_what_was_frozen_stays_when_the_world_changes(anna):
    quote = submit(DraftQuoteFactory(owner=anna), anna)
    before = documents.of(Quote.objects.across_partners(reason="test").get(pk=quote.pk))
    anna.partner.name, anna.partner.tax_rate = "Aurora Nova", Decimal("0.10")
    anna.partner.save()
    quote.account.name = "Renamed"
    quote.account.save()
    PriceBookEntry.objects.update(price="1.00")

    after = documents.of(Quote.objects.across_partners(reason="test").get(pk=quote.pk))

    assert after == before
    assert after.seller.name == "Aurora Telecom"


@pytest.mark.parametrize(
    ("make", "stage"),
    [(ProposalProject, Stage.PROPOSAL), (DemoProject, Stage.DEMO), (AgreedProject, Stage.CONTRACT_OUT)],
)
def test_submit_moves_a_project_in_proposal_with_the_agreement(anna, make, stage):
    quote = DraftQuoteFactory(project=make(owner=anna))

    submit(quote, anna)

    quote.project.refresh_from_db()
    assert (quote.project.stage, quote.project.quotes_out) == (stage, 1)


def test_submit_names_everything_that_is_missing(anna):
    quote = EmptyQuoteFactory(owner=anna, valid_until=this_day() - timedelta(days=1))
    quote.contact.email = ""
    quote.contact.save()
    before = everything(quote)

    with pytest.raises(ExitConditionMissing) as error:
        submit(quote, anna)

    assert missing(error) == [("lines",), ("contact",), ("valid_until",)]
    assert everything(quote) == before


@pytest.mark.parametrize("approval", [Approval.NONE, Approval.REQUESTED, Approval.REFUSED])
def test_submit_waits_for_the_approval_of_a_high_discount(anna, approval):
    quote = DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "yearly", "0.35")], approval=approval)
    before = everything(quote)

    with pytest.raises(ExitConditionMissing) as error:
        submit(quote, anna)

    assert missing(error) == [("approval",)]
    assert error.value.missing[0].sentence == "Discount: 35 % is above your limit of 20 %. Ask your account manager to approve it."
    assert everything(quote) == before


def test_submit_goes_with_a_granted_discount(anna, otto):
    quote = DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "yearly", "0.35")])
    services.request_approval(quote, by=anna, reason="A competitor offers less.")
    services.grant_discount(quote, by=otto, seen="0.35")

    assert submit(quote, anna).status == Status.SUBMITTED


def test_submit_refuses_prices_that_have_changed(anna):
    quote = DraftQuoteFactory(owner=anna)
    PriceBookEntry.objects.filter(book__kind="end_user", product__code="CS-FLAT", currency="EUR").update(price="7.00")
    before = everything(quote)

    with pytest.raises(ExitConditionMissing) as error:
        submit(quote, anna)

    assert missing(error) == [("prices",)]
    assert everything(quote) == before


def test_submit_refuses_on_a_lost_project(anna):
    quote = DraftQuoteFactory(project=LostProject(owner=anna))
    before = everything(quote)

    with pytest.raises(services.QuoteProjectClosed):
        submit(quote, anna)

    assert everything(quote) == before


def test_submit_is_for_those_who_may_change_the_quote(anna, alex, carla):
    quote = DraftQuoteFactory(owner=anna)
    before = everything(quote)

    with pytest.raises(NotYours):
        submit(quote, alex)
    with pytest.raises(Quote.DoesNotExist):
        submit(quote, carla)

    assert everything(quote) == before


def test_a_version_whose_former_one_has_ended_meanwhile_is_the_primary_one(anna):
    former = SubmittedQuoteFactory(owner=anna, is_primary=True)
    draft = services.new_version(former, by=anna, today=this_day())
    services.decline_quote(former, by=Actor.customer("Greta"), reason="Too late.", today=this_day())

    submit(draft, anna)

    draft.refresh_from_db()
    draft.project.refresh_from_db()
    assert (draft.is_primary, draft.project.mrr_quote) == (True, str(draft))


def test_a_submitted_version_supersedes_the_former_and_takes_over(anna):
    former = SubmittedQuoteFactory(owner=anna, is_primary=True)
    draft = services.new_version(former, by=anna, today=this_day())

    submit(draft, anna)

    former.refresh_from_db()
    draft.refresh_from_db()
    assert (former.status, former.is_primary, draft.is_primary) == (Status.SUPERSEDED, False, True)
    assert [(move.to_stage, move.reason, move.is_automatic) for move in former.stage_moves.all()] == [
        ("superseded", f"Replaced by {draft}", True)
    ]
    draft.project.refresh_from_db()
    assert (draft.project.mrr_quote, draft.project.quotes_out) == (str(draft), 1)


def test_an_alternative_stays_out_beside_the_other(anna):
    first = SubmittedQuoteFactory(owner=anna, is_primary=True)
    other = DraftQuoteFactory(project=first.project)

    submit(other, anna)

    first.refresh_from_db()
    assert (first.status, first.is_primary) == (Status.SUBMITTED, True)


# --- PDF and mail ---------------------------------------------------------------------


def test_the_worker_writes_the_pdf_and_the_mail_follows(anna, deliver, mailoutbox):
    quote = submit(DraftQuoteFactory(owner=anna), anna)

    assert deliver() == 2

    quote.refresh_from_db()
    with quote.pdf.file.open("rb") as file:
        data = file.read()
    assert data.startswith(b"%PDF-")
    assert quote.pdf.sha256 == hashlib.sha256(data).hexdigest()
    assert (quote.pdf.size, quote.pdf.media_type, quote.pdf.is_generated, quote.pdf.partner) == (
        len(data),
        "application/pdf",
        True,
        anna.partner,
    )
    assert quote.pdf.subject == quote
    [mail] = mailoutbox
    assert mail.recipients() == [f"{quote.contact} <{quote.contact.email}>"]
    assert mail.reply_to == [anna.email]
    assert mail.subject == f"Quote {quote} from Aurora Telecom"
    [attached] = mail.attachments
    assert (attached.filename, attached.content, attached.mimetype) == (quote.pdf.name, data, "application/pdf")
    assert services.private_link(quote) in mail.body
    assert services.private_link(quote) in mail.alternatives[0].content
    assert quote.sent_at is not None
    assert [(notice.kind, notice.is_for_mail) for notice in anna.notifications.all()] == [("quote.sent", False)]


def test_the_same_promise_twice_makes_one_pdf_and_one_promise_of_the_mail(anna):
    quote = submit(DraftQuoteFactory(owner=anna), anna)

    jobs.write_pdf(quote_id=quote.pk)
    first = Attachment.objects.for_partner(anna.partner).get()
    jobs.write_pdf(quote_id=quote.pk)

    quote.refresh_from_db()
    assert quote.pdf == first
    assert Attachment.objects.for_partner(anna.partner).count() == 1
    assert OutboxMessage.objects.filter(kind="quote.mail").count() == 1


def test_a_quote_that_was_cancelled_meanwhile_is_not_mailed(anna, deliver, mailoutbox):
    quote = submit(DraftQuoteFactory(owner=anna), anna)
    services.cancel_quote(quote, by=anna, reason="Changed our mind")

    deliver()

    quote.refresh_from_db()
    assert quote.pdf is not None
    assert quote.sent_at is None
    assert mailoutbox == []


def test_a_withdrawn_link_is_not_mailed(anna, deliver, mailoutbox):
    quote = submit(DraftQuoteFactory(owner=anna), anna)
    jobs.write_pdf(quote_id=quote.pk)
    services.revoke_link(quote, by=anna)

    deliver()

    assert mailoutbox == []


def test_the_mail_speaks_the_language_of_the_quote(anna, deliver, mailoutbox):
    quote = submit(DraftQuoteFactory(owner=anna, language="de", lines=[("UC-BUSINESS", 100, "yearly", "0")]), anna)

    deliver()

    assert "13.176,00\xa0€" in mailoutbox[0].body
    assert documents.of(quote).language == "de"


def test_resend_promises_one_more_mail(anna, deliver, mailoutbox):
    quote = submit(DraftQuoteFactory(owner=anna), anna)
    deliver()

    services.resend_quote(quote, by=anna)
    with pytest.raises(IllegalMove, match="on its way already"):
        services.resend_quote(quote, by=anna)
    deliver()

    assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == len(mailoutbox) == 2


@pytest.mark.parametrize("factory", [DraftQuoteFactory, AcceptedQuoteFactory, SubmittedQuoteFactory])
def test_resend_refuses_what_is_not_out_or_has_no_pdf(anna, factory):
    quote = factory(owner=anna)
    before = everything(quote)

    with pytest.raises(IllegalMove):
        services.resend_quote(quote, by=anna)

    assert everything(quote) == before


def test_revoke_and_restore(anna):
    quote = SubmittedQuoteFactory(owner=anna)

    assert services.revoke_link(quote, by=anna).is_revoked is True
    assert services.restore_link(quote, by=anna).is_revoked is False
