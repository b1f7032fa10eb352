"""A stage move by hand: POST with `to` and `seen`, from the path, the board, a menu or the keyboard; one address for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from partnerportal.core.edits import Edit, present_values, questions, read, sealed
from partnerportal.core.forms import PartnerForm, PartnerModelForm
from partnerportal.core.stages import ExitConditionMissing, IllegalMove, StaleMove
from partnerportal.core.submissions import once, token_of
from partnerportal.core.toasts import Undo, say
from partnerportal.core.told import stage_labels
from partnerportal.core.views.base import RecordView, own_path, parts
from partnerportal.core.views.boards import RecordBoard

NOT_KEPT = ("csrfmiddlewaretoken", "to", "seen", "was", "choice-stage")


class StageMove(RecordView):
    """Moves a record. `service(record, to=, seen=, by=, **answers)` does it and raises StaleMove, IllegalMove, ValidationError or
    ExitConditionMissing.

    `asks[to]` is a form whose answers the service gets, such as a reason. `fillable` are the fields that the dialog of a refused
    move may offer; they are saved by `fill(record, values=, by=)`, or by the form where there is none, in the same transaction.

    Where `can_undo` says so, the toast offers the way back: the same address with `undo`, which calls the service with
    `is_undo=True` and asks nothing. It is a move of its own.
    """

    is_block = True
    http_method_names = ["post", "options"]
    service: ClassVar[Callable[..., Any]]
    stage_field: ClassVar[str] = "stage"
    board: ClassVar[type[RecordBoard] | None] = None
    asks: ClassVar[Mapping[str, type[PartnerForm]]] = {}
    # In bulk: what is asked for every target that `asks` nothing for, and targets that need one record at a time.
    bulk_form: ClassVar[type[PartnerForm] | None] = None
    not_in_bulk: ClassVar[tuple[str, ...]] = ()
    fillable: ClassVar[tuple[str, ...]] = ()
    fill: ClassVar[Callable[..., Any] | None] = None
    must_be_editable = True
    edit: Edit | None = None

    def question_for(self, record: Any, to: str) -> type[PartnerForm] | None:
        """The form to ask before moving to a stage."""
        return self.asks.get(to)

    def can_undo(self, moved: Any, was: str) -> bool:
        """Whether the move just made changed nothing but the stage, and the process has the way back. `self.record` is as before."""
        return False

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        with transaction.atomic():
            return self._go(request)

    def _go(self, request: HttpRequest) -> HttpResponse:
        self.is_undo = "undo" in request.POST
        self.to, self.seen = request.POST.get("to", ""), request.POST.get("seen", "")
        was = getattr(self.record, self.stage_field)
        choice = request.POST.get("choice-stage")
        if choice == "theirs" and self.seen == was:
            return self._answer(self.record, was)
        if choice in ("theirs", "was"):
            self.to = self.seen if choice == "theirs" else request.POST.get("was", "")
        question, filling = self._question(), self._filling()
        if self.edit and self.edit.clashes:
            return self._ask(question, filling)
        if any(form is not None and not (form.is_bound and form.is_valid()) for form in (question, filling)):
            return self._ask(question, filling)
        try:
            made, address = self._move_once(question, filling)
        except ExitConditionMissing as error:
            fields = [name for one in error.missing for name in one.fields if name in self.fillable]
            return self._ask(question, filling or self._form(fields), sentences=[str(one.sentence) for one in error.missing])
        except IllegalMove as error:
            return self._refuse(_(str(error)), status=422)
        except ValidationError as error:
            return self._refuse(" ".join(error.messages), status=422)
        except StaleMove as error:
            return self._overtaken(error.now)
        return self._answer(made[0], was) if made else self._lead_to(address)

    def _overtaken(self, now: str) -> HttpResponse:
        """Somebody was faster: to the same stage, which is no question, or to another, and then the person chooses."""
        if now == self.to:
            return self._answer(self.record, now)
        labels, last = stage_labels(self.record), self.record.stage_moves.first()
        theirs, mine, was = (labels.get(stage, stage) for stage in (now, self.to, self.seen))
        sentence = _("This has been moved meanwhile: it is in %(stage)s now.") % {"stage": theirs}
        if self.is_undo or self.seen not in labels:
            return self._refuse(sentence, status=409)
        chosen = {"theirs": theirs, "mine": mine, "was": was, "who": last.by_name if last else "", "at": last.at if last else None}
        context = self._context(seen=now, sentence=sentence, chosen=chosen, was=self.seen, kept=self._kept())
        return self.page("components/overtaken_dialog.html" if self.wants_part else "layouts/overtaken.html", context, status=409)

    def _kept(self) -> list[tuple[str, str]]:
        """What was typed for the move, to be sent on."""
        sent = self.request.POST
        return [(name, value) for name in sent if name not in NOT_KEPT for value in sent.getlist(name)]

    def _question(self) -> PartnerForm | None:
        form_class = None if self.is_undo else self.question_for(self.record, self.to)
        if form_class is None:
            return None
        data = self.request.POST if "asked" in self.request.POST else None
        return form_class(data, user=self.request.user)

    def _filling(self) -> PartnerModelForm | None:
        names = [name for name in self.request.POST.get("fill", "").split(",") if name in self.fillable]
        if not names:
            return None
        self.get_queryset().select_for_update(of=("self",)).get(pk=self.record.pk)
        self.edit = read(lambda data: self._form(names, data), self.request.POST)  # type: ignore[arg-type, return-value]
        return self.edit.form  # type: ignore[return-value]

    def _form(self, names: list[str], data: QueryDict | None = None) -> PartnerModelForm | None:
        if not names:
            return None
        form_class: Any = modelform_factory(self.model, form=PartnerModelForm, fields=names)
        return form_class(data, instance=self.get_queryset().get(pk=self.record.pk), user=self.request.user)

    def _move_once(self, question: forms.Form | None, filling: PartnerModelForm | None) -> tuple[list[Any], str]:
        """The record that was moved, none for a dialog that was sent before; and the page to go to."""
        made: list[Any] = []

        def act() -> str:
            made[:] = [self._move(question, filling)]
            return self._back(made[0])

        return made, once(self.request.POST.get("submission", ""), by=self.request.user, act=act)

    def _move(self, question: forms.Form | None, filling: PartnerModelForm | None) -> Any:
        with transaction.atomic():
            if filling is not None:
                self._fill(filling)
            answers = question.cleaned_data if question is not None else {"is_undo": True} if self.is_undo else {}
            return type(self).service(self.record, to=self.to, seen=self.seen, by=self.request.user, **answers)

    def _fill(self, filling: PartnerModelForm) -> None:
        fill = type(self).fill
        if fill is None:
            filling.save()
        else:
            fill(self.record, values=filling.cleaned_data, by=self.request.user)

    def _context(self, **more: Any) -> dict[str, Any]:
        labels = stage_labels(self.record)
        return {
            "record": self.record,
            "to": self.to,
            "seen": self.seen,
            "to_label": labels.get(self.to, self.to),
            "draft": f"{self.request.path}?to={self.to}",
            "submission": token_of(self.request),
            "is_from_board": self._is_from_board,
            **more,
        }

    def _ask(self, question: forms.Form | None, filling: forms.Form | None, *, sentences: list[str] | None = None) -> HttpResponse:
        asked = [form for form in (filling, question) if form is not None]
        fill = ",".join(filling.fields) if filling is not None else ""
        context = self._context(forms=asked, fill=fill, is_question=question is not None, sentences=sentences or [])
        if self.edit:
            told = questions(self.edit, self.record, self.request.POST)
            context |= {"base": self.edit.base, "clash": self.edit.asked if told else "", "questions": told}
        elif filling is not None:
            context["base"] = sealed(present_values(filling))
        return self.page("components/move_dialog.html" if self.wants_part else "layouts/move.html", context, status=422)

    def _refuse(self, sentence: str, *, status: int) -> HttpResponse:
        template = "components/refusal_dialog.html" if self.wants_part else "layouts/refusal.html"
        return self.page(template, self._context(sentence=sentence), status=status)

    @property
    def _is_from_board(self) -> bool:
        return self.request.POST.get("from") == "board" and self.board is not None

    def _answer(self, moved: Any, was: str) -> HttpResponse:
        record = self.get_queryset().filter(pk=self.record.pk).first() or moved
        label = stage_labels(record).get(getattr(record, self.stage_field), "")
        say(
            self.request,
            _("%(record)s is in %(stage)s now.") % {"record": record, "stage": label},
            link=(_("Open"), record.get_absolute_url()) if self._is_from_board else None,
            undo=self._undo(record, was),
        )
        if self.wants_part and self._is_from_board:
            return parts(self.request, *self._board_view().after_move(record, was, getattr(record, self.stage_field)))
        return self._lead_to(self._back(record))

    def _lead_to(self, address: str) -> HttpResponse:
        """The page after the move; on a board, where the first answer has put the card, nothing more."""
        if not self.wants_part:
            return HttpResponseRedirect(address)
        return HttpResponse(status=204, headers={} if self._is_from_board else {"HX-Redirect": address})

    def _undo(self, moved: Any, was: str) -> Undo | None:
        """The way back, with the page that the person is on."""
        if self.is_undo or not self.can_undo(moved, was):
            return None
        board = self.request.htmx.current_url_abs_path if self._is_from_board else None  # type: ignore[attr-defined]
        back = {"back": board} if board else {}
        return Undo(self.request.path, {"to": was, "seen": getattr(moved, self.stage_field), "undo": "1", **back})

    def _back(self, record: Any) -> str:
        """Where it leads: to the board or the list that it came from, else to the record."""
        return own_path(self.request.POST.get("back", "")) or self.list_in_sight or record.get_absolute_url()

    def _board_view(self) -> RecordBoard:
        address = self.request.htmx.current_url_abs_path or ""  # type: ignore[attr-defined]
        return self.board.looked_at(self.request, address)  # type: ignore[union-attr]


def refusal_html(request: HttpRequest, sentence: str) -> str:
    """A dialog that says why something was refused."""
    return render_to_string("components/refusal_dialog.html", {"sentence": sentence}, request=request)
