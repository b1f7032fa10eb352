"""A discount above the tier's limit: who is told of the question and of the answer, what the answer was given to, and the limits."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from catalog.models import DiscountLimit
from partnerportal.core.activity import timeline
from partnerportal.core.stages import ExitConditionMissing, IllegalMove
from partnerportal.tests.days import this_day
from quotes import services
from quotes.models import Quote
from quotes.stages import Approval, Status
from quotes.tests.factories import DraftQuoteFactory
from quotes.tests.test_drafting import everything, line


def too_much(owner, discount="0.25", **facts):
    return DraftQuoteFactory(owner=owner, lines=[("UC-BUSINESS", 12, "yearly", discount)], **facts)


def asked(owner, discount="0.25", **facts):
    return services.request_approval(too_much(owner, discount, **facts), by=owner, reason="A competitor offers less.")


def raised(quote, by, discount="0.35"):
    """The same quote with a higher discount, asked for again."""
    services.edit_line(quote.lines.get(), line(discount=discount), by=by, today=this_day())
    return services.request_approval(quote, by=by, reason="A competitor offers less.")


def reread(quote):
    return Quote.objects.across_partners(reason="test").get(pk=quote.pk)


def back_office(name, quote, *more):
    return reverse(f"admin:quotes_quote_{name}", args=[quote.pk, *more])


def hear(person, channel):
    """How the person wants to hear of quotes."""
    person.notice_choices.create(topic="quote", channel=channel)


# --- told -----------------------------------------------------------------------------


def test_the_account_manager_hears_of_the_question(anna, otto, olga, deliver, mailoutbox):
    quote = asked(anna)
    deliver()

    [notice] = otto.notifications.all()
    assert notice.text == f"Anna Conti asks for a discount of 25 % on {quote} for {quote.account.name}."
    assert (notice.kind, notice.url, notice.is_for_mail) == ("quote.approval", back_office("change", quote), False)
    assert not olga.notifications.exists()
    [mail] = mailoutbox
    assert mail.recipients() == [f"{otto.get_full_name()} <{otto.email}>"]
    assert mail.subject == f"Discount to approve: {quote}"
    for words in (mail.body, mail.alternatives[0].content):
        assert back_office("change", quote) in words
        assert quote.account.name in words
        assert "25" in words
        assert "20" in words
        assert "A competitor offers less." in words
        assert "€81.00" in words  # The MRR as it is asked for, and within the limit.
        assert "€86.40" in words


def test_who_has_muted_the_quote_or_read_of_it_gets_no_mail(anna, otto, alex, deliver, mailoutbox):
    quote = too_much(alex)
    quote.mutes.create(user=otto, partner=quote.partner)
    services.request_approval(quote, by=alex, reason="A competitor offers less.")
    read = asked(anna)
    otto.notifications.filter(url=back_office("change", read)).update(read_at=timezone.now())
    deliver()
    assert mailoutbox == []

    quote.mutes.all().delete()
    quote.mutes.create(user=alex, partner=quote.partner)
    services.grant_discount(quote, by=otto, seen="0.2500")
    deliver()
    assert mailoutbox == []


def test_asking_twice_tells_once(anna, otto, deliver, mailoutbox):
    quote = asked(anna)

    services.request_approval(quote, by=anna, reason="A competitor offers less.")
    deliver()

    assert otto.notifications.count() == len(mailoutbox) == 1
    assert quote.discount_events.count() == 1


def test_another_reason_is_kept_and_told(anna, alex, otto, deliver, mailoutbox):
    quote = asked(anna)

    services.request_approval(quote, by=anna, reason="They sign this week.")
    deliver()

    assert services.last_asked(quote).text == "They sign this week."
    assert "They sign this week." in mailoutbox[-1].body


def test_a_request_that_needs_no_answer_any_more_ends_with_the_submission(anna, otto):
    quote = asked(anna)
    DiscountLimit.objects.filter(tier=quote.partner.tier).update(limit="0.30")

    quote = services.submit_quote(quote, by=anna, today=timezone.localdate())

    assert (quote.status, quote.approval) == (Status.SUBMITTED, Approval.NONE)


def test_a_raised_discount_is_told_anew(anna, otto, deliver, mailoutbox):
    quote = asked(anna)
    deliver()

    raised(quote, anna)
    deliver()

    assert ["35 %" in notice.text for notice in otto.notifications.order_by("pk")] == [False, True]
    assert len(mailoutbox) == 2


def test_what_takes_nothing_from_the_question_leaves_it_open(anna, otto, deliver, mailoutbox):
    quote = asked(anna)
    services.edit_quote(quote, changes={"message": "With thanks"}, by=anna)
    services.edit_line(quote.lines.get(), line(discount="0.22"), by=anna, today=this_day())
    deliver()

    assert reread(quote).approval == Approval.REQUESTED
    assert (len(mailoutbox), otto.notifications.count()) == (1, 1)
    services.grant_discount(reread(quote), by=otto, seen=Decimal("0.22"))
    assert reread(quote).approved_discount == Decimal("0.22")


def test_the_reason_of_a_refusal_stands_until_more_is_asked_or_nothing(anna, otto):
    quote = asked(anna)
    services.refuse_discount(quote, by=otto, reason="Too much for twelve users.")

    services.edit_quote(quote, changes={"message": "With thanks"}, by=anna)
    assert (reread(quote).approval, reread(quote).approval_reason) == (Approval.REFUSED, "Too much for twelve users.")

    services.edit_line(quote.lines.get(), line(discount="0.1"), by=anna, today=this_day())
    assert (reread(quote).approval, reread(quote).approval_reason) == (Approval.NONE, "")


def test_a_question_that_was_taken_back_is_not_mailed(anna, otto, deliver, mailoutbox):
    quote = asked(anna)
    services.cancel_quote(quote, by=anna)

    deliver()

    assert mailoutbox == []


@pytest.mark.parametrize(("channel", "notices"), [("bell", 1), ("off", 0)])
def test_the_account_manager_hears_as_chosen(anna, otto, deliver, mailoutbox, channel, notices):
    hear(otto, channel)

    asked(anna)
    deliver()

    assert (otto.notifications.count(), len(mailoutbox)) == (notices, 0)


def test_owner_and_requester_hear_of_the_answer_once_each(anna, ben, otto, deliver, mailoutbox):
    quote = services.request_approval(too_much(anna), by=ben, reason="A competitor offers less.")
    deliver()
    mailoutbox.clear()

    services.grant_discount(quote, by=otto, seen="0.25")
    deliver()

    said = f"The discount of {quote} for {quote.account.name} is granted."
    assert [[notice.text for notice in person.notifications.all()] for person in (anna, ben)] == [[said], [said]]
    assert sorted(mail.recipients()[0] for mail in mailoutbox) == [f"{one.get_full_name()} <{one.email}>" for one in (anna, ben)]
    assert {mail.subject for mail in mailoutbox} == {f"Discount granted: {quote}"}


def test_a_refusal_is_mailed_with_its_reason(anna, otto, deliver, mailoutbox):
    quote = asked(anna)
    deliver()
    mailoutbox.clear()

    services.refuse_discount(quote, by=otto, reason="Too low for this size.")
    deliver()

    assert anna.notifications.get().text.endswith("is refused: Too low for this size.")
    [mail] = mailoutbox
    assert mail.subject == f"Discount refused: {quote}"
    assert "Too low for this size." in mail.body
    assert quote.get_absolute_url() in mail.body


# --- seen -----------------------------------------------------------------------------


def test_what_was_not_seen_is_not_granted(anna, otto):
    quote = raised(asked(anna), anna)
    before = everything(quote)

    for seen in ("0.25", "0.2500", "", "much", "NaN", "sNaN"):
        with pytest.raises(services.DiscountChanged, match="35 %"):
            services.grant_discount(quote, by=otto, seen=seen)
    assert everything(quote) == before

    assert services.grant_discount(quote, by=otto, seen="0.35").approved_discount == Decimal("0.3500")


def test_the_back_office_grants_what_its_page_showed(client, anna, otto):
    quote = asked(anna)
    client.force_login(otto)
    page = client.get(back_office("change", quote)).text
    assert '<input type="hidden" name="seen" value="0.2500">' in page
    raised(quote, anna)

    stale = client.post(back_office("do", quote, "grant"), {"seen": "0.2500"})
    assert reread(quote).approval == Approval.REQUESTED
    assert [str(message) for message in get_messages(stale.wsgi_request)] == [
        "Meanwhile the highest discount of this quote is 35 %. Look at it again before you decide."
    ]

    client.post(back_office("do", quote, "grant"), {"seen": "0.3500"})
    assert reread(quote).approval == Approval.GRANTED


def test_the_back_office_shows_what_is_asked_and_by_whom(client, anna, ben, otto):
    quote = services.request_approval(too_much(anna), by=ben, reason="A competitor offers less.")
    client.force_login(otto)

    page = client.get(back_office("change", quote)).text

    for words in ("Highest discount asked", "25 %", "Limit of the tier", "20 % (Gold)", "Asked by", ben.get_full_name()):
        assert words.replace(" %", "%") in page.replace("\xa0", " ").replace(" %", "%"), words
    assert "A competitor offers less." in page
    for name, words in {
        "MRR with the discount": "€81.00; within the limit €86.40 (-€5.40)",
        "Partner’s margin with the discount, first bill": "€194.40; within the limit €259.20 (-€64.80)",
        "Partner’s margin with the discount, a month": "€16.20; within the limit €21.60 (-€5.40)",
    }.items():
        assert name.replace("’", "&#x27;") in page
        assert words in page


# --- the reason -------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  "])
def test_nobody_asks_without_a_reason(anna, otto, deliver, mailoutbox, reason):
    quote = too_much(anna)
    before = everything(quote)

    with pytest.raises(IllegalMove, match="Say why the discount is needed."):
        services.request_approval(quote, by=anna, reason=reason)
    deliver()

    assert everything(quote) == before
    assert (quote.discount_events.count(), otto.notifications.count(), len(mailoutbox)) == (0, 0, 0)


def test_every_question_and_every_answer_is_kept(anna, otto):
    quote = asked(anna)
    services.refuse_discount(quote, by=otto, reason="Too low for this size.")
    quote = raised(quote, anna)
    DiscountLimit.objects.filter(tier=quote.partner.tier).update(limit="0.15")
    services.grant_discount(quote, by=otto, seen="0.35")

    rows = quote.discount_events.order_by("pk").values_list("kind", "discount", "limit", "text", "by")
    assert list(rows) == [
        ("asked", Decimal("0.2500"), Decimal("0.2000"), "A competitor offers less.", anna.pk),
        ("refused", Decimal("0.2500"), Decimal("0.2000"), "Too low for this size.", otto.pk),
        ("asked", Decimal("0.3500"), Decimal("0.2000"), "A competitor offers less.", anna.pk),
        ("granted", Decimal("0.3500"), Decimal("0.1500"), "", otto.pk),
    ]


@pytest.mark.parametrize("place", ["quote", "project", "account"])
def test_question_and_answer_stand_on_the_timeline(anna, otto, carla, place):
    quote = asked(anna)
    services.refuse_discount(quote, by=otto, reason="Too low for this size.")
    record = quote if place == "quote" else getattr(quote, place)

    def told(person):
        entries = [entry for entry in timeline(record, person).past if entry.key.startswith("discount:")]
        return [(entry.title, entry.text, entry.detail, entry.who) for entry in entries]

    assert told(anna) == [
        (f"{quote}: discount of 25 % refused", "Too low for this size.", "limit 20 %", "Otto Keller"),
        (f"{quote}: discount of 25 % asked for", "A competitor offers less.", "limit 20 %", "Anna Conti"),
    ]
    assert told(carla) == []


# --- the limits ---------------------------------------------------------------------------


def limit(quote, fraction):
    """The vendor sets another limit for the tier of the quote's partner."""
    DiscountLimit.objects.filter(tier=quote.partner.tier).update(limit=fraction)


def test_a_draft_is_measured_by_the_limit_of_the_day(client, anna):
    quote = too_much(anna)
    client.force_login(anna)
    lines = services.lines_of(quote)
    assert services.needs_approval(quote, lines)
    assert "Your discount limit: 20 %" in client.get(quote.get_absolute_url()).text

    limit(quote, "0.30")

    assert not services.needs_approval(quote, lines)
    assert "Your discount limit: 30 %" in client.get(quote.get_absolute_url()).text
    assert services.submit_quote(quote, by=anna, today=this_day()).status == Status.SUBMITTED


def test_what_was_granted_stays_granted_under_a_lower_limit(anna, otto):
    granted, open_one = asked(anna), DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "yearly", "0.15")])
    services.grant_discount(granted, by=otto, seen="0.25")

    limit(granted, "0.10")

    assert services.submit_quote(granted, by=anna, today=this_day()).status == Status.SUBMITTED
    with pytest.raises(ExitConditionMissing, match="15 % is above your limit of 10 %"):
        services.submit_quote(open_one, by=anna, today=this_day())
    assert reread(open_one).status == Status.DRAFT


def test_a_tier_without_a_limit_asks_for_everything(client, anna):
    quote = DraftQuoteFactory(owner=anna, lines=[("UC-BUSINESS", 12, "yearly", "0.01")])
    client.force_login(anna)
    DiscountLimit.objects.filter(tier=quote.partner.tier).delete()

    assert services.needs_approval(quote, services.lines_of(quote))
    assert "Your discount limit: 0 %" in client.get(quote.get_absolute_url()).text


# --- the queue --------------------------------------------------------------------------


def test_home_of_the_vendor_shows_what_waits(client, anna, otto, olga, tariq):
    quote = asked(anna)
    too_much(anna, name="Nobody asked")
    services.cancel_quote(asked(anna, name="Taken back"), by=anna)
    client.force_login(otto)

    page = client.get("/")

    assert page.context["discount_count"] == 1
    text = page.text
    assert "Discounts to approve" in text
    assert back_office("change", quote) in text
    listed = client.get(reverse("admin:quotes_quote_changelist") + "?approval__exact=requested&status__exact=draft")
    assert reverse("admin:quotes_quote_changelist") + "?approval__exact=requested&amp;status__exact=draft" in text
    assert [one.pk for one in listed.context["cl"].result_list] == [quote.pk]

    client.force_login(olga)
    assert client.get("/").context["discount_count"] == 0
    client.force_login(tariq)
    assert "Discounts to approve" not in client.get("/").text
