"""What a browser loads: pinned, licensed, hashed copies, and not much of them."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
VENDOR = STATIC / "vendor"
FIRST_LOAD = 300_000
SHELL_FILES = [
    "vendor/inter/inter-latin-wght-normal.woff2",
    "vendor/bootstrap/bootstrap.min.css",
    "vendor/bootstrap-icons/bootstrap-icons.min.css",
    "vendor/bootstrap-icons/fonts/bootstrap-icons.woff2",
    "css/tokens.css",
    "css/tokens-dark.css",
    "css/portal.css",
    "vendor/htmx/htmx.min.js",
    "vendor/sortablejs/Sortable.min.js",
    "js/portal.js",
    "js/forms.js",
    "js/search.js",
    "js/lists.js",
    "js/board.js",
    "js/palette.js",
    "js/sign-in.js",
    "css/desk.css",
]


def manifest():
    return json.loads((VENDOR / "manifest.json").read_text())


def on_the_wire(path: Path) -> int:
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(gzip.compress(content))


def test_every_vendored_file_is_in_the_manifest_with_version_and_licence():
    named = {file for one in manifest() for file in one["files"]}
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}

    assert there - named == {"manifest.json", *(f"{folder.name}/LICENSE" for folder in VENDOR.iterdir() if folder.is_dir())}
    assert named <= there
    assert all(one["version"] and one["licence"] for one in manifest())


def test_the_first_load_of_the_heaviest_page_stays_small(rf):
    page = render_to_string("base.html", {"htmx_config": "{}"})
    total = len(page) + sum(on_the_wire(STATIC / file) for file in SHELL_FILES)

    print(f"first load: {total / 1000:.0f} kB")
    assert set(re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js|woff2))"', page)) <= set(SHELL_FILES)
    assert total < FIRST_LOAD


PAGES = [path for path in sorted(TEMPLATES.rglob("*.html")) if not {"emails", "pdf"} & set(path.relative_to(TEMPLATES).parts)]


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_page_has_no_inline_style_or_script(template):
    text = template.read_text()

    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"javascript:|hx-on|hx-vals=.js:", text)
