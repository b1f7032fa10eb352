"""Addresses of leads, and of what finds leads, accounts and contacts that are the same. Converting belongs to `projects`."""

from django.urls import include, path

from leads.imports import LEADS
from leads.models import Lead
from leads.views import duplicates, merging, offers, records, web, working
from partnerportal.core.panels import record_urls
from partnerportal.core.views.imports import import_urls
from tasks.services import hand_over

work = [
    path("<int:pk>/qualify/", working.Qualify.as_view(), name="qualify"),
    path("<int:pk>/next-step/", working.NextStep.as_view(), name="next_step"),
    path("<int:pk>/plan/", working.StartPlan.as_view(), name="start_plan"),
    path("<int:pk>/plan/stop/", working.StopPlan.as_view(), name="stop_plan"),
]
leads = record_urls(
    Lead,
    hand_over=hand_over,
    list=records.LeadList,
    board=records.LeadBoard,
    add=records.LeadAdd,
    detail=records.LeadDetail,
    edit=records.LeadEdit,
    move=records.LeadMove,
)

offered = [
    path("", offers.OfferList.as_view(), name="list"),
    path("<int:pk>/", offers.OfferPage.as_view(), name="detail"),
    path("<int:pk>/decline/", offers.DeclineOffer.as_view(), name="decline"),
]

urlpatterns = [
    path("contact/<str:token>/", web.EnquiryPage.as_view(), name="web_form"),
    path("contact/<str:token>/thanks/", web.ThanksPage.as_view(), name="web_thanks"),
    path("leads/web-form/", web.OwnWebForm.as_view(), name="own_web_form"),
    path("leads/web-form/switch/", web.SwitchWebForm.as_view(), name="switch_web_form"),
    path("leads/web-form/release/", web.ReleaseEnquiries.as_view(), name="release_enquiries"),
    path("leads/offers/", include((offered, "offers"))),
    path("leads/duplicates/", duplicates.DuplicatesOfNewLead.as_view(), name="duplicates_of_new_lead"),
    path("accounts/duplicates/", duplicates.DuplicatesOfNewAccount.as_view(), name="duplicates_of_new_account"),
    path("contacts/duplicates/", duplicates.DuplicatesOfNewContact.as_view(), name="duplicates_of_new_contact"),
    path("leads/<int:pk>/duplicates/", duplicates.DuplicatesOfLead.as_view(), name="duplicates_of_lead"),
    path("accounts/<int:pk>/duplicates/", duplicates.DuplicatesOfAccount.as_view(), name="duplicates_of_account"),
    path("contacts/<int:pk>/duplicates/", duplicates.DuplicatesOfContact.as_view(), name="duplicates_of_contact"),
    path("leads/<int:pk>/merge/", merging.MergeLeads.as_view(), name="merge_leads"),
    path("accounts/<int:pk>/merge/", merging.MergeAccounts.as_view(), name="merge_accounts"),
    path("contacts/<int:pk>/merge/", merging.MergeContacts.as_view(), name="merge_contacts"),
    path("merges/<int:pk>/", merging.MergePage.as_view(), name="merge"),
    path("merges/<int:pk>/undo/", merging.UndoMerge.as_view(), name="undo_merge"),
    path("leads/", include((import_urls(LEADS) + work + leads, "leads"))),
]
