"""What leaves a list, board or calendar empty: the filters of which each alone is to blame, so that a person knows which to take away."""

from __future__ import annotations

from django.utils.translation import gettext as _

from partnerportal.core.filters import Chip
from partnerportal.core.views.sets import RecordSet
from partnerportal.core.views.shown import PlacedChip

MOST_ASKED = 6  # A query each; with more filters than that the first ones are asked about.


def emptied_by(page: RecordSet) -> list[PlacedChip]:
    """The filters, and the words searched for, without which an empty page shows something.

    Nothing where there are several groups of filters, which only add. One query each, and for what shows nothing only.
    """
    lines = page.chips()
    if len(lines) > 1 or page.problems:
        return []
    asked = [*(lines[0] if lines else [])]
    if words := page.query.get("q", ""):
        asked.append(PlacedChip(Chip(_("Search"), words, ("q",)), page.address(drop=("q",))))
    if len(asked) < 2:
        return []  # The one filter is to blame, and "Clear filters" takes it away.
    return [one for one in asked[:MOST_ASKED] if type(page).looked_at(page.request, one.without).in_sight.exists()]
