"""What happens to projects. Other apps import the names below from here."""

from projects.services.accepting import accept_offer
from projects.services.amounts import basis_of, estimate_of_today, take_mrr_from, today_of
from projects.services.automatic import advance, note_quotes_out, record_verbal_agreement, take_acceptance, withdraw_verbal_agreement
from projects.services.bonus import answer_demo, can_become, correct_bonus, decide_bonus
from projects.services.closing import close_as_lost, reopen_project, say_why_won
from projects.services.conditions import BonusSum, Earning, bonus_sums, bonuses_to_earn, condition_lines
from projects.services.conversion import (
    AlreadyConverted,
    Becomes,
    LeadGone,
    contact_of,
    convert_lead,
    converted_leads,
    found_out,
    origin_of,
    preview_conversion,
    project_of,
)
from projects.services.effects import Effect, effect_of_price
from projects.services.moves import (
    EXIT_FIELDS,
    ProjectClosed,
    ReasonMissing,
    bonus_facts,
    bonus_of,
    can_take_back,
    fill_exit_fields,
    move_project,
)
from projects.services.ownership import hand_over_customer
from projects.services.people import add_contact, change_role, remove_contact
from projects.services.pipeline import fast_pipeline, start_project
from projects.services.records import create_project, edit_project, estimate_with_prices_of_today, people_of
from projects.services.running import compare_with_running, is_compared_with_others, running_of, running_source
from projects.services.statements import (
    STATEMENT_PDF,
    keep_statement_pdf,
    make_statement,
    may_make_statement,
    quarters_of,
    statement_for,
    statement_html,
)
from projects.services.unconverting import conversion_to_undo, undo_conversion

__all__ = [
    "Effect",
    "effect_of_price",
    "STATEMENT_PDF",
    "is_compared_with_others",
    "keep_statement_pdf",
    "make_statement",
    "may_make_statement",
    "quarters_of",
    "statement_for",
    "statement_html",
    "EXIT_FIELDS",
    "estimate_of_today",
    "estimate_with_prices_of_today",
    "AlreadyConverted",
    "LeadGone",
    "Becomes",
    "BonusSum",
    "Earning",
    "ProjectClosed",
    "ReasonMissing",
    "accept_offer",
    "add_contact",
    "advance",
    "answer_demo",
    "basis_of",
    "bonus_facts",
    "bonus_of",
    "bonus_sums",
    "bonuses_to_earn",
    "can_become",
    "can_take_back",
    "change_role",
    "close_as_lost",
    "compare_with_running",
    "condition_lines",
    "contact_of",
    "conversion_to_undo",
    "convert_lead",
    "converted_leads",
    "create_project",
    "correct_bonus",
    "decide_bonus",
    "edit_project",
    "fast_pipeline",
    "fill_exit_fields",
    "found_out",
    "hand_over_customer",
    "move_project",
    "note_quotes_out",
    "origin_of",
    "people_of",
    "preview_conversion",
    "project_of",
    "running_of",
    "running_source",
    "record_verbal_agreement",
    "remove_contact",
    "say_why_won",
    "reopen_project",
    "start_project",
    "take_acceptance",
    "take_mrr_from",
    "today_of",
    "undo_conversion",
    "withdraw_verbal_agreement",
]
