"""Every form that a page includes carries its token: an include with `only` has to hand it on."""

import re

import pytest
from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates"
INCLUDE = re.compile(r'{%\s*include\s+"([^"]+)"([^%]*)\bonly\s*%}')


def _has_form(name, seen=frozenset()):
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    if "{% csrf_token %}" in text:
        return True
    inner = set(re.findall(r'{%\s*include\s+"([^"]+)"', text)) - seen
    return any(_has_form(one, seen | {name}) for one in inner)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_an_include_with_only_hands_on_the_token(path):
    text = path.read_text(encoding="utf-8")
    forgotten = [name for name, words in INCLUDE.findall(text) if _has_form(name) and "csrf_token=csrf_token" not in words]

    assert forgotten == []
