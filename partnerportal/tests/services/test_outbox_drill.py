"""Five hundred promised effects, poison among them, while worker, broker and database are killed.

It always ends with the same two questions: which acknowledged things are missing, and which happened twice?
"""

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

pytestmark = [pytest.mark.services, pytest.mark.timeout(1800)]

COUNT = 250  # of each: mails and PDFs
GUARD_SECONDS = 900


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
        ("broker", lambda: (servers.kill_broker(), time.sleep(2), servers.revive())),
        ("database", lambda: (servers.kill_database(), time.sleep(2), servers.revive())),
        ("a child of the worker", lambda: kill_a_child(portal, "worker")),
        ("PDF worker", lambda: portal.kill("pdf")),
        ("schedule", lambda: portal.kill("schedule")),
        ("worker", lambda: portal.kill("worker")),
        ("broker and database", lambda: (servers.kill_broker(), servers.kill_database(), time.sleep(1), servers.revive())),
        ("a child of the PDF worker", lambda: kill_a_child(portal, "pdf")),
    ]


def test_every_acknowledged_effect_happens_and_none_twice(portal):
    began = time.monotonic()
    portal.start("worker", "pdf", "schedule")
    command = [sys.executable, "-m", "partnerportal.tests.services.promise", str(COUNT), "0.02"]
    with open(portal.folder / "acknowledged.txt", "w+") as acknowledged, open(portal.folder / "promise.log", "w") as log:
        promiser = subprocess.Popen(command, cwd=embedded.CLONE, env=portal.environment, stdout=acknowledged, stderr=log)
        done = []
        for name, fault in faults(portal):
            wait_until(lambda: promised(portal) > 40 * (len(done) + 1) or promiser.poll() is not None, GUARD_SECONDS, "promises")
            fault()
            done.append(name)
        assert promiser.wait(GUARD_SECONDS) == 0, portal.logs()
        acknowledged.seek(0)
        lines = [line.split() for line in acknowledged]
    try:
        wait_until(lambda: pending(portal) == 0, GUARD_SECONDS, "nothing is pending")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{states(portal)}\n{portal.logs()}") from None

    report(portal, lines, done, time.monotonic() - began)
    assert_nothing_is_missing_or_double(portal, lines)


def promised(portal):
    return (portal.folder / "acknowledged.txt").read_text().count("\n")


def pending(portal):
    return portal.sql("SELECT count(*) FROM core_outboxmessage WHERE state = 'pending'")[0][0]


def states(portal):
    return portal.sql("SELECT kind, state, attempts, count(*), max(last_error) FROM core_outboxmessage GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")


def effects(portal):
    return Counter(key for (key,) in portal.sql("SELECT key FROM drill_effect"))


def doubled_mails(portal):
    return sum(count - 1 for count in Counter(portal.post.taken).values())


def report(portal, lines, done, seconds):
    slowest = max(int(milliseconds) for _, _, milliseconds in lines)
    print(f"\nOutbox drill on {portal.servers.title}: {len(lines)} acknowledged in {seconds:.0f} s; killed: {', '.join(done)}")
    print(
        f"  effects in the database: {sum(effects(portal).values())}, doubled {len([1 for count in effects(portal).values() if count > 1])}"
    )
    print(f"  mails: {len(set(portal.post.taken))} of {COUNT}, sent once more {doubled_mails(portal)}; slowest promise {slowest} ms")
    print(f"  states: {states(portal)}")


def assert_nothing_is_missing_or_double(portal, lines):
    promised_keys = {(kind, int(number)) for kind, number, _ in lines}
    good = {(kind, number) for kind, number in promised_keys if kind in {"drill.mail", "drill.pdf"}}
    assert len(good) == 2 * COUNT
    assert effects(portal) == Counter({f"{kind.removeprefix('drill.')} {number}": 1 for kind, number in good})

    found = {(kind, payload["number"]): (state, attempts) for kind, payload, state, attempts in portal.sql(
        "SELECT kind, payload, state, attempts FROM core_outboxmessage"
    )}  # fmt: skip
    assert set(found) == promised_keys
    assert {state for key, (state, _) in found.items() if key in good} == {"done"}
    assert {outcome for key, outcome in found.items() if key not in good} == {("dead", 8)}

    assert set(portal.post.taken) == {message_id_of(number) for number in range(COUNT)}
    assert max(Counter(portal.post.taken).values()) <= 2
    assert doubled_mails(portal) <= 12  # One for each delivery that a fault cut off between the server's answer and our mark.

    for number, content in portal.sql("SELECT key, content FROM drill_effect WHERE key LIKE 'pdf %%'"):
        assert PdfReader(io.BytesIO(bytes(content))).pages[0].extract_text() == f"Effect number {number.removeprefix('pdf ')}"


def message_id_of(number):
    return message_id(f"drill.mail:{number}")
