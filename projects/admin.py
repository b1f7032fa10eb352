"""The vendor's side of projects: the queue of demo bonuses, the demo questions, and projects to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from catalog.models import AveragePrice
from partnerportal.core import display
from partnerportal.core.admin import ActionForm, ObjectAction, PartnerOwnedAdmin, PartnerOwnedInline, VendorAdmin, VisibleChoicesFilter
from partnerportal.core.stages import IllegalMove
from partners.models import User
from projects import services
from projects.filters import stage_choices
from projects.models import Approval, BonusDecision, BonusEntry, DemoAnswer, DemoQuestion, Project


class StateFilter(admin.SimpleListFilter):
    """What waits, unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("granted", _("Granted")), ("refused", _("Refused")), ("every", _("All"))]

    def choices(self, changelist: Any) -> Any:
        """The queue itself stands first, where Django would say All."""
        for number, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": _("Awaiting decision")} if number == 0 else choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        answers = {"granted": Approval.YES, "refused": Approval.NO}
        if self.value() in answers:
            return queryset.filter(approved_by_am=answers[self.value()])  # type: ignore[index]
        return queryset if self.value() == "every" else queryset.awaiting_approval()  # type: ignore[attr-defined]


class AnswerInline(PartnerOwnedInline):
    model = DemoAnswer
    fields = readonly_fields = ("question_text", "text", "answered_by", "updated_at")
    verbose_name_plural = _("demo answers")


class LedgerInline(PartnerOwnedInline):
    model = BonusEntry
    fields = readonly_fields = ("created_at", "state", "basis", "rate", "amount", "currency", "decided_by", "reason")
    verbose_name_plural = _("bonus ledger")


def decision(answer: str) -> Callable[..., BonusEntry]:
    """The service for one answer; what it refuses in a field becomes a sentence."""

    def decide(record: Project, *, by: User, reason: str = "") -> BonusEntry:
        try:
            return services.decide_bonus(record, answer=answer, reason=reason, by=by)
        except ValidationError as error:
            raise IllegalMove(" ".join(error.messages), stage=record.stage) from error

    return decide


class CorrectionForm(ActionForm):
    """By how much a granted bonus is corrected, and why."""

    difference = forms.DecimalField(
        label=_("Difference to what was granted"),
        max_digits=12,
        decimal_places=2,
        help_text=_("With its sign: -12.50 takes back, 12.50 adds."),
    )


def _last_line(project: Project) -> str:
    """The key of the newest line of the bonus's ledger."""
    return str(project.bonus_entries.order_by("pk").values_list("pk", flat=True).last() or "")


def _can_become(answer: str) -> Callable[[Project], bool]:
    return lambda project: project.approved_by_am != answer and services.can_become(project, answer)


@admin.register(BonusDecision)
class BonusDecisionAdmin(PartnerOwnedAdmin):
    """The queue: what waits for a decision, its evidence beside the decision, and the next one after it."""

    change_form_template = "admin/bonus_decision.html"
    list_display = ("name", "partner", "owner", "opportunity_type", "demo_date", "pipeline_mrr_money", "bonus")
    list_filter = (StateFilter, ("partner", VisibleChoicesFilter), "opportunity_type")
    list_select_related = ("partner", "owner", "account")
    search_fields = ("name", "account__name", "owner__last_name")
    ordering = ("demo_date", "pk")
    inlines = (AnswerInline, LedgerInline)
    fieldsets = (
        (None, {"fields": ("portal_page", "partner", "owner", "account_name", "opportunity_type", "stage_name")}),
        (_("Bonus"), {"fields": ("demo_date", "pipeline_mrr_money", "bonus", "held", "mrr_now", "size", "approved_by_am")}),
    )
    readonly_fields = ("portal_page", "account_name", "stage_name", "pipeline_mrr_money", "bonus", "held", "mrr_now", "size")
    object_actions = (
        ObjectAction(
            "grant",
            _("Grant the bonus"),
            run=decision(Approval.YES),
            permission="projects.decide_bonus",
            asks="reason",
            question=_("Reason (needed from the vendor admin, and when a refusal is corrected)"),
            when=_can_become(Approval.YES),
        ),
        ObjectAction(
            "refuse",
            _("Refuse the bonus"),
            run=decision(Approval.NO),
            permission="projects.decide_bonus",
            asks="reason",
            question=_("Reason: the owner of the project reads it"),
            is_required=True,
            when=_can_become(Approval.NO),
        ),
        ObjectAction(
            "correct",
            _("Correct the amount"),
            run=services.correct_bonus,
            permission="projects.decide_bonus",
            asks="reason",
            question=_("Reason: the owner of the project reads it"),
            is_required=True,
            when=lambda project: project.approved_by_am == Approval.YES,
            shows=_last_line,
            form=CorrectionForm,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(demo_done=True).select_related("partner", "owner", "account")

    def do_view(self, request: HttpRequest, object_id: str, action: str) -> HttpResponse:
        """After a decision, the next one that waits; after the last one, the queue."""
        before = self._approval(request, object_id)
        response = super().do_view(request, object_id, action)
        if response.status_code != 302 or self._approval(request, object_id) == before:
            return response
        following = self.get_queryset(request).awaiting_approval().first()  # type: ignore[attr-defined]
        if following is None:
            return HttpResponseRedirect(reverse("admin:projects_bonusdecision_changelist"))
        return HttpResponseRedirect(reverse("admin:projects_bonusdecision_change", args=[following.pk]))

    def _approval(self, request: HttpRequest, object_id: str) -> str | None:
        project = self.get_object(request, object_id)
        return project.approved_by_am if project else None

    @admin.display(description=_("project"))
    def portal_page(self, project: Project) -> SafeString:
        return format_html('<a href="{}">{}</a>', project.get_absolute_url(), project.name)

    @admin.display(description=_("account"))
    def account_name(self, project: Project) -> str:
        return project.account.name

    @admin.display(description=_("stage"))
    def stage_name(self, project: Project) -> str:
        return project.get_stage_display()

    @admin.display(description=_("pipeline MRR"), ordering="pipeline_mrr")
    def pipeline_mrr_money(self, project: Project) -> str:
        return display.money(project.pipeline_mrr, project.currency)

    @admin.display(description=_("bonus"))
    def bonus(self, project: Project) -> str:
        """Amount and how it comes about."""
        amount, rate = services.bonus_of(project)
        return f"{display.money(amount, project.currency)} ({display.rate(rate)})"

    @admin.display(description=_("granted and not taken back"))
    def held(self, project: Project) -> str:
        """What stands in the ledger, with every correction."""
        return display.money(project.bonus_held(), project.currency)

    @admin.display(description=_("MRR now"))
    def mrr_now(self, project: Project) -> str:
        if project.mrr is None:
            return display.unavailable(project.why_unavailable)
        return f"{display.money(project.mrr, project.currency)} · {project.get_mrr_source_display()} {project.mrr_quote}".strip()

    @admin.display(description=_("size"))
    def size(self, project: Project) -> str:
        solutions = display.field_value(project, "interested_solutions")
        return _now("%(users)s users · %(solutions)s") % {"users": display.number(project.total_users), "solutions": solutions}


class StageFilter(admin.SimpleListFilter):
    """The stages in the vendor's words."""

    title = _("stage")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return stage_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(stage=self.value()) if self.value() else queryset


@admin.register(Project)
class ProjectAdmin(PartnerOwnedAdmin):
    """Projects to look at; they are worked on in the portal, by their partner."""

    list_display = ("name", "partner", "stage_name", "mrr_money", "close_date", "owner")
    list_filter = (StageFilter, "record_type", "outcome", ("partner", VisibleChoicesFilter))
    list_select_related = ("partner", "owner")
    search_fields = ("name", "account__name")
    exclude = ("estimate",)
    readonly_fields = ("computed",)

    @admin.display(description=_("stage"), ordering="stage")
    def stage_name(self, project: Project) -> str:
        return project.get_stage_display()

    @admin.display(description=_("MRR"), ordering="mrr")
    def mrr_money(self, project: Project) -> str:
        return display.computed(project.mrr, project.currency, project.why_unavailable)

    @admin.display(description=_("prices of the estimate"))
    def computed(self, project: Project) -> SafeString | str:
        estimate = project.kept_estimate
        rows = ((price.family, price.amount, display.day(price.valid_from)) for price in (estimate.prices if estimate else ()))
        return format_html_join(", ", "{} {} ({})", rows) or "–"


@admin.register(DemoQuestion)
class DemoQuestionAdmin(VendorAdmin):
    """What is asked about a demo. A question that has answers stays, and is no longer asked when it is not active."""

    list_display = ("text", "key", "is_required", "is_active", "position")
    list_editable = ("is_required", "is_active", "position")
    list_filter = ("is_active", "is_required")
    prepopulated_fields = {"key": ("text",)}

    def get_prepopulated_fields(self, request: HttpRequest, obj: DemoQuestion | None = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: DemoQuestion | None = None) -> tuple[str, ...]:
        """The key names the answers, so it stays."""
        return (*super().get_readonly_fields(request, obj), *(("key",) if obj else ()))

    def has_delete_permission(self, request: HttpRequest, obj: DemoQuestion | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not _has_answers(obj))


def _has_answers(question: DemoQuestion) -> bool:
    answers = DemoAnswer.objects.across_partners(reason="whether a question of the vendor's was answered by anybody")
    return answers.filter(question=question).exists()


@admin.register(AveragePrice)
class AveragePriceAdmin(VendorAdmin):
    """Average prices with their validity. Before one is saved, its effect on the open projects is shown; the projects keep theirs."""

    list_display = ("family", "currency", "amount", "valid_from", "valid_until", "holds_today")
    list_filter = ("family", "currency")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        same = AveragePrice.objects.filter(family=OuterRef("family"), currency=OuterRef("currency"))
        later = same.filter(valid_from__gt=OuterRef("valid_from")).order_by("valid_from")
        return super().get_queryset(request).annotate(following=Subquery(later.values("valid_from")[:1]))

    @admin.display(description=_("valid to"))
    def valid_until(self, price: Any) -> str:
        """The first day of the row that follows."""
        return display.day(price.following) or "–"

    @admin.display(description=_("holds today"), boolean=True)
    def holds_today(self, price: Any) -> bool:
        today = timezone.localdate()
        return price.valid_from <= today and (price.following is None or price.following > today)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """What was typed before the effect was looked at stands in the address, and is kept."""
        form = super().get_form(request, obj, change=change, **kwargs)
        typed = {name: request.GET[name] for name in form.base_fields if name in request.GET}

        class Kept(form):  # type: ignore[misc, valid-type]
            def get_initial_for_field(self, field: Any, field_name: str) -> Any:
                return typed.get(field_name, super().get_initial_for_field(field, field_name))

        return Kept if typed else form

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """What was not looked at is shown before it is saved."""
        price = self.get_object(request, object_id) if object_id else None
        may = self.has_change_permission(request, price) if price else self.has_add_permission(request)
        if request.method == "POST" and may and (price or not object_id):
            form = self.get_form(request, price, change=price is not None)(request.POST, instance=price)
            if form.is_valid() and request.POST.get("seen") != _values(form):
                return self._preview(request, form)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _preview(self, request: HttpRequest, form: Any) -> HttpResponse:
        posted = {name: values for name, values in request.POST.lists() if name not in ("csrfmiddlewaretoken", "seen")}
        back = request.GET.copy()
        for name in form.fields:
            back[name] = request.POST.get(name, "")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _now("Effect on open projects"),
            "back": f"{request.path}?{back.urlencode()}",
            "price": form.instance,
            "effects": services.effect_of_price(form.instance, today=timezone.localdate()),
            "posted": [(name, value) for name, values in posted.items() for value in values],
            "seen": _values(form),
        }
        return render(request, "admin/average_price_effect.html", context)


def _values(form: Any) -> str:
    """What a preview was of: with other values it is another one."""
    return "|".join(str(form.cleaned_data[name]) for name in ("family", "currency", "amount", "valid_from"))


@admin.register(BonusEntry)
class BonusEntryAdmin(PartnerOwnedAdmin):
    """The ledger. Lines are written by decisions alone."""

    list_display = ("created_at", "project", "partner", "state", "amount", "currency", "decided_by", "reason")
    list_filter = ("state", ("partner", VisibleChoicesFilter), "currency")
    list_select_related = ("project", "partner", "decided_by")
    search_fields = ("project__name",)
    date_hierarchy = "created_at"
