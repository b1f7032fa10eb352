"""The mover of quotes, and what every verb does first and last: lock project and quote, let the project's MRR follow.

Whoever changes what a quote says or where it stands locks its project first: of two people who accept, submit or choose the
primary one at the same moment, the second sees what the first has done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partnerportal.core.actors import Actor
from partnerportal.core.attached import tell_followers
from partnerportal.core.moves import record_move
from partnerportal.core.scoping import require_editable
from partnerportal.core.stages import IllegalMove, StageMap
from partners.models import User
from projects import services as projects
from projects.models import Project
from projects.mrr import QuoteSum
from projects.stages import Stage
from quotes.causes import Facts, LineFacts, causes
from quotes.models import Quote, QuoteChange, QuoteLine
from quotes.pricing import price_line
from quotes.stages import MOVES, NOT_PRIMARY, Status

# What owner and followers hear of a move, as kind and sentence; of all others that it is in the status now.
TOLD = {
    Status.ACCEPTED: ("quote.accepted", gettext_noop("%(name)s accepted %(quote)s for %(account)s.")),
    Status.REJECTED: ("quote.declined", gettext_noop("%(name)s declined %(quote)s for %(account)s.")),
    Status.EXPIRED: ("quote.expired", gettext_noop("%(quote)s for %(account)s has expired.")),
}
MOVED = ("quote.moved", gettext_noop("%(quote)s for %(account)s is now: %(status)s"))
TOTALS = ("capex_total", "recurring_total", "mrr", "net", "tax", "gross", "cost")


class QuoteProjectClosed(IllegalMove):
    """The project of the quote is closed: nothing can be quoted, sent or accepted any more."""

    def __init__(self) -> None:
        super().__init__(_("The project is closed. Reopen it to go on with its quotes."), stage=Stage.CLOSED)


def lock(quote: Quote, *, by: User | Actor) -> Quote:
    """The quote as it is now, its project and itself locked until the end of the transaction.

    A user must be able to see and to change it: DoesNotExist and NotYours say otherwise. A customer and the portal
    itself reach any quote of its partner that is not deleted.
    """
    project = Project.objects.for_partner(quote.partner_id).select_for_update(of=("self",)).get(pk=quote.project_id)
    rows = Quote.objects.visible_to(by) if isinstance(by, User) else Quote.objects.for_partner(quote.partner_id).filter(deleted_at=None)
    locked = rows.select_for_update(of=("self",)).select_related("partner", "account", "contact", "owner").get(pk=quote.pk)
    if isinstance(by, User):
        require_editable(locked, by)
    locked.project = project
    return locked


def lock_draft(quote: Quote, *, by: User) -> Quote:
    """As `lock`, for a quote whose content is to change. Raises IllegalMove unless it is a draft of an open project."""
    quote = lock(quote, by=by)
    if quote.status != Status.DRAFT:
        raise IllegalMove(_("This quote has been submitted and can no longer be changed. Make a new version of it."), stage=quote.status)
    require_open(quote.project)
    return quote


def open_draft(quote: Quote, *, by: User) -> Quote:
    """As `lock_draft`, for a change of amounts: what they come from is read first, so that `note_change` can say what changed."""
    quote = lock_draft(quote, by=by)
    quote.facts_before = facts_of(quote, lines_of(quote))  # type: ignore[attr-defined]
    return quote


def facts_of(quote: Quote, lines: Iterable[QuoteLine]) -> Facts:
    """What the totals of a quote come from, and the totals."""
    return Facts(
        {line.pk: LineFacts(line.name, line.quantity, line.unit_price, line.discount, line.billing_period) for line in lines},
        commitment=quote.commitment,
        tax_rate=quote.tax_rate,
        net=quote.net,
        mrr=quote.mrr,
        gross=quote.gross,
    )


def note_change(quote: Quote, lines: Iterable[QuoteLine], *, by: User) -> None:
    """Keep what changed the totals of a draft that `open_draft` opened; nothing when they stayed."""
    before: Facts | None = getattr(quote, "facts_before", None)
    after = facts_of(quote, lines)
    if before is None or before.amounts == after.amounts:
        return
    QuoteChange.objects.create(
        partner_id=quote.partner_id,
        quote=quote,
        author=by,
        author_name=by.get_full_name(),
        old=before.amounts,
        new=after.amounts,
        causes=[asdict(one) for one in causes(before, after)],
    )


def require_open(project: Project) -> None:
    """Raise QuoteProjectClosed unless the project is open."""
    if project.stage == Stage.CLOSED or project.deleted_at is not None:
        raise QuoteProjectClosed


def winner_beside(quote: Quote) -> Quote | None:
    """The other quote of the project that the customer has accepted, ordered yet or not; None while any may win."""
    others = Quote.objects.for_partner(quote.partner_id).won().filter(project=quote.project_id)
    return others.exclude(pk=quote.pk).first()


def require_no_winner(quote: Quote) -> None:
    """Raise IllegalMove when another quote of the locked project is accepted or ordered: one quote of a project wins."""
    winner = winner_beside(quote)
    if winner is not None:
        sentence = _("The customer has accepted %(quote)s. Make a change order for what comes on top.")
        raise IllegalMove(sentence % {"quote": winner}, stage=quote.status)


def move(
    quote: Quote, to: str, *, by: User | Actor, reason: str = "", is_automatic: bool = False, moves: StageMap = MOVES, name: str = ""
) -> tuple[str, ...]:
    """Put a locked quote into a status, write the move down and tell, `name` being who answered; one that is over is no longer primary.

    Answers the names of the fields that the caller has to save. Raises IllegalMove where there is no arrow.
    """
    moves.check(quote.status, to)
    record_move(quote, was=quote.status, to=to, by=Actor.of(by), reason=reason, is_automatic=is_automatic)
    quote.status = to
    if to in NOT_PRIMARY:
        quote.is_primary = False
    kind, sentence = TOLD.get(Status(to), MOVED)
    if isinstance(by, User):  # Whoever writes down what a customer answered sends no mail of it.
        kind = MOVED[0]
    tell(quote, sentence, kind=kind, by=by, name=name or Actor.of(by).name, status=Status(to).label)
    return ("status", "is_primary", "updated_at")


def lines_of(quote: Quote) -> list[QuoteLine]:
    """The lines in their order, products loaded; one query."""
    return list(quote.lines.select_related("product").order_by("position", "pk"))


def count_up(quote: Quote, lines: Iterable[QuoteLine]) -> None:
    """Write the totals of a locked draft on the quote, without saving it."""
    totals = quote.priced(lines)
    for name in TOTALS:
        setattr(quote, name, getattr(totals, name))


def let_mrr_follow(project: Project, *, by: User | Actor) -> None:
    """Give the locked project the MRR of its primary quote; without one, or while it has no line, the estimate counts."""
    primary = Quote.objects.for_partner(project.partner_id).filter(project=project, is_primary=True).first()
    lines = lines_of(primary) if primary else []
    mrr = primary.mrr if primary and lines else None
    basis = mrr_basis(primary, lines) if primary and lines else None
    projects.take_mrr_from(project, quote_number=str(primary) if primary else "", mrr=mrr, basis=basis, by=Actor.of(by))


def mrr_basis(quote: Quote, lines: Iterable[QuoteLine]) -> dict[str, Any]:
    """The monthly amounts whose sum is the MRR of a quote, as the project keeps them."""
    amounts = (price_line(line.priced(quote.currency), commitment=quote.commitment) for line in lines)
    return QuoteSum(str(quote), quote.pk, tuple(one.monthly for one in amounts if one.monthly)).as_json()


def let_stage_follow(project: Project, *, by: User | Actor, cause: str) -> None:
    """Tell the locked project how many of its quotes are out or accepted; it moves to Contract out, or back, by itself."""
    count = Quote.objects.for_partner(project.partner_id).standing().filter(project=project).count()
    projects.note_quotes_out(project, count=count, by=Actor.of(by), cause=cause)


def tell(quote: Quote, sentence: str, *, kind: str, by: User | Actor, **words: object) -> None:
    """One line behind the bells of owner and followers, but not of the author. `sentence` is a message id, filled with `words`."""
    values = {"quote": quote, "account": quote.account.name, **words}
    author = Actor.of(by).user
    tell_followers(quote, sentence, values=values, kind=kind, but=[author] if author else [])
