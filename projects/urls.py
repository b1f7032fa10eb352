"""Addresses of projects, from the root of the site: their own pages, the fast pipeline, conversion of a lead, owner of an account."""

from django.urls import include, path

from partnerportal.core.panels import record_urls
from projects.models import Project
from projects.views import conversion, detail, edit, lists, moves, offers, owner, people, statements, wizard
from tasks.services import hand_over

own = [
    path("new/contacts/", edit.ContactChoices.as_view(), name="contact_choices"),
    path("panels/for-account/<int:pk>/", lists.ProjectsOfAccount.as_view(), name="for_account"),
    path("panels/for-contact/<int:pk>/", lists.ProjectsOfContact.as_view(), name="for_contact"),
    path("<int:pk>/agreement/", moves.RecordAgreement.as_view(), name="agreement"),
    path("<int:pk>/withdraw/", moves.WithdrawAgreement.as_view(), name="withdraw"),
    path("<int:pk>/close/", moves.CloseAsLost.as_view(), name="close"),
    path("<int:pk>/won/", moves.WhyWon.as_view(), name="why_won"),
    path("<int:pk>/reopen/", moves.ReopenProject.as_view(), name="reopen"),
    path("<int:pk>/next-step/", moves.NextStep.as_view(), name="next_step"),
    path("<int:pk>/estimate/", moves.EstimateToday.as_view(), name="estimate"),
    path("<int:pk>/demo/", moves.AnswerDemo.as_view(), name="demo"),
    path("<int:pk>/contacts/add/", people.AddProjectContact.as_view(), name="add_contact"),
    path("<int:pk>/contacts/<int:contact>/role/", people.ChangeRole.as_view(), name="contact_role"),
    path("<int:pk>/contacts/<int:contact>/remove/", people.RemoveProjectContact.as_view(), name="remove_contact"),
    path("<int:pk>/panels/contacts/", people.ContactsOfProject.as_view(), name="contacts"),
    *record_urls(
        Project,
        hand_over=hand_over,
        list=lists.ProjectList,
        board=lists.ProjectBoard,
        add=edit.ProjectAdd,
        detail=detail.ProjectDetail,
        edit=edit.ProjectEdit,
        move=moves.ProjectMove,
    ),
]

pages = [
    path("pipeline/new/", wizard.FastPipeline.as_view(), name="pipeline"),
    path("leads/offers/<int:pk>/accept/", offers.AcceptOffer.as_view(), name="accept_offer"),
    path("leads/<int:pk>/convert/", conversion.ConvertLead.as_view(), name="convert"),
    path("leads/<int:pk>/convert/undo/", conversion.UndoConversion.as_view(), name="undo_convert"),
    path("accounts/<int:pk>/owner/", owner.AccountOwner.as_view(), name="account_owner"),
    path("bonus/", statements.BonusStatements.as_view(), name="bonus_statements"),
    path("projects/", include(own)),
]

urlpatterns = [path("", include((pages, "projects")))]  # type: ignore[arg-type]
