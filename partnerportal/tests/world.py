"""One partner with everything that a partner can have, each text field with a word of its own.

    world = build("kanaria", partner=aurora)
    world.rep, world.colleague, world.manager, world.admin      its people
    world.records                                               one record of each kind, by model label
    world.words                                                 every word that stands somewhere in it

A leak test builds two, reads as one, and looks for the other's words.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField

from accounts.models import Account, Contact
from accounts.tests.factories import AccountFactory, ContactFactory
from cases.tests.factories import CaseFactory, CommentFactory, WaitingCaseFactory
from leads.models import LeadPlan, PlanRun, QualificationAnswer, QualificationQuestion, WebEnquiry, WebForm
from leads.tests.factories import LeadFactory, QualifiedLeadFactory, VendorLeadFactory, offered
from orders.tests.factories import AnsweredOrderFactory, StockOrderFactory
from partnerportal.core.models import Attachment, DataImport, Follow, Note, Notification, Pin, SavedView, StageMove
from partnerportal.core.scoping import PartnerOwned
from partnerportal.tests.days import this_day
from partners.models import Invitation, News, Partner, User
from partners.roles import Role
from partners.tests.factories import UserFactory
from projects.models import BonusEntry, DemoAnswer, DemoQuestion, ProjectContact
from projects.tests.factories import DemoDoneProject, DemoProject, ProposalProject
from quotes import documents
from quotes.models import CustomerEvent
from quotes.services.moving import lines_of
from quotes.tests.factories import AcceptedQuoteFactory, DraftQuoteFactory, SubmittedQuoteFactory
from tasks.tests.factories import TaskFactory

# Text that means something to the program, or belongs to nobody: it keeps its value.
KEPT = {
    "from_stage",
    "to_stage",
    "held_from",
    "token",
    "token_hash",
    "sha256",
    "media_type",
    "password",
    "time_zone",
    "language",
    "page",
    "query",
    "url",
    "kind",
    "found_by",
    "currency",
    "request_id",
}
SAMPLE = b"%PDF-1.4 "


@dataclass
class World:
    """What `build` made."""

    name: str
    partner: Partner
    rep: User
    colleague: User
    manager: User
    admin: User
    records: dict[str, models.Model] = field(default_factory=dict)
    others: list[models.Model] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    extra: dict[str, int | str] = field(default_factory=dict)

    def get(self, label: str) -> models.Model:
        """The record of a kind, by the label of its model or by the name of its situation."""
        return self.records[label]

    def text_rows(self) -> list[models.Model]:
        """Every row of this partner, its people's and itself."""
        rows: list[models.Model] = [self.partner, *self.partner.people.all()]
        for model in apps.get_models():
            if issubclass(model, PartnerOwned):
                rows += model._base_manager.filter(partner=self.partner)
        return rows


def build(name: str, *, partner: Partner) -> World:
    """A complete world of a partner; `name` begins each of its words."""
    people = [
        UserFactory(partner=partner, role=role) for role in (Role.PARTNER_USER, Role.PARTNER_USER, Role.PARTNER_MANAGER, Role.PARTNER_ADMIN)
    ]
    world = World(name, partner, *people)
    _customers(world)
    _sales(world)
    _service(world)
    _bring(world)
    _attach(world)
    _speak(world)
    _freeze(world)
    return world


def _customers(world: World) -> None:
    rep = world.rep
    account = AccountFactory(owner=rep)
    world.records |= {
        "accounts.account": account,
        "accounts.contact": ContactFactory(account=account),
        "leads.lead": LeadFactory(owner=rep),
        "qualified": QualifiedLeadFactory(owner=rep),
    }
    LeadFactory(owner=world.colleague, status="not_in_target", not_in_target_reason="too-small")
    vendor_lead = VendorLeadFactory(company=f"{world.name}offered", last_name=f"{world.name}prospect")
    world.extra["offer"] = offered(vendor_lead, world.partner, by=world.partner.account_manager)[0].pk
    form = WebForm.objects.create(partner=world.partner)
    sent = {"name": "…", "email": "a@b.it", "text": "…", "routed_because": "…", "consent_text": "…", "language": "en"}
    WebEnquiry.objects.for_partner(world.partner).create(
        partner=world.partner, form=form, lead=world.records["leads.lead"], submission=uuid4(), consent_at=timezone.now(), **sent
    )
    world.extra["web form"] = form.token
    world.words += [vendor_lead.company, vendor_lead.last_name]
    lead = world.records["leads.lead"]
    for question in QualificationQuestion.objects.all():
        QualificationAnswer.objects.create(
            partner=world.partner, lead=lead, question=question, question_text=question.text, text="…", answered_by=rep
        )
    for plan in LeadPlan.objects.all():
        run = PlanRun.objects.create(partner=world.partner, lead=lead, plan=plan, started_by=rep)
        run.tasks.add(TaskFactory(owner=rep, assigned_to=rep, related=lead))


def _sales(world: World) -> None:
    rep, account, contact = world.rep, world.records["accounts.account"], world.records["accounts.contact"]
    assert isinstance(account, Account)
    assert isinstance(contact, Contact)
    project = ProposalProject(account=account, contact=contact)
    demo = DemoProject(account=account, contact=contact)
    done = DemoDoneProject(account=account, contact=contact)
    for question in DemoQuestion.objects.all():
        asked = {"question": question, "question_text": question.text}
        DemoAnswer.objects.create(partner=world.partner, project=demo, text="…", answered_by=rep, **asked)
    facts = {"basis": "600.00", "rate": "0.1000", "amount": "60.00", "currency": "EUR"}
    BonusEntry.objects.create(partner=world.partner, project=done, state="awaiting", **facts)
    ProjectContact.objects.create(partner=world.partner, project=project, contact=contact, role="user")
    draft = DraftQuoteFactory(project=project)
    submitted = SubmittedQuoteFactory(project=project)
    accepted = AcceptedQuoteFactory(project=ProposalProject(account=account, contact=contact))
    CustomerEvent.objects.create(partner=world.partner, quote=submitted, kind="change", name="…", text="…")
    world.records |= {
        "projects.project": project,
        "demo": demo,
        "done": done,
        "quotes.quote": draft,
        "submitted": submitted,
        "accepted": accepted,
    }
    world.records |= {"orders.order": AnsweredOrderFactory(owner=rep), "stock": StockOrderFactory(owner=rep)}


def _service(world: World) -> None:
    rep, account = world.rep, world.records["accounts.account"]
    case = WaitingCaseFactory(owner=rep, account=account, contact=world.records["accounts.contact"])
    CommentFactory(case=case, author=rep)
    CommentFactory(case=case, author=world.colleague, is_internal=True)
    CaseFactory(owner=world.colleague)
    world.records |= {"cases.case": case, "tasks.task": TaskFactory(owner=rep, assigned_to=rep, due_on=this_day())}
    invitation = Invitation.objects.create(
        partner=world.partner,
        email=f"new@{world.name}.it",
        first_name="N",
        last_name="N",
        role=Role.PARTNER_USER,
        token_hash=world.name,
        invited_by=world.admin,
        expires_at=timezone.now() + timedelta(days=7),
    )
    notice = Notification.objects.create(user=world.rep, text=f"{world.name}bell", kind="test", about=world.get("leads.lead"))
    news = News.objects.create(title="News", summary="For everybody", published_on=this_day())
    world.extra |= {"invitation": invitation.pk, "notice": notice.pk, "news": news.pk}
    Pin.objects.create(user=world.rep, page="leads:list", query="view=my_open")
    view = SavedView(page="leads", name="…", sharing=SavedView.Sharing.COMPANY, query="base=all_open&status=new")
    view.partner, view.owner = world.partner, world.manager
    view.save()
    SavedView.objects.across_partners(reason="test data").get_or_create(
        page="leads", name="Published", sharing="published", query="base=all_open"
    )
    world.words.append(f"{world.name}bell")


def _bring(world: World) -> None:
    """A table of each kind that the rep has imported."""
    for kind in ("leads", "accounts", "contacts"):
        facts = {"name": "…", "headings": ["A"], "sample": [["a"]], "state": DataImport.State.DONE}
        world.extra[f"import of {kind}"] = DataImport.objects.create(partner=world.partner, owner=world.rep, kind=kind, **facts).pk


def _attach(world: World) -> None:
    """A note, a file, a follower, a move and a task on each record."""
    for record in list(world.records.values()):
        link = {"partner": world.partner, "content_type": ContentType.objects.get_for_model(record), "object_id": record.pk}
        Note.objects.create(**link, title="…", text="…", author=world.rep)
        Follow.objects.create(**link, user=world.colleague)
        StageMove.objects.create(**link, from_stage="new", to_stage="new", reason="…", by=world.rep, by_name="…")
        file = Attachment(**link, name="…", media_type="application/pdf", size=9, sha256="0" * 64, author=world.rep)
        file.preview.save("x", ContentFile(f"{world.name}preview{record.pk}".encode()), save=False)
        file.file.save("x", ContentFile(SAMPLE + f"{world.name}file{record.pk}".encode()), save=True)
        world.words += [f"{world.name}file{record.pk}", f"{world.name}preview{record.pk}"]
        world.others.append(file)
        TaskFactory(owner=world.rep, assigned_to=world.colleague, content_type=link["content_type"], object_id=record.pk)


def _speak(world: World) -> None:
    """Put a word of its own into every text field of every row, through `save`, so that the history has it too."""
    number = itertools.count(1)
    for row in world.text_rows():
        changed = False
        for one in row._meta.concrete_fields:
            word = f"{world.name}{next(number):05d}"
            value = _worded(one, word)
            if value is not None:
                setattr(row, one.attname, value)
                world.words.append(word)
                changed = True
        if changed:
            row.save()


def _worded(one: models.Field, word: str) -> str | None:
    if one.name in KEPT or one.choices or one.primary_key or isinstance(one, PhoneNumberField | models.FileField):
        return None
    if not isinstance(one, models.CharField | models.TextField) or (one.max_length or 1000) < len(word):
        return None
    if type(one).__name__ == "CountryField":
        return None
    if isinstance(one, models.EmailField):
        return f"{word}@{word}.it"
    return f"https://{word}.it" if isinstance(one, models.URLField) else word


def _freeze(world: World) -> None:
    """The quotes that are out say what their rows say now."""
    for name in ("submitted", "accepted"):
        quote = type(world.records[name])._base_manager.get(pk=world.records[name].pk)
        quote.content = documents.freeze(quote, lines_of(quote), on=this_day())
        quote.save(update_fields=["content"])
    world.records = {name: type(record)._base_manager.get(pk=record.pk) for name, record in world.records.items()}
    for name in ("rep", "colleague", "manager", "admin"):
        setattr(world, name, User.objects.select_related("partner").get(pk=getattr(world, name).pk))
