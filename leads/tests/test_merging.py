import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from accounts.merging import MergeRefused, merge_accounts, merge_contacts, undo_merge
from accounts.models import Account, AccountStatus, Contact, Merge
from accounts.tests.factories import AccountFactory, ActiveAccountFactory, ContactFactory
from cases.tests.factories import CaseFactory
from leads.merging import merge_leads
from leads.models import Lead, LeadPlan
from leads.services import start_plan
from leads.tests.factories import ConvertedLeadFactory, LeadFactory, NotInTargetLeadFactory, QualifiedLeadFactory
from partnerportal.core import attached
from partnerportal.core.files import attach_file
from partnerportal.core.history import changes
from partnerportal.core.models import Follow
from partnerportal.core.scoping import NotYours
from partners.models import Partner
from partners.tests.factories import UserFactory
from projects.models import Project, ProjectContact
from projects.tests.factories import ProjectFactory
from quotes.tests.factories import SubmittedQuoteFactory
from tasks.tests.factories import TaskFactory


def state(record):
    """What a record says and what hangs on it."""
    record = type(record)._base_manager.get(pk=record.pk)
    values = {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields if field.name != "updated_at"}
    attached_rows = {
        name: sorted(getattr(record, name).values_list("pk", flat=True))
        for name in ("notes", "attachments", "followers", "stage_moves", "tasks")
    }
    return values, attached_rows


@pytest.fixture
def three(anna, alex):
    """Three leads of one company, each with something on it."""
    leads = [
        LeadFactory(owner=anna, company=name, city=city, website=website)
        for name, city, website in (
            ("Brenner", "", ""),
            ("Brenner GmbH", "Bozen", ""),
            ("Brenner Logistik", "Trento", "https://brenner.de"),
        )
    ]
    for number, lead in enumerate(leads):
        attached.add_note(lead, f"Note {number}", by=anna)
        attach_file(lead, SimpleUploadedFile(f"plan-{number}.csv", b"a,b\n1,2\n"), by=anna)
        attached.follow(lead, by=alex)
        TaskFactory(owner=anna, related=lead, subject=f"Call {number}")
    attached.follow(leads[2], by=anna)
    return leads


@pytest.fixture
def lead_with_a_plan(reference, anna):
    """A lead in Qualification on which a plan is running."""
    lead = QualifiedLeadFactory(owner=anna)
    start_plan(lead, plan=LeadPlan.objects.first(), by=anna)
    return lead


def test_merge_leads_takes_the_chosen_values_and_everything_attached(three, anna, alex):
    keep, second, third = three

    merge = merge_leads(keep, [second, third], chosen={"company": third.pk, "city": second.pk, "website": third.pk}, by=anna)

    keep.refresh_from_db()
    assert (keep.company, keep.city, keep.website) == ("Brenner Logistik", "Bozen", "https://brenner.de")
    assert sorted(note.text for note in keep.notes.all()) == ["Note 0", "Note 1", "Note 2"]
    assert sorted(task.subject for task in keep.tasks.all()) == ["Call 0", "Call 1", "Call 2"]
    assert sorted(one.name for one in keep.attachments.all()) == ["plan-0.csv", "plan-1.csv", "plan-2.csv"]
    assert sorted(keep.followers.values_list("user", flat=True)) == sorted([anna.pk, alex.pk])
    assert list(Lead.objects.visible_to(anna)) == [keep]
    assert [one["name"] for one in merge.absorbed] == ["Brenner GmbH", "Brenner Logistik"]


def test_merge_leaves_both_histories_readable(three, anna):
    keep, second, _third = three

    merge_leads(keep, [second], chosen={}, by=anna)

    assert [(change.kind, change.reason) for change in changes(keep)][0] == ("changed", "Merged with Brenner GmbH")
    assert [(change.kind, change.reason) for change in changes(second)] == [("changed", "Merged into Brenner"), ("created", "")]


def test_undo_merge_brings_every_lead_back_as_it_was(three, anna):
    before = [state(lead) for lead in three]
    merge = merge_leads(three[0], three[1:], chosen={"company": three[2].pk, "city": three[1].pk}, by=anna)

    undone = undo_merge(merge, by=anna)

    assert undone.left == ()
    assert [state(lead) for lead in three] == before
    assert (undone.merge.undone_by, undone.merge.undone_at is not None) == (anna, True)


def test_undo_merge_leaves_what_was_changed_since_and_says_so(three, anna):
    keep, second, _third = three
    merge = merge_leads(keep, [second], chosen={"company": second.pk, "city": second.pk}, by=anna)
    task = second.tasks.model.objects.for_partner(anna.partner).get(subject="Call 1")
    task.content_type = task.object_id = None
    task.save()
    keep.refresh_from_db()
    keep.city = "Meran"
    keep.save()

    undone = undo_merge(merge, by=anna)

    keep.refresh_from_db()
    task.refresh_from_db()
    assert undone.left == ("City was changed since.", "1 of tasks hang on something else by now, or are gone.")
    assert (keep.company, keep.city, task.object_id) == ("Brenner", "Meran", None)
    assert Lead.objects.visible_to(anna).filter(pk=second.pk).exists()


def test_undo_merge_is_possible_for_thirty_days_and_once(three, anna):
    merge = merge_leads(three[0], three[1:2], chosen={}, by=anna)
    late = merge_leads(three[0], three[2:], chosen={}, by=anna)

    undo_merge(merge, by=anna)
    with pytest.raises(MergeRefused):
        undo_merge(merge, by=anna)
    with time_machine.travel(timezone.now() + timedelta(days=30, minutes=1)), pytest.raises(MergeRefused):
        undo_merge(late, by=anna)

    assert not Lead.objects.visible_to(anna).filter(pk=three[2].pk).exists()


def test_merge_refuses_four_one_and_the_converted(three, anna):
    fourth, converted = LeadFactory(owner=anna), ConvertedLeadFactory(owner=anna)

    for others, error in (([*three[1:], fourth], MergeRefused), ([], MergeRefused), ([three[0]], MergeRefused), ([converted], NotYours)):
        with pytest.raises(error):
            merge_leads(three[0], others, chosen={}, by=anna)

    assert not Merge.objects.for_partner(anna.partner).exists()
    assert Lead.objects.visible_to(anna).count() == 5


def test_merge_refuses_what_the_person_may_not_change_or_see(three, anna, alex, carla):
    theirs, foreign = LeadFactory(owner=alex), LeadFactory(owner=carla)

    with pytest.raises(NotYours):
        merge_leads(three[0], [theirs], chosen={}, by=anna)
    with pytest.raises(MergeRefused):
        merge_leads(three[0], [foreign], chosen={}, by=anna)

    assert not Merge.objects.across_partners(reason="test").exists()


def test_undo_merge_refuses_whom_the_record_does_not_belong_to(three, anna, alex, carla):
    merge = merge_leads(three[0], three[1:2], chosen={}, by=anna)

    with pytest.raises(NotYours):
        undo_merge(merge, by=alex)
    with pytest.raises(Merge.DoesNotExist):
        undo_merge(merge, by=carla)

    merge.refresh_from_db()
    assert merge.undone_at is None


def test_merge_accounts_moves_the_rows_of_every_app_and_undo_brings_them_back(anna):
    keep, other = AccountFactory(owner=anna, name="Brenner"), ActiveAccountFactory(owner=anna, name="Brenner GmbH")
    contact = ContactFactory(account=other)
    project = ProjectFactory(account=other, contact=contact)
    case = CaseFactory(owner=anna, account=other)
    quote = SubmittedQuoteFactory(project=project)
    lead = ConvertedLeadFactory(owner=anna, account=other)
    moved = (contact, project, case, quote, lead)
    assert {row.account_id for row in moved} == {other.pk}

    merge = merge_accounts(keep, [other], chosen={}, by=anna)

    for row in (keep, *moved):
        row.refresh_from_db()
    assert {row.account_id for row in moved} == {keep.pk}
    assert keep.status == AccountStatus.ACTIVE
    assert undo_merge(merge, by=anna).left == ()
    for row in (keep, *moved):
        row.refresh_from_db()
    assert {row.account_id for row in moved} == {other.pk}
    assert keep.status == AccountStatus.PROSPECT


def test_merge_contacts_leaves_a_part_in_a_project_that_both_have(anna):
    account = AccountFactory(owner=anna)
    keep, other = ContactFactory(account=account), ContactFactory(account=account)
    project = ProjectFactory(account=account, contact=other)
    for contact in (keep, other):
        ProjectContact.objects.create(partner=anna.partner, project=project, contact=contact, role="user")

    merge = merge_contacts(keep, [other], chosen={}, by=anna)

    assert Project.objects.for_partner(anna.partner).get().contact == keep
    assert ProjectContact.objects.for_partner(anna.partner).filter(contact=keep).count() == 1
    assert undo_merge(merge, by=anna).left == ()
    assert Project.objects.for_partner(anna.partner).get().contact == other


GONE = "One of these records is not there any more: somebody has merged or deleted it meanwhile."
TWO_ACCOUNTS = "They are at two accounts: merge these first."


@pytest.fixture
def twins(anna):
    """One person at two accounts, with a project at the second."""
    people = [
        ContactFactory(account=AccountFactory(owner=anna), first_name="Mara", last_name="Dorigo", email="mara@dorigo.it") for _ in range(2)
    ]
    return [*people, ProjectFactory(account=people[1].account, contact=people[1])]


def test_contacts_of_two_accounts_are_not_merged(anna, twins):
    keep, other, project = twins

    with pytest.raises(MergeRefused, match=TWO_ACCOUNTS):
        merge_contacts(keep, [other], chosen={}, by=anna)

    project.refresh_from_db()
    assert project.contact == other
    assert not Merge.objects.for_partner(anna.partner).exists()
    assert Contact.objects.visible_to(anna).count() == 2


def test_contacts_of_two_accounts_are_merged_once_the_accounts_are(anna, twins):
    keep, other, project = twins
    accounts = merge_accounts(keep.account, [other.account], chosen={}, by=anna)

    contacts = merge_contacts(keep, [other], chosen={}, by=anna)

    project.refresh_from_db()
    assert (project.contact, project.account) == (keep, keep.account)
    project.clean()
    with pytest.raises(MergeRefused, match="names Mara Dorigo, who would be at another account:"):
        undo_merge(accounts, by=anna)
    assert undo_merge(contacts, by=anna).left == ()
    assert undo_merge(accounts, by=anna).left == ()
    project.refresh_from_db()
    assert (project.contact, project.account) == (other, other.account)


def test_the_pages_offer_no_merge_of_contacts_of_two_accounts(client, anna, twins):
    keep, other, _project = twins
    same = ContactFactory(account=keep.account, first_name="Mara", last_name="Dorigo", email="mara@dorigo.it")
    client.force_login(anna)

    offered = client.get(reverse("duplicates_of_contact", args=[keep.pk]))
    asked = client.get(reverse("merge_contacts", args=[keep.pk]), {"with": other.pk})
    sent = client.post(f"{reverse('merge_contacts', args=[keep.pk])}?with={other.pk}")

    assert {one.record for one in offered.context["found"]} == {other, same}
    assert offered.context["mergeable"] == [same]
    assert (asked.status_code, sent.status_code) == (422, 409)
    assert TWO_ACCOUNTS in asked.content.decode()
    assert TWO_ACCOUNTS in sent.content.decode()
    assert Contact.objects.visible_to(anna).count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_merges_at_once_one_wins_and_the_other_gets_a_sentence():
    rep = UserFactory()
    first, second, third = (LeadFactory(owner=rep) for _ in range(3))
    start = Barrier(2)

    def merge(pair):
        try:
            start.wait(timeout=60)
            return merge_leads(pair[0], [pair[1]], chosen={}, by=rep)
        except MergeRefused as refusal:
            return str(refusal)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(merge, [(first, second), (second, first)]))

    assert sorted(type(answer).__name__ for answer in answers) == ["Merge", "str"]
    assert "somebody has merged or deleted it meanwhile" in next(answer for answer in answers if isinstance(answer, str))
    assert Lead.objects.visible_to(rep).count() == 2
    assert third in Lead.objects.visible_to(rep)


def test_the_pages_of_a_merge(client, anna, three):
    keep, second, third = three
    client.force_login(anna)

    form = client.get(reverse("merge_leads", args=[keep.pk]), {"with": [second.pk, third.pk]})
    fields = {field["name"]: [option["is_chosen"] for option in field["options"]] for field in form.context["differing"]}
    done = client.post(f"{reverse('merge_leads', args=[keep.pk])}?with={second.pk}&with={third.pk}", {"city": third.pk}, follow=True)
    merge = Merge.objects.for_partner(anna.partner).get()
    shown = client.get(merge.get_absolute_url()).content.decode()
    activity = client.get(reverse("leads:panel_activity", args=[keep.pk])).content.decode()
    back = client.post(reverse("undo_merge", args=[merge.pk]), follow=True)

    assert (fields["city"], fields["website"], fields["company"]) == ([False, True, False], [False, False, True], [True, False, False])
    assert "can be undone for 30 days" in done.content.decode()
    assert "Brenner Logistik" in shown
    assert "Merged into Brenner" in shown
    assert merge.get_absolute_url() in activity
    assert "back on their own" in back.content.decode()
    assert Lead.objects.visible_to(anna).count() == 3


def test_a_name_with_a_full_stop_ends_the_sentence_with_one(client, anna):
    keep, other, last = (LeadFactory(owner=anna, company=name) for name in ("Brenner S.r.l.", "Alpen S.p.A.", "Hotel Inc."))
    client.force_login(anna)
    address = f"{reverse('merge_leads', args=[keep.pk])}?with={other.pk}&with={last.pk}"

    asked = " ".join(re.sub(r"<[^>]+>", "", client.get(address).text).split())
    done = client.post(address, {}, follow=True).text

    assert "these go into it: Alpen S.p.A., Hotel Inc. Notes, files" in asked
    assert "went into Brenner S.r.l. It can be undone" in done


@pytest.mark.parametrize("others", [[], ["foreign"], ["theirs"]])
def test_the_page_of_a_merge_refuses_what_cannot_be_merged(others, client, anna, alex, carla, three):
    rows = {"foreign": LeadFactory(owner=carla), "theirs": LeadFactory(owner=alex)}
    client.force_login(anna)

    page = client.get(reverse("merge_leads", args=[three[0].pk]), {"with": [rows[one].pk for one in others]})

    assert page.status_code == 422
    assert not Merge.objects.for_partner(anna.partner).exists()


def test_a_late_merge_gets_a_sentence(client, anna, three):
    client.force_login(anna)
    merge_leads(three[1], [three[2]], chosen={}, by=anna)

    page = client.post(f"{reverse('merge_leads', args=[three[0].pk])}?with={three[2].pk}")

    assert page.status_code == 409
    assert GONE in page.content.decode()
    assert Merge.objects.for_partner(anna.partner).count() == 1


def test_a_late_merge_of_three_is_not_one_of_two(client, anna, three):
    keep, second, third = three
    client.force_login(anna)
    attached.delete_record(third, by=anna)

    page = client.post(f"{reverse('merge_leads', args=[keep.pk])}?with={second.pk}&with={third.pk}", {"city": third.pk})

    keep.refresh_from_db()
    assert page.status_code == 409
    assert GONE in page.content.decode()
    assert keep.city == ""
    assert list(Lead.objects.visible_to(anna).order_by("pk")) == [keep, second]
    assert not Merge.objects.for_partner(anna.partner).exists()


def test_what_is_asked_for_twice_is_one_record(client, anna, three):
    keep, second, _third = three
    client.force_login(anna)

    done = client.post(f"{reverse('merge_leads', args=[keep.pk])}?with={second.pk}&with={second.pk}&with={keep.pk}&with=%C2%B2")

    assert done.status_code == 302
    assert [one["pk"] for one in Merge.objects.for_partner(anna.partner).get().absorbed] == [second.pk]


def test_an_open_lead_does_not_go_into_one_that_was_put_aside(client, anna, lead_with_a_plan):
    aside = NotInTargetLeadFactory(owner=anna, company="Brenner", city="Trento")
    client.force_login(anna)
    address = f"{reverse('merge_leads', args=[aside.pk])}?with={lead_with_a_plan.pk}"
    before = [state(one) for one in (aside, lead_with_a_plan)]

    asked, sent = client.get(address), client.post(address, {"city": lead_with_a_plan.pk})

    assert (asked.status_code, sent.status_code) == (422, 409)
    sentence = f"Brenner was put aside, and {lead_with_a_plan} is open. Reopen the one that was put aside first"
    assert [sentence in answer.content.decode() for answer in (asked, sent)] == [True, True]
    assert [state(one) for one in (aside, lead_with_a_plan)] == before
    assert not Merge.objects.for_partner(anna.partner).exists()


def test_a_lead_that_was_put_aside_goes_into_an_open_one_or_into_another_of_its_kind(anna, lead_with_a_plan):
    aside, other, last = (NotInTargetLeadFactory(owner=anna) for _ in range(3))

    merge_leads(lead_with_a_plan, [aside], chosen={}, by=anna)
    merge_leads(other, [last], chosen={}, by=anna)

    lead_with_a_plan.refresh_from_db()
    other.refresh_from_db()
    assert (lead_with_a_plan.status, lead_with_a_plan.plan_runs.get().ended_at) == ("qualification", None)
    assert (other.status, other.not_in_target_reason) == ("not_in_target", "no-budget")


def test_the_first_merge_of_a_chain_is_undone_after_the_last(client, anna, three):
    first, second, third = three
    inner = merge_leads(second, [third], chosen={}, by=anna)
    outer = merge_leads(first, [second], chosen={}, by=anna)
    sentence = "Brenner GmbH went into Brenner meanwhile: undo that merge first."
    client.force_login(anna)

    with pytest.raises(MergeRefused, match=sentence):
        undo_merge(inner, by=anna)
    pressed = client.post(reverse("undo_merge", args=[inner.pk]), follow=True)

    assert pressed.redirect_chain == [(first.get_absolute_url(), 302)]
    assert sentence in pressed.content.decode()
    assert "Merged into Brenner GmbH" in client.get(inner.get_absolute_url()).content.decode()
    assert undo_merge(outer, by=anna).left == ()
    assert undo_merge(inner, by=anna).left == ()
    assert Lead.objects.visible_to(anna).count() == 3


def test_a_merge_into_what_was_deleted_asks_for_that_to_be_restored(anna, three):
    merge = merge_leads(three[0], three[1:2], chosen={}, by=anna)
    attached.delete_record(three[0], by=anna)

    with pytest.raises(MergeRefused, match="Brenner was deleted meanwhile; restore it first."):
        undo_merge(merge, by=anna)


def test_another_partner_sees_no_merge(client, anna, carla, three):
    merge = merge_leads(three[0], three[1:2], chosen={}, by=anna)
    client.force_login(carla)

    assert client.get(merge.get_absolute_url()).status_code == 404
    assert client.post(reverse("undo_merge", args=[merge.pk])).status_code == 404
    merge.refresh_from_db()
    assert merge.undone_at is None


def test_the_record_page_offers_the_merge_of_its_duplicates(client, anna, three):
    client.force_login(anna)

    page = client.get(reverse("duplicates_of_lead", args=[three[0].pk]))

    assert {one.pk for one in page.context["mergeable"]} == {three[1].pk, three[2].pk}
    assert Follow.objects.for_partner(anna.partner).exists()
    assert Account.objects.for_partner(anna.partner).count() + Contact.objects.for_partner(anna.partner).count() == 0


@pytest.mark.parametrize("kind", ["leads", "accounts", "contacts"])
def test_the_address_of_what_was_merged_leads_to_the_record_that_stayed(kind, client, anna, carla):
    account = AccountFactory(owner=anna)
    make = {
        "leads": lambda: LeadFactory(owner=anna),
        "accounts": lambda: AccountFactory(owner=anna),
        "contacts": lambda: ContactFactory(account=account),
    }[kind]
    merge = {"leads": merge_leads, "accounts": merge_accounts, "contacts": merge_contacts}[kind]
    first, second, third = make(), make(), make()
    merge(second, [third], chosen={}, by=anna)
    last = merge(first, [second], chosen={}, by=anna)
    client.force_login(anna)

    answers = [client.get(one.get_absolute_url()) for one in (second, third)]
    assert [(answer.status_code, answer.headers.get("Location")) for answer in answers] == [(302, first.get_absolute_url())] * 2
    client.force_login(carla)
    never = first.get_absolute_url().replace(str(first.pk), "987654")
    foreign, unknown = client.get(second.get_absolute_url()), client.get(never)
    assert [foreign.status_code, unknown.status_code] == [404, 404]
    client.force_login(anna)
    undo_merge(last, by=anna)
    assert client.get(second.get_absolute_url()).status_code == 200
    assert client.get(third.get_absolute_url()).headers["Location"] == second.get_absolute_url()


def test_the_address_of_what_was_merged_is_as_closed_as_the_record_that_stayed(client, anna, alex, ben):
    keep, other = LeadFactory(owner=anna), LeadFactory(owner=alex)
    merge_leads(keep, [other], chosen={}, by=ben)
    Partner.objects.filter(pk=anna.partner_id).update(record_visibility="owner")
    client.force_login(alex)

    assert client.get(other.get_absolute_url()).status_code == 404
