"""Convert a lead: what becomes of it, the choice of what is there already, one click."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account
from leads.models import Lead
from leads.stages import CONVERTIBLE, Status
from partnerportal.core.scoping import require_editable
from partnerportal.core.stages import IllegalMove
from partnerportal.core.submissions import new_token, once
from partnerportal.core.toasts import Undo, say, warn
from partnerportal.core.views import RecordView
from projects import services
from projects.forms import ConvertForm
from projects.models import Project


class ConvertLead(RecordView):
    model, permission = Lead, "leads.change_lead"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        refusal = self._refusal()
        if refusal is not None:
            return refusal
        initial = ConvertForm.initial_of(self.record, currency=request.user.partner.currency) | self._best_match()
        return self._page(self.get_form(initial=initial))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.get_form(request.POST)
        made: list[Project] = []

        def act() -> str:
            values = form.cleaned_data
            chosen = {"account": values.get("account"), "contact": values.get("contact")}
            project = {name: value for name, value in values.items() if name not in chosen}
            made.append(services.convert_lead(self.record, values=project, by=request.user, **chosen))
            return made[0].get_absolute_url()

        if self.record.status != Status.CONVERTED:
            require_editable(self.record, request.user)
            if not form.is_valid():
                return self._page(form, status=422)
        elif not form.is_valid():
            return self._refuse_converted()
        try:
            address = once(request.POST.get("submission", ""), by=request.user, act=act)
        except services.AlreadyConverted:
            return self._refuse_converted()
        except IllegalMove as error:
            return self._refuse(str(error), status=422)
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
            return self._page(form, status=422)
        for project in made:
            text = _("%(lead)s is converted: account %(account)s, contact %(contact)s and this project.")
            facts = {"lead": self.record, "account": project.account, "contact": project.contact}
            say(request, text % facts, undo=Undo(reverse("projects:undo_convert", args=[pk])))
        return HttpResponseRedirect(address)

    def get_form(self, data: Any = None, **options: Any) -> ConvertForm:
        """The form, with the accounts that are offered."""
        return ConvertForm(data, user=self.request.user, lead=self.record, accounts=self.offered, **options)

    @cached_property
    def offered(self) -> list[Account]:
        """Accounts of the own company with the same name, or that know the lead's e-mail, and the one it was matched to."""
        rows = Account.objects.visible_to(self.request.user)
        similar = list(rows.similar_to(name=self.record.company, email=self.record.email))
        known = Q(contacts__email__iexact=self.record.email) | Q(pk=self.record.account_id)
        there = {one.pk for one in similar}
        return similar + [one for one in rows.filter(known).distinct()[:5] if one.pk not in there]

    def _best_match(self) -> dict[str, Any]:
        """The account that it was matched to, if any; otherwise a new one is proposed, and the choice stays with the person."""
        return {"account": self.record.account_id} if self.record.account_id else {}

    def _page(self, form: ConvertForm, *, status: int = 200) -> HttpResponse:
        lead = self.record
        context = {
            "form": form,
            "record": lead,
            "lead": lead,
            "tab": "leads",
            "kind": lead.company,
            "heading": _("Convert the lead"),
            "submission": self.request.POST.get("submission") or new_token(),
            "draft": self.request.path,
            "cancel_url": lead.get_absolute_url(),
            "is_offered": bool(self.offered),
            "carried": [
                (lead.notes.count(), _("notes")),
                (lead.attachments.count(), _("files")),
                (lead.tasks.count(), _("tasks")),
                (lead.followers.count(), _("followers")),
            ],
        }
        return self.page("projects/convert_form.html", context, status=status)

    def _refusal(self) -> HttpResponse | None:
        if self.record.status == Status.CONVERTED:
            return self._refuse_converted()
        require_editable(self.record, self.request.user)
        if self.record.status not in CONVERTIBLE:
            return self._refuse(_("First qualify the lead: only a lead in Qualification can be converted."), status=422)
        return None

    def _refuse_converted(self) -> HttpResponse:
        project = Project.objects.visible_to(self.request.user).filter(lead=self.record).first()
        return self._refuse(_("This lead has been converted already."), status=409, project=project)

    def _refuse(self, sentence: str, *, status: int, project: Project | None = None) -> HttpResponse:
        context = {"record": self.record, "tab": "leads", "sentence": sentence, "project": project}
        return self.page("projects/convert_refused.html", context, status=status)


class UndoConversion(RecordView):
    """Back to the lead, while nobody has worked on what the conversion made."""

    model, permission = Lead, "leads.change_lead"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            services.undo_conversion(self.record, by=request.user)
        except IllegalMove as refusal:
            warn(request, refusal)
        else:
            say(request, _("%(lead)s is a lead again, as it was.") % {"lead": self.record})
        return HttpResponseRedirect(self.record.get_absolute_url())
