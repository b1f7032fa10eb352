"""What may be done to many records at once: change the owner, the stage, fields; delete them. An app adds its own verb with `offer`.

A verb asks with a form, keeps the answers as plain values, and acts on one record through the very service that its page calls.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerportal.core import attached
from partnerportal.core.edits import data_of, in_words, posted_values, present_values, read, sealed, settled
from partnerportal.core.forms import PartnerForm, colleagues
from partnerportal.core.merge import Clash
from partnerportal.core.scoping import NotYours, PartnerOwned
from partnerportal.core.stages import IllegalMove, StaleMove
from partnerportal.core.told import stage_labels

Answers = dict[str, Any]


@dataclass(frozen=True)
class Contested:
    """A field that somebody else changed since the preview: theirs, mine and what it was in words; `now` and `before` as the forms
    compare them."""

    name: str
    label: str
    theirs: str
    mine: str
    was: str
    now: Any
    before: Any


@dataclass(frozen=True)
class Scene:
    """An object of the portal, by the namespace of its addresses. Its pages say what forms and services it has."""

    page: str

    def page_of(self, name: str, *args: Any) -> Any:
        """One of its pages as it is placed; None where it has none."""
        try:
            return resolve(reverse(f"{self.page}:{name}", args=args)).func
        except NoReverseMatch:
            return None

    def view(self, name: str, *args: Any) -> Any:
        """The class of one of its pages; None where it has none."""
        page = self.page_of(name, *args)
        return page.view_class if page else None

    @cached_property
    def rows(self) -> Any:
        """The list."""
        return self.view("list")

    @property
    def model(self) -> Any:
        """What it is a list of."""
        return self.rows.model

    @property
    def change_permission(self) -> str:
        """To change one."""
        return f"{self.model._meta.app_label}.change_{self.model._meta.model_name}"


class Verb:
    """One thing to do to many records."""

    name: str
    label: str | Promise
    icon: str
    must_be_editable = True
    goes_back_together = False
    destroys = False  # Its records are gone from the lists afterwards, and come back by the undo.

    def is_offered(self, scene: Scene, user: Any) -> bool:
        """Whether this person may do it to records of this kind."""
        return user.has_perm(scene.change_permission)

    def form(self, scene: Scene, request: HttpRequest, data: QueryDict | None) -> forms.BaseForm:
        """The question."""
        raise NotImplementedError

    def answers(self, form: forms.BaseForm) -> Answers:
        """The answers of a valid form as plain values."""
        return dict(posted_values(form, form.data))  # type: ignore[arg-type]

    def summary(self, form: forms.BaseForm) -> str:
        """The act in one line."""
        raise NotImplementedError

    def seen(self, scene: Scene, record: Any, answers: Answers, by: Any) -> Answers:
        """What the record holds where the answers go; compared when it is done."""
        return {}

    def act(self, scene: Scene, record: Any, answers: Answers, *, seen: Answers, by: Any) -> list[Contested]:
        """Do it to one record that is locked, through its service; what somebody else changed since `seen` is left, and answered."""
        raise NotImplementedError

    def decided(self, answers: Answers, chosen: Answers) -> Answers:
        """What to act with, once the person has said what the contested fields shall be."""
        return {**answers, **chosen}

    def refuse_undo(self, record: Any, names: set[str]) -> str:
        """Why this cannot be taken back, or nothing."""
        refusal = getattr(record, "undo_refusal", None)
        return refusal(names) if refusal else ""


_verbs: dict[str, Verb] = {}


def offer(verb: Verb) -> Verb:
    """Put a verb on the bar of selected rows."""
    _verbs[verb.name] = verb
    return verb


def verb_of(name: str) -> Verb:
    """The verb of a name. Raises KeyError."""
    return _verbs[name]


def offered(scene: Scene, user: Any) -> list[Verb]:
    """What this person may do to many records of this kind; what destroys last."""
    return sorted((verb for verb in _verbs.values() if verb.is_offered(scene, user)), key=lambda verb: verb.destroys)


def raw(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values as the forms compare them; JSON has no tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in answers.items()}


class BulkOwnerForm(PartnerForm):
    """Whom the selected records shall belong to."""

    owner = forms.ModelChoiceField(queryset=get_user_model()._default_manager.none(), label=gettext_lazy("New owner"))


class ChangeOwner(Verb):
    """Hand them to a colleague, with what goes along."""

    name, label, icon = "owner", gettext_lazy("Change owner"), "person-gear"

    def is_offered(self, scene: Scene, user: Any) -> bool:
        """People of the vendor have no colleagues to choose from."""
        return bool(user.partner_id) and super().is_offered(scene, user)

    def form(self, scene: Scene, request: HttpRequest, data: QueryDict | None) -> forms.BaseForm:
        return BulkOwnerForm(data, user=request.user)

    def summary(self, form: forms.BaseForm) -> str:
        return _("Change owner to %(owner)s") % {"owner": form.cleaned_data["owner"].get_full_name()}

    def seen(self, scene: Scene, record: Any, answers: Answers, by: Any) -> Answers:
        return {"owner": str(record.owner_id)}

    def act(self, scene: Scene, record: Any, answers: Answers, *, seen: Answers, by: Any) -> list[Contested]:
        to = colleagues(by).filter(pk=answers["owner"]).first()
        if to is None:
            raise ValidationError(_("The new owner is no active colleague any more."))
        if record.owner_id == to.pk:
            return []
        if str(record.owner_id) != seen["owner"]:
            was = get_user_model()._default_manager.filter(pk=seen["owner"]).first()
            told = record.owner.get_full_name(), to.get_full_name(), was.get_full_name() if was else ""
            return [Contested("owner", _("Owner"), *told, now=str(record.owner_id), before=seen["owner"])]
        page = scene.page_of("owner", record.pk)
        service = page.view_initkwargs.get("service") or page.view_class.service if page else attached.change_owner
        service(record, to=to, by=by)
        return []


class ChangeStage(Verb):
    """Move them all to one stage, each by its own rules."""

    name, label, icon = "stage", gettext_lazy("Change stage"), "signpost-split"
    goes_back_together = True

    def is_offered(self, scene: Scene, user: Any) -> bool:
        return super().is_offered(scene, user) and scene.view("move", 0) is not None

    def form(self, scene: Scene, request: HttpRequest, data: QueryDict | None) -> forms.BaseForm:
        move = scene.view("move", 0)
        lanes = move.board.showing(request, QueryDict()).get_lanes()
        choices = [(str(lane.value), str(lane.label)) for lane in lanes if not lane.is_automatic and lane.value not in move.not_in_bulk]
        to = data.get("to", "") if data is not None else ""
        asked = move.asks.get(to) or move.bulk_form
        form = asked(data, user=request.user) if asked else PartnerForm(data, user=request.user)
        form.fields = {"to": forms.ChoiceField(label=_("Move to"), choices=[("", _("Please choose")), *choices]), **form.fields}
        return form

    def summary(self, form: forms.BaseForm) -> str:
        return _("Move to %(stage)s") % {"stage": dict(form.fields["to"].choices)[form.cleaned_data["to"]]}  # type: ignore[attr-defined]

    def seen(self, scene: Scene, record: Any, answers: Answers, by: Any) -> Answers:
        return {"to": getattr(record, scene.view("move", 0).stage_field)}

    def act(self, scene: Scene, record: Any, answers: Answers, *, seen: Answers, by: Any) -> list[Contested]:
        move = scene.view("move", 0)
        to = answers["to"]
        if getattr(record, move.stage_field) == to:
            return []
        asked = move.asks.get(to) or move.bulk_form
        more = {}
        if asked:
            form = asked(None, user=by)
            form = asked(data_of(form, {name: value for name, value in raw(answers).items() if name in form.fields}), user=by)
            if not form.is_valid():
                raise ValidationError([sentence for found in form.errors.values() for sentence in found])
            more = form.cleaned_data
        try:
            move.service(record, to=to, seen=seen["to"], by=by, **more)
        except StaleMove as error:
            words = stage_labels(record)
            theirs, mine, was = (str(words.get(one, one)) for one in (error.now, to, seen["to"]))
            return [Contested("to", _("Stage"), theirs, mine, was, now=error.now, before=seen["to"])]
        return []


class BulkFieldsForm(PartnerForm):
    """Which fields shall change, and to what; what was typed into the others counts for nothing."""

    def clean(self) -> Answers:
        """An input that was not sent is none that was left empty."""
        chosen = self.cleaned_data.get("change", [])
        for name in set(self.errors) - {"change", *chosen}:
            del self.errors[name]
        for name in chosen:
            if self.fields[name].widget.value_omitted_from_data(self.data, {}, self.add_prefix(name)):  # type: ignore[arg-type]
                self.add_error(name, _("No value was sent for this. Please enter it, or leave it empty."))
        return self.cleaned_data


class ChangeFields(Verb):
    """Give fields of the edit form one value in all of them."""

    name, label, icon = "fields", gettext_lazy("Change fields"), "input-cursor-text"

    def is_offered(self, scene: Scene, user: Any) -> bool:
        edit = scene.view("edit", 0)
        return edit is not None and user.has_perm(edit.permission)

    def fields_of(self, scene: Scene, user: Any) -> dict[str, forms.Field]:
        """The fields that mean the same in every record: those that name another record do not, nor what the form itself leaves out."""
        sample = scene.view("edit", 0).form_class(user=user, instance=scene.model(partner_id=user.partner_id))
        return {
            name: field
            for name, field in sample.fields.items()
            if not field.disabled
            and name not in sample.not_in_bulk
            and not isinstance(field, forms.FileField)
            and not (
                isinstance(field, forms.ModelChoiceField) and field.queryset is not None and issubclass(field.queryset.model, PartnerOwned)
            )
        }

    def form(self, scene: Scene, request: HttpRequest, data: QueryDict | None) -> forms.BaseForm:
        fields = self.fields_of(scene, request.user)
        chosen = [name for name in (data.getlist("change") if data is not None else []) if name in fields]
        form = BulkFieldsForm(data, user=request.user)
        labels = [(name, field.label) for name, field in fields.items()]
        form.fields["change"] = forms.MultipleChoiceField(
            label=_("What shall change?"), choices=labels, widget=forms.CheckboxSelectMultiple(attrs={"data-change": ""})
        )
        for name, field in fields.items():
            field.required = field.required and name in chosen
            field.initial = None
            field.widget.attrs["data-of"] = name
            form.fields[name] = field
        return form

    def answers(self, form: forms.BaseForm) -> Answers:
        values = posted_values(form, form.data)  # type: ignore[arg-type]
        return {name: values[name] for name in form.cleaned_data["change"]}

    def summary(self, form: forms.BaseForm) -> str:
        values = self.answers(form)
        return ", ".join(f"{form.fields[name].label}: {in_words(form.fields[name], value)}" for name, value in values.items())[:300]

    def _form_of(self, scene: Scene, record: Any, by: Any) -> Any:
        form_class = scene.view("edit", 0).form_class
        return lambda data: form_class(data, user=by, instance=copy.copy(record))

    def seen(self, scene: Scene, record: Any, answers: Answers, by: Any) -> Answers:
        present = present_values(self._form_of(scene, record, by)(None))
        return {name: present[name] for name in answers if name in present}

    def decided(self, answers: Answers, chosen: Answers) -> Answers:
        return chosen

    def act(self, scene: Scene, record: Any, answers: Answers, *, seen: Answers, by: Any) -> list[Contested]:
        form_of = self._form_of(scene, record, by)
        blank = form_of(None)
        absent = [name for name in answers if name not in blank.fields or name in blank.not_in_bulk]
        if absent:
            raise ValidationError(_("It does not have this field."))
        fixed = _fixed(blank, raw(answers))
        if fixed:
            raise ValidationError(fixed)
        posted = data_of(blank, raw(answers))
        posted["base"] = sealed(raw(seen))
        edit = read(form_of, posted, only=tuple(answers))
        contested = [_contested(blank, name, clash) for name, clash in edit.clashes.items()]
        if contested:
            edit = read(form_of, posted, only=("base", *(name for name in answers if name not in edit.clashes)))
        if not edit.changed:
            return contested
        if not edit.form.is_valid():
            raise ValidationError([f"{_label(edit.form, name)}{one}" for name, found in edit.form.errors.items() for one in found])
        page = scene.view("edit", 0)
        if page.service is None:
            edit.form.save()  # type: ignore[attr-defined]
        else:
            page.service(record, values=edit.form.cleaned_data, by=by)
        return contested


class DeleteRecords(Verb):
    """Delete them, each by its own rule. There is nothing to ask: the preview says which go, and which stay and why."""

    name, label, icon = "delete", gettext_lazy("Delete"), "trash"
    destroys = True

    def _permission(self, scene: Scene) -> str:
        return f"{scene.model._meta.app_label}.delete_{scene.model._meta.model_name}"

    def is_offered(self, scene: Scene, user: Any) -> bool:
        return user.has_perm(self._permission(scene))

    def form(self, scene: Scene, request: HttpRequest, data: QueryDict | None) -> forms.BaseForm:
        return PartnerForm(request.POST, user=request.user)

    def answers(self, form: forms.BaseForm) -> Answers:
        return {}

    def summary(self, form: forms.BaseForm) -> str:
        return _("Delete")

    def act(self, scene: Scene, record: Any, answers: Answers, *, seen: Answers, by: Any) -> list[Contested]:
        if not by.has_perm(self._permission(scene)):
            raise NotYours("")
        try:
            attached.delete_record(record, by=by)
        except attached.NotDeletable as refusal:
            raise ValidationError(str(refusal)) from refusal
        return []


def _contested(form: forms.BaseForm, name: str, clash: Clash[Any]) -> Contested:
    theirs, mine, was = (in_words(form.fields[name], value) for value in (clash.theirs, clash.mine, clash.was))
    return Contested(name, str(form[name].label), theirs, mine, was, now=clash.theirs, before=clash.was)


def _fixed(form: forms.BaseForm, answers: Answers) -> list[str]:
    """Why fields do not take these values: those that are fixed in this record, at another value."""
    found = []
    for name, value in answers.items():
        field = form.fields[name]
        if field.disabled and settled(field, form[name].value()) != value:
            found.append(f"{_label(form, name)}{field.help_text}")
    return found


def _label(form: forms.BaseForm, name: str) -> str:
    return f"{form.fields[name].label}: " if name in form.fields else ""


offer(ChangeOwner())
offer(ChangeStage())
offer(ChangeFields())
offer(DeleteRecords())

REFUSALS: tuple[type[Exception], ...] = (IllegalMove, ValidationError)
