"""250 quotes are submitted, each promising its PDF and then its mail, poison among them, while worker, broker and database are killed.

It always ends with the same two questions: which acknowledged things are missing, and which happened twice?
"""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from pypdf import PdfReader

from partnerportal import embedded
from partnerportal.core.emails import message_id
from partnerportal.tests.services.servers import wait_until

pytestmark = [pytest.mark.services, pytest.mark.timeout(2400)]

COUNT = 250
GUARD_SECONDS = 1200
PROMISE = "partnerportal.tests.services.promise"


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill_a_child(portal, name):
    """kill -9 of one process of a worker's pool."""
    pids = children_of(portal.pid(name)) if portal.children[name].process else []
    for pid in pids[:1]:
        os.kill(pid, signal.SIGKILL)


def faults(portal):
    """What is done to the portal, one after the other, while it works."""
    servers = portal.servers
    return [
        ("worker", lambda: portal.kill("worker")),
        ("broker", lambda: (servers.kill_broker(), time.sleep(1), servers.revive())),
        ("database", lambda: (servers.kill_database(), time.sleep(1), servers.revive())),
        ("a child of the worker", lambda: kill_a_child(portal, "worker")),
        ("PDF worker", lambda: portal.kill("pdf")),
        ("schedule", lambda: portal.kill("schedule")),
        ("worker", lambda: portal.kill("worker")),
        ("broker and database", lambda: (servers.kill_broker(), servers.kill_database(), time.sleep(1), servers.revive())),
        ("a child of the PDF worker", lambda: kill_a_child(portal, "pdf")),
    ]


def python(portal, *arguments, **options):
    return subprocess.Popen([sys.executable, "-m", PROMISE, str(COUNT), *arguments], cwd=embedded.CLONE, env=portal.environment, **options)


def test_every_acknowledged_effect_happens_and_none_twice(portal):
    portal.sql("CREATE TABLE drill_poison (what text)", role="DATABASE_OWNER_URL")
    assert python(portal, "prepare").wait(GUARD_SECONDS) == 0
    began = time.monotonic()
    portal.start("worker", "pdf", "schedule")
    with open(portal.folder / "acknowledged.txt", "w") as acknowledged, open(portal.folder / "promise.log", "w") as log:
        promiser = python(portal, "0.03", stdout=acknowledged, stderr=log)
        done = []
        for name, fault in faults(portal):
            wait_until(lambda: answered(portal) > 25 * (len(done) + 1) or promiser.poll() is not None, GUARD_SECONDS, "answers")
            fault()
            done.append(name)
        assert promiser.wait(GUARD_SECONDS) == 0, portal.logs()
    lines = [line.split() for line in (portal.folder / "acknowledged.txt").read_text().splitlines()]
    try:
        wait_until(lambda: pending(portal) == 0, GUARD_SECONDS, "nothing is pending")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{states(portal)}\n{portal.logs()}") from None

    quotes = portal.sql("SELECT id, number, version, sent_at IS NOT NULL FROM quotes_quote")
    report(portal, lines, done, time.monotonic() - began)
    assert {int(pk) for kind, pk, _ in lines if kind == "quote"} == {pk for pk, *_ in quotes}
    assert_promises_are_kept(portal, quotes)
    assert_every_pdf_is_there_once(portal, quotes)
    assert_every_mail_went_out(portal, quotes)


def answered(portal):
    return (portal.folder / "acknowledged.txt").read_text().count("\n")


def pending(portal):
    return portal.sql("SELECT count(*) FROM core_outboxmessage WHERE state = 'pending'")[0][0]


def states(portal):
    return portal.sql("SELECT kind, state, max(attempts), count(*), max(last_error) FROM core_outboxmessage GROUP BY 1, 2 ORDER BY 1, 2")


def documents(portal):
    """Every PDF of a quote that the database knows: quote, file, checksum, whether it is the quote's."""
    return portal.sql(
        "SELECT file.object_id, file.file, file.sha256, quote.pdf_id = file.id FROM core_attachment file"
        " JOIN django_content_type type ON type.id = file.content_type_id AND type.model = 'quote'"
        " JOIN quotes_quote quote ON quote.id = file.object_id WHERE file.is_generated"
    )


def doubled_mails(portal):
    return sum(count - 1 for count in Counter(portal.post.taken).values())


def report(portal, lines, done, seconds):
    slowest = max(int(milliseconds) for _, _, milliseconds in lines)
    print(f"\nOutbox drill on {portal.servers.title}: {2 * COUNT} promised effects, {seconds:.0f} s; killed: {', '.join(done)}")
    print(
        f"  PDFs: {len(documents(portal))} of {COUNT}; mails: {len(set(portal.post.taken))} of {COUNT}, once more: {doubled_mails(portal)}"
    )
    print(f"  slowest acknowledgement {slowest} ms; kinds: {[row[:4] for row in states(portal)]}")


def assert_promises_are_kept(portal, quotes):
    found = {
        (kind, key): (state, attempts)
        for kind, key, state, attempts in portal.sql("SELECT kind, key, state, attempts FROM core_outboxmessage")
    }
    poison = {place: outcome for place, outcome in found.items() if place[0].startswith("drill.")}
    alerts = {place: outcome for place, outcome in found.items() if place[0] == "outbox.dead"}
    good = {place: state for place, (state, _) in found.items() if place not in poison and place not in alerts}
    expected = {("quote.pdf", f"quote.pdf:{pk}"): "done" for pk, *_ in quotes} | {
        ("quote.mail", f"quote.mail:{pk}:1"): "done" for pk, *_ in quotes
    }
    assert good == expected
    assert [state for state, _ in alerts.values()] == ["done"]  # One for all five.
    assert len(poison) == 5
    assert set(poison.values()) == {("dead", 8)}
    assert portal.sql("SELECT * FROM drill_poison") == []


def assert_every_pdf_is_there_once(portal, quotes):
    found = documents(portal)
    assert Counter(pk for pk, *_ in found) == Counter(pk for pk, *_ in quotes)
    titles = {pk: f"{number} v{version}" for pk, number, version, _ in quotes}
    for pk, file, sha256, is_the_quotes in found:
        content = (Path(portal.environment["MEDIA_ROOT"]) / file).read_bytes()
        assert is_the_quotes
        assert hashlib.sha256(content).hexdigest() == sha256
        assert titles[pk] in PdfReader(io.BytesIO(content)).metadata.title


def assert_every_mail_went_out(portal, quotes):
    assert all(is_sent for *_, is_sent in quotes)
    assert portal.sql("SELECT count(*), count(DISTINCT object_id) FROM core_notification WHERE kind = 'quote.sent'") == [(COUNT, COUNT)]
    assert set(portal.post.taken) == {message_id(f"quote.mail:{pk}:1") for pk, *_ in quotes}
    # A delivery that a fault cut off between the server's answer and our mark; each fault has at most one or two in hand.
    assert max(Counter(portal.post.taken).values()) <= 2
    assert doubled_mails(portal) <= 12
