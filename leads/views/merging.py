"""Make two or three records one: choose field by field, look at a merge, take it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.merging import (
    MOST,
    MergeRefused,
    RecordsGone,
    kept_of,
    merge_accounts,
    merge_contacts,
    refusal_of,
    stayed_behind,
    undo_merge,
)
from accounts.models import Account, Contact, Merge
from accounts.services import ACCOUNT_FIELDS, CONTACT_FIELDS
from leads.merging import merge_leads, refusal_of_leads
from leads.models import Lead
from leads.services import FIELDS
from partnerportal.core import display
from partnerportal.core.history import changes
from partnerportal.core.toasts import Undo, say, warn
from partnerportal.core.views.base import RecordView


class MergeRecords(RecordView):
    """`?with=<key>&with=<key>`: the record of the address stays, the others go into it."""

    is_block = True
    must_be_editable = True
    fields: ClassVar[tuple[str, ...]]
    service: ClassVar[Callable[..., Merge]]
    tab: ClassVar[str]

    @cached_property
    def asked(self) -> set[int]:
        """The keys of the further records, one more than can be merged at most."""
        keys = {int(key) for key in self.request.GET.getlist("with") if key.isdecimal()}
        return set(sorted(keys - {self.record.pk})[:MOST])

    @cached_property
    def others(self) -> list[Any]:
        """The further records, as far as the person may change them."""
        rows = self.model._default_manager.editable_by(self.request.user)  # type: ignore[attr-defined]
        return list(rows.filter(pk__in=self.asked).order_by("pk"))

    def refusal(self, records: Sequence[Any]) -> str:
        """Why the others cannot go into the first; empty where nothing speaks against it."""
        return refusal_of(records)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not 1 <= len(self.others) < MOST or {one.pk for one in self.others} != self.asked:
            return self._page(_("Choose one or two records that you may change."), status=422)
        refusal = self.refusal([self.record, *self.others])
        return self._page(refusal, status=422 if refusal else 200)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        chosen = {name: int(key) for name in self.fields if (key := request.POST.get(name, "")).isdecimal()}
        if {one.pk for one in self.others} != self.asked:
            return self._page(str(RecordsGone()), status=409)
        try:
            merge = type(self).service(self.record, self.others, chosen=chosen, by=request.user)
        except MergeRefused as refusal:
            return self._page(str(refusal), status=409)
        names = ", ".join(one["name"] for one in merge.absorbed)
        text = _("%(others)s went into %(record)s. It can be undone for 30 days.") % {"others": names, "record": display.before_stop(merge)}
        say(request, text, link=(_("Show"), merge.get_absolute_url()), undo=Undo(reverse("undo_merge", args=[merge.pk])))
        return HttpResponseRedirect(self.record.get_absolute_url())

    def _page(self, refusal: str = "", *, status: int = 200) -> HttpResponse:
        records = [self.record, *self.others]
        context = {
            "record": self.record,
            "tab": self.tab,
            "kind": display.kind(self.model),
            "heading": _("Merge into %(record)s") % {"record": self.record},
            "others": self.others,
            "refusal": refusal,
            "differing": [] if refusal else self._differing(records),
        }
        return self.page("leads/merge.html", context, status=status)

    def _differing(self, records: list[Any]) -> list[dict[str, Any]]:
        """The fields in which they differ: each with the values, the first that says something chosen."""
        found = []
        for name in self.fields:
            values = [getattr(one, name) for one in records]
            if len({str(value) for value in values if value not in (None, "", [])} | {str(values[0])}) < 2:
                continue
            first = next(at for at, value in enumerate(values) if value not in (None, "", []))
            options = [
                {"pk": one.pk, "record": one, "value": display.field_value(one, name), "is_chosen": at == first}
                for at, one in enumerate(records)
            ]
            label = str(self.model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            found.append({"name": name, "label": label[:1].upper() + label[1:], "options": options})
        return found


class MergeLeads(MergeRecords):
    is_block = False
    model, permission, tab, fields = Lead, "leads.change_lead", "leads", FIELDS
    service = staticmethod(merge_leads)

    def refusal(self, records: Sequence[Any]) -> str:
        """No open lead goes into one that was put aside."""
        return refusal_of_leads(records)


class MergeAccounts(MergeRecords):
    is_block = False
    model, permission, tab, fields = Account, "accounts.change_account", "accounts", ACCOUNT_FIELDS
    service = staticmethod(merge_accounts)


class MergeContacts(MergeRecords):
    is_block = False
    model, permission, tab, fields = Contact, "accounts.change_contact", "contacts", CONTACT_FIELDS
    service = staticmethod(merge_contacts)


class MergePage(RecordView):
    """A merge: what went into what, when and by whom, and the history of what is gone.

    Seen by who sees the record that stayed, or the one that this went into itself.
    """

    model, permission, related = Merge, "leads.view_lead", ("by", "undone_by", "content_type")
    kept: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.has_perm(self.permission):
            merge = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
            kind: Any = merge.content_type.model_class()
            kept = kind._default_manager.visible_to(request.user).filter(pk=merge.object_id).first()
            self.kept = kept or kept_of(kind, merge.object_id, request.user)
            if self.kept is None:
                raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        kind: Any = self.record.content_type.model_class()
        rows = kind._default_manager.for_partner(self.record.partner_id).filter(pk__in=[one["pk"] for one in self.record.absorbed])
        context = {
            "record": self.kept,
            "merge": self.record,
            "tab": f"{kind._meta.model_name}s",
            "heading": _("Merged into %(record)s") % {"record": self.record},
            "stayed": list(stayed_behind(self.record)),
            "told": [(row, changes(row, limit=50)) for row in rows],
            "may_undo": self.record.may_be_undone(timezone.now())
            and kind._default_manager.editable_by(request.user).filter(pk=self.kept.pk).exists(),
        }
        return self.page("leads/merge_detail.html", context)


class UndoMerge(MergePage):
    permission = "leads.change_lead"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            undone = undo_merge(self.record, by=request.user)
        except MergeRefused as refusal:
            warn(request, refusal)
            return HttpResponseRedirect(self.kept.get_absolute_url())
        names = ", ".join(one["name"] for one in undone.merge.absorbed)
        say(request, " ".join([_("%(names)s: back on their own.") % {"names": names}, *undone.left]))
        return HttpResponseRedirect(self.kept.get_absolute_url())
