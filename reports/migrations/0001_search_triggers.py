"""Keep `core_searchentry` by statement-level triggers on every table that can be found: exact after any write, bulk ones too.

Each kind has a function that writes the entries of given ids, a trigger that calls it, and entries that show an account's
name follow when the account is renamed. The functions name columns: whoever renames one changes its function in a new migration.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import migrations


@dataclass(frozen=True)
class Kind:
    """How a table is found. `r` is its row, `a` the account's where `account` is set. `words` are folded, `phones` reduced to digits."""

    label: str
    table: str
    title: str
    subtitle: str
    words: tuple[str, ...]
    phones: tuple[str, ...] = ()
    account: bool = False


KINDS = (
    Kind("accounts.account", "accounts_account", "r.name", "r.city", ("r.name", "r.email", "r.website", "r.vat_number", "r.city"), ("r.phone",)),
    Kind(
        "accounts.contact",
        "accounts_contact",
        "concat_ws(' ', nullif(r.first_name, ''), r.last_name)",
        "a.name",
        ("r.first_name", "r.last_name", "r.email", "a.name"),
        ("r.phone", "r.mobile"),
        account=True,
    ),
    Kind(
        "leads.lead",
        "leads_lead",
        "r.company",
        "concat_ws(' ', nullif(r.first_name, ''), r.last_name)",
        ("r.company", "r.first_name", "r.last_name", "r.email", "r.website", "r.city"),
        ("r.phone", "r.mobile"),
    ),
    Kind("projects.project", "projects_project", "r.name", "a.name", ("r.name", "a.name", "r.next_step"), account=True),
    Kind("quotes.quote", "quotes_quote", "r.number || ' v' || r.version", "r.name", ("r.number", "r.name", "a.name"), account=True),
    Kind(
        "orders.order",
        "orders_order",
        "r.number",
        "coalesce(a.name, r.ship_company)",
        ("r.number", "r.reference", "r.pbx_name", "r.ship_company", "r.tracking", "a.name"),
        account=True,
    ),
    Kind("cases.case", "cases_case", "r.number || ' ' || r.subject", "coalesce(a.name, '')", ("r.number", "r.subject", "a.name", "left(r.description, 2000)"), account=True),
    Kind("tasks.task", "tasks_task", "r.subject", "''", ("r.subject", "left(r.comments, 2000)")),
)

FOLD = """
CREATE FUNCTION portal_fold(value text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT lower(unaccent(coalesce(value, ''))) $$;
"""


def write_entries(kind: Kind) -> str:
    """The function that makes or corrects the entries of some ids."""
    phones = ", ".join(f"regexp_replace({phone}, '\\D', '', 'g')" for phone in kind.phones)
    text = ", ".join(filter(None, (f"portal_fold(concat_ws(' ', {', '.join(kind.words)}))", phones)))
    join = "LEFT JOIN accounts_account a ON a.id = r.account_id" if kind.account else ""
    return f"""
CREATE FUNCTION search_{kind.table}(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO core_searchentry AS kept (partner_id, kind, object_id, owner_id, title, subtitle, text, is_deleted)
    SELECT r.partner_id, '{kind.label}', r.id, r.owner_id, left({kind.title}, 300), left({kind.subtitle}, 300),
           concat_ws(' ', {text}), r.deleted_at IS NOT NULL
    FROM {kind.table} r {join} WHERE r.id = ANY (ids)
    ON CONFLICT (partner_id, kind, object_id) DO UPDATE
    SET owner_id = EXCLUDED.owner_id, title = EXCLUDED.title, subtitle = EXCLUDED.subtitle, text = EXCLUDED.text, is_deleted = EXCLUDED.is_deleted
    WHERE (kept.owner_id, kept.title, kept.subtitle, kept.text, kept.is_deleted)
          IS DISTINCT FROM (EXCLUDED.owner_id, EXCLUDED.title, EXCLUDED.subtitle, EXCLUDED.text, EXCLUDED.is_deleted);
$$;
"""


def keep_entries(kind: Kind) -> str:
    """The triggers of a table, and the entries of the rows that are there already."""
    name = f"search_{kind.table}"
    return f"""
CREATE FUNCTION {name}_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM core_searchentry entry USING former
        WHERE entry.partner_id = former.partner_id AND entry.kind = '{kind.label}' AND entry.object_id = former.id;
    ELSE
        PERFORM {name}(ARRAY(SELECT id FROM changed));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {name}_inserted AFTER INSERT ON {kind.table} REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {name}_kept();
CREATE TRIGGER {name}_updated AFTER UPDATE ON {kind.table} REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {name}_kept();
CREATE TRIGGER {name}_deleted AFTER DELETE ON {kind.table} REFERENCING OLD TABLE AS former FOR EACH STATEMENT EXECUTE FUNCTION {name}_kept();
SELECT {name}(ARRAY(SELECT id FROM {kind.table}));
"""


def follow_accounts() -> str:
    """The trigger that carries a new name of an account to the entries that show it."""
    calls = "\n        ".join(
        f"PERFORM search_{kind.table}(ARRAY(SELECT child.id FROM {kind.table} child WHERE child.account_id = ANY (renamed)));" for kind in KINDS if kind.account
    )
    return f"""
CREATE FUNCTION search_account_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    renamed bigint[] := ARRAY(SELECT changed.id FROM changed JOIN former USING (id) WHERE changed.name <> former.name);
BEGIN
    IF cardinality(renamed) > 0 THEN
        {calls}
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_account_renamed AFTER UPDATE ON accounts_account
REFERENCING OLD TABLE AS former NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION search_account_renamed();
"""


def undo(kind: Kind) -> str:
    """Take a table's triggers and functions away."""
    name = f"search_{kind.table}"
    return f"DROP FUNCTION {name}_kept() CASCADE; DROP FUNCTION {name}(bigint[]);"


def tables_of(app: str) -> tuple[str, str]:
    """The migration after which an app's tables have all their first columns."""
    folder = Path(__file__).resolve().parent.parent.parent / app / "migrations"
    return app, max(path.stem for path in folder.glob("0*_initial.py"))


class Migration(migrations.Migration):
    dependencies = [("core", "0006_add_search_entry"), *(tables_of(app) for app in ("accounts", "leads", "projects", "quotes", "orders", "cases", "tasks"))]

    operations = [
        migrations.RunSQL(FOLD, "DROP FUNCTION portal_fold(text);"),
        *[migrations.RunSQL(write_entries(kind) + keep_entries(kind), undo(kind)) for kind in KINDS],
        migrations.RunSQL(follow_accounts(), "DROP FUNCTION search_account_renamed() CASCADE; DELETE FROM core_searchentry;"),
    ]
