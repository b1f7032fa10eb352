"""The demo's partners and people. Nothing that exists is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password

from partners.models import News, Partner, Tier, User
from partners.roles import Role

PASSWORD = "partner-demo"  # noqa: S105 - stands on the start page of the demo; a real portal has none of these people.

# e-mail, first name, last name, role, job title
VENDOR_PEOPLE = (
    ("otto@vendor.com", "Otto", "Keller", Role.ACCOUNT_MANAGER, "Account manager"),
    ("olga@vendor.com", "Olga", "Novak", Role.ACCOUNT_MANAGER, "Account manager"),
    ("tariq@vendor.com", "Tariq", "Aziz", Role.SUPPORT_AGENT, "Support engineer"),
    ("admin@vendor.com", "Ada", "Lindqvist", Role.VENDOR_ADMIN, "Portal administrator"),
)


@dataclass(frozen=True)
class DemoPartner:
    """One partner of the demo with its people: (name part of the e-mail, first name, last name, role, job title, language)."""

    name: str
    domain: str
    tier: str
    currency: str
    time_zone: str
    language: str
    country: str
    account_manager: str
    tax_rate: str
    mrr_goal: str
    phone: str
    street: str
    postal_code: str
    city: str
    state: str
    people: tuple[tuple[str, str, str, str, str, str], ...]


PARTNERS = (
    DemoPartner(
        name="Aurora Telecom",
        domain="aurora-telecom.com",
        tier=Tier.GOLD,
        currency="EUR",
        time_zone="Europe/Rome",
        language="it",
        country="IT",
        account_manager="otto@vendor.com",
        tax_rate="0.2200",
        mrr_goal="6000.00",
        phone="+390645210100",
        street="Via dei Calzolai 12",
        postal_code="00187",
        city="Roma",
        state="RM",
        people=(
            ("anna", "Anna", "Conti", Role.PARTNER_USER, "Sales representative", "en"),
            ("alex", "Alex", "Rossi", Role.PARTNER_USER, "Sales representative", "en"),
            ("ben", "Ben", "Marino", Role.PARTNER_MANAGER, "Sales manager", "en"),
            ("dora", "Dora", "Galli", Role.PARTNER_ADMIN, "Managing director", "en"),
        ),
    ),
    DemoPartner(
        name="Nordlicht Systems",
        domain="nordlicht-systems.com",
        tier=Tier.SILVER,
        currency="EUR",
        time_zone="Europe/Berlin",
        language="de",
        country="DE",
        account_manager="otto@vendor.com",
        tax_rate="0.1900",
        mrr_goal="5000.00",
        phone="+493023125100",
        street="Lindenhofweg 4",
        postal_code="10115",
        city="Berlin",
        state="",
        people=(
            ("carla", "Carla", "Brandt", Role.PARTNER_USER, "Vertrieb", "de"),
            ("karl", "Karl", "Özdemir", Role.PARTNER_USER, "Vertrieb", "de"),
            ("marta", "Marta", "Weiß", Role.PARTNER_MANAGER, "Vertriebsleitung", "de"),
            ("jonas", "Jonas", "Krüger", Role.PARTNER_ADMIN, "Geschäftsführung", "de"),
        ),
    ),
    DemoPartner(
        name="Harbour Voice",
        domain="harbour-voice.com",
        tier=Tier.PLATINUM,
        currency="USD",
        time_zone="America/New_York",
        language="en",
        country="US",
        account_manager="olga@vendor.com",
        tax_rate="0.0888",
        mrr_goal="9000.00",
        phone="+12125550100",
        street="44 Wharfinger Street",
        postal_code="10011",
        city="New York",
        state="NY",
        people=(
            ("nina", "Nina", "Castellanos", Role.PARTNER_USER, "Account executive", "en"),
            ("theo", "Theo", "Whitaker", Role.PARTNER_USER, "Account executive", "en"),
            ("grace", "Grace", "Li", Role.PARTNER_MANAGER, "Sales director", "en"),
            ("sam", "Sam", "Adeyemi", Role.PARTNER_ADMIN, "Owner", "en"),
        ),
    ),
)

# days ago, kind, title, summary, text
NEWS = (
    (
        3,
        "product",
        "x-bees 7.4 is out",
        "Call summaries for every Business seat.",
        "<p>The new release adds call summaries, faster search and a calmer sidebar.</p>",
    ),
    (
        9,
        "pricing",
        "Rental price book from 1 February",
        "Three and five years, monthly or yearly billing.",
        "<p>Desk phones and DECT handsets can be rented for three or five years. The price book shows both.</p>",
    ),
    (
        16,
        "event",
        "Partner day in Venice",
        "Two days of demos, workshops and a walk on the Lido.",
        "<p>Bring a colleague. Places go in the order of registration.</p>",
    ),
    (
        30,
        "service",
        "Support hours over the holidays",
        "Critical cases are answered round the clock.",
        "<p>Standard cases wait until the second of January; critical ones do not wait.</p>",
    ),
    (
        62,
        "product",
        "DECT handset with a louder bell",
        "For shop floors and workshops.",
        "<p>Same battery, same base stations, twelve decibels more.</p>",
    ),
)


def make_vendor() -> dict[str, User]:
    """The vendor's people, by e-mail."""
    password = make_password(PASSWORD)
    for email, first, last, role, job in VENDOR_PEOPLE:
        User.objects.get_or_create(
            email=email,
            defaults={
                "first_name": first,
                "last_name": last,
                "role": role,
                "job_title": job,
                "password": password,
                "is_superuser": role == Role.VENDOR_ADMIN,
                "time_zone": "Europe/Rome",
            },
        )
    return {user.email: user for user in User.objects.filter(partner=None)}


def make_partner(one: DemoPartner, *, account_manager: User) -> tuple[Partner, dict[str, User]]:
    """A partner and its people, by the name part of their e-mail."""
    partner, _created = Partner.objects.get_or_create(
        name=one.name,
        defaults={
            "tier": one.tier,
            "currency": one.currency,
            "time_zone": one.time_zone,
            "language": one.language,
            "country": one.country,
            "account_manager": account_manager,
            "tax_rate": Decimal(one.tax_rate),
            "mrr_goal": Decimal(one.mrr_goal),
            "is_certified": True,
            "email": f"office@{one.domain}",
            "phone": one.phone,
            "street": one.street,
            "postal_code": one.postal_code,
            "city": one.city,
            "state": one.state,
            "quote_terms": "Payment within 30 days. Prices are net. Delivery within 10 working days after the order.",
        },
    )
    password = make_password(PASSWORD)
    for login, first, last, role, job, language in one.people:
        User.objects.get_or_create(
            email=f"{login}@{one.domain}",
            defaults={
                "first_name": first,
                "last_name": last,
                "role": role,
                "job_title": job,
                "language": language,
                "partner": partner,
                "password": password,
                "time_zone": one.time_zone,
            },
        )
    return partner, {user.email.split("@")[0]: user for user in partner.people.all()}


def make_news(author: User, *, today: date) -> None:
    """The vendor's news, once."""
    if News.objects.exists():
        return
    for days, kind, title, summary, text in NEWS:
        News.objects.create(kind=kind, title=title, summary=summary, text=text, published_on=today - timedelta(days=days), author=author)
