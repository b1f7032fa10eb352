from partnerportal.core.models.attached import Attachment, Follow, Mute, Note
from partnerportal.core.models.bulk import BulkChange, BulkRow
from partnerportal.core.models.lists import Pin, Submission
from partnerportal.core.models.messages import NoticeChoice, Notification, OutboxMessage, StoredMail
from partnerportal.core.models.moves import StageMove
from partnerportal.core.models.numbers import NumberSeries
from partnerportal.core.models.records import Subject
from partnerportal.core.models.search import SearchEntry

__all__ = [
    "Attachment",
    "BulkChange",
    "BulkRow",
    "Follow",
    "Mute",
    "Note",
    "NoticeChoice",
    "Notification",
    "NumberSeries",
    "OutboxMessage",
    "Pin",
    "SearchEntry",
    "StageMove",
    "StoredMail",
    "Subject",
    "Submission",
]
