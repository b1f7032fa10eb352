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


def _family(name):
    """The text of a template and of the layouts that it stands on."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    above = re.search(r'{%\s*extends\s+"([^"]+)"', text)
    return text + (_family(above[1]) if above and (TEMPLATES / above[1]).exists() else "")


def _writes_a_form(path):
    return re.search(r"\|crispy\b|{%\s*crispy\s", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "path", sorted(filter(_writes_a_form, TEMPLATES.rglob("*.html"))), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_a_page_with_a_form_says_what_is_wrong_with_it_as_a_whole(path):
    assert re.search(r"components/form_(errors|refusals)\.html", _family(path.relative_to(TEMPLATES)))


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_an_include_with_only_hands_on_the_token(path):
    text = path.read_text(encoding="utf-8")
    forgotten = [name for name, words in INCLUDE.findall(text) if _has_form(name) and "csrf_token=csrf_token" not in words]

    assert forgotten == []
