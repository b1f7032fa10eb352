"""Two people at the confirmation of one order: what both wrote is kept, and where they wrote the same, the second chooses."""

import pytest
from django.test import Client
from django.urls import reverse

from orders.tests.factories import AnsweredOrderFactory, OrderFactory

pytestmark = pytest.mark.usefixtures("reference")
PBX = {"step": "pbx", "pbx_name": "brenner", "pbx_platform": "cloud", "pbx_region": "europe"}


@pytest.fixture
def order(anna):
    return OrderFactory(owner=anna, pbx_name="brenner", pbx_platform="cloud", pbx_region="europe")


@pytest.fixture
def browsers(anna, ben):
    """Anna's and Ben's, both at work."""
    found = [Client(), Client()]
    for client, person in zip(found, (anna, ben), strict=True):
        client.force_login(person)
    return found


def step(order, key="pbx"):
    return f"{reverse('orders:confirm', args=[order.pk])}?step={key}"


def pbx(order):
    order.refresh_from_db()
    return order.pbx_name, order.pbx_platform, order.pbx_region


def test_two_people_answer_different_fields_of_a_step_and_both_stay(browsers, order):
    hers, his = browsers
    other = next(value for value, _label in order._meta.get_field("pbx_platform").flatchoices if value not in ("", "cloud"))
    base = hers.get(step(order)).context["base"]
    his.post(step(order), {**PBX, "pbx_platform": other, "base": base})

    hers.post(step(order), {**PBX, "pbx_name": "hers", "base": base})

    assert pbx(order) == ("hers", other, "europe")


@pytest.mark.parametrize(("choice", "name"), [("theirs", "his"), ("mine", "hers"), ("was", "brenner")])
def test_two_people_answer_one_field_and_the_second_chooses(browsers, order, choice, name):
    hers, his = browsers
    base = hers.get(step(order)).context["base"]
    his.post(step(order), {**PBX, "pbx_name": "his", "base": base})

    sent = {**PBX, "pbx_name": "hers", "base": base, "go": "back"}
    asked = hers.post(step(order), sent)
    assert (asked.status_code, pbx(order)[0], order.typed) == (409, "his", {})
    assert [(one.theirs, one.mine, one.was, one.change.author) for one in asked.context["questions"]] == [
        ("his", "hers", "brenner", "Ben Marino")
    ]
    assert 'name="choice-pbx_name"' in asked.content.decode()

    hers.post(step(order), {**sent, "base": asked.context["base"], "clash": asked.context["asked"], "choice-pbx_name": choice})

    assert pbx(order)[0] == name


def test_what_is_not_valid_yet_does_not_bring_back_what_somebody_else_changed(browsers, order):
    hers, his = browsers
    other = next(value for value, _label in order._meta.get_field("pbx_platform").flatchoices if value not in ("", "cloud"))
    base = hers.get(step(order)).context["base"]
    his.post(step(order), {**PBX, "pbx_platform": other, "base": base})

    hers.post(step(order), {**PBX, "pbx_name": "Hers!", "base": base})
    order.refresh_from_db()
    assert order.typed == {"pbx": {"pbx_name": "Hers!"}}
    page = hers.get(step(order))
    form = page.context["form"]
    hers.post(step(order), {**PBX, "pbx_platform": form["pbx_platform"].value(), "pbx_name": "hers", "base": page.context["base"]})

    assert pbx(order) == ("hers", other, "europe")


def test_a_refused_confirmation_does_not_take_ones_own_answer_for_somebody_elses(browsers, anna):
    hers, _his = browsers
    order = AnsweredOrderFactory(owner=anna, reference="", pbx_name="")
    sent = {"step": "review", "reference": "PO 1", "terms_accepted": "on", "base": hers.get(step(order, "review")).context["base"]}
    refused = hers.post(step(order, "review"), sent)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["__all__"])

    again = hers.post(step(order, "review"), {**sent, "reference": "PO 2", "base": refused.context["base"]})

    order.refresh_from_db()
    assert (again.status_code, order.reference) == (422, "PO 2")
