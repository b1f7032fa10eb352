"""The whole demo, partner by partner."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from random import Random

from accounts.models import Account
from partnerportal.core.models import NumberSeries
from partners.models import Partner, User
from partners.roles import Role
from projects.models import DemoQuestion, Project
from projects.stages import Stage
from reports.demo import names
from reports.demo.chronicle import Chronicle
from reports.demo.customers import tell_leads
from reports.demo.duties import give_tasks
from reports.demo.notices import ring_bells
from reports.demo.offers import offer_leads
from reports.demo.people import PARTNERS, make_news, make_partner, make_vendor
from reports.demo.quoting import promise_documents
from reports.demo.sales import tell_projects
from reports.demo.setting import Catalog, Setting
from reports.demo.support import tell_cases

CULTURES = {
    "IT": (names.ITALY, names.FRANCE, names.GREECE),
    "DE": (names.GERMANY, names.POLAND, names.CZECHIA, names.UKRAINE),
    "US": (names.USA, names.CANADA, names.EMIRATES, names.JAPAN),
}


def seed(*, scale: int, now: datetime) -> dict[str, int]:
    """Make people and business where they are missing: how many records each partner got, 0 where it had some already."""
    vendor = make_vendor()
    make_news(vendor["admin@vendor.com"], today=now.date())
    made: dict[str, int] = {}
    everybody: dict[str, User] = {}
    for one in PARTNERS:
        partner, people = make_partner(one, account_manager=vendor[one.account_manager])
        everybody |= {one.email: one for one in people.values()}
        made[partner.name] = 0
        if not Account.objects.for_partner(partner).exists():
            made[partner.name] = _year(partner, people, agent=vendor["tariq@vendor.com"], scale=scale, now=now)
    made["Leads of the vendor"] = offer_leads(vendor, everybody, now=now)
    return made


def _year(partner: Partner, people: dict[str, User], *, agent: User, scale: int, now: datetime) -> int:
    chronicle = Chronicle()
    rng = Random(partner.name)  # noqa: S311 - the same demo for everybody, nothing secret
    logins = [login for one in PARTNERS if one.name == partner.name for login, *_ in one.people]  # In the order of the list.
    staff = [people[login] for login in logins]
    setting = Setting(
        partner=partner,
        reps=[user for user in staff if user.role == Role.PARTNER_USER],
        manager=next(user for user in staff if user.role == Role.PARTNER_MANAGER),
        account_manager=partner.account_manager,
        agent=agent,
        now=now,
        rng=rng,
        chronicle=chronicle,
        companies=names.company_names(CULTURES[partner.country.code], rng),  # type: ignore[attr-defined]
        catalog=Catalog.of(partner),
        questions=list(DemoQuestion.objects.filter(is_active=True)),
    )
    written = 0
    for _round in range(scale):
        tell_projects(setting)
        tell_leads(setting)
        projects = [project for project in chronicle.rows(Project) if project.stage != Stage.CLOSED]
        give_tasks(setting, projects)
        tell_cases(setting, list(islice(chronicle.rows(Account), 40)))
        if not written:
            ring_bells(chronicle, now=now)
        written += chronicle.write()
    NumberSeries.objects.for_partner(partner).bulk_create(
        [NumberSeries(partner=partner, series=series, year=year, last=last) for (series, year), last in setting.numbers.items()]
    )
    promise_documents(partner)
    return written
