"""A partner-owned queryset that nobody scoped refuses every way of reading or writing."""

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Count
from django.utils import translation

from accounts.models import Account, Contact
from leads.models import Lead
from partnerportal.core import scoping
from partnerportal.core.models import Follow, Note
from partnerportal.core.scoping import NotYours, PartnerOwned, UnscopedQuery, require_editable
from partners.models import Partner

READS = {
    "iterate": lambda rows: list(rows),
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:2]),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "bool": lambda rows: bool(rows),
    "len": lambda rows: len(rows),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "get": lambda rows: rows.get(pk=1),
    "latest": lambda rows: rows.latest("pk"),
    "in_bulk": lambda rows: rows.in_bulk(),
    "values": lambda rows: list(rows.values("pk")),
    "values_list": lambda rows: list(rows.values_list("pk", flat=True)),
    "aggregate": lambda rows: rows.aggregate(n=Count("pk")),
    "annotate": lambda rows: list(rows.annotate(n=Count("pk"))),
    "iterator": lambda rows: list(rows.iterator()),
    "contains": lambda rows: rows.contains(Account(pk=1)),
    "explain": lambda rows: rows.explain(),
    "update": lambda rows: rows.update(name="x"),
    "delete": lambda rows: rows.delete(),
    "raw_delete": lambda rows: rows._raw_delete("default"),
    "union": lambda rows: list(rows.union(rows)),
    "dates": lambda rows: list(rows.datetimes("created_at", "day")),
    "get_or_create": lambda rows: rows.get_or_create(name="x"),
}


def make_account(owner, **fields):
    fields = {"name": "Brenner Logistik", "phone": "+390612345678", "email": "info@brenner-logistik.com", **fields}
    return Account.objects.create(partner=owner.partner, owner=owner, **fields)


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_unscoped_queryset_refuses(read, anna):
    account = make_account(anna)

    with pytest.raises(UnscopedQuery):
        read(Account.objects.filter(pk__gt=0))

    account.refresh_from_db()
    assert account.name == "Brenner Logistik"


@pytest.mark.parametrize("sees_only_own", [False, True])
def test_looking_up_shows_exactly_what_is_visible(sees_only_own, anna, alex, ben, carla, otto, olga, tariq, vendor_admin):
    Partner.objects.filter(pk=anna.partner_id).update(record_visibility="owner" if sees_only_own else "company")
    made = {make_account(owner, name=f"Brenner of {owner}").pk: owner for owner in (anna, alex, carla)}

    for person in (anna, alex, ben, carla, otto, olga, tariq, vendor_admin):
        person = type(person).objects.select_related("partner").get(pk=person.pk)
        seen = set(Account.objects.visible_to(person).values_list("pk", flat=True))
        assert set(Account.objects.searched_by(person).values_list("pk", flat=True)) == seen
        if person.partner_id:
            assert {made[pk].partner_id for pk in seen} <= {person.partner_id}


def test_raw_sql_through_the_manager_refuses(anna):
    with pytest.raises(UnscopedQuery):
        Account.objects.all().raw("select * from accounts_account")


def test_visible_to_shows_the_own_company_only(anna, alex, ben, carla):
    mine = make_account(anna)
    theirs = make_account(carla)

    assert [list(Account.objects.visible_to(person)) for person in (anna, alex, ben, carla)] == [[mine], [mine], [mine], [theirs]]


def test_account_manager_sees_the_portfolio_only(anna, carla, otto, olga, harbour):
    mine, theirs = make_account(anna, name="A"), make_account(carla, name="B")

    assert list(Account.objects.visible_to(otto).order_by("name")) == [mine, theirs]
    assert list(Account.objects.visible_to(olga)) == []


def test_vendor_admin_sees_all_and_a_disabled_user_nothing(anna, vendor_admin):
    account = make_account(anna)
    anna.is_active = False

    assert list(Account.objects.visible_to(vendor_admin)) == [account]
    assert list(Account.objects.visible_to(anna)) == []


def test_deleted_records_are_visible_to_nobody(anna, vendor_admin):
    account = make_account(anna, deleted_at="2026-11-01T00:00Z")

    assert list(Account.objects.visible_to(anna)) == []
    assert list(Account.objects.visible_to(vendor_admin)) == []
    assert list(Account.objects.for_partner(anna.partner)) == [account]


def test_owner_visibility_shows_a_rep_own_and_followed_records(anna, alex, ben):
    own, followed, _other = make_account(anna, name="A"), make_account(alex, name="B"), make_account(alex, name="C")
    Follow.objects.create(partner=anna.partner, subject=followed, user=anna)
    Partner.objects.filter(pk=anna.partner_id).update(record_visibility=Partner.Visibility.OWNER)
    anna.partner.refresh_from_db()

    assert list(Account.objects.visible_to(anna).order_by("name")) == [own, followed]
    assert Account.objects.visible_to(ben).count() == 3


def test_reverse_relations_of_a_record_in_hand_are_scoped_by_it(anna):
    account = make_account(anna)
    contact = Contact.objects.create(partner=anna.partner, owner=anna, account=account, last_name="Brenner", email="j@brenner-logistik.com")
    note = Note.objects.create(partner=anna.partner, subject=account, author=anna, text="Call again")

    assert list(account.contacts.all()) == [contact]
    assert list(account.notes.all()) == [note]
    assert [list(row.notes.all()) for row in Account.objects.visible_to(anna).prefetch_related("notes")] == [[note]]


def test_a_rep_changes_her_own_records_only(anna, alex, ben, otto):
    account = make_account(anna)

    require_editable(account, anna)
    require_editable(account, ben)
    for person in (alex, otto):
        with pytest.raises(NotYours) as refusal:
            require_editable(account, person)
        assert refusal.value.who_may == "Only Anna Conti and the managers of Aurora Telecom may change this."


def test_uniqueness_checks_pass_the_guard(anna):
    account = make_account(anna)

    account.full_clean()


def test_across_partners_needs_a_reason(db):
    with pytest.raises(ValueError, match="Say why"):
        Account.objects.across_partners(reason="")


def test_the_words_of_every_choice_are_those_of_django():
    fields = [field for model in apps.get_models() if issubclass(model, PartnerOwned) for field in model._meta.fields if field.choices]

    for language in ("en", "de"):
        with translation.override(language):
            for field in fields:
                for value in (*dict(field.flatchoices), "nothing of these", "", None):
                    record = field.model(**{field.attname: value})
                    assert record._get_FIELD_display(field) == models.Model._get_FIELD_display(record, field)
    assert len(fields) > 20


def test_the_table_of_words_is_made_once_for_a_field_and_language():
    scoping._words_of.cache_clear()

    for origin in ("web", "partner", "web"):
        Lead(origin=origin).get_origin_display()
    with translation.override("de"):
        Lead(origin="web").get_origin_display()

    assert scoping._words_of.cache_info().misses == 2
