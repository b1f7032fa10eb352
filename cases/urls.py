"""Addresses of this app, from the root of the site."""

from django.urls import URLPattern, URLResolver, include, path

from cases.models import Case
from cases.views.lists import CaseList, CasesOfAccount, CasesOfContact
from cases.views.record import AnswerCase, CaseActivity, CaseDetail, CaseNote, CasePin, CommentInternally, CommentOnCase
from cases.views.submit import CaseAdd, CaseEdit
from cases.views.verbs import DecideRequest, ReopenCase, ResolveCase, TakeCase
from partnerportal.core.panels import record_urls
from tasks.services import hand_over

OWN = {"panel_activity", "notes", "pin_note"}

cases = [
    path("panels/for-account/<int:pk>/", CasesOfAccount.as_view(), name="for_account"),
    path("panels/for-contact/<int:pk>/", CasesOfContact.as_view(), name="for_contact"),
    path("<int:pk>/panels/activity/", CaseActivity.as_view(model=Case), name="panel_activity"),
    path("<int:pk>/notes/", CaseNote.as_view(model=Case), name="notes"),
    path("<int:pk>/notes/<int:note>/pin/", CasePin.as_view(model=Case), name="pin_note"),
    path("<int:pk>/comment/", CommentOnCase.as_view(), name="comment"),
    path("<int:pk>/answer/", AnswerCase.as_view(), name="answer"),
    path("<int:pk>/internal/", CommentInternally.as_view(), name="internal"),
    path("<int:pk>/take/", TakeCase.as_view(), name="take"),
    path("<int:pk>/resolve/", ResolveCase.as_view(), name="resolve"),
    path("<int:pk>/reopen/", ReopenCase.as_view(), name="reopen"),
    path("<int:pk>/decide/", DecideRequest.as_view(), name="decide"),
    *(
        one
        for one in record_urls(Case, hand_over=hand_over, list=CaseList, add=CaseAdd, detail=CaseDetail, edit=CaseEdit)
        if one.name not in OWN
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [path("cases/", include((cases, "cases")))]
