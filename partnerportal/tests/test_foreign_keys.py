"""Every form that asks for a record or a person: the other partner's is refused at its field, and nothing changes."""

import pytest
from django import forms
from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import get_resolver

from partnerportal.core.models import BulkChange, OutboxMessage
from partnerportal.core.scoping import PartnerOwned
from partnerportal.tests.test_two_tenants import typed_into
from partnerportal.tests.world import build
from projects.reference import load_questions

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

ROOTS = {one.name.partition(".")[0] for one in apps.get_app_configs() if hasattr(one.module, "models") and "site-packages" not in one.path}

# Forms of the vendor's administration that stand among those of their app.
OF_THE_VENDOR = {"AssignForm"}

# Where each form stands: the address, with the record that it is about in the world of the person, and what else is posted.
PLACES = {
    "OwnerForm": (
        ("/leads/{pk}/owner/", "leads.lead", {}),
        ("/contacts/{pk}/owner/", "accounts.contact", {}),
        ("/projects/{pk}/owner/", "projects.project", {}),
        ("/quotes/{pk}/owner/", "quotes.quote", {}),
        ("/orders/{pk}/owner/", "orders.order", {}),
        ("/cases/{pk}/owner/", "cases.case", {}),
        ("/tasks/{pk}/owner/", "tasks.task", {}),
    ),
    "AccountOwnerForm": (("/accounts/{pk}/owner/", "accounts.account", {}),),
    "BulkOwnerForm": (("/leads/bulk/owner/", "leads.lead", {"asked": "1", "ids": "{pk}"}),),
    "CallForm": (("/tasks/calls/new/?about=leads.lead:{pk}", "leads.lead", {}),),
    "ComposeForm": (("/quotes/{pk}/compose/", "submitted", {}),),
    "CustomerForm": (("/pipeline/new/", "accounts.account", {}),),
    "ConvertForm": (("/leads/{pk}/convert/", "qualified", {}),),
    "ProjectContactForm": (("/projects/{pk}/contacts/add/", "projects.project", {}),),
    "NewProjectForm": (("/projects/new/?account={pk}", "accounts.account", {}),),
    "EditProjectForm": (("/projects/{pk}/edit/", "projects.project", {}),),
    "TaskForm": (("/tasks/new/", "tasks.task", {}), ("/tasks/{pk}/edit/", "tasks.task", {})),
    "TaskOnRecordsForm": (("/leads/bulk/task/", "leads.lead", {"asked": "1", "ids": "{pk}"}),),
    "QuoteStartForm": (("/quotes/new/?project={pk}", "projects.project", {}),),
    "QuoteForm": (("/quotes/{pk}/edit/", "quotes.quote", {}),),
    "ContactForm": (("/contacts/new/", "accounts.contact", {}), ("/contacts/{pk}/edit/", "accounts.contact", {})),
    "CaseForm": (("/cases/new/?type=customer_care", "cases.case", {}),),
    "CaseEditForm": (("/cases/{pk}/edit/", "cases.case", {}),),
}


def forms_of_the_portal():
    """Form classes with a field that names a record of a partner or a person, but those of the vendor's administration."""
    get_resolver().url_patterns  # noqa: B018 - imports every page
    waiting, found = [forms.BaseForm], {}
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            if one.__module__.partition(".")[0] in ROOTS and not {"admin", "tests"} & set(one.__module__.split(".")) and related_of(one):
                found[one.__name__] = one
    return found


def related_of(form):
    """The names of such fields, of a form or its class."""
    fields = form.fields if isinstance(form, forms.BaseForm) else getattr(form, "base_fields", {})
    return {
        name: field.queryset.model
        for name, field in fields.items()
        if isinstance(field, forms.ModelChoiceField)
        and field.queryset is not None
        and issubclass(field.queryset.model, (PartnerOwned, get_user_model()))
    }


@pytest.fixture
def worlds(reference, aurora, harbour):
    load_questions()
    return build("kanaria", partner=aurora), build("nachbar", partner=harbour)


def everything():
    """All rows of the portal's own tables."""
    kept = [model for model in apps.get_models() if issubclass(model, PartnerOwned)] + [get_user_model(), OutboxMessage, BulkChange]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in kept}


def theirs_for(model, theirs):
    """A record of the other partner, or one of its people."""
    return theirs.rep if issubclass(model, get_user_model()) else theirs.get(model._meta.label_lower)


def posted(client, address, more):
    """The form as a browser would send it, and the answer that showed it."""
    page = client.post(address, {name: value for name, value in more.items() if name != "asked"}) if more else client.get(address)
    assert page.status_code == 200, address
    form = page.context["form"]
    data = {form.add_prefix(name): value for name, value in typed_into(form).items()}
    data |= {name: page.context[name] for name in ("submission", "base", "token") if page.context.get(name)}
    return form, data


def test_every_form_that_asks_for_a_record_or_a_person_is_tried():
    assert set(forms_of_the_portal()) == set(PLACES) | OF_THE_VENDOR


def test_the_other_partners_record_is_refused_at_its_field(worlds):
    mine, theirs = worlds
    client = Client()
    client.force_login(mine.manager)
    before, tried, wrong = everything(), 0, []

    for written, label, extra in (place for places in PLACES.values() for place in places):
        key = str(mine.get(label).pk)
        address = written.format(pk=key)
        more = {one: value.format(pk=key) for one, value in extra.items()}
        form, data = posted(client, address, more)
        for field, model in related_of(form).items():
            answer = client.post(address, {**data, **more, form.add_prefix(field): str(theirs_for(model, theirs).pk)})
            tried += 1
            errors = dict(answer.context["form"].errors) if answer.status_code in (200, 409, 422) else answer.status_code
            if not isinstance(errors, dict) or field not in errors or theirs.name in answer.content.decode():
                wrong.append((address, field, errors))

    assert wrong == []
    assert everything() == before
    assert tried >= len(PLACES)
