"""Both services together: start, stop, hold."""

from __future__ import annotations

import fcntl
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from partnerportal.embedded.places import Urls, home, make_home, own_folder, sockets, urls, valkey_data
from partnerportal.embedded.postgres import postgres_processes, postmasters, start_postgres
from partnerportal.embedded.processes import STOP_SECONDS, send, started, wait_until
from partnerportal.embedded.programs import binaries, server_user
from partnerportal.embedded.valkey import start_valkey, valkey_processes


@contextmanager
def _locked() -> Iterator[None]:
    make_home()
    with open(home() / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def start() -> Urls:
    """Start what does not run yet, and return when both services answer. Raises EmbeddedError."""
    with _locked():
        programs, valkey = binaries()
        for folder in (sockets(), valkey_data()):
            own_folder(folder, 0o700, server_user())
        start_postgres(programs)
        start_valkey(valkey)
    return urls()


def stop() -> None:
    """Stop both services and wait until they are gone."""
    with _locked():
        send(postmasters(), signal.SIGINT)  # Fast shutdown: running transactions are rolled back.
        send(valkey_processes(), signal.SIGTERM)
        if not wait_until(lambda: not postgres_processes() and not valkey_processes(), STOP_SECONDS):
            send([*postgres_processes(), *valkey_processes()], signal.SIGKILL)
            wait_until(lambda: not postgres_processes() and not valkey_processes(), STOP_SECONDS)
        while started:
            started.pop().wait(STOP_SECONDS)
        shutil.rmtree(sockets(), ignore_errors=True)


def wipe() -> None:
    """Stop both services and forget their data, uploaded files and the secret."""
    stop()
    shutil.rmtree(home())


def status() -> dict[str, int | None]:
    """Process ids of the two services, None for one that does not run."""
    return {"postgres": min(postmasters(), default=None), "valkey": min(valkey_processes(), default=None)}


@contextmanager
def held() -> Iterator[Urls]:
    """The services for as long as somebody holds them: the last holder to leave stops them, however the others ended."""
    make_home()
    with open(home() / "holders", "w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        try:
            yield start()
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                stop()
