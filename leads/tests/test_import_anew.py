"""A line that is put right in the rehearsal: the lines after it that it touches are planned anew, and only these."""

from random import Random

import pytest

from leads.tests.factories import LeadFactory
from leads.tests.test_import_decisions import there
from leads.tests.test_imports import CONSTANTS, imported, leads_of, line, rehearsed, results
from partnerportal.core import outbox
from partnerportal.core.imports import services

pytestmark = pytest.mark.django_db
COMPANY, FIRST, LAST, EMAIL, USERS = 0, 1, 2, 3, 9
ORTO = {"company": "Orto GmbH", "first": "Pia", "last": "Rossi", "email": "pia@orto.it", "phone": "0471 999 111"}
RIGHT = {EMAIL: "p.greco@caffenero.it"}


def told(batch):
    """What the page says of each line."""
    return [(number, result) for number, result, *_ in results(batch)]


def planned(batch):
    names = ("number", "step", "cells", "result", "errors", "note", "like_line", "like_url", "object_id", "planned")
    return list(batch.rows.order_by("number").values_list(*names))


def test_a_later_line_becomes_the_duplicate_of_one_that_is_put_right(anna):
    batch = rehearsed(anna, line(email="nothing"), line(**ORTO), line(email="office@caffenero.it"))
    assert told(batch) == [(2, "error"), (3, "create"), (4, "create")]

    row = services.correct(batch, 2, RIGHT, by=anna)

    assert (row.result, row.anew) == ("create", 1)
    assert told(batch) == [(2, "create"), (3, "create"), (4, "duplicate")]
    assert results(batch)[2][3].startswith("The same as line 2 of this file")
    services.run(batch, by=anna)
    outbox.deliver_due()
    assert [lead.company for lead in leads_of(anna)] == ["Caffè Nero S.r.l.", "Orto GmbH"]


def test_a_later_line_is_no_duplicate_when_its_cause_is_gone(anna):
    batch = rehearsed(anna, line(), line(email="office@caffenero.it"), line(**ORTO), line(email="bar@caffenero.it"))
    assert told(batch) == [(2, "create"), (3, "duplicate"), (4, "create"), (5, "duplicate")]

    row = services.correct(
        batch, 2, {COMPANY: "Bar Sport", FIRST: "Ugo", LAST: "Verdi", EMAIL: "u@barsport.it", 4: "06 7777 1111"}, by=anna
    )

    assert (row.result, row.anew) == ("create", 2)
    assert told(batch) == [(2, "create"), (3, "create"), (4, "create"), (5, "duplicate")]
    assert batch.rows.get(number=5).like_line == 3


def test_a_line_that_nothing_depends_on_touches_no_other(anna):
    batch = rehearsed(anna, line(), line(**ORTO), line(email="office@caffenero.it"))
    before = planned(batch)

    assert services.correct(batch, 3, {USERS: "80"}, by=anna).anew == 0

    assert [row for row in planned(batch) if row[0] != 3] == [row for row in before if row[0] != 3]


def test_a_line_that_is_wrongly_taken_for_another_is_made_all_the_same(anna, carla, client):
    batch = rehearsed(anna, line(), line(email="office@caffenero.it"), line(**ORTO), line(email="bar@caffenero.it"))
    address = f"{batch.get_absolute_url()}lines/3/"
    client.force_login(carla)
    assert client.post(address, {"another": "1"}).status_code == 404
    client.force_login(anna)
    assert client.get(batch.get_absolute_url()).content.decode().count('name="another"') == 2

    answer = client.post(address, {"another": "1"}, follow=True)

    assert "Line 3: new" in answer.content.decode()
    assert told(batch) == [(2, "create"), (3, "create"), (4, "create"), (5, "duplicate")]
    assert planned(batch)[1][2] == line(email="office@caffenero.it")
    services.run(batch, by=anna)
    outbox.deliver_due()
    assert sorted(lead.email for lead in leads_of(anna)) == ["office@caffenero.it", "p.greco@caffenero.it", "pia@orto.it"]
    assert client.get(batch.get_absolute_url()).content.decode().count('name="another"') == 0
    client.post(f"{batch.get_absolute_url()}lines/5/", {"another": "1"})
    assert told(batch)[3] == (5, "duplicate")


def test_a_line_that_would_fill_a_record_may_be_another_and_stays_so(anna):
    known = LeadFactory(owner=anna, company="Caffè Nero", email="info@caffenero.it", country="", total_users=None)
    batch = rehearsed(anna, line(users="30"), line(**ORTO), policy="fill")
    assert told(batch) == [(2, "update"), (3, "create")]

    services.correct(batch, 2, {}, is_another=True, by=anna)
    services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy="fill", by=anna)
    outbox.deliver_due()

    assert told(batch) == [(2, "create"), (3, "create")]
    batch.refresh_from_db()
    services.run(batch, by=anna)
    outbox.deliver_due()
    known.refresh_from_db()
    assert (known.total_users, len(leads_of(anna))) == (None, 3)


def test_what_was_put_right_in_a_later_line_stays(anna):
    batch = rehearsed(anna, line(email="nothing"), line(email="none either", users="30"))
    services.correct(batch, 3, {EMAIL: "office@caffenero.it", USERS: "55"}, by=anna)

    services.correct(batch, 2, RIGHT, by=anna)

    later = batch.rows.get(number=3)
    assert (later.result, later.like_line, later.cells[EMAIL], later.cells[USERS]) == ("duplicate", 2, "office@caffenero.it", "55")


def test_lines_found_by_a_field_are_planned_anew_too(anna):
    batch = rehearsed(anna, line(email="nothing"), line(**{**ORTO, "email": "P.Greco@caffenero.it"}))
    services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy="skip", found_by="email", by=anna)
    outbox.deliver_due()

    assert services.correct(batch, 2, RIGHT, by=anna).anew == 1

    assert told(batch) == [(2, "create"), (3, "duplicate")]


def test_after_the_import_nothing_is_planned_anew(anna):
    batch = imported(anna, line(email="nothing"), line(email="office@caffenero.it"))
    before = planned(batch)[1]

    assert services.correct(batch, 2, RIGHT, by=anna).anew == 0

    assert planned(batch)[1] == before


@pytest.mark.parametrize("policy", ["skip", "fill", "replace", "create"])
@pytest.mark.parametrize("number", range(3))
def test_it_comes_to_what_a_rehearsal_of_the_whole_would(anna, policy, number):
    dice = Random(f"{policy} {number}")
    there(anna, total_users=None, country="")
    people = (("Paolo", "Greco"), ("Pia", "Rossi"))
    places = {"Caffè Nero S.r.l.": "caffenero.it", "Orto GmbH": "orto.it", "Bar Sport": "barsport.it"}

    def some_line():
        company, (first, last) = dice.choice(list(places)), dice.choice(people)
        email = dice.choice((f"{last.lower()}@{places[company]}", f"office@{places[company]}", "nothing"))
        return line(
            company=company,
            first=first,
            last=last,
            email=email,
            phone="",
            users=dice.choice(("", "30", "40")),
            country=dice.choice(("", "Italien", "AT")),
        )

    lines = [some_line() for _ in range(9)]
    batch = rehearsed(anna, *lines, policy=policy)
    for _time in range(3):
        place = dice.randrange(len(lines))
        lines[place] = some_line()
        services.correct(batch, place + 2, dict(enumerate(lines[place])), by=anna)

        assert planned(batch) == planned(rehearsed(anna, *lines, policy=policy)), lines


# --- many: the worker's ----------------------------------------------------------------------


@pytest.fixture
def many(anna, monkeypatch):
    """A line that is wrong, and four that mean the same; more than two are the worker's."""
    monkeypatch.setattr(services, "ANEW_AT_ONCE", 2)
    monkeypatch.setattr(services, "PART", 1)
    return rehearsed(
        anna, line(email="nothing"), *(line(email=f"{name}@caffenero.it", users=name) for name in ("30", "40", "50", "60")), policy="fill"
    )


def test_many_are_planned_by_the_worker(many, anna):
    row = services.correct(many, 2, {**RIGHT, USERS: ""}, by=anna)

    many.refresh_from_db()
    assert (row.anew, many.state, many.total, many.handled) == (4, "checking", 4, 0)
    outbox.deliver_due()
    many.refresh_from_db()
    assert (many.state, many.handled) == ("checked", many.total)
    lines = [line(email="p.greco@caffenero.it", users="")] + [
        line(email=f"{name}@caffenero.it", users=name) for name in ("30", "40", "50", "60")
    ]
    assert planned(many) == planned(rehearsed(anna, *lines, policy="fill"))


def test_planning_anew_is_stopped_and_nothing_that_was_put_right_is_lost(many, anna):
    services.correct(many, 2, {**RIGHT, USERS: ""}, by=anna)
    services.work(batch_id=many.pk)
    services.stop(many, by=anna)
    many.refresh_from_db()
    assert many.state == "mapping"

    services.rehearse(many, mapping=many.mapping, constants=many.constants, policy="fill", by=anna)
    outbox.deliver_due()

    many.refresh_from_db()
    assert (many.state, many.total) == ("checked", 5)
    assert (many.rows.get(number=2).cells[EMAIL], told(many)[0]) == ("p.greco@caffenero.it", (2, "create"))
    assert many.rows.get(number=3).like_line == 2
