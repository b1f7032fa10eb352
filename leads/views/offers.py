"""Leads that the vendor offers: the company's offers, one of them, and the answer No. Accepting belongs to `projects`."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import words
from leads import services
from leads.forms import DeclineOfferForm
from leads.models import LeadOffer
from partnerportal.core import display
from partnerportal.core.forms import refuse
from partnerportal.core.submissions import once, token_of
from partnerportal.core.toasts import say
from partnerportal.core.views import Fact, Guarded, RecordView

SHOWN = 100
COMPANY = ("company", "city", "country", "industry", "employees")
REACHED = ("postal_code", "website")  # Where the company is reached: with the person, when the contact is shown.
INTEREST = ("product_of_interest", "interested_solutions", "total_users")
PERSON = ("full_name", "job_title", "email", "phone", "mobile", "street", "description")
RELATED = ("partner", "person", "vendor_lead", "offered_by", "answered_by", "lead")


class OfferList(Guarded):
    """Every offer of the company: the open ones first, then the newest."""

    permission = "leads.view_leadoffer"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = LeadOffer.objects.visible_to(request.user).select_related(*RELATED)
        offers = sorted(rows.order_by("-created_at", "-pk")[:SHOWN], key=lambda one: not one.is_running)
        return self.page("leads/offers.html", {"offers": offers, "heading": _("Leads from the vendor"), "tab": "leads"})


class OfferView(RecordView):
    """One offer."""

    is_block = True
    model, related = LeadOffer, RELATED

    def answer(self, *, form: DeclineOfferForm | None = None, sentence: str = "", status: int = 200) -> HttpResponse:
        """The page as the offer stands; what must not be read is not in it."""
        offer, user = self.record, self.request.user
        is_mine = LeadOffer.objects.editable_by(user).filter(pk=offer.pk).exists()
        shows_contact = offer.shows_contact or user.partner_id is None
        may_answer = is_mine and offer.is_running
        turn = services.turn_of(offer.partner) if may_answer and offer.mode == LeadOffer.Mode.POOL else None
        why_not = services.sentence_of(offer) or ("" if is_mine or not user.partner_id else offer.who_may_change())
        context = {
            "offer": offer,
            "lead": offer.lead,
            "heading": offer.vendor_lead.company,
            "tab": "leads",
            "company": facts(offer, (*COMPANY, *REACHED) if shows_contact else COMPANY),
            "interest": facts(offer, INTEREST),
            "person": facts(offer, PERSON) if shows_contact else [],
            "known": [Fact(words.said(one.question_text), one.text) for one in offer.vendor_lead.answers.all()] if shows_contact else [],
            "may_answer": may_answer,
            "may_accept": may_answer and not (turn and turn.sentence),
            "share": turn.share if turn else "",
            "accept_url": f"{offer.get_absolute_url()}accept/",  # It belongs to `projects`, and only its address is known here.
            "sentence": sentence or (turn.sentence if turn else "") or why_not,
            "form": form or DeclineOfferForm(user=user),
            "draft": f"{offer.get_absolute_url()}decline/",
            "submission": token_of(self.request),
        }
        return self.page("leads/offer.html", context, status=status)


class OfferPage(OfferView):
    permission = "leads.view_leadoffer"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.answer()


class DeclineOffer(OfferView):
    """No, with a reason. Too late is 409, with the sentence."""

    permission = "leads.answer_offer"
    must_be_editable = True
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = DeclineOfferForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.answer(form=form, status=422)

        def act() -> str:
            services.decline_offer(self.record, reason=form.cleaned_data["reason"], by=request.user)
            say(request, _("You have declined %(lead)s. The vendor reads your reason.") % {"lead": self.record})
            return reverse("offers:list")

        try:
            return HttpResponseRedirect(once(request.POST.get("submission", ""), by=request.user, act=act))
        except services.OfferGone as gone:
            self.record.refresh_from_db()
            return self.answer(sentence=str(gone), status=409)
        except ValidationError as error:
            refuse(form, error)
            return self.answer(form=form, status=422)


def facts(offer: LeadOffer, names: tuple[str, ...]) -> list[Fact]:
    """What the vendor's lead says in these fields; what it does not say is left out."""
    lead = offer.vendor_lead
    found: list[Fact] = []
    for name in names:
        if not getattr(lead, name):
            continue
        if name == "full_name":
            found.append(Fact(_("Name"), lead.full_name))
            continue
        label = str(type(lead)._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        value = display.field_value(lead, name)
        found.append(Fact(label[:1].upper() + label[1:], value))
    return found
