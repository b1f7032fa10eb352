from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy, gettext_noop

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core import attached, digest, outbox
from partnerportal.core.models import Follow, Notification
from partnerportal.core.notifications import choose, notify, wants_mail

SENTENCE = gettext_noop("%(who)s handed you %(record)s")


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Brenner Logistik")


def told(user):
    return [(notice.kind, notice.reason, notice.told) for notice in Notification.objects.filter(user=user).order_by("pk")]


def make_old(**facts):
    Notification.objects.filter(**facts).update(created_at=timezone.now() - timedelta(hours=1))


def mails():
    return [(one.to, one.subject) for one in mail.outbox]


def post(now=None):
    digest.promise_due(now or timezone.now())
    outbox.deliver_due()


def test_a_notice_is_said_in_the_language_of_whoever_reads(anna, lead):
    notice = notify(anna, SENTENCE, values={"who": "Ben Marino", "record": lead}, kind="owner", about=lead)

    assert notice.told == "Ben Marino handed you Brenner Logistik"
    with translation.override("de"):
        assert notice.told == "Ben Marino hat Ihnen Brenner Logistik übergeben"


def test_a_word_within_a_notice_is_said_in_that_language_too(anna, lead):
    values = {"lead": lead, "status": gettext_lazy("Qualification")}
    notice = notify(anna, gettext_noop("%(lead)s is now: %(status)s"), values=values, kind="lead", about=lead)

    assert notice.values["status"] == {"word": "Qualification"}
    with translation.override("de"):
        assert notice.told == "Brenner Logistik ist jetzt: Qualifizierung"


def test_a_value_with_a_percent_sign_is_only_a_value(anna, lead):
    lead.company = "100 %(x)s GmbH"

    assert notify(anna, SENTENCE, values={"who": "%s", "record": lead}, kind="owner").told == "%s handed you 100 %(x)s GmbH"


def test_a_mention_tells_and_makes_follow_but_only_whom_it_names(lead, anna, alex, ben):
    note = attached.add_note(lead, "Please call them, @alex rossi, before Friday", by=anna)

    assert list(note.mentioned.all()) == [alex]
    assert told(alex) == [("mention", "mentioned", "Anna Conti mentioned you on Brenner Logistik")]
    assert told(ben) == []
    assert lead.followers.get().reason == Follow.Reason.MENTIONED


def test_a_mention_of_somebody_elsewhere_says_nothing(lead, anna, carla):
    note = attached.add_note(lead, "@Carla Brandt should see this", by=anna)

    assert not note.mentioned.exists()
    assert told(carla) == []
    assert not Lead.objects.visible_to(carla).exists()


def test_a_mention_does_not_open_a_record_that_reps_keep_to_themselves(lead, anna, alex, ben):
    anna.partner.record_visibility = "owner"
    anna.partner.save()

    note = attached.add_note(lead, "@Alex Rossi @Ben Marino", by=anna)

    assert list(note.mentioned.all()) == [ben]
    assert not Lead.objects.visible_to(alex).exists()


@pytest.mark.parametrize("text", ["anna@Alex Rossi", "@Alex Rossini", "@Alex", "Alex Rossi"])
def test_a_name_is_a_mention_only_behind_an_at_sign_and_in_full(lead, anna, text, alex):
    assert not attached.add_note(lead, text, by=anna).mentioned.exists()


def test_the_owner_and_followers_hear_with_their_reason(lead, anna, alex, ben):
    attached.follow(lead, by=ben)

    attached.add_note(lead, "x", by=alex)

    assert told(anna) == [("note", "owner", "Alex Rossi wrote a note on Brenner Logistik")]
    assert told(ben) == [("note", "chosen", "Alex Rossi wrote a note on Brenner Logistik")]


def test_a_muted_record_is_silent_but_for_what_is_meant_for_oneself(lead, anna, alex, ben):
    attached.mute(lead, by=anna)

    attached.add_note(lead, "x", by=alex)
    assert told(anna) == []
    attached.add_note(lead, "@Anna Conti", by=alex)
    assert [kind for kind, _reason, _text in told(anna)] == ["mention"]

    attached.unmute(lead, by=anna)
    attached.add_note(lead, "x", by=ben)
    assert [kind for kind, _reason, _text in told(anna)] == ["mention", "note"]


def test_muting_stops_the_mail_that_waits_but_for_what_is_meant_for_oneself(lead, anna, alex, ben):
    other = LeadFactory(owner=anna, company="Other")
    attached.follow(lead, by=ben)
    for one in (lead, other):
        attached.add_note(one, "x", by=alex)
    attached.add_note(lead, "@Anna Conti", by=alex)

    attached.mute(lead, by=anna)

    waiting = Notification.objects.filter(is_for_mail=True)
    assert sorted((notice.user.first_name, notice.about.company, notice.kind) for notice in waiting) == [
        ("Anna", "Brenner Logistik", "mention"),
        ("Anna", "Other", "note"),
        ("Ben", "Brenner Logistik", "note"),
        ("Ben", "Brenner Logistik", "note"),
    ]


def test_what_a_person_switched_off_is_not_told(lead, anna, alex):
    choose(anna, {"follow": "off", "mention": "bell", "task": "nonsense"})

    attached.add_note(lead, "x", by=alex)
    attached.add_note(lead, "@Anna Conti", by=alex)

    assert [(notice.kind, notice.is_for_mail) for notice in Notification.objects.filter(user=anna)] == [("mention", False)]
    assert wants_mail(anna, "task")


def test_unread_notices_come_in_one_mail_gathered_by_record(lead, anna, alex):
    other = LeadFactory(owner=anna, company="Hotel Central")
    for record in (lead, other, lead):
        attached.add_note(record, "x", by=alex)
    make_old()

    post()
    post()

    assert mails() == [([f"Anna Conti <{anna.email}>"], "3 notices wait for you")]
    text = mail.outbox[0].body
    assert text.count("wrote a note on Brenner Logistik") == 2
    assert text.count(f"{lead.get_absolute_url()}\n") == 1
    assert not Notification.objects.filter(mailed_at=None).exists()


@pytest.mark.parametrize("kind", ["import", "bulk", "export"])
def test_what_became_of_ones_own_work_in_the_background_is_mailed_unless_one_chose_otherwise(anna, ben, kind):
    choose(ben, {"data": "bell"})
    for person in (anna, ben):
        notify(person, "leads.csv is imported.", kind=kind, url="/leads/import/7/")
    make_old()

    post()

    assert mails() == [([f"Anna Conti <{anna.email}>"], "leads.csv is imported.")]
    assert "/leads/import/7/\n" in mail.outbox[0].body
    assert [kind for kind, *_ in told(ben)] == [kind]


def test_the_topic_of_ones_own_work_is_on_the_profile(client, anna):
    client.force_login(anna)
    page = client.get("/profile/").content.decode()
    assert "What became of my imports, bulk changes and exports" in page

    client.post("/profile/notices/", {"data": "off"})

    assert notify(anna, "leads.csv is imported.", kind="import", url="/leads/import/7/") is None


def test_nothing_is_mailed_that_was_read_or_is_fresh(lead, anna, alex, ben):
    attached.follow(lead, by=ben)
    attached.add_note(lead, "x", by=alex)
    make_old(user=anna)
    Notification.objects.filter(user=anna).update(read_at=timezone.now())

    post()

    assert mails() == []


def test_what_was_read_between_promise_and_delivery_is_not_mailed(lead, anna, alex):
    attached.add_note(lead, "x", by=alex)
    make_old()
    digest.promise_due(timezone.now())
    Notification.objects.update(read_at=timezone.now())

    outbox.deliver_due()

    assert mails() == []


def test_a_quiet_period_lies_between_two_mails_and_the_rest_follows(lead, anna, alex, settings):
    attached.add_note(lead, "x", by=alex)
    make_old()
    post()
    attached.add_note(lead, "y", by=alex)
    attached.add_note(lead, "z", by=alex)
    make_old(mailed_at=None)

    post()
    assert len(mails()) == 1
    Notification.objects.exclude(mailed_at=None).update(mailed_at=timezone.now() - timedelta(seconds=settings.NOTICE_QUIET + 1))
    post(timezone.now() + timedelta(minutes=1))

    assert [subject for _to, subject in mails()] == ["Alex Rossi wrote a note on Brenner Logistik", "2 notices wait for you"]


def test_who_may_no_longer_sign_in_gets_no_mail(lead, anna, alex):
    attached.add_note(lead, "x", by=alex)
    make_old()
    anna.is_active = False
    anna.save()

    post()

    assert mails() == []
