"""Make up to three leads one. See `accounts.merging`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.merging import MergeRefused, merge_records, written
from accounts.models import Merge
from leads.models import LONGEST_ANSWER, Lead, PlanRun, QualificationAnswer
from leads.services import FIELDS
from leads.stages import OPEN
from partnerportal.core.actors import service
from partners.models import User


@service
def merge_leads(keep: Lead, others: Sequence[Lead], *, chosen: Mapping[str, int], by: User) -> Merge:
    """Make leads one; its status stays that of the one that stays. As `merge_records`.

    A converted lead is refused, and an open one that would go into one that was put aside.

    What two of them answered to one question is kept of both, one below the other. Of two plans that run, one goes on with both's tasks.
    """
    merge = merge_records(keep, others, fields=FIELDS, chosen=chosen, by=by, join=_join)
    Lead.objects.for_partner(merge.partner_id).get(pk=merge.object_id).save(update_fields=["score"])  # With the answers that came along.
    return merge


def refusal_of_leads(leads: Sequence[Lead]) -> str:
    """Why these leads cannot go into the first of them, whoever asks; empty where nothing speaks against it.

    An open lead that went into one that was put aside would be closed without a reason, with its plan and its tasks.
    """
    keep, *others = leads
    still_open = next((one for one in others if one.status in OPEN), None)
    if keep.status in OPEN or still_open is None:
        return ""
    sentence = _("%(record)s was put aside, and %(other)s is open. Reopen the one that was put aside first, or merge it into the open one.")
    return sentence % {"record": keep, "other": still_open}


def _join(keep: Lead, absorbed: Sequence[Lead]) -> Iterator[dict[str, Any]]:
    leads = [keep, *absorbed]
    if refusal := refusal_of_leads(leads):
        raise MergeRefused(refusal)
    yield from _join_answers(leads)
    yield from _join_plans(leads)


def _join_answers(leads: Sequence[Lead]) -> Iterator[dict[str, Any]]:
    """Write what further leads answered below what the first of them did, with the question where it was asked in other words."""
    first: dict[int, QualificationAnswer] = {}
    before: dict[int, str] = {}
    for answer in _rows_of(QualificationAnswer, leads, "question"):
        one = first.setdefault(answer.question_id, answer)
        said = answer.text if answer.asked == one.asked else f"{answer.asked}\n{answer.text}"
        both = f"{one.text}\n\n{said}"
        if answer.text not in one.text.split("\n\n") and len(both) <= LONGEST_ANSWER:  # A longer one stays behind, and is listed.
            before.setdefault(answer.question_id, one.text)
            one.text = both
    for question, text in before.items():
        first[question].save(update_fields=["text", "updated_at"])
        yield written(first[question], "text", before=text)


def _join_plans(leads: Sequence[Lead]) -> Iterator[dict[str, Any]]:
    """Let the first plan that runs take the tasks of the others, which end."""
    running = [run for run in _rows_of(PlanRun, leads) if run.ended_at is None]
    for other in running[1:]:
        other.ended_at = timezone.now()
        other.save(update_fields=["ended_at"])
        yield written(other, "ended_at", before=None)
    if len(running) > 1:
        before = set(running[0].tasks.values_list("pk", flat=True))
        running[0].tasks.add(*(task for other in running[1:] for task in other.tasks.all()))
        yield written(running[0], "tasks", before=before)


def _rows_of(model: Any, leads: Sequence[Lead], *related: str) -> list[Any]:
    """The rows of a kind on leads, in the order of the leads."""
    place = {lead.pk: number for number, lead in enumerate(leads)}
    rows = model.objects.for_partner(leads[0].partner_id).filter(lead__in=leads).order_by("pk").select_for_update(of=("self",))
    if related:
        rows = rows.select_related(*related)
    return sorted(rows, key=lambda row: (place[row.lead_id], row.pk))
