"""What a task is related to is chosen in its form, changed and taken away there; only what the person may see is offered."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import AccountFactory, ContactFactory
from cases.tests.factories import CaseFactory
from leads.tests.factories import LeadFactory
from partnerportal.core.history import changes
from partnerportal.tests.pages import settled, violations
from partners.models import Partner
from tasks.models import Task
from tasks.tests.factories import TaskFactory

VALUES = {"subject": "Call Greta", "kind": "task", "priority": "normal", "status": "not_started", "comments": ""}


@pytest.fixture
def as_anna(client, anna):
    client.force_login(anna)
    return client


def name_of(record):
    return f"{record._meta.label_lower}:{record.pk}"


def offered(form):
    """The names that the choice offers, those found by kind."""
    return [
        (value, [name for name, _words in words] if isinstance(words, list) else words)
        for value, words in form.fields["related"].widget.choices
    ]


def saved(task):
    return Task.objects.for_partner(task.partner_id).get(pk=task.pk)


@pytest.mark.parametrize("factory", [LeadFactory, AccountFactory, ContactFactory, CaseFactory])
def test_a_new_task_is_related_to_what_was_chosen(factory, as_anna, anna):
    record = factory(owner=anna)

    response = as_anna.post("/tasks/new/", {**VALUES, "assigned_to": anna.pk, "related": name_of(record)})

    task = Task.objects.visible_to(anna).get()
    assert (response.url, task.related) == (task.get_absolute_url(), record)


def test_a_search_without_script_is_answered_by_the_form(as_anna, anna, carla):
    account, lead = AccountFactory(owner=anna, name="Alpenhof GmbH"), LeadFactory(owner=anna, company="Alpenhof Bar")
    AccountFactory(owner=carla, name="Alpenhof Theirs")
    TaskFactory(owner=anna, subject="Alpenhof")

    asked = as_anna.post("/tasks/new/", {**VALUES, "assigned_to": anna.pk, "related": "", "related_search": "alpenhof"})
    form = asked.context["form"]
    assert (asked.status_code, form.errors) == (422, {"related": ["Please choose which of these is meant, or empty the search."]})
    assert offered(form) == [("", "Nothing"), ("Accounts", [name_of(account)]), ("Leads", [name_of(lead)])]
    assert not Task.objects.for_partner(anna.partner).filter(subject="Call Greta").exists()

    values = {"assigned_to": anna.pk, "related": name_of(lead), "related_search": "alpenhof"}
    assert as_anna.post("/tasks/new/", VALUES | values).status_code == 302
    assert Task.objects.visible_to(anna).get(subject="Call Greta").related == lead


def test_a_search_that_finds_nothing_says_so(as_anna, anna):
    asked = as_anna.post("/tasks/new/", {**VALUES, "assigned_to": anna.pk, "related_search": "zzzzzz"})

    assert (asked.status_code, asked.context["form"].errors) == (422, {"related_search": ["Nothing found."]})


@pytest.mark.parametrize("is_taken_away", [True, False])
def test_what_a_task_is_related_to_is_changed_and_taken_away(is_taken_away, as_anna, anna):
    lead, account = LeadFactory(owner=anna), AccountFactory(owner=anna)
    task = TaskFactory(owner=anna, related=lead)
    opened = as_anna.get(f"/tasks/{task.pk}/edit/")
    assert offered(opened.context["form"]) == [("", "Nothing"), (name_of(lead), str(lead))]
    assert opened.context["form"]["related"].value() == name_of(lead)

    wanted = None if is_taken_away else account
    sent = {**VALUES, "assigned_to": anna.pk, "base": opened.context["base"], "related": "" if is_taken_away else name_of(account)}
    assert as_anna.post(f"/tasks/{task.pk}/edit/", sent).status_code == 302

    assert saved(task).related == wanted
    [change, _made] = [one for one in changes(task) if one.reason or one.kind == "created"]
    assert change.reason == ("Related to no record any more" if is_taken_away else "Related to another record")
    assert {field.field for field in change.fields} <= {"subject", "kind", "priority", "status"}
    assert as_anna.get(f"/tasks/{task.pk}/history/").status_code == 200


def test_a_form_that_does_not_ask_leaves_it(as_anna, anna):
    lead = LeadFactory(owner=anna)
    task = TaskFactory(owner=anna, related=lead)

    as_anna.post(f"/tasks/{task.pk}/edit/", {**VALUES, "subject": "Write", "assigned_to": anna.pk})

    assert (saved(task).subject, saved(task).related) == ("Write", lead)


def test_two_people_who_choose_differently_are_asked_in_words(client, as_anna, anna, ben):
    first, mine, theirs = (AccountFactory(owner=anna, name=name) for name in ("First", "Mine", "Theirs"))
    task = TaskFactory(owner=anna, related=first)
    base = as_anna.get(f"/tasks/{task.pk}/edit/").context["base"]
    sent = {**VALUES, "subject": task.subject, "assigned_to": anna.pk, "base": base}
    as_anna.post(f"/tasks/{task.pk}/edit/", {**sent, "related": name_of(theirs)})

    asked = as_anna.post(f"/tasks/{task.pk}/edit/", {**sent, "related": name_of(mine)})

    [question] = asked.context["questions"]
    assert asked.status_code == 409
    assert (question.name, question.was, question.mine, question.theirs) == ("related", "First", "Mine", "Theirs")


@pytest.mark.parametrize("whose", ["another partner's", "a colleague's own", "deleted", "unknown"])
def test_what_one_may_not_see_cannot_be_chosen(whose, as_anna, anna, alex, carla):
    account = AccountFactory(owner={"another partner's": carla, "a colleague's own": alex}.get(whose, anna), name="Alpenhof GmbH")
    if whose == "a colleague's own":
        Partner.objects.filter(pk=anna.partner_id).update(record_visibility=Partner.Visibility.OWNER)
    elif whose == "deleted":
        account.deleted_at = account.created_at
        account.save(update_fields=["deleted_at"])
    name = "accounts.account:999999" if whose == "unknown" else name_of(account)
    task = TaskFactory(owner=anna)

    addresses = ("/tasks/new/", f"/tasks/{task.pk}/edit/")
    answers = [as_anna.post(address, {**VALUES, "assigned_to": anna.pk, "related": name}) for address in addresses]
    choices = as_anna.get("/tasks/related/", {"related": name, "related_search": "zzz" if whose == "unknown" else "alpenhof"})

    assert [(answer.status_code, list(answer.context["form"].errors)) for answer in answers] == [(422, ["related"])] * 2
    assert "Alpenhof" not in "".join(answer.content.decode() for answer in answers)
    assert choices.content.decode().count("<option") == 1
    assert [one.related for one in Task.objects.for_partner(anna.partner)] == [None]


def test_who_may_not_see_what_a_task_is_about_does_not_change_it(as_anna, anna):
    account = AccountFactory(owner=anna, name="Alpenhof GmbH")
    task = TaskFactory(owner=anna, related=account)
    account.deleted_at = account.created_at
    account.save(update_fields=["deleted_at"])

    page = as_anna.get(f"/tasks/{task.pk}/edit/")
    as_anna.post(f"/tasks/{task.pk}/edit/", {**VALUES, "assigned_to": anna.pk, "related": ""})

    assert ("related" in page.context["form"].fields, "Alpenhof" in page.content.decode()) == (False, False)
    assert (saved(task).subject, saved(task).object_id) == ("Call Greta", account.pk)


def test_a_task_on_many_records_is_about_each_of_them(as_anna, anna):
    lead = LeadFactory(owner=anna)

    page = as_anna.post("/leads/bulk/task/", {"ids": lead.pk})

    assert page.status_code == 200
    assert [name for name in page.context["form"].fields if "related" in name] == []


@pytest.mark.browser
def test_typing_offers_what_is_found(page_as, anna):
    lead = LeadFactory(owner=anna, company="Alpenhof Bar")
    page = page_as(anna)
    page.goto("/tasks/new/")
    settled(page)
    page.get_by_label("Subject").fill("Call Greta")

    page.get_by_label("Search for a record").press_sequentially("alpenhof")
    expect(page.get_by_role("status").filter(has_text="Found: 1.")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Related to").select_option(name_of(lead))
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/tasks/*/")

    expect(page.locator("#record-head, .record-head").first).to_contain_text(str(lead))
    assert Task.objects.visible_to(anna).get().related == lead


@pytest.mark.browser
def test_a_draft_brings_the_search_back_and_leaves_the_choice(page_as, anna):
    lead, other = LeadFactory(owner=anna, company="Alpenhof Bar"), LeadFactory(owner=anna)
    task = TaskFactory(owner=anna, related=other)
    page = page_as(anna)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/tasks/{task.pk}/edit/")
    settled(page)
    page.get_by_label("Search for a record").press_sequentially("alpenhof")
    expect(page.get_by_role("status").filter(has_text="Found: 1.")).to_be_visible()
    page.get_by_label("Related to").select_option(name_of(lead))

    page.goto(f"/tasks/{task.pk}/edit/")
    settled(page)

    expect(page.get_by_label("Search for a record")).to_have_value("alpenhof")
    expect(page.get_by_label("Related to")).to_have_value(name_of(other))


def test_what_tasks_are_related_to_is_not_changed_in_many_at_once(as_anna, anna):
    page = as_anna.post("/tasks/bulk/fields/", {"ids": TaskFactory(owner=anna).pk})

    assert "Due date" in page.text
    assert [words for words in ("Related to", "Search for a record") if words in page.text] == []
