"""Every text goes through gettext, German is complete, customers read their own language, and what is compiled is what is written.

The pages are rendered in a language that exists for this test alone: each translated text stands in brackets. What is left
outside them and is no data of the database has not been marked.
"""

import ast
import gettext
import re
from html.parser import HTMLParser
from zoneinfo import available_timezones

import pytest
from babel.dates import get_day_names, get_month_names
from django.apps import apps
from django.conf import settings
from django.utils.translation import trans_real
from django.utils.translation.template import templatize
from django_countries import countries

from accounts.tests.factories import ContactFactory
from leads.tests.factories import LeadFactory
from partnerportal.core.models import Notification
from partners import services
from partners.models import News
from partners.roles import Role
from partners.services import Invitee
from projects.tests.factories import ProjectFactory

ROOT = settings.BASE_DIR
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
CUSTOMERS = (  # What somebody without an account reads: her page of a quote, its document and mail, the public form, and refusals.
    "templates/quotes/customer*.html",
    "templates/quotes/_customer*.html",
    "templates/quotes/_paper.html",
    "templates/quotes/_address.html",
    "templates/layouts/customer.html",
    "templates/emails/quote_sent*",
    "templates/emails/base.html",
    "templates/leads/web*.html",
    "templates/4*.html",
    "templates/5*.html",
    "quotes/documents.py",
    "quotes/services/answering.py",
    "quotes/views/customer.py",
    "catalog/models/*.py",
    "leads/services/web.py",
    "leads/views/web.py",
)
SOURCES = [*settings.BASE_DIR.glob("*/**/*.py"), *settings.BASE_DIR.glob("templates/**/*.*")]
OUTSIDE = {".venv", "tests", "migrations", "bench", "node_modules"}
CALLS = {"_": 1, "_now": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}


# --- the catalogue -------------------------------------------------------------------------


def marked_in(source: str) -> set[str]:
    """The texts that a Python module, or a template as gettext reads it, hands to gettext."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            texts = [one.value for one in node.args[: CALLS[node.func.id]] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            found |= set(texts[:1])
    return found


def marked_in_template(source: str) -> set[str]:
    """As `marked_in`; Django turns a template into something that reads like Python, line by line."""
    calls = re.findall(r"\b(?:gettext|ngettext|_)\(u?((?:'(?:[^'\\]|\\.)*')|(?:\"(?:[^\"\\]|\\.)*\"))", templatize(source))
    return {ast.literal_eval(text) for text in calls}


def marked(sources=SOURCES) -> set[str]:
    found = set()
    for path in sources:
        if path.is_file() and not OUTSIDE & set(path.relative_to(ROOT).parts):
            if path.suffix == ".py":
                found |= marked_in(path.read_text())
            elif path.suffix in {".html", ".txt"}:
                found |= marked_in_template(path.read_text())
    return found - {""}


def catalogue(language: str):
    return ROOT / "locale" / language / "LC_MESSAGES"


def written(language: str = "de") -> dict[str, list[str]]:
    """The catalogue as it is written: each text with its translations."""
    entries = {}
    for block in (catalogue(language) / "django.po").read_text().split("\n\n")[1:]:
        texts = dict(re.findall(r"^(\w+(?:\[\d\])?) (\".*\")$", block, re.M))
        unquoted = {name: ast.literal_eval(text) for name, text in texts.items()}
        entries[unquoted["msgid"]] = [text for name, text in unquoted.items() if name.startswith("msgstr")]
    return entries


def test_the_texts_of_code_and_templates_are_found():
    assert {"Mark Stage as Complete", "This is no role of a partner.", "Sign in"} <= marked()


def test_every_text_is_in_german():
    german = written()

    assert sorted(text for text in marked() if text not in german) == []
    assert sorted(text for text, translations in german.items() if not all(translations)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customer_reads_her_language(language):
    texts = marked([path for pattern in CUSTOMERS for path in ROOT.glob(pattern)])

    assert {"Accept the quote", "You asked for a change"} <= texts
    assert sorted(text for text in texts if not all(written(language).get(text, [""]))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_said_to_be_nothing(language):
    assert sorted(text for text, translations in written(language).items() if not all(translations)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_nothing_that_is_gone(language):
    assert sorted(set(written(language)) - marked()) == []


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|%%|\{\w+\}|</?b>", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_their_placeholders(language):
    odd = {
        text: translations
        for text, translations in written(language).items()
        for one in translations[-1:]
        if placeholders(one) != placeholders(text)
    }

    assert odd == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    with (catalogue(language) / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    for text, translations in written(language).items():
        if len(translations) == 1:
            assert compiled.gettext(text) == translations[0]


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("de", "Profil und Einstellungen"),
        ("it", "Profilo e impostazioni"),
        ("fr", "Profil et paramètres"),
        ("es", "Perfil y configuración"),
        ("nl", "Profiel en instellingen"),
    ],
)
def test_the_portal_speaks_the_language_of_a_person(client, anna, language, heading):
    anna.language = language
    anna.save()
    client.force_login(anna)

    page = client.get("/profile/").content.decode()

    assert f'<html lang="{language}"' in page
    assert heading in page


# --- what is not marked ----------------------------------------------------------------------


class Bracketed:
    """A language in which every text stands in brackets."""

    _fallback = None

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message else ""

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return f"⟦{singular if number == 1 else plural}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, singular: str, plural: str, number: int) -> str:
        return self.ngettext(singular, plural, number)

    def info(self) -> dict[str, str]:
        return {}

    def plural(self, number: int) -> int:
        return int(number != 1)


class Seen(HTMLParser):
    """The texts that a person reads or hears of a page, but an article that says itself to be in a language of its own."""

    SILENT = {"script", "style", "code", "kbd", "title", "pre", "time"}
    SPOKEN = {"placeholder", "aria-label", "alt", "title", "data-confirm"}

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = 0
        self.is_foreign = False
        self.is_hidden = False

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.is_foreign |= tag == "article" and "lang" in values
        if self.is_foreign:
            return
        self.silent += tag in self.SILENT
        self.is_hidden = values.get("aria-hidden") == "true"  # Initials and signs, without elements of their own inside.
        if tag != "time":
            self.texts += [values[name] for name in self.SPOKEN & set(values) if values[name]]
        if tag == "input" and values.get("type") in {"submit", "button"}:
            self.texts.append(values.get("value", ""))

    def handle_endtag(self, tag):
        if self.is_foreign:
            self.is_foreign = tag != "article"
            return
        self.silent -= tag in self.SILENT
        self.is_hidden = False

    def handle_data(self, data):
        if not self.silent and not self.is_hidden and not self.is_foreign:
            self.texts.append(data)


EDGE = "\x1f"  # Between two pieces of text; a marked text may hold markup, and so several pieces.


def outside_brackets(text: str) -> str:
    while "⟦" in text:
        shorter = re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
        if shorter == text:
            break
        text = shorter
    return text


def data_of_the_database() -> set[str]:
    """Every word that stands in a row, and the names that are the same in every language."""
    words: set[str] = set()
    for model in apps.get_models():
        if model._meta.managed and model._meta.app_label not in {"sessions", "admin"}:
            for row in model._base_manager.all()[:500]:
                values = [str(row), *(str(getattr(row, field.attname)) for field in model._meta.concrete_fields if field.name != "history")]
                for value in values:
                    words |= set(re.findall(r"[^\W\d_]+", value))
    return words


SAME_EVERYWHERE = {
    *("WMP", "MRR", "CAPEX", "CLASSOUND", "HWaaS", "PBX", "OpEx", "CapEx", "PDF", "POC", "RMA", "EUR", "USD", "GBP", "CHF", "CAD", "UTC"),
    *(word for zone in available_timezones() for word in re.findall(r"[^\W\d_]+", zone)),
    *get_month_names("abbreviated", locale="en").values(),
    *(name for width in ("abbreviated", "wide") for name in get_day_names(width, locale="en").values()),
    *("Wildix", "bees", "hoppers", "Ctrl", "Enter", "CSV", "Excel"),
}


@pytest.fixture
def bracketed(anna, dora, vendor_admin, monkeypatch):
    """Everybody speaks Spanish, which is a language of brackets for as long as the test runs."""
    for person in (anna, dora, vendor_admin):
        person.language = "es"
        person.save(update_fields=["language"])
    trans_real.translation("es")
    monkeypatch.setitem(trans_real._translations, "es", Bracketed())


@pytest.fixture
def company(anna, dora, deliver):
    """A row of each kind, so that pages show what they are for."""
    lead = LeadFactory(partner=anna.partner, owner=anna)
    contact = ContactFactory(partner=anna.partner, owner=anna)
    project = ProjectFactory(partner=anna.partner, owner=anna)
    news = News.objects.create(title="Release", summary="Summary", text="<p>Body</p>", published_on="2026-11-01")
    Notification.objects.create(user=anna, text="Something", kind="x")
    services.invite(Invitee("nina@aurora-telecom.com", "Nina", "Serra", Role.PARTNER_USER), partner=dora.partner, by=dora)
    return [
        lead.get_absolute_url(),
        contact.get_absolute_url(),
        project.get_absolute_url(),
        contact.account.get_absolute_url(),
        f"/news/{news.pk}/",
    ]


LISTS = ("leads", "accounts", "contacts", "projects", "quotes", "orders", "cases", "tasks")
PAGES = [
    *(
        "/",
        "/search/?q=an",
        "/pipeline/new/",
        "/pricing/",
        "/news/",
        "/team/",
        "/team/invite/",
        "/profile/",
        "/notifications/",
        "/wmp/",
        "/help/",
    ),
    *(f"/{name}/" for name in LISTS),
    *(f"/{name}/new/" for name in LISTS if name != "quotes"),
    *("/leads/board/", "/projects/board/", "/tasks/calendar/", "/reports/", "/nowhere/", "/auth/2fa/", "/auth/password/change/"),
]


def names_of_countries():
    """Words of the countries' names: the library translates them, and keeps what it has translated once."""
    return {word for name in countries.countries.values() for word in re.findall(r"[^\W\d_]{2,}", str(name))}


def unmarked(client, paths):
    """What is left on each page, one line a text."""
    known = data_of_the_database() | SAME_EVERYWHERE | names_of_countries()
    found = []
    for path in paths:
        response = client.get(path)
        assert response.status_code in (200, 403, 404), path
        reader = Seen()
        reader.feed(response.content.decode())
        left = [text.strip() for text in outside_brackets(EDGE.join(reader.texts)).split(EDGE)]
        odd = sorted({text for text in left if set(re.findall(r"[^\W\d_]{2,}", text)) - known})
        found += [f"{path}: {text}" for text in odd]
    return found


def test_the_brackets_catch_what_is_not_marked():
    reader = Seen()
    reader.feed('<p>⟦Hello ⟦you⟧⟧ there <code>x</code></p><input type="submit" value="Send it"><p aria-label="Close it">⟦Fine⟧</p>')

    assert [outside_brackets(text).strip() for text in reader.texts if outside_brackets(text).strip()] == ["there", "Send it", "Close it"]


@pytest.mark.parametrize("person", ["anna", "dora", "vendor_admin"])
def test_no_page_shows_a_text_that_is_not_marked(client, bracketed, company, person, request):
    client.force_login(request.getfixturevalue(person))
    paths = [path for path in [*PAGES, *company, "/mailbox/"] if person != "vendor_admin" or path != "/team/invite/"]

    left = unmarked(client, paths)
    assert not left, "\n".join(left)
