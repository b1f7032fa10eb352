"""Leads, those of partners and those that the vendor hands out."""

from leads.models.lead import Lead, LeadQuerySet

__all__ = ["Lead", "LeadQuerySet"]
