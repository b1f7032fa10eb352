"""Every form that a page posts carries its own token, so that it works without script."""

import re

import pytest

from leads.tests.factories import LeadFactory, QualifiedLeadFactory
from projects.tests.factories import DemoProject
from quotes.tests.factories import DraftQuoteFactory

POSTS = re.compile(r'<form[^>]*method="post".*?</form>', re.DOTALL)


@pytest.mark.parametrize("make", [LeadFactory, QualifiedLeadFactory, DemoProject, DraftQuoteFactory])
def test_every_form_of_a_record_carries_its_token(make, client, anna):
    client.force_login(anna)
    record = make(owner=anna)

    forms = POSTS.findall(client.get(record.get_absolute_url()).content.decode())

    assert len(forms) > 3
    assert [form[:200] for form in forms if "csrfmiddlewaretoken" not in form] == []


def test_every_form_of_home_carries_its_token(client, anna):
    client.force_login(anna)

    forms = POSTS.findall(client.get("/").content.decode())

    assert [form[:200] for form in forms if "csrfmiddlewaretoken" not in form] == []
