"""The vendor's words, by key: terms and stage texts. Read once a minute by each process; the admin's save is seen at once in its own.

Words as the portal is delivered (`reference.py`) are in the catalogues and are said in the reader's language; words that the vendor has
written stand as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from django.utils.functional import lazy
from django.utils.translation import get_language, gettext

from catalog.models import Forecast, StageText, Term

KEPT_SECONDS = 60.0


@dataclass(frozen=True)
class StageWords:
    """How a stage is called, its guidance, and the probability (percent) and forecast category that a record gets on entering it."""

    label: str
    short_label: str
    guidance: str
    probability: int
    forecast: str = Forecast.PIPELINE


@dataclass(frozen=True)
class _Words:
    read_at: float
    terms: dict[tuple[str, str], str]
    offered: dict[str, list[tuple[str, str]]]
    stages: dict[tuple[str, str], StageWords]


_kept: dict[str | None, _Words] = {}  # By language.


def forget() -> None:
    """Read the words anew at the next question; the admin calls this after a change."""
    _kept.clear()


def said(text: str) -> str:
    """A text of the vendor's in the language of now; one that no catalogue knows as it is."""
    return gettext(text) if text else ""  # The empty text is the head of a catalogue.


def _words() -> _Words:
    language = get_language()
    kept = _kept.get(language)
    if kept is None or monotonic() - kept.read_at > KEPT_SECONDS:
        kept = _kept[language] = _read()
    return kept


def _read() -> _Words:
    terms: dict[tuple[str, str], str] = {}
    offered: dict[str, list[tuple[str, str]]] = {}
    for term in Term.objects.all():
        label = terms[term.kind, term.slug] = said(term.label)
        if term.is_active:
            offered.setdefault(term.kind, []).append((term.slug, label))
    stages = {
        (text.process, text.stage): StageWords(
            said(text.label), said(text.short_label or text.label), said(text.guidance), text.probability, text.forecast_category
        )
        for text in StageText.objects.all()
    }
    return _Words(monotonic(), terms, offered, stages)


def label(kind: str, slug: str) -> str:
    """The label of a term; the slug itself when the vendor has removed the term."""
    return _words().terms.get((kind, slug), slug)


def labels(kind: str) -> list[tuple[str, str]]:
    """Every term of a kind by its slug, those that are no longer offered, too."""
    return [(slug, text) for (of, slug), text in _words().terms.items() if of == kind]


def choices(kind: str) -> list[tuple[str, str]]:
    """The terms that a form offers, in the vendor's order."""
    return _words().offered.get(kind, [])


def stage(process: str, key: str) -> StageWords:
    """The words of a stage; its key with probability 0 when no row exists."""
    return _words().stages.get((process, key)) or StageWords(key, key, "", 0)


def _stage_label(process: str, key: str) -> str:
    return stage(process, key).label


stage_label_lazy = lazy(_stage_label, str)  # For what others read: a notice says it in the language of its reader.
