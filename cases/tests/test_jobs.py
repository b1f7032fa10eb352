"""Mail about cases, and closing by schedule: twice is once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from cases import jobs, services
from cases.models import Case, Comment
from cases.stages import Status
from cases.tests.factories import CaseFactory, ClosedCaseFactory, CommentFactory, ResolvedCaseFactory, RunningCaseFactory
from partnerportal.core.models import OutboxMessage, StageMove

TELLING = "The wording of this is secret: 4711"


def test_the_owner_gets_the_answer_by_mail_with_a_link(anna, tariq, deliver, settings):
    case = CaseFactory(owner=anna, number="C-2026-00007", subject="Wrong <invoice>")
    services.comment_internally(case, TELLING, by=tariq)
    services.answer_case(case, "Which company?\n" + "a very long story " * 40, to=Status.WAITING, by=tariq)

    assert deliver() == 1

    (message,) = mail.outbox
    html = message.alternatives[0].content
    assert message.to == ["Anna Conti <anna@aurora-telecom.com>"]
    assert message.subject == "Answer to case C-2026-00007: Wrong <invoice>"
    for body in (message.body, html):
        assert f"{settings.SITE_URL}/cases/{case.pk}/" in body
        assert "Which company?" in body
        assert "a very long story " * 20 not in body
        assert TELLING not in body
    assert "Wrong &lt;invoice&gt;" in html
    assert OutboxMessage.objects.get().state == "done"


def test_an_internal_comment_sends_no_mail(anna, tariq, deliver):
    services.comment_internally(CaseFactory(owner=anna), TELLING, by=tariq)

    assert deliver() == 0
    assert mail.outbox == []


def test_the_handler_refuses_to_mail_an_internal_comment(anna, tariq):
    comment = CommentFactory(case=CaseFactory(owner=anna), author=tariq, is_internal=True, text=TELLING)

    with pytest.raises(Comment.DoesNotExist):
        jobs.email_answer(comment_id=comment.pk)

    assert mail.outbox == []


def test_the_owner_gets_a_mail_when_the_case_is_resolved(anna, tariq, deliver):
    case = RunningCaseFactory(owner=anna, agent=tariq, number="C-2026-00007")
    services.resolve_case(case, seen="in_progress", reason="Corrected <yesterday>", by=tariq)

    assert deliver() == 1

    (message,) = mail.outbox
    assert message.subject == f"Case C-2026-00007 is resolved: {case.subject}"
    assert "Corrected <yesterday>" in message.body
    assert "Corrected &lt;yesterday&gt;" in message.alternatives[0].content


def test_a_second_delivery_repeats_the_message_id(anna, tariq, deliver):
    case = CaseFactory(owner=anna)
    comment = services.answer_case(case, "Which company?", to=Status.WAITING, by=tariq)

    jobs.email_answer(comment_id=comment.pk)
    jobs.email_answer(comment_id=comment.pk)

    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_who_left_gets_no_mail(anna, tariq, deliver):
    case = CaseFactory(owner=anna)
    services.answer_case(case, "Which company?", to=Status.WAITING, by=tariq)
    anna.is_active = False
    anna.save()

    assert deliver() == 1
    assert mail.outbox == []


def test_the_schedule_closes_what_was_resolved_for_seven_days_once(anna, carla):
    now = timezone.now()
    due = [ResolvedCaseFactory(owner=person, resolved_at=now - timedelta(days=8)) for person in (anna, carla)]
    others = [ResolvedCaseFactory(owner=anna), RunningCaseFactory(owner=anna), ClosedCaseFactory(owner=anna)]
    before = [case.status for case in others]

    jobs.close_resolved_cases()
    jobs.close_resolved_cases()

    rows = Case.objects.across_partners(reason="test")
    assert [rows.get(pk=case.pk).status for case in due] == [Status.CLOSED, Status.CLOSED]
    assert [rows.get(pk=case.pk).status for case in others] == before
    assert StageMove.objects.across_partners(reason="test").count() == 2


def test_the_schedule_is_set(settings):
    assert settings.CELERY_BEAT_SCHEDULE["close-resolved-cases"]["task"] == jobs.close_resolved_cases.name
