"""Addresses of this app, from the root of the site."""

from django.urls import URLPattern, URLResolver, include, path

from orders.models import Order
from orders.views.confirm import ConfirmOrder
from orders.views.records import (
    CancelOrder,
    OrderDetail,
    OrderEdit,
    OrderList,
    OrderOfCase,
    OrderOfQuote,
    OrdersOfAccount,
    OrdersOfContact,
    OrdersOfProject,
    PlaceOrder,
)
from orders.views.stock import NewToStock
from partnerportal.core.panels import record_urls
from tasks.services import hand_over

orders = [
    path("new/", NewToStock.as_view(), name="add"),
    path("from-quote/<int:pk>/", PlaceOrder.as_view(), name="place"),
    path("panels/for-account/<int:pk>/", OrdersOfAccount.as_view(), name="for_account"),
    path("panels/for-contact/<int:pk>/", OrdersOfContact.as_view(), name="for_contact"),
    path("panels/for-project/<int:pk>/", OrdersOfProject.as_view(), name="for_project"),
    path("panels/for-quote/<int:pk>/", OrderOfQuote.as_view(), name="for_quote"),
    path("panels/for-case/<int:pk>/", OrderOfCase.as_view(), name="for_case"),
    path("<int:pk>/confirm/", ConfirmOrder.as_view(), name="confirm"),
    path("<int:pk>/cancel/", CancelOrder.as_view(), name="cancel"),
    *record_urls(Order, hand_over=hand_over, list=OrderList, detail=OrderDetail, edit=OrderEdit),
]

urlpatterns: list[URLPattern | URLResolver] = [path("orders/", include((orders, "orders")))]
