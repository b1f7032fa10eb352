"""A form that was sent twice does its work once: every form carries a token, the second use gets the first answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpRequest

from partnerportal.core.actors import in_transaction
from partnerportal.core.models import Submission

if TYPE_CHECKING:
    from partners.models import User


def new_token() -> str:
    """A token for the hidden field `submission` of a form."""
    return str(uuid.uuid4())


def token_of(request: HttpRequest) -> str:
    """The token of a form that comes back to be put right, or a new one."""
    return request.POST.get("submission") or new_token()


def draft_of(request: HttpRequest) -> str:
    """The name of a form's draft: its address with what it is opened for, without the way back. It comes back on no other record."""
    asked = [(name, value) for name, values in sorted(request.GET.lists()) for value in values if name != "back"]
    return f"{request.path}?{urlencode(asked)}" if asked else request.path


def lasting(request: HttpRequest) -> dict[str, str]:
    """What a form with typed text loses nothing by, for its template: the name of its draft, and the token of its submission."""
    return {"draft": draft_of(request), "submission": token_of(request)}


def once(token: str, *, by: User, act: Callable[[], str]) -> str:
    """Run `act` and answer its address; for a token that this person has used, the address of the first time.

    A second request that comes while the first is at work waits for it. When `act` raises, the token is free again.
    A missing or malformed token is no protection and no obstacle.
    """
    key = _read(token)
    if key is None:
        return act()
    return in_transaction(lambda: _once(key, by, act))


def _once(key: uuid.UUID, by: User, act: Callable[[], str]) -> str:
    sent, is_first = Submission.objects.get_or_create(token=key, defaults={"user": by})
    if not is_first:
        return sent.answer if sent.user_id == by.pk and sent.answer else "/"
    sent.answer = act()
    sent.save(update_fields=["answer"])
    return sent.answer


def answered(token: str, *, by: User) -> str:
    """The address that the first use of a token was answered with; empty where this person has not used it."""
    key = _read(token)
    sent = Submission.objects.filter(token=key, user=by).first() if key else None
    return sent.answer if sent else ""


def _read(token: str) -> uuid.UUID | None:
    """None for a missing or malformed token."""
    try:
        return uuid.UUID(token)
    except ValueError:
        return None
