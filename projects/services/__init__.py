"""What happens to projects. Other apps import the names below from here."""

from projects.services.amounts import prices_on, take_mrr_from, today_of
from projects.services.automatic import advance, note_quotes_out, record_verbal_agreement, take_acceptance, withdraw_verbal_agreement
from projects.services.closing import close_as_lost, reopen_project
from projects.services.moves import ProjectClosed, ReasonMissing, bonus_facts, fill_exit_fields, move_project
from projects.services.records import create_project, edit_project

__all__ = [
    "ProjectClosed",
    "ReasonMissing",
    "advance",
    "bonus_facts",
    "close_as_lost",
    "create_project",
    "edit_project",
    "fill_exit_fields",
    "move_project",
    "note_quotes_out",
    "prices_on",
    "record_verbal_agreement",
    "reopen_project",
    "take_acceptance",
    "take_mrr_from",
    "today_of",
    "withdraw_verbal_agreement",
]
