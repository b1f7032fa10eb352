"""Imports that update: what the file says replaces what is there, and records are found again by a column that one chooses."""

import pytest

from leads.imports import LEADS
from leads.tests.test_import_decisions import decide, held, overtaken, run, there, undo
from leads.tests.test_imports import CONSTANTS, imported, leads_of, line, rehearsed, results, table, upload
from partnerportal.core import outbox
from partnerportal.core.history import changes
from partnerportal.core.imports import services
from partnerportal.core.imports.filling import clashes_of
from partnerportal.core.merge import Clash

pytestmark = pytest.mark.django_db


def test_an_update_is_rehearsed_with_what_was_and_what_becomes(anna):
    lead = there(anna, total_users=7, country="CH", city="Roma")

    batch = rehearsed(anna, line(), policy="replace")

    row = batch.rows.get()
    assert (row.result, row.planned) == ("update", {"total_users": ["7", "1200"], "country": ["CH", "IT"]})
    assert held(lead) == (7, "CH", "Roma")


def test_an_update_replaces_and_goes_back(anna):
    lead = there(anna, total_users=7, country="CH", city="Roma")

    batch = imported(anna, line(), policy="replace")

    assert (held(lead), services.counts(batch), leads_of(anna)) == ((1200, "IT", "Roma"), {"update": 1}, [lead])
    assert [(change.author, change.channel) for change in changes(lead)][:1] == [("Anna Conti", "import")]
    undo(batch, anna)
    assert held(lead) == (7, "CH", "Roma")


def test_blank_cells_and_what_holds_where_a_line_says_nothing_replace_nothing(anna):
    lead = there(anna, total_users=7, country="CH", job_title="cio-cto", source="website", power="influencer")

    batch = imported(anna, line(users="", country="", job="", source="", power=""), policy="replace")

    lead.refresh_from_db()
    assert (held(lead), lead.job_title, lead.source, lead.power) == ((7, "CH", ""), "cio-cto", "website", "influencer")
    (found,) = results(batch)
    assert (found[1], found[3].endswith("It says all of this already.")) == ("skip", True)


def test_an_update_asks_about_a_field_that_somebody_changed_since_the_rehearsal(anna, ben):
    lead, batch = overtaken(anna, ben, policy="replace", theirs="AT", country="CH", total_users=7)

    assert (held(lead), services.counts(batch)) == ((1200, "AT", ""), {"clash": 1})
    assert clashes_of(batch.rows.get()) == {"country": Clash("CH", "IT", "AT")}
    decide(batch, anna, country="mine")
    assert held(lead) == (1200, "IT", "")
    undo(batch, anna)
    assert held(lead) == (7, "AT", "")


def test_an_update_asks_before_it_replaces_what_was_made_since_the_rehearsal(anna):
    batch = rehearsed(anna, line(), policy="replace")
    lead = there(anna, country="CH")

    run(batch, anna)

    assert (held(lead), clashes_of(batch.rows.get())) == ((1200, "CH", ""), {"country": Clash("", "IT", "CH")})


def test_lines_of_one_file_replace_one_after_the_other_and_go_back(anna):
    lead = there(anna, total_users=7, country="CH")
    lines = line(), line(users="30", country=""), line(users="40", country="at")

    batch = rehearsed(anna, *lines, policy="replace")
    promised = results(batch)
    planned = [row.planned for row in batch.rows.order_by("number")]
    run(batch, anna)

    assert planned == [
        {"total_users": ["7", "1200"], "country": ["CH", "IT"]},
        {"total_users": ["1200", "30"]},
        {"total_users": ["30", "40"], "country": ["IT", "AT"]},
    ]
    assert (held(lead), results(batch)) == ((40, "AT", ""), promised)
    undo(batch, anna)
    assert held(lead) == (7, "CH", "")


def test_a_line_that_is_put_right_after_the_import_asks_nothing(anna):
    lead = there(anna, total_users=7, country="CH")
    batch = imported(anna, line(email="nothing"), policy="replace")

    row = services.correct(batch, 2, {3: "p.greco@caffenero.it"}, by=anna)

    assert (row.result, held(lead)) == ("update", (1200, "IT", ""))


def test_a_colleagues_record_is_not_replaced_by_who_may_not_change_it(anna, alex):
    lead = there(alex, total_users=7, country="CH")

    batch = imported(anna, line(), policy="replace")

    assert (services.counts(batch), held(lead)) == ({"error": 1}, (7, "CH", ""))


def test_a_record_of_another_partner_is_not_replaced(anna, carla):
    lead = there(carla, total_users=7, country="CH")

    batch = imported(anna, line(), policy="replace")

    assert (services.counts(batch), held(lead)) == ({"create": 1}, (7, "CH", ""))


# --- found again by one column ------------------------------------------------------------


def by_key(by, *lines, key="email", policy="replace"):
    """An import whose lines are found again by one field, rehearsed and run: what was promised, and the import."""
    batch = services.start(LEADS, upload(table(*lines)), by=by)
    services.rehearse(batch, mapping=batch.mapping, constants=CONSTANTS, policy=policy, found_by=key, by=by)
    outbox.deliver_due()
    batch.refresh_from_db()
    promised = results(batch)
    return promised, run(batch, by)


def test_a_line_updates_the_record_with_its_mail_address_and_no_other(anna):
    lead = there(anna, company="Something Else", phone="+390471999999", total_users=7)
    alike = there(anna, email="other@caffenero.it", total_users=8)

    promised, batch = by_key(anna, line(email="P.Greco@CaffeNero.it"), line(company="Caffè Nero", email="new@caffenero.it"))

    assert [result for _n, result, *_ in promised] == [result for _n, result, *_ in results(batch)] == ["update", "create"]
    assert "p.greco@caffenero.it" in promised[0][3]
    lead.refresh_from_db()
    assert (lead.company, held(lead)[0], held(alike)[0], len(leads_of(anna))) == ("Caffè Nero S.r.l.", 1200, 8, 3)


def test_a_key_of_several_records_is_an_error_that_changes_nothing(anna):
    leads = [there(anna, company=company, phone="", total_users=7) for company in ("Caffè Nero", "Caffè Bianco")]

    promised, batch = by_key(anna, line())

    sentence = "There are several records with “p.greco@caffenero.it” here, so it is not clear which one is meant."
    assert [(result, errors) for _n, result, errors, _note in promised] == [("error", [["E-Mail", sentence]])]
    assert (services.counts(batch), [held(lead)[0] for lead in leads]) == ({"error": 1}, [7, 7])


def test_lines_of_one_file_with_one_key_are_one_record(anna):
    lines = line(company="Orto", email="o@orto.it", phone=""), line(company="Zimmerei", email="o@orto.it", phone="", users="9")

    promised, batch = by_key(anna, *lines, line(company="Orto", email="p@orto.it", phone=""))

    assert results(batch) == promised
    assert [result for _n, result, *_ in promised] == ["create", "update", "create"]
    assert [(lead.company, lead.total_users) for lead in leads_of(anna)] == [("Orto", 1200), ("Zimmerei", 9)]


def test_a_telephone_number_is_a_key_and_a_line_without_one_is_new(anna):
    lead = there(anna, email="office@orto.it", company="Orto", total_users=7)

    promised, _batch = by_key(anna, line(email="new@caffenero.it"), line(email="x@orto.it", phone=""), key="phone")

    assert [result for _n, result, *_ in promised] == ["update", "create"]
    lead.refresh_from_db()
    assert (lead.email, lead.total_users) == ("new@caffenero.it", 1200)


def test_a_key_of_another_partners_record_finds_nothing(anna, carla):
    lead = there(carla, total_users=7)

    promised, _batch = by_key(anna, line())

    assert ([result for _n, result, *_ in promised], held(lead)[0]) == (["create"], 7)


def test_a_key_is_chosen_on_the_page_remembered_and_needs_its_column(anna, client):
    client.force_login(anna)
    batch = services.start(LEADS, upload(table(line())), by=anna)
    posted = {f"column-{place}": name for place, name in batch.mapping.items()} | {"policy": "replace"}
    posted |= {f"always-{name}": value for name, value in CONSTANTS.items()}

    without = {name: value for name, value in posted.items() if value != "phone"}
    refused = client.post(batch.get_absolute_url(), {**without, "found_by": "phone"})
    unknown = client.post(batch.get_absolute_url(), {**posted, "found_by": "company"})
    assert (refused.status_code, unknown.status_code) == (422, 422)
    assert "No column goes to Phone, by which a line shall be found again." in refused.content.decode()
    batch.refresh_from_db()
    assert (batch.state, batch.found_by) == ("mapping", "")

    client.post(batch.get_absolute_url(), {**posted, "found_by": "email"})
    batch.refresh_from_db()
    assert (batch.state, batch.found_by) == ("reading", "email")
    assert services.start(LEADS, upload(table(line())), by=anna).found_by == "email"


def test_the_page_of_a_rehearsal_shows_what_was_and_what_becomes(anna, client):
    there(anna, total_users=7, country="CH")
    batch = rehearsed(anna, line(), policy="replace")
    client.force_login(anna)

    page = client.get(batch.get_absolute_url())

    assert page.context["rows"][0]["changes"] == [("Total users", "7", "1200"), ("Country", "Switzerland", "Italy")]
    assert "<del>Switzerland</del> → <ins>Italy</ins>" in page.content.decode()


def test_the_policy_is_offered_and_remembered(anna, client):
    client.force_login(anna)
    batch = services.start(LEADS, upload(table(line())), by=anna)
    posted = {f"column-{place}": name for place, name in batch.mapping.items()}
    posted |= {f"always-{name}": value for name, value in CONSTANTS.items()}

    client.post(batch.get_absolute_url(), {**posted, "policy": "replace"})

    batch.refresh_from_db()
    assert batch.policy == "replace"
    assert services.start(LEADS, upload(table(line())), by=anna).policy == "replace"
