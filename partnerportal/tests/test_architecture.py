"""How the code is built, read from its syntax trees: scope in web code, pure modules, subjects, permissions."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, get_resolver

from partnerportal.core.models import Subject
from partnerportal.core.panels.history import CHANNELS
from partnerportal.core.scoping import PartnerOwned
from partnerportal.core.views import Guarded

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("partners", "catalog", "tasks", "accounts", "cases", "leads", "projects", "quotes", "orders", "reports", "partnerportal/core")
WEB = ("views", "forms", "filters", "urls", "panels", "fields", "report_views", "home", "about")
SCOPES = {"visible_to", "editable_by", "searched_by"}
PURE = (
    "partnerportal/core/money.py",
    "partnerportal/core/merge.py",
    "partnerportal/core/spans.py",
    "partnerportal/core/stages.py",
    "catalog/bands.py",
    "catalog/rates.py",
    "quotes/causes.py",
    "quotes/pricing.py",
    "projects/mrr.py",
    "projects/bonus.py",
    "projects/statement.py",
    "accounts/matching.py",
    "accounts/names.py",
    "accounts/company_words.py",
    "accounts/eastern_words.py",
    "accounts/legal_forms.py",
    "accounts/person_words.py",
    "accounts/phone_numbers.py",
    "accounts/places.py",
    "accounts/plain_text.py",
    "accounts/slips.py",
    "accounts/tax_numbers.py",
    "leads/pools.py",
    "leads/schedule.py",
    "leads/score.py",
    "cases/sla.py",
    "cases/warranty.py",
    "orders/handover.py",
    "orders/stock.py",
)
# Whoever listens to what is saved, and the models whose `save()` knows a rule: docs/decisions/0016.
LISTENERS = {"partnerportal/core/hearing.py", "partnerportal/core/bulk/journal.py"}
OWN_SAVES = {("leads/models/lead.py", "Lead"), ("projects/models/project.py", "Project")}
SUBJECTS = {
    "accounts.account",
    "accounts.contact",
    "cases.case",
    "leads.lead",
    "orders.order",
    "projects.project",
    "quotes.quote",
    "tasks.task",
}
# Uses that were read by a person: the module, what it reads, and why no further scope is needed.
REVIEWED = {
    ("quotes/views/customer.py", "Quote"): "the customer's token names the quote",
    ("partnerportal/core/panels/files.py", "Attachment"): "the file's record is then read through scope",
    ("leads/views/merging.py", "kind"): "the record was read through scope; what it absorbed is its own",
    ("partnerportal/core/forms.py", "get_user_model()"): "active colleagues, by the person's partner",
}
# What one app may import of another besides models, services, stages and pure modules, and why.
SHARED = {
    "accounts.addresses": "rules of a customer's address, for whatever has one",
    "accounts.candidates": "rows that may be the same company, for leads too",
    "accounts.duplicates": "rows that may be the same company, for leads too",
    "accounts.asking": "the question of a new record about what seems to be there, for leads too",
    "accounts.imports": "how a company's columns are read, for leads too",
    "accounts.kept": "pages of what can go into another record, leads too",
    "accounts.merging": "how two rows become one, for leads too",
    "catalog.converted": "sums of several currencies as one number",
    "catalog.fields": "fields of the vendor's words",
    "catalog.words": "the vendor's words",
    "catalog.reference": "the demo loads it",
    "leads.activity": "how an enquiry is told, on the timeline of a project too",
    "leads.reference": "the demo loads it",
    "partners.roles": "names of the roles",
    "projects.reference": "the demo loads it",
    "quotes.documents": "the demo freezes its quotes",
    "tasks.about": "how a task's record is named",
}
OPEN_DOORS = {"healthz", "readyz", "session_state"}


def sources(names=None):
    """Every module of ours outside of tests and migrations, parsed."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            place = path.relative_to(ROOT)
            if {"tests", "migrations"} & set(place.parts) or (names and not names & {place.stem, *place.parts}):
                continue
            yield place, ast.parse(path.read_text())


def chained(tree):
    """(model, the names called on `Model.objects`, line) of every use of a manager."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager"):
            names, above = [], parents.get(node)
            while isinstance(above, ast.Attribute | ast.Call):
                if isinstance(above, ast.Attribute):
                    names.append(above.attr)
                above = parents.get(above)
            yield ast.unparse(node.value), node.attr, names, node.lineno


def test_web_code_reads_partners_rows_through_scope_only():
    free = {model.__name__ for model in apps.get_models() if not issubclass(model, PartnerOwned)}
    found, looked_at = {}, 0
    for place, tree in sources(set(WEB)):
        for model, _manager, names, line in chained(tree):
            looked_at += 1
            # A choice's queryset is limited by the form or the filter set; unlimited it raises when it is read.
            if model not in free and not set(names) & SCOPES and names[:1] not in (["all"], ["none"]):
                found[str(place), model] = f"{line}: {'.'.join(names)}"
    assert {key: found[key] for key in found.keys() - REVIEWED.keys()} == {}
    assert REVIEWED.keys() - found.keys() == set()
    assert looked_at > 20


def imported(tree):
    """The full name of every module that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from [node.module] if "." in node.module else [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_apps_reach_each_other_through_models_services_stages_and_pure_modules():
    pure = {name.removesuffix(".py").replace("/", ".") for name in PURE}
    strange, used, seen = set(), set(), 0
    for place, tree in sources():
        for name in imported(tree):
            app, _, module = name.partition(".")
            if app == place.parts[0] or app not in APPS:
                continue
            seen += 1
            if module.split(".")[0] in ("models", "services", "stages") or name in pure:
                continue
            used.add(name)
            if name not in SHARED:
                strange.add(f"{place}: {name}")
    assert sorted(strange) == []
    assert used == SHARED.keys()
    assert seen > 100


def test_nobody_reads_the_history_of_a_whole_model():
    found = []
    for place, tree in sources():
        models = {model.__name__ for model in apps.get_models()}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "history" and isinstance(node.value, ast.Name) and node.value.id in models:
                found.append(f"{place}:{node.lineno}")
    assert found == []


def channels_of(tree):
    """Every word that a module gives to `through`, or has as its channel."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "through":
            yield from words_of(node.args[0])
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "channel":
            yield from words_of(node.value)
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_channel":
            yield from (one.value.value for one in node.value.keywords)


def words_of(value):
    """The words that an expression may be: itself, or either side of `… if … else …`."""
    sides = (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)
    return [one.value for one in sides if isinstance(one, ast.Constant)]


def test_the_page_of_changes_has_a_word_for_every_channel_and_for_no_other():
    assert {word for _place, tree in sources() for word in channels_of(tree)} == CHANNELS.keys()


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_know_no_framework_and_no_float(name):
    path = ROOT / name
    if not path.exists():
        pytest.fail(f"{name} is gone: take it off the list")
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            assert not [one for one in names if one.split(".")[0] == "django"], f"{name}:{node.lineno}"
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float), f"{name}:{node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("float", "round"), f"{name}:{node.lineno}"


def read_from_the_environment(path):
    """Every name that a module asks the environment for: `env("NAME")`, `env.int("NAME")`, `os.environ.get("NAME")`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).removeprefix("os.").split(".")[0] in ("env", "environ"):
            yield from (one.value for one in node.args[:1] if isinstance(one, ast.Constant))


def test_whoever_installs_the_portal_is_told_of_every_variable():
    table = (ROOT / "docs/operations.md").read_text().partition("## Environment")[2].partition("\n## ")[0]
    names = {name for place in ("partnerportal/settings.py", "gunicorn.conf.py") for name in read_from_the_environment(ROOT / place)}

    assert {name for name in names if f"`{name}`" not in table} == set()
    assert len(names) > 25


def test_two_modules_listen_to_what_is_saved():
    found = {str(place) for place, tree in sources() for name in imported(tree) if name.startswith("django.db.models.signals")}

    assert found == LISTENERS


def saves_of_its_own(tree):
    """The classes of a module that write rows in their own way."""
    for node in ast.walk(tree):
        parts = node.body if isinstance(node, ast.ClassDef) else []
        if {part.name for part in parts if isinstance(part, ast.FunctionDef)} & {"save", "save_base", "delete"}:
            yield node.name


def test_two_models_save_in_their_own_way():
    assert {(str(place), name) for place, tree in sources({"models"}) for name in saves_of_its_own(tree)} == OWN_SAVES


def test_subjects_are_the_eight_business_records():
    assert {model._meta.label_lower for model in apps.get_models() if issubclass(model, Subject) and not model._meta.proxy} == SUBJECTS


def test_the_contract_of_imports_names_the_same_pure_modules():
    contract = (ROOT / ".importlinter").read_text().partition("[importlinter:contract:pure]")[2]
    names = contract.partition("source_modules =")[2].partition("forbidden_modules")[0].split()

    assert names == [name.removesuffix(".py").replace("/", ".") for name in PURE]


def views_of(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif pattern.app_name != "admin":
            yield from views_of(pattern.url_patterns)


def test_every_page_of_ours_names_its_permission_or_is_a_named_exception():
    bare, checked = set(), 0
    for pattern in views_of(get_resolver().url_patterns):
        view = getattr(pattern.callback, "view_class", None)
        module = (view or pattern.callback).__module__
        if module.startswith(("allauth", "django")):
            continue
        checked += 1
        if not (view and issubclass(view, Guarded)):
            bare.add(pattern.name)
    # The customer's page and the invitation know their visitor by a token; files, pins and looks ask the record or the person.
    customers = {"customer_quote", "customer_pdf", "customer_accept", "customer_decline", "customer_change"}
    customers |= {"web_form", "web_thanks"}
    files = {"file", "look_at_file", "preview", "remove_file", "restore_file"}
    assert bare == OPEN_DOORS | customers | files | {"accept_invitation", "pin", "look"}
    assert checked > 150


def test_tables_of_partners_have_their_partner_in_front_of_every_unique_constraint():
    for model in apps.get_models():
        if not any(field.name == "partner" for field in model._meta.concrete_fields) or model._meta.label_lower in ("partners.user",):
            continue
        for constraint in model._meta.constraints:
            fields = getattr(constraint, "fields", ())
            if type(constraint).__name__ == "UniqueConstraint" and fields:
                assert fields[0] in ("partner", "project", "account"), f"{model.__name__}.{constraint.name}"
