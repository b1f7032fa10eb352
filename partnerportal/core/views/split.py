"""The split view of a list: its rows at the left, at the right the record that is open, by the very page that the record has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from partnerportal.core.tables import Beside, Column, split_rows_html
from partnerportal.core.views.details import RecordDetail
from partnerportal.core.views.sets import RecordSet

KEY = re.compile(r"\d{1,18}")


@dataclass(frozen=True)
class Side:
    """The right side of a split view. A record that is missing does not exist, or not for this person; without a key nothing is open."""

    key: int | None = None
    html: str = ""
    is_missing: bool = False


class SplitSet(RecordSet):
    """What a list needs to show a record beside its rows: `display=split`, and `open`, the key of the record."""

    is_block = True
    detail: Any = None  # Makes the page of a record, for one request. `record_urls` sets it.

    @property
    def is_split(self) -> bool:
        """Whether the address asks for a record beside the rows."""
        return self.query.get("display") == "split"

    @property
    def shows_side(self) -> bool:
        """Whether a record stands beside the rows: its object has a page."""
        return self.is_split and self.detail is not None

    def check_parameters(self) -> None:
        """The address may name one further display, and a record by its key."""
        super().check_parameters()
        if self.query.get("display", "split") != "split":
            self.refuse("display", _("A list is a table, or split: “%(name)s” is neither.") % {"name": self.query["display"]})
        if not KEY.fullmatch(self.query.get("open", "0")):
            self.refuse("open", _("“%(name)s” is no record of this list.") % {"name": self.query["open"]})

    def side_context(self, first: Any = None) -> dict[str, Any]:
        """The record beside the rows: the one that the address names, else the first of them."""
        self.rows  # noqa: B018 - what the address says wrong is found on the way
        key = int(self.query["open"]) if "open" in self.query and not self.problems else None
        return {"side": self._side(key, first)}

    def split_context(self, records: list[Any], here: str, *, columns: Sequence[Column], can_select: bool) -> dict[str, Any]:
        """The rows of a page (`here` is its address) and the record beside them."""
        context = self.side_context(records[0] if records else None)
        beside = Beside(f"{self.link('list')}{here}&open=", context["side"].key)
        return context | {"is_split": True, "rows": split_rows_html(records, columns, beside=beside, can_select=can_select)}

    def _side(self, key: int | None, first: Any) -> Side:
        """Nobody has chosen the first: it does not count as opened."""
        shown = key if key is not None else first.pk if first is not None else None
        if shown is None or self.detail is None:
            return Side()
        page: RecordDetail = self.detail()
        page.setup(self.request, pk=shown)
        found = page.get_queryset().filter(pk=shown).first()
        if found is None:
            return Side(shown, is_missing=True)
        if not self.request.user.has_perm(page.permission):
            raise PermissionDenied
        page.record = found
        return Side(shown, page.beside(is_opened=key is not None))
