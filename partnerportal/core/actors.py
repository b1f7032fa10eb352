"""Who does something: a user, a customer without an account, or the portal itself; and through what.

`@service` makes a function one transaction whose history names the person given as `by`. Of two that wait for each other the database
ends one, which begins once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

if TYPE_CHECKING:
    from partners.models import User

DEADLOCK = "40P01"  # PostgreSQL, appendix A: deadlock_detected.

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Actor:
    """The author of a change. `user` is None for a customer and for the portal itself."""

    name: str
    user: User | None = None

    @classmethod
    def of(cls, by: User | Actor) -> Actor:
        """`by` as an actor, whichever of the two it is."""
        return by if isinstance(by, Actor) else cls(name=by.get_full_name(), user=by)

    @classmethod
    def customer(cls, name: str) -> Actor:
        """A customer on the private page of a quote."""
        return cls(name=name)

    @classmethod
    def system(cls) -> Actor:
        """The portal itself: schedules and automatic moves."""
        return cls(name="Partner Portal")


_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)
_channel: ContextVar[str] = ContextVar("channel", default="service")
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_actor() -> Actor | None:
    """Who acts now, when a service or a request has said so."""
    return _actor.get()


def current_author_name() -> str:
    """Name of who acts now, for a history row; empty when nobody has said so."""
    actor = _actor.get()
    return actor.name if actor else ""


def current_channel() -> str:
    """Through what the change comes: form, cell, bulk, import, admin, customer, web form, job, service."""
    return _channel.get()


def current_request_id() -> str:
    """Id of the request in hand, empty outside of one."""
    return _request_id.get()


@contextmanager
def acting(by: User | Actor) -> Iterator[Actor]:
    """History rows written inside name `by` as their author."""
    actor = Actor.of(by)
    token = _actor.set(actor)
    try:
        yield actor
    finally:
        _actor.reset(token)


@contextmanager
def through(channel: str, *, request_id: str | None = None) -> Iterator[None]:
    """History rows written inside name `channel`."""
    token = _channel.set(channel)
    id_token = _request_id.set(request_id) if request_id is not None else None
    try:
        yield
    finally:
        _channel.reset(token)
        if id_token is not None:
            _request_id.reset(id_token)


def service(function: Callable[P, R]) -> Callable[P, R]:
    """One transaction, authored by the keyword argument `by` (a User or an Actor)."""

    @wraps(function)
    def transact(*args: P.args, **kwargs: P.kwargs) -> R:
        with acting(kwargs["by"]):  # type: ignore[arg-type]
            return in_transaction(lambda: function(*args, **kwargs))

    return transact


def in_transaction(act: Callable[[], R]) -> R:
    """Do something as one transaction, and once more when the database has ended that one to break a deadlock.

    Inside a transaction that has begun before, the error goes on to whoever began it: all of it is lost by then.
    """
    try:
        with transaction.atomic():
            return act()
    except OperationalError as error:
        if connection.in_atomic_block or getattr(error.__cause__, "pgcode", "") != DEADLOCK:
            raise
    with transaction.atomic():
        return act()
