"""Somebody changes a record between the rehearsal of an import and its run: what is written, what is asked, and how it goes back."""

import pytest

from leads.models import Lead
from leads.services import edit_lead
from leads.tests.factories import LeadFactory
from leads.tests.test_imports import LETTERS, imported, leads_of, line, rehearsed, results
from partnerportal.core import outbox
from partnerportal.core.attached import change_owner
from partnerportal.core.history import changes
from partnerportal.core.imports import services
from partnerportal.core.imports.filling import clashes_of
from partnerportal.core.merge import Clash
from partnerportal.core.stages import StaleMove

pytestmark = pytest.mark.django_db

SAID = {  # What `line()` says.
    "company": "Caffè Nero S.r.l.",
    "first_name": "Paolo",
    "last_name": "Greco",
    "email": "p.greco@caffenero.it",
    "phone": "+390412345678",
    "job_title": "ceo-owner",
    "power": "influencer",
    "source": "email-campaign",
}


def there(owner, **changed):
    """A lead that the line means."""
    return LeadFactory(owner=owner, **{**SAID, "country": "", "total_users": None, **changed})


def run(batch, by):
    services.run(batch, by=by)
    outbox.deliver_due()
    batch.refresh_from_db()
    return batch


def undo(batch, by):
    services.revert(batch, by=by)
    outbox.deliver_due()


def held(lead):
    lead = Lead.objects.across_partners(reason="test").get(pk=lead.pk)
    return lead.total_users, lead.country.code or "", lead.city


def overtaken(anna, ben, policy="fill", theirs="CH", **changed):
    """An import that was run after Ben gave the lead another country than the file."""
    lead = there(anna, **changed)
    batch = rehearsed(anna, line(), policy=policy)
    edit_lead(lead, values={"country": theirs}, by=ben)
    return lead, run(batch, anna)


def decide(batch, by, *, shown=None, **choices):
    """Choices for the fields of line 2, as the page shows them."""
    row = batch.rows.get(number=2)
    theirs = {name: clash.theirs for name, clash in clashes_of(row).items()} if shown is None else shown
    return services.decide(batch, {2: choices}, shown={2: theirs}, by=by)


def test_another_field_that_somebody_changed_is_kept_without_a_question(anna, ben):
    lead = there(anna)
    batch = rehearsed(anna, line(), policy="fill")
    edit_lead(lead, values={"city": "Padova"}, by=ben)

    run(batch, anna)

    assert (held(lead), services.counts(batch)) == ((1200, "IT", "Padova"), {"update": 1})


def test_the_same_field_becomes_an_open_choice_and_the_others_are_written(anna, ben):
    lead, batch = overtaken(anna, ben)

    row = batch.rows.get()
    assert (held(lead), services.counts(batch)) == ((1200, "CH", ""), {"clash": 1})
    assert clashes_of(row) == {"country": Clash("", "IT", "CH")}
    assert (row.clash["country"]["who"], row.planned) == ("Ben Marino", {"total_users": ["", "1200"]})
    assert [notice.told for notice in anna.notifications.filter(kind="import")] == [
        "leads.csv is imported. 1 line waits for your decision."
    ]


def test_the_very_same_value_is_no_question(anna, ben):
    lead, batch = overtaken(anna, ben, theirs="IT")

    assert (held(lead), services.counts(batch)) == ((1200, "IT", ""), {"update": 1})


def test_a_line_all_of_whose_values_somebody_wrote_has_nothing_to_do(anna, ben):
    lead = there(anna, total_users=7)
    batch = rehearsed(anna, line(), policy="fill")
    edit_lead(lead, values={"country": "IT"}, by=ben)

    run(batch, anna)

    assert (held(lead), services.counts(batch)) == ((7, "IT", ""), {"skip": 1})


def test_a_field_that_was_emptied_since_is_not_filled(anna, ben):
    lead = there(anna, country="CH")
    batch = rehearsed(anna, line(), policy="fill")
    edit_lead(lead, values={"country": ""}, by=ben)

    run(batch, anna)

    assert held(lead) == (1200, "", "")


@pytest.mark.parametrize(("choice", "country", "result"), [("theirs", "CH", "update"), ("mine", "IT", "update"), ("was", "", "update")])
def test_each_choice_holds_and_the_undo_takes_it_back(anna, ben, choice, country, result):
    lead, batch = overtaken(anna, ben)

    decided = decide(batch, anna, country=choice)

    row = batch.rows.get()
    assert (held(lead), row.result, row.clash) == ((1200, country, ""), result, {})
    assert (decided.settled, decided.again, decided.refused) == (1, 0, 0)
    undo(batch, anna)
    assert held(lead) == (None, "CH", "")


def test_what_was_decided_is_written_by_the_person_through_the_import(anna, ben):
    lead, batch = overtaken(anna, ben)

    decide(batch, anna, country="mine")

    last = changes(lead)[0]
    assert (last.author, last.channel, [(one.field, one.old, one.new) for one in last.fields]) == (
        "Anna Conti",
        "import",
        [("country", "CH", "IT")],
    )


def test_a_line_of_which_nothing_was_taken_has_done_nothing(anna, ben):
    lead, batch = overtaken(anna, ben, total_users=7)
    decide(batch, anna, country="theirs")

    row = batch.rows.get()
    assert (row.result, row.note.endswith("The other change was left.")) == ("skip", True)
    undo(batch, anna)
    assert held(lead) == (7, "CH", "")


def test_an_open_choice_goes_with_the_undo_and_what_was_written_goes_back(anna, ben):
    lead, batch = overtaken(anna, ben)

    undo(batch, anna)

    row = batch.rows.get()
    assert (held(lead), row.result, row.clash) == ((None, "CH", ""), "back", {})


def test_what_was_changed_again_is_asked_anew_and_not_written(anna, ben):
    lead, batch = overtaken(anna, ben)
    edit_lead(lead, values={"country": "AT"}, by=ben)

    decided = decide(batch, anna, country="mine")

    row = batch.rows.get()
    assert (held(lead), decided.again, row.result) == ((1200, "AT", ""), 1, "clash")
    assert clashes_of(row) == {"country": Clash("", "IT", "AT")}
    decide(batch, anna, country="mine")
    assert held(lead) == (1200, "IT", "")


def test_an_old_page_does_not_overwrite_what_it_did_not_show(anna, ben):
    lead, batch = overtaken(anna, ben)
    edit_lead(lead, values={"country": "AT"}, by=ben)
    decide(batch, anna, country="mine")  # Asked anew, in another window.

    decided = decide(batch, anna, shown={"country": "CH"}, country="mine")

    assert (held(lead), decided.again) == ((1200, "AT", ""), 1)


def test_a_decision_that_the_person_may_not_make_any_more_changes_nothing(anna, alex, ben):
    lead, batch = overtaken(anna, ben)
    change_owner(lead, to=alex, by=ben)

    decided = decide(batch, anna, country="mine")

    row = batch.rows.get()
    assert (held(lead), decided.refused, row.result) == ((1200, "CH", ""), 1, "clash")
    assert "Alex Rossi" in row.errors[0][1]
    assert set(row.clash) == {"country"}


def test_only_the_importer_decides(anna, alex, carla, ben):
    lead, batch = overtaken(anna, ben)

    for person in (alex, carla):
        with pytest.raises(batch.DoesNotExist):
            services.decide(batch, {2: {"country": "mine"}}, shown={2: {"country": "CH"}}, by=person)
        with pytest.raises(batch.DoesNotExist):
            services.decide_all(batch, "mine", by=person)

    assert (held(lead), batch.rows.get().result) == ((1200, "CH", ""), "clash")


def test_nothing_is_decided_while_the_worker_is_at_it(anna, ben):
    lead, batch = overtaken(anna, ben)
    services.revert(batch, by=anna)

    with pytest.raises(StaleMove):
        decide(batch, anna, country="mine")

    assert held(lead) == (1200, "CH", "")


def several(anna, ben, count=3):
    """Leads that Ben gave another country than the file, each a line of it."""
    names = [f"Firma {str(number).translate(LETTERS) * 5}" for number in range(count)]
    said = [line(company=name, email=f"x@{name[6:]}.it", phone="", users="") for name in names]
    leads = [
        there(anna, company=name, email=f"x@{name[6:]}.it", phone=f"+3904123456{number}0", total_users=7)
        for number, name in enumerate(names)
    ]
    batch = rehearsed(anna, *said, policy="fill")
    for lead in leads:
        edit_lead(lead, values={"country": "CH"}, by=ben)
    return leads, run(batch, anna)


@pytest.mark.parametrize(("choice", "country", "result"), [("mine", "IT", "update"), ("theirs", "CH", "skip")])
def test_all_lines_are_decided_at_once_by_the_worker(anna, ben, choice, country, result, monkeypatch):
    monkeypatch.setattr(services, "PART", 2)
    leads, batch = several(anna, ben)
    edit_lead(leads[1], values={"country": "AT"}, by=ben)

    services.decide_all(batch, choice, by=anna)
    outbox.deliver_due()

    batch.refresh_from_db()
    again = choice == "mine"  # What Ben changed once more is written by no decision that did not see it.
    assert [held(lead)[1] for lead in leads] == [country, "AT", country]
    assert (batch.state, [one for _n, one, *_ in results(batch)]) == ("done", [result, "clash" if again else "skip", result])
    undo(batch, anna)
    assert [held(lead)[1] for lead in leads] == ["CH", "AT", "CH"]


def test_deciding_all_can_be_stopped_and_the_rest_goes_on_waiting(anna, ben, monkeypatch):
    monkeypatch.setattr(services, "PART", 1)
    leads, batch = several(anna, ben)
    services.decide_all(batch, "mine", by=anna)
    services.work(batch_id=batch.pk)

    services.stop(batch, by=anna)
    outbox.deliver_due()

    batch.refresh_from_db()
    assert (batch.state, [held(lead)[1] for lead in leads]) == ("done", ["IT", "CH", "CH"])
    assert services.counts(batch) == {"update": 1, "clash": 2}
    undo(batch, anna)
    assert ([held(lead)[1] for lead in leads], services.counts(batch)) == (["CH"] * 3, {"back": 1, "skip": 2})


def test_a_stopped_import_goes_on_and_does_not_run_the_waiting_lines_again(anna, ben, monkeypatch):
    monkeypatch.setattr(services, "PART", 1)
    lead = there(anna)
    batch = rehearsed(anna, line(), line(company="Orto", email="o@orto.it", phone=""), policy="fill")
    edit_lead(lead, values={"country": "CH"}, by=ben)
    services.run(batch, by=anna)
    services.work(batch_id=batch.pk)
    services.stop(batch, by=anna)
    services.decide_all(batch, "theirs", by=anna)
    outbox.deliver_due()
    batch.refresh_from_db()
    assert batch.state == "stopped"

    run(batch, anna)

    assert (held(lead), services.counts(batch)) == ((1200, "CH", ""), {"update": 1, "create": 1})


# --- a colleague's import -----------------------------------------------------------------


def test_a_manager_takes_a_colleagues_import_back_and_the_colleague_hears_of_it(anna, ben, client):
    lead = there(anna, total_users=7, country="CH")
    batch = imported(anna, line(), line(company="Orto", email="o@orto.it", phone=""), policy="replace")
    client.force_login(ben)
    page = client.get(batch.get_absolute_url()).content.decode()
    assert ("Anna Conti brought this file." in page, "/revert/" in page, "/lines/" in page) == (True, True, False)
    assert "leads.csv" in client.get("/leads/import/").content.decode()

    client.post(f"{batch.get_absolute_url()}revert/")
    outbox.deliver_due()

    batch.refresh_from_db()
    assert (batch.state, held(lead), leads_of(anna)) == ("reverted", (7, "CH", ""), [lead])
    assert changes(lead)[0].author == "Ben Marino"
    told = [notice.told for notice in anna.notifications.filter(kind="import").order_by("pk")]
    assert told[-1] == "Ben Marino is taking your import of leads.csv back."
    assert [notice.told for notice in ben.notifications.filter(kind="import")] == ["The import of leads.csv is taken back."]


def test_a_manager_neither_decides_nor_goes_on_with_a_colleagues_import(anna, ben, client):
    lead, batch = overtaken(anna, ben)
    client.force_login(ben)
    address = batch.get_absolute_url()

    answers = [client.post(f"{address}{verb}/", {"all": "mine"}).status_code for verb in ("decide", "run", "discard")]

    assert [*answers, client.post(address).status_code, client.get(f"{address}lines/2/").status_code] == [403] * 4 + [404]
    assert b"data-clash" not in client.get(address).content
    batch.refresh_from_db()
    assert (batch.state, held(lead), batch.rows.get().result) == ("done", (1200, "CH", ""), "clash")


def test_a_file_that_wrote_nothing_yet_is_its_persons_alone(anna, ben, dora, client):
    batch = rehearsed(anna, line())

    for person in (ben, dora):
        client.force_login(person)
        assert client.get(batch.get_absolute_url()).status_code == 404
        assert client.post(f"{batch.get_absolute_url()}discard/").status_code == 404
        assert "leads.csv" not in client.get("/leads/import/").content.decode()

    batch.refresh_from_db()
    assert batch.state == "checked"


def test_a_manager_of_another_partner_does_not_find_it(anna, carla, client):
    batch = imported(anna, line())
    carla.role = "partner_manager"
    carla.save()
    client.force_login(carla)

    assert client.get(batch.get_absolute_url()).status_code == 404
    assert client.post(f"{batch.get_absolute_url()}revert/").status_code == 404

    batch.refresh_from_db()
    assert (batch.state, len(leads_of(anna))) == ("done", 1)


def test_a_colleague_who_is_no_manager_does_not_find_it(anna, alex, client):
    batch = imported(anna, line())
    client.force_login(alex)

    assert client.post(f"{batch.get_absolute_url()}revert/").status_code == 404

    batch.refresh_from_db()
    assert (batch.state, len(leads_of(anna))) == ("done", 1)


# --- the pages --------------------------------------------------------------------------------


def test_the_page_lists_what_waits_and_takes_a_choice(anna, ben, client):
    lead, batch = overtaken(anna, ben)
    client.force_login(anna)

    page = client.get(batch.get_absolute_url())
    (one,) = page.context["undecided"]
    (question,) = one["questions"]
    assert (one["record"], question.label, question.theirs, question.mine) == (lead, "Country", "Switzerland", "Italy")
    assert "1 line waits for your decision" in page.content.decode()
    posted = {"shown": page.context["shown"], "choice-2-country": "mine"}
    answer = client.post(f"{batch.get_absolute_url()}decide/", posted, follow=True)

    assert "1 line is decided." in answer.content.decode()
    assert "undecided" not in answer.context
    assert held(lead) == (1200, "IT", "")


def test_a_page_that_is_not_the_portals_decides_nothing(anna, ben, client):
    lead, batch = overtaken(anna, ben)
    client.force_login(anna)

    for posted in ({"choice-2-country": "mine", "shown": "x"}, {"choice-x": "mine"}, {"choice-2-nothing": "mine"}, {"all": "none"}, {}):
        assert client.post(f"{batch.get_absolute_url()}decide/", posted).status_code == 302

    assert (held(lead), batch.rows.get().result) == ((1200, "CH", ""), "clash")


def test_nobody_else_decides(anna, alex, carla, ben, client):
    lead, batch = overtaken(anna, ben)

    for person in (alex, carla):
        client.force_login(person)
        assert client.post(f"{batch.get_absolute_url()}decide/", {"all": "mine"}).status_code == 404

    batch.refresh_from_db()
    assert (held(lead), batch.state) == ((1200, "CH", ""), "done")


def test_all_is_decided_from_the_page(anna, ben, client):
    leads, batch = several(anna, ben)
    client.force_login(anna)

    client.post(f"{batch.get_absolute_url()}decide/", {"all": "mine"})
    assert "Carrying out what you decided" in client.get(batch.get_absolute_url()).content.decode()
    outbox.deliver_due()

    assert [held(lead)[1] for lead in leads] == ["IT"] * 3


def test_the_file_of_open_decisions_says_both_values(anna, ben, client):
    _lead, batch = overtaken(anna, ben)
    client.force_login(anna)

    lines = b"".join(client.get(f"{batch.get_absolute_url()}errors/?result=clash").streaming_content).decode("utf-8-sig").splitlines()

    assert "Country: “Switzerland” is there now, the file says “Italy”." in lines[1]
