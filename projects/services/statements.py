"""Statements of the demo bonus: read from the ledger, and kept as a PDF that no later correction changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from partnerportal.core import outbox
from partnerportal.core.actors import service
from partnerportal.core.models import Attachment
from partnerportal.core.scoping import NotYours
from partners.models import Partner, User
from projects.models import BonusEntry, BonusStatement, Project
from projects.services.amounts import today_of
from projects.statement import LedgerLine, Quarter, Statement, statement

STATEMENT_PDF = "bonus.pdf"


def statement_for(user: User, partner: Partner, quarter: Quarter) -> Statement:
    """What a person may see of a partner's quarter: the lines of the projects that she sees, and of those that she saw until they went."""
    seen = Project.objects.for_partner(partner).filter(Project.scope(user)).values("pk")
    rows = BonusEntry.objects.for_partner(partner).filter(project__in=seen)
    return statement(_ledger(rows, partner), quarter)


def quarters_of(partner: Partner) -> list[Quarter]:
    """The quarters from the first line of a partner's ledger to the present one, newest first."""
    now = Quarter.of(today_of(partner))
    first = BonusEntry.objects.for_partner(partner).order_by("created_at").values_list("created_at", flat=True).first()
    oldest = Quarter.of(first.astimezone(ZoneInfo(partner.time_zone)).date()) if first else now
    every = [Quarter(year, number) for year in range(oldest.year, now.year + 1) for number in (1, 2, 3, 4)]
    return [one for one in reversed(every) if oldest.first <= one.first <= now.first]


def may_make_statement(user: User, partner: Partner) -> bool:
    """Whether a person may have the whole company's statement made: its managers, its account manager, the vendor admin."""
    if user.partner_id is not None:
        return user.partner_id == partner.pk and user.manages_company
    return user.is_vendor_admin or partner.account_manager_id == user.pk


@service
def make_statement(partner: Partner, quarter: Quarter, *, by: User) -> BonusStatement:
    """Fix the whole company's statement of a quarter as it is now, and promise its PDF. Raises NotYours."""
    if not may_make_statement(by, partner):
        raise NotYours(_("Only the managers of %(partner)s make its statement.") % {"partner": partner.name})
    kept = BonusStatement.objects.create(partner=partner, year=quarter.year, quarter=quarter.number, made_by=by)
    outbox.promise(STATEMENT_PDF, key=f"{STATEMENT_PDF}:{kept.pk}", statement_id=kept.pk)
    return kept


def statement_html(kept: BonusStatement) -> str:
    """The document of a kept statement, in the language of the partner, up to the moment when it was asked for."""
    partner = kept.partner
    rows = BonusEntry.objects.for_partner(partner).filter(created_at__lte=kept.created_at)
    quarter = Quarter(kept.year, kept.quarter)
    with translation.override(partner.language):
        facts: dict[str, Any] = {
            "statement": statement(_ledger(rows, partner), quarter),
            "partner": partner,
            "on": kept.created_at.astimezone(ZoneInfo(partner.time_zone)).date(),
            "title": _("Demo bonus %(quarter)s") % {"quarter": quarter},
        }
        return render_to_string("pdf/bonus_statement.html", facts)


def keep_statement_pdf(kept: BonusStatement, data: bytes) -> None:
    """Keep the document of a statement. A second delivery finds it there."""
    if kept.pdf_id:
        return
    pdf = Attachment(
        partner_id=kept.partner_id,
        subject=kept,
        name=f"demo-bonus-{kept.year}-Q{kept.quarter}.pdf",
        media_type="application/pdf",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        is_generated=True,
    )
    pdf.file.save(pdf.name, ContentFile(data), save=False)
    pdf.save()
    kept.pdf = pdf
    kept.save(update_fields=["pdf"])


def _ledger(rows: Any, partner: Partner) -> Iterable[LedgerLine]:
    zone = ZoneInfo(partner.time_zone)
    for entry in rows.select_related("project", "decided_by").order_by("created_at", "pk"):
        on: date = entry.created_at.astimezone(zone).date()
        gone_at = entry.project.deleted_at
        yield LedgerLine(
            project=entry.project_id,
            name=entry.project.name,
            state=entry.state,
            on=on,
            basis=entry.basis,
            rate=entry.rate,
            amount=entry.amount,
            currency=entry.currency,
            reason=entry.reason,
            decided_by=entry.decided_by.get_full_name() if entry.decided_by else "",
            gone_on=gone_at.astimezone(zone).date() if gone_at else None,
        )
