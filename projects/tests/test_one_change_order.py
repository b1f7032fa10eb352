"""An account has one open change order: whichever way a second one comes about, it is refused, and nothing has changed."""

import html
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.merging import MergeRefused, merge_accounts, undo_merge
from accounts.models import Account, Contact
from accounts.tests.factories import ActiveAccountFactory, ContactFactory
from catalog.reference import load_reference
from leads.models import Lead
from leads.tests.factories import QualifiedLeadFactory
from partnerportal.core import attached
from partnerportal.core.models import StageMove
from partnerportal.tests.days import this_day
from partnerportal.tests.racing import contend
from partners.tests.factories import UserFactory
from projects import services
from projects.models import ChangeOrderOpen, Project
from projects.reference import load_questions
from projects.tests.factories import ChangeOrderProject, LostProject, OrderProject, ProjectFactory, WonProject

VALUES = {
    "record_type": "change_order",
    "name": "Other users",
    "close_date": this_day() + timedelta(days=30),
    "opportunity_type": "existing_business",
    "product_of_interest": "collaboration",
    "interested_solutions": ["license"],
    "total_users": 5,
}
FORM = {**VALUES, "close_date": VALUES["close_date"].isoformat(), "currency": "EUR"}
KINDS = (Project, Account, Contact, Lead, StageMove)


def everything(partner):
    """What a refusal must leave as it was."""
    return [list(kind.objects.for_partner(partner).order_by("pk").values()) for kind in KINDS]


@pytest.fixture
def running(anna):
    """An open change order of a customer."""
    return ChangeOrderProject(owner=anna, name="Ten users more")


def values_for(account):
    return {**VALUES, "account": account, "contact": account.contacts.first() or ContactFactory(account=account)}


def closed_one(account, factory=LostProject):
    """A change order of the account that is over."""
    return factory(account=account, owner=account.owner, record_type="change_order", name="From last year")


# --- ways in ------------------------------------------------------------------------------------


def test_a_second_one_is_refused_at_the_account(running, anna):
    before = everything(anna.partner)

    with pytest.raises(ChangeOrderOpen) as refused:
        services.create_project(values=values_for(running.account), by=anna)

    sentence = f"{running.account} has an open change order already (Anna Conti). Go on with that one, or close it first."
    assert refused.value.message_dict == {"account": [sentence]}
    assert refused.value.other == running
    assert everything(anna.partner) == before


@pytest.mark.parametrize("of_account", [True, False], ids=["account", "Home"])
def test_the_page_of_a_new_project_leads_to_the_open_one(client, running, anna, of_account):
    client.force_login(anna)
    home, account = client.get("/").text, client.get(running.account.get_absolute_url()).text
    way = f"{reverse('projects:add')}?{f'account={running.account_id}&' if of_account else ''}record_type=change_order"
    assert way in html.unescape(account if of_account else home)
    before = everything(anna.partner)

    answer = client.post(way, {**FORM, "account": running.account_id, "contact": running.contact_id})

    assert answer.status_code == 422
    link = f'close it first. <a href="{running.get_absolute_url()}">Ten users more</a>'
    assert link in answer.text.partition("data-summary")[2].partition("</div>")[0]
    assert link in answer.text.partition('id="div_id_account"')[2].partition('id="div_id_contact"')[0]
    assert everything(anna.partner) == before


def test_the_name_of_the_open_one_is_text(client, running, anna):
    Project.objects.for_partner(anna.partner).filter(pk=running.pk).update(name='<b>"Ten"</b>')
    client.force_login(anna)

    page = client.post(reverse("projects:add"), {**FORM, "account": running.account_id, "contact": running.contact_id}).text

    assert "&lt;b&gt;&quot;Ten&quot;&lt;/b&gt;</a>" in page
    assert '<b>"Ten"</b>' not in page


def test_a_clone_is_refused(client, running, anna):
    client.force_login(anna)
    address = reverse("projects:clone", args=[running.pk])
    assert "Ten users more (copy)" in client.get(address).text
    before = everything(anna.partner)

    answer = client.post(address, {**FORM, "account": running.account_id, "contact": running.contact_id})

    assert answer.status_code == 422
    assert running.get_absolute_url() in answer.text
    assert everything(anna.partner) == before


def test_a_lead_does_not_become_a_second_one(running, anna):
    lead = QualifiedLeadFactory(owner=anna)
    before = everything(anna.partner)

    with pytest.raises(ChangeOrderOpen):
        services.convert_lead(lead, values=VALUES, by=anna, account=running.account)

    assert everything(anna.partner) == before
    assert services.convert_lead(lead, values={**VALUES, "record_type": "business_plan"}, by=anna, account=running.account).is_open


def test_a_lost_one_is_not_reopened_beside_it(client, running, ben):
    lost = closed_one(running.account)
    client.force_login(ben)
    before = everything(ben.partner)

    answer = client.post(reverse("projects:reopen", args=[lost.pk]), {"reason": "They called back"})

    assert answer.status_code == 422
    assert f'<a href="{running.get_absolute_url()}">Ten users more</a>' in answer.text
    assert everything(ben.partner) == before

    services.close_as_lost(running, seen=running.stage, lost_reason="price", by=running.owner)
    assert client.post(reverse("projects:reopen", args=[lost.pk]), {"reason": "They called back"}).status_code == 302
    assert Project.objects.for_partner(ben.partner).get(pk=lost.pk).is_open


def test_a_deleted_one_is_not_restored_beside_it(client, running, anna):
    attached.delete_record(running, by=anna)
    second = services.create_project(values=values_for(running.account), by=anna)
    client.force_login(anna)
    before = everything(anna.partner)

    in_a_dialog = client.post(reverse("projects:restore", args=[running.pk]), headers={"HX-Request": "true"})
    plain = client.post(reverse("projects:restore", args=[running.pk]), follow=True)

    assert in_a_dialog.status_code == 422
    for page in (in_a_dialog, plain):
        assert "has an open change order already (Anna Conti)" in page.text
    assert plain.redirect_chain[-1][0] == reverse("projects:deleted")
    assert everything(anna.partner) == before

    attached.delete_record(second, by=anna)
    assert attached.restore_record(Project, running.pk, by=anna).deleted_at is None


# --- merged accounts ------------------------------------------------------------------------------


def test_accounts_that_have_one_each_are_not_merged_until_one_is_closed(client, running, anna):
    other = ChangeOrderProject(owner=anna, name="Fewer users")
    client.force_login(anna)
    before = everything(anna.partner)

    with pytest.raises(MergeRefused, match="“Fewer users” cannot come along: .* has an open change order already"):
        merge_accounts(running.account, [other.account], chosen={}, by=anna)
    page = client.post(f"{reverse('merge_accounts', args=[running.account_id])}?with={other.account_id}")

    assert page.status_code == 409
    assert "“Fewer users” cannot come along" in page.text
    assert everything(anna.partner) == before

    services.close_as_lost(other, seen=other.stage, lost_reason="price", by=anna)
    merge = merge_accounts(running.account, [other.account], chosen={}, by=anna)
    assert Project.objects.for_partner(anna.partner).filter(account=running.account_id).count() == 2
    undo_merge(merge, by=anna)
    assert Project.objects.for_partner(anna.partner).get(pk=other.pk).account == other.account


# --- what is allowed ---------------------------------------------------------------------------------


@pytest.mark.parametrize("factory", [LostProject, WonProject])
def test_one_that_is_over_is_not_in_the_way(anna, factory):
    account = ActiveAccountFactory(owner=anna)
    closed_one(account, factory)
    ProjectFactory(account=account, owner=anna)

    assert services.create_project(values=values_for(account), by=anna).is_open


def test_one_whose_order_is_on_its_way_is_open(anna):
    account = ActiveAccountFactory(owner=anna)
    closed_one(account, OrderProject)

    with pytest.raises(ChangeOrderOpen):
        services.create_project(values=values_for(account), by=anna)


def test_the_open_one_is_edited_and_moved(running, anna):
    services.edit_project(running, values={"total_users": 12}, by=anna)

    assert services.move_project(running, to="proposal", seen="presentation", by=anna).stage == "proposal"


def test_customers_have_one_each(running, anna):
    assert services.create_project(values=values_for(ActiveAccountFactory(owner=anna)), by=anna).is_open


# --- in the database -----------------------------------------------------------------------------------


def test_the_database_holds_it(running, anna):
    lost = closed_one(running.account)

    with pytest.raises(IntegrityError, match="project_one_open_change_order"), transaction.atomic():
        Project.objects.for_partner(anna.partner).filter(pk=lost.pk).update(stage="presentation", outcome="")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["create", "reopen"])
def test_of_two_at_once_one_begins_and_the_other_is_told(transactional_db, way):
    load_reference()
    load_questions()
    rep = UserFactory(role="partner_manager")
    account = ActiveAccountFactory(owner=rep)
    values, lost = values_for(account), closed_one(account)

    def reopen():
        return services.reopen_project(lost, reason="They called back", by=rep)

    outcome = contend(
        lambda: services.create_project(values=values, by=rep),
        reopen if way == "reopen" else lambda: services.create_project(values=values, by=rep),
    )

    assert outcome.has_waited
    assert isinstance(outcome.contender, ChangeOrderOpen), repr(outcome.contender)
    assert outcome.contender.other == outcome.winner
    assert Project.objects.for_partner(rep.partner).open().get() == outcome.winner


def test_the_migration_names_those_that_break_the_rule(running):
    look = import_module("projects.migrations.0017_hold_one_open_change_order").look_for_several
    look(apps, None)
    with connection.cursor() as cursor:  # As it was before the rule.
        cursor.execute("DROP INDEX project_one_open_change_order")
    second = ChangeOrderProject(account=running.account, owner=running.owner, name="Before the rule")

    with pytest.raises(Exception, match=f"{running.account}: {running.pk} Ten users more; {running.account}: {second.pk} Before the rule$"):
        look(apps, None)
