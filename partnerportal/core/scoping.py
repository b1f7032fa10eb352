"""Tenancy that cannot be forgotten: a partner-owned queryset that nobody scoped refuses to be evaluated.

    Lead.objects.visible_to(user)                      a person asks
    Lead.objects.searched_by(user)                     a person looks something up among very many
    Lead.objects.editable_by(user)                     a person wants to change
    Lead.objects.for_partner(partner)                  a job or service works for one partner
    Lead.objects.across_partners(reason="…")           said out loud, easy to find
    Lead.objects.count()                               raises UnscopedQuery

Reverse relations of an object in hand (`account.contacts.all()`, prefetches, generic relations) are let
through, since the parent was read in scope and a child has its parent's partner.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Func, Q, Value
from django.utils.encoding import force_str
from django.utils.hashable import make_hashable
from django.utils.translation import get_language

if TYPE_CHECKING:
    from partners.models import Partner, User

NOTHING = Q(pk__in=())


class UnscopedQuery(RuntimeError):
    """A partner-owned queryset was read or written before anybody said whose rows it may touch."""


class NotYours(Exception):
    """The record may be seen but not changed. `who_may` is a sentence for the person."""

    def __init__(self, who_may: str) -> None:
        super().__init__(who_may)
        self.who_may = who_may


def _guarded(name: str) -> Callable[..., Any]:
    inherited = getattr(models.QuerySet, name)

    @wraps(inherited)
    def method(self: PartnerQuerySet, *args: Any, **kwargs: Any) -> Any:
        self._require_scope()
        return inherited(self, *args, **kwargs)

    return method


class PartnerQuerySet(models.QuerySet):
    """A queryset over rows of partners. See the module's docstring for the ways in."""

    _scope: str | None = None

    def visible_to(self, user: User) -> Self:
        """The rows that this person may see: `visibility` of the model."""
        return self._scoped("visible_to").filter(self.model.visibility(user))  # type: ignore[attr-defined]

    def searched_by(self, user: User) -> Self:
        """`visible_to`, to look something up in a big table by an index that begins with the partner: see `WhicheverPartner`."""
        return self._scoped("visible_to").filter(_at_run_time(self.model.visibility(user)))  # type: ignore[attr-defined]

    def editable_by(self, user: User) -> Self:
        """The rows that this person may change: visible, and `editability` of the model."""
        return self._scoped("editable_by").filter(self.model.visibility(user), self.model.editability(user))  # type: ignore[attr-defined]

    def for_partner(self, partner: Partner | WhicheverPartner | int) -> Self:
        """All rows of one partner, deleted ones too; for services and jobs, never for a person's request.

        `WhicheverPartner(key)` is for looking something up, as `searched_by` does for a person.
        """
        return self._scoped("for_partner").filter(partner=partner)

    def across_partners(self, *, reason: str) -> Self:
        """Rows of every partner. The reason stands in the code for whoever looks for leaks."""
        if not reason:
            raise ValueError("Say why rows of several partners are read.")
        return self._scoped(reason)

    def _scoped(self, scope: str) -> Self:
        clone = self._chain()  # type: ignore[attr-defined]
        clone._scope = scope
        return clone

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._scope = self._scope
        return clone

    def _require_scope(self) -> None:
        if self._scope is None:
            raise UnscopedQuery(f"{self.model.__name__}: use visible_to, searched_by, editable_by, for_partner or across_partners")

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._require_scope()
        super()._fetch_all()

    count = _guarded("count")
    exists = _guarded("exists")
    aggregate = _guarded("aggregate")
    update = _guarded("update")
    delete = _guarded("delete")
    iterator = _guarded("iterator")
    aiterator = _guarded("aiterator")
    explain = _guarded("explain")
    contains = _guarded("contains")
    raw = _guarded("raw")
    _raw_delete = _guarded("_raw_delete")
    # Django marks these three; keep the marks, so that managers treat them alike.
    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]
    _raw_delete.queryset_only = True  # type: ignore[attr-defined]


_is_checking_uniqueness: ContextVar[bool] = ContextVar("is_checking_uniqueness", default=False)


@contextmanager
def checking_uniqueness() -> Iterator[None]:
    """Let Django's own uniqueness checks read through the default manager; nothing else runs inside."""
    token = _is_checking_uniqueness.set(True)
    try:
        yield
    finally:
        _is_checking_uniqueness.reset(token)


class PartnerManager(models.Manager.from_queryset(PartnerQuerySet)):  # type: ignore[misc]
    """The default manager of partner-owned models. As a related manager it is scoped by its instance."""

    def get_queryset(self) -> PartnerQuerySet:
        rows = super().get_queryset()
        if getattr(self, "instance", None) is not None:
            return rows._scoped("relation")
        return rows._scoped("uniqueness check") if _is_checking_uniqueness.get() else rows


class WhicheverPartner(Func):
    """A partner's key that PostgreSQL learns when it runs: for reading big tables by an index that begins with the partner.

    When it plans, it then thinks of a partner of the usual size. Of one that is new to its statistics it would expect a single row
    and, whatever is looked for, read all of them; and an index of trigrams knows the key by its own type only.
    """

    template = "(SELECT %(expressions)s::bigint)"
    output_field = models.BigIntegerField()

    def __init__(self, key: int) -> None:
        super().__init__(Value(key))


def _at_run_time(rows: Q) -> Q:
    """The same rows, with a partner's key that is not known when the query is planned."""
    children: list[Any] = []
    for child in rows.children:
        if isinstance(child, Q):
            child = _at_run_time(child)  # noqa: PLW2901 (what it becomes)
        elif isinstance(child, tuple) and child[0] == "partner":
            child = ("partner", WhicheverPartner(child[1]))  # noqa: PLW2901
        children.append(child)
    return Q.create(children, connector=rows.connector, negated=rows.negated)


def partner_scope(user: User) -> Q:
    """Rows of the partners that this person has to do with: the own one, the portfolio, or all."""
    if not user.is_authenticated or not user.is_active:
        return NOTHING
    if user.partner_id:
        return Q(partner=user.partner_id)
    if user.is_vendor_admin:
        return Q()
    if user.is_account_manager:
        return Q(partner__account_manager=user.pk)
    return NOTHING


@cache
def _words_of(field: models.Field, language: str | None) -> dict[Any, Any]:
    return dict(make_hashable(field.flatchoices))


class PartnerOwned(models.Model):
    """A row that belongs to one partner. A child has its parent's partner; services copy it."""

    partner = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, related_name="+", editable=False)

    objects = PartnerManager()

    class Meta:
        abstract = True

    @classmethod
    def visibility(cls, user: User) -> Q:
        """Which rows a person may see."""
        return partner_scope(user)

    @classmethod
    def editability(cls, user: User) -> Q:
        """Which of the visible rows a person may change. Vendor users work in the admin, not in the portal's pages."""
        return Q(partner=user.partner_id) if user.partner_id and user.is_active else NOTHING

    # Django makes the table of a field's words anew for every value that is shown.
    def _get_FIELD_display(self, field: models.Field) -> Any:  # noqa: N802 (the name is Django's)
        value = getattr(self, field.attname)
        return force_str(_words_of(field, get_language()).get(make_hashable(value), value), strings_only=True)

    # Uniqueness is the database's business, over all partners; the message must not tell of another's row, so every
    # unique constraint of a partner-owned model begins with `partner`.
    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        with checking_uniqueness():
            super().validate_unique(exclude=exclude)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        with checking_uniqueness():
            super().validate_constraints(exclude=exclude)


def require_editable(record: PartnerOwned, by: User) -> None:
    """Raise NotYours, with a sentence that says who may, unless `by` may change this record."""
    if not type(record)._default_manager.editable_by(by).filter(pk=record.pk).exists():
        raise NotYours(record.who_may_change())  # type: ignore[attr-defined]
