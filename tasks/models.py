"""A person's to-do, on any record or on none."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from partnerportal.core.addresses import address_of
from partnerportal.core.history import tracked
from partnerportal.core.models import Note, Subject
from partnerportal.core.scoping import NOTHING, PartnerManager, PartnerQuerySet
from partners.models import Partner

if TYPE_CHECKING:
    from partners.models import User


class Status(models.TextChoices):
    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting")
    DEFERRED = "deferred", _("Deferred")
    COMPLETED = "completed", _("Completed")


class Priority(models.TextChoices):
    HIGH = "high", _("High")
    NORMAL = "normal", _("Normal")
    LOW = "low", _("Low")


class Kind(models.TextChoices):
    TASK = "task", _("Task")
    CALL = "call", _("Call")
    EMAIL = "email", _("E-mail")


class Direction(models.TextChoices):
    OUT = "out", _("I called")
    IN = "in", _("I was called")


class Outcome(models.TextChoices):
    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    MESSAGE = "message", _("Left a message")
    CALL_BACK = "call_back", _("Will call back")
    WRONG_NUMBER = "wrong_number", _("Wrong number")


class TaskQuerySet(PartnerQuerySet):
    def open(self) -> TaskQuerySet:
        """All but completed."""
        return self.exclude(status=Status.COMPLETED)

    def overdue(self, on: date) -> TaskQuerySet:
        """Open and due before `on`."""
        return self.open().filter(due_on__lt=on)

    def to_remind(self, first: date, last: date) -> TaskQuerySet:
        """Open tasks that are due on one of these days, and whose doer can sign in and has not been told of that day."""
        due = self.open().filter(due_on__range=(first, last), deleted_at=None)
        return due.filter(assigned_to__is_active=True, partner__status=Partner.Status.ACTIVE).exclude(due_told_on=F("due_on"))


class Task(Subject):
    """Something somebody is to do. `owner` gave it, `assigned_to` does it; both may change it.

    A call that has been made is a completed task with direction, outcome and minutes.
    """

    subject = models.CharField(_("subject"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.TASK)
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("assigned to"))
    due_on = models.DateField(_("due date"), null=True, blank=True)
    due_told_on = models.DateField(null=True, blank=True, editable=False)  # The due date that who does it was reminded of.
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.NOT_STARTED)
    priority = models.CharField(_("priority"), max_length=6, choices=Priority.choices, default=Priority.NORMAL)
    comments = models.TextField(_("comments"), blank=True, max_length=10_000)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True, editable=False)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices, blank=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True, editable=False)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True, editable=False)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, null=True, blank=True, related_name="+", editable=False)
    object_id = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    related = GenericForeignKey("content_type", "object_id")
    history = tracked(excluded_fields=["due_told_on"])

    objects = PartnerManager.from_queryset(TaskQuerySet)()  # type: ignore[misc]

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["content_type", "object_id", "due_on"], name="task_of_record"),
            models.Index(fields=["partner", "due_on"], name="task_of_day"),
            models.Index(fields=["partner", "assigned_to", "due_on"], condition=~Q(status="completed"), name="task_open_of_person"),
            # What the reminders look for, of every partner.
            models.Index(fields=["due_on"], condition=~Q(status="completed") & Q(due_on__isnull=False), name="task_to_remind"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="task_status_known"),
            models.CheckConstraint(condition=Q(completed_at__isnull=True) | Q(status="completed"), name="task_completed_at_when_completed"),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return address_of("tasks:detail", self.pk)

    @classmethod
    def personal(cls, user: User) -> Q:
        """Tasks given, received or followed."""
        return super().personal(user) | Q(assigned_to=user.pk)

    @classmethod
    def editability(cls, user: User) -> Q:
        """Who gave it, who does it, and the company's managers."""
        if not user.is_authenticated or not user.partner_id:
            return NOTHING
        return Q() if user.manages_company else Q(owner=user.pk) | Q(assigned_to=user.pk)


def quiet_since(model: type[Taskable], moment: datetime) -> Q:
    """The records of a model on which nobody has done anything since: no change, no note, no task or call."""
    on_it = {"content_type": ContentType.objects.get_for_model(model), "object_id": OuterRef("pk")}
    noted = Note.objects.across_partners(reason="tied to the record's own row").filter(**on_it, updated_at__gte=moment)
    worked = Task.objects.across_partners(reason="tied to the record's own row").filter(**on_it, updated_at__gte=moment)
    return Q(~Exists(noted), ~Exists(worked), updated_at__lt=moment)


class Taskable(Subject):
    """A record that tasks can be about: reverse link, and visible to whoever was given a task on it."""

    tasks = GenericRelation(Task)

    class Meta:
        abstract = True

    @classmethod
    def personal(cls, user: User) -> Q:
        """Own, followed and task-assigned records."""
        assigned = Task.objects.visible_to(user).filter(
            assigned_to=user, content_type__app_label=cls._meta.app_label, content_type__model=cls._meta.model_name
        )
        return super().personal(user) | Q(pk__in=assigned.values("object_id"))
