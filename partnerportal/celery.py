"""The Celery application. Job modules are called `jobs`, since a Task is a person's to-do here."""

import importlib
import os
import resource
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")

app = Celery("partnerportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery leaves logging alone when somebody listens; `core.logs` has set it up."""


def _delivers_pdfs() -> bool:
    return "pdf" in app.amqp.queues.consume_from


@worker_init.connect
def warm_before_fork(**_: Any) -> None:
    """The worker for PDFs parses its fonts once, and its children inherit them. No other process needs WeasyPrint's memory."""
    if _delivers_pdfs():
        importlib.import_module("partnerportal.core.pdf").warm()


@worker_process_init.connect
def limit_memory(**_: Any) -> None:
    """A document that would eat the machine ends its own child instead."""
    if _delivers_pdfs():
        resource.setrlimit(resource.RLIMIT_AS, (settings.PDF_MEMORY_BYTES, settings.PDF_MEMORY_BYTES))
