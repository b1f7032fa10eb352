from partnerportal.core.models.attached import Attachment, Follow, Mute, Note, NoteChange
from partnerportal.core.models.bulk import BulkChange, BulkRow
from partnerportal.core.models.exports import DataExport, ExportPart
from partnerportal.core.models.imports import DataImport, ImportMark, ImportMemory, ImportRow
from partnerportal.core.models.lists import LONGEST_STATE, OpenedRecord, Pin, SavedView, Submission
from partnerportal.core.models.messages import NoticeChoice, Notification, OutboxMessage, StoredMail
from partnerportal.core.models.moves import StageMove
from partnerportal.core.models.numbers import NumberSeries
from partnerportal.core.models.records import Subject
from partnerportal.core.models.search import SearchEntry

__all__ = [
    "LONGEST_STATE",
    "Attachment",
    "BulkChange",
    "BulkRow",
    "DataExport",
    "DataImport",
    "ExportPart",
    "Follow",
    "ImportMemory",
    "ImportMark",
    "ImportRow",
    "Mute",
    "Note",
    "NoteChange",
    "NoticeChoice",
    "Notification",
    "NumberSeries",
    "OpenedRecord",
    "OutboxMessage",
    "Pin",
    "SavedView",
    "SearchEntry",
    "StageMove",
    "StoredMail",
    "Subject",
    "Submission",
]
