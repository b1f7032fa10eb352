"""Two partners whose every text field holds a word of its own: nothing that one of them can read holds a word of the other."""

import io
import re
from collections import Counter, deque
from html import unescape
from urllib.parse import urljoin, urlsplit
from zipfile import BadZipFile, ZipFile

import pytest
from django import forms
from django.db import connection
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from partnerportal.core import outbox
from partnerportal.core.models import Attachment
from partnerportal.tests.world import build
from partners.models import Partner, User
from projects.reference import load_questions
from quotes.services import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900), pytest.mark.no_cover]

A, B = "kanaria", "nachbar"
LINKS = re.compile(r"""(href|hx-get|src|data-url|formaction|action)=["']([^"']+)["']""")
MOST = 560  # Answers that one person reads.
VARIANTS = 8  # Of a page with filters and sorting so many addresses are opened.
LISTS = ("leads", "accounts", "contacts", "projects", "quotes", "orders", "cases", "tasks")
TABLES = {
    "leads": "leads_lead WHERE status <> 'converted' AND",
    "accounts": "accounts_account WHERE",
    "contacts": "accounts_contact WHERE",
    "projects": "projects_project WHERE",
    "quotes": "quotes_quote WHERE",
    "cases": "cases_case WHERE",
}
VIEW_OF_ALL = {"leads": "recent", "accounts": "", "contacts": "", "projects": "every", "quotes": "all", "cases": "all"}


@pytest.fixture
def worlds(reference, aurora, harbour):
    load_questions()
    return build(A, partner=aurora), build(B, partner=harbour)


def text_of(response):
    """Everything that an answer says: status line aside, its headers and its content, files opened."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    if "pdf" in kind and body.startswith(b"%PDF") and b"%%EOF" in body:
        return headers + " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    if "spreadsheet" in kind or body.startswith(b"PK"):
        try:
            book = ZipFile(io.BytesIO(body))
        except BadZipFile:
            return headers + body.decode("utf-8", "replace")
        return headers + " ".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return headers + unescape(body.decode("utf-8", "replace"))


def starts(world):
    """The pages without arguments, and every page of the own records."""
    yield from (
        "/",
        "/search/?q=" + world.name,
        "/reports/",
        "/pricing/",
        "/news/",
        "/team/",
        "/profile/",
        "/notifications/",
        "/notifications/?bell=1",
    )
    yield from ("/pipeline/new/", "/orders/new/", "/help/", "/admin/", "/reports/pipeline/", "/reports/leads/", "/reports/quotes/")
    for place in LISTS:
        for view in ("", "?q=" + world.name, "?format=csv", "?format=xlsx"):
            yield f"/{place}/{view}"
        yield f"/{place}/export/?format=csv"
        yield f"/{place}/export/?format=xlsx"
        yield f"/{place}/new/"
    yield from ("/leads/board/", "/projects/board/", "/tasks/calendar/?view=all", f"/search/suggest/?q={world.name}")


def crawl(client, world, *, most):
    """Open every address that a person comes to; yields (address, answer, text)."""
    waiting, seen, variants = deque((start, False) for start in starts(world)), set(), Counter()
    opened = 0
    while waiting and opened < most:
        address, is_part = waiting.popleft()
        parts = urlsplit(address)
        key = (parts.path, parts.query, is_part)
        if key in seen or parts.path.startswith(("/static/", "/auth/logout")) or variants[parts.path, is_part] >= VARIANTS:
            continue
        seen.add(key)
        variants[parts.path, is_part] += 1
        response = client.get(address, headers={"HX-Request": "true"} if is_part else {})
        text = text_of(response)
        opened += 1
        yield address, response, text
        if "html" not in response.headers.get("Content-Type", ""):
            continue
        for kind, link in LINKS.findall(text):
            target = urljoin(address, link.split("#")[0])
            if target.startswith("/") and not target.startswith("//"):
                waiting.append((target, kind == "hx-get"))


@pytest.mark.parametrize("who", ["rep", "manager", "admin", "account_manager"])
def test_no_answer_holds_a_word_of_the_other_partner(worlds, who, capsys):
    mine, theirs = worlds
    person = mine.partner.account_manager if who == "account_manager" else getattr(mine, who)
    client = Client()
    client.force_login(person)
    found, leaks, failures, kinds, opened = set(), [], [], Counter(), 0

    for address, response, text in crawl(client, mine, most=MOST):
        opened += 1
        kinds[response.headers.get("Content-Type", "–").split(";")[0]] += 1
        found.update(re.findall(rf"{A}\d{{5}}", text))
        if re.search(B, text, re.IGNORECASE):
            leaks.append((address, re.search(rf".{{60}}{B}.{{20}}", text, re.IGNORECASE | re.DOTALL)))
        if response.status_code >= 500:
            failures.append(address)

    with capsys.disabled():
        print(f"\n{who}: {opened} answers, {len(found)} own words read, kinds {dict(kinds)}")
    assert leaks == []
    assert failures == []
    assert opened >= 500  # Of four people: 2,000 answers.
    assert len(found) >= 100


def test_the_other_partners_words_are_there_to_leak(worlds, vendor_admin):
    """The crawl would see a leak: who may read both worlds reads words of both."""
    _mine, theirs = worlds
    client = Client()
    client.force_login(vendor_admin)

    text = " ".join(text for _address, _response, text in crawl(client, theirs, most=120))

    assert len(set(re.findall(rf"{A}\d{{5}}", text))) > 30
    assert len(set(re.findall(rf"{B}\d{{5}}", text))) > 30


def test_search_finds_none_of_the_other_partners_words(worlds):
    mine, theirs = worlds
    client = Client()
    client.force_login(mine.rep)
    asked = 0

    for word in theirs.words[:: max(1, len(theirs.words) // 60)]:
        page = client.get("/search/", {"q": word})
        part = client.get("/search/suggest/", {"q": word}, headers={"HX-Request": "true"})
        assert page.context["groups"] == []
        assert part.context["hits"] == []
        asked += 1
    assert asked >= 50
    assert client.get("/search/", {"q": mine.get("accounts.account").name}).context["groups"] != []


def test_lists_searched_for_the_other_partners_words_stay_empty(worlds):
    mine, theirs = worlds
    client = Client()
    client.force_login(mine.rep)

    for place in LISTS:
        assert client.get(f"/{place}/", {"q": theirs.name}).context["count"] == "0", place


def test_choices_of_forms_offer_nothing_of_the_other_partner(worlds):
    mine, theirs = worlds
    client = Client()
    client.force_login(mine.manager)
    checked = 0

    for place, label in (
        ("leads", "leads.lead"),
        ("accounts", "accounts.account"),
        ("contacts", "accounts.contact"),
        ("projects", "projects.project"),
        ("tasks", "tasks.task"),
    ):
        for address in (f"/{place}/new/", f"/{place}/{mine.get(label).pk}/edit/", f"/{place}/{mine.get(label).pk}/owner/"):
            response = client.get(address)
            if response.status_code == 200:
                checked += 1
                assert theirs.name not in text_of(response), address
    assert checked >= 10


def test_mails_and_documents_hold_words_of_one_partner_only(worlds, mailoutbox):
    mine, theirs = worlds
    for world in worlds:
        quote = world.get("submitted")
        outbox.promise(PDF, key=f"{PDF}:{quote.pk}", quote_id=quote.pk)
    while outbox.deliver_due():
        pass

    documents = Attachment.objects.across_partners(reason="the test reads all documents").filter(is_generated=True)
    assert {document.partner_id for document in documents} == {mine.partner.pk, theirs.partner.pk}
    for document in documents:
        with document.file.open("rb") as file:
            text = " ".join(page.extract_text() for page in PdfReader(file).pages)
        assert (A in text, B in text) == ((True, False) if document.partner_id == mine.partner.pk else (False, True))
    assert len(mailoutbox) >= 2
    for mail in mailoutbox:
        parts = [str(part.get_payload(decode=True) or b"", "utf-8", "replace") for part in mail.message().walk()]
        text = " ".join([mail.subject, *mail.to, *parts])
        assert (A in text) != (B in text), mail.subject


@pytest.mark.parametrize("place", sorted(TABLES))
def test_counts_of_lists_equal_raw_sql(worlds, place):
    mine, _theirs = worlds
    client = Client()
    client.force_login(mine.rep)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLES[place]} partner_id = %s AND deleted_at IS NULL", [mine.partner.pk])
        raw = cursor.fetchone()[0]

    page = client.get(f"/{place}/", {"view": VIEW_OF_ALL[place]} if VIEW_OF_ALL[place] else {})

    assert page.context["count"] == str(raw)
    assert raw > 0


def test_a_person_who_was_disabled_is_out_at_the_next_request(worlds):
    mine, _theirs = worlds
    client = Client()
    client.force_login(mine.rep)
    assert client.get("/leads/").status_code == 200

    User.objects.filter(pk=mine.rep.pk).update(is_active=False)

    answer = client.get("/leads/")
    assert (answer.status_code, urlsplit(answer.url).path) == (302, reverse("account_login"))


def test_people_of_a_suspended_partner_are_out_at_the_next_request(worlds):
    mine, theirs = worlds
    client, other = Client(), Client()
    client.force_login(mine.rep)
    other.force_login(theirs.rep)
    assert client.get("/leads/").status_code == 200

    Partner.objects.filter(pk=mine.partner.pk).update(status=Partner.Status.SUSPENDED)

    assert client.get("/leads/").status_code == 302
    assert other.get("/leads/").status_code == 200


def test_a_role_that_was_taken_is_gone_at_the_next_request(worlds):
    mine, _theirs = worlds
    client = Client()
    client.force_login(mine.admin)
    assert client.get("/team/invite/").status_code == 200

    User.objects.filter(pk=mine.admin.pk).update(role="partner_user")

    assert client.get("/team/invite/").status_code == 403
    assert client.get(f"/accounts/{mine.get('accounts.account').pk}/edit/").status_code == 403


def test_an_account_manager_who_lost_a_partner_sees_it_no_more(worlds, otto, olga):
    mine, _theirs = worlds
    client = Client()
    client.force_login(otto)
    address = f"/projects/{mine.get('projects.project').pk}/"
    assert client.get(address).status_code == 200

    Partner.objects.filter(pk=mine.partner.pk).update(account_manager=olga)

    assert client.get(address).status_code == 404


FORMS = ("leads.lead", "accounts.account", "accounts.contact", "projects.project", "quotes.quote", "tasks.task", "cases.case")
PLACES = {"leads.lead": "leads", "accounts.account": "accounts", "accounts.contact": "contacts", "projects.project": "projects"}
PLACES |= {"quotes.quote": "quotes", "tasks.task": "tasks", "cases.case": "cases"}
HOSTILE = {
    "is_staff": "on",
    "is_superuser": "on",
    "role": "vendor_admin",
    "discount_approved": "on",
    "id": "1",
    "pk": "1",
    "history_id": "1",
}


# A field of the form that anything may be written into, the first that there is.
WRITABLE = ("description", "subject", "name", "terms", "reference", "title")


def typed_into(form):
    """The values that a browser would send with the form as it stands; a choice that the world's words made impossible is made anew."""
    values = {name: form[name].value() for name in form.fields}
    for name, field in form.fields.items():
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField | forms.MultipleChoiceField):
            keys = [str(key) for key, _label in field.choices]
            if str(values[name]) not in keys:
                values[name] = next(key for key in keys if key)
    return {name: value for name, value in values.items() if value or value == 0 and value is not False}


def hostile(record, fields, theirs):
    """A value for every field of the model that the form does not have: the other partner's, or simply another one."""
    values = dict(HOSTILE)
    for one in record._meta.concrete_fields:
        if one.name in fields or one.primary_key:
            continue
        if one.is_relation:
            related = {"partner": theirs.partner, "owner": theirs.rep}.get(one.name)
            values[one.name] = values[one.attname] = str(related.pk if related else 1)
        elif one.choices:
            values[one.name] = next((key for key, _label in reversed(one.flatchoices) if key != getattr(record, one.name)), "")
        else:
            values[one.name] = {"DateField": "2001-01-01", "DateTimeField": "2001-01-01 00:00", "BooleanField": "on"}.get(
                type(one).__name__, "77"
            )
    return values


@pytest.mark.parametrize("label", FORMS)
def test_a_form_changes_no_field_that_it_does_not_show(worlds, label):
    mine, theirs = worlds
    record = mine.get(label)
    client = Client()
    client.force_login(mine.rep)
    address = f"/{PLACES[label]}/{record.pk}/edit/"
    page = client.get(address)
    form = page.context["form"]
    data = typed_into(form)
    data |= {name: page.context[name] for name in ("submission", "base") if page.context.get(name)}
    changed, value = next((name, "Changed by hand") for name in WRITABLE if name in form.fields)
    before = {one.attname: getattr(record, one.attname) for one in record._meta.concrete_fields}

    sent = data | hostile(record, set(form.fields), theirs) | {changed: value}
    answer = client.post(address, sent)

    assert answer.status_code == 302, dict(answer.context["form"].errors)
    now = type(record)._base_manager.get(pk=record.pk)
    assert getattr(now, changed) == value  # The form was taken, so that what follows is no consequence of a refusal.
    # Computed anew with every edit: the estimate, its sum being among what is kept, and the reason of an approval that is due again.
    kept = {one.attname for one in record._meta.concrete_fields if one.name not in form.fields} - {
        "updated_at",
        "estimate",
        "approval_reason",
    }
    assert {name: getattr(now, name) for name in kept} == {name: before[name] for name in kept}
    assert len(sent) > len(data) + 5


@pytest.mark.parametrize("label", ["leads.lead", "accounts.account"])
def test_a_new_record_is_of_the_persons_own_company_whatever_is_posted(worlds, label):
    mine, theirs = worlds
    record = mine.get(label)
    client = Client()
    client.force_login(mine.rep)
    form = client.get(f"/{PLACES[label]}/new/").context["form"]
    typed = {
        "company": "Neue Firma",
        "name": "Neue Firma",
        "first_name": "Eva",
        "last_name": "Neu",
        "email": "eva@neue-firma.it",
        "phone": "+390471555012",
    }
    typed |= {"source": "website", "power": "user", "job_title": "cfo", "status": "new", "record_type": "customer"}
    data = {name: typed[name] for name in form.fields if name in typed}
    present = set(type(record)._base_manager.values_list("pk", flat=True))

    answer = client.post(f"/{PLACES[label]}/new/", data | hostile(record, set(form.fields), theirs))

    assert answer.status_code == 302, answer.context["form"].errors
    made = type(record)._base_manager.exclude(pk__in=present).get()
    assert (made.partner, made.owner) == (mine.partner, mine.rep)


def test_files_are_for_those_who_see_their_record(worlds, otto, olga, tariq):
    mine, theirs = worlds
    own, other = mine.others[0], theirs.others[0]
    client = Client()
    assert client.get(f"/files/{own.pk}/").status_code == 302
    client.force_login(mine.rep)

    answer = client.get(f"/files/{own.pk}/")
    assert mine.name in text_of(answer)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]

    for address in (
        f"/files/{other.pk}/",
        f"/files/{other.pk}/remove/",
        f"/files/../{other.file.name}",
        f"/files/{own.pk}/../{other.pk}/",
        f"/files/{own.pk}%2f..%2f{other.pk}/",
        f"/files/{own.pk}%00/",
        f"/files//{other.file.name}",
        f"/media/{other.file.name}",
        f"/static/../{other.file.name}",
    ):
        answer = client.get(address)
        assert answer.status_code in (400, 404, 405), address
        assert theirs.name not in text_of(answer)
    assert client.post(f"/files/{other.pk}/remove/").status_code == 404
    assert Attachment.objects.across_partners(reason="the test looks for it").filter(pk=other.pk).exists()
    client.logout()
    assert client.get(f"/files/{own.pk}/").status_code == 302
    for person, status in ((otto, 200), (olga, 404)):
        client.force_login(person)
        answer = client.get(f"/files/{own.pk}/")
        assert answer.status_code == status
        assert (mine.name in text_of(answer)) == (status == 200)
