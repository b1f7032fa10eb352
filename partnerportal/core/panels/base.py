"""A page of any record: what its addresses share."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from partnerportal.core.views import state
from partnerportal.core.views.base import RecordView, parts


class AnyRecord(RecordView):
    """A page of any model: `as_view(model=Lead)`. `verb` is the permission on the model that it needs."""

    is_block = True
    verb: ClassVar[str] = "view"
    model: Any = None

    @property
    def permission(self) -> str:  # type: ignore[override]
        """The model's permission for the verb."""
        return f"{self.model._meta.app_label}.{self.verb}_{self.model._meta.model_name}"

    @property
    def urls(self) -> str:
        """The namespace of the record's addresses."""
        return self.request.resolver_match.namespace  # type: ignore[union-attr]

    def back(self, *fragments: str, status: int = 200) -> HttpResponse:
        """The parts for htmx; without it the record's page."""
        if self.wants_part:
            return parts(self.request, *fragments, status=status)
        return HttpResponseRedirect(self.record.get_absolute_url())

    def is_in_sight(self) -> bool:
        """Whether the person sees the record still, after what was done."""
        return self.model._default_manager.visible_to(self.request.user).filter(pk=self.record.pk).exists()

    def reload(self) -> HttpResponse:
        """The page anew, for htmx too: the list whose row it was done in, else the record's; the list when the record is out of sight."""
        if not self.is_in_sight():
            return self.lead_to(state.closed(self.list_in_sight) or reverse(f"{self.urls}:list"))
        return self.lead_to(self.list_in_sight or self.record.get_absolute_url())
