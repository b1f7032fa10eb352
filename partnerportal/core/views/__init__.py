"""The building blocks of the pages. See docs/building-blocks.md."""

from partnerportal.core.views.answers import RecordAnswers
from partnerportal.core.views.base import Guarded, RecordView, parts
from partnerportal.core.views.boards import Card, Lane, RecordBoard
from partnerportal.core.views.calendar_parts import Event
from partnerportal.core.views.calendars import RecordCalendar
from partnerportal.core.views.details import Action, Fact, Panel, PathBar, RecordDetail, Step, steps_of
from partnerportal.core.views.forms import RecordAdd, RecordEdit, RecordForm
from partnerportal.core.views.lists import RecordList
from partnerportal.core.views.moves import StageMove
from partnerportal.core.views.standard import LATELY, ListView, everything, owned

__all__ = [
    "LATELY",
    "Action",
    "Card",
    "Event",
    "Fact",
    "Guarded",
    "Lane",
    "ListView",
    "Panel",
    "PathBar",
    "RecordAdd",
    "RecordAnswers",
    "RecordBoard",
    "RecordCalendar",
    "RecordDetail",
    "RecordEdit",
    "RecordForm",
    "RecordList",
    "RecordView",
    "StageMove",
    "Step",
    "everything",
    "owned",
    "parts",
    "steps_of",
]
