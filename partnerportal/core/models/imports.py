"""A table that a person brought, its lines, and what the person said about its columns."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partnerportal.core.scoping import NOTHING, PartnerOwned

if TYPE_CHECKING:
    from partners.models import User


def stored_table(batch: DataImport, filename: str) -> str:
    """Where the file lies: a random name, below its partner."""
    return f"{batch.partner_id}/{uuid.uuid4().hex}"


class DataImport(PartnerOwned):
    """One file from its upload to its end. It belongs to the person who brought it; what it wrote, managers see and take back, too."""

    class State(models.TextChoices):
        MAPPING = "mapping", _("columns to be named")
        READING = "reading", _("being read")
        CHECKING = "checking", _("being rehearsed")
        CHECKED = "checked", _("rehearsed")
        RUNNING = "running", _("being imported")
        DONE = "done", _("imported")
        STOPPED = "stopped", _("stopped")
        SETTLING = "settling", _("being decided")
        REVERTING = "reverting", _("being taken back")
        REVERTED = "reverted", _("taken back")

    class Policy(models.TextChoices):
        SKIP = "skip", _("Skip it")
        FILL = "fill", _("Fill the blank fields of the record that is there")
        REPLACE = "replace", _("Update it: what the file says replaces what is there")
        CREATE = "create", _("Create it all the same")

    AT_WORK = (State.READING, State.CHECKING, State.RUNNING, State.SETTLING, State.REVERTING)
    WRITTEN = (State.RUNNING, State.DONE, State.STOPPED, State.SETTLING, State.REVERTING, State.REVERTED)
    WRITES = (Policy.FILL, Policy.REPLACE)  # Into a record that is there.

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    kind = models.CharField(max_length=40, editable=False)
    file = models.FileField(_("file"), upload_to=stored_table, max_length=200)
    name = models.CharField(_("name"), max_length=200)
    sheets = models.JSONField(default=list)
    sheet = models.CharField(max_length=200, blank=True)
    headings = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    mapping = models.JSONField(default=dict, help_text=_("Field by number of the column."))
    # By the number of a column: how many of its dates can only have the day first, how many only the month.
    date_counts = models.JSONField(default=dict, db_default={}, editable=False)
    constants = models.JSONField(default=dict, help_text=_("Values where a line says nothing."))
    policy = models.CharField(max_length=10, choices=Policy.choices, default=Policy.SKIP)
    found_by = models.CharField(max_length=40, blank=True)  # The field by which a line is found again; blank: as duplicates are.
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAPPING)
    problem = models.CharField(max_length=500, blank=True)
    decision = models.CharField(max_length=6, blank=True)  # Theirs or mine, for all lines that wait.
    total = models.PositiveIntegerField(default=0)
    handled = models.PositiveIntegerField(default=0)
    part = models.PositiveIntegerField(default=0, help_text=_("Counts the parts of the work, so that none is promised twice."))
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    is_again = models.BooleanField(default=False, editable=False)  # Of a rehearsal: lines are planned anew among others that stay.
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["owner", "kind", "-created_at"], name="import_of_person")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(f"{self.kind}:import_batch", args=[self.pk])

    @classmethod
    def visibility(cls, user: User) -> Q:
        """The own ones; for managers those of the company, too, from the moment that they write."""
        if not user.is_authenticated or not user.is_active or not user.partner_id:
            return NOTHING
        own = Q(owner=user.pk, partner=user.partner_id)
        return own | Q(partner=user.partner_id, state__in=cls.WRITTEN) if user.manages_company else own

    @property
    def doer(self) -> User:
        """Whose rights and language the work in hand has."""
        is_back = self.state in (self.State.REVERTING, self.State.REVERTED)
        return self.taken_back_by if is_back and self.taken_back_by else self.owner

    @property
    def is_at_work(self) -> bool:
        """Whether the worker has something to do with it."""
        return self.state in self.AT_WORK


class ImportRow(PartnerOwned):
    """One line of the file: what it holds, what becomes of it, and what was written, for the way back."""

    class Step(models.TextChoices):
        WAITING = "waiting", _("to be rehearsed")
        CHECKED = "checked", _("rehearsed")
        DONE = "done", _("done")
        OVER = "over", _("taken back")

    class Result(models.TextChoices):
        CREATE = "create", _("new")
        UPDATE = "update", _("updates a record")
        CLASH = "clash", _("waits for a decision")
        DUPLICATE = "duplicate", _("duplicate")
        SKIP = "skip", _("nothing to do")
        ERROR = "error", _("error")
        BACK = "back", _("taken back")
        LEFT = "left", _("left as it is")

    batch = models.ForeignKey(DataImport, on_delete=models.CASCADE, related_name="rows", editable=False)
    number = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    step = models.CharField(max_length=10, choices=Step.choices, default=Step.WAITING)
    result = models.CharField(max_length=10, choices=Result.choices, blank=True)
    errors = models.JSONField(default=list, help_text=_("Column and sentence."))
    note = models.CharField(max_length=600, blank=True)
    facts = models.JSONField(default=dict)  # What lines of one file are compared by.
    like_line = models.PositiveIntegerField(null=True, blank=True, help_text=_("The earlier line of the file that means the same."))
    like_url = models.CharField(max_length=300, blank=True, help_text=_("The record that means the same."))
    object_id = models.PositiveBigIntegerField(null=True, blank=True)
    was = models.JSONField(default=dict)
    now = models.JSONField(default=dict)  # After a rehearsal: what lines would fill into the record of this one.
    planned = models.JSONField(default=dict)  # What the line writes into a record that is there: by field what was, and what becomes.
    clash = models.JSONField(default=dict)  # Fields that somebody changed since the rehearsal: was, theirs, mine, who and when.
    is_another = models.BooleanField(default=False, db_default=False)  # A person says that it is none of what it is like.
    anew = 0  # Later lines that were planned anew with it; of a line that was just put right.

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["batch", "step", "number"], name="import_row_by_step"),
            models.Index(fields=["batch", "result", "number"], name="import_row_by_result"),
            models.Index(fields=["batch", "object_id"], condition=Q(object_id__isnull=False), name="import_row_by_record"),
        ]
        constraints = [models.UniqueConstraint(fields=["partner", "batch", "number"], name="one_import_row_a_line")]

    def __str__(self) -> str:
        return f"{self.number}: {self.result or self.step}"


class ImportMark(models.Model):
    """A word that a line which becomes or completes a record is found by from other lines, as a number."""

    batch = models.ForeignKey(DataImport, on_delete=models.CASCADE, related_name="marks", db_index=False)
    mark = models.BigIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["batch", "mark", "number"], name="import_mark_by_word")]

    def __str__(self) -> str:
        return f"{self.number}: {self.mark}"


class ImportMemory(models.Model):
    """What a person said about columns of an object's tables: headings and their fields, and the values where nothing is said."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    columns = models.JSONField(default=dict)
    constants = models.JSONField(default=dict)
    policy = models.CharField(max_length=10, choices=DataImport.Policy.choices, default=DataImport.Policy.SKIP)
    found_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_import_memory_a_kind")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind}"
