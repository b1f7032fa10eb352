"""Leads, accounts and contacts of the demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Account, AccountStatus, Contact
from catalog import words
from catalog.models import ProductOfInterest, Term
from leads.models import Lead, QualificationAnswer, QualificationQuestion
from leads.stages import Status
from partnerportal.core.models import Note
from partners.models import User
from reports.demo.moves import move
from reports.demo.names import Culture, Place, phone_number
from reports.demo.setting import Setting
from tasks.models import Task

NOTES = (
    "Three sites, one reception. The old system is out of maintenance in spring.",
    "Asked for a reference in the same trade. Sent the one from Verona.",
    "Uses mobile phones for everything; wants one number for the shop.",
    "The owner decides together with the bookkeeper. Budget talks in two weeks.",
    "Fibre arrives next month; porting of the main number has to wait for it.",
    "Competitor was there last week with a cheaper offer, but without the app.",
    "Great talk. They liked the call queue and the wallboard most.",
    "Will call back after the trade fair.",
)
NEEDS = (
    "Telephone system from 2011, no app, no home office. Looks for something that grows along.",
    "Opens a second site and wants one number plan for both.",
    "Wants chat on the web site to reach the shop floor.",
    "Contract with the present provider ends in half a year.",
)


FINDINGS = (
    "A system of 2009 that nobody maintains any more; the contract ends in autumn.",
    "Before the move in the second half of the year.",
    "About 9,000 a year; the owner grants it.",
    "The owner and the head of IT.",
)
NEXT_STEPS = ("Send the reference of the hotel", "Meet the head of IT", "Call about the number of users", "Show the app on site")


@dataclass
class Company:
    """A company before anybody has written it down: its culture, town, name, mail domain, and the person there."""

    culture: Culture
    place: Place
    name: str
    domain: str
    first_name: str
    last_name: str
    salutation: str
    phone: str
    users: int

    @property
    def email(self) -> str:
        """The person's address at the company."""
        return f"{ascii_name(self.last_name, self.domain)}@{self.domain}"

    def address(self) -> dict[str, str]:
        """Where it is, in the words of the models."""
        place = self.place
        return {
            "street": f"{place.street} {1 + len(self.name)}",
            "postal_code": place.postal_code,
            "city": place.city,
            "state": place.state,
            "country": self.culture.country,
        }


def ascii_name(name: str, fallback: str) -> str:
    """A name as it stands in an e-mail address; the domain's first part for scripts without Latin letters."""
    letters = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())
    return letters if len(letters) > 2 else "office." + fallback.split("-")[0].split(".")[0]


def company(setting: Setting) -> Company:
    """The next company."""
    culture, place, name, domain = next(setting.companies)
    first, last, salutation = setting.some(culture.people)
    users = setting.some((8, 12, 15, 18, 25, 30, 40, 45, 60, 80, 120))
    return Company(culture, place, name, domain, first, last, salutation, phone_number(place, setting.rng), users)


def make_lead(setting: Setting, one: Company, *, owner: User, at: datetime) -> Lead:
    """A new lead."""
    rng = setting.rng
    lead = Lead(
        partner=setting.partner,
        owner=owner,
        company=one.name,
        power=rng.choice(words.choices(Term.Kind.POWER))[0],
        source=rng.choice(words.choices(Term.Kind.LEAD_SOURCE))[0],
        salutation=one.salutation,
        first_name=one.first_name,
        last_name=one.last_name,
        job_title=rng.choice(words.choices(Term.Kind.JOB_TITLE))[0],
        email=one.email,
        phone=one.phone,
        website=f"https://www.{one.domain}",
        industry=rng.choice(words.choices(Term.Kind.INDUSTRY))[0],
        employees=one.users + rng.randrange(20),
        product_of_interest=rng.choice(ProductOfInterest.values),
        interested_solutions=["license"] if rng.random() < 0.5 else ["license", "classound"],
        total_users=one.users,
        description=rng.choice(NEEDS),
        **one.address(),
    )
    lead.score = lead.get_score(answers=0).points
    setting.chronicle.add(lead, at=at, by=owner)
    if rng.random() < 0.4:
        note(setting, lead, by=owner, at=at + timedelta(hours=2))
    return lead


def qualify(setting: Setting, lead: Lead, *, at: datetime) -> None:
    """From New to Qualification."""
    move(setting, lead, field="status", to=Status.QUALIFICATION, at=at, by=lead.owner)


def drop(setting: Setting, lead: Lead, *, at: datetime) -> None:
    """Not in target, some to be looked at again."""
    reason, label = setting.some(words.choices(Term.Kind.NOT_IN_TARGET))
    revisit = setting.today + timedelta(days=setting.rng.randrange(20, 200)) if setting.rng.random() < 0.4 else None
    move(
        setting,
        lead,
        field="status",
        to=Status.NOT_IN_TARGET,
        at=at,
        by=lead.owner,
        reason=label,
        not_in_target_reason=reason,
        revisit_on=revisit,
    )
    if revisit:
        task = Task(
            partner=setting.partner,
            owner=lead.owner,
            assigned_to=lead.owner,
            subject=f"Talk to {lead.company} again",
            due_on=revisit,
            related=lead,
        )
        setting.chronicle.add(task, at=at, by=lead.owner)


def convert(setting: Setting, lead: Lead, account: Account, *, at: datetime) -> None:
    """The lead has become an account."""
    move(setting, lead, field="status", to=Status.CONVERTED, at=at, by=lead.owner, account=account, converted_at=at)


def make_account(setting: Setting, one: Company, *, owner: User, at: datetime) -> tuple[Account, Contact]:
    """An account with its first contact."""
    rng = setting.rng
    account = Account(
        partner=setting.partner,
        owner=owner,
        name=one.name,
        status=AccountStatus.PROSPECT,
        phone=one.phone,
        email=f"office@{one.domain}",
        website=f"https://www.{one.domain}",
        industry=rng.choice(words.choices(Term.Kind.INDUSTRY))[0],
        employees=one.users + rng.randrange(20),
        **one.address(),
    )
    setting.chronicle.add(account, at=at, by=owner)
    contact = make_contact(setting, account, (one.first_name, one.last_name, one.salutation), domain=one.domain, phone=one.phone, at=at)
    if rng.random() < 0.5:
        others = [person for person in one.culture.people if person[1] != one.last_name]
        make_contact(
            setting, account, rng.choice(others), domain=one.domain, phone=phone_number(one.place, rng), at=at + timedelta(minutes=20)
        )
    return account, contact


def make_contact(setting: Setting, account: Account, person: tuple[str, str, str], *, domain: str, phone: str, at: datetime) -> Contact:
    """A person at an account."""
    first, last, salutation = person
    contact = Contact(
        partner=setting.partner,
        owner=account.owner,
        account=account,
        salutation=salutation,
        first_name=first,
        last_name=last,
        email=f"{ascii_name(last, domain)}@{domain}",
        phone=phone,
        job_title=setting.some(words.choices(Term.Kind.JOB_TITLE))[0],
        power=setting.some(words.choices(Term.Kind.POWER))[0],
    )
    return setting.chronicle.add(contact, at=at, by=account.owner)


def find_out(setting: Setting, lead: Lead, number: int, *, at: datetime) -> None:
    """Some answers to the qualification questions, and for every second lead what comes next."""
    questions = list(QualificationQuestion.objects.asked_of(lead))[: number % len(FINDINGS)]
    for question, text in zip(questions, FINDINGS, strict=False):
        answer = QualificationAnswer(partner=setting.partner, lead=lead, question=question, question_text=question.text, text=text)
        answer.answered_by = lead.owner
        setting.chronicle.add(answer, at=at, by=lead.owner)
    lead.score = lead.get_score(answers=len(questions)).points
    if number % 2:
        lead.next_step, lead.next_step_on = NEXT_STEPS[number % len(NEXT_STEPS)], (at + timedelta(days=number)).date()
        lead.score = lead.get_score(answers=len(questions)).points


def note(setting: Setting, on: Lead | Account, *, by: User, at: datetime) -> None:
    """Somebody writes something down."""
    setting.chronicle.add(Note(partner=setting.partner, subject=on, text=setting.some(NOTES), author=by), at=min(at, setting.now), by=by)


def tell_leads(setting: Setting) -> None:
    """Leads that have not become a customer: new ones, those in qualification, and those that were not in target."""
    for number in range(20):
        make_lead(setting, company(setting), owner=setting.rep(), at=setting.ago(number * 0.8))
    for number in range(18):
        lead = make_lead(setting, company(setting), owner=setting.rep(), at=setting.ago(5 + number * 2))
        qualify(setting, lead, at=setting.ago(number * 1.5))
        find_out(setting, lead, number, at=setting.ago(number * 1.4))
    for number in range(28):
        lead = make_lead(setting, company(setting), owner=setting.rep(), at=setting.ago(30 + number * 11))
        drop(setting, lead, at=setting.ago(18 + number * 11))
