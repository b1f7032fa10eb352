"""A table of leads is rehearsed, imported and taken back while worker, broker and database are killed: no line is lost, none done twice."""

import subprocess
import sys
import time

import pytest

from partnerportal import embedded
from partnerportal.tests.services.importing import is_bad
from partnerportal.tests.services.servers import wait_until

pytestmark = [pytest.mark.services, pytest.mark.timeout(1800)]

COUNT = 800
GOOD = sum(not is_bad(number) for number in range(COUNT))
GUARD_SECONDS = 900


def step(portal, *arguments):
    command = [sys.executable, "-m", "partnerportal.tests.services.importing", *arguments]
    subprocess.run(command, cwd=embedded.CLONE, env=portal.environment, check=True, timeout=GUARD_SECONDS)


def batch(portal):
    """State, and how many lines of how many are done."""
    return portal.sql("SELECT state, handled, total FROM core_dataimport")[0]


def killed_until(portal, state, faults):
    """Each fault once the work has got a share further; then wait for the end."""
    for number, fault in enumerate(faults, start=1):
        wait_until(lambda number=number: is_past(portal, state, number / (len(faults) + 1)), GUARD_SECONDS, f"{state} gets on")
        fault()
    wait_until(lambda: batch(portal)[0] == state, GUARD_SECONDS, f"the import is {state}: {batch(portal)} {portal.logs()}")


def is_past(portal, end, share):
    state, handled, total = batch(portal)
    return state == end or (state != "reading" and handled > share * total)


def leads(portal):
    """How many leads stand, how many mail addresses among them, and how many the search finds."""
    found = portal.sql("SELECT count(*), count(DISTINCT email) FROM leads_lead WHERE deleted_at IS NULL")[0]
    return (*found, portal.sql("SELECT count(*) FROM core_searchentry WHERE kind = 'leads.lead' AND NOT is_deleted")[0][0])


def test_a_killed_worker_neither_loses_nor_doubles_a_line(portal):
    servers = portal.servers
    began = time.monotonic()
    step(portal, "begin", str(COUNT))
    portal.start("worker", "schedule")
    killed_until(portal, "checked", [lambda: portal.kill("worker")])
    assert leads(portal) == (0, 0, 0)

    step(portal, "run")
    broker = lambda: (servers.kill_broker(), time.sleep(1), servers.revive())  # noqa: E731
    database = lambda: (servers.kill_database(), time.sleep(1), servers.revive())  # noqa: E731
    killed_until(portal, "done", [lambda: portal.kill("worker"), broker, database, lambda: portal.kill("worker")])

    lines = portal.sql("SELECT result, step, count(*), count(DISTINCT object_id) FROM core_importrow GROUP BY 1, 2 ORDER BY 1")
    assert lines == [("create", "done", GOOD, GOOD), ("error", "checked", COUNT - GOOD, 0)]
    assert leads(portal) == (GOOD, GOOD, GOOD)
    assert portal.sql("SELECT count(*) FROM leads_historicallead WHERE history_type = '+'") == [(GOOD,)]
    assert portal.sql("SELECT count(*) FROM leads_lead lead JOIN core_importrow line ON line.object_id = lead.id") == [(GOOD,)]
    imported = time.monotonic() - began

    step(portal, "revert")
    killed_until(portal, "reverted", [lambda: portal.kill("worker")])
    print(f"\nImport drill on {servers.title}: {COUNT} lines, {GOOD} leads after {imported:.0f} s; 7 kills; taken back to {leads(portal)}")
    assert leads(portal) == (0, 0, 0)
    assert portal.sql("SELECT count(*) FROM core_outboxmessage WHERE kind = 'import.part' AND state <> 'done'") == [(0,)]
