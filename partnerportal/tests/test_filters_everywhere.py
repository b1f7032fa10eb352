"""The filters of every list: what leaves out is the rest of what chooses, and groups of filters cost no query more."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import resolve

from partnerportal.core.filters import NOT
from partnerportal.core.views.standard import first_for
from partnerportal.tests.counting import assert_queries
from partnerportal.tests.test_query_counts import LISTS, grow
from partnerportal.tests.world import build
from projects.reference import load_questions

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]


@pytest.fixture
def world(reference, aurora):
    load_questions()
    return build("kanaria", partner=aurora)


@pytest.mark.parametrize("page", LISTS)
def test_a_list_opens_with_a_view_that_its_reader_can_have_rows_in(page, anna, otto):
    views = resolve(f"/{page}/").func.view_class.views

    assert first_for(views, anna) == views[0]
    assert not first_for(views, otto).is_own


def filters_of(page):
    return resolve(f"/{page}/").func.view_class.filterset_class


def values_of(page, user):
    """For each filter that leaves out, some values that it understands."""
    bound = filters_of(page)({}, None, user=user)
    found = {}
    for name in filters_of(page).left_out():
        field = bound.form.fields[name]
        if name in ("owner_not", "assigned_to_not"):
            found[name] = ["me"]
        elif hasattr(field, "queryset"):
            found[name] = [str(one.pk) for one in field.queryset[:2]]
        else:
            found[name] = [str(value) for value, _label in field.choices if value][:2]
    return {name: values for name, values in found.items() if values}


def keys(client, page, query):
    """The records of a list for an address, from its file."""
    answer = client.get(f"/{page}/export/?{urlencode(query)}&format=csv")
    assert answer.status_code == 200, (page, query)
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    return sorted(lines[1 : lines.index("")])


@pytest.mark.parametrize("page", LISTS)
def test_what_is_left_out_and_what_is_chosen_make_the_whole(world, page):
    client = Client()
    client.force_login(world.rep)
    grow(world)
    everything = keys(client, page, {})
    tried = values_of(page, world.rep)
    assert everything
    assert {"status_not", "stage_not", "job_title_not"} & set(tried)

    for name, (value, *_others) in tried.items():
        chosen, left = keys(client, page, {name.removesuffix(NOT): value}), keys(client, page, {name: value})
        assert sorted([*chosen, *left]) == everything, name


def grouped(page, user):
    """An address with every filter once, and four groups."""
    tried = {name: values[0] for name, values in values_of(page, user).items()}
    plain = {name.removesuffix(NOT): value for name, value in tried.items()}
    groups = [*(urlencode({name: value}) for name, value in list(tried.items())[:3]), urlencode(plain)]
    return f"/{page}/?{urlencode({**plain, 'or': groups}, doseq=True)}"


def test_groups_of_filters_cost_no_more_in_any_list(world):
    client = Client()
    client.force_login(world.rep)
    few = {page: assert_queries(client, grouped(page, world.rep), at_most=10) for page in LISTS}
    grow(world)
    many = {page: assert_queries(client, grouped(page, world.rep), at_most=10) for page in LISTS}

    assert {page: (few[page], count) for page, count in many.items() if count > few[page] + 1} == {}
