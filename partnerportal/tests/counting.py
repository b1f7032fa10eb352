"""How many queries a page costs, all of them counted: session, person, bell and badges too."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext


def queries_of(client: Client, address: str, **headers: Any) -> list[str]:
    """The SQL of one GET of a page that was opened once before, so that what a process keeps is warm."""
    client.get(address, **headers)
    with CaptureQueriesContext(connection) as captured:
        response: HttpResponse = client.get(address, **headers)
    assert response.status_code == 200, (address, response.status_code)
    return [query["sql"] for query in captured.captured_queries]


def assert_queries(client: Client, address: str, *, at_most: int, **headers: Any) -> int:
    """Refuse a page that costs more queries than promised, and show them."""
    sent = queries_of(client, address, **headers)
    listed = "\n".join(f"{number}. {sql[:300]}" for number, sql in enumerate(sent, 1))
    assert len(sent) <= at_most, f"{address}: {len(sent)} queries, promised {at_most}\n{listed}"
    return len(sent)


def assert_post_queries(client: Client, address: str, values: dict[str, Any], *, at_most: int) -> int:
    """Refuse an action that costs more queries than promised. Savepoints are those of the test's own transaction and do not count."""
    with CaptureQueriesContext(connection) as captured:
        response: HttpResponse = client.post(address, values)
    assert response.status_code in (200, 204, 302), (address, response.status_code)
    sent = [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]
    listed = "\n".join(f"{number}. {sql[:300]}" for number, sql in enumerate(sent, 1))
    assert len(sent) <= at_most, f"{address}: {len(sent)} queries, promised {at_most}\n{listed}"
    return len(sent)
