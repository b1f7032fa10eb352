"""Addresses of accounts and contacts."""

from django.urls import include, path

from accounts import views
from accounts.models import Account, Contact
from partnerportal.core.panels import record_urls

accounts = [
    path("<int:pk>/owner/", views.AccountOwner.as_view(model=Account), name="owner"),
    *record_urls(Account, list=views.AccountList, add=views.AccountAdd, detail=views.AccountDetail, edit=views.AccountEdit),
]
contacts = [
    path("panels/for-account/<int:pk>/", views.ContactsOfAccount.as_view(), name="for_account"),
    path("<int:pk>/owner/", views.ContactOwner.as_view(model=Contact), name="owner"),
    *record_urls(Contact, list=views.ContactList, add=views.ContactAdd, detail=views.ContactDetail, edit=views.ContactEdit),
]

urlpatterns = [
    path("accounts/", include((accounts, "accounts"))),
    path("contacts/", include((contacts, "contacts"))),
]
