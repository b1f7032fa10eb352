"""Pages over leads, written with the building blocks as an app would: what the tests of the blocks look at."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import include, path

from leads.models import Lead
from leads.stages import MOVES, Status
from partnerportal.core import tables
from partnerportal.core.actors import Actor, service
from partnerportal.core.filters import Choices, DayRange, PartnerFilterSet
from partnerportal.core.forms import PartnerModelForm, ReasonForm
from partnerportal.core.moves import record_move
from partnerportal.core.panels import record_urls
from partnerportal.core.scoping import require_editable
from partnerportal.core.stages import ExitConditionMissing, Missing, check_fresh
from partnerportal.core.tables import Column
from partnerportal.core.views import (
    Card,
    Lane,
    ListView,
    PathBar,
    RecordAdd,
    RecordBoard,
    RecordDetail,
    RecordEdit,
    RecordList,
    StageMove,
    steps_of,
)


class LeadFilter(PartnerFilterSet):
    search_in = ("company", "last_name", "email")
    status = Choices(choices=Status.choices, label="Status")
    created_at = DayRange(label="Created")

    class Meta:
        model = Lead
        fields = ["source", "owner"]


class LeadSet:
    model = Lead
    permission = "leads.view_lead"
    filterset_class = LeadFilter
    views = (
        ListView("mine", "My open leads", lambda rows, user: rows.open().filter(owner=user)),
        ListView("all", "All leads", lambda rows, user: rows),
    )
    add_permission = "leads.add_lead"
    add_label = "New lead"


class LeadList(LeadSet, RecordList):
    columns = (
        Column("Company", "company", sort="company", is_title=True),
        Column("Status", "status", render=tables.choice, sort="status"),
        Column("E-mail", "email", render=tables.email),
        Column("Users", "total_users", sort="total_users"),
        Column("Created", "created_at", sort="created_at"),
        Column("Owner", "owner", render=tables.owner_avatar),
        Column("City", "city", is_optional=True),
    )


class LeadBoard(LeadSet, RecordBoard):
    stage_field = "status"
    lanes = (
        Lane("new", "New"),
        Lane("qualification", "Qualification"),
        Lane("not_in_target", "Not in Target"),
        Lane("converted", "Converted", True, "By converting."),
    )

    def card(self, record):
        return Card(record.company, subtitle=record.last_name, on=record.revisit_on)


class LeadForm(PartnerModelForm):
    class Meta:
        model = Lead
        fields = ["company", "first_name", "last_name", "email", "source", "power", "job_title", "revisit_on"]


class LeadAdd(RecordAdd):
    model = Lead
    permission = "leads.add_lead"
    form_class = LeadForm


class LeadEdit(RecordEdit):
    model = Lead
    permission = "leads.change_lead"
    form_class = LeadForm


class LeadDetail(RecordDetail):
    model = Lead
    permission = "leads.view_lead"
    details = ("email", "phone", "source", "interested_solutions", "description")

    def get_path(self):
        steps = steps_of(
            [(value, label) for value, label in Status.choices if value != "not_in_target"],
            now=self.record.status,
            automatic=("converted",),
        )
        return PathBar(
            steps,
            self.record.status,
            self.link("move"),
            "qualification" if self.record.status == "new" else "",
            is_editable=self.is_editable,
        )


@service
def move_sample(lead, *, to, seen, by, reason=""):
    """A mover as the leads' own: locked, checked, recorded. Qualification needs the number of users, a reason needs words."""
    lead = Lead.objects.visible_to(by).select_for_update(of=("self",)).get(pk=lead.pk)
    require_editable(lead, by)
    check_fresh(lead.status, seen)
    MOVES.check(lead.status, to)
    if to == Status.QUALIFICATION and lead.total_users is None:
        raise ExitConditionMissing([Missing("new", ("total_users",), "How many users?")])
    if reason == "?":
        raise ValidationError({"reason": "Say it in words."})
    lead.status, lead.not_in_target_reason = to, reason[:40]
    lead.save(update_fields=["status", "not_in_target_reason", "updated_at"])
    record_move(lead, was=seen, to=to, by=Actor.of(by), reason=reason)
    return lead


class LeadMove(StageMove):
    model = Lead
    permission = "leads.change_lead"
    service = staticmethod(move_sample)
    stage_field = "status"
    board = LeadBoard
    fillable = ("total_users",)
    asks = {"not_in_target": ReasonForm}


leads = record_urls(Lead, list=LeadList, board=LeadBoard, add=LeadAdd, detail=LeadDetail, edit=LeadEdit, move=LeadMove)
urlpatterns = [
    path("leads/", include((leads, "leads"))),
    path("auth/", include("partners.auth_urls")),
    path("admin/", admin.site.urls),
    path("", include("partnerportal.core.urls")),
]
