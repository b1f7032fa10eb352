"""The outbox at its own level; `partnerportal/tests/services` kills real workers."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from partnerportal.core import jobs, outbox
from partnerportal.core.models import OutboxMessage, StoredMail

State = OutboxMessage.State


@pytest.fixture
def handler(monkeypatch):
    """Handlers of this test alone; the calls that they got are in `calls`."""
    monkeypatch.setattr(outbox, "_handlers", dict(outbox._handlers))

    class Handler:
        def __init__(self):
            self.calls = []
            self.error = None

        def __call__(self, **payload):
            self.calls.append(payload)
            StoredMail.objects.create(message_id=f"effect-{len(self.calls)}", sender="a@b.org", raw=b"", subject="effect", text="")
            if self.error:
                raise self.error

    made = Handler()
    outbox.handles("trial")(made)
    return made


def make(**facts):
    values = {"kind": "trial", "key": "trial:1", "payload": {"number": 7}, "available_at": timezone.now()} | facts
    return OutboxMessage.objects.create(**values)


@pytest.mark.django_db(transaction=True)
def test_promise_refuses_outside_a_transaction():
    with pytest.raises(outbox.NotInTransaction):
        outbox.promise("trial", key="trial:1")

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_promise_goes_with_its_transaction(monkeypatch):
    rung = []
    monkeypatch.setattr(outbox, "ring", lambda pk, kind: rung.append((pk, kind)))

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.promise("trial", key="trial:1")
        raise ZeroDivisionError
    assert not OutboxMessage.objects.exists()
    assert rung == []

    with transaction.atomic():
        message = outbox.promise("trial", key="trial:1", number=7)
        assert rung == []
    assert rung == [(message.pk, "trial")]


@pytest.mark.django_db
def test_promise_records_a_key_once():
    first = outbox.promise("trial", key="trial:1", number=7)
    second = outbox.promise("trial", key="trial:1", number=8)

    assert first == second
    assert list(OutboxMessage.objects.values_list("payload", flat=True)) == [{"number": 7}]


@pytest.mark.django_db
def test_delivery_calls_the_handler_once(handler):
    message = make()

    assert outbox.deliver_one(message.pk) is True
    assert outbox.deliver_one(message.pk) is False

    message.refresh_from_db()
    assert handler.calls == [{"number": 7}]
    assert (message.state, message.attempts, message.lease_until) == (State.DONE, 1, None)
    assert message.done_at is not None


@pytest.mark.django_db
def test_failure_rolls_the_handlers_writes_back_and_waits(handler):
    handler.error = RuntimeError("no route")
    message = make()

    outbox.deliver_one(message.pk)

    message.refresh_from_db()
    assert not StoredMail.objects.exists()
    assert (message.state, message.attempts, message.last_error) == (State.PENDING, 1, "RuntimeError: no route")
    assert message.lease_until is None


@pytest.mark.django_db
def test_dead_after_eight_attempts_and_then_left_alone(handler):
    handler.error = RuntimeError("no route")
    message = make()

    for _ in range(12):
        OutboxMessage.objects.update(available_at=timezone.now())
        outbox.deliver_one(message.pk)

    message.refresh_from_db()
    assert (message.state, message.attempts, len(handler.calls)) == (State.DEAD, 8, 8)


@pytest.mark.django_db
def test_what_cannot_heal_is_dead_at_once(handler):
    handler.error = outbox.Undeliverable("no such address")
    message = make()

    outbox.deliver_one(message.pk)

    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.DEAD, 1)


@pytest.mark.django_db
def test_unknown_kind_waits_for_a_release_that_knows_it():
    message = make(kind="from the future")

    outbox.deliver_one(message.pk)

    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.PENDING, 1)


@pytest.mark.django_db
def test_a_leased_message_is_another_workers_until_the_lease_is_over(handler):
    message = make(attempts=1, lease_until=timezone.now() + timedelta(seconds=60))
    assert outbox.deliver_one(message.pk) is False
    assert handler.calls == []

    OutboxMessage.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert outbox.deliver_one(message.pk) is True
    assert handler.calls == [{"number": 7}]


@pytest.mark.django_db
def test_worker_that_ended_in_the_eighth_attempt_leaves_a_dead_message(handler):
    message = make(attempts=8, lease_until=timezone.now() - timedelta(seconds=1))

    assert outbox.deliver_one(message.pk) is False

    message.refresh_from_db()
    assert message.state == State.DEAD
    assert handler.calls == []


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_does_not_work(handler, monkeypatch):
    message = make()
    stale = outbox._take(message.pk)
    OutboxMessage.objects.update(attempts=2)  # Another worker has taken it since.
    monkeypatch.setattr(outbox, "_take", lambda pk: stale)

    assert outbox.deliver_one(message.pk) is False
    assert handler.calls == []


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_at_once_deliver_once(handler):
    message = make()
    barrier = threading.Barrier(20)

    def work():
        barrier.wait()
        outbox.deliver_one(message.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    message.refresh_from_db()
    assert (message.state, message.attempts, len(handler.calls)) == (State.DONE, 1, 1)


def test_waits_grow_are_spread_and_are_capped():
    waits = {attempt: [outbox.wait_before(attempt).total_seconds() for _ in range(400)] for attempt in range(2, 12)}

    assert max(waits[2]) <= 10
    assert max(waits[8]) <= 640
    assert max(waits[11]) <= 900
    assert all(max(values) - min(values) > 0.8 * max(values) for values in waits.values())


@pytest.mark.django_db
def test_sweep_rings_for_the_forgotten_the_failed_and_the_abandoned_once(monkeypatch):
    rung = []
    monkeypatch.setattr(outbox, "ring", lambda pk, kind: rung.append(pk))
    now = timezone.now()
    fresh, forgotten, abandoned = (
        make(key="fresh"),
        make(key="forgotten"),
        make(key="abandoned", attempts=1, lease_until=now - timedelta(seconds=1)),
    )
    failed = make(key="failed", attempts=2)
    make(key="waiting", attempts=2, available_at=now + timedelta(minutes=1))
    make(key="in hands", attempts=1, lease_until=now + timedelta(minutes=1))
    make(key="done", state=State.DONE)
    make(key="dead", state=State.DEAD)
    OutboxMessage.objects.filter(pk=fresh.pk).update(created_at=now + timedelta(minutes=1))
    OutboxMessage.objects.filter(pk=forgotten.pk).update(created_at=now - timedelta(seconds=6))

    assert outbox.sweep() == 3
    assert outbox.sweep() == 0

    assert sorted(rung) == sorted([forgotten.pk, abandoned.pk, failed.pk])


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_are_one(handler):
    make(attempts=1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [outbox.SWEEP_LOCK])
        found = []

        def sweep():
            found.append(outbox.sweep())
            connection.close()

        thread = threading.Thread(target=sweep)
        thread.start()
        thread.join()

    assert found == [0]


@pytest.mark.django_db(transaction=True)
def test_a_sweep_does_not_wait_for_a_message_in_a_workers_hands(handler):
    message = make(attempts=1, lease_until=timezone.now() - timedelta(seconds=1))
    found = []

    def sweep():
        found.append(outbox.sweep())
        connection.close()

    with transaction.atomic():
        OutboxMessage.objects.select_for_update().get(pk=message.pk)
        thread = threading.Thread(target=sweep, daemon=True)
        thread.start()
        thread.join(60)

    assert found == [0]


@pytest.mark.django_db
def test_retry_gives_a_dead_message_its_attempts_back(handler):
    message = make(state=State.DEAD, attempts=8)

    outbox.retry(message)
    outbox.deliver_due()

    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.DONE, 1)
    assert handler.calls == [{"number": 7}]


@pytest.mark.django_db
def test_retry_leaves_what_is_done(handler):
    message = make(state=State.DONE, attempts=3)

    outbox.retry(message)

    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.DONE, 3)


@pytest.mark.django_db
def test_deliver_due_follows_what_a_delivery_promises(handler, monkeypatch):
    outbox.handles("first")(lambda: outbox.promise("trial", key="second", number=2))
    make(kind="first", payload={}, key="first")

    assert outbox.deliver_due() == 2
    assert handler.calls == [{"number": 2}]


def test_a_kind_has_one_handler(handler):
    with pytest.raises(ValueError, match="Two functions"):
        outbox.handles("trial")(lambda: None)


def test_each_hard_limit_has_a_soft_one_before_it():
    """The pool's clock starts with the soft limit; a general one of 90 seconds would put a hard limit of 20 off until then."""
    for job in (jobs.deliver, jobs.deliver_pdf):
        assert 0 < job.soft_time_limit < job.time_limit
