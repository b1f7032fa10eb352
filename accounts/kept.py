"""The pages of records that can go into another: their old addresses lead there."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect

from accounts.merging import kept_of
from partnerportal.core.views import RecordDetail


class MergeableDetail(RecordDetail):
    """A record, or the way to the one that it went into. Whoever may not see that one reads what he reads of a record that never was."""

    is_block = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            kept: Any = kept_of(self.model, kwargs["pk"], request.user)  # type: ignore[arg-type]
            if kept is None:
                raise
            return HttpResponseRedirect(kept.get_absolute_url())
