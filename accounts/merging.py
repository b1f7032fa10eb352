"""Make up to three records one, and take it back: for leads, accounts and contacts alike.

Everything that hangs on the others goes to the one that stays: notes, files, followers, tasks, moves, and the rows of every app whose
foreign key names them. A `Merge` keeps what was chosen and moved; undoing puts back what nobody has changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Account, AccountStatus, Contact, Merge
from accounts.services import ACCOUNT_FIELDS, CONTACT_FIELDS
from partnerportal.core import display
from partnerportal.core.actors import service
from partnerportal.core.models import Subject
from partnerportal.core.scoping import PartnerOwned, require_editable
from partners.models import User

MOST = 3


class MergeRefused(Exception):
    """The records cannot be made one, or not be taken apart again. The message is for the person."""


class RecordsGone(MergeRefused):
    """One of the records was merged or deleted between the choice and now."""

    def __init__(self) -> None:
        super().__init__(_("One of these records is not there any more: somebody has merged or deleted it meanwhile."))


@dataclass(frozen=True)
class Undone:
    """What undoing a merge brought: the merge, and in words what it left as it is."""

    merge: Merge
    left: tuple[str, ...]


@service
def merge_accounts(keep: Account, others: Sequence[Account], *, chosen: Mapping[str, int], by: User) -> Merge:
    """Make accounts one. A customer among them makes it a customer. As `merge_records`."""
    customer = next((one.pk for one in (keep, *others) if one.status == AccountStatus.ACTIVE), keep.pk)
    return merge_records(keep, others, fields=(*ACCOUNT_FIELDS, "status"), chosen={**chosen, "status": customer}, by=by)


@service
def merge_contacts(keep: Contact, others: Sequence[Contact], *, chosen: Mapping[str, int], by: User) -> Merge:
    """Make contacts one; it stays at its account. Those of two accounts are refused: their projects would name a person of another account.

    As `merge_records`.
    """
    people = Contact.objects.visible_to(by).filter(pk__in=[keep.pk, *(one.pk for one in others)])
    if refusal := refusal_of([*people]):
        raise MergeRefused(refusal)
    return merge_records(keep, others, fields=CONTACT_FIELDS, chosen=chosen, by=by)


def refusal_of(records: Sequence[Subject]) -> str:
    """Why these records cannot be made one, whoever asks; empty where nothing speaks against it."""
    accounts = {one.account_id for one in records if isinstance(one, Contact)}
    return _("They are at two accounts: merge these first.") if len(accounts) > 1 else ""


def merge_records(
    keep: Subject,
    others: Sequence[Subject],
    *,
    fields: Sequence[str],
    chosen: Mapping[str, int],
    by: User,
    join: Callable[[Any, Sequence[Any]], Iterable[dict[str, Any]]] | None = None,
) -> Merge:
    """Make one record of two or three, in the transaction in hand. `chosen` names for a field whose value it takes: a record's key.

    Everything that hangs on `others` moves; they are deleted softly. What cannot move, since the record that stays has the same, `join`
    makes one before: it gets the locked records, and gives what it wrote (`written`). What stays behind all the same is kept in the merge.
    Locks in the order of keys, so that of two merges at once one waits, and is then refused. Raises MergeRefused, NotYours.
    """
    keys = sorted({keep.pk, *(one.pk for one in others)})
    if not 2 <= len(keys) <= MOST:
        raise MergeRefused(_("Two or three records can be merged."))
    rows = _locked(type(keep), keys, by)
    keep, absorbed = rows[keep.pk], [row for key, row in rows.items() if key != keep.pk]
    values = _choose(keep, rows, fields, chosen)
    joined = list(join(keep, absorbed)) if join else []
    moves = [entry for one in absorbed for entry in _move_all(one, keep)]
    now = timezone.now()
    for one in absorbed:
        one.deleted_at = now
        one._change_reason = _("Merged into %(record)s") % {"record": keep}  # type: ignore[attr-defined]
        one.save(update_fields=["deleted_at", "updated_at"])
    return Merge.objects.create(
        partner_id=keep.partner_id,
        content_type=ContentType.objects.get_for_model(keep),
        object_id=keep.pk,
        title=str(keep)[:200],
        absorbed=[{"pk": one.pk, "name": str(one), "deleted_at": now.isoformat()} for one in absorbed],
        values=values,
        moved=_journal(moves, "pks"),
        joined=joined,
        stayed=_journal(moves, "stayed"),
        by=by,
    )


def _locked(model: type[Subject], keys: Sequence[int], by: User) -> dict[int, Any]:
    rows = model._default_manager.visible_to(by).filter(pk__in=keys).select_related("owner", "partner").order_by("pk")
    found = {row.pk: row for row in rows.select_for_update(of=("self",))}
    if len(found) != len(keys):
        raise RecordsGone
    for row in found.values():
        require_editable(row, by)
    return found


def _choose(keep: Any, rows: Mapping[int, Any], fields: Sequence[str], chosen: Mapping[str, int]) -> list[list[Any]]:
    """Write the chosen values into the record that stays: (field, before, after) of what changed."""
    changed = []
    for name in fields:
        source = rows.get(chosen.get(name, keep.pk), keep)
        before, after = _plain(keep, name), _plain(source, name)
        if before != after:
            setattr(keep, name, getattr(source, name))
            changed.append([name, before, after])
    others = ", ".join(str(row) for key, row in rows.items() if key != keep.pk)
    keep._change_reason = _("Merged with %(others)s") % {"others": others}
    keep.save(update_fields=[*(name for name, _before, _after in changed), "updated_at"])
    return changed


def _plain(record: Any, name: str) -> Any:
    return _as_json(getattr(record, name))


def _as_json(value: Any) -> Any:
    """A value as JSON keeps it."""
    if value is None or isinstance(value, bool | int | list):
        return value
    return str(value)


def _move_all(source: Subject, target: Subject) -> Iterator[dict[str, Any]]:
    """Hand over what hangs on a record, kind by kind: what moved and what could not, for the journal."""
    for model, link in links_to(type(source)):
        rows = rows_on(model, link, source).order_by("pk").select_for_update(of=("self",))
        went: dict[bool, list[str]] = {True: [], False: []}
        for row in rows:
            went[_point(row, link, target.pk)].append(str(row.pk))
        yield {"kind": model._meta.label_lower, "link": link, "pks": went[True], "stayed": went[False], "from": source.pk}


def _journal(moves: Iterable[dict[str, Any]], which: str) -> list[dict[str, Any]]:
    return [{**{name: entry[name] for name in ("kind", "link", "from")}, "pks": entry[which]} for entry in moves if entry[which]]


def written(row: models.Model, name: str, *, before: Any) -> dict[str, Any]:
    """What joining wrote in a row that hangs on a record, for the journal: a value, or the keys that a relation to many got."""
    entry = {"kind": row._meta.label_lower, "pk": str(row.pk), "field": name}
    if row._meta.get_field(name).many_to_many:
        return entry | {"added": [key for key in getattr(row, name).values_list("pk", flat=True) if key not in before]}
    return entry | {"before": _as_json(before), "after": _plain(row, name)}


def links_to(kind: type[Subject]) -> Iterator[tuple[type[models.Model], str]]:
    """Every foreign key to this kind of record, and every generic link, in a fixed order; histories stay with their record."""
    foreign = (link for link in kind._meta.get_fields(include_hidden=True) if (link.one_to_many or link.one_to_one) and link.auto_created)
    direct: list[tuple[Any, str]] = [
        (link.related_model, link.field.attname)  # type: ignore[union-attr]
        for link in foreign
        if isinstance(link.related_model, type) and issubclass(link.related_model, PartnerOwned)
    ]
    generic = [
        (model, "object_id")
        for model in apps.get_models()
        if issubclass(model, PartnerOwned)
        and model is not Merge
        and {"content_type", "object_id"} <= {field.name for field in model._meta.concrete_fields}
    ]
    yield from sorted([*direct, *generic], key=lambda pair: (pair[0]._meta.label_lower, pair[1]))


def rows_on(model: Any, link: str, of: Subject) -> Any:
    """The rows of a kind that hang on a record by one link, deleted ones too."""
    wanted: dict[str, Any] = {link: of.pk}
    if link == "object_id":
        wanted["content_type"] = ContentType.objects.get_for_model(of)
    return model._default_manager.for_partner(of.partner_id).filter(**wanted)


def _point(row: Any, link: str, key: int) -> bool:
    """Let a row hang on another record. False where it is there already, such as a person who follows both.

    Raises MergeRefused for what the other record cannot take besides its own, such as a second open change order of an account.
    """
    setattr(row, link, key)
    names = {field.name for field in row._meta.concrete_fields}
    try:
        with transaction.atomic():
            row.save(update_fields=[link, *({"updated_at"} & names)])
    except IntegrityError:
        return False
    except ValidationError as error:
        words = {"record": row, "reason": " ".join(error.messages)}
        raise MergeRefused(_("“%(record)s” cannot come along: %(reason)s") % words) from error
    return True


@service
def undo_merge(merge: Merge, *, by: User) -> Undone:
    """Take a merge back within 30 days: the others return, with their values and what came from them, but for what was changed since.

    Raises MergeRefused, and NotYours for one who may not change the record that stayed.
    """
    merge = Merge.objects.visible_to(by).select_for_update(of=("self",)).get(pk=merge.pk)
    if not merge.may_be_undone(timezone.now()):
        raise MergeRefused(_("This merge cannot be undone any more."))
    model: Any = merge.content_type.model_class()
    keys = sorted([merge.object_id, *(one["pk"] for one in merge.absorbed)])
    rows = {
        row.pk: row
        for row in model._default_manager.for_partner(merge.partner_id).filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    }
    keep = rows[merge.object_id]
    if keep.deleted_at is not None:
        raise MergeRefused(_why_gone(keep, by))
    require_editable(keep, by)
    torn = _torn(merge, keys)
    behind = [*_put_back_rows(merge), *_part(merge)]  # First: what a record computes from its rows, it computes when it is saved.
    _require_whole(_torn(merge, keys), torn)
    left = [*_restore(rows, merge, keep), *_put_back_values(keep, merge), *behind]
    merge.undone_at, merge.undone_by = timezone.now(), by
    merge.save(update_fields=["undone_at", "undone_by"])
    return Undone(merge, tuple(left))


def _why_gone(keep: Subject, by: User) -> str:
    """What is to be done first where the record that stayed is gone itself."""
    other = kept_of(type(keep), keep.pk, by)
    if other is not None:
        return _("%(record)s went into %(other)s meanwhile: undo that merge first.") % {"record": keep, "other": other}
    return _("%(record)s was deleted meanwhile; restore it first.") % {"record": keep}


def _restore(rows: Mapping[int, Any], merge: Merge, keep: Subject) -> Iterator[str]:
    for one in merge.absorbed:
        row = rows.get(one["pk"])
        if row is None or row.deleted_at is None or row.deleted_at.isoformat() != one["deleted_at"]:
            yield _("%(record)s was restored or deleted on its own.") % {"record": one["name"]}
            continue
        row.deleted_at = None
        row._change_reason = _("Taken out of %(record)s again") % {"record": keep}
        row.save(update_fields=["deleted_at", "updated_at"])


def _put_back_values(keep: Any, merge: Merge) -> Iterator[str]:
    restored = []
    for name, before, after in merge.values:
        field = keep._meta.get_field(name)
        if _plain(keep, name) != after:
            yield _("%(field)s was changed since.") % {"field": str(field.verbose_name).capitalize()}
            continue
        setattr(keep, name, _from_json(field, before))
        restored.append(name)
    keep._change_reason = _("Merge undone")
    keep.save(update_fields=[*restored, "updated_at"])


def _from_json(field: Any, value: Any) -> Any:
    return field.to_python(value) if value is not None else None


def _put_back_rows(merge: Merge) -> Iterator[str]:
    for entry in merge.moved:
        model: Any = apps.get_model(entry["kind"])
        rows = model._default_manager.for_partner(merge.partner_id).filter(pk__in=entry["pks"], **{entry["link"]: merge.object_id})
        if entry["link"] == "object_id":
            rows = rows.filter(content_type=merge.content_type)
        back = sum(_point(row, entry["link"], entry["from"]) for row in rows.order_by("pk").select_for_update(of=("self",)))
        if back < len(entry["pks"]):
            yield _gone(model, len(entry["pks"]) - back)


def _gone(model: type[models.Model], count: int) -> str:
    return _("%(count)s of %(kind)s hang on something else by now, or are gone.") % {"count": count, "kind": display.kinds(model)}


def _part(merge: Merge) -> Iterator[str]:
    """Take out again what joining wrote into rows that hang on the record that stays."""
    for entry in merge.joined:
        model: Any = apps.get_model(entry["kind"])
        row = model._default_manager.for_partner(merge.partner_id).select_for_update(of=("self",)).filter(pk=entry["pk"]).first()
        name = entry["field"]
        if row is None:
            yield _gone(model, 1)
        elif "added" in entry:
            getattr(row, name).remove(*entry["added"])
        elif _plain(row, name) != entry["after"]:
            yield _("“%(record)s” (%(kind)s) was changed since.") % {"record": row, "kind": display.kind(model)}
        else:
            setattr(row, name, _from_json(row._meta.get_field(name), entry["before"]))
            row.save(update_fields=[name])


def _torn(merge: Merge, keys: Sequence[int]) -> dict[str, Any]:
    """Records of these accounts that name a person of another account."""
    if merge.content_type.model_class() is not Account:
        return {}
    kinds = [
        one
        for one in apps.get_models()
        if issubclass(one, Subject) and {"account", "contact"} <= {field.name for field in one._meta.fields}
    ]
    found = {}
    for kind in kinds:
        rows = kind._default_manager.for_partner(merge.partner_id).filter(deleted_at=None, account__in=keys, contact__isnull=False)
        for row in rows.exclude(contact__account=models.F("account")).select_related("contact"):
            found[f"{kind._meta.label_lower}:{row.pk}"] = row
    return found


def _require_whole(after: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Raise MergeRefused where undoing a merge of accounts parts a record from its person: she was chosen or merged since."""
    for key, row in after.items():
        if key not in before:
            sentence = _(
                "%(record)s names %(person)s, who would be at another account: choose somebody else there, or undo that merge of contacts."
            )
            raise MergeRefused(sentence % {"record": row, "person": row.contact})


def hanging_on(record: Subject) -> set[str]:
    """All that hangs on a record, as "kind:key"; one query."""
    text = models.TextField()
    keys = [
        rows_on(model, link, record)
        .order_by()
        .annotate(hanging=Concat(models.Value(f"{model._meta.label_lower}:"), Cast("pk", text), output_field=text))
        .values_list("hanging", flat=True)
        for model, link in links_to(type(record))
    ]
    return set(keys[0].union(*keys[1:]))


# Names of models are not marked by themselves: these are what may stay with a record that goes into another.
STAYING = {
    gettext_noop("follow"): gettext_noop("follows"),
    gettext_noop("mute"): gettext_noop("mutes"),
    gettext_noop("qualification answer"): gettext_noop("qualification answers"),
    gettext_noop("project contact"): gettext_noop("project contacts"),
}


def stayed_behind(merge: Merge) -> Iterator[tuple[str, str, str]]:
    """What could not come along: what sort of thing, its words, and with which record it stayed. The merge was read in scope."""
    names = {one["pk"]: one["name"] for one in merge.absorbed}
    for entry in merge.stayed:
        model: Any = apps.get_model(entry["kind"])
        for row in model._default_manager.for_partner(merge.partner_id).filter(pk__in=entry["pks"]):
            yield display.kind(model), str(getattr(row, "user", row)), names.get(entry["from"], "")


def kept_of(model: type[Subject], key: int, by: User) -> Subject | None:
    """The record that another went into, through merges of merges, as far as the person may see it: for old notices and bookmarks."""
    kind, found = ContentType.objects.get_for_model(model), None
    seen: set[int] = set()
    while key not in seen:
        seen.add(key)
        merge = Merge.objects.visible_to(by).filter(content_type=kind, undone_at=None, absorbed__contains=[{"pk": key}]).first()
        if merge is None:
            break
        key = merge.object_id
        found = model._default_manager.visible_to(by).filter(pk=key).first()
    return found


def merges_into(record: Subject) -> Any:
    """The merges that made others one with a record that is in hand, and that nobody has taken back."""
    kind = ContentType.objects.get_for_model(record)
    return Merge.objects.for_partner(record.partner_id).filter(content_type=kind, object_id=record.pk, undone_at=None)


def merges_of(record: Subject, by: User) -> Any:
    """The merges that a record came out of, the last one first."""
    kind = ContentType.objects.get_for_model(record)
    return Merge.objects.visible_to(by).filter(content_type=kind, object_id=record.pk).select_related("by")
