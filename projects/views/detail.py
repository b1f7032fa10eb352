"""The page of a project: facts, path, amounts as the sums they are, demo answers, bonus, related lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from itertools import takewhile
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalog import words
from leads.models import Lead
from partnerportal.core import display
from partnerportal.core.views import Action, Fact, Panel, PathBar, RecordDetail, Step, steps_of
from projects import bonus, services
from projects.models import BonusEntry, DemoAnswer, DemoQuestion, MrrSource, Outcome, Project
from projects.stages import AUTOMATIC, Stage
from projects.views.explaining import what_changed
from projects.views.lists import WHY_AUTOMATIC
from projects.views.sums import address, sums_of

PENCIL = mark_safe('<i class="bi bi-pencil" aria-hidden="true"></i>')  # noqa: S308 - a constant


@dataclass(frozen=True)
class Answered:
    """A demo question with its answer, None without."""

    question: DemoQuestion
    answer: DemoAnswer | None

    @property
    def asked(self) -> str:
        """The question as it was when it was answered; without an answer as it is."""
        return words.said((self.answer and self.answer.question_text) or self.question.text)


class ProjectDetail(RecordDetail):
    model, permission = Project, "projects.view_project"
    related = ("owner", "partner__account_manager", "account", "contact")
    template_name = "projects/project_detail.html"
    icon, tone = "briefcase-fill", "violet"

    # --- head --------------------------------------------------------------------------

    def get_eyebrow(self) -> list[SafeString | str]:
        return [self.record.get_record_type_display(), display.record_link(self.record.account)]

    def get_badges(self) -> list[SafeString]:
        project = self.record
        badges = [display.badge(project.get_outcome_display(), display.tone_of(project.outcome))] if project.outcome else []
        status = bonus.status(self.bonus_facts)
        if status == bonus.AWAITING:
            badges.append(display.badge(_("Bonus: awaiting approval"), "amber", "hourglass-split"))
        elif status == bonus.APPROVED:
            badges.append(display.badge(_("Bonus: approved"), "green", "check-circle"))
        elif status == bonus.REJECTED:
            badges.append(display.badge(_("Bonus: refused"), "red", "x-circle"))
        return badges

    def get_facts(self) -> list[Fact]:
        project = self.record
        return [
            Fact(self._mrr_label, self._computed(project.mrr), self._source_badge()),
            Fact(_("Weighted pipeline"), self._computed(project.weighted_pipeline)),
            *([Fact(_("Pipeline MRR"), self._money(project.pipeline_mrr))] if project.pipeline_mrr is not None else []),
            Fact(_("Probability"), display.percent(project.probability), f"· {project.get_forecast_category_display()}"),
            Fact(_("Close date"), display.due(project.close_date) if project.is_open else display.day(project.close_date)),
            Fact(_("Owner"), display.person(project.owner)),
            *([Fact(_("Next step"), project.next_step or display.NOTHING, self._next_step_extra())] if project.is_open else []),
            *(Fact(_("From lead"), display.record_link(lead)) for lead, is_seen in self.origin if is_seen),
        ]

    @cached_property
    def origin(self) -> list[tuple[Lead, bool]]:
        """The leads that became this project, and whether the person may see them; without any nothing was found out."""
        return services.origin_of(self.record, self.request.user)

    @property
    def _mrr_label(self) -> str:
        return _("MRR, difference") if self.record.is_change_order else _("MRR")

    def _money(self, amount: Any) -> str | SafeString:
        return display.NOTHING if amount is None else display.money(amount, self.record.currency)

    def _computed(self, amount: Any) -> str | SafeString:
        return display.computed(amount, self.record.currency, self.record.why_unavailable)

    def _source_badge(self) -> SafeString | str:
        if self.record.mrr_source == MrrSource.QUOTE:
            words = _("Quote %(number)s less what runs") if self.record.running_mrr is not None else _("Quote %(number)s")
            return display.badge(words % {"number": self.record.mrr_quote}, "blue")
        return "" if self.record.mrr is None else display.badge(_("Estimate"), "grey")

    def _next_step_extra(self) -> SafeString | str:
        due = format_html("· {}", display.due(self.record.next_step_on)) if self.record.next_step_on else ""
        if not self.is_editable:
            return due
        url = reverse("projects:next_step", args=[self.record.pk])
        label = _("Change the next step")
        link = format_html('<a class="quiet" href="{0}" hx-get="{0}" hx-target="#dialog" aria-label="{1}">{2}</a>', url, label, PENCIL)
        return format_html("{} {}", due, link)

    # --- path and actions ----------------------------------------------------------------

    def get_path(self) -> PathBar:
        project = self.record
        steps = steps_of(project.stage_words().items(), now=project.stage, automatic=AUTOMATIC, is_lost=project.outcome == Outcome.LOST)
        if project.outcome == Outcome.LOST:
            steps = self._until_lost(steps)
        steps = [replace(step, reason=WHY_AUTOMATIC[Stage(step.value)]) if step.state == "auto" else step for step in steps]
        following = project.path.following(project.stage) or ""
        at_proposal = project.stage == Stage.PROPOSAL
        return PathBar(
            steps,
            seen=project.stage,
            move_url=self.link("move") if project.stage not in AUTOMATIC else "",
            following="" if project.stage in AUTOMATIC else following,
            button=_("Mark Stage as Complete"),
            guidance=self._guidance(),
            is_editable=self.is_editable,
            dialog_url=reverse("projects:agreement", args=[project.pk]) if at_proposal else "",
        )

    def _until_lost(self, steps: list[Step]) -> list[Step]:
        """What was left behind before the loss is done; what was never reached is not."""
        project = self.record
        last = project.stage_moves.filter(to_stage=Stage.CLOSED).values_list("from_stage", flat=True).first() or project.path.steps[0]
        reached = [step.value for step in steps].index(last)
        return [
            step if step.state == "lost" else replace(step, state="passed" if place <= reached else "never")
            for place, step in enumerate(steps)
        ]

    def _guidance(self) -> str:
        project = self.record
        if project.outcome == Outcome.LOST:
            reason = project.get_lost_reason_display()
            return _("Lost: %(reason)s") % {"reason": f"{reason}, {project.competitor}" if project.competitor else reason}
        if project.won_reason:
            reason = project.get_won_reason_display()
            return _("Won: %(reason)s") % {"reason": f"{reason}, {project.competitor}" if project.competitor else reason}
        return words.stage(project.record_type, project.stage).guidance

    def get_actions(self) -> list[Action]:
        project = self.record
        if not self.is_editable:
            return []
        if project.outcome == Outcome.LOST:
            may = self.request.user.manages_company
            return [Action(_("Reopen"), self.link("reopen"), "arrow-counterclockwise", is_primary=True, method="dialog")] if may else []
        if not project.is_open:
            label = _("Change the reason of the win") if project.won_reason else _("Why was it won?")
            url = reverse("projects:why_won", args=[project.pk])
            return [Action(label, url, "trophy", is_primary=not project.won_reason, method="dialog")]
        quote = Action(_("Create quote"), address("quotes:add", query=f"?project={project.pk}"), "file-earmark-text", is_primary=True)
        return [quote, *self._menu()]

    def _menu(self) -> list[Action]:
        project = self.record
        if project.stage in AUTOMATIC:
            return []
        agreement = (
            Action(_("Take the verbal agreement back"), self.link("withdraw"), "hand-thumbs-down", method="dialog", is_in_menu=True)
            if project.verbal_agreement
            else Action(_("Record verbal agreement"), self.link("agreement"), "hand-thumbs-up", method="dialog", is_in_menu=True)
        )
        lost = Action(_("Close as lost"), self.link("close"), "x-circle", method="dialog", is_in_menu=True, is_dangerous=True)
        return [agreement, *self._undo_of_conversion(), lost]

    def _undo_of_conversion(self) -> list[Action]:
        """Back to the lead, while that is still possible."""
        conversion = services.conversion_to_undo(self.record, self.request.user)
        if conversion is None:
            return []
        url = reverse("projects:undo_convert", args=[conversion.lead_id])
        return [Action(_("Undo the conversion"), url, "arrow-counterclockwise", method="post", is_in_menu=True)]

    # --- details and amounts ---------------------------------------------------------------

    def get_details(self) -> list[Fact]:
        project = self.record
        power = project.contact.get_power_display()
        facts = [
            self.field("interested_solutions"),
            self.field("total_users", is_number=True),
            self.field("opportunity_type"),
            self.field("product_of_interest"),
            Fact(_("Primary contact"), display.record_link(project.contact), f"· {power}" if power else ""),
            self.field("currency"),
        ]
        if not project.is_change_order:
            facts += [self.field("poc_users"), self.field("amount_mrr"), self.field("amount_capex")]
        facts.append(Fact(_("Verbal agreement"), self._agreement()))
        facts += [self.field("forecast_category"), Fact(_("Age per stage"), self._ages())]
        if project.outcome == Outcome.LOST:
            facts.append(Fact(_("Reason of the loss"), project.get_lost_reason_display()))
        if project.won_reason:
            facts.append(Fact(_("Reason of the win"), project.get_won_reason_display()))
        facts += [self.field(name) for name in ("competitor", "description") if getattr(project, name)]
        return facts

    def _ages(self) -> str:
        """How long the project has been in each stage, in the order of its path: the present one until now."""
        project, spent = self.record, dict[str, timedelta]()
        for move in project.stage_moves.exclude(from_stage=""):
            spent[move.from_stage] = spent.get(move.from_stage, timedelta()) + (move.lasted or timedelta())
        if project.is_open:
            spent[project.stage] = spent.get(project.stage, timedelta()) + (timezone.now() - project.stage_since)
        told = project.stage_words()
        return " · ".join(f"{told[stage]} {display.days(spent[stage])}" for stage in project.path.steps if stage in spent)

    def _agreement(self) -> SafeString | str:
        project = self.record
        if not project.verbal_agreement:
            return display.NOTHING
        return f"{display.day(project.verbal_agreement_on)} · {project.verbal_agreement_by}"

    def get_amounts(self) -> list[Fact]:
        """The four computed amounts, and what a change order is compared with."""
        project = self.record
        when = f"{_('Pipeline MRR')} ({display.day(project.demo_date)})" if project.demo_date else _("Pipeline MRR")
        return [
            Fact(_("Expected MRR (calculated)"), self._computed(project.expected_mrr), is_number=True),
            *([Fact(_("Running MRR"), self._money(project.running_mrr), is_number=True)] if project.is_change_order else []),
            Fact(self._mrr_label, self._computed(project.mrr), is_number=True),
            Fact(_("Weighted pipeline"), self._computed(project.weighted_pipeline), is_number=True),
            Fact(when, self._money(project.pipeline_mrr), is_number=True),
        ]

    @property
    def _may_estimate(self) -> bool:
        """Whether the person may have the open project estimated anew; one that follows a quote would not move."""
        return self.is_editable and self.record.is_open and self.record.mrr_source != MrrSource.QUOTE

    # --- demo and bonus ----------------------------------------------------------------------

    @cached_property
    def answers(self) -> list[Answered]:
        """Every question that is asked, and every one that was answered, in the vendor's order."""
        if self.record.is_change_order:
            return []
        given = {answer.question_id: answer for answer in self.record.demo_answers.select_related("question", "answered_by")}
        questions = [question for question in DemoQuestion.objects.all() if question.is_active or question.pk in given]
        return [Answered(question, given.get(question.pk)) for question in questions]

    @cached_property
    def bonus_facts(self) -> bonus.Facts:
        """What the bonus depends on, from the rows that the page has read anyway."""
        required = frozenset(one.question.key for one in self.answers if one.question.is_required and one.question.is_active)
        answered = frozenset(one.question.key for one in self.answers if one.answer and one.answer.text)
        return services.bonus_facts(self.record, answered=answered, required=required)

    @cached_property
    def ledger(self) -> list[BonusEntry]:
        """The lines of the bonus ledger, newest first."""
        return list(self.record.bonus_entries.select_related("decided_by"))

    def get_bonus(self) -> dict[str, Any] | None:
        """The bonus panel; None for a kind of project that has no demo."""
        project, facts = self.record, self.bonus_facts
        if project.is_change_order:
            return None
        basis = project.pipeline_mrr if project.pipeline_mrr is not None else project.mrr
        rate = self.ledger[0].rate if self.ledger else Decimal(settings.BONUS_RATE)
        status = bonus.status(facts)
        can_come = project.is_open or project.demo_done
        is_possible = can_come and basis is not None and status not in (bonus.NOT_ELIGIBLE, bonus.REJECTED)
        amount, explained = self._bonus_amount(basis, rate) if is_possible else ("", "")
        return {
            "status": status,
            "amount": amount,
            "sum": explained,
            "is_indicative": status != bonus.APPROVED,
            "lines": services.condition_lines(project, facts),
            "entries": [entry for entry in self.ledger if entry.decided_by_id],
        }

    def _bonus_amount(self, basis: Any, rate: Decimal) -> tuple[str, str]:
        """The bonus with the corrections since the last decision, and the sum that it is."""
        granted = bonus.amount(basis, rate)
        since = takewhile(lambda entry: entry.state == BonusEntry.State.CORRECTED, self.ledger)
        corrections = [entry.amount for entry in since][::-1]
        total = self._money(sum(corrections, granted))
        text = f"{self._money(basis)} × {display.rate(rate)} = {self._money(granted)}"
        if corrections:
            text += "; " + display.added([granted, *corrections], total, self.record.currency)
        return total, text

    # --- page ----------------------------------------------------------------------------------

    def get_panels(self) -> list[Panel]:
        pk = self.record.pk
        panels = [
            Panel("quotes", _("Quotes"), address("quotes:for_project", pk)),
            Panel("products", _("Products"), address("quotes:products_for_project", pk)),
            Panel("contacts", _("Contacts"), reverse("projects:contacts", args=[pk])),
            Panel("orders", _("Orders"), address("orders:for_project", pk)),
        ]
        return [*(panel for panel in panels if panel.url), *self.task_panels()]

    def get_context(self) -> dict[str, Any]:
        may_answer = self.is_editable and self.record.is_open and not self.record.approved_by_am
        return super().get_context() | {
            "amounts": self.get_amounts(),
            "sums": sums_of(self.record),
            "estimate_url": reverse("projects:estimate", args=[self.record.pk]) if self._may_estimate else "",
            "changed": what_changed(self.record, self.request.user),
            "answers": self.answers,
            "is_in_demo": self.record.stage == Stage.DEMO,
            "given_count": sum(1 for one in self.answers if one.answer),
            "answer_url": reverse("projects:demo", args=[self.record.pk]) if may_answer and self.answers else "",
            "bonus": self.get_bonus(),
            "found_out": [{"asked": words.said(one.asked), "answer": one} for one in services.found_out(self.record)]
            if self.origin
            else [],
        }
