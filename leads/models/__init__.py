"""Leads, those of partners and those that the vendor hands out."""

from leads.models.lead import Lead, LeadQuerySet, LeadTotal
from leads.models.plan import LeadPlan, PlanRun, PlanStep
from leads.models.prospect import MOST_USERS
from leads.models.qualification import LONGEST_ANSWER, QualificationAnswer, QualificationQuestion, VendorAnswer
from leads.models.vendor import LONGEST_REASON, LeadOffer, VendorLead
from leads.models.web import WebEnquiry, WebForm

__all__ = [
    "LONGEST_ANSWER",
    "LONGEST_REASON",
    "MOST_USERS",
    "Lead",
    "LeadOffer",
    "LeadPlan",
    "LeadQuerySet",
    "LeadTotal",
    "PlanRun",
    "PlanStep",
    "QualificationAnswer",
    "QualificationQuestion",
    "VendorAnswer",
    "VendorLead",
    "WebEnquiry",
    "WebForm",
]
