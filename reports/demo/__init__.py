"""The demo's year of business: invented people and companies, written as rows that obey every rule of the portal."""
