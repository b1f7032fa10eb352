"""A form of a new record asks once where there seems to be one like it: with scripts or without, before anything is saved."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.duplicates import Duplicate
from accounts.matching import SAME, Profile
from partnerportal.core.forms import AnswerField, PartnerModelForm

# What an import posts with every line: it looks for duplicates itself, and says what it does about them.
NOT_ASKED = {"is_another": True}


class AsksOnce(PartnerModelForm):
    """The form of a new record. What may be the same is shown first, and saving all the same is a decision.

    `find` answers the duplicates that its person may see, the surest first. It is asked when all else is right; `ask_from` says how
    sure they must be, in whole percents. `copied` is the record that is cloned, which nobody needs to be shown.
    """

    is_another = AnswerField(label=_("It is not the same: save it all the same"), required=False)

    there_is: ClassVar[str | Promise] = _("There is already one like this:")
    ask_from: ClassVar[int] = SAME

    def __init__(self, *args: Any, copied: Model | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.copied = copied
        if not self.is_bound:
            del self.fields["is_another"]

    def find(self, wanted: Profile) -> list[Duplicate]:
        """What may be the same as the record that is described."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Ask once when the record seems to be there."""
        values = super().clean() or self.cleaned_data
        if values.get("is_another"):
            return values
        found = [] if self.errors else [one for one in self.find(self._described(values)) if self._is_asked(one)]
        if not found:
            del self.fields["is_another"]
        else:
            links = format_html_join(", ", '<a href="{}">{}</a> ({}, {})', (_in_words(one) for one in found))
            self.add_error("is_another", format_html("{} {}.", self.there_is, links))
        return values

    def _described(self, values: dict[str, Any]) -> Profile:
        model = self._meta.model
        fields = {field.name for field in model._meta.concrete_fields}
        described: Profile = model(**{name: value for name, value in values.items() if name in fields}).profile  # type: ignore[attr-defined]
        return described

    def _is_asked(self, one: Duplicate) -> bool:
        return one.score >= self.ask_from and one.record != self.copied


def _in_words(one: Duplicate) -> tuple[str, str, str, str]:
    return one.record.get_absolute_url(), str(one.record), one.kind, one.percent
