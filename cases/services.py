"""What happens to support cases: submitted, answered, commented, resolved, closed, reopened.

A partner's people submit and comment; the vendor's agents answer, write internal comments and decide on feature
requests. Whatever an agent says in public goes to the case's owner by mail and to owner and followers behind the
bell, with a link. An internal comment leaves no trace outside of its own row.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Account, Contact
from cases.models import CLOSES_AFTER, Case, CaseType, Comment
from cases.sla import OpeningHours, response_due
from cases.stages import MOVES, Status
from cases.warranty import Cover, cover
from partnerportal.core import outbox
from partnerportal.core.actors import Actor, service
from partnerportal.core.attached import tell_followers
from partnerportal.core.files import attach_file
from partnerportal.core.models import StageMove
from partnerportal.core.moves import record_move
from partnerportal.core.notifications import notify
from partnerportal.core.numbering import next_number
from partnerportal.core.scoping import NotYours, require_editable
from partnerportal.core.stages import IllegalMove, check_fresh
from partners.models import Partner, Tier

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from partners.models import User

CLASSOUND_TOPIC = "classound"  # Key of the vendor's term; an order with telephone lines opens a case of this topic.
SUPPORTED_TIERS = (Tier.PLATINUM, Tier.GOLD, Tier.SILVER)
AFTER_AN_ANSWER = (Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED)


class NotEligible(Exception):
    """The partner may not submit a case of this kind. The message explains why, and what to do instead."""


class ElsewhereContact(Exception):
    """The contact does not work at the account. `errors` names the field."""

    def __init__(self) -> None:
        self.errors = {"contact": _("This contact belongs to another account.")}
        super().__init__(self.errors["contact"])


class NotCovered(Exception):
    """The device is not, or not without a document, repaired any more. `errors` names the field."""

    def __init__(self, field: str, sentence: str) -> None:
        self.errors = {field: sentence}
        super().__init__(sentence)


class CaseClosed(Exception):
    """Nobody writes in a closed case. The message says what to do instead."""


class TooLateToReopen(Exception):
    """The case has been closed for too long. The message says what to do instead."""


@dataclass(frozen=True)
class AboutDevice:
    """The hardware that a case is about: model and serial number, what is wished for rented one, when bought one was bought."""

    name: str
    wish: str = ""
    bought_on: date | None = None

    def told(self) -> str:
        """The lines that the vendor reads above the description."""
        bought = date_format(self.bought_on, "Y-m-d") if self.bought_on else ""
        lines = ((_("Wish"), self.wish), (_("Device"), self.name), (_("Bought on"), bought))
        return "\n".join(f"{label}: {value}" for label, value in lines if value)


@dataclass(frozen=True)
class NewCase:
    """What a case is submitted with. `owner` is who gets the answers: the submitter when None; `file` is optional.

    A case of hardware names its `device` and the customer's account.
    """

    type: str
    subject: str
    description: str
    topic: str = ""
    service_class: str = Case.Service.STANDARD
    account: Account | None = None
    contact: Contact | None = None
    owner: User | None = None
    file: UploadedFile | None = None
    device: AboutDevice | None = None


def why_not_eligible(partner: Partner, case_type: str) -> str:
    """Why a partner may not submit a case of this kind; empty when it may. Source: the vendor's service levels."""
    if case_type != CaseType.TECH_SUPPORT:
        return ""
    if partner.tier not in SUPPORTED_TIERS:
        return _(
            "Tech Support is open to partners of tier Silver or higher. Yours is %(tier)s: please ask your account manager, "
            "or submit a Customer Care case."
        ) % {"tier": partner.get_tier_display()}
    if not partner.is_certified:
        return _(
            "Tech Support is open to partners with certified staff. Your company has none registered: please ask your account manager, "
            "or submit a Customer Care case."
        )
    return ""


@service
def submit_case(new: NewCase, *, by: User) -> Case:
    """Submit a case to the vendor; its first answer gets a due time in the opening hours of the partner's zone.

    Raises NotEligible, NotCovered, ElsewhereContact, FileRefused, or NotYours for an account, contact or owner of another partner.
    """
    owner = new.owner or by
    partner = _partner_of(new, owner, by)
    refusal = why_not_eligible(partner, new.type)
    if refusal:
        raise NotEligible(refusal)
    zone, now = ZoneInfo(partner.time_zone), timezone.now()
    _require_cover(new, partner.today(now))
    case = Case.objects.create(
        partner=partner,
        owner=owner,
        number=next_number(partner.pk, "C", year=partner.today(now).year),
        type=new.type,
        topic=new.topic,
        subject=_one_line(new.subject),
        description=f"{new.device.told()}\n\n{new.description}" if new.device else new.description,
        service_class=new.service_class,
        verdict=Case.Verdict.NEW if new.type == CaseType.FEATURE_REQUEST else "",
        account=_account_of(new),
        contact=new.contact,
        response_due_at=response_due(now, new.service_class, OpeningHours(zone)),
    )
    if new.file:
        attach_file(case, new.file, by=by)
    return case


def _require_cover(new: NewCase, today: date) -> None:
    bought_on = new.device.bought_on if new.device else None
    if new.type != CaseType.RMA_CAPEX or bought_on is None:
        return
    if bought_on > today:
        raise NotCovered("bought_on", _("This day is still to come."))
    covered = cover(bought_on, today)
    if covered == Cover.OVER:
        raise NotCovered("bought_on", _("This device is too old: it is no longer repaired or replaced."))
    if covered == Cover.CONTRACT and new.file is None:
        raise NotCovered("file", _("After the first year the signed warranty contract is needed: attach it."))


def _partner_of(new: NewCase, owner: User, by: User) -> Partner:
    partner = owner.partner
    attached = [record.partner_id for record in (new.account, new.contact) if record]
    if partner is None or {by.partner_id or partner.pk, *attached} != {partner.pk}:
        raise NotYours(_("A case belongs to the company of its owner, with the account and contact that it is about."))
    return partner


def _account_of(new: NewCase) -> Account | None:
    if new.contact is None:
        return new.account
    if new.account and new.contact.account_id != new.account.pk:
        raise ElsewhereContact
    return new.contact.account


def _one_line(text: str) -> str:
    """A subject becomes a mail's header, which holds one line without controls."""
    return " ".join("".join(" " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in text).split())


@service
def comment_on_case(case: Case, text: str, *, by: User) -> Comment:
    """A public comment of the partner. On a waiting or resolved case the work goes on. Raises NotYours or CaseClosed."""
    case = _locked(case, by)
    _require_not_closed(case)
    comment = _write(case, text, by=by)
    if case.status in (Status.WAITING, Status.RESOLVED):
        _move(case, Status.IN_PROGRESS, by=Actor.of(by), is_told=False)
    sentence = gettext_noop("%(who)s commented on case %(number)s: %(subject)s")
    _tell(case, sentence, kind="case.commented", by=Actor.of(by), but=_tell_agent(case, sentence, by=by))
    return comment


@service
def answer_case(case: Case, text: str, *, to: str, by: User) -> Comment:
    """A public answer of an agent, after which the case is in progress, waiting for the partner, or resolved (`to`).

    The first answer stops the response clock; an unassigned case becomes the agent's. Owner and followers
    hear of it. Raises NotYours, CaseClosed or IllegalMove.
    """
    case = _locked_for_agent(case, by)
    _require_not_closed(case)
    if to not in AFTER_AN_ANSWER:
        raise IllegalMove(str(MOVES.refusal), stage=case.status, to=to)
    if to != case.status:
        MOVES.check(case.status, to)
    comment = _write(case, text, by=by)
    case.agent = case.agent or by
    case.first_answered_at = case.first_answered_at or comment.created_at
    if to == case.status:
        case.save(update_fields=["agent", "first_answered_at", "updated_at"])
    else:
        _move(case, to, by=Actor.of(by), also=("agent", "first_answered_at"), is_told=False)
    _tell(case, gettext_noop("%(who)s answered case %(number)s: %(subject)s"), kind="case.answered", by=Actor.of(by))
    outbox.promise("case.answered", key=f"case.answered:{comment.pk}", comment_id=comment.pk)
    return comment


@service
def comment_internally(case: Case, text: str, *, by: User) -> Comment:
    """A comment that only the vendor reads. Nothing of the case changes and nobody at the partner is told. Raises NotYours."""
    case = _locked_for_agent(case, by)
    return Comment.objects.for_partner(case.partner_id).create(
        partner_id=case.partner_id, case=case, author=by, text=text, is_internal=True
    )


@service
def take_case(case: Case, *, by: User) -> Case:
    """An agent takes a case on; a new one is in progress from then on. Raises NotYours or CaseClosed."""
    case = _locked_for_agent(case, by)
    _require_not_closed(case)
    case.agent = by
    if case.status == Status.NEW:
        _move(case, Status.IN_PROGRESS, by=Actor.of(by), also=("agent",))
    else:
        case.save(update_fields=["agent", "updated_at"])
    return case


@service
def resolve_case(case: Case, *, seen: str, by: User, reason: str = "") -> Case:
    """Set a case resolved: an agent, or its owner when the question has settled itself. It closes after 7 days.

    Raises NotYours, StaleMove or IllegalMove.
    """
    case = _locked(case, by)
    check_fresh(case.status, seen)
    move = _move(case, Status.RESOLVED, by=Actor.of(by), reason=reason, is_told=False)
    _tell(case, gettext_noop("Case %(number)s is resolved: %(subject)s"), kind="case.resolved", by=Actor.of(by))
    if by.partner_id is None:
        outbox.promise("case.resolved", key=f"case.resolved:{move.pk}", case_id=case.pk, move_id=move.pk)
    return case


@service
def reopen_case(case: Case, *, reason: str, by: User) -> Case:
    """Take a resolved or closed case up again, within 14 days of its closing. Raises NotYours, TooLateToReopen or IllegalMove."""
    case = _locked(case, by)
    if case.status not in (Status.RESOLVED, Status.CLOSED):
        raise IllegalMove(_("This case is open."), stage=case.status, to=Status.IN_PROGRESS)
    if case.status == Status.CLOSED and not case.reopenable_at(timezone.now()):
        raise TooLateToReopen(_("This case was closed more than 14 days ago. Please submit a new one; it can name this one."))
    _move(case, Status.IN_PROGRESS, by=Actor.of(by), reason=reason, is_told=False)
    sentence = gettext_noop("%(who)s reopened case %(number)s: %(subject)s")
    _tell(case, sentence, kind="case.moved", by=Actor.of(by), but=_tell_agent(case, sentence, by=by))
    return case


@service
def close_resolved(case: Case, *, now: datetime, by: Actor) -> bool:
    """Close a case that has been resolved for 7 days at `now`. Answers whether it did: a second call finds nothing to do."""
    rows = Case.objects.for_partner(case.partner_id).to_close(now)
    locked = rows.select_for_update(of=("self",)).filter(pk=case.pk).first()
    if locked is None:
        return False
    _move(locked, Status.CLOSED, by=by, reason=_("Resolved for %(count)d days") % {"count": CLOSES_AFTER.days}, is_automatic=True)
    return True


@service
def decide_request(case: Case, *, verdict: str, answer: str, by: User) -> Case:
    """Answer a feature request: under review, planned, released or declined, with words for the partner.

    Raises NotYours, CaseClosed or IllegalMove.
    """
    case = _locked_for_agent(case, by)
    _require_not_closed(case)
    if not case.is_feature_request or verdict not in Case.Verdict.values:
        raise IllegalMove(_("Only a feature request is planned, released or declined."), stage=case.verdict, to=verdict)
    case.verdict, case.agent = verdict, case.agent or by
    case.save(update_fields=["verdict", "agent", "updated_at"])
    answer_case(case, answer, to=Status.IN_PROGRESS if case.status == Status.NEW else case.status, by=by)
    return case


def _locked(case: Case, by: User) -> Case:
    rows = Case.objects.visible_to(by).select_related("agent", "owner", "partner")
    locked = rows.select_for_update(of=("self",)).get(pk=case.pk)
    if not _is_agent(by):
        require_editable(locked, by)
    return locked


def _locked_for_agent(case: Case, by: User) -> Case:
    if not _is_agent(by):
        raise NotYours(_("Only the vendor's support may do this."))
    return _locked(case, by)


def _is_agent(by: User) -> bool:
    return by.is_active and (by.is_support or by.is_vendor_admin)


def _require_not_closed(case: Case) -> None:
    if case.status == Status.CLOSED:
        raise CaseClosed(_("This case is closed. Reopen it to go on, or submit a new one."))


def _write(case: Case, text: str, *, by: User) -> Comment:
    return Comment.objects.for_partner(case.partner_id).create(partner_id=case.partner_id, case=case, author=by, text=text)


def _move(
    case: Case, to: str, *, by: Actor, reason: str = "", is_automatic: bool = False, also: tuple[str, ...] = (), is_told: bool = True
) -> StageMove:
    """Put a locked case into a status and write it down; told unless the verb says more than that (`is_told`)."""
    MOVES.check(case.status, to)
    was, now = case.status, timezone.now()
    case.status = to
    case.resolved_at = {Status.RESOLVED: now, Status.CLOSED: case.resolved_at}.get(Status(to))
    case.closed_at = now if to == Status.CLOSED else None
    case.save(update_fields=["status", "resolved_at", "closed_at", "updated_at", *also])
    if is_told:
        _tell(case, gettext_noop("Case %(number)s is now: %(status)s"), kind="case.moved", by=by)
    return record_move(case, was=was, to=to, by=by, reason=reason, is_automatic=is_automatic)


def _tell(case: Case, sentence: str, *, kind: str, by: Actor, but: Iterable[User] = ()) -> None:
    """Owner and followers hear of it, but neither its author nor those named."""
    silent = [*but, by.user] if by.user else but
    tell_followers(case, sentence, values=_words(case, by), kind=kind, but=silent)


def _tell_agent(case: Case, sentence: str, *, by: User) -> list[User]:
    """The vendor's agent of the case hears of it, unless it is of his own doing; answers who has been told."""
    if case.agent is None or case.agent_id == by.pk:
        return []
    notify(case.agent, sentence, values=_words(case, Actor.of(by)), kind="case", about=case)
    return [case.agent]


def _words(case: Case, by: Actor) -> dict[str, object]:
    return {"who": by.name, "number": case.number, "subject": case.subject, "status": Status(case.status).label}
