"""Each computed amount of a project as the sum it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.models import SOLUTIONS
from partnerportal.core import display
from projects import mrr
from projects.models import MrrSource, Project
from projects.services import is_compared_with_others


@dataclass(frozen=True)
class Explained:
    """An amount, what it is the sum of, and its sign."""

    icon: str
    amount: str
    sum: SafeString | str


def address(name: str, *args: Any, query: str = "") -> str:
    """The address of a page of a later app, empty while there is none."""
    try:
        return reverse(name, args=args) + query
    except NoReverseMatch:
        return ""


def sums_of(project: Project) -> list[Explained]:
    """The amounts of a project that can be explained, each as its sum."""
    return [*_expected(project), *_running(project), *_mrr(project), *_weighted(project), *_pipeline(project)]


def explained(estimate: mrr.Estimate) -> str:
    """The sum that an expected MRR is: `40 users × (9.00 License + 6.00 CLASSOUND) = €600.00`, with the days of the prices.

    One day is told at the end, several beside their prices.
    """
    days = {price.valid_from for price in estimate.prices}
    parts = " + ".join(_price(price, has_day=len(days) > 1) for price in estimate.prices)
    text = _("%(users)s users × (%(sum)s) = %(amount)s") % {
        "users": display.number(estimate.users),
        "sum": parts or "0",
        "amount": display.money(estimate.amount, estimate.currency),
    }
    return f"{text} · {_('price table of %(day)s') % {'day': display.day(days.pop())}}" if len(days) == 1 else text


def _price(price: mrr.Price, *, has_day: bool) -> str:
    text = f"{display.decimals(price.amount)} {dict(SOLUTIONS)[price.family]}"
    return f"{text} ({_('price table of %(day)s') % {'day': display.day(price.valid_from)}})" if has_day else text


def _expected(project: Project) -> Iterator[Explained]:
    estimate = project.kept_estimate
    if estimate is not None:
        text = _("Not available: %(reason)s.") % {"reason": project.why_unavailable} if estimate.missing else explained(estimate)
        yield Explained("calculator", _("Expected MRR"), text)


def _running(project: Project) -> Iterator[Explained]:
    """What a change order is compared with: the running orders, each with a link."""
    if not project.is_change_order:
        return
    kept = project.kept_running
    if kept is None:
        text: SafeString | str = _("not kept with this change order; its quote is what comes on top")
    elif not kept.orders:
        words = {"account": project.account, "currency": kept.currency, "day": display.day(kept.day)}
        text = _("0: the portal knows of no order of %(account)s that ran in %(currency)s on %(day)s") % words
    else:
        orders = format_html_join(" + ", "{} {}", ((_order(one), display.money(one.mrr, kept.currency)) for one in kept.orders))
        total = f" = {display.money(kept.amount, kept.currency)}" if len(kept.orders) > 1 else ""
        text = format_html("{}{} · {}", orders, total, _("as it was on %(day)s") % {"day": display.day(kept.day)})
    yield Explained("arrow-repeat", _("Running MRR"), text)
    if is_compared_with_others(project):
        text = _("Other orders run by now. Begin a new quote to compare with them.")
        yield Explained("exclamation-triangle", _("Changed since"), text)


def _order(one: mrr.RunningOrder) -> SafeString | str:
    url = address("orders:detail", one.key)
    return format_html('<a href="{}">{}</a>', url, one.order) if url else one.order


def _mrr(project: Project) -> Iterator[Explained]:
    if project.mrr is None:
        return
    text: SafeString | str = _("the expected MRR, until a quote with lines is primary")
    if project.mrr_source == MrrSource.QUOTE:
        text = _less_running(project) if project.running_mrr is not None else _of_primary(project, project.mrr)
    elif project.is_change_order:
        text = _("the expected MRR of the users that are added or removed, until a quote with lines is primary")
    yield Explained("arrow-return-right", _("MRR"), text)


def _of_primary(project: Project, amount: Decimal) -> SafeString:
    return _of_quote(project.mrr_quote, project.mrr_basis, amount, project.currency)


def _less_running(project: Project) -> SafeString:
    """The MRR of a change order: its quote, less what runs already."""
    assert project.mrr is not None  # Asked for only where there are both.
    assert project.running_mrr is not None
    quoted = project.mrr + project.running_mrr
    amounts = [display.money(one, project.currency) for one in (quoted, project.running_mrr, project.mrr)]
    told = _("less what runs: %(quoted)s − %(running)s = %(difference)s") % dict(
        zip(("quoted", "running", "difference"), amounts, strict=True)
    )
    return format_html("{}, {}", _of_primary(project, quoted), told)


def _of_quote(name: str, basis: Mapping[str, Any], amount: Decimal, currency: str) -> SafeString:
    """The monthly amounts of a quote's lines, added up, with a link to the lines that they come from."""
    url = address("quotes:detail", basis["key"], query="#lines") if basis.get("key") else ""
    link = format_html('<a href="{}">{}</a>', url, name) if url else name
    parts = [Decimal(part) for part in basis.get("parts", ())]
    total = display.money(amount, currency)
    written = display.added(parts, total, currency, count=basis["count"]) if "count" in basis else total
    return format_html("{}", _with_link(_("that of the primary quote %(quote)s: %(amount)s"), link, written))


def _with_link(sentence: str, link: SafeString | str, amount: str) -> SafeString:
    return format_html(sentence.replace("%(quote)s", "{0}").replace("%(amount)s", "{1}"), link, amount)


def _weighted(project: Project) -> Iterator[Explained]:
    if project.mrr is not None:
        amount, weighted = (display.money(one, project.currency) for one in (project.mrr, project.weighted_pipeline))
        yield Explained("percent", _("Weighted pipeline"), f"{amount} × {display.percent(project.probability)} = {weighted}")


def _pipeline(project: Project) -> Iterator[Explained]:
    if project.pipeline_mrr is None or not project.demo_date:
        return
    text: SafeString | str = _("the MRR on the day of the demo, %(day)s; fixed since") % {"day": display.day(project.demo_date)}
    basis = project.pipeline_basis
    if basis.get("quote"):
        text = format_html("{}: {}", text, _of_quote(basis["quote"], basis, project.pipeline_mrr, project.currency))
    elif basis:
        text = f"{text}: {explained(mrr.from_json(basis))}"  # type: ignore[arg-type]
    yield Explained("flag", _("Pipeline MRR"), text)
