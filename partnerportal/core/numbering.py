"""Gapless document numbers, such as Q-2026-00412."""

from partnerportal.core.models import NumberSeries


def next_number(partner_id: int, series: str, *, year: int) -> str:
    """The next number of a partner's series in a year. Call it inside the transaction that uses it: it holds the series until commit."""
    rows = NumberSeries.objects.for_partner(partner_id)
    rows.get_or_create(partner_id=partner_id, series=series, year=year)
    line = rows.select_for_update().get(series=series, year=year)
    line.last += 1
    line.save(update_fields=["last"])
    return f"{series}-{year}-{line.last:05d}"
