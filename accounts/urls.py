"""Addresses of accounts and contacts. Change of an account's owner takes projects along, so `projects` has its page."""

from django.urls import include, path

from accounts import views
from accounts.imports import ACCOUNTS, CONTACTS
from accounts.models import Account, Contact
from accounts.services import hand_over_account
from partnerportal.core.panels import record_urls
from partnerportal.core.views.imports import import_urls
from tasks.services import hand_over

accounts = record_urls(
    Account, hand_over=hand_over_account, list=views.AccountList, add=views.AccountAdd, detail=views.AccountDetail, edit=views.AccountEdit
)
contacts = [
    path("panels/for-account/<int:pk>/", views.ContactsOfAccount.as_view(), name="for_account"),
    *record_urls(
        Contact, hand_over=hand_over, list=views.ContactList, add=views.ContactAdd, detail=views.ContactDetail, edit=views.ContactEdit
    ),
]

urlpatterns = [
    path("accounts/", include((import_urls(ACCOUNTS) + accounts, "accounts"))),
    path("contacts/", include((import_urls(CONTACTS) + contacts, "contacts"))),
]
