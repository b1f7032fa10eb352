"""A column writes what people typed as text, never as markup."""

from types import SimpleNamespace

import pytest
from django.utils.safestring import SafeString, mark_safe

from partnerportal.core.tables import Column

HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<b>x</b>", "' onmouseover='alert(1)", "<svg/onload=x>"]


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_a_person_typed_is_escaped(typed):
    cell = Column("Company", "company").cell(SimpleNamespace(company=typed))

    assert isinstance(cell, SafeString)
    assert not set("<>\"'") & set(cell.replace("&lt;", "").replace("&gt;", "").replace("&quot;", "").replace("&#x27;", ""))


def test_what_a_renderer_marks_as_markup_is_kept():
    column = Column("Company", "company", render=lambda value, record: mark_safe("<b>bold</b>"))

    assert column.cell(SimpleNamespace(company="x")) == "<b>bold</b>"


def test_what_a_renderer_does_not_mark_is_escaped():
    column = Column("Company", "company", render=lambda value, record: f"<b>{value}</b>")

    assert column.cell(SimpleNamespace(company="x")) == "&lt;b&gt;x&lt;/b&gt;"
