"""Cases of the demo, in every status, with what partner and agent wrote to each other."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Account
from cases.models import Case, CaseType, Comment
from cases.sla import OpeningHours, response_due
from cases.stages import Status
from partners.models import User
from reports.demo.moves import move
from reports.demo.setting import Setting

# type, topic, subject, description
QUESTIONS = (
    (
        CaseType.TECH_SUPPORT,
        "pbx-licenses",
        "One-way audio on calls from the app",
        "Since yesterday callers hear us, but we do not hear them. Only on mobile networks.",
    ),
    (
        CaseType.CUSTOMER_CARE,
        "billing",
        "Invoice shows the former address",
        "The invoice of last month still has the customer's old street.",
    ),
    (CaseType.TECH_SUPPORT, "hwaas", "DECT base restarts every night", "At half past two, all handsets lose the base for a minute."),
    (
        CaseType.FEATURE_REQUEST,
        "general",
        "Wallboard with two queues side by side",
        "Our customer wants to see sales and service on one screen.",
    ),
    (CaseType.CUSTOMER_CARE, "orders", "Delivery split in two parcels", "One parcel has arrived, the second has no tracking number."),
    (CaseType.TECH_SUPPORT, "pbx-licenses", "Licence not seen after upgrade", "After the upgrade three users show the basic licence."),
    (CaseType.CUSTOMER_CARE, "portal-errors", "Cannot download the price book", "The button answers, but no file comes."),
    (CaseType.FEATURE_REQUEST, "general", "Greeting per opening hours and language", "A hotel needs four languages at the reception."),
)
# status of the end, days ago it was opened, days ago of the last word
FATES = (
    (Status.NEW, 0, 0),
    (Status.NEW, 1, 1),
    (Status.IN_PROGRESS, 3, 1),
    (Status.IN_PROGRESS, 5, 2),
    (Status.WAITING, 4, 1),
    (Status.WAITING, 8, 2),
    (Status.RESOLVED, 9, 3),
    (Status.RESOLVED, 12, 5),
    (Status.CLOSED, 40, 25),
    (Status.CLOSED, 75, 60),
    (Status.CLOSED, 130, 110),
    (Status.CLOSED, 220, 205),
)


def tell_cases(setting: Setting, accounts: list[Account]) -> None:
    """Questions of a year."""
    for number, (status, opened, last) in sorted(enumerate(FATES), key=lambda fate: -fate[1][1]):
        account = setting.some(accounts)
        kind, topic, subject, description = QUESTIONS[number % len(QUESTIONS)]
        at = setting.ago(opened + 0.1)
        service_class = Case.Service.CRITICAL if number % 5 == 2 else Case.Service.STANDARD
        is_request = kind == CaseType.FEATURE_REQUEST
        case = Case(
            partner=setting.partner,
            owner=account.owner,
            number=setting.number("C", at),
            type=kind,
            topic=topic,
            subject=subject,
            description=description,
            service_class=service_class,
            verdict=Case.Verdict.NEW if is_request else "",
            account=account,
            response_due_at=due(setting, at, service_class),
        )
        setting.chronicle.add(case, at=at, by=account.owner)
        _answer(setting, case, status, at=at, last=min(max(setting.ago(last), at + timedelta(minutes=10)), setting.now))


def due(setting: Setting, at: datetime, service_class: str) -> datetime:
    """When the first answer is due, in the opening hours of the partner's zone."""
    return response_due(at, service_class, OpeningHours(ZoneInfo(setting.partner.time_zone)))


def _answer(setting: Setting, case: Case, status: str, *, at: datetime, last: datetime) -> None:
    """The agent's and the partner's words on the way to a status."""
    if status == Status.NEW:
        return
    agent, owner = setting.agent, case.owner
    moments = setting.between(at, last, 6)
    verdict = {"verdict": Case.Verdict.PLANNED} if case.verdict else {}
    taken = {"agent": agent, "first_answered_at": moments[0], **verdict}
    move(setting, case, field="status", to=Status.IN_PROGRESS, at=moments[0], by=agent, **taken)  # type: ignore[arg-type]
    _say(setting, case, agent, "Thank you, we are looking into it.", at=moments[0])
    _say(setting, case, agent, "Seen on two other sites; firmware 7.3.2. Ask the lab first.", at=moments[1], internal=True)
    if status == Status.IN_PROGRESS:
        return
    move(setting, case, field="status", to=Status.WAITING, at=moments[2], by=agent)
    _say(setting, case, agent, "Please send us the time of one such event, and the version that the page shows.", at=moments[2])
    if status == Status.WAITING:
        return
    _say(setting, case, owner, "It was at 09:42, version 7.3.2.", at=moments[3])
    move(setting, case, field="status", to=Status.IN_PROGRESS, at=moments[3], by=owner)
    move(setting, case, field="status", to=Status.RESOLVED, at=moments[4], by=agent, resolved_at=moments[4])
    _say(setting, case, agent, "Solved with the update of tonight. Please tell us if it comes back.", at=moments[4])
    if status == Status.CLOSED:
        closed = moments[4] + timedelta(days=7)
        move(setting, case, field="status", to=Status.CLOSED, at=closed, by=None, closed_at=closed)


def _say(setting: Setting, case: Case, by: User, text: str, *, at: datetime, internal: bool = False) -> None:
    setting.chronicle.add(Comment(partner=setting.partner, case=case, author=by, text=text, is_internal=internal), at=at, by=by)
