from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, Sum

from accounts.models import Account, Contact
from cases.models import Case
from cases.services import CLASSOUND_TOPIC
from cases.stages import Status as CaseStatus
from leads.models import Lead
from leads.stages import Status as LeadStatus
from orders.confirmation import missing
from orders.models import Order
from orders.stages import Status as OrderStatus
from partnerportal.core.models import OutboxMessage, StageMove
from partnerportal.core.scoping import PartnerOwned
from partners.models import News, Partner, User
from partners.roles import Role
from partners.tests.factories import PartnerFactory
from projects import mrr
from projects.models import BonusEntry, Outcome, Project
from projects.stages import Stage
from quotes import documents, pricing
from quotes.models import Quote
from quotes.services import PDF
from quotes.stages import Status as QuoteStatus
from reports.demo.quoting import as_line
from tasks.models import Task

ALL = "the whole demo is looked at"


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo, made once for this module and taken away at its end."""
    with django_db_blocker.unblock():
        transaction.set_autocommit(False)
        try:
            call_command("seed_demo", stdout=StringIO())
            yield
        finally:
            transaction.rollback()
            transaction.set_autocommit(True)


def rows(model):
    return model.objects.across_partners(reason=ALL)


pytestmark = pytest.mark.usefixtures("demo", "db")


def counts():
    return {model.__name__: model._base_manager.count() for model in apps.get_models()}


def test_seed_demo_makes_partners_with_an_admin_a_manager_and_two_reps():
    roles = {partner.name: sorted(partner.people.values_list("role", flat=True)) for partner in Partner.objects.all()}

    four = sorted([Role.PARTNER_ADMIN, Role.PARTNER_MANAGER, Role.PARTNER_USER, Role.PARTNER_USER])
    assert roles == {"Aurora Telecom": four, "Nordlicht Systems": four, "Harbour Voice": four}
    assert User.objects.get(email="anna@aurora-telecom.com").check_password("partner-demo")
    assert sorted(User.objects.filter(partner=None).values_list("role", flat=True)) == sorted(
        [Role.ACCOUNT_MANAGER, Role.ACCOUNT_MANAGER, Role.SUPPORT_AGENT, Role.VENDOR_ADMIN]
    )
    assert News.objects.count() == 5


def test_seed_demo_again_adds_nothing():
    before = counts()

    call_command("seed_demo", stdout=StringIO())

    assert counts() == before


def test_seed_demo_refuses_a_database_with_other_partners():
    PartnerFactory(name="A real company")
    before = counts()

    with pytest.raises(CommandError):
        call_command("seed_demo", stdout=StringIO())

    assert counts() == before


def test_seed_demo_shows_every_stage_and_status_of_each_partner():
    partners = list(Partner.objects.all())
    assert len(partners) == 3
    for partner in partners:
        stages = set(Project.objects.for_partner(partner).values_list("stage", flat=True))
        outcomes = set(Project.objects.for_partner(partner).filter(stage=Stage.CLOSED).values_list("outcome", flat=True))
        assert (stages, outcomes) == (set(Stage.values), set(Outcome.values))
        assert set(Lead.objects.for_partner(partner).values_list("status", flat=True)) == set(LeadStatus.values)
        assert set(Case.objects.for_partner(partner).values_list("status", flat=True)) == set(CaseStatus.values)
    assert set(rows(Quote).values_list("status", flat=True)) == set(QuoteStatus.values)
    assert set(rows(Order).values_list("status", flat=True)) == {
        OrderStatus.CONFIRMED,
        OrderStatus.IN_PROGRESS,
        OrderStatus.SHIPPED,
        OrderStatus.COMPLETED,
    }
    assert set(rows(BonusEntry).values_list("state", flat=True)) == set(BonusEntry.State.values) - {BonusEntry.State.LAPSED}


@pytest.mark.parametrize("model", [Lead, Account, Contact, Project, Quote, Order, Case, Task])
def test_seed_demo_records_pass_their_own_validation(model):
    records = list(rows(model).select_related("partner"))
    assert len(records) > 20
    for record in records:
        record.full_clean()


def test_seed_demo_amounts_are_those_of_the_calculators():
    assert rows(Project).filter(quotes__is_primary=True).exists()
    assert rows(Quote).filter(lines__isnull=False).exists()
    for project in rows(Project):
        estimate = mrr.from_json(project.estimate)
        assert project.expected_mrr == estimate.amount
        assert project.weighted_pipeline == mrr.weighted_pipeline(project.mrr, project.probability)
        primary = project.quotes.filter(is_primary=True).first()
        quoted = mrr.difference(primary.mrr, project.running_mrr) if primary else estimate.amount
        assert (project.mrr, project.mrr_quote) == (quoted, str(primary) if primary else "")
    for quote in rows(Quote).prefetch_related("lines"):
        lines = [as_line(line, quote.currency) for line in quote.lines.all()]
        totals = pricing.total(lines, commitment=quote.commitment, tax_rate=quote.tax_rate, currency=quote.currency)
        assert (quote.mrr, quote.net, quote.gross) == (totals.mrr, totals.net, totals.gross)


def test_seed_demo_freezes_submitted_quotes_and_promises_the_documents_of_those_alive():
    submitted = list(rows(Quote).exclude(submitted_at=None))
    assert len(submitted) > 10
    for quote in submitted:
        assert documents.of(quote).gross == quote.gross
    alive = rows(Quote).filter(status__in=(QuoteStatus.SUBMITTED, QuoteStatus.ACCEPTED)).values_list("pk", flat=True)
    assert set(OutboxMessage.objects.filter(kind=PDF).values_list("payload__quote_id", flat=True)) == set(alive)


def test_seed_demo_projects_stand_where_their_quotes_and_orders_say():
    assert set(rows(Project).values_list("stage", flat=True)) == set(Stage.values)
    for project in rows(Project):
        quotes = set(project.quotes.values_list("status", flat=True))
        match project.stage:
            case Stage.CONTRACT_OUT:
                assert project.verbal_agreement
                assert quotes & {QuoteStatus.SUBMITTED, QuoteStatus.ACCEPTED}
            case Stage.ORDER_MANAGEMENT:
                assert project.orders.get().status in (OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS, OrderStatus.SHIPPED)
            case Stage.CLOSED if project.outcome == Outcome.WON:
                assert project.orders.get().status == OrderStatus.COMPLETED
            case Stage.CLOSED:
                assert not quotes & {QuoteStatus.DRAFT, QuoteStatus.SUBMITTED}
            case _:
                assert not project.orders.exists()


def test_seed_demo_moves_lead_to_the_present_stage_in_order():
    assert rows(Project).filter(stage_moves__isnull=False).exists()
    for project in rows(Project):
        moves = list(project.stage_moves.order_by("at", "pk"))
        chain = [move.to_stage for move in moves]
        assert chain[-1:] in ([project.stage], [])
        assert [move.from_stage for move in moves[1:]] == chain[:-1]
        assert all(move.at >= project.created_at for move in moves)
        assert project.history.count() >= len(moves) + 1
    assert not rows(StageMove).filter(lasted__lt="0").exists()


def test_seed_demo_children_have_the_partner_of_their_parent():
    checked = 0
    for model in apps.get_models():
        if not issubclass(model, PartnerOwned):
            continue
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model and issubclass(field.related_model, PartnerOwned):
                checked += 1
                strangers = model._base_manager.filter(**{f"{field.name}__isnull": False}).exclude(
                    **{f"{field.name}__partner": F("partner")}
                )
                assert not strangers.exists(), (model, field)
    assert checked > 20


def test_seed_demo_opens_a_case_for_each_confirmed_telephony_order():
    telephony = rows(Order).filter(lines__family="classound").distinct()

    assert telephony.count() == rows(Case).filter(subject__startswith="CLASSOUND of order", topic=CLASSOUND_TOPIC).count()
    assert telephony.filter(case=None).count() == 0


def test_seed_demo_orders_have_answered_what_their_confirmation_asks():
    orders = list(rows(Order))

    assert [order.number for order in orders if missing(order.steps, order)] == []
    assert len(orders) > 30


def test_seed_demo_puts_news_behind_the_bells():
    for login in ("anna@aurora-telecom.com", "carla@nordlicht-systems.com"):
        person = User.objects.get(email=login)
        bells = list(person.notifications.all())

        assert 5 <= len(bells) <= 12
        assert sum(bell.read_at is None for bell in bells) == 4
        assert {bell.kind for bell in bells} >= {"case", "order"}
        assert len({bell.created_at for bell in bells}) > 3
        assert all(bell.about.partner_id == person.partner_id and bell.url == bell.about.get_absolute_url() for bell in bells)


def test_seed_demo_leaves_something_to_do_today_and_overdue():
    anna = User.objects.get(email="anna@aurora-telecom.com")
    mine = Task.objects.visible_to(anna).filter(assigned_to=anna).open()

    assert mine.filter(due_on__isnull=False).count() >= 5
    assert Project.objects.visible_to(anna).open().aggregate(total=Sum("mrr"))["total"] > 5000
