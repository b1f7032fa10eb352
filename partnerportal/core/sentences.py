"""A sentence that is kept, and said in the language of whoever reads it.

because = Sentence(gettext_noop("Taken back by %(who)s."), {"who": by.get_full_name()})
row.text, row.told = in_english([because]), kept([because])      # the text is for whoever looks into the row
said(row.told)                                                   # in the reader's language
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext


@dataclass(frozen=True)
class Sentence:
    """A message id, which is its English, and the texts that stand in it; marked by `gettext_noop` where it is written."""

    words: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return gettext(self.words) % self.values

    @property
    def english(self) -> str:
        """The same without a translation."""
        return self.words % self.values


def in_english(sentences: Sequence[Sentence]) -> str:
    """Sentences one after the other, as they are written in the code."""
    return " ".join(one.english for one in sentences)


def kept(sentences: Sequence[Sentence]) -> list[list[Any]]:
    """Sentences as JSON keeps them: pairs of message id and values."""
    return [[one.words, dict(one.values)] for one in sentences]


def read(told: Sequence[Sequence[Any]]) -> list[Sentence]:
    """What `kept` kept."""
    return [Sentence(words, values) for words, values in told]


def said(told: Sequence[Sequence[Any]]) -> str:
    """What `kept` kept, in the language of whoever reads now."""
    return " ".join(str(one) for one in read(told))
