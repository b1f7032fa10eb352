"""One row per business record, for searching over all of them. SQL triggers keep it; nothing in Python writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from partnerportal.core.scoping import NOTHING, PartnerOwned, partner_scope

if TYPE_CHECKING:
    from partners.models import User

# What can be found, in the order of the groups: the label of the model.
KINDS = (
    "accounts.account",
    "accounts.contact",
    "leads.lead",
    "projects.project",
    "quotes.quote",
    "orders.order",
    "cases.case",
    "tasks.task",
)


def view_permission(kind: str) -> str:
    """The permission that opens pages of a kind."""
    app, model = kind.split(".")
    return f"{app}.view_{model}"


class SearchEntry(PartnerOwned):
    """What can be found of a record. `text` is folded: lower case, without accents, telephone numbers as digits."""

    kind = models.CharField(max_length=30)
    object_id = models.PositiveBigIntegerField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    title = models.CharField(max_length=300)
    subtitle = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    is_deleted = models.BooleanField(default=False)

    class Meta:
        ordering = ["kind", "object_id"]
        constraints = [models.UniqueConstraint(fields=["partner", "kind", "object_id"], name="search_entry_once")]
        indexes = [GinIndex(F("partner"), OpClass(F("text"), name="gin_trgm_ops"), name="search_entry_text")]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visibility(cls, user: User) -> Q:
        """Entries of the records that the person may see, of the kinds whose pages are open to her.

        Where a whole partner is visible, its entries are; otherwise each model's own rule decides.
        """
        if not user.is_authenticated or not user.is_active:
            return NOTHING
        kinds = [kind for kind in KINDS if user.has_perm(view_permission(kind))]
        if not user.is_support and not user.sees_only_own_records:
            return partner_scope(user) & Q(is_deleted=False, kind__in=kinds)
        rows = NOTHING
        for kind in kinds:
            rows |= Q(kind=kind, object_id__in=apps.get_model(kind)._default_manager.visible_to(user).values("pk"))  # type: ignore[attr-defined]
        return rows
