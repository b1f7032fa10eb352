"""One row per business record, for searching over all of them. SQL triggers keep it; nothing in Python writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

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
NOTE = "core.note"  # Found where the record that it stands on may be seen; its hit leads there.


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
    on_kind = models.CharField(max_length=30, db_default="")  # Of a note: kind and key of the record that it stands on.
    on_id = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["kind", "object_id"]
        constraints = [models.UniqueConstraint(fields=["partner", "kind", "object_id"], name="search_entry_once")]
        indexes = [GinIndex(F("partner"), OpClass(F("text"), name="gin_trgm_ops"), name="search_entry_text")]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visibility(cls, user: User) -> Q:
        """Entries of the records that the person may see, of the kinds whose pages are open to her.

        Where a whole partner is visible, its entries are; otherwise each model's own rule decides. A note is found by the rule of
        the record that it stands on.
        """
        if not user.is_authenticated or not user.is_active:
            return NOTHING
        kinds = [kind for kind in KINDS if user.has_perm(view_permission(kind))]
        if not user.is_support and not user.sees_only_own_records:
            notes = Q(kind=NOTE, on_kind__in=kinds) & Q(Exists(cls.of_the_record().filter(is_deleted=False)))
            return partner_scope(user) & Q(is_deleted=False) & (Q(kind__in=kinds) | notes)
        rows = NOTHING
        for kind in kinds:
            seen = apps.get_model(kind)._default_manager.visible_to(user).values("pk")  # type: ignore[attr-defined]
            rows |= Q(kind=kind, object_id__in=seen) | Q(kind=NOTE, is_deleted=False, on_kind=kind, on_id__in=seen)
        return rows

    @classmethod
    def of_the_record(cls) -> models.QuerySet[SearchEntry]:
        """Within a query of entries: the entry of the record that a note stands on."""
        return cls._base_manager.filter(partner=OuterRef("partner"), kind=OuterRef("on_kind"), object_id=OuterRef("on_id"))
