"""Rows for measuring: one partner with nine tenths of the leads, a few others with the rest; of projects and tasks a tenth; all with their search rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.utils import timezone

from bench.words import KINDS
from catalog.reference import load_reference
from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.core import totals
from partners.models import Partner, User
from partners.roles import Role
from partners.tests.factories import PartnerFactory, UserFactory, VendorUserFactory
from projects.models import Project
from projects.reference import load_questions
from projects.tests.factories import IntroProject
from tasks.models import Task
from tasks.tests.factories import TaskFactory

AT_ONCE = 20_000
NAMES = [
    "Brenner",
    "Sonne",
    "Zirbel",
    "Nordwind",
    "Clinica",
    "Kanton",
    "Studio",
    "Bottega",
    "Fischer",
    "Autohaus",
    "Museo",
    "Hafen",
    "Linden",
    "Salzach",
    "Aurora",
    "Rhein",
]


@dataclass(frozen=True)
class Ground:
    """Whom the bench looks at the portal as, and the cookie of her session."""

    partner: Partner
    rep: User
    cookie: str


def ground() -> Ground:
    """The partners, their people and one row to copy of each kind; made once."""
    load_reference()
    load_questions()
    manager = User.objects.filter(email="bench@vendor.com").first() or VendorUserFactory(email="bench@vendor.com")
    for number in range(10):
        if not Partner.objects.filter(name=f"Bench {number}").exists():
            partner = PartnerFactory(name=f"Bench {number}", account_manager=manager)
            for rep in range(5):
                UserFactory(partner=partner, email=f"rep{rep}@bench{number}.com", role=Role.PARTNER_USER)
    partner = Partner.objects.get(name="Bench 0")
    rep = User.objects.get(email="rep0@bench0.com")
    if not Lead.objects.for_partner(partner).exists():
        LeadFactory(owner=rep, company="Pattern")
        IntroProject(owner=rep, name="Pattern")
    if not Task.objects.for_partner(partner).exists():
        TaskFactory(owner=rep, subject="Pattern")
    return Ground(partner, rep, _session(rep))


def _session(user: User) -> str:
    store = SessionStore()
    now = timezone.now().timestamp()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "partners.auth.PortalBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store["started_at"] = store["seen_at"] = now
    store.create()
    return str(store.session_key)


def fill(rows: int, say: Callable[[str], None]) -> None:
    """Bring the leads to `rows`, projects and tasks to a tenth of it."""
    owners = list(
        User.objects.filter(email__contains="@bench")
        .exclude(partner=None)
        .order_by("partner__name", "email")
        .values_list("partner_id", "pk")
    )
    if Lead.objects.across_partners(reason="bench").count() >= rows:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'search_entry_text'")
        index = cursor.fetchone()[0]
        cursor.execute("DROP INDEX search_entry_text; SET maintenance_work_mem = '512MB'")  # Made anew at the end: many times faster.
        _copy(Lead, rows, LEAD, owners, say)
        _copy(Project, rows // 10, PROJECT, owners[:5], say)
        _copy(Task, rows // 10, TASK, owners, say)
        say("the search index")
        cursor.execute(index)
        totals.fold_all()  # As the schedule does every minute.
        for table in ("leads_lead", "projects_project", "tasks_task", "core_searchentry", "leads_leadtotal", "projects_projecttotal"):
            cursor.execute(f"VACUUM ANALYZE {table}")


# Of ten rows nine are of the first partner; `PLACE` is that of a row's owner in the list of partners and people.
PLACE = "CASE WHEN n %% 10 < 9 THEN 1 + n %% 5 ELSE 1 + n %% %(owners)s END"
OWNER = f"(%(people)s)[{PLACE}]"
NAME = f"('{{{','.join(NAMES)}}}'::text[])[1 + n %% 16] || ' ' || ('{{{','.join(KINDS)}}}'::text[])[1 + (n / 16) %% 16] || ' ' || n"
LEAD = {
    "company": NAME,
    "email": "'office@' || md5(n::text) || '.com'",
    "phone": "'+39' || (471000000 + n)",
    "last_name": "initcap(substr(md5((n * 7)::text), 1, 8))",
    "status": "(ARRAY['new','qualification','new','qualification','not_in_target'])[1 + n %% 5]",
    "not_in_target_reason": "CASE n %% 5 WHEN 4 THEN 'no-budget' ELSE '' END",
    "created_at": "%(now)s - n * interval '20 seconds'",
    "updated_at": "%(now)s - interval '1 hour' - n * interval '20 seconds'",
}
PROJECT = {
    "name": NAME,
    "stage": "(ARRAY['intro','demo','presentation','proposal'])[1 + n %% 4]",
    "currency": "(ARRAY['EUR','EUR','EUR','USD'])[1 + (n / 4) %% 4]",
    "close_date": "current_date + (n %% 300)",
    "mrr": "100 + n %% 900",
    "weighted_pipeline": "(100 + n %% 900) / 2",
    "created_at": "%(now)s - n * interval '20 seconds'",
    "updated_at": "%(now)s - interval '1 hour' - n * interval '20 seconds'",
}
# A hundred a day, the latest in six weeks: with more tasks they reach further back.
TASK = {
    "subject": NAME,
    "assigned_to_id": OWNER,
    "due_on": "current_date + 42 - n / 100",
    "status": "CASE WHEN n / 100 > 42 AND n %% 20 > 0 THEN 'completed' ELSE 'not_started' END",
    "completed_at": "CASE WHEN n / 100 > 42 AND n %% 20 > 0 THEN %(now)s END",
    "created_at": "%(now)s - n * interval '20 seconds'",
    "updated_at": "%(now)s - interval '1 hour' - n * interval '20 seconds'",
}


def _copy(model: Any, rows: int, values: dict[str, str], owners: list[tuple[int, int]], say: Callable[[str], None]) -> None:
    pattern = model.objects.across_partners(reason="bench").order_by("pk").first()
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key and field.column != "lead_id"]
    values = values | {"partner_id": f"(%(partners)s)[{PLACE}]", "owner_id": OWNER}
    chosen = ", ".join(values.get(column, f"p.{column}") for column in columns)
    statement = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} p, generate_series(%(first)s, %(last)s) n WHERE p.id = %(pattern)s"
    done = model.objects.across_partners(reason="bench").count()
    parameters = {"now": timezone.now() - timedelta(hours=1), "pattern": pattern.pk, "owners": len(owners)}
    parameters |= {"partners": [partner for partner, _person in owners], "people": [person for _partner, person in owners]}
    while done < rows:
        last = min(rows, done + AT_ONCE)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters | {"first": done + 1, "last": last})
        done = last
        say(f"{table} {done:,} of {rows:,}")


def token() -> str:
    """What a form sends so that a second sending does nothing."""
    return uuid.uuid4().hex
