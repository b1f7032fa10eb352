"""Further people of the customer on a project, and what a conversion made."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from leads.models import Lead
from partnerportal.core.history import tracked
from partnerportal.core.scoping import PartnerOwned
from projects.models.project import Project


class ProjectContact(PartnerOwned):
    """A further person of the customer on a project, with the role there. The primary contact is a field of the project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="project_contacts")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="project_contacts", verbose_name=_("contact"))
    role = models.CharField(_("role"), max_length=40, blank=True)
    history = tracked()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "project", "contact"], name="project_contact_once")]

    def __str__(self) -> str:
        return str(self.contact)


class Conversion(PartnerOwned):
    """What converting a lead made and filled, for undoing it while nobody has worked on it. Written by the services alone."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    was_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", null=True)
    made = models.JSONField(help_text=_("What is new: account, contact, project; with the changes and rows that it began with."))
    filled = models.JSONField(help_text=_("Fields that were empty: of what, which, and with what."))
    carried = models.JSONField(default=dict)  # What went from the lead to the project: kind → keys.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["partner", "lead"], condition=Q(undone_at=None), name="conversion_once")]

    def __str__(self) -> str:
        return str(self.lead)
