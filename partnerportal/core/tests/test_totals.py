"""Totals say what a GROUP BY over the records says, whatever was written and by how many at once, and boards count with them."""

import re
from decimal import Decimal
from random import Random

import pytest
from django.db import connection, transaction
from django.utils import timezone

from leads.merging import merge_leads
from leads.models import Lead, LeadTotal
from leads.tests.factories import LeadFactory
from leads.views.records import VIEWS as LEAD_VIEWS
from leads.views.records import LeadBoard
from partnerportal.core.jobs import fold_totals
from partnerportal.core.totals import numbers_of, tally
from partnerportal.tests.counting import queries_of
from partnerportal.tests.racing import at_once, contend
from projects.models import Project, ProjectTotal
from projects.tests.factories import DemoProject, IntroProject
from projects.views.lists import VIEWS as PROJECT_VIEWS
from projects.views.lists import ProjectBoard

KEPT = {
    LeadTotal: (("partner", "owner", "status"), ()),
    ProjectTotal: (("partner", "owner", "stage", "currency"), ("mrr", "weighted_pipeline")),
}


def rows_of(model):
    return model.objects.across_partners(reason="test")


def told(model):
    """What the totals say, and what the records say."""
    by, sums = KEPT[model]
    lines = [line for line in tally(rows_of(model), by=by, sums=sums) if line["count"] or any(line[f"sum_{one}"] for one in sums)]
    return lines, tally(rows_of(model.of).filter(deleted_at=None), by=by, sums=sums)


def assert_exact():
    for model in KEPT:
        kept, counted = told(model)
        assert kept == counted, model.__name__


class Mix:
    """Writes of every kind, in an order that a seed decides."""

    def __init__(self, seed, people):
        self.random, self.people = Random(seed), people

    def a_lead(self):
        return self.random.choice(list(rows_of(Lead).order_by("pk")))

    def some(self, model):
        keys = list(rows_of(model).order_by("pk").values_list("pk", flat=True))
        return rows_of(model).filter(pk__in=self.random.sample(keys, k=min(len(keys), self.random.randint(1, 5))))

    def a_person(self):
        return self.random.choice(self.people)

    def create(self):
        self.random.choice([LeadFactory, IntroProject, DemoProject])(owner=self.a_person())

    def create_many(self):
        pattern = self.a_lead()
        many = [
            Lead(**{field.attname: getattr(pattern, field.attname) for field in Lead._meta.concrete_fields[1:]}) for _number in range(7)
        ]
        rows_of(Lead).bulk_create(many)

    def save_alone(self):
        lead = self.a_lead()
        lead.status = self.random.choice(["new", "qualification"])
        lead.save()

    def move(self):
        self.some(Lead).update(status=self.random.choice(["new", "qualification"]))
        self.some(Project).update(stage=self.random.choice(["intro", "presentation"]))

    def hand_over(self):
        self.some(self.random.choice([Lead, Project])).update(owner=self.a_person())

    def price(self):
        amount = self.random.choice([None, Decimal(0), Decimal(self.random.randint(-9999, 99999)) / 100])
        self.some(Project).update(mrr=amount, weighted_pipeline=amount)

    def change_currency(self):
        self.some(Project).update(currency=self.random.choice(["EUR", "USD", "CHF"]))

    def say_something_else(self):
        self.some(Lead).update(city="Bozen", updated_at=timezone.now())

    def delete(self):
        self.some(self.random.choice([Lead, Project])).update(deleted_at=timezone.now())

    def restore(self):
        self.some(self.random.choice([Lead, Project])).update(deleted_at=None)

    def move_to_another_partner(self):
        person = self.a_person()
        self.some(Lead).update(owner=person, partner=person.partner)

    def change_mind(self):
        with transaction.atomic():
            self.move()
            self.price()
            transaction.set_rollback(True)

    def erase(self):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM leads_lead WHERE id = %s", [LeadFactory(owner=self.a_person()).pk])

    def fold(self):
        fold_totals()

    def merge(self):
        person = self.a_person()
        one, other = LeadFactory(owner=person, company="Brenner"), LeadFactory(owner=person, company="Brenner Logistik")
        merge_leads(one, [other], chosen={}, by=person)

    def go_on(self, steps):
        acts = [act for name, act in sorted(vars(Mix).items()) if not name.startswith(("_", "a_", "go_")) and name != "some"]
        for _number in range(steps):
            self.random.choice(acts)(self)


@pytest.mark.parametrize("seed", range(4))
def test_totals_are_what_a_group_by_says_after_any_mix_of_changes(seed, anna, ben, carla):
    mix = Mix(seed, [anna, ben, carla])
    for _number in range(3):
        mix.create()
    LeadFactory(owner=anna)
    IntroProject(owner=anna)

    for _number in range(8):
        mix.go_on(10)
        assert_exact()

    IntroProject(owner=anna)
    fold_totals()
    assert_exact()
    for model, (by, _sums) in KEPT.items():
        kinds = list(rows_of(model).values_list(*by))
        assert len(kinds) == len(set(kinds)) > 0


def test_what_counts_for_nothing_writes_no_line(anna):
    lead = LeadFactory(owner=anna)
    before = rows_of(LeadTotal).count()

    lead.city = "Bozen"
    lead.save()

    assert rows_of(LeadTotal).count() == before


# --- who sees what ------------------------------------------------------------------------


def numbers(person):
    return tally(LeadTotal.objects.visible_to(person), by=("partner", "owner"), sums=())


def test_totals_are_those_of_the_partners_that_one_has_to_do_with(anna, ben, carla, otto, olga, vendor_admin, tariq):
    LeadFactory.create_batch(2, owner=anna)
    LeadFactory(owner=carla)

    ours = [{"partner": anna.partner_id, "owner": anna.pk, "count": 2}]
    theirs = [{"partner": carla.partner_id, "owner": carla.pk, "count": 1}]
    both = sorted(ours + theirs, key=lambda line: line["partner"])
    assert [numbers(person) for person in (anna, ben, carla)] == [ours, ours, theirs]
    assert [numbers(person) for person in (otto, vendor_admin)] == [both, both]
    assert [numbers(person) for person in (olga, tariq)] == [[], []]


def test_a_rep_who_sees_only_own_records_gets_her_own_totals_and_counts_what_she_follows(anna, alex, client):
    anna.partner.record_visibility = "owner"
    anna.partner.save()
    LeadFactory(owner=anna)
    LeadFactory.create_batch(2, owner=alex)
    followed = LeadFactory(owner=alex)
    followed.followers.create(user=anna, partner=anna.partner)
    client.force_login(anna)

    board = client.get("/leads/board/?view=all_open").content.decode()

    assert numbers(anna) == [{"partner": anna.partner_id, "owner": anna.pk, "count": 1}]
    assert "2 leads" in board


# --- boards -------------------------------------------------------------------------------


def heads(page):
    """What the heads of the lanes and of the board say."""
    return re.findall(r'<header id="lane-head-.*?</header>|<span class="bar-end" id="board-totals".*?</span>', page, re.S)


def asked(object_name, views, *more):
    return [f"/{object_name}/board/?view={view.name}{extra}" for view in views if view.has_totals for extra in ("", *more)]


ADDRESSES = [
    *asked("leads", LEAD_VIEWS, "&owner=me", "&status=new&or=status%3Dqualification"),
    *asked("projects", PROJECT_VIEWS, "&stage=intro", "&currency=EUR&owner_not=me"),
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("who", ["anna", "ben"])
def test_a_board_says_the_same_with_totals_and_with_its_records(address, who, anna, ben, alex, carla, client, monkeypatch):
    for owner in (anna, alex, carla):
        LeadFactory(owner=owner)
        LeadFactory(owner=owner, status="qualification", deleted_at=timezone.now())
        LeadFactory(owner=owner, status="not_in_target", not_in_target_reason="no-budget")
        LeadFactory(owner=owner, status="converted", converted_at=timezone.now())
        IntroProject(owner=owner)
        DemoProject(owner=owner)
    rows_of(Project).filter(stage="intro").update(mrr="120.50", weighted_pipeline="12.05", currency="USD")
    client.force_login({"anna": anna, "ben": ben}[who])

    with_totals = client.get(address)
    for board in (LeadBoard, ProjectBoard):
        monkeypatch.setattr(board, "totals", None)
    counted = client.get(address)

    assert len(heads(with_totals.content.decode())) > 3
    assert heads(with_totals.content.decode()) == heads(counted.content.decode())
    assert with_totals.context["totals"] == counted.context["totals"]


@pytest.mark.parametrize(
    "address, is_from_totals",
    [
        ("/leads/board/?view=my_open", True),
        ("/leads/board/?view=my_open&status=new&owner=me", True),
        ("/leads/board/?view=my_open&source=blue-box", False),
        ("/leads/board/?view=my_open&q=brenner", False),
        ("/leads/board/?view=my_open&or=source%3Dblue-box", False),
        ("/leads/board/?view=follow_up", False),
        ("/projects/board/?view=all&currency=EUR", True),
        ("/projects/board/?view=all&mrr_min=100", False),
        ("/projects/board/?view=won", False),
    ],
)
def test_a_board_counts_with_totals_where_they_know_all_that_is_asked(address, is_from_totals, anna, client):
    client.force_login(anna)

    sent = queries_of(client, address)

    assert sum('"leads_leadtotal"' in sql or '"projects_projecttotal"' in sql for sql in sent) == is_from_totals


# --- at once ------------------------------------------------------------------------------


@pytest.fixture
def nobody_waits(transactional_db, anna):
    return LeadFactory.create_batch(4, owner=anna)


def test_two_who_write_of_the_same_kind_do_not_wait_for_each_other_nor_for_the_fold(nobody_waits):
    one, other = (lambda key=lead.pk: rows_of(Lead).filter(pk=key).update(status="qualification") for lead in nobody_waits[:2])

    writers = contend(one, other)
    folding = contend(lambda: rows_of(Lead).filter(pk=nobody_waits[2].pk).update(status="qualification"), fold_totals)

    assert (writers.winner, writers.contender, writers.has_waited) == (1, 1, False)
    assert (folding.winner, folding.contender, folding.has_waited) == (1, None, False)
    assert_exact()


def test_a_fold_that_is_not_finished_holds_nobody_up_and_nothing_is_counted_twice(nobody_waits):
    key = nobody_waits[0].pk
    fold_and_write = contend(fold_totals, lambda: rows_of(Lead).filter(pk=key).update(status="qualification"))
    two_folds = contend(fold_totals, fold_totals)

    assert (fold_and_write.contender, fold_and_write.has_waited) == (1, False)
    assert (two_folds.contender, two_folds.has_waited) == (None, False)
    assert_exact()


def test_nothing_is_lost_when_many_write_and_fold_at_once(nobody_waits):
    def flip(lead):
        for number in range(20):
            rows_of(Lead).filter(pk=lead.pk).update(status=("qualification", "new")[number % 2])

    def fold_often():
        for _number in range(20):
            fold_totals()

    answers = at_once(*(lambda lead=lead: flip(lead) for lead in nobody_waits), fold_often, fold_often)

    assert answers == [None] * 6
    assert_exact()
    fold_totals()
    assert_exact()


# --- size ---------------------------------------------------------------------------------

COPY = "INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}, generate_series(1, %s) WHERE id = %s"


def copy(record, times):
    """Many rows like one, as an import would write them: in one statement."""
    columns = ", ".join(field.column for field in record._meta.concrete_fields if not field.primary_key)
    with connection.cursor() as cursor:
        cursor.execute(COPY.format(table=record._meta.db_table, columns=columns), [times, record.pk])
        cursor.execute(f"ANALYZE {record._meta.db_table}")


def buffers_of(client, address):
    """How many pages of the database the queries of a page touch."""
    found = 0
    for sql in queries_of(client, address):
        if sql.startswith(("SELECT", "(SELECT", "WITH")):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql.replace("%", "%%"))
                plan = cursor.fetchone()[0][0]["Plan"]
            found += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return found


@pytest.mark.big
@pytest.mark.parametrize("address", ["/leads/board/?view=all_open", "/leads/board/?view=my_open", "/projects/board/?view=all"])
def test_a_board_reads_no_more_of_ten_times_the_records(address, anna, client, monkeypatch):
    client.force_login(anna)
    record = LeadFactory(owner=anna) if "leads" in address else IntroProject(owner=anna, lead=None)
    copy(record, 1500)
    small = buffers_of(client, address)

    copy(record, 13500)
    large = buffers_of(client, address)

    assert ">15,001 " in heads(client.get(address).content.decode())[0]
    assert large <= small * 1.3
    for board in (LeadBoard, ProjectBoard):
        monkeypatch.setattr(board, "totals", None)
    assert buffers_of(client, address) > small * 1.3


def test_records_and_totals_are_counted_in_one_query(anna, ben, carla, django_assert_num_queries):
    LeadFactory.create_batch(2, owner=anna, status="new")
    LeadFactory(owner=ben, status="qualification")
    LeadFactory(owner=carla, status="new")
    leads = Lead.objects.visible_to(anna)

    with django_assert_num_queries(1):
        found = numbers_of(
            kept=LeadTotal.objects.visible_to(anna),
            counted=leads.order_by("company").filter(company__contains=""),
            new=leads.filter(status="new"),
            lost=LeadTotal.objects.visible_to(anna).filter(status="not_in_target"),
            none=leads.none(),
        )

    assert found == {"kept": 3, "counted": 3, "new": 2, "lost": 0, "none": 0}
