"""The composer, reminders, changes asked line by line, and what all of it leaves on the timeline."""

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import ContactFactory
from partnerportal.core.activity import timeline
from partnerportal.core.actors import Actor
from partnerportal.core.models import OutboxMessage
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import ExitConditionMissing, IllegalMove
from partnerportal.tests.days import this_day
from partners.models import Partner
from projects.models import ProjectContact
from quotes import jobs, services
from quotes.models import Quote, Sending
from quotes.services import Letter
from quotes.tests.factories import AcceptedQuoteFactory, DraftQuoteFactory, EmptyQuoteFactory, SubmittedQuoteFactory


def again(quote):
    return Quote.objects.across_partners(reason="test").select_related("project", "contact", "account").get(pk=quote.pk)


def sent(quote, deliver):
    """A submitted quote whose PDF and first mail are through."""
    services.submit_quote(quote, by=quote.owner, today=this_day())
    while deliver():
        pass
    return again(quote)


# --- sending -----------------------------------------------------------------------------


def test_a_composed_draft_goes_out_as_it_was_written(anna, deliver, mailoutbox):
    quote = DraftQuoteFactory(owner=anna)
    other = ContactFactory(account=quote.account, owner=anna, email="procurement@brenner.it")
    letter = Letter([quote.contact, other], ["anna@aurora-telecom.com"], "Our offer", "Dear both, here it is.")

    services.compose_quote(quote, letter, by=anna, today=this_day())
    while deliver():
        pass

    assert [mail.subject for mail in mailoutbox] == ["Our offer"] * 3
    assert [to.split("<")[-1].strip(">") for mail in mailoutbox for to in mail.to] == [
        quote.contact.email,
        other.email,
        "anna@aurora-telecom.com",
    ]
    assert all("Dear both, here it is." in mail.body and f"/q/{quote.token}/" in mail.body for mail in mailoutbox)
    assert all([one[0].endswith(".pdf") for one in mail.attachments] == [True] for mail in mailoutbox)
    assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == 3
    quote = again(quote)
    [sending] = quote.sendings.all()
    assert (quote.status, sending.sent_at, sending.by) == ("submitted", quote.sent_at, anna)


def test_a_copy_says_whom_the_mail_was_sent_to_and_whose_the_link_is(anna, deliver, mailoutbox):
    quote = DraftQuoteFactory(owner=anna)
    letter = Letter([quote.contact], [quote.contact.email, "boss@brenner.it"], "Our offer", "Dear customer")

    services.compose_quote(quote, letter, by=anna, today=this_day())
    while deliver():
        pass

    copy = f"Copy of a mail to {quote.contact}."
    meant = f"This link is meant for {quote.contact}: whoever has it can answer the quote."
    alone = "This link is yours alone: whoever has it can answer for you."
    for mail, says in zip(mailoutbox, [[False, False, True], [True, True, False]], strict=True):
        [(html, _kind)] = mail.alternatives
        for text in (mail.body, unescape(html)):
            assert [sentence in text for sentence in (copy, meant, alone)] == says
    assert mailoutbox[1].body.startswith(f"{copy}\n\nHello {quote.contact},")
    assert mailoutbox[0].body.startswith(f"Hello {quote.contact},")


def test_a_quote_that_is_out_is_written_about_once_more(anna, deliver, mailoutbox):
    quote = sent(DraftQuoteFactory(owner=anna), deliver)
    mailoutbox.clear()

    services.compose_quote(quote, Letter([quote.contact], (), "", "As asked on the phone."), by=anna, today=this_day())
    while deliver():
        pass

    [mail] = mailoutbox
    assert mail.subject == f"Quote {quote} from Aurora Telecom"
    assert "As asked on the phone." in mail.body
    assert quote.sendings.exclude(sent_at=None).count() == 2


def test_what_cannot_be_sent_leaves_no_letter(anna, alex, carla, deliver):
    letter = lambda quote: Letter([quote.contact])  # noqa: E731
    empty, accepted, draft = EmptyQuoteFactory(owner=anna), AcceptedQuoteFactory(owner=anna), DraftQuoteFactory(owner=anna)

    with pytest.raises(ExitConditionMissing):
        services.compose_quote(empty, letter(empty), by=anna, today=this_day())
    with pytest.raises(IllegalMove):
        services.compose_quote(accepted, letter(accepted), by=anna, today=this_day())
    with pytest.raises(IllegalMove, match="at least one"):
        services.compose_quote(draft, Letter([]), by=anna, today=this_day())
    with pytest.raises(IllegalMove, match="at most"):
        services.compose_quote(draft, Letter([draft.contact] * 21), by=anna, today=this_day())
    with pytest.raises(NotYours):
        services.compose_quote(draft, letter(draft), by=alex, today=this_day())
    with pytest.raises(Quote.DoesNotExist):
        services.compose_quote(draft, letter(draft), by=carla, today=this_day())
    assert not Sending.objects.across_partners(reason="test").exists()
    assert not OutboxMessage.objects.exists()


def test_recipients_are_the_people_of_the_project_and_the_account(anna, carla):
    quote = DraftQuoteFactory(owner=anna)
    second = ContactFactory(account=quote.account, owner=anna, last_name="Aaa", email="aaa@brenner.it")
    ContactFactory(account=quote.account, owner=anna, email="")
    ContactFactory(owner=anna, email="stranger@elsewhere.it")
    elsewhere = ContactFactory(owner=anna, email="adviser@adviser.it")
    ProjectContact.objects.create(partner=anna.partner, project=quote.project, contact=elsewhere)

    assert services.people_of(quote, by=anna) == [quote.contact, elsewhere, second]


# --- reminders -----------------------------------------------------------------------------


def test_a_reminder_goes_to_whom_the_quote_went(anna, deliver, mailoutbox):
    quote = sent(DraftQuoteFactory(owner=anna), deliver)
    mailoutbox.clear()

    services.remind_customer(quote, by=anna)
    while deliver():
        pass

    [mail] = mailoutbox
    assert mail.subject == f"Reminder: quote {quote} from Aurora Telecom"
    assert "waits for your answer" in mail.body
    assert [one.kind for one in quote.sendings.all()] == ["reminder", "quote"]


def test_only_what_was_sent_and_is_out_is_reminded(anna, deliver):
    with pytest.raises(IllegalMove, match="not been sent"):
        services.remind_customer(SubmittedQuoteFactory(owner=anna), by=anna)
    with pytest.raises(IllegalMove):
        services.remind_customer(AcceptedQuoteFactory(owner=anna), by=anna)
    revoked = services.revoke_link(sent(DraftQuoteFactory(owner=anna), deliver), by=anna)
    with pytest.raises(IllegalMove, match="withdrawn"):
        services.remind_customer(revoked, by=anna)


@pytest.mark.parametrize(("days", "count"), [(0, 1), (5, 1), (6, 0), (30, 0)])
def test_the_schedule_reminds_once_some_days_before_the_end(anna, deliver, mailoutbox, days, count):
    quote = sent(DraftQuoteFactory(owner=anna, valid_until=this_day() + timedelta(days=days)), deliver)
    SubmittedQuoteFactory(owner=anna, valid_until=this_day() + timedelta(days=days))  # never sent
    mailoutbox.clear()

    assert jobs.remind_customers() == count
    assert jobs.remind_customers() == 0
    while deliver():
        pass
    assert len(mailoutbox) == count
    assert quote.sendings.filter(kind="reminder").count() == count


def test_a_quote_without_its_pdf_stops_no_reminder(anna, deliver):
    quote = sent(DraftQuoteFactory(owner=anna, valid_until=this_day()), deliver)
    without = SubmittedQuoteFactory(owner=anna, valid_until=this_day(), sent_at=timezone.now())  # newer: it is looked at first

    assert jobs.remind_customers() == 1
    assert quote.sendings.filter(kind="reminder").count() == 1
    assert not without.sendings.exists()


def test_a_quote_of_a_deleted_project_is_not_reminded(anna, deliver):
    quote = sent(DraftQuoteFactory(owner=anna, valid_until=this_day()), deliver)
    gone = sent(DraftQuoteFactory(owner=anna, valid_until=this_day()), deliver)
    gone.project.deleted_at = timezone.now()
    gone.project.save(update_fields=["deleted_at"])

    assert jobs.remind_customers() == 1
    assert [one.sendings.filter(kind="reminder").count() for one in (quote, gone)] == [1, 0]


@pytest.mark.parametrize("job", ["remind", "expire"])
def test_one_row_that_fails_stops_none_of_the_others(anna, carla, deliver, job):
    last = this_day() if job == "remind" else this_day() - timedelta(days=3)
    quote = sent(DraftQuoteFactory(owner=anna, valid_until=this_day()), deliver)
    other = sent(DraftQuoteFactory(owner=carla, valid_until=this_day()), deliver)
    Quote.objects.across_partners(reason="test").update(valid_until=last)
    Partner.objects.filter(pk=carla.partner_id).update(time_zone="Nowhere/Land")

    assert {"remind": jobs.remind_customers, "expire": jobs.expire_quotes}[job]() == 1
    assert again(quote).status == ("submitted" if job == "remind" else "expired")
    assert quote.sendings.filter(kind="reminder").count() == (job == "remind")
    assert again(other).status == "submitted"


# --- a change line by line ----------------------------------------------------------------


def test_the_customer_asks_for_changes_of_single_lines(client, anna, deliver, mailoutbox):
    quote = SubmittedQuoteFactory(owner=anna)
    address = f"/q/{quote.token}/change/"

    nothing = client.post(address, {"change-name": "Greta Hofer", "change-text": ""})
    assert nothing.status_code == 422
    assert "Say what should be different" in nothing.text
    asked = {"change-name": "Greta Hofer", "change-text": "", "change-line_1": "15 instead of 12", "change-line_3": "<b>not</b> needed"}
    for _click in range(2):
        assert client.post(address, asked).status_code == 302

    event = quote.customer_events.get(kind="change")
    assert [(line["position"], line["text"]) for line in event.lines] == [(1, "15 instead of 12"), (3, "<b>not</b> needed")]
    page = client.get(f"/q/{quote.token}/").text
    assert "15 instead of 12" in page
    assert "&lt;b&gt;not&lt;/b&gt; needed" in page
    while deliver():
        pass
    assert any("1. UC Business: 15 instead of 12" in mail.body for mail in mailoutbox)
    client.force_login(anna)
    assert "15 instead of 12" in client.get(f"/quotes/{quote.pk}/").text
    assert again(quote).status == "submitted"


def test_a_later_version_inherits_nothing_and_the_old_link_shows_the_old_version(client, anna):
    first = SubmittedQuoteFactory(owner=anna)
    second = services.new_version(first, by=anna, today=this_day())
    services.edit_line(second.lines.first(), _more(second), by=anna, today=this_day())
    services.submit_quote(second, by=anna, today=this_day())
    second = again(second)

    old, new = client.get(f"/q/{first.token}/").text, client.get(f"/q/{second.token}/").text
    assert "was replaced by v2" in old
    assert f"€{first.gross:,.2f}" in old
    assert f"€{second.gross:,.2f}" in new
    assert f"€{first.gross:,.2f}" not in new
    accepted = client.post(f"/q/{first.token}/accept/", {"accept-name": "Greta", "accept-consent": "on"})
    assert accepted.status_code == 409
    assert (again(first).status, again(second).status) == ("superseded", "submitted")
    assert (second.answered_by, second.consent, second.answered_at) == ("", "", None)
    assert second.customer_events.exclude(kind="opened").count() == 0


def _more(quote):
    row = quote.lines.first()
    return services.LineInput(row.product, row.quantity + 3, row.billing_period, row.discount)


# --- pages ---------------------------------------------------------------------------------


def test_the_composer_on_the_page(client, anna, deliver, mailoutbox):
    quote = DraftQuoteFactory(owner=anna)
    client.force_login(anna)
    address = f"/quotes/{quote.pk}/compose/"

    assert f"{quote.contact.email}" in client.get(address).text
    filled = client.post(address, {"do": "template:short", "recipients": [quote.contact_id], "text": "", "subject": ""})
    assert f"our quote for “{quote.name}”" in filled.text
    asked = {"recipients": [quote.contact_id], "cc": "boss@aurora-telecom.com", "cc_me": "on", "subject": "Our offer", "text": "Dear all"}
    preview = client.post(address, {**asked, "do": "preview"})
    assert "anna@aurora-telecom.com" in preview.text
    assert "<h2>Our offer</h2>" in preview.text
    assert again(quote).status == "draft"
    wrong = client.post(address, {**asked, "cc": "no address", "do": "send"})
    assert wrong.status_code == 422
    nobody = client.post(address, {**asked, "recipients": [], "do": "send"})
    assert (nobody.status_code, again(quote).status) == (422, "draft")

    assert client.post(address, {**asked, "do": "send"}).status_code == 302
    while deliver():
        pass
    assert len(mailoutbox) == 3
    text = client.get(f"/quotes/{quote.pk}/panels/activity/").text
    assert "was e-mailed to" in text
    assert "boss@aurora-telecom.com" in text


def test_the_timeline_of_quote_and_project_tells_what_the_customer_did(client, anna, deliver):
    quote = sent(DraftQuoteFactory(owner=anna), deliver)
    client.get(f"/q/{quote.token}/")
    services.ask_for_change(quote, by=Actor.customer("Greta"), text="Two more", today=this_day())

    for record in (quote, quote.project):
        told = [entry.title for entry in timeline(record, anna).past]
        assert f"{quote}: opened the link" in told
        assert f"{quote}: asked for a change" in told
        assert f"{quote} was e-mailed to {quote.contact.email}" in told


def test_a_contact_of_another_company_is_no_recipient(client, anna, carla):
    quote = DraftQuoteFactory(owner=anna)
    stranger = ContactFactory(owner=carla)
    client.force_login(anna)

    response = client.post(f"/quotes/{quote.pk}/compose/", {"recipients": [stranger.pk], "do": "send"})

    assert response.status_code == 422
    assert again(quote).status == "draft"


# --- where the mail went ------------------------------------------------------------------


def out_to_others(anna, email="procurement@brenner.it"):
    """A quote that was composed to somebody else than its contact, with a copy."""
    quote = DraftQuoteFactory(owner=anna)
    other = ContactFactory(account=quote.account, owner=anna, first_name="Jonas", email=email)
    services.compose_quote(quote, Letter([other], ["boss@brenner.it"], "Our offer", "Dear Jonas"), by=anna, today=this_day())
    return quote, other


def card(client, quote):
    """The card of the document."""
    return client.get(reverse("quotes:document", args=[quote.pk]), headers={"HX-Request": "true"}).text


def test_the_card_names_those_to_whom_it_goes_and_went(client, anna, deliver):
    quote, _other = out_to_others(anna)
    client.force_login(anna)
    went = "procurement@brenner.it, boss@brenner.it"

    while deliver():
        pass
    done = card(client, quote)
    OutboxMessage.objects.filter(kind="quote.mail").update(state="pending")
    waiting = card(client, quote)
    OutboxMessage.objects.filter(kind="quote.mail").update(state="dead")
    failed = card(client, quote)

    assert f"E-mailed to {went}" in done
    assert f"The mail to {went} is on its way." in waiting
    assert f"The mail to {went} could not be delivered." in failed
    for text in (done, waiting, failed):
        assert quote.contact.email not in text


def test_send_again_goes_to_whom_it_went(client, anna, deliver, mailoutbox):
    quote, _other = out_to_others(anna)
    while deliver():
        pass
    services.remind_customer(quote, by=anna)
    while deliver():
        pass
    mailoutbox.clear()
    client.force_login(anna)

    said = client.post(f"/quotes/{quote.pk}/resend/", follow=True).text
    while deliver():
        pass

    assert "is on its way to procurement@brenner.it, boss@brenner.it." in said
    assert [to.split("<")[-1].strip(">") for mail in mailoutbox for to in mail.to] == ["procurement@brenner.it", "boss@brenner.it"]
    assert {mail.subject for mail in mailoutbox} == {"Our offer"}
    assert all("Dear Jonas" in mail.body for mail in mailoutbox)
    assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == 2
    assert [one.kind for one in quote.sendings.all()] == ["quote", "reminder", "quote"]


def test_after_a_failure_it_goes_to_the_address_that_was_put_right(anna, deliver, mailoutbox):
    quote, other = out_to_others(anna, email="nonsense")
    while deliver():
        pass
    assert [mail.to for mail in mailoutbox] == [["boss@brenner.it"]]
    other.email = "purchasing@brenner.it"
    other.save()

    services.resend_quote(quote, by=anna)
    while deliver():
        pass

    assert [to.split("<")[-1].strip(">") for mail in mailoutbox for to in mail.to] == ["boss@brenner.it", "purchasing@brenner.it"]
    assert {mail.subject for mail in mailoutbox} == {"Our offer"}
    assert [one.addresses for one in quote.sendings.all()] == [["purchasing@brenner.it"], ["nonsense"]]


def test_a_failed_reminder_is_not_what_is_sent_again(anna, deliver, mailoutbox):
    quote = sent(DraftQuoteFactory(owner=anna), deliver)
    services.remind_customer(quote, by=anna)
    OutboxMessage.objects.filter(kind="quote.mail", state="pending").update(state="dead")
    mailoutbox.clear()

    services.resend_quote(quote, by=anna)
    while deliver():
        pass

    assert [mail.subject for mail in mailoutbox] == [f"Quote {quote} from Aurora Telecom"]


def test_nobody_left_with_an_address_is_said(anna, deliver):
    quote, other = out_to_others(anna)
    while deliver():
        pass
    other.email = ""
    other.save()

    with pytest.raises(IllegalMove, match=f"{other} has no e-mail address"):
        services.resend_quote(quote, by=anna)
    assert not OutboxMessage.objects.filter(state="pending").exists()


def test_a_failed_delivery_stands_on_the_timeline(anna, carla, deliver):
    quote, _other = out_to_others(anna, email="nonsense")
    plain = DraftQuoteFactory(owner=anna)
    plain.contact.email = "nobody"
    plain.contact.save()
    services.submit_quote(plain, by=anna, today=this_day())
    while deliver():
        pass

    def told(record, person=anna):
        return [entry.title for entry in timeline(record, person).past if "could not be delivered" in entry.title]

    said = f"The mail of {quote} to nonsense could not be delivered"
    assert told(quote) == told(quote.project) == told(quote.account) == [said]
    assert told(plain) == [f"The mail of {plain} to nobody could not be delivered"]
    assert told(quote, carla) == []
    assert anna.notifications.filter(kind="quote.failed").count() == 2


def test_the_composer_sends_once_for_one_form(client, anna, deliver, mailoutbox):
    quote = DraftQuoteFactory(owner=anna)
    client.force_login(anna)
    address = f"/quotes/{quote.pk}/compose/"
    token = client.get(address).context["submission"]
    asked = {"recipients": [quote.contact_id], "subject": "Our offer", "text": "Dear Greta", "do": "send", "submission": token}

    wrong = client.post(address, {**asked, "cc": "no address"})
    assert (wrong.status_code, wrong.context["submission"]) == (422, token)
    answers = [client.post(address, asked) for _click in range(2)]
    while deliver():
        pass

    assert [(one.status_code, one.headers["Location"]) for one in answers] == [(302, quote.get_absolute_url())] * 2
    assert len(mailoutbox) == 1
    assert quote.sendings.count() == 1


def test_a_reason_that_is_sent_twice_is_taken_once(client, anna):
    quote = SubmittedQuoteFactory(owner=anna)
    client.force_login(anna)
    address = f"/quotes/{quote.pk}/cancel/"
    asked = {"reason": "Too late", "submission": client.get(address).context["submission"]}

    answers = [client.post(address, asked) for _click in range(2)]

    assert [(one.status_code, one.headers.get("Location")) for one in answers] == [(302, quote.get_absolute_url())] * 2
    assert again(quote).status == "cancelled"
    assert client.post(address, {"reason": "Too late"}).status_code == 422
