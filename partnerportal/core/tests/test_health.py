import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.utils import timezone

from partnerportal.core.jobs import WORKER_SEEN, sweep_outbox
from partnerportal.core.models import OutboxMessage


@pytest.fixture
def broker(tmp_path, settings):
    """Nobody listens there."""
    settings.REDIS_URL = f"redis+socket://{tmp_path}/nobody.sock"


@pytest.mark.django_db
def test_healthz_is_well_while_the_database_answers(client, broker):
    OutboxMessage.objects.create(kind="trial", key="1", available_at=timezone.now())
    OutboxMessage.objects.create(kind="trial", key="2", available_at=timezone.now(), state="dead")
    OutboxMessage.objects.filter(key="1").update(created_at=timezone.now() - timedelta(seconds=90))

    response = client.get("/healthz")

    facts = response.json()
    assert response.status_code == 200
    assert facts["status"] == "ok"
    assert facts["broker"] == "away"
    assert facts["worker_silent_seconds"] is None
    assert {**facts["outbox"], "oldest_seconds": facts["outbox"]["oldest_seconds"] // 10} == {"pending": 1, "dead": 1, "oldest_seconds": 9}


@pytest.mark.django_db
def test_readyz_complains_of_everything_that_is_missing(client, broker):
    OutboxMessage.objects.create(kind="trial", key="1", available_at=timezone.now())
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(hours=1))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["complaints"] == ["broker", "worker", "outbox"]


@pytest.mark.django_db
def test_readyz_is_well_when_all_is(client):
    sweep_outbox()

    response = client.get("/readyz")

    assert cache.get(WORKER_SEEN) is not None
    assert json.loads(response.content)["complaints"] == []
    assert response.status_code == 200


def test_healthz_without_a_database_says_so(client, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    monkeypatch.setattr(connection, "cursor", refuse)

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["database"] == "away"
    assert response["Retry-After"] == "5"
