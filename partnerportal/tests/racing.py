"""Several people at the same moment: real threads, each with a connection of its own.

at_once(lambda: ship(order), lambda: ship(order))       all started together; what each answered or raised
contend(lambda: ship(order), lambda: cancel(order))     the second comes while the first has done its work and not yet committed
Beside(lambda: ship(order))                             started within a transaction, which goes on once the other waits for it
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier, Thread
from typing import Any

from django.db import connection, connections, transaction

GUARD_SECONDS = 60
Act = Callable[[], Any]


def at_once(*acts: Act) -> list[Any]:
    """Answers of these acts, in their order; an exception is an answer too."""
    start = Barrier(len(acts))

    def run(act: Act) -> Any:
        start.wait(GUARD_SECONDS)
        return _answer(act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@dataclass(frozen=True)
class Outcome:
    """What the winner and the contender answered, and whether the contender had to wait for the winner's commit."""

    winner: Any
    contender: Any
    has_waited: bool


def contend(winner: Act, contender: Act) -> Outcome:
    """Let the winner act and pause before its commit; start the contender; commit once it waits for a lock, or has answered."""
    with transaction.atomic():
        won = winner()
        second = Beside(contender)
    return Outcome(won, second.answer(), second.has_waited)


class Beside:
    """An act in a thread of its own, which waits for a lock by now or has answered."""

    def __init__(self, act: Act) -> None:
        self._answers: list[Any] = []
        self._thread = Thread(target=lambda: self._answers.append(_answer(act)), daemon=True)
        self._thread.start()
        self.has_waited = _waits(self._thread)

    def answer(self) -> Any:
        """What it answered or raised, once nothing keeps it waiting."""
        self._thread.join(GUARD_SECONDS)
        return self._answers[0]


def _answer(act: Act) -> Any:
    try:
        return act()
    except Exception as error:  # noqa: BLE001 (the tests look at what came)
        return error
    finally:
        connections.close_all()


def _waits(thread: Thread) -> bool:
    deadline = time.monotonic() + GUARD_SECONDS
    while thread.is_alive() and time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
            if cursor.fetchone() != (0,):
                return True
        time.sleep(0.02)
    return False
