"""What a test run needs before Django loads: demo settings, the embedded services, and quick stand-ins for slow settings.

pytest.ini loads this as a plugin. With DATABASE_URL set, that server is used instead of the embedded one; its role must be
allowed to create databases. Workers of pytest-xdist share the server, each with a database of its own.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

os.environ.setdefault("PORTAL_INSTANCE", "test")

from partnerportal import embedded  # noqa: E402 (the instance is named first)
from partnerportal.tests import template  # noqa: E402

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
NEEDS_SERVICES = not IS_WORKER and "DATABASE_URL" not in os.environ
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("DATABASE_URL", embedded.urls().owner)
os.environ.setdefault("REDIS_URL", embedded.urls().broker)
os.environ.setdefault("BROKER_URL", "memory://")  # A doorbell that nobody hears; the service tests have real ones.
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs an event loop in the test's thread.

_resources = ExitStack()


def compile_catalogues() -> None:
    """Compile the translations that are newer than what was compiled of them; the repository keeps only their source."""
    for source in sorted(embedded.CLONE.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        draft = target.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        draft.replace(target)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings  # noqa: PLC0415 (the environment above comes first)
    from django.db import connections  # noqa: PLC0415

    if not IS_WORKER and not config.option.help and not config.option.collectonly:
        if NEEDS_SERVICES:
            _resources.enter_context(embedded.held())
        compile_catalogues()
        template.ensure()
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = template.name()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True  # Static files as they lie in the clone, none collected.
    settings.MEDIA_ROOT = tempfile.mkdtemp(prefix="portal-test-files-")
    _resources.callback(shutil.rmtree, settings.MEDIA_ROOT, ignore_errors=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    _resources.close()


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Tests that fill tables come last, and those that kill services are one group of pytest-xdist, for one of its workers.

    The group is named before pytest-xdist looks for it, and the order is made after everybody else has made one. pytest-xdist 3.8
    writes the group where pytest 9.2 no longer reads it: then two of them may run side by side, which they bear, with servers of their own.
    """
    for item in items:
        if item.get_closest_marker("services"):
            item.add_marker(pytest.mark.xdist_group("services"))
    yield
    items.sort(key=lambda item: item.get_closest_marker("big") is not None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what bin/test could not run, and which of its checks failed, before the summary line."""
    for title, variable in (("Left out", "PORTAL_LEFT_OUT"), ("Checks that failed before the tests", "PORTAL_FAILED_CHECKS")):
        if text := os.environ.get(variable):
            terminalreporter.write_line(f"{title}: {text}", red=True)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    from django.core.cache import cache  # noqa: PLC0415

    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def deliver(db: None) -> Callable[[], int]:
    """Deliver every promise that is due, as the worker would, and say how many there were."""
    from partnerportal.core import outbox  # noqa: PLC0415

    return outbox.deliver_due
