"""Many records at once: rehearsed, done once each, taken back."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.tests.factories import ContactFactory
from cases.tests.factories import CaseFactory, WaitingCaseFactory
from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core import outbox
from partnerportal.core.attached import delete_record, restore_record
from partnerportal.core.bulk import services
from partnerportal.core.bulk.verbs import ChangeOwner
from partnerportal.core.models import BulkChange, Notification, OutboxMessage
from tasks.models import Task
from tasks.services import create_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_anna(client, anna, reference):
    client.force_login(anna)
    return client


@pytest.fixture
def hers(anna, reference):
    return [LeadFactory(owner=anna, company=f"Hotel {number}", city="Verona") for number in range(3)]


@pytest.fixture
def his(alex, reference):
    return LeadFactory(owner=alex, company="Not hers", city="Verona")


def leads():
    return Lead.objects.across_partners(reason="test").order_by("pk")


def start(client, verb, rows, **answers):
    return client.post(f"/leads/bulk/{verb}/", {"ids": [one.pk for one in rows], "asked": "1", "query": "view=all_open", **answers})


def last():
    return BulkChange.objects.order_by("-pk").first()


def states(change):
    return sorted(change.rows.values_list("state", flat=True))


def test_the_preview_says_what_will_change_and_why_not_and_changes_nothing(as_anna, alex, hers, his):
    before = list(leads().values("pk", "owner", "updated_at"))

    response = start(as_anna, "owner", [*hers, his], owner=alex.pk)
    page = as_anna.get(response.url).content.decode()

    assert states(last()) == ["planned", "planned", "planned", "refused"]
    assert "Change 3 records" in page
    assert "Not yours to change: only its owner and the managers may." in page
    assert list(leads().values("pk", "owner", "updated_at")) == before
    assert not Notification.objects.exists()


def test_it_runs_in_the_worker_once_a_record_and_tells_the_person(as_anna, anna, alex, hers, his, deliver):
    start(as_anna, "owner", [*hers, his], owner=alex.pk)

    as_anna.post(f"/bulk/{last().pk}/run/")
    as_anna.post(f"/bulk/{last().pk}/run/")
    assert {lead.owner for lead in leads()} == {anna, alex}
    deliver()
    deliver()

    assert states(last()) == ["done", "done", "done", "refused"]
    assert {lead.owner for lead in leads()} == {alex}
    assert [lead.history.filter(channel="bulk").count() for lead in hers] == [1, 1, 1]
    assert [notice.text for notice in anna.notifications.all()] == ["Change owner to Alex Rossi: 3 records changed, 1 not."]


def test_a_worker_that_dies_in_a_part_does_no_record_twice(as_anna, alex, hers, monkeypatch, deliver):
    start(as_anna, "owner", hers, owner=alex.pk)
    as_anna.post(f"/bulk/{last().pk}/run/")
    monkeypatch.setattr(services, "PART", 2)
    whole, calls = services._do, []

    def dies(change, row):
        calls.append(row.pk)
        whole(change, row)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(services, "_do", dies)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        outbox.deliver_one(OutboxMessage.objects.filter(kind="bulk.part", state="pending").latest("pk").pk)
    assert states(last()) == ["planned"] * 3
    OutboxMessage.objects.filter(state="pending").update(lease_until=None)
    deliver()

    assert states(last()) == ["done"] * 3
    assert [lead.history.filter(channel="bulk").count() for lead in hers] == [1, 1, 1]


def test_one_undo_restores_what_nobody_has_changed_since_and_names_the_rest(as_anna, anna, alex, ben, hers, deliver):
    start(as_anna, "owner", hers, owner=alex.pk)
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    first = leads().get(pk=hers[0].pk)
    first.owner = ben
    first.save()
    change = last()

    as_anna.post(f"/bulk/{change.pk}/undo/")
    as_anna.post(f"/bulk/{change.pk}/undo/")
    deliver()

    assert [lead.owner for lead in leads()] == [ben, anna, anna]
    assert BulkChange.objects.filter(undoes=change).count() == 1
    assert states(last()) == ["done", "done", "refused"]
    assert "Changed since by somebody, and left: owner." in as_anna.get(f"/bulk/{last().pk}/").content.decode()


def test_open_tasks_that_went_along_come_back(as_anna, anna, alex, hers, deliver):
    task = create_task(values={"subject": "Call"}, by=anna, on=hers[0])
    start(as_anna, "owner", hers[:1], owner=alex.pk)
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    task.refresh_from_db()
    assert task.assigned_to == alex

    as_anna.post(f"/bulk/{last().pk}/undo/")
    deliver()

    task.refresh_from_db()
    assert (task.assigned_to, leads().first().owner) == (anna, anna)


@pytest.mark.parametrize("lost", ["time", "sign-in"])
def test_what_one_handed_over_comes_back_for_a_while_and_to_who_may_change_it(as_anna, anna, alex, hers, deliver, lost):
    start(as_anna, "owner", hers, owner=alex.pk)
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    change = last()
    if lost == "time":
        BulkChange.objects.update(finished_at=timezone.now() - timedelta(hours=2))
    services.undo(change, by=anna)
    if lost == "sign-in":
        anna.is_active = False
        anna.save()
    deliver()

    assert {lead.owner for lead in leads()} == {alex}
    assert {row.reason for row in last().rows.all()} == {"Not yours to change: only its owner and the managers may."}
    assert states(last()) == ["refused"] * 3


def test_a_stage_goes_back_for_who_may_change_the_record(as_anna, ben, hers, deliver):
    asked = start(as_anna, "stage", hers, to="not_in_target")
    reason = next(value for value, _label in asked.context["form"].fields["reason"].choices if value)
    start(as_anna, "stage", hers, to="not_in_target", reason=reason)
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    leads().filter(pk=hers[0].pk).update(owner=ben)

    as_anna.post(f"/bulk/{last().pk}/undo/")
    deliver()

    assert states(last()) == ["done", "done", "refused"]
    assert leads().get(pk=hers[0].pk).status == "not_in_target"


@pytest.mark.parametrize(("role", "hours", "owner"), [("partner_manager", 48, "Anna"), ("partner_user", 0, "Alex")])
def test_colleagues_records_come_back_for_a_manager_at_any_time(client, ben, anna, alex, hers, deliver, role, hours, owner):
    client.force_login(ben)
    start(client, "owner", hers, owner=alex.pk)
    client.post(f"/bulk/{last().pk}/run/")
    deliver()
    BulkChange.objects.update(finished_at=timezone.now() - timedelta(hours=hours))
    ben.role = role
    ben.save()

    client.post(f"/bulk/{last().pk}/undo/")
    deliver()

    assert {lead.owner.first_name for lead in leads()} == {owner}


def test_people_of_the_vendor_hand_nothing_over(client, tariq, anna):
    case = CaseFactory(owner=anna)
    client.force_login(tariq)

    assert client.post("/cases/bulk/owner/", {"ids": [case.pk]}).status_code == 404


def test_fields_change_by_the_rules_of_the_form_and_go_back_through_it(as_anna, hers, deliver):
    refused = start(as_anna, "fields", hers, change=["email"], email="nonsense")
    assert refused.status_code == 422

    start(as_anna, "fields", hers, change=["city", "total_users"], city="Padova", total_users="40", street="Not ticked")
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    assert {(lead.city, lead.total_users, lead.street) for lead in leads()} == {("Padova", 40, hers[0].street)}

    other = leads().get(pk=hers[0].pk)
    other.city = "Trento"
    other.save()
    as_anna.post(f"/bulk/{last().pk}/undo/")
    deliver()

    assert [(lead.city, lead.total_users) for lead in leads()] == [
        ("Trento", hers[0].total_users),
        ("Verona", hers[1].total_users),
        ("Verona", hers[2].total_users),
    ]


def test_what_is_ticked_after_a_refusal_has_its_input_and_nothing_else_is_asked(as_anna, hers):
    refused = start(as_anna, "fields", hers, change=["email"], email="nonsense", website="nonsense, too")

    form = refused.context["form"]
    assert sorted(form.errors) == ["email"]
    assert 'name="website" value="nonsense, too"' in refused.content.decode()


def test_a_field_that_was_not_sent_is_not_taken_for_empty(as_anna, hers):
    refused = start(as_anna, "fields", hers, change=["email", "city"], email="info@albergo.it")

    assert refused.status_code == 422
    assert refused.context["form"].errors == {"city": ["No value was sent for this. Please enter it, or leave it empty."]}
    assert last() is None


def test_nothing_but_the_chosen_field_changes(as_anna, hers, deliver):
    leads().update(interested_solutions=["license", "classound"])
    before = leads().values().get(pk=hers[0].pk)

    start(as_anna, "fields", hers, change=["city"], city="Padova")
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()

    after = leads().values().get(pk=hers[0].pk)
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed - {"score"} == {"city", "updated_at"}  # The factory left the score to the first edit.


def meanwhile(lead, **values):
    """Somebody else changes a lead."""
    other = leads().get(pk=lead.pk)
    for name, value in values.items():
        setattr(other, name, value)
    other.save()


def told(row):
    return sorted((line["name"], line["theirs"], line["mine"], line["was"]) for line in row.clash)


def test_what_somebody_else_changed_since_the_preview_is_a_choice(as_anna, hers, deliver):
    start(as_anna, "fields", hers, change=["city"], city="Padova")
    meanwhile(hers[0], city="Trento")

    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    row = last().rows.get(state="clash")
    assert ([lead.city for lead in leads()], told(row)) == (["Trento", "Padova", "Padova"], [("city", "Trento", "Padova", "Verona")])

    as_anna.post(f"/bulk/{last().pk}/decide/", {f"choice-{row.pk}-city": "mine"})
    assert leads().first().city == "Padova"


@pytest.mark.parametrize(("choice", "city", "state"), [("theirs", "Trento", "refused"), ("was", "Verona", "done")])
def test_the_other_choices(as_anna, hers, deliver, choice, city, state):
    start(as_anna, "fields", hers[:1], change=["city"], city="Padova")
    meanwhile(hers[0], city="Trento")
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    row = last().rows.get()

    as_anna.post(f"/bulk/{last().pk}/decide/", {f"choice-{row.pk}-city": choice})

    assert (leads().first().city, last().rows.get().state) == (city, state)


@pytest.mark.parametrize(
    ("choices", "left", "back"),
    [
        ({"city": "theirs", "street": "theirs"}, ("Trento", "Via Roma 1", 40), ("Trento", "Via Roma 1", 7)),
        ({"city": "mine", "street": "theirs"}, ("Padova", "Via Roma 1", 40), ("Trento", "Via Roma 1", 7)),
        ({"city": "mine", "street": "was"}, ("Padova", "Before", 40), ("Trento", "Before", 7)),
    ],
)
def test_of_several_fields_each_is_asked_by_itself_and_the_rest_is_written(as_anna, hers, deliver, choices, left, back):
    leads().update(street="Before", total_users=7)
    lead = hers[0]
    start(as_anna, "fields", [lead], change=["city", "street", "total_users"], city="Padova", street="Mine 1", total_users="40")
    meanwhile(lead, city="Trento", street="Via Roma 1")
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    change, now = last(), leads().filter(pk=lead.pk).values_list("city", "street", "total_users")
    row = change.rows.get()
    page = as_anna.get(f"/bulk/{change.pk}/").content.decode()
    assert (row.state, now.get()) == ("clash", ("Trento", "Via Roma 1", 40))
    assert told(row) == [("city", "Trento", "Padova", "Verona"), ("street", "Via Roma 1", "Mine 1", "Before")]
    assert [page.count(f'name="choice-{row.pk}-{name}"') for name in ("city", "street", "total_users")] == [3, 3, 0]

    as_anna.post(f"/bulk/{change.pk}/decide/", {f"choice-{row.pk}-{name}": choice for name, choice in choices.items()})
    row.refresh_from_db()
    assert (row.state, row.clash, now.get()) == ("done", [], left)

    as_anna.post(f"/bulk/{change.pk}/undo/")
    deliver()
    assert now.get() == back


def test_a_field_that_is_not_decided_stays_a_question(as_anna, hers, deliver):
    lead = hers[0]
    leads().update(street="Before")
    start(as_anna, "fields", [lead], change=["city", "street"], city="Padova", street="Mine 1")
    meanwhile(lead, city="Trento", street="Via Roma 1")
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    change, row = last(), last().rows.get()

    for choice in ({}, {f"choice-{row.pk}-city": "theirs"}, {f"choice-{row.pk}-city": "mine"}, {f"choice-{row.pk}-street": "x"}):
        as_anna.post(f"/bulk/{change.pk}/decide/", choice)

    row.refresh_from_db()
    assert (row.state, told(row)) == ("clash", [("street", "Via Roma 1", "Mine 1", "Before")])
    assert leads().get(pk=lead.pk).city == "Trento"


def test_what_changed_again_since_it_was_asked_is_asked_again(as_anna, hers, deliver):
    start(as_anna, "fields", hers[:1], change=["city"], city="Padova")
    meanwhile(hers[0], city="Trento")
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    row = last().rows.get()
    meanwhile(hers[0], city="Bozen")

    as_anna.post(f"/bulk/{last().pk}/decide/", {f"choice-{row.pk}-city": "mine"})

    row.refresh_from_db()
    assert (row.state, told(row), leads().first().city) == ("clash", [("city", "Bozen", "Padova", "Trento")], "Bozen")


def test_what_was_written_beside_a_question_is_undone_and_the_question_ends(as_anna, hers, deliver):
    lead = hers[0]
    leads().update(total_users=7)
    start(as_anna, "fields", [lead], change=["city", "total_users"], city="Padova", total_users="40")
    meanwhile(lead, city="Trento")
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    change, row = last(), last().rows.get()
    assert "Undo 1 change" in as_anna.get(f"/bulk/{change.pk}/").content.decode()

    as_anna.post(f"/bulk/{change.pk}/undo/")
    deliver()
    as_anna.post(f"/bulk/{change.pk}/decide/", {f"choice-{row.pk}-city": "mine"})

    assert leads().filter(pk=lead.pk).values_list("city", "total_users").get() == ("Trento", 7)


def test_a_stage_asks_what_the_move_asks_and_goes_back(as_anna, anna, hers, deliver):
    asked = start(as_anna, "stage", hers, to="not_in_target")
    assert (asked.status_code, "Reason" in asked.content.decode()) == (422, True)
    reason = next(value for value, _label in asked.context["form"].fields["reason"].choices if value)

    start(as_anna, "stage", hers, to="not_in_target", reason=reason)
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    assert {lead.status for lead in leads()} == {"not_in_target"}

    as_anna.post(f"/bulk/{last().pk}/undo/")
    deliver()
    assert {(lead.status, lead.not_in_target_reason) for lead in leads()} == {("new", "")}
    assert [(move.from_stage, move.to_stage) for move in leads().first().stage_moves.order_by("pk")][-1] == ("not_in_target", "new")


def test_a_task_for_each_and_back(as_anna, anna, hers, his, deliver):
    start(as_anna, "task", [*hers, his], subject="Call", kind="call", assigned_to=anna.pk, priority="normal", status="not_started")
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    tasks = Task.objects.across_partners(reason="test")
    assert sorted(task.object_id for task in tasks.filter(deleted_at=None)) == sorted(one.pk for one in [*hers, his])

    as_anna.post(f"/bulk/{last().pk}/undo/")
    deliver()
    assert not tasks.filter(deleted_at=None).exists()


def test_all_of_the_list_is_fixed_by_the_preview(as_anna, anna, alex, hers, his, deliver):
    as_anna.post("/leads/bulk/owner/", {"all": "1", "query": "view=my_open", "asked": "1", "owner": alex.pk})
    LeadFactory(owner=anna, company="Came later")

    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()

    assert last().rows.count() == 3
    assert leads().get(company="Came later").owner == anna


def test_many_are_rehearsed_by_the_worker(as_anna, anna, alex, monkeypatch, deliver):
    monkeypatch.setattr(services, "AT_ONCE", 2)
    rows = [LeadFactory(owner=anna) for _number in range(30)]

    response = start(as_anna, "owner", rows, owner=alex.pk)
    assert "every 1s" in as_anna.get(response.url).content.decode()
    deliver()

    assert (last().state, states(last())) == ("ready", ["planned"] * 30)
    assert leads().filter(owner=alex).count() == 0


def test_rights_are_asked_again_when_it_runs(as_anna, anna, alex, ben, hers, deliver):
    start(as_anna, "owner", hers, owner=alex.pk)
    leads().filter(pk=hers[0].pk).update(owner=ben)

    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()

    assert [lead.owner for lead in leads()] == [ben, alex, alex]


def test_nobody_elses_change_is_there(as_anna, client, ben, carla, alex, hers):
    start(as_anna, "owner", hers, owner=alex.pk)
    change = last()

    for person in (ben, carla):
        client.force_login(person)
        assert client.get(f"/bulk/{change.pk}/").status_code == 404
        assert [client.post(f"/bulk/{change.pk}/{step}/").status_code for step in ("run", "retry", "stop", "undo", "decide")] == [404] * 5
    change.refresh_from_db()
    assert change.state == "ready"


def test_a_stranger_selects_nothing_of_ours(client, carla, hers):
    client.force_login(carla)

    response = start(client, "owner", hers, owner=carla.pk)

    assert (response.url, BulkChange.objects.count()) == ("/leads/?view=all_open", 0)


def test_it_can_be_stopped(as_anna, anna, alex, hers, deliver):
    start(as_anna, "owner", hers, owner=alex.pk)
    as_anna.post(f"/bulk/{last().pk}/run/")

    as_anna.post(f"/bulk/{last().pk}/stop/")
    deliver()

    assert ({lead.owner for lead in leads()}, last().state) == ({anna}, "stopped")


def test_the_result_is_a_file(as_anna, alex, hers, his, deliver):
    start(as_anna, "owner", [*hers, his], owner=alex.pk)
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()

    lines = b"".join(as_anna.get(f"/bulk/{last().pk}/result/").streaming_content).decode("utf-8-sig").splitlines()

    assert lines[0] == "Record,Result,Reason"
    assert lines[lines.index("") - 1] == "Not hers,not possible,Not yours to change: only its owner and the managers may."


def test_one_record_that_fails_keeps_none_of_the_others_back(as_anna, anna, alex, hers, monkeypatch, deliver):
    start(as_anna, "owner", hers, owner=alex.pk)
    as_anna.post(f"/bulk/{last().pk}/run/")
    whole = ChangeOwner.act

    def act(self, scene, record, answers, **facts):
        whole(self, scene, record, answers, **facts)
        if record.pk == hers[0].pk:
            raise RuntimeError("a fault of ours")

    monkeypatch.setattr(ChangeOwner, "act", act)
    deliver()

    assert [lead.owner for lead in leads()] == [anna, alex, alex]
    assert last().rows.get(state="refused").reason == "This one failed for a reason of ours, and was left as it is."


# --- deleting -----------------------------------------------------------------------------


def there():
    return [lead.company for lead in leads().filter(deleted_at=None)]


def test_deleting_asks_nothing_but_shows_what_goes_and_what_stays(as_anna, anna, hers, his):
    case = WaitingCaseFactory(owner=anna)

    page = as_anna.get(as_anna.post("/leads/bulk/delete/", {"ids": [one.pk for one in [*hers, his]], "query": ""}).url).content.decode()
    kept = as_anna.get(as_anna.post("/cases/bulk/delete/", {"ids": [case.pk], "query": ""}).url).content.decode()

    assert ("Delete 3 records" in page, "What will be deleted" in page) == (True, True)
    assert "Not yours to change: only its owner and the managers may." in page
    assert ("A case that the vendor works on stays. Resolve it instead." in kept, "Delete 1 record" in kept) == (True, False)
    assert there() == ["Hotel 0", "Hotel 1", "Hotel 2", "Not hers"]


def test_deleted_records_are_in_the_bin_and_one_undo_brings_all_back(as_anna, anna, hers, his, deliver):
    as_anna.post("/leads/bulk/delete/", {"ids": [one.pk for one in [*hers, his]], "query": ""})
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    page = as_anna.get(f"/bulk/{last().pk}/").content.decode()

    assert there() == ["Not hers"]
    assert anna.notifications.latest("pk").text == "Delete: 3 records deleted, 1 not."
    assert ("Bring all 3 records back" in page, f"/leads/{hers[0].pk}/" in page) == (True, False)
    assert as_anna.get("/leads/deleted/").content.decode().count("Hotel") >= 3
    assert [lead.history.filter(channel="bulk").count() for lead in hers] == [1, 1, 1]

    as_anna.post(f"/bulk/{last().pk}/undo/")
    deliver()

    assert there() == ["Hotel 0", "Hotel 1", "Hotel 2", "Not hers"]
    assert anna.notifications.latest("pk").text == "Undo: Delete: 3 records are back."
    assert f"/leads/{hers[0].pk}/" in as_anna.get(f"/bulk/{last().pk}/").content.decode()


def test_what_somebody_brought_back_by_itself_is_left_and_said(as_anna, anna, hers, deliver):
    as_anna.post("/leads/bulk/delete/", {"ids": [one.pk for one in hers], "query": ""})
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    restore_record(Lead, hers[0].pk, by=anna)

    as_anna.post(f"/bulk/{last().pk}/undo/")
    deliver()

    assert states(last()) == ["done", "done", "refused"]
    assert last().rows.get(state="refused").reason == "It is back already."
    assert len(there()) == 3


def test_what_belongs_to_something_deleted_stays_in_the_bin(as_anna, anna, reference, deliver):
    contact = ContactFactory(owner=anna)
    as_anna.post("/contacts/bulk/delete/", {"ids": [contact.pk], "asked": "1"})
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    delete_record(contact.account, by=anna)

    as_anna.post(f"/bulk/{last().pk}/undo/")
    deliver()

    assert states(last()) == ["refused"]
    assert last().rows.get().reason == "This belongs to something in the bin: account. Restore that first."
    assert not type(contact).objects.visible_to(anna).exists()


def test_after_the_days_of_the_bin_nothing_comes_back(as_anna, hers, deliver):
    as_anna.post("/leads/bulk/delete/", {"ids": [one.pk for one in hers], "query": ""})
    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()
    leads().update(deleted_at=timezone.now() - timedelta(days=31))

    as_anna.post(f"/bulk/{last().pk}/undo/")
    deliver()

    assert (states(last()), there()) == (["refused"] * 3, [])


def test_a_record_that_may_no_longer_be_deleted_stays(as_anna, anna, ben, hers, deliver):
    as_anna.post("/leads/bulk/delete/", {"ids": [one.pk for one in hers], "query": ""})
    leads().filter(pk=hers[0].pk).update(owner=ben)

    as_anna.post(f"/bulk/{last().pk}/run/")
    deliver()

    assert there() == ["Hotel 0"]


def test_who_may_change_but_not_delete_is_not_offered_it(client, tariq, anna):
    case = CaseFactory(owner=anna)
    client.force_login(tariq)

    assert client.post("/cases/bulk/delete/", {"ids": [case.pk]}).status_code == 404
    assert not BulkChange.objects.exists()


# --- when the worker gives up -------------------------------------------------------------


@pytest.fixture
def halted(as_anna, alex, hers, monkeypatch):
    """A change of the owner of three leads whose second part died: two are done, one is not. Answers what mends it."""
    monkeypatch.setattr(services, "PART", 2)
    start(as_anna, "owner", hers, owner=alex.pk)
    as_anna.post(f"/bulk/{last().pk}/run/")
    outbox.deliver_one(OutboxMessage.objects.filter(kind="bulk.part", state="pending").latest("pk").pk)
    whole = services._do

    def fails(change, row):
        raise outbox.Undeliverable("the disk is full")

    monkeypatch.setattr(services, "_do", fails)
    outbox.deliver_due()
    return lambda: monkeypatch.setattr(services, "_do", whole)


def test_a_part_that_died_for_good_is_told_with_what_is_done_and_what_is_not(as_anna, anna, hers, halted):
    response = as_anna.get(f"/bulk/{last().pk}/")

    page = response.content.decode()
    assert states(last()) == ["done", "done", "planned"]
    assert "This came to a halt before its end." in page
    assert "1 record is still to do." in page
    assert response.context["rest"] == ["Hotel 2"]
    assert [one["row"].label for one in response.context["planned"]] == ["Hotel 0", "Hotel 1"]
    assert (f'action="/bulk/{last().pk}/retry/"' in page, f'action="/bulk/{last().pk}/undo/"' in page, "every 1s" in page) == (
        True,
        True,
        False,
    )
    assert [notice.text for notice in anna.notifications.filter(kind="bulk")] == [
        "Change owner to Alex Rossi: this came to a halt before its end. You can try again or undo."
    ]


def test_it_goes_on_where_it_came_to_a_halt(as_anna, alex, hers, halted, deliver):
    halted()

    as_anna.post(f"/bulk/{last().pk}/retry/")
    as_anna.post(f"/bulk/{last().pk}/retry/")
    assert "every 1s" in as_anna.get(f"/bulk/{last().pk}/").content.decode()
    deliver()

    assert (last().state, states(last())) == ("done", ["done"] * 3)
    assert {lead.owner for lead in leads()} == {alex}
    assert [lead.history.filter(channel="bulk").count() for lead in hers] == [1, 1, 1]


def test_what_came_to_a_halt_can_be_undone(as_anna, anna, hers, halted, deliver):
    halted()
    change = last()

    as_anna.post(f"/bulk/{change.pk}/undo/")
    deliver()

    change.refresh_from_db()
    assert (change.state, last().undoes, last().state) == ("stopped", change, "done")
    assert {lead.owner for lead in leads()} == {anna}
    assert states(change) == ["done", "done", "planned"]


def test_a_preview_that_came_to_a_halt_says_that_nothing_was_changed(as_anna, anna, alex, hers, monkeypatch, deliver):
    whole = services._rehearse

    def fails(change, row):
        raise outbox.Undeliverable("the disk is full")

    monkeypatch.setattr(services, "AT_ONCE", 2)
    monkeypatch.setattr(services, "_rehearse", fails)
    start(as_anna, "owner", hers, owner=alex.pk)
    deliver()
    page = as_anna.get(f"/bulk/{last().pk}/").content.decode()
    assert ("Nothing was changed." in page, "every 1s" in page) == (True, False)

    monkeypatch.setattr(services, "_rehearse", whole)
    as_anna.post(f"/bulk/{last().pk}/retry/")
    deliver()

    assert (last().state, states(last())) == ("ready", ["planned"] * 3)
    assert {lead.owner for lead in leads()} == {anna}


def test_nothing_is_tried_again_while_the_worker_is_at_it(as_anna, alex, hers, deliver):
    start(as_anna, "owner", hers, owner=alex.pk)
    as_anna.post(f"/bulk/{last().pk}/run/")
    before = list(OutboxMessage.objects.order_by("pk").values("pk", "state", "attempts"))

    as_anna.post(f"/bulk/{last().pk}/retry/")
    assert as_anna.post(f"/bulk/{last().pk}/undo/").status_code == 302

    assert list(OutboxMessage.objects.order_by("pk").values("pk", "state", "attempts")) == before
    assert (BulkChange.objects.count(), last().state) == (1, "running")
