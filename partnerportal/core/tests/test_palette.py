"""The command palette: records, actions, places and views, as far as a person may."""

import re

import pytest
from django.urls import resolve

from accounts.tests.factories import AccountFactory
from partnerportal.core import palette
from partnerportal.core.context import TABS
from partnerportal.core.models import SavedView
from partnerportal.tests.counting import assert_queries


def labels(query, user):
    return {section.name: [entry.label for entry in section.entries] for section in palette.sections(query, user)}


def test_the_palette_offers_something_before_a_word_is_typed(anna):
    found = labels("", anna)

    assert found["actions"][:3] == ["New Fast Pipeline", "New lead", "New account"]
    assert found["places"][:2] == ["Home", "Leads"]
    assert "views" not in found


@pytest.mark.parametrize(
    ("query", "name", "label"),
    [
        ("new lead", "actions", "New lead"),
        ("lead new", "actions", "New lead"),
        ("log out", "actions", "Sign out"),
        ("submit", "actions", "Submit a Case"),
        ("dark", "actions", "Dark theme"),
        ("rep", "places", "Reports"),
        ("closing", "views", "Closing this month"),
        ("closing board", "views", "Closing this month as a board"),
    ],
)
def test_the_palette_finds_by_the_beginnings_of_words(query, name, label, anna):
    assert label in labels(query, anna)[name]


def test_the_palette_offers_nothing_that_does_not_match(anna):
    assert labels("zzzz", anna) == {}


def test_the_palette_leaves_out_what_the_person_may_not(tariq, anna):
    assert "New lead" not in labels("new", tariq).get("actions", [])
    assert "views" not in labels("my open leads", tariq)
    assert labels("administration", anna) == {}


def test_every_address_of_the_palette_answers(client, anna):
    client.force_login(anna)
    entries = [*palette.actions(anna), *palette.places(anna), *palette.views(anna)]

    for entry in entries:
        assert bool(entry.url) != bool(entry.press), entry
        if entry.url:
            assert client.get(entry.url).status_code == 200, entry.url
    assert len(entries) > 60
    assert {resolve(entry.url.partition("?")[0]).namespace for entry in palette.views(anna)} >= {"leads", "projects", "cases"}


def test_everything_that_the_palette_presses_is_on_every_page(client, anna):
    client.force_login(anna)
    page = client.get("/wmp/").content.decode()

    assert re.search(r'<form method="post" action="/auth/logout/">.*?<button', page, re.S)
    for name, values in {"theme": ("light", "dark", "auto"), "density": ("comfortable", "compact")}.items():
        assert [value for value in values if f'name="{name}" value="{value}"' not in page] == []
    assert "data-shortcuts" in page


def test_the_palette_finds_records_in_scope_and_escapes_them(client, anna, carla):
    mine, theirs = AccountFactory(owner=anna, name="Hotel <Sonne>"), AccountFactory(owner=carla, name="Hotel Sonnenblick")
    client.force_login(anna)

    part = client.get("/palette/", {"q": "sonn"}).content.decode()

    assert f'href="/accounts/{mine.pk}/"' in part
    assert "Hotel &lt;Sonne&gt;" in part
    assert f'href="/accounts/{theirs.pk}/"' not in part
    assert "<html" not in part


def test_the_palette_finds_saved_views_of_whoever_may_open_them(client, anna, alex, carla, ben):
    def saved(name, sharing, owner):
        facts = {} if owner is None else {"owner": owner, "partner": owner.partner}
        return SavedView.objects.create(page="leads", name=name, sharing=sharing, query="base=all_open&sort=company", **facts)

    own, shared = saved("Zebra mine", "private", anna), saved("Zebra ours", "company", alex)
    published = saved("Zebra of all", "published", None)
    saved("Zebra of Ben", "private", ben)
    saved("Zebra of strangers", "company", carla)

    found = next(section for section in palette.sections("zebra", anna) if section.name == "views").entries

    assert [(entry.label, entry.url) for entry in found if entry.icon != "kanban"] == [
        ("Zebra mine", f"/leads/?view=v{own.pk}"),
        ("Zebra of all", f"/leads/?view=v{published.pk}"),
        ("Zebra ours", f"/leads/?view=v{shared.pk}"),
    ]
    assert [entry.detail for entry in found if entry.icon != "kanban"] == [
        "leads · my view",
        "leads · published view",
        "leads · view of my company",
    ]
    assert f"/leads/board/?view=v{own.pk}" in [entry.url for entry in found]
    client.force_login(anna)
    assert [client.get(entry.url).status_code for entry in found] == [200] * 6


def test_the_palette_costs_five_queries_at_most(client, anna):
    AccountFactory.create_batch(20, owner=anna, name="Hotel Sonne")
    client.force_login(anna)

    assert_queries(client, "/palette/?q=sonne", at_most=5)
    assert_queries(client, "/palette/", at_most=3)


def test_every_tab_has_a_letter_of_its_own():
    keys = [tab.key for tab in TABS]

    assert len(set(keys)) == len(keys)
