"""Every list shows a record beside its rows: its own page, and never another partner's."""

import pytest
from django.test import Client

from partnerportal.core.models import OpenedRecord
from partnerportal.tests.test_query_counts import RECORDS
from partnerportal.tests.world import build
from projects.reference import load_questions

pytestmark = pytest.mark.django_db


@pytest.fixture
def worlds(reference, aurora, harbour):
    load_questions()
    return build("kanaria", partner=aurora), build("nachbar", partner=harbour)


def test_every_list_shows_a_record_of_its_own_and_none_of_another_partner(worlds):
    mine, theirs = worlds
    client = Client()
    client.force_login(mine.rep)

    for place, label in RECORDS.items():
        own, foreign = mine.get(label), theirs.get(label)
        page = client.get(f"/{place}/?display=split&open={own.pk}")
        assert page.status_code == 200, place
        assert page.context["side"].key == own.pk
        assert f'href="{own.get_absolute_url()}"' in page.context["side"].html
        assert f"{own.get_absolute_url()}panels/activity/" in page.context["side"].html
        opened = OpenedRecord.objects.count()
        for headers in ({}, {"HX-Request": "true", "HX-Target": "side"}):
            page = client.get(f"/{place}/?display=split&open={foreign.pk}", headers=headers)
            assert page.status_code == 404, place
            assert foreign.get_absolute_url() not in page.text
            assert "nachbar" not in page.text.casefold()
        assert OpenedRecord.objects.count() == opened


def test_what_stands_beside_the_rows_is_what_the_page_of_the_record_says(worlds):
    mine, _theirs = worlds
    client = Client()
    client.force_login(mine.rep)

    for place, label in RECORDS.items():
        own = mine.get(label)
        whole, beside = client.get(own.get_absolute_url()), client.get(f"/{place}/?display=split&open={own.pk}").context["side"].html
        for name in ("facts", "details"):
            for fact in whole.context[name]:
                assert str(fact.label) in beside, (place, fact.label)
        for panel in whole.context["panels"]:
            assert f'hx-get="{panel.url}"' in beside, (place, panel.url)
        assert ('class="path"' in beside) == bool(whole.context["path"]), place
