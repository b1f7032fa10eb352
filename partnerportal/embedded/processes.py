"""Processes of the services: found by their command line, started in a session of their own, waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from partnerportal.embedded.programs import as_server_user

START_SECONDS = 120  # Recovery after a crash can take long; a server that is not starting ends earlier by itself.
STOP_SECONDS = 20


def processes(*marks: str) -> list[int]:
    """Living processes whose command line holds one of the marks. A zombie has an empty command line and does not count."""
    wanted = [mark.encode() for mark in marks]
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                line = Path("/proc", entry, "cmdline").read_bytes()
            except OSError:
                continue
            if any(mark in line for mark in wanted):
                found.append(int(entry))
    return found


def send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def wait_until(fact: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.03)
    return True


started: list[subprocess.Popen[bytes]] = []  # Kept, so that this process reaps what it started.


def spawn(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, as the servers' user, with nothing of our environment."""
    if log.exists() and log.stat().st_size > 10_000_000:
        log.unlink()
    with open(log, "ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            start_new_session=True,
            umask=0o077,
            **as_server_user(),
        )
    started.append(process)
    return process


def tail(log: Path) -> str:
    return " | ".join(log.read_text(errors="replace").strip().splitlines()[-3:]) if log.exists() else "no log"
