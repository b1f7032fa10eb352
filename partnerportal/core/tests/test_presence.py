"""Who is editing a record, as its pages tell each other; and that somebody saved it meanwhile."""

import html
import re

import pytest
import time_machine
from django.core.cache import cache, caches
from django.utils import timezone

from accounts.tests.factories import AccountFactory
from cases.models import Case
from cases.tests.factories import CaseFactory
from leads.models import Lead
from leads.services import edit_lead
from leads.tests.factories import LeadFactory
from partnerportal.core import presence
from partnerportal.core.actors import Actor, acting
from partnerportal.core.cache import PatientRedisCache
from partnerportal.tests.counting import assert_queries
from partners.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_yet():
    cache.clear()


@pytest.fixture
def lead(anna):
    return LeadFactory(owner=anna, company="Brenner Logistik")


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


def at(record):
    return f"{record.get_absolute_url()}presence/"


def words(response):
    """What the line says, in one line; nothing for an answer without content."""
    text = re.sub(r'<span class="avatar.*?</span>', "", response.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split()).replace(" :", ":").replace(" .", ".")


def line_of(page):
    """The line as a page brings it."""
    found = re.search(r'<div id="presence".*?</div>', page.content.decode(), re.DOTALL)
    return re.sub(r"<[^>]+>", "", re.sub(r'<span class="avatar.*?</span>', "", found[0])).strip()


def test_an_editor_is_shown_to_others_and_not_to_herself(as_, anna, alex, lead):
    own = as_(anna).post(at(lead), {"is": "editing"})
    shown = as_(alex).get(at(lead))

    assert (own.status_code, own.content) == (204, b"")
    assert (shown.status_code, words(shown)) == (200, "Anna Conti is editing")
    assert ">AC<" in shown.content.decode()


def test_several_editors_are_named_and_counted(as_, anna, alex, ben, dora, lead):
    for person in (anna, ben):
        presence.editing(lead, by=person)
    assert words(as_(alex).get(at(lead))) == "Anna Conti and 1 other are editing"

    presence.editing(lead, by=dora)

    assert words(as_(alex).get(at(lead))) == "Anna Conti and 2 others are editing"
    assert words(as_(ben).get(at(lead))) == "Anna Conti and 1 other are editing"


def test_who_leaves_is_shown_no_more(as_, anna, alex, ben, lead):
    presence.editing(lead, by=anna)
    presence.editing(lead, by=ben)

    as_(anna).post(at(lead), {"is": "gone"})

    assert words(as_(alex).get(at(lead))) == "Ben Marino is editing"


def test_who_speaks_no_more_is_forgotten_within_about_half_a_minute(anna, alex, ben, lead):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        presence.editing(lead, by=anna)
        clock.shift(presence.ASKED_EVERY * 2)
        presence.editing(lead, by=ben)
        assert [one.name for one in presence.editors(lead, seen_by=alex)] == ["Anna Conti", "Ben Marino"]

        clock.shift(presence.LASTS - presence.ASKED_EVERY * 2)

        assert [one.name for one in presence.editors(lead, seen_by=alex)] == ["Ben Marino"]
    assert presence.LASTS <= 40


def test_the_entry_of_a_record_does_not_grow_without_end(anna, alex, lead):
    for person in UserFactory.create_batch(presence.MOST + 3, partner=anna.partner):
        presence.editing(lead, by=person)

    assert len(presence.editors(lead, seen_by=alex)) == presence.MOST


def test_the_pages_come_with_who_is_editing(as_, anna, alex, ben, lead):
    presence.editing(lead, by=anna)

    assert line_of(as_(alex).get(lead.get_absolute_url())) == "Anna Conti is editing"
    assert line_of(as_(ben).get(f"{lead.get_absolute_url()}edit/")) == "Anna Conti is editing"
    assert line_of(as_(anna).get(lead.get_absolute_url())) == ""


def test_another_record_shows_nobody(as_, anna, alex, lead):
    same_key = AccountFactory(pk=lead.pk, owner=anna)
    presence.editing(lead, by=anna)

    assert as_(alex).get(at(same_key)).status_code == 204
    assert as_(alex).get(at(LeadFactory(owner=anna))).status_code == 204


def test_a_name_is_written_as_text(as_, anna, alex, lead):
    type(anna).objects.filter(pk=anna.pk).update(last_name="<script>alert(1)</script>")
    anna.refresh_from_db()
    presence.editing(lead, by=anna)

    assert "<script>" not in as_(alex).get(at(lead)).content.decode()


def test_a_record_that_one_does_not_see_is_404(as_, anna, carla, lead):
    presence.editing(lead, by=anna)

    assert as_(carla).get(at(lead)).status_code == 404
    assert as_(carla).post(at(lead), {"is": "editing"}).status_code == 404
    assert [one.pk for one in presence.editors(lead, seen_by=UserFactory(partner=anna.partner))] == [anna.pk]


def test_who_may_not_change_the_record_does_not_edit_it(as_, anna, alex, lead):
    assert as_(alex).post(at(lead), {"is": "editing"}).status_code == 403
    assert as_(anna).get(at(lead)).status_code == 204


def test_nobody_of_another_partner_is_ever_shown(as_, anna, alex, carla, otto, lead):
    presence.editing(lead, by=carla)

    assert as_(alex).get(at(lead)).status_code == 204
    assert presence.editors(lead, seen_by=otto) == []


def test_the_vendors_people_are_named_to_a_partner_where_the_case_names_them(as_, anna, tariq, otto):
    case = CaseFactory(owner=anna)
    as_(tariq).post(at(case), {"is": "editing"})
    assert as_(anna).get(at(case)).status_code == 204
    assert [one.name for one in presence.editors(case, seen_by=otto)] == [tariq.get_full_name()]

    Case.objects.for_partner(anna.partner).filter(pk=case.pk).update(agent=tariq)

    assert words(as_(anna).get(at(case))) == f"{tariq.get_full_name()} is editing"


# --- what others saved -----------------------------------------------------------------


def fresh(lead):
    return Lead.objects.across_partners(reason="test").get(pk=lead.pk)


def test_what_somebody_else_saved_is_told_with_a_way_to_load_it(as_, anna, alex, ben, lead):
    seen = fresh(lead).updated_at.isoformat()
    assert as_(alex).get(at(lead), {"seen": seen}).status_code == 204

    edit_lead(fresh(lead), values={"company": "Brenner AG"}, by=ben)
    told = as_(alex).get(at(lead), {"seen": seen})

    assert re.fullmatch(r"Changed by Ben Marino \d seconds? ago: reload", words(told))
    assert f'href="{lead.get_absolute_url()}"' in told.content.decode()
    assert as_(alex).get(at(lead), {"seen": fresh(lead).updated_at.isoformat()}).status_code == 204


def test_the_form_says_that_both_changes_are_brought_together(as_, anna, ben, lead):
    seen = fresh(lead).updated_at.isoformat()
    edit_lead(fresh(lead), values={"company": "Brenner AG"}, by=ben)

    told = as_(anna).post(at(lead), {"is": "editing", "at": "form", "seen": seen})

    assert "When you save, both changes are brought together." in words(told)
    assert "reload" not in words(told)


def test_ones_own_change_is_not_told_but_what_was_saved_before_it_is(as_, anna, ben, lead):
    seen = fresh(lead).updated_at.isoformat()
    edit_lead(fresh(lead), values={"company": "Brenner AG"}, by=anna)
    assert as_(anna).get(at(lead), {"seen": seen}).status_code == 204

    edit_lead(fresh(lead), values={"city": "Bozen"}, by=ben)
    edit_lead(fresh(lead), values={"city": "Meran"}, by=anna)

    assert words(as_(anna).get(at(lead), {"seen": seen})).startswith("Changed by Ben Marino")


def test_the_portals_own_changes_and_those_without_a_name_are_told(as_, alex, lead):
    seen = fresh(lead).updated_at.isoformat()
    with acting(Actor.system()):
        fresh(lead).save()
    assert words(as_(alex).get(at(lead), {"seen": seen})).startswith("Changed by Partner Portal")

    with acting(Actor(name="")):
        fresh(lead).save()
    assert words(as_(alex).get(at(lead), {"seen": seen})).startswith("Changed by somebody else")


@pytest.mark.parametrize("seen", ["", "yesterday", "2026-13-45T00:00:00Z", "2026-01-01T00:00:00"])
def test_a_moment_that_is_none_tells_of_no_change(as_, alex, ben, lead, seen):
    edit_lead(fresh(lead), values={"company": "Brenner AG"}, by=ben)

    assert as_(alex).get(at(lead), {"seen": seen}).status_code == 204


# --- what it costs, and what it does without a cache -----------------------------------


def test_the_question_costs_few_queries_and_the_pages_none(as_, anna, alex, ben, lead):
    page = assert_queries(as_(alex), lead.get_absolute_url(), at_most=12)
    for person in (anna, ben):
        presence.editing(lead, by=person)

    assert assert_queries(as_(alex), at(lead), at_most=3) > 0
    assert assert_queries(as_(alex), lead.get_absolute_url(), at_most=12) == page


def test_without_a_cache_nobody_is_shown_and_all_goes_on(as_, anna, alex, ben, lead, tmp_path, monkeypatch):
    presence.editing(lead, by=anna)
    seen = fresh(lead).updated_at.isoformat()
    edit_lead(fresh(lead), values={"company": "Brenner AG"}, by=ben)
    monkeypatch.setattr(caches._connections, "default", PatientRedisCache(f"unix://{tmp_path}/nobody.sock", {}))

    assert line_of(as_(alex).get(lead.get_absolute_url())) == ""
    assert as_(alex).get(at(lead)).status_code == 204
    assert as_(anna).post(at(lead), {"is": "editing"}).status_code == 204
    assert as_(anna).post(at(lead), {"is": "gone"}).status_code == 204
    assert words(as_(alex).get(at(lead), {"seen": seen})).startswith("Changed by Ben Marino")


def test_who_asks_without_end_is_refused_and_nobody_else_is(as_, anna, alex, lead, monkeypatch):
    monkeypatch.setattr(presence, "LIMITS", {"GET": 2, "POST": 1})

    assert [as_(alex).get(at(lead)).status_code for _time in range(3)] == [204, 204, 429]
    assert [as_(anna).get(at(lead)).status_code, *(as_(anna).post(at(lead)).status_code for _time in range(2))] == [204, 204, 429]
