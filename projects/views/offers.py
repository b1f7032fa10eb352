"""Accept Lead: one click on the page of an offer."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from leads.models import LeadOffer
from leads.services import OfferGone
from partnerportal.core.toasts import Undo, say
from partnerportal.core.views import RecordView
from projects import services
from projects.models import Project


class AcceptOffer(RecordView):
    """Account, contact and project at once. Whoever comes too late reads why, with 409."""

    model, permission, related = LeadOffer, "leads.answer_offer", ("partner", "person", "vendor_lead", "answered_by")
    must_be_editable = True
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            project = services.accept_offer(self.record, by=request.user)
        except OfferGone as gone:
            return self._gone(str(gone), status=409)
        except ValidationError as error:
            return self._gone(" ".join(error.messages), status=422)
        facts = {"lead": project.lead, "account": project.account, "contact": project.contact}
        text = _("%(lead)s is yours: account %(account)s, contact %(contact)s and this project.") % facts
        say(request, text, undo=Undo(reverse("projects:undo_convert", args=[project.lead_id])))
        return HttpResponseRedirect(project.get_absolute_url())

    def _gone(self, sentence: str, *, status: int) -> HttpResponse:
        """The sentence, and the project where the own company has accepted it before."""
        project = Project.objects.visible_to(self.request.user).filter(lead__offers=self.record).first()
        context = {"offer": self.record, "sentence": sentence, "project": project, "heading": str(self.record), "tab": "leads"}
        return self.page("projects/offer_gone.html", context, status=status)
