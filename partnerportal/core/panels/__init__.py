"""What any record has: activity, notes, files, followers, change of owner, delete and restore, history, related lists; and its addresses.

leads = record_urls(Lead, list=LeadList, add=LeadAdd, detail=LeadDetail, edit=LeadEdit, move=LeadMove, board=LeadBoard)
urlpatterns = [path("leads/", include((leads, "leads")))]
"""

from partnerportal.core.panels.addresses import attached_urls, record_urls
from partnerportal.core.panels.base import AnyRecord
from partnerportal.core.panels.files import AttachFile, DownloadFile, Files, LookAtFile, PreviewFile, RemoveFile, RestoreFile
from partnerportal.core.panels.following import FollowRecord, MuteRecord
from partnerportal.core.panels.history import History
from partnerportal.core.panels.looks import LookView, PinView
from partnerportal.core.panels.ownership import ChangeOwner, DeletedRecords, DeleteRecord, RestoreRecord
from partnerportal.core.panels.presence import Presence
from partnerportal.core.panels.related import RelatedPanel
from partnerportal.core.panels.timeline import Activity, AddNote, Mentions, PinNote

__all__ = [
    "Activity",
    "AddNote",
    "AnyRecord",
    "AttachFile",
    "ChangeOwner",
    "DeleteRecord",
    "DeletedRecords",
    "DownloadFile",
    "Files",
    "FollowRecord",
    "History",
    "LookAtFile",
    "LookView",
    "Mentions",
    "MuteRecord",
    "PinNote",
    "PinView",
    "Presence",
    "PreviewFile",
    "RelatedPanel",
    "RemoveFile",
    "RestoreFile",
    "RestoreRecord",
    "attached_urls",
    "record_urls",
]
