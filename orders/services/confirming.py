"""Confirming an order: its steps keep what was answered and what was only typed; then it goes to the vendor, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import CaseType
from cases.services import CLASSOUND_TOPIC, NewCase, submit_case
from orders.confirmation import Step, missing
from orders.models import Order
from orders.services.moving import announce, lock, lock_draft, move
from orders.stages import MOVES, Status
from partnerportal.core.actors import Actor, service
from partnerportal.core.stages import ExitConditionMissing

if TYPE_CHECKING:
    from partners.models import User


@service
def answer_step(order: Order, *, step: Step, answers: Mapping[str, Any], by: User) -> Order:
    """Keep valid answers to a step of the confirmation; what is not in `answers` stays as it is.

    Raises NotYours, or IllegalMove once the order is confirmed.
    """
    order = lock_draft(order, by)
    given = [name for name in step.fields if name in answers]
    for name in given:
        setattr(order, name, answers[name])
    order.typed.pop(step.key, None)
    order.save(update_fields=[*given, "typed", "updated_at"])
    return order


@service
def edit_order(order: Order, *, values: Mapping[str, Any], by: User) -> Order:
    """Change what the partner writes on a draft. Raises NotYours, or IllegalMove once the order is confirmed."""
    order = lock_draft(order, by)
    for name, value in values.items():
        setattr(order, name, value)
    order.save(update_fields=[*values, "updated_at"])
    return order


@service
def keep_typed(order: Order, *, step: Step, typed: Mapping[str, str], by: User) -> Order:
    """Keep what was typed on a step and is not valid yet, so that going back loses nothing.

    It is no change of the order and leaves no history. Raises NotYours, or IllegalMove once the order is confirmed.
    """
    order = lock_draft(order, by)
    order.typed[step.key] = {name: typed[name] for name in step.fields if name in typed}
    order.skip_history_when_saving = True  # type: ignore[attr-defined]
    order.save(update_fields=["typed"])
    del order.skip_history_when_saving  # type: ignore[attr-defined]
    return order


@service
def confirm_order(order: Order, *, by: User) -> Order:
    """Send a draft order to the vendor; telephone lines open a case, linked from the order. Confirming again changes nothing.

    Raises NotYours, ExitConditionMissing with what the steps still ask, or IllegalMove for a cancelled order.
    """
    order = lock(order, by)
    if order.confirmed_at and order.status != Status.CANCELLED:
        return order
    MOVES.check(order.status, Status.CONFIRMED)
    gaps = missing(order.steps, order)
    if gaps:
        raise ExitConditionMissing(gaps)
    if order.has_telephony and order.case_id is None:
        order.case = submit_case(_telephony_case(order), by=by)
    order.confirmed_at, order.confirmed_by = timezone.now(), by
    announce(order, move(order, Status.CONFIRMED, by=Actor.of(by), also=("case", "confirmed_at", "confirmed_by")))
    return order


def _telephony_case(order: Order) -> NewCase:
    words = {
        "number": order.number,
        "count": order.number_count,
        "porting": _("yes") if order.is_porting else _("no"),
        "address": order.emergency_address,
    }
    return NewCase(
        type=CaseType.CUSTOMER_CARE,
        topic=CLASSOUND_TOPIC,
        subject=_("CLASSOUND of order %(number)s") % words,
        description=_(
            "Please set up the telephone lines of order %(number)s.\n\n"
            "Telephone numbers: %(count)s\nNumbers are ported: %(porting)s\nEmergency address: %(address)s"
        )
        % words,
        account=order.account,
        contact=order.contact,
        owner=order.owner,
    )
