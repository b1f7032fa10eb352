"""The vendor's words, by key: terms and stage texts. Read once a minute by each process; the admin's save is seen at once in its own."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

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


_kept: _Words | None = None


def forget() -> None:
    """Read the words anew at the next question; the admin calls this after a change."""
    global _kept
    _kept = None


def _words() -> _Words:
    global _kept
    if _kept is None or monotonic() - _kept.read_at > KEPT_SECONDS:
        _kept = _read()
    return _kept


def _read() -> _Words:
    terms = list(Term.objects.all())
    offered: dict[str, list[tuple[str, str]]] = {}
    for term in terms:
        if term.is_active:
            offered.setdefault(term.kind, []).append((term.slug, term.label))
    stages = {
        (text.process, text.stage): StageWords(
            text.label, text.short_label or text.label, text.guidance, text.probability, text.forecast_category
        )
        for text in StageText.objects.all()
    }
    return _Words(monotonic(), {(term.kind, term.slug): term.label for term in terms}, offered, stages)


def label(kind: str, slug: str) -> str:
    """The label of a term; the slug itself when the vendor has removed the term."""
    return _words().terms.get((kind, slug), slug)


def choices(kind: str) -> list[tuple[str, str]]:
    """The terms that a form offers, in the vendor's order."""
    return _words().offered.get(kind, [])


def stage(process: str, key: str) -> StageWords:
    """The words of a stage; its key with probability 0 when no row exists."""
    return _words().stages.get((process, key)) or StageWords(key, key, "", 0)
