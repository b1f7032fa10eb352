"""Leads, those of partners and those that the vendor hands out."""

from leads.models.lead import Lead, LeadQuerySet
from leads.models.vendor import LeadOffer, VendorLead
from leads.models.web import WebEnquiry, WebForm

__all__ = ["Lead", "LeadOffer", "LeadQuerySet", "VendorLead", "WebEnquiry", "WebForm"]
