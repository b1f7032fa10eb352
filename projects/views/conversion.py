"""Convert a lead: what becomes of it, the choice of what is there already, one click."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.duplicates import Duplicate, accounts_like, surest_same
from accounts.models import Account, Contact
from leads.models import Lead
from leads.stages import CONVERTIBLE, Status
from partnerportal.core import display
from partnerportal.core.display import field_value
from partnerportal.core.scoping import require_editable
from partnerportal.core.stages import IllegalMove
from partnerportal.core.submissions import once, token_of
from partnerportal.core.toasts import Undo, say, warn
from partnerportal.core.views import RecordView
from projects import services
from projects.forms import ConvertForm
from projects.models import Project

CHOICES = ("account", "contact", "project")
SIGNS = {"account": ("building", "green"), "contact": ("person-vcard", "blue"), "project": ("briefcase-fill", "violet")}
MODELS: dict[str, Any] = {"account": Account, "contact": Contact, "project": Project}


@dataclass(frozen=True)
class Line:
    """A field in the preview: what the lead says, and where the record says something else, that."""

    label: str
    value: Any
    stays: Any = ""


@dataclass(frozen=True)
class Part:
    """Account, contact or project in the preview."""

    kind: str
    name: str
    record: Any
    icon: str
    tone: str
    filled: list[Line]
    kept: list[Line]


def _chosen(form: ConvertForm) -> dict[str, Any]:
    """What of that which is there was chosen."""
    return {name: form.cleaned_data.get(name) for name in CHOICES} if form.is_bound else {}


def _part(one: services.Becomes, lead: Lead) -> Part:
    icon, tone = SIGNS[one.kind]
    names = {"account": lead.company, "contact": lead.full_name, "project": _("A new project, in its first stage")}
    filled = [Line(_label(one.kind, name), field_value(lead, one.says[name])) for name in one.filled]
    kept = [Line(_label(one.kind, name), field_value(lead, one.says[name]), field_value(one.record, name)) for name in one.kept]
    name = str(one.record) if one.record else names[one.kind]
    return Part(_capital(display.kind(MODELS[one.kind])), name, one.record, icon, tone, filled, kept)


def _label(kind: str, name: str) -> str:
    return _capital(str(MODELS[kind]._meta.get_field(name).verbose_name))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class ConvertLead(RecordView):
    model, permission = Lead, "leads.change_lead"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        refusal = self._refusal()
        if refusal is not None:
            return refusal
        known = self._known()
        initial = ConvertForm.initial_of(self.record, currency=request.user.partner.currency) | known
        return self._page(self.get_form(initial=initial), chosen=known)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.get_form(request.POST)
        if request.POST.get("preview"):
            return self._refusal() or self._preview(form)
        made: list[Project] = []

        def act() -> str:
            values = {name: value for name, value in form.cleaned_data.items() if name not in CHOICES}
            made[:] = [services.convert_lead(self.record, values=values, by=request.user, **_chosen(form))]
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
        except services.LeadGone as gone:
            return self._refuse(str(gone), status=409)
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
        return ConvertForm(data, user=self.request.user, lead=self.record, accounts=self.offered, alike=self.alike, **options)

    @cached_property
    def alike(self) -> list[Duplicate]:
        """Accounts of the own company that may be the lead's by all that is known, the surest first."""
        return accounts_like(self.record.profile, Account.objects.searched_by(self.request.user))

    @cached_property
    def offered(self) -> list[Account]:
        """Accounts of the own company with the lead's name, those that may be it by all that is known, and the one it was matched to."""
        rows = Account.objects.searched_by(self.request.user)
        named = rows.similar_to(name=self.record.company, email=self.record.email)
        alike = [one.record for one in self.alike]
        known = Q(contacts__email__iexact=self.record.email) | Q(pk=self.record.account_id)
        found = [*named, *alike, *rows.filter(known).distinct()[:5]]
        return list({one.pk: one for one in found}.values())  # type: ignore[attr-defined]

    def _known(self) -> dict[str, Any]:
        """The account that it was matched to, else the surest that counts as the same, and there who has the lead's address.

        Without such an account a new one is proposed. The choice stays with the person.
        """
        lead, same = self.record, surest_same(self.alike)
        matched = next((one for one in self.offered if one.pk == lead.account_id), None)
        account = matched or (same.record if same else None)
        if account is None:
            return {}
        return {"account": account, "contact": services.contact_of(lead, account, Contact.objects.visible_to(self.request.user))}

    def _preview(self, form: ConvertForm) -> HttpResponse:
        """What the choices mean, while the form is being filled: a part of the page, or the page without script."""
        form.is_valid()
        chosen, given = _chosen(form), self.request.POST
        if self.wants_part:
            return self.page("projects/_becomes.html", {"becomes": self._becomes(chosen), "carried": self._carried()})
        shown = self.get_form(initial=given.dict() | {"interested_solutions": given.getlist("interested_solutions")})
        return self._page(shown, chosen=chosen)

    def _becomes(self, chosen: dict[str, Any]) -> list[Part]:
        return [_part(one, self.record) for one in services.preview_conversion(self.record, by=self.request.user, **chosen)]

    def _carried(self) -> list[tuple[int, str]]:
        lead = self.record
        return [
            (lead.notes.filter(deleted_at=None).count(), _("notes")),
            (lead.attachments.filter(deleted_at=None).count(), _("files")),
            (lead.tasks.count(), _("tasks")),
            (lead.followers.count(), _("followers")),
            (lead.answers.count(), _("answers")),
        ]

    def _page(self, form: ConvertForm, *, chosen: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
        lead = self.record
        chosen = _chosen(form) if chosen is None else chosen
        context = {
            "form": form,
            "record": lead,
            "lead": lead,
            "tab": "leads",
            "kind": lead.company,
            "heading": _("Convert the lead"),
            "submission": token_of(self.request),
            "draft": self.request.path,
            "cancel_url": lead.get_absolute_url(),
            "is_offered": bool(self.offered),
            "carried": self._carried(),
            "becomes": self._becomes(chosen),
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
        sentence = _("This lead has been converted already.")
        return self._refuse(sentence, status=409, project=services.project_of(self.record, self.request.user))

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
