"""What projects promise, delivered."""

from partnerportal.core import emails, outbox
from partnerportal.core.notifications import wants_mail
from partnerportal.core.pdf import html_to_pdf
from projects import services
from projects.models import BonusEntry, BonusStatement


@outbox.handles("bonus.decided")
def mail_decision(*, entry_id: int) -> None:
    """Tell the project's owner by mail what the account manager decided."""
    entries = BonusEntry.objects.across_partners(reason="outbox: bonus.decided")
    entry = entries.select_related("project__owner", "decided_by").get(pk=entry_id)
    owner = entry.project.owner
    if not owner.is_active or not wants_mail(owner, "bonus.decided", about=entry.project, since=entry.created_at):
        return
    facts = {"is_granted": entry.state == BonusEntry.State.GRANTED, "is_corrected": entry.state == BonusEntry.State.CORRECTED}
    emails.send(
        "bonus_decided",
        (owner.get_full_name(), owner.email),
        {"entry": entry, "project": entry.project, "owner": owner, **facts},
        language=owner.language,
        key=f"bonus.decided:{entry_id}",
    )


@outbox.handles(services.STATEMENT_PDF)
def write_statement(*, statement_id: int) -> None:
    """Write the PDF of a statement, once."""
    rows = BonusStatement.objects.across_partners(reason="outbox: the promise names the statement alone").select_for_update(of=("self",))
    kept = rows.select_related("partner").get(pk=statement_id)
    if kept.pdf_id is None:
        services.keep_statement_pdf(kept, html_to_pdf(services.statement_html(kept)))
