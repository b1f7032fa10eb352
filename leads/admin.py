"""Leads in the back office: those of partners to look at, those of the vendor to hand out; questions and plans to edit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leads import services
from leads.forms import AssignForm, VendorLeadForm
from leads.holders import clashes_of_each
from leads.models import (
    Lead,
    LeadOffer,
    LeadPlan,
    PlanRun,
    PlanStep,
    QualificationAnswer,
    QualificationQuestion,
    VendorAnswer,
    VendorLead,
    WebEnquiry,
    WebForm,
)
from leads.services import web
from partnerportal.core.actors import acting
from partnerportal.core.admin import ObjectAction, PartnerOwnedAdmin, PartnerOwnedInline, VendorAdmin, VisibleChoicesFilter
from partnerportal.core.forms import refuse
from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove


@admin.register(Lead)
class LeadAdmin(PartnerOwnedAdmin):
    list_display = ("company", "partner", "status", "source", "owner", "created_at")
    list_filter = ("status", ("partner", VisibleChoicesFilter), "origin", "created_at")
    list_select_related = ("partner", "owner")
    search_fields = ("company", "last_name", "email")
    changeable_fields = ("email",)


class OfferInline(PartnerOwnedInline):
    model = LeadOffer
    fields = readonly_fields = ("created_at", "partner", "mode", "person", "state", "deadline", "reason", "answered_by", "decline_reason")
    verbose_name_plural = _("offers")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("partner", "person", "answered_by")


class EnquiryInline(PartnerOwnedInline):
    """What came through the vendor's form: words and consent."""

    model = WebEnquiry
    fk_name = "vendor_lead"
    fields = readonly_fields = ("consent_at", "name", "email", "told_words", "text", "is_repeat", "consent_text", "language")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the lead above, whoever has accepted it meanwhile."""
        return WebEnquiry.objects.across_partners(reason="the vendor's own lead, whose page has been asked for")

    @admin.display(description=_("what was told"))
    def told_words(self, enquiry: WebEnquiry) -> str:
        return enquiry.told_words


class AnswerInline(admin.TabularInline):
    """What is known already, to be handed on. It is written while nobody has the lead, by whoever may write that."""

    model = VendorAnswer
    view_on_site = False
    extra = 1

    def get_formset(self, request: HttpRequest, obj: VendorLead | None = None, **options: Any) -> Any:
        """With the questions that are asked of such a lead, and those that were answered."""
        formset = super().get_formset(request, obj, **options)
        if obj is not None and "question" in formset.form.base_fields:
            questions = QualificationQuestion.objects
            answered = questions.filter(pk__in=obj.answers.values("question"))
            formset.form.base_fields["question"].queryset = questions.asked_of(obj) | answered  # type: ignore[attr-defined]
        return formset

    def has_view_permission(self, request: HttpRequest, obj: VendorLead | None = None) -> bool:
        return True  # As the lead above it: its own page has been asked.

    def has_change_permission(self, request: HttpRequest, obj: VendorLead | None = None) -> bool:
        return request.user.has_perm("leads.change_vendorlead") and obj is not None and obj.state == VendorLead.State.QUEUED

    has_add_permission = has_delete_permission = has_change_permission


@admin.action(description=_("Assign to a partner, a person or a pool"), permissions=["assign"])
def assign(modeladmin: admin.ModelAdmin, request: HttpRequest, chosen: QuerySet[VendorLead]) -> HttpResponse:
    """To the page where the choice is made, with the chosen leads in its address."""
    keys = ",".join(str(key) for key in chosen.order_by("pk").values_list("pk", flat=True))
    return HttpResponseRedirect(f"{reverse('admin:leads_vendorlead_assign')}?ids={keys}")


@admin.register(VendorLead)
class VendorLeadAdmin(VendorAdmin):
    """The queue of the vendor. A lead can be changed while nobody has it."""

    form = VendorLeadForm
    change_form_template = "admin/vendor_lead.html"
    list_display = ("company", "city", "country", "product_of_interest", "total_users", "state", "why_queued", "created_at")
    list_filter = ("state", "source", "product_of_interest", "created_at")
    search_fields = ("company", "last_name", "email", "city")
    ordering = ("-created_at", "-pk")
    actions = (assign,)
    inlines = (AnswerInline, OfferInline, EnquiryInline)
    fieldsets = (
        (None, {"fields": ("company", "product_of_interest", "interested_solutions", "total_users", "source", "description")}),
        (_("Person"), {"fields": ("salutation", "first_name", "last_name", "job_title", "power", "email", "phone", "mobile")}),
        (_("About the company"), {"fields": ("website", "industry", "employees", "street", "postal_code", "city", "country")}),
        (_("Distribution"), {"fields": ("state", "why_queued", "assigned_by", "created_at")}),
    )
    readonly_fields = ("state", "why_queued", "assigned_by", "created_at")
    object_actions = (
        ObjectAction(
            "take_back",
            _("Take the offers back"),
            run=services.take_back,
            permission="leads.assign_lead",
            asks="reason",
            question=_("Reason (kept with the lead)"),
            when=lambda lead: lead.state == VendorLead.State.OFFERED,
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: VendorLead | None = None) -> bool:
        """While it is offered or accepted, what partners have read stays as it is."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == VendorLead.State.QUEUED)

    @admin.display(description=_("why it is in the queue"), ordering="queued_because")
    def why_queued(self, lead: VendorLead) -> str:
        return services.why_queued(lead)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *given: Any, **options: Any) -> HttpResponse:
        """Of a lead in the queue, with the partners that may have the company already: so it is offered to the right one."""
        lead = options.get("obj")
        if lead is not None and lead.state == VendorLead.State.QUEUED:
            (context["clashes"],) = clashes_of_each([lead.profile], request.user)  # type: ignore[arg-type]
        return super().render_change_form(request, context, *given, **options)

    def save_model(self, request: HttpRequest, obj: VendorLead, form: Any, change: bool) -> None:
        """What was changed in it, if nobody has it by now. Raises IllegalMove."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        state = VendorLead.objects.select_for_update().values_list("state", flat=True).get(pk=obj.pk)
        if state != VendorLead.State.QUEUED:
            raise IllegalMove(_now("Meanwhile this lead has been offered, so it stays as it is."), stage=state)
        obj.save(update_fields=[*form.changed_data, "updated_at"])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """An answer with the words of its question."""
        for answer in formset.save(commit=False):
            answer.question_text = answer.question.text
            answer.save()
        for answer in formset.deleted_objects:
            answer.delete()

    def get_inlines(self, request: HttpRequest, obj: VendorLead | None) -> Any:
        """A lead that is being made has no offers yet."""
        return self.inlines if obj else ()

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("leads.assign_lead")

    def has_delete_permission(self, request: HttpRequest, obj: VendorLead | None = None) -> bool:
        """What was offered once stays; the vendor admin may delete what never was."""
        if obj is None:
            return False
        return super().has_delete_permission(request, obj) and not services.was_offered(obj)

    # --- assign, one or many --------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return [path("assign/", self.admin_site.admin_view(self.assign_view), name="leads_vendorlead_assign"), *super().get_urls()]

    def assign_view(self, request: HttpRequest) -> HttpResponse:
        """To whom, why, and for how long. All the chosen leads are offered, or none."""
        if not self.has_assign_permission(request):
            raise PermissionDenied
        keys = [int(key) for key in request.GET.get("ids", "").split(",") if key.isdecimal()]
        leads = list(self.get_queryset(request).filter(pk__in=keys).order_by("company", "pk"))
        form = AssignForm(request.POST if request.method == "POST" else None, user=request.user)
        if request.method == "POST" and leads and form.is_valid() and self._assign(request, leads, form):
            text = ngettext("%(count)s lead is offered.", "%(count)s leads are offered.", len(leads)) % {"count": len(leads)}
            self.message_user(request, text, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:leads_vendorlead_changelist"))
        clashes = clashes_of_each([lead.profile for lead in leads], request.user)  # type: ignore[arg-type]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "leads": list(zip(leads, map(services.missing_for_offer, leads), clashes, strict=True)),
            "form": form,
            "title": _now("Assign leads"),
        }
        return render(request, "admin/assign_leads.html", context, status=422 if request.method == "POST" else 200)

    def _assign(self, request: HttpRequest, leads: list[VendorLead], form: forms.Form) -> bool:
        try:
            with acting(request.user), transaction.atomic():  # type: ignore[arg-type]
                for lead in leads:
                    services.assign(lead, choice=form.cleaned_data["choice"], by=request.user)  # type: ignore[arg-type]
        except (IllegalMove, NotYours, ValidationError) as refusal:
            refuse(form, refusal)
            return False
        return True


@admin.register(LeadOffer)
class LeadOfferAdmin(PartnerOwnedAdmin):
    """Every offer with its answer."""

    list_display = ("vendor_lead", "partner", "mode", "person", "state", "deadline", "answered_by", "reason", "created_at")
    list_filter = ("state", "mode", ("partner", VisibleChoicesFilter), "created_at")
    list_select_related = ("vendor_lead", "partner", "person", "answered_by")
    search_fields = ("vendor_lead__company",)
    date_hierarchy = "created_at"


@admin.register(WebForm)
class WebFormAdmin(VendorAdmin):
    """The public forms with their addresses; the vendor's own one is made here, without a partner."""

    list_display = ("__str__", "is_active", "address", "created_at")
    list_select_related = ("partner",)
    readonly_fields = ("address", "held", "created_at")
    fields = ("partner", "is_active", "address", "held", "created_at")
    object_actions = (
        ObjectAction(
            "release",
            _("Release the oldest that are held back"),
            run=lambda form, by: web.release(form.partner, by=by),
            permission="leads.assign_lead",
            when=lambda form: form.partner is None and web.held(form).exists(),
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: WebForm | None = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(("partner",) if obj else ()))

    def has_delete_permission(self, request: HttpRequest, obj: WebForm | None = None) -> bool:
        return False

    @admin.display(description=_("held back"))
    def held(self, form: WebForm) -> int:
        return web.held(form).count() if form.pk else 0

    @admin.display(description=_("address"))
    def address(self, form: WebForm) -> str:
        return f"{settings.SITE_URL}{form.get_absolute_url()}" if form.pk else "–"


@admin.register(QualificationQuestion)
class QualificationQuestionAdmin(VendorAdmin):
    """What a lead is asked. A question that has answers stays, and is no longer asked when it is not active."""

    list_display = ("text", "product", "key", "is_active", "position")
    list_editable = ("is_active", "position")
    list_filter = ("product", "is_active")
    prepopulated_fields = {"key": ("text",)}

    def get_prepopulated_fields(self, request: HttpRequest, obj: QualificationQuestion | None = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: QualificationQuestion | None = None) -> tuple[str, ...]:
        """The key names the answers, so it stays."""
        return (*super().get_readonly_fields(request, obj), *(("key",) if obj else ()))

    def has_delete_permission(self, request: HttpRequest, obj: QualificationQuestion | None = None) -> bool:
        if obj is None:
            return super().has_delete_permission(request, obj)
        answers = QualificationAnswer.objects.across_partners(reason="whether a question of the vendor's was answered by anybody")
        is_answered = answers.filter(question=obj).exists() or VendorAnswer.objects.filter(question=obj).exists()
        return super().has_delete_permission(request, obj) and not is_answered


class PlanStepInline(admin.TabularInline):
    model = PlanStep
    view_on_site = False
    extra = 2


@admin.register(LeadPlan)
class LeadPlanAdmin(VendorAdmin):
    """Ways of working a lead. A plan that was used stays, and is no longer offered when it is not active."""

    list_display = ("name", "is_active", "position")
    list_editable = ("is_active", "position")
    inlines = (PlanStepInline,)

    def has_delete_permission(self, request: HttpRequest, obj: LeadPlan | None = None) -> bool:
        if obj is None:
            return super().has_delete_permission(request, obj)
        runs = PlanRun.objects.across_partners(reason="whether a plan of the vendor's was started by anybody")
        return super().has_delete_permission(request, obj) and not runs.filter(plan=obj).exists()
