"""A business record: owned by a person of one partner, deleted softly, open for notes, files, followers and stage moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerportal.core.models.attached import Follow
from partnerportal.core.scoping import NOTHING, PartnerOwned, partner_scope

if TYPE_CHECKING:
    from partners.models import User


class Subject(PartnerOwned):
    """What leads, accounts, contacts, projects, quotes, orders, cases and tasks have in common."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=gettext_lazy("owner"))
    created_at = models.DateTimeField(gettext_lazy("created"), auto_now_add=True)
    updated_at = models.DateTimeField(gettext_lazy("changed"), auto_now=True)
    deleted_at = models.DateTimeField(gettext_lazy("deleted"), null=True, blank=True, editable=False)

    notes = GenericRelation("core.Note")
    attachments = GenericRelation("core.Attachment")
    followers = GenericRelation("core.Follow")
    mutes = GenericRelation("core.Mute")
    stage_moves = GenericRelation("core.StageMove")

    # Fields of which followers hear when they change; stage and status are told by their movers, with the reason.
    heard: ClassVar[tuple[str, ...]] = ("owner",)
    # The related name of answers to questions, whose changes stand among those of the record: rows with `question` and `text`, tracked.
    answered: ClassVar[str] = ""

    class Meta:
        abstract = True

    def lock_above(self) -> None:
        """Lock what every change of this record locks before the record; nothing for most. In one order no two wait for each other."""

    @classmethod
    def visibility(cls, user: User) -> Q:
        """Records of the partners one has to do with; where the partner says so, a rep sees only own and followed ones."""
        return cls.scope(user) & Q(deleted_at__isnull=True)

    @classmethod
    def scope(cls, user: User) -> Q:
        """`visibility` with the deleted ones: what a person could restore lies within it."""
        rows = partner_scope(user)
        if user.is_authenticated and user.sees_only_own_records:
            rows &= cls.personal(user)
        return rows

    @classmethod
    def personal(cls, user: User) -> Q:
        """What a rep of an `owner`-visibility partner has to do with: owned and followed records."""
        followed = Follow.objects.visible_to(user).filter(
            user=user, content_type__app_label=cls._meta.app_label, content_type__model=cls._meta.model_name
        )
        return Q(owner=user.pk) | Q(pk__in=followed.values("object_id"))

    @classmethod
    def editability(cls, user: User) -> Q:
        """A rep changes what she owns; manager and partner admin change every record of the company."""
        if not user.is_authenticated or not user.partner_id:
            return NOTHING
        return Q() if user.manages_company else Q(owner=user.pk)

    @property
    def named_people(self) -> frozenset[int]:
        """The vendor's people whom the record names to everybody who sees it."""
        return frozenset()

    def who_may_change(self) -> str:
        """A sentence for a person who may see this record but not change it."""
        return _("Only %(owner)s and the managers of %(partner)s may change this.") % {
            "owner": self.owner.get_full_name(),
            "partner": self.partner.name,
        }
