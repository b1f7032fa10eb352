"""Addresses of quotes: the portal's pages, the panels on projects and accounts, and the customer's private page."""

from django.urls import include, path

from partnerportal.core.panels import record_urls
from quotes.models import Quote
from quotes.views import actions, composing, customer, filling, lines, lists, pages
from tasks.services import hand_over

own = [
    *record_urls(Quote, hand_over=hand_over, list=lists.QuoteList, add=pages.QuoteAdd, detail=pages.QuoteDetail, edit=pages.QuoteEdit),
    path("panels/for-project/<int:pk>/", lists.QuotesOfProject.as_view(), name="for_project"),
    path("panels/products/for-project/<int:pk>/", lists.ProductsOfProject.as_view(), name="products_for_project"),
    path("panels/for-contact/<int:pk>/", lists.QuotesOfContact.as_view(), name="for_contact"),
    path("panels/for-account/<int:pk>/", lists.QuotesOfAccount.as_view(), name="for_account"),
    path("<int:pk>/preview/", pages.QuotePreview.as_view(), name="preview"),
    path("<int:pk>/address/", pages.AddressFields.as_view(), name="address"),
    path("<int:pk>/panels/document/", pages.QuoteDocument.as_view(), name="document"),
    path("<int:pk>/lines/", lines.AddLine.as_view(), name="add_line"),
    path("<int:pk>/lines/preview/", lines.LinePreview.as_view(), name="preview_line"),
    path("<int:pk>/lines/<int:line>/", lines.EditLine.as_view(), name="edit_line"),
    path("<int:pk>/lines/<int:line>/remove/", lines.RemoveLine.as_view(), name="remove_line"),
    path("<int:pk>/lines/export/", lines.LinesFile.as_view(), name="export_lines"),
    path("<int:pk>/lines/paste/", filling.PasteLines.as_view(), name="paste_lines"),
    path("<int:pk>/lines/fill/", filling.FillChoices.as_view(), name="fill"),
    path("<int:pk>/lines/bundle/", filling.TakeBundle.as_view(), name="take_bundle"),
    path("<int:pk>/lines/take/", filling.TakeLines.as_view(), name="take_lines"),
    path("<int:pk>/compare/", filling.CompareQuotes.as_view(), name="compare"),
    path("<int:pk>/copy/", filling.CloneQuote.as_view(), name="copy"),
    path("<int:pk>/submit/", actions.SubmitQuote.as_view(), name="submit"),
    path("<int:pk>/resend/", actions.ResendQuote.as_view(), name="resend"),
    path("<int:pk>/compose/", composing.ComposeQuote.as_view(), name="compose"),
    path("<int:pk>/remind/", composing.RemindCustomer.as_view(), name="remind"),
    path("<int:pk>/revoke/", actions.RevokeLink.as_view(), name="revoke"),
    path("<int:pk>/restore-link/", actions.RestoreLink.as_view(), name="restore_link"),
    path("<int:pk>/make-primary/", actions.MakePrimary.as_view(), name="make_primary"),
    path("<int:pk>/request-approval/", actions.RequestApproval.as_view(), name="request_approval"),
    path("<int:pk>/refresh-prices/", actions.RefreshPrices.as_view(), name="refresh_prices"),
    path("<int:pk>/compare-anew/", actions.CompareAnew.as_view(), name="compare_anew"),
    path("<int:pk>/new-version/", actions.NewVersion.as_view(), name="new_version"),
    path("<int:pk>/cancel/", actions.CancelQuote.as_view(), name="cancel"),
    path("<int:pk>/accept/", actions.RecordAcceptance.as_view(), name="accept"),
]

urlpatterns = [
    path("q/<str:token>/", customer.CustomerQuote.as_view(), name="customer_quote"),
    path("q/<str:token>/pdf/", customer.CustomerPdf.as_view(), name="customer_pdf"),
    path("q/<str:token>/accept/", customer.CustomerAccept.as_view(), name="customer_accept"),
    path("q/<str:token>/decline/", customer.CustomerDecline.as_view(), name="customer_decline"),
    path("q/<str:token>/change/", customer.CustomerChange.as_view(), name="customer_change"),
    path("projects/<int:pk>/panels/quotes/", lists.QuotesOfProject.as_view(), name="quotes_of_project"),
    path("accounts/<int:pk>/panels/quotes/", lists.QuotesOfAccount.as_view(), name="quotes_of_account"),
    path("quotes/", include((own, "quotes"))),
]
