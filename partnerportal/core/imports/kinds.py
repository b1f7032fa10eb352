"""What can be imported: an object's forms, services and what finds its duplicates, declared in its app's `imports.py`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import translation
from django.utils.module_loading import autodiscover_modules

from partnerportal.core import display
from partnerportal.core.edits import open_fields
from partnerportal.core.imports.values import LANGUAGES, plain
from partnerportal.core.models import Subject

if TYPE_CHECKING:
    from django.db.models import Q

    from partners.models import User


@dataclass(frozen=True)
class Likeness:
    """A record that a line may be the same as, and why; how alike the two are goes before it where that was judged: `how_alike`.

    What is not taken for the same is worth a look, and no more.
    """

    record: Any
    why: str
    is_same: bool = True


def how_alike(score: int, sentences: Iterable[str]) -> str:
    """How alike two are, in whole percents, and why: “95% – Same tax number …; Name alike: …”."""
    return f"{display.percent(score)} – {'; '.join(sentences)}"


@dataclass(frozen=True)
class Evidence:
    """What two lines of one file are compared by.

    `read(record)` is a record that is not saved, made comparable, and `facts` of it are what is kept with its line. By the words of
    `marks(facts)` a line is found, the words of `sought(facts)` it seeks: of two that are one, each seeks one by which the other is found.
    `why(facts, others)` says in sentences how alike two are that are one, and why, and nothing when they are not.
    """

    read: Callable[[Any], Any]
    facts: Callable[[Any], dict[str, Any]]
    marks: Callable[[dict[str, Any]], Collection[str]]
    sought: Callable[[dict[str, Any]], Collection[str]]
    why: Callable[[dict[str, Any], dict[str, Any]], str]


@dataclass(frozen=True)
class ImportKind:
    """An object that can be imported. Lines go through the forms and services that its pages use.

    `make(values, by)` answers a record that is not saved, or raises what refuses it; `add(records, by)` saves several of these at once.
    `duplicates(read, by, others)` answers for each of some records that are not saved, as `evidence.read` made them comparable, its
    likenesses, the surest first; rows of the object's own must meet `others`. `evidence` tells which lines of one file mean the same.
    `keys` are fields by which a person may have a line found again instead.
    `aliases` are further headings of a field, `lookups` find the record that a cell names, and `always` is posted with every line.
    `came_since(record)` is what people have hung on a record since an import made it, besides notes, files and tasks.
    """

    name: str
    model: type[Subject]
    add_form: type[forms.BaseForm]
    edit_form: type[forms.BaseForm]
    make: Callable[..., Any]
    add: Callable[..., None]
    edit: Callable[..., Any]
    duplicates: Callable[[Sequence[Any], User, Q], Sequence[Sequence[Likeness]]]
    evidence: Evidence
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    keys: Sequence[str] = ()
    lookups: Mapping[str, Callable[[str, User], str]] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)
    came_since: Callable[[Any], Collection[str]] = lambda _record: ()

    @property
    def permission(self) -> str:
        """To make such records."""
        return f"{self.model._meta.app_label}.add_{self.model._meta.model_name}"

    def fields(self, user: User) -> dict[str, forms.Field]:
        """What a column can go to."""
        return open_fields(self.add_form(user=user))  # type: ignore[call-arg]

    def likenesses(self, read: Sequence[Any], by: User, others: Q) -> list[list[Likeness]]:
        """For each of some records that are not saved what they may be: by `duplicates`, then by what later apps compare with."""
        autodiscover_modules("imports")
        found = [list(one) for one in self.duplicates(read, by, others)]
        for finder in _compared_too.get(self.name, ()):
            for one, more in zip(found, finder(read, by), strict=True):
                one += more
        return found

    def suggest(self, headings: Sequence[str], user: User, remembered: Mapping[str, str]) -> dict[str, str]:
        """For each column by its number the field that its heading means; each field once, first what was chosen before."""
        known, fields = self._words(user), self.fields(user)
        found: dict[str, str] = {}
        for place, heading in enumerate(headings):
            name = remembered.get(plain(heading), known.get(plain(heading), ""))
            if name in fields and name not in found.values():
                found[str(place)] = name
        return found

    def _words(self, user: User) -> dict[str, str]:
        known = {plain(word): name for name, words in self.aliases.items() for word in words}
        for language in (*LANGUAGES, translation.get_language() or "en"):
            with translation.override(language):
                known |= {plain(str(one.label or name)): name for name, one in self.fields(user).items()}
        return known | {plain(name): name for name in self.fields(user)}


_kinds: dict[str, ImportKind] = {}
_compared_too: dict[str, list[Callable[[Sequence[Any], User], Sequence[Sequence[Likeness]]]]] = {}


def register(kind: ImportKind) -> ImportKind:
    """Make an object importable."""
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"Two imports of {kind.name}")
    return kind


def compare_too(kind: ImportKind, finder: Callable[[Sequence[Any], User], Sequence[Sequence[Likeness]]]) -> None:
    """Let a later app say which of its records a line may mean: `finder(read, by)` answers as `duplicates` does."""
    _compared_too.setdefault(kind.name, []).append(finder)


def kind_of(name: str) -> ImportKind:
    """The declaration of a name. Raises KeyError."""
    if name not in _kinds:
        autodiscover_modules("imports")
    return _kinds[name]
