"""The means of the access matrix: the addresses of the resolver, the people, and how an answer is read."""

from __future__ import annotations

import hashlib
import re

from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from partnerportal.core.models import OutboxMessage
from partnerportal.core.scoping import PartnerOwned
from partnerportal.tests.world import World
from partners.sessions import UNATTENDED

PEOPLE = (
    "anonymous",
    "owner",
    "colleague",
    "manager",
    "partner_admin",
    "other",
    "account_manager",
    "foreign_manager",
    "support",
    "vendor_admin",
    "disabled",
)
METHODS = ("get", "post")


def patterns(found=None, namespace="", prefix=""):
    """(full name, pattern of the whole path) of every named address, the first of each name."""
    for one in found if found is not None else get_resolver().url_patterns:
        place = prefix + str(one.pattern).lstrip("^").rstrip("$")
        if isinstance(one, URLPattern):
            if one.name:
                yield f"{namespace}:{one.name}" if namespace else one.name, place
        else:
            inner = ":".join(filter(None, (namespace, one.namespace)))
            yield from patterns(one.url_patterns, inner, place)


def addresses(world: World) -> dict[str, str]:
    """An address for each name, with the keys of the world's records."""
    found: dict[str, str] = {}
    for name, place in patterns():
        found.setdefault(name, "/" + filled(name, place, world))
    return found


def filled(name: str, place: str, world: World) -> str:
    """A pattern with values: the record that the namespace speaks of, and its tokens and names."""
    values = {
        "pk": str(key_of(name, place, world)),
        "line": str(world.get("quotes.quote").lines.first().pk),
        "token": world.extra["web form"] if place.startswith("contact/") else world.get("submitted").token,
        "note": str(note_of(name, world)),
        "about": f"leads.lead:{world.get('leads.lead').pk}",
        "name": "pipeline",
        "verb": "owner",
        "contact": str(world.get("accounts.contact").pk),
        "picture": "leads",
        "field": CELLS.get(name.partition(":")[0], "x"),
        "secret": "no-such-secret",
        "index": "0",
        "object_id": str(admin_key(name, world)),
        "content_type_id": "1",
        "app_label": "leads",
        "url": "x",
        "uidb36": "1",
        "key": "x-y",
        "action": "none",
    }
    place = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda match: values.get(match[1], "x"), place)
    place = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values.get(match[1], "x"), place)
    return place.replace("\\Z", "").replace("\\", "")


CELLS = {"leads": "company", "accounts": "name", "contacts": "last_name", "projects": "name", "quotes": "name"}
CELLS |= {"orders": "reference", "cases": "subject", "tasks": "subject"}
KEYS = {
    "leads": "leads.lead",
    "accounts": "accounts.account",
    "contacts": "accounts.contact",
    "projects": "projects.project",
    "quotes": "quotes.quote",
}
KEYS |= {"orders": "orders.order", "cases": "cases.case", "tasks": "tasks.task"}


def key_of(name: str, place: str, world: World):
    """The primary key that an address asks for."""
    if "/import/" in place and not place.startswith("admin/"):
        return world.extra[f"import of {place.split('/')[0]}"]
    if place.startswith("leads/offers/"):
        return world.extra["offer"]
    if place.startswith("files/"):
        return world.others[0].pk
    if place.startswith("mailbox/"):
        return "00000000-0000-4000-8000-000000000000"
    if place.startswith("team/invitations/"):
        return world.extra["invitation"]
    if place.startswith("team/"):
        return world.colleague.pk
    if place.startswith("notifications/"):
        return world.extra["notice"]
    if place.startswith("news/"):
        return world.extra["news"]
    if "for-" in place:
        return world.get(KEYS[re.search(r"for-(\w+)", place)[1] + "s"]).pk
    first = place.split("/")[0]
    if name in ("projects:convert",):
        return world.get("qualified").pk
    if name == "orders:place":
        return world.get("accepted").pk
    return world.get(KEYS[first]).pk if first in KEYS else 1


def note_of(name: str, world: World) -> int:
    """A note on the record that an address speaks of."""
    record = world.records.get(KEYS.get(name.split(":")[0], ""))
    return record.notes.values_list("pk", flat=True).first() or 1 if record is not None else 1


def admin_key(name: str, world: World):
    """A row for the back office's pages: one of the world, else any of its kind."""
    label = name.removeprefix("admin:").rsplit("_", 1)[0].replace("_", ".", 1)
    if label in world.records:
        return world.records[label].pk
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return 1
    row = model._base_manager.order_by("pk").first()
    return row.pk if row else 1


def letter(response) -> str:
    """How an answer counts in the matrix; 503 is honest where a service is missing. An error of ours is none of the letters."""
    status = response.status_code
    if status in (301, 302, 303) and response.headers.get("Location", "").startswith(("/auth/login/", "/admin/login/")):
        return "l"
    if status >= 500 and status != 503:
        return "!"
    return {403: "f", 404: "n", 405: "m"}.get(status, "o")


def fingerprint() -> str:
    """One hash over all rows of partners, their history, and the promises."""
    models = [
        model
        for model in apps.get_models()
        if issubclass(model, PartnerOwned) or model is OutboxMessage or model.__name__.startswith("Historical")
    ]
    tables = sorted({model._meta.db_table for model in models})
    parts = " UNION ALL ".join(
        f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t" for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(parts)
        return hashlib.sha256(repr(sorted(cursor.fetchall())).encode()).hexdigest()


class Writes:
    """Told by the connection of every statement: whether one was more than a question."""

    HARMLESS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK TO")

    def __init__(self):
        self.any = False

    def __call__(self, execute, sql, params, many, context):
        self.any = self.any or not str(sql).lstrip(" (").startswith(self.HARMLESS)
        return execute(sql, params, many, context)


def ask(client: Client, method: str, address: str, *, untouched: str = "") -> str:
    """One request whose effects are taken back; its letter. A refusal that changed a row is marked by a star.

    The rows are compared only when a statement may have written: a comparison reads them all. The request says that nobody made it, for
    else each one writes when the session was last seen, once the test has run for `sessions.MARK_EVERY` seconds.
    """
    cookies, writes = client.cookies.copy(), Writes()
    with transaction.atomic():
        with connection.execute_wrapper(writes):
            response = getattr(client, method)(address, headers={UNATTENDED: "1"})
            if response.streaming:
                b"".join(response.streaming_content)
        answer = letter(response)
        if untouched and writes.any and answer in "lnfm" and fingerprint() != untouched:
            answer += "*"
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer
