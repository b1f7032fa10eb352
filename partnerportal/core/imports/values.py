"""Cells as a form's fields take them: choices by label or key, dates and numbers in the usual ways of writing them.

What is not understood goes to the field as it stands, and the field says why it does not take it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from partnerportal.core.edits import Raw
from partnerportal.core.imports.dates import Order, date_of

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
NOT_SAVED = "#FORMULA"  # Stands for a formula of an Excel file that was saved without what it came to.
# What stands in a cell whose formula failed: in Excel files, and in tables of text as Excel writes them in the languages of the portal.
FAILED = frozenset((
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
    "#UNKNOWN!", "#CONNECT!", "#BUSY!",
    "#WERT!", "#BEZUG!", "#ZAHL!", "#NV",
    "#NULLO!", "#VALORE!", "#RIF!", "#NOME?", "#N/D",
    "#NUL!", "#VALEUR!", "#NOM?", "#NOMBRE!",
    "#¡NULO!", "#¡DIV/0!", "#¡VALOR!", "#¡REF!", "#¿NOMBRE?", "#¡NUM!",
    "#LEEG!", "#DEEL/0!", "#WAARDE!", "#VERW!", "#NAAM?", "#GETAL!", "#N/B",
))  # fmt: skip
YES = frozenset(("1", "x", "yes", "y", "true", "ja", "j", "wahr", "si", "oui"))


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A word without case, accents and punctuation, for comparing."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\W_]+", " ", kept).split())


def choices_of(field: forms.ChoiceField) -> dict[str, str]:
    """Everything that means one of a field's choices, without case and accents: its key, and its label in every language read here."""
    found: dict[str, str] = {}
    for language in (*LANGUAGES, translation.get_language() or "en"):
        with translation.override(language):
            for value, label in _flat(field):
                found.setdefault(plain(label), value)
    found.update({plain(value): value for value, _label in _flat(field)})
    found.pop("", None)
    return found


def _flat(field: forms.ChoiceField) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for value, label in list(field.choices):  # type: ignore[arg-type]
        flat += [(str(one), str(words)) for one, words in label] if isinstance(label, list | tuple) else [(str(value), str(label))]
    return [(value, label) for value, label in flat if value]


def raw_of(field: forms.Field, text: str, choices: Mapping[str, str], order: Order = Order.DAY_FIRST) -> Raw:
    """A cell as the field's widget would post it, a date as its column is read. Raises ValidationError for a cell without a value."""
    text = text.strip()
    require_value(text)
    if isinstance(field, forms.MultipleChoiceField):
        words = [word.strip() for word in re.split(r"[,;|/\n]", text) if word.strip()]
        return tuple(choices.get(plain(word), word) for word in words)
    if isinstance(field, forms.ChoiceField):
        return choices.get(plain(text), text)
    if isinstance(field, forms.BooleanField):
        return plain(text) in YES
    if isinstance(field, forms.IntegerField | forms.DecimalField):
        return number_of(text)
    if isinstance(field, forms.DateField):
        return date_of(text, order)
    return text


def require_value(text: str) -> None:
    """Raise ValidationError for what Excel writes where a formula has no value: no field may take it for one."""
    if text in FAILED:
        raise ValidationError(_("The cell holds an Excel error: %(error)s.") % {"error": text})
    if text == NOT_SAVED:
        raise ValidationError(_("The cell holds a formula that was saved without its result. Open the file in Excel and save it."))


def number_of(text: str) -> str:
    """A number without its thousands: 1.234,50 and 1,234.50 and 1 234.5 are one. What is no number stays as it is."""
    digits = re.sub(r"[\s\u00a0\u202f'’_]", "", text)
    if not re.fullmatch(r"[-+]?[\d.,]*\d[\d.,]*", digits):
        return text
    if "," in digits and "." in digits:
        point = max(digits.rfind(","), digits.rfind("."))
        digits = re.sub(r"[.,]", "", digits[:point]) + "." + digits[point + 1 :]
    elif re.fullmatch(r"[-+]?[1-9]\d{0,2}([.,]\d{3})+", digits):
        digits = re.sub(r"[.,]", "", digits)
    else:
        digits = digits.replace(",", ".")
    return re.sub(r"\.0*$", "", digits)
