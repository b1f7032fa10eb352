# ruff: noqa: S608 - the names in these statements are those of our own tables and columns
"""Counts and sums that are kept while records are written, so that nobody counts a million of them to show a board.

A model of totals names what its records are told apart by and what is added up; its columns are called as theirs:

    class ProjectTotal(Totals):
        of = Project
        stage, currency = …                     # told apart by these, by partner and by owner
        mrr = AddedUp()                         # added up

Its migration ends in `KeepTotals("ProjectTotal", of="Project")`: triggers that add a line for every statement that changes a count
or a sum. Lines are only ever added, so writers never wait for each other; `fold` puts those of the same kind together. Whether it
has run or not, the sum of the lines is what a GROUP BY over the records (but the deleted ones) says. See docs/decisions/0012.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.migrations.operations.base import Operation
from django.db.models import Count, Q, QuerySet, Sum

from partnerportal.core.scoping import PartnerOwned

if TYPE_CHECKING:
    from partners.models import User


class AddedUp(models.DecimalField):
    """The sum of an amount of the records."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**(options | {"max_digits": 30, "decimal_places": 2, "default": Decimal(0)}))


class Totals(PartnerOwned):
    """Lines whose sum is how many records there are, and what they come to. Triggers write them, and `fold` alone takes some away."""

    of: ClassVar[type[PartnerOwned]]

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    number = models.BigIntegerField()

    class Meta:
        abstract = True

    @classmethod
    def visibility(cls, user: User) -> Q:
        """Totals of the partners whose records one sees; where a rep sees only own records, her own."""
        rows = super().visibility(user)
        return rows & Q(owner=user.pk) if user.is_authenticated and user.sees_only_own_records else rows

    @classmethod
    def rows_for(cls, user: User) -> QuerySet[Any]:
        """What `tally` adds up for a person: totals, or the very records where she sees single ones of a partner (own and followed)."""
        model = cls.of if user.sees_only_own_records else cls
        return model._default_manager.visible_to(user)  # type: ignore[attr-defined]

    @classmethod
    def names(cls) -> set[str]:
        """What the records are told apart by."""
        return {field.name for field in cls._meta.concrete_fields if not isinstance(field, AddedUp)} - {"id", "number"}

    @classmethod
    def fold(cls) -> None:
        """Put lines of the same kind together, in one statement: a reader sees them before or after. Two at once take different lines."""
        with connection.cursor() as cursor:
            cursor.execute(Statements.of(cls).fold())


def fold_all() -> None:
    """Fold every model of totals."""
    for model in apps.get_models():
        if issubclass(model, Totals):
            model.fold()


def tally(rows: QuerySet[Any], *, by: Sequence[str], sums: Sequence[str]) -> list[dict[str, Any]]:
    """`count` and the sums of some fields, for each kind of row: of records, or of their totals."""
    count = Sum("number") if issubclass(rows.model, Totals) else Count("pk")
    added = {f"sum_{field}": Sum(field, default=Decimal(0)) for field in sums}
    return list(rows.order_by().values(*by).annotate(count=count, **added).order_by(*by))


def numbers_of(**asked: QuerySet[Any]) -> dict[str, int]:
    """How many rows there are of each, of records or of their totals; one query."""
    statements, values = zip(*map(_number_of, asked.values()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(statements)}", list(chain.from_iterable(values)))
        return dict(zip(asked, cursor.fetchone(), strict=True))


def _number_of(rows: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    """The statement that counts these rows, and its values."""
    column, sign = ("number", "sum(number)") if issubclass(rows.model, Totals) else ("pk", "count(*)")
    try:
        statement, values = rows.order_by().values(column).query.sql_with_params()
    except EmptyResultSet:  # Django knows without asking that there are none.
        return "0", ()
    return f"(SELECT coalesce({sign}, 0)::bigint FROM ({statement}) AS rows)", values


# --- the database's side --------------------------------------------------------------


@dataclass(frozen=True)
class Statements:
    """The SQL of a table of totals: `keys` are the columns that tell records apart, `sums` those that are added up."""

    table: str
    keys: tuple[str, ...]
    sums: tuple[str, ...]

    @classmethod
    def of(cls, model: type[models.Model]) -> Statements:
        """Those of a model, or of its state in a migration."""
        fields = [field for field in model._meta.concrete_fields if field.attname not in ("id", "number")]
        sums = tuple(field.attname for field in fields if isinstance(field, AddedUp))
        return cls(model._meta.db_table, tuple(field.attname for field in fields if field.attname not in sums), sums)

    def add(self, *rows: str) -> str:
        """Write a line for every kind whose number or sums change by these rows."""
        changes = ["sum(number)", *(f"coalesce(sum({name}), 0)" for name in self.sums)]
        return f"""
            INSERT INTO {self.table} ({", ".join([*self.keys, "number", *self.sums])})
            SELECT {", ".join([*self.keys, *changes])} FROM ({" UNION ALL ".join(rows)}) AS found
            GROUP BY {", ".join(self.keys)} HAVING {" OR ".join(f"{change} <> 0" for change in changes)}
        """

    def records(self, source: str, sign: int) -> str:
        """Records as lines: 1 for what came, -1 for what went. Deleted ones do not count."""
        amounts = (f"{sign} * {name} AS {name}" for name in self.sums)
        return f"SELECT {', '.join([*self.keys, f'{sign} AS number', *amounts])} FROM {source} WHERE deleted_at IS NULL"

    def fold(self) -> str:
        """Take away the lines of which there are several of a kind, and write their sum."""
        keys = ", ".join(self.keys)
        several = f"(SELECT {keys} FROM {self.table} GROUP BY {keys} HAVING count(*) > 1) AS several"
        free = f"SELECT id FROM {self.table} AS line JOIN {several} USING ({keys}) FOR UPDATE OF line SKIP LOCKED"
        columns = ", ".join([*self.keys, "number", *self.sums])
        return f"""
            WITH taken AS (DELETE FROM {self.table} WHERE id = ANY (ARRAY({free})) RETURNING {columns})
            {self.add(f"SELECT {columns} FROM taken")}
        """

    def keep(self, source: str) -> str:
        """The triggers on the table of the records, one an event, and the lines of what is there already."""
        former, latter = self.records("former", -1), self.records("latter", 1)
        return (
            self._trigger(source, "insert", "NEW TABLE AS latter", latter)
            + self._trigger(source, "update", "OLD TABLE AS former NEW TABLE AS latter", former, latter)
            + self._trigger(source, "delete", "OLD TABLE AS former", former)
            + self.add(self.records(source, 1))
        )

    def _trigger(self, source: str, event: str, transition: str, *rows: str) -> str:
        name = f"{self.table}_{event}"
        return f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {self.add(*rows)}; RETURN NULL; END $$;
            CREATE TRIGGER {name} AFTER {event} ON {source} REFERENCING {transition} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """

    def leave(self) -> str:
        """Take triggers and lines away."""
        functions = "".join(f"DROP FUNCTION {self.table}_{event}() CASCADE;" for event in ("insert", "update", "delete"))
        return f"{functions} DELETE FROM {self.table};"


class KeepTotals(Operation):
    """In a migration: from now on the database keeps the totals of these records."""

    reversible = True

    def __init__(self, totals: str, of: str) -> None:
        self.totals, self.of = totals, of

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the models."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        source = to_state.apps.get_model(app_label, self.of)._meta.db_table
        schema_editor.execute(Statements.of(to_state.apps.get_model(app_label, self.totals)).keep(source), None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(Statements.of(from_state.apps.get_model(app_label, self.totals)).leave(), None)

    def describe(self) -> str:
        return f"Keep {self.totals} of {self.of}"
